"""Branches of an uncertain future: a scenario's inputs once for each of them, on common steps.

A branch is known from the day on which it is revealed. What lies before that day is the same in
all branches that are not known yet: figures by year keep, in years before the reveal, what the
scenario says without branches.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import yaml

from tokenworks.calendar import whole_months_until
from tokenworks.checks import checked_tables
from tokenworks.errors import InputError, Problem
from tokenworks.frames import rows
from tokenworks.inputs import Inputs, prepare
from tokenworks.io.tables import LoadedTable
from tokenworks.schema.columns import Kind
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.wording import shown
from tokenworks.yearly import Yearly

BRANCHES, CHANGES = "branches", "branch_changes"


@dataclass(frozen=True)
class Branch:
    """A branch of the future.

    Attributes
    ----------
    name
        Id of the branch.
    probability
        Its chance.
    reveal_month
        Month of the horizon from which it is known; of the one that is left that in which the last
        of the others is.
    inputs
        The scenario's inputs in that branch.
    """

    name: str
    probability: float
    reveal_month: int
    inputs: Inputs


def has_branches(x: Inputs) -> bool:
    """Whether a scenario is one of several branches."""
    return len(x.tables[BRANCHES]) > 0


def branches_of(x: Inputs) -> list[Branch]:
    """Every branch with its inputs, all on the same steps.

    Raises
    ------
    InputError
        Where a branch's changes make tables that fail a check, named by the branch.
    """
    made = [(row, *_tables(x, row)) for row in rows(x.tables[BRANCHES])]
    calendars = [prepare(scenario, tables).calendar for _, scenario, tables in made]
    months = {step.start_month for calendar in calendars for step in calendar.steps}
    dated = {row.branch: _reveal(x, row) for row, _, _ in made if not pd.isna(row.reveals_on)}
    months |= set(dated.values())
    months = {month for month in months if month < x.calendar.horizon_months}
    return [
        Branch(
            row.branch,
            float(row.probability_fraction),
            dated.get(row.branch, max(dated.values())),
            prepare(scenario, tables, months),
        )
        for row, scenario, tables in made
    ]


def _reveal(x: Inputs, row: Any) -> int:
    return whole_months_until(x.calendar.start, row.reveals_on.date())


def _tables(x: Inputs, row: Any) -> tuple[Scenario, dict[str, LoadedTable]]:
    """A branch's scenario and its checked tables, unchanged in the years before its reveal."""
    changes = x.tables[CHANGES]
    of_branch = changes[changes["branch"] == row.branch]
    try:
        scenario = x.scenario.with_({c.address: _change(c) for c in rows(of_branch)})
        tables = checked_tables(scenario)
    except InputError as error:
        raise InputError([_in_branch(p, row.branch) for p in error.problems]) from error
    if pd.isna(row.reveals_on):
        return scenario, tables
    year = row.reveals_on.year
    return scenario, {n: _kept_before(x.loaded[n], table, year) for n, table in tables.items()}


def _change(row: Any) -> Any:
    """What `with_` takes: the value, or how it changes the figure."""
    value = yaml.safe_load(row.value)
    return value if row.operation == "set" else {row.operation: value}


def _in_branch(problem: Problem, branch: str) -> Problem:
    return replace(problem, problem=f"in the branch {shown(branch)}: {problem.problem}")


def _kept_before(base: LoadedTable, branch: LoadedTable, year: int) -> LoadedTable:
    """A branch's table by year with the base's figures in the years before its reveal.

    Figures between years are interpolated, so every changed series gets a row in the last year
    before the reveal with the base's figures, and one in the year of the reveal with its own.
    """
    frame = branch.frame
    if "year" not in frame.columns or frame.equals(base.frame) or not len(base.frame):
        return branch
    keys = [k for k in branch.table.key if k != "year"]
    if not keys:
        return branch  # the price level: no branch can change what a dollar of a year is worth
    earlier = base.frame[base.frame["year"] < year]
    last = _at(base, keys, year - 1)
    first = _at(branch, keys, year)
    later = frame[frame["year"] > year]
    joined = pd.concat([earlier, last, first, later], ignore_index=True)
    joined = joined.drop_duplicates(list(branch.table.key), ignore_index=True)
    return replace(branch, frame=joined.sort_values(list(branch.table.key), ignore_index=True))


def _at(loaded: LoadedTable, keys: list[str], year: int) -> pd.DataFrame:
    """Every series of a table in one year: its numbers interpolated, its words the nearest."""
    frame = loaded.frame.sort_values([*keys, "year"])
    distance = (frame["year"] - year).abs()
    nearest = frame.loc[distance.groupby([frame[k] for k in keys]).idxmin()].copy()
    numbers = [c.name for c in loaded.table.columns if c.kind is Kind.NUMBER]
    for name in numbers:
        if frame[name].isna().any():
            continue
        series = Yearly(frame, keys, name)
        nearest[name] = [
            series.at(tuple(getattr(r, k) for k in keys), year) for r in rows(nearest[[*keys]])
        ]
    return nearest.assign(year=year)
