"""Who may serve whom: model variants that a workload accepts, sites in the users' country."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from tokenworks.frames import lookup, rows


def countries(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Jurisdiction to its country: what it is part of that is itself part of nothing.

    Parameters
    ----------
    tables
        `jurisdictions`, whose parents make no circle.
    """
    parents = lookup(tables["jurisdictions"], "jurisdiction", "parent")

    def top(place: str) -> str:
        while parents.get(place):
            place = parents[place]
        return place

    return {place: top(place) for place in parents}


def at_home(tables: Mapping[str, pd.DataFrame]) -> set[tuple[str, str]]:
    """(site, region) in one country; a region without a jurisdiction is at home nowhere."""
    country = countries(tables)
    return {
        (site.site, region.region)
        for site in rows(tables["sites"])
        for region in rows(tables["regions"])
        if region.jurisdiction and country[site.jurisdiction] == country[region.jurisdiction]
    }


def sovereign_workloads(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """Workloads that must be served within the users' country."""
    return {
        row.workload
        for row in rows(tables["workloads"])
        if pd.notna(row.sovereign) and row.sovereign
    }


def models_of(tables: Mapping[str, pd.DataFrame]) -> dict[str, set[str]]:
    """Workload to the models that may serve it: its own, and the variants that it accepts.

    Parameters
    ----------
    tables
        `workloads` and `accepted_models`.
    """
    found = {row.workload: {row.model} for row in rows(tables["workloads"])}
    for row in rows(tables["accepted_models"]):
        found.setdefault(row.workload, set()).add(row.model)
    return found
