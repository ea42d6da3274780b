"""Checks of redlines: of what they are limits, and that they limit something."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tokenworks.checks.base import Tables, problem_at, reads, rows
from tokenworks.errors import Problem
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.wording import shown

_LIMITS = ("max_contracted_mw", "max_new_load_mw", "max_peak_share_fraction")
_WHERE = {
    "site": "a site of `sites`",
    "zone": "a zone of `zones`",
    "state": "a jurisdiction with a `parent`",
    "country": "a jurisdiction without a `parent`",
}


@reads(
    *("redlines.scope", "redlines.id", "sites.site", "zones.zone"),
    *("jurisdictions.jurisdiction", "jurisdictions.parent"),
)
def check_redlines_are_of_places(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A redline names a site, zone, state or country of the scenario."""
    places = tables["jurisdictions"].frame
    part = places["parent"] != ""
    known = {
        "site": set(tables["sites"].frame["site"]),
        "zone": set(tables["zones"].frame["zone"]),
        "state": set(places.loc[part, "jurisdiction"]),
        "country": set(places.loc[~part, "jurisdiction"]),
    }
    table = tables["redlines"]
    for row in rows(table):
        if row.id not in known[row.scope]:
            yield problem_at(
                table,
                row.Index,
                "id",
                f"{shown(row.id)} is no {row.scope} of the scenario",
                f"give {_WHERE[row.scope]}, or another scope",
            )


@reads(*(f"redlines.{column}" for column in _LIMITS))
def check_redlines_limit_something(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A row states at least one limit."""
    table = tables["redlines"]
    for row in rows(table):
        if all(pd.isna(getattr(row, column)) for column in _LIMITS):
            problem, remedy = "the row limits nothing", "give one of the limits, or delete the row"
            yield problem_at(table, row.Index, _LIMITS[0], problem, remedy)


@reads(
    *("redlines.scope", "redlines.id", "redlines.max_peak_share_fraction"),
    *("zone_loads.zone", "zone_loads.peak_load_mw"),
)
def check_redlines_by_share_have_a_peak(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A share of the peak is that of a zone whose peak load is known."""
    loads = tables["zone_loads"]
    peaks = set(loads.frame.dropna(subset="peak_load_mw")["zone"])
    table = tables["redlines"]
    for row in rows(table):
        if pd.isna(row.max_peak_share_fraction):
            continue
        column = "max_peak_share_fraction"
        if row.scope != "zone":
            problem = f"a {row.scope} has no peak load of its own"
            remedy = "give the share for its zones, or `max_new_load_mw`"
            yield problem_at(table, row.Index, column, problem, remedy)
        elif row.id not in peaks:
            problem = f"the peak load of the zone {shown(row.id)} is not given"
            yield problem_at(table, row.Index, column, problem, f"give it in {shown(loads.file)}")
