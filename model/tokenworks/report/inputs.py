"""What `tokenworks check` prints: sizes, what is disabled, what is assumed or claimed."""

from __future__ import annotations

import pandas as pd
from rich.table import Table as RichTable

from tokenworks.candidates import candidates
from tokenworks.inputs import Inputs
from tokenworks.report.figures import confidence_by_figure, counts, option_confidence
from tokenworks.report.terminal import new_table, results
from tokenworks.schema.shorthand import CONFIDENCES


def print_check(inputs: Inputs) -> None:
    """Print what a scenario holds, for someone about to solve it."""
    console = results()
    scenario, calendar = inputs.scenario, inputs.calendar
    console.print(f"[bold]{scenario.name}[/bold]  {scenario.title}", highlight=False)
    console.print(
        f"{calendar.start} to {calendar.date_of(calendar.horizon_months)}, "
        f"{len(calendar.period_months)} periods in {len(calendar.steps)} steps, money in "
        f"{scenario.finance.usd_year} USD; no error found",
        highlight=False,
    )
    figures = confidence_by_figure(inputs)
    console.print(_tables(inputs, figures))
    console.print(_candidates(inputs))
    for line in (*_disabled(inputs), *_idle_rows(inputs)):
        console.print(line, highlight=False)
    console.print(_doubtful(figures))
    assumed = [
        f"{key} = {value}"
        for key, (value, confidence) in option_confidence(inputs).items()
        if confidence == "assumed"
    ]
    if assumed:
        text = ", ".join(assumed)
        console.print(f"[bold]assumed options[/bold]  {text}", highlight=False)


def _tables(inputs: Inputs, figures: pd.DataFrame) -> RichTable:
    table = new_table("Tables", ("table", ""), ("rows", "r"), *((c, "r") for c in CONFIDENCES))
    for name, loaded in inputs.loaded.items():
        if loaded.frame.empty:
            continue
        of_table = counts(figures[figures["table"] == name])
        cells = (f"{of_table[c]:,}" if of_table[c] else "" for c in CONFIDENCES)
        table.add_row(name, f"{len(loaded.frame):,}", *cells)
    total = counts(figures)
    table.add_section()
    table.add_row("all figures", f"{len(figures):,}", *(f"{total[c]:,}" for c in CONFIDENCES))
    return table


def _candidates(inputs: Inputs) -> RichTable:
    c = candidates(inputs)
    sites, steps = len(inputs.tables["sites"]), len(inputs.calendar.steps)
    kit = len(inputs.tables["power_technologies"]), len(inputs.tables["hardware"])
    rows = (
        ("sites that can be energised", len(c.siting.first_step), sites),
        ("site openings by step", len(c.siting.openings), sites * steps),
        ("power by site and step", len(c.assets.builds), sites * kit[0] * steps),
        ("systems by site and step", len(c.assets.purchases), sites * kit[1] * steps),
        ("grid contracts by step", len(c.siting.contracts), None),
        ("flows by workload, region, site, step", len(c.serving.flows), None),
        ("demands by workload, region, step", len(c.demand), None),
    )
    table = new_table("What the program can choose", ("", ""), ("can be used", "r"), ("never", "r"))
    for name, count, of in rows:
        table.add_row(name, f"{count:,}", "" if of is None else f"{of - count:,}")
    return table


def _disabled(inputs: Inputs) -> list[str]:
    return [
        f"[bold]disabled {name}[/bold]  {', '.join(keys)}"
        for name, keys in inputs.disabled.items()
        if keys
    ]


def _idle_rows(inputs: Inputs) -> list[str]:
    """Sites and systems that are enabled but that nothing can ever use, and why that may be."""
    c = candidates(inputs)
    lines = []
    shut = [s for s in inputs.tables["sites"]["site"] if s not in c.siting.first_step]
    if shut:
        lines.append(f"[bold]out of reach[/bold]  {', '.join(shut)}: not before the horizon ends")
    bought = {system for _, system, _ in c.assets.purchases}
    unused = [h for h in inputs.tables["hardware"]["system"] if h not in bought]
    if unused:
        lines.append(
            f"[bold]systems without use[/bold]  {', '.join(unused)}: no operating point fits a "
            "workload, or no hall admits the rack"
        )
    return lines


def _doubtful(figures: pd.DataFrame) -> RichTable:
    table = new_table(
        "Claimed or assumed", ("table", ""), ("confidence", ""), ("columns (figures)", "")
    )
    doubtful = figures[figures["confidence"].isin(("claimed", "assumed"))]
    for (name, confidence), rows in doubtful.groupby(["table", "confidence"], sort=True):
        by_column = rows["column"].value_counts(sort=False)
        text = ", ".join(f"{column} ({count})" for column, count in by_column.items())
        table.add_row(str(name), str(confidence), text)
    return table
