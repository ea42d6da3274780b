"""Runs side by side on the command line: verdict, why, inputs, plan, cost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.text import Text

from tokenworks.plan import Plan
from tokenworks.report.terminal import money, new_table, results
from tokenworks.stored import read_plan
from tokenworks.study.compare import SAME_USD, Comparison, compare, short_names

MOST_LINES = 30


def compare_and_print(folders: list[Path]) -> None:
    """Read runs, hold all against the first, and print what differs."""
    names = short_names(folders)
    plans = {names[str(folder)]: read_plan(folder) for folder in folders}
    found = compare(plans)
    _print_heads(plans, found)
    for one in found:
        _print_one(one)


def _print_heads(plans: Mapping[str, Plan], found: list[Comparison]) -> None:
    against = {one.b: one.difference for one in found}
    table = new_table(
        "Runs",
        ("run", ""),
        ("no plan below", "r"),
        ("the plan found", "r"),
        ("against the first", "r"),
        ("", ""),
    )
    for name, plan in plans.items():
        held = against.get(name)
        words = f"{money(held.low_usd)} to {money(held.high_usd)}" if held else ""
        verdict = held.verdict if held else ""
        cells = (name, money(plan.bound_usd), money(plan.objective_usd), words, verdict)
        table.add_row(*map(Text, cells))
    results().print(table)


def _print_one(one: Comparison) -> None:
    console = results()
    console.print(Text(f"{one.why}."))
    console.print(Text(f"A is {one.a}, B is {one.b}."))
    sides = (("A", "r"), ("B", "r"))
    inputs = new_table("What was put in", ("address", ""), *sides)
    inputs.columns[0].overflow = "fold"  # an address is of use as a whole alone
    _fill(inputs, one.inputs[["address", "a", "b"]])
    console.print(inputs)
    plan = new_table("What is planned", ("", ""), ("", ""), ("unit", ""), *sides, ("B − A", "r"))
    _fill(plan, one.plan)
    console.print(plan)
    heads = (("line", ""), ("component", ""), *sides, ("B − A", "r"))
    costs = new_table("What costs other than before, present value of the plans found", *heads)
    changed = one.costs[one.costs["difference_usd"].abs() > SAME_USD]
    amounts = changed.astype("object")
    for column in ("a_usd", "b_usd", "difference_usd"):
        amounts[column] = [money(usd) for usd in changed[column]]
    _fill(costs, amounts)
    console.print(costs)


def _fill(table: Any, frame: pd.DataFrame) -> None:
    for row in frame.head(MOST_LINES).itertuples(index=False, name=None):
        table.add_row(*(Text(_cell(value)) for value in row))
    if len(frame) > MOST_LINES:
        table.add_row(Text(f"and {len(frame) - MOST_LINES} more"))
    if frame.empty:
        table.add_row(Text("no difference"))


def _cell(value: Any) -> str:
    if value is None or value != value:  # noqa: PLR0124 -- what is not a number is not itself
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1e4 else f"{value:,.0f}"  # noqa: PLR2004
    return str(value)
