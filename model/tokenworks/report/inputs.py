"""What `tokenworks check` prints: sizes, what is disabled, what is assumed or claimed."""

from __future__ import annotations

import pandas as pd
from rich.markup import escape
from rich.table import Table as RichTable
from rich.text import Text

from tokenworks import leads
from tokenworks.candidates import Candidates, candidates, dispatch_columns
from tokenworks.candidates.points import matches
from tokenworks.days import means_lost
from tokenworks.frames import rows
from tokenworks.inputs import Inputs
from tokenworks.levelised import throughput_needed
from tokenworks.report.figures import confidence_by_figure, counts, option_confidence
from tokenworks.report.terminal import new_table, results
from tokenworks.schema.shorthand import CONFIDENCES

# Share of a table's figures from which it is named as assumed; hours, of which there are many.
MOSTLY = 0.9
HOURLY = ("operations", "chronology", "profiles")


def print_check(inputs: Inputs) -> None:
    """Print what a scenario holds, for someone about to solve it."""
    console = results()
    scenario, calendar = inputs.scenario, inputs.calendar
    console.print(Text.assemble((scenario.name, "bold"), f"  {scenario.title}"), highlight=False)
    console.print(
        f"{calendar.start} to {calendar.date_of(calendar.horizon_months)}, "
        f"{len(calendar.period_months)} periods in {len(calendar.steps)} steps, money in "
        f"{scenario.finance.usd_year} USD; no error found",
        highlight=False,
    )
    figures = confidence_by_figure(inputs)
    for line in (*_wholly_assumed(figures), *warnings(inputs)):
        console.print(line, highlight=False)
    console.print(_tables(inputs, figures))
    found = candidates(inputs)
    console.print(_candidates(inputs, found))
    console.print(_never_made(inputs, found))
    for line in (*_disabled(inputs), *_idle_rows(inputs, found)):
        console.print(line, highlight=False)
    if found.exports.refused:
        console.print(kept_out(found))
    needed = _throughput_needed(inputs)
    if needed is not None:
        console.print(needed)
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
    few = figures[~figures["table"].isin(HOURLY)]
    if len(few) < len(figures):
        cells = (f"{counts(few)[c]:,}" for c in CONFIDENCES)
        table.add_row("without hourly series", f"{len(few):,}", *cells)
    return table


def _candidates(inputs: Inputs, c: Candidates) -> RichTable:
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
        ("dispatch by source, site, step, slice", dispatch_columns(inputs, c), None),
    )
    table = new_table("What the program can choose", ("", ""), ("can be used", "r"), ("never", "r"))
    for name, count, of in rows:
        table.add_row(name, f"{count:,}", "" if of is None else f"{of - count:,}")
    return table


def _never_made(inputs: Inputs, c: Candidates) -> RichTable:
    """What is provably of no use, by the reason for which it is no column of the program."""
    asked = {workload for workload, _, _ in c.demand}
    fitting = matches(inputs)
    systems = {m.system for m in fitting} - {m.system for m in fitting if m.workload in asked}
    rows = (
        ("sites", "nothing can be served from there", len(c.unused)),
        ("systems", "no workload that they serve has demand", len(systems)),
        (
            "operating points at a site",
            "another of the system serves as many regions at no more power",
            len(c.serving.beaten),
        ),
        ("grid contracts by step", "the zone has no headroom yet", len(c.siting.full)),
    )
    table = new_table("Never made, for it can be of no use", ("", ""), ("why", ""), ("count", "r"))
    for name, why, count in rows:
        table.add_row(name, why, f"{count:,}")
    return table


def kept_out(c: Candidates) -> RichTable:
    """Purchases that the export rules keep out of the program, by rule."""
    table = new_table(
        "Kept out by export rules", ("rule", ""), ("why", ""), ("by site, system and step", "r")
    )
    for (rule, why), count in sorted(c.exports.refused.items()):
        table.add_row(rule, why, f"{count:,}")
    return table


def _disabled(inputs: Inputs) -> list[str]:
    return [
        f"[bold]disabled {name}[/bold]  {', '.join(keys)}"
        for name, keys in inputs.disabled.items()
        if keys
    ]


def _idle_rows(inputs: Inputs, c: Candidates) -> list[str]:
    """Sites and systems that are enabled but that nothing can ever use, and why that may be."""
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


