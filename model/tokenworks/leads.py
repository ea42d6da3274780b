"""Lead times: months summed along the stages of an asset, from its first action to service.

An asset is ordered (commitment), procured, built, and runs (operation). A permit route is required
before one of the three, so the months from filing to service are

    commitment      permit + procurement + building
    construction    max(permit, procurement) + building
    operation       max(permit, procurement + building)

For a site, procurement is nothing and building is its construction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from tokenworks.calendar import whole_months_until
from tokenworks.frames import NamedRow, lookup, rows
from tokenworks.schema.tables_power import SITE_ASSET

_ATTAINMENT = "attainment"


@dataclass(frozen=True)
class Stages:
    """Months of an asset's stages, and the month before which it cannot be ordered."""

    procurement: int
    build: int
    first_order_month: int = 0

    @property
    def months(self) -> int:
        """Months from order to service."""
        return self.procurement + self.build

    def after_grant(self, required_before: str) -> int:
        """Months from the grant of a permit to service, at the least."""
        return {"commitment": self.months, "construction": self.build, "operation": 0}[
            required_before
        ]

    def chain(self, route_months: int, required_before: str) -> int:
        """Months from filing a permit to service, at the least."""
        return max(self.months, route_months + self.after_grant(required_before))


@dataclass(frozen=True)
class Permit:
    """A permit route that an asset can use."""

    route: str
    requirement: str
    required_before: str
    months: int
    cost_usd: float


def permits_by_site(tables: Mapping[str, pd.DataFrame]) -> dict[tuple[str, str], list[Permit]]:
    """Permit routes that hold at a site: its jurisdiction's own and those of what it is part of.

    A route for other air than the site's does not hold, nor does one that another of the site's
    routes replaces.

    Parameters
    ----------
    tables
        `jurisdictions`, `permit_routes` and `sites`.

    Returns
    -------
    dict
        (site, asset) to routes; an asset is a technology or the word for the site itself.
    """
    result: dict[tuple[str, str], list[Permit]] = {}
    for site, offered in routes_offered(tables):
        for row in routes_that_hold(site, offered):
            result.setdefault((site.site, row.asset), []).append(_permit(row))
    return result


def routes_offered(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[NamedRow, list[NamedRow]]]:
    """Every site with the routes of its jurisdiction and of those that it is part of."""
    parents = lookup(tables["jurisdictions"], "jurisdiction", "parent")
    by_place: dict[str, list[NamedRow]] = {}
    for row in rows(tables["permit_routes"]):
        by_place.setdefault(row.jurisdiction, []).append(row)
    for site in rows(tables["sites"]):
        places = _with_parents(site.jurisdiction, parents)
        yield site, [row for place in places for row in by_place.get(place, [])]


def routes_that_hold(site: NamedRow, offered: list[NamedRow]) -> list[NamedRow]:
    """Of the routes offered to a site those for its air that no other of them replaces."""
    here = [row for row in offered if _holds(row, site)]
    replaced = {row.replaces for row in here}
    return [row for row in here if row.route not in replaced]


def _holds(route: NamedRow, site: NamedRow) -> bool:
    """Whether a route is for the site's air; a site that says nothing attains the limits."""
    return route.attainment in ("", site.attainment or _ATTAINMENT)


def _permit(row: NamedRow) -> Permit:
    months, cost_usd = int(row.route_months), float(row.cost_usd)
    return Permit(row.route, row.requirement, row.required_before, months, cost_usd)


def _with_parents(place: str, parents: Mapping[str, str]) -> Iterator[str]:
    """A place and what it is part of; a circle, which has a check of its own, is walked once."""
    seen: set[str] = set()
    while place and place not in seen:
        seen.add(place)
        yield place
        place = parents.get(place, "")


def site_stages(site: NamedRow) -> Stages:
    """Stages of a site: it is built, nothing is procured."""
    return Stages(0, int(site.construction_months))


def technology_stages(technology: NamedRow, start: dt.date) -> Stages:
    """Stages of a power technology, counted from the start of the horizon."""
    return Stages(
        int(technology.procurement_months),
        int(technology.build_months),
        first_month(technology.first_order, start),
    )


def first_month(date: pd.Timestamp | None, start: dt.date) -> int:
    """Month from which something can be ordered; 0 where no date is given."""
    return 0 if date is None or pd.isna(date) else whole_months_until(start, date.date())


def earliest_service(stages: Stages, permits: list[Permit]) -> int:
    """First month in which an asset can serve, its first action taken at the horizon's start.

    Every requirement takes its fastest route, and all are filed at once.
    """
    chains: dict[str, list[int]] = {}
    for permit in permits:
        months = stages.chain(permit.months, permit.required_before)
        chains.setdefault(permit.requirement, []).append(months)
    slowest = max((min(months) for months in chains.values()), default=0)
    return max(stages.first_order_month + stages.months, slowest)


def first_services(tables: Mapping[str, pd.DataFrame]) -> set[int]:
    """Months at which assets can enter service for the first time, for every chain of stages.

    The first action is taken at the start of the horizon, or, for what can only be ordered later,
    on its first day. Nothing is in service before the first site can be, so what could be ready
    sooner asks for no month of its own.
    """
    permits = permits_by_site(tables)
    start = tables["periods"]["start"].iloc[0].date()
    found = set(tables["interconnection_routes"]["route_months"])
    found |= {
        first_month(row.first_order, start) + row.lead_months for row in rows(tables["hardware"])
    }
    opened: set[int] = set()
    for site in rows(tables["sites"]):
        assets = [(SITE_ASSET, site_stages(site))]
        assets += [
            (row.technology, technology_stages(row, start))
            for row in rows(tables["power_technologies"])
        ]
        for asset, stages in assets:
            ordered = stages.first_order_month + stages.months
            routes = permits.get((site.site, asset), [])
            chains = [stages.chain(r.months, r.required_before) for r in routes]
            ready = {max(ordered, chain) for chain in chains or [0]}
            found |= ready
            if asset == SITE_ASSET:
                opened |= ready
    return {int(months) for months in found if months >= min(opened, default=0)}
