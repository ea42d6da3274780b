"""Checks of the branches of an uncertain future."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd
import yaml

from tokenworks.checks.base import Tables, problem_at, reads, rows
from tokenworks.errors import InputError, Problem
from tokenworks.schema.addresses import parse_address
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.wording import shown


@reads("branches.probability_fraction")
def check_probabilities_sum_to_one(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """The chances of all branches sum to 1."""
    branches = tables["branches"]
    total = float(branches.frame["probability_fraction"].sum())
    if len(branches.frame) and not math.isclose(total, 1.0, abs_tol=1e-6):
        yield problem_at(
            branches,
            0,
            "probability_fraction",
            f"the chances of the branches sum to {total:g}, not to 1",
            "name every branch, also the one in which nothing happens, and share out 1",
        )


@reads("branches.branch", "branches.reveals_on", "periods.start", "periods.end")
def check_branches_are_revealed_within_the_horizon(
    tables: Tables, _: Scenario
) -> Iterator[Problem]:
    """One branch at most is undated, and every reveal starts a month of the horizon."""
    branches, periods = tables["branches"], tables["periods"].frame
    undated = [row for row in rows(branches) if pd.isna(row.reveals_on)]
    for row in undated if len(undated) == len(branches.frame) else undated[1:]:
        yield problem_at(
            branches,
            row.Index,
            "reveals_on",
            f"nothing says when the branch {shown(row.branch)} is known",
            "give its day; one branch alone, the one that is left, may go without",
        )
    start, end = periods["start"].min(), periods["end"].max()
    for row in rows(branches):
        day = row.reveals_on
        if not pd.isna(day) and (day.day != 1 or not start <= day < end):
            yield problem_at(
                branches,
                row.Index,
                "reveals_on",
                f"{shown(day.date())} is not the first of a month within the horizon",
                f"give a first of a month from {shown(start.date())} to before {shown(end.date())}",
            )


@reads("branch_changes.branch", "branch_changes.address", "branch_changes.value")
def check_branch_changes_can_be_read(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Addresses parse, values are single words or numbers, and what scales or adds is a number."""
    changes = tables["branch_changes"]
    for row in rows(changes):
        try:
            parse_address(row.address, file=changes.file)
        except InputError as error:
            for problem in error.problems:
                yield problem_at(changes, row.Index, "address", problem.problem, problem.remedy)
        value = _value(row.value)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if isinstance(value, (list, dict)) or (row.operation != "set" and not is_number):
            yield problem_at(
                changes,
                row.Index,
                "value",
                f"{shown(row.value)} cannot be used to {row.operation}",
                "give a number, or with `set` a single value",
            )


def _value(text: str) -> object:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return []


@reads("branches", options=("solve.method",))
def check_branches_are_solved_whole(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """A scenario with branches does not ask to be solved in parts."""
    if len(tables["branches"].frame) and scenario.solve.method == "decomposed":
        yield Problem(
            *scenario.origin("solve.method"),
            "solve.method",
            "`decomposed` solves one future in parts, and this scenario has branches, which are "
            "solved together in one program",
            "let it be `auto` or `whole`, or leave the table `branches` empty",
        )