def _wholly_assumed(figures: pd.DataFrame) -> list[str]:
    """Tables in which nobody stands for the figures; `tariffs` are the ones that matter most."""
    doubt = figures["confidence"] == "assumed"
    by_table = doubt.groupby(figures["table"], sort=False).agg(["sum", "size"])
    mostly = by_table[by_table["sum"] >= MOSTLY * by_table["size"]]
    names = [
        f"{name} ({row['sum']:,} of {row['size']:,})" if row["sum"] < row["size"] else str(name)
        for name, row in mostly.iterrows()
    ]
    if not names:
        return []
    text = f"[bold]assumed by us[/bold]  {', '.join(names)}: replace them where you know better"
    return [text]


def warnings(inputs: Inputs) -> list[str]:
    """What is no error and yet to be known before solving."""
    found = [*_doubtful_loads(inputs), *_unpermitted(inputs), *_means_lost(inputs)]
    return [f"[bold]warning[/bold]  {escape(text)}" for text in found]


def _doubtful_loads(inputs: Inputs) -> list[str]:
    """Sites in zones whose load, and with it the headroom, is flagged as unreliable."""
    loads = inputs.tables["zone_loads"]
    doubtful = set(loads.loc[~loads["reliable"].fillna(value=True), "zone"])
    by_zone: dict[str, list[str]] = {}
    for site in rows(inputs.tables["sites"]):
        if site.zone in doubtful:
            by_zone.setdefault(site.zone, []).append(site.site)
    return [
        f"the load of zone {zone} is unreliable, and with it the headroom of {', '.join(sites)}"
        for zone, sites in sorted(by_zone.items())
    ]


def _unpermitted(inputs: Inputs) -> list[str]:
    """Assets that need a permit at some sites and none at others, for want of a route there."""
    routes = inputs.tables["permit_routes"]
    needs = sorted(set(zip(routes["requirement"], routes["asset"], strict=True)))
    offered = {
        site.site: {(q, row.asset) for row in here for q in (row.requirement, row.also_satisfies)}
        for site, here in leads.routes_offered(inputs.tables)
    }
    free: dict[str, list[str]] = {}
    for requirement, asset in needs:
        names = [site for site, known in offered.items() if (requirement, asset) not in known]
        if names:
            what = f"no route of {requirement} for {asset}"
            free.setdefault(", ".join(names), []).append(what)
    return [f"{'; '.join(what)} at {names}: taken to need none" for names, what in free.items()]


def _means_lost(inputs: Inputs) -> list[str]:
    """Yearly means that the fewer representative days asked for cannot keep."""
    if inputs.scenario.time.representative_days is None:
        return []
    lost = means_lost(inputs.loaded["operations"].frame, inputs.tables["operations"])
    return [
        f"on so few days {row.column} of zone {row.zone} is {row.after:.4g} in the mean, not "
        f"{row.before:.4g}"
        for row in rows(lost)
    ]


def _throughput_needed(inputs: Inputs) -> RichTable | None:
    """What a disabled system would have to serve to cost what the cheapest does, at its best."""
    year = inputs.calendar.start.year + 1
    needed = throughput_needed(inputs, year)
    if needed.empty:
        return None
    where = needed.sort_values("cost_usd_per_mtoken", kind="stable")
    least = where.drop_duplicates(["system", "workload"]).sort_values(["system", "workload"])
    table = new_table(
        f"Output tokens/s that a disabled system would need to cost what the cheapest does, {year}",
        ("system", ""),
        ("workload", ""),
        ("tokens/s of a system", "r"),
        ("cheapest", ""),
        ("USD per Mtoken", "r"),
    )
    for row in rows(least):
        table.add_row(
            row.system,
            row.workload,
            f"{row.needed_output_tokens_per_s:,.0f}",
            row.cheapest_system,
            f"{row.cost_usd_per_mtoken:.3f}",
        )
    return table


def _doubtful(figures: pd.DataFrame) -> RichTable:
    table = new_table(
        "Claimed or assumed", ("table", ""), ("confidence", ""), ("columns (figures)", "")
    )
    doubtful = figures[figures["confidence"].isin(("claimed", "assumed"))]
    for (name, confidence), lines in doubtful.groupby(["table", "confidence"], sort=True):
        by_column = lines["column"].value_counts(sort=False)
        text = ", ".join(f"{column} ({count})" for column, count in by_column.items())
        table.add_row(str(name), str(confidence), text)
    return table
