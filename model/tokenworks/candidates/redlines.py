"""Redlines: the sites that each of them binds, and its limits by step."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tokenworks.frames import lookup, rows
from tokenworks.inputs import Inputs
from tokenworks.yearly import Yearly

# A redline: its scope, and the site, zone or jurisdiction.
Redline = tuple[str, str]


def sites_under(x: Inputs) -> dict[Redline, set[str]]:
    """Every redline with the sites that count in it."""
    parents = lookup(x.tables["jurisdictions"], "jurisdiction", "parent")
    named = {(row.scope, row.id) for row in rows(x.tables["redlines"])}
    found: dict[Redline, set[str]] = {redline: set() for redline in sorted(named)}
    for site in rows(x.tables["sites"]):
        places = [("site", site.site), ("zone", site.zone)]
        for place in _with_parents(site.jurisdiction, parents):
            places += [("state", place), ("country", place)]
        for redline in places:
            if redline in found:
                found[redline].add(site.site)
    return found


def _with_parents(place: str, parents: Mapping[str, str]) -> list[str]:
    found = [place]
    while parents.get(found[-1]):
        found.append(parents[found[-1]])
    return found


def contract_limits_mw(x: Inputs) -> dict[tuple[str, str, int], float]:
    """(scope, id, step) to the most grid contracts, where there is such a limit."""
    limit = _series(x, "max_contracted_mw")
    return {
        (*redline, step.index): limit.least(redline, step.years)
        for redline in sites_under(x)
        for step in x.calendar.steps
        if redline in limit
    }


def load_limits_mw(x: Inputs) -> dict[tuple[str, str, int], float]:
    """(scope, id, step) to the most new load, by either of its limits."""
    limit, share = _series(x, "max_new_load_mw"), _series(x, "max_peak_share_fraction")
    growth = Yearly(x.tables["load_growth"], ["zone"], "load_growth_ratio")
    peak_mw = lookup(x.tables["zone_loads"], "zone", "peak_load_mw")

    def grown(zone: str, year: int) -> float:
        """Peak load of a year; that of 2024 where nobody says how it grows."""
        return float(peak_mw[zone]) * (growth.at((zone,), year) if (zone,) in growth else 1.0)

    found = {}
    for redline in sites_under(x):
        for step in x.calendar.steps:
            limits = [limit.least(redline, step.years)] if redline in limit else []
            if redline in share:
                of_peak = (share.at(redline, y) * grown(redline[1], y) for y in set(step.years))
                limits.append(min(of_peak))
            if limits:
                found[*redline, step.index] = float(np.min(limits))
    return found


def _series(x: Inputs, column: str) -> Yearly:
    """A limit by redline and year, of the rows that state it."""
    return Yearly(x.tables["redlines"].dropna(subset=column), ["scope", "id"], column)
