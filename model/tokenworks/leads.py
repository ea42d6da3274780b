"""Lead times: months summed along the stages of an asset, from its first action to service.

An asset is ordered (commitment), procured, built, and runs (operation). A permit route is required
before one of the three, so the months from filing to service are

    commitment      permit + procurement + building
    construction    max(permit, procurement) + building
    operation       max(permit, procurement + building)

For a site, procurement is nothing and building is its construction. A route may be filed only once
another requirement of the same asset is granted; the months of the two then add up.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from tokenworks import air
from tokenworks.calendar import months_between, whole_months_until
from tokenworks.frames import NamedRow, given, lookup, rows, rows_by
from tokenworks.schema import tables_holdings as holdings
from tokenworks.schema.tables_power import SITE_ASSET, STACKS_ASSET

_ATTAINMENT = "attainment"
_FRESH = "fresh"


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
    """A permit route that an asset can use.

    Attributes
    ----------
    route
        Id.
    satisfies
        Requirements that its grant satisfies.
    required_before
        The stage that has to wait for it.
    months
        From filing to grant, refused filings and slips included.
    cost_usd
        Of all the filings that a grant takes on average.
    kept_usd
        What keeps its value, for the next owner of the asset.
    follows
        Requirement that must be granted before it can be filed; blank for none.
    """

    route: str
    satisfies: tuple[str, ...]
    required_before: str
    months: int
    cost_usd: float
    kept_usd: float = 0.0
    follows: str = ""


def permits_by_site(tables: Mapping[str, pd.DataFrame]) -> dict[tuple[str, str], list[Permit]]:
    """Permit routes that hold at a site: its jurisdiction's own and those of what it is part of.

    A route for other air than the site's does not hold, nor does one that another of the site's
    routes replaces.

    Parameters
    ----------
    tables
        `air_permit_thresholds`, `jurisdictions`, `permit_routes`, `power_technologies`, `sites`.

    Returns
    -------
    dict
        (site, asset) to routes; an asset is a technology or the word for the site itself.
    """
    result: dict[tuple[str, str], list[Permit]] = {}
    technologies, limits = _sources(tables)
    assets = {
        row.route: tuple(air.assets_of(row, technologies, limits))
        for row in rows(tables["permit_routes"])
    }
    filed, opened = routes_held(tables), sites_held(tables)
    for site, offered in routes_offered(tables):
        for row in routes_that_hold(site, offered):
            one, month = permit(row), filed.get((site.site, row.route))
            if month is not None:
                granted = max(0, month + one.months)
                one = replace(one, months=granted, cost_usd=0.0, follows="")
            for asset in assets[row.route]:
                # An open site has its permits.
                if asset != SITE_ASSET or site.site not in opened:
                    result.setdefault((site.site, asset), []).append(one)
    return result


def sites_held(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """Sites of which blocks are energised or on order."""
    return {
        row.site
        for row in rows(tables["holdings"])
        if row.kind == holdings.SITE or (row.kind == holdings.ORDER and row.asset == SITE_ASSET)
    }


def routes_held(tables: Mapping[str, pd.DataFrame]) -> dict[tuple[str, str], int]:
    """(site, route) granted or filed before the horizon to the month of its filing, negative.

    Of what is granted the filing lies the route's months before the grant; a contract's route is
    granted when the contract starts.
    """
    start = tables["periods"]["start"].min().date()
    months = route_months(tables)
    result: dict[tuple[str, str], int] = {}
    for row in rows(tables["holdings"]):
        routes = holdings.PERMIT, holdings.QUEUE_POSITION, holdings.CONTRACT
        if row.kind in routes and row.asset in months:
            day = row.date.date().replace(day=1)
            filed = round(months_between(start, day))
            if row.kind != holdings.QUEUE_POSITION:
                filed -= months[row.asset]
            pair = row.site, row.asset
            result[pair] = min(filed, result.get(pair, filed))
    return result


def route_months(tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """Months from filing to grant of every route that can be filed, licences of rules too."""
    result = {row.route: permit(row).months for row in rows(tables["permit_routes"])}
    for row in rows(tables["interconnection_routes"]):
        result[row.route] = int(row.route_months) + slip(row)
    for row in rows(tables["export_rules"]):
        result[row.rule] = 0 if pd.isna(row.licence_months) else int(row.licence_months)
    return result


def air_routes(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, list[NamedRow]]]:
    """Sites with the routes to an air permit for all their stacks that hold there."""
    for site, offered in routes_offered(tables):
        held = [r for r in routes_that_hold(site, offered) if r.asset == STACKS_ASSET]
        yield site.site, held


def closed(tables: Mapping[str, pd.DataFrame]) -> set[tuple[str, str]]:
    """(site, technology) that no air permit of the site covers, or asks for; see `air`."""
    technologies, limits = _sources(tables)
    return {
        (site, technology)
        for site, held in air_routes(tables)
        for technology in air.closed_to(held, technologies, limits)
    }


def _sources(tables: Mapping[str, pd.DataFrame]) -> tuple[list[NamedRow], air.Thresholds]:
    technologies = list(rows(tables["power_technologies"]))
    return technologies, air.thresholds(tables["air_permit_thresholds"])


def routes_offered(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[NamedRow, list[NamedRow]]]:
    """Every site with the routes of its jurisdiction and of those that it is part of."""
    parents = lookup(tables["jurisdictions"], "jurisdiction", "parent")
    by_place: dict[str, list[NamedRow]] = {}
    for row in rows(tables["permit_routes"]):
        by_place.setdefault(row.jurisdiction, []).append(row)
    for site in rows(tables["sites"]):
        places = with_parents(site.jurisdiction, parents)
        # What is asked for where water is scarce is no requirement where it is not.
        kinds = ("", site.water or _FRESH)
        yield (
            site,
            [row for place in places for row in by_place.get(place, []) if row.water in kinds],
        )


def routes_that_hold(site: NamedRow, offered: list[NamedRow]) -> list[NamedRow]:
    """Of the routes offered to a site those for its air that no other of them replaces."""
    here = [row for row in offered if _holds(row, site)]
    replaced = {row.replaces for row in here}
    return [row for row in here if row.route not in replaced]


def _holds(route: NamedRow, site: NamedRow) -> bool:
    """Whether a route is for the site's air; a site that says nothing attains the limits."""
    return route.attainment in ("", site.attainment or _ATTAINMENT)


def permit(row: NamedRow) -> Permit:
    """What a row of `permit_routes` grants, when and at what cost."""
    chance = 1.0 if math.isnan(row.probability_fraction) else row.probability_fraction
    return Permit(
        route=row.route,
        satisfies=tuple(filter(None, (row.requirement, row.also_satisfies))),
        required_before=row.required_before,
        # A refused filing is filed again at once: 1/chance of them on average.
        months=math.ceil(row.route_months / chance - 1e-9) + slip(row),
        cost_usd=row.cost_usd / chance,
        kept_usd=float(row.cost_usd) if pd.notna(row.transferable) and row.transferable else 0.0,
        follows=row.follows,
    )


def slip(row: NamedRow) -> int:
    """Months by which a route or a delivery is late; none where the cell is blank."""
    return 0 if pd.isna(row.slip_months) else int(row.slip_months)


def connection_months(route: NamedRow, filed: Mapping[tuple[str, str], int]) -> int:
    """Months from filing an interconnection to its first contracted MW.

    Of one that is held, those that are left of them at the start of the horizon.
    """
    months = int(route.route_months) + slip(route)
    month = filed.get((route.site, route.route))
    return months if month is None else max(0, month + months)


def with_parents(place: str, parents: Mapping[str, str]) -> Iterator[str]:
    """A place and what it is part of; a circle, which has a check of its own, is walked once."""
    seen: set[str] = set()
    while place and place not in seen:
        seen.add(place)
        yield place
        place = parents.get(place, "")


def cost_ratio(site: NamedRow, technology: NamedRow) -> float:
    """Capital of a technology at a site over the nation's mean."""
    ratios = {"gas": site.capital_cost_ratio, "nuclear": site.nuclear_cost_ratio}
    return float(given(ratios.get(technology.cost_region, 1.0), 1.0))


def lateral_months(tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """Site to the months from the order of its gas lateral to gas there."""
    return {s: int(given(row.lateral_months, 0)) for s, row in gas_connections(tables).items()}


def lateral_usd(tables: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    """Site to what its gas lateral costs, where no other figure holds it."""
    length = lookup(tables["sites"], "site", "gas_plant_km")
    return {
        s: given(row.lateral_cost_usd_per_km, 0.0) * given(length[s], 0.0)
        for s, row in gas_connections(tables).items()
        if not given(row.lateral_included, blank=False)
    }


def transport_usd_per_mmbtu(tables: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    """Site to the firm transport of its gas, where the price of the fuel does not hold it."""
    return {
        s: given(row.firm_transport_usd_per_mmbtu, 0.0)
        for s, row in gas_connections(tables).items()
        if not given(row.transport_included, blank=False)
    }


def gas_connections(tables: Mapping[str, pd.DataFrame]) -> dict[str, NamedRow]:
    """Site to what gas takes there: its jurisdiction's own row, or of what that is part of."""
    parents = lookup(tables["jurisdictions"], "jurisdiction", "parent")
    known = rows_by(tables["gas_connections"], "jurisdiction")
    found = {}
    for site in rows(tables["sites"]):
        places = [p for p in with_parents(site.jurisdiction, parents) if p in known]
        if places:
            found[site.site] = known[places[0]]
    return found


def site_stages(site: NamedRow) -> Stages:
    """Stages of a site: it is built, nothing is procured."""
    return Stages(0, int(site.construction_months))


def technology_stages(technology: NamedRow, start: dt.date) -> Stages:
    """Stages of a power technology, counted from the start of the horizon."""
    return Stages(
        int(technology.procurement_months) + slip(technology),
        int(technology.build_months),
        first_month(technology.first_order, start),
    )


def first_month(date: pd.Timestamp | None, start: dt.date) -> int:
    """Month from which something can be ordered; 0 where no date is given."""
    return 0 if date is None or pd.isna(date) else whole_months_until(start, date.date())


def followed(permit: Permit, permits: list[Permit]) -> list[Permit]:
    """Of an asset's routes those one of which must be granted before a permit is filed."""
    return [other for other in permits if permit.follows and permit.follows in other.satisfies]


def months_to_grant(permit: Permit, permits: list[Permit]) -> set[int]:
    """Months from the first filing to the grant of a permit, by every chain that leads to it."""
    if not permit.follows:
        return {permit.months}
    before = (months_to_grant(other, permits) for other in followed(permit, permits))
    return {permit.months + months for found in before for months in found}


def earliest_service(stages: Stages, permits: list[Permit]) -> int:
    """First month in which an asset can serve, its first action taken at the horizon's start.

    Every requirement takes its fastest route, filed at once or as soon as what it follows is there.
    """
    chains: dict[str, list[int]] = {}
    for permit in permits:
        granted = months_to_grant(permit, permits)
        ready = [stages.chain(months, permit.required_before) for months in granted]
        for requirement in permit.satisfies:
            chains.setdefault(requirement, []).extend(ready)
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
    filed = routes_held(tables)
    found = {connection_months(row, filed) for row in rows(tables["interconnection_routes"])}
    found |= {
        first_month(row.first_order, start) + row.lead_months for row in rows(tables["hardware"])
    }
    shut = closed(tables)
    opened: set[int] = {0} if sites_held(tables) else set()
    laterals = lateral_months(tables)
    for _, held in air_routes(tables):
        # A later permit lifts a cap on what is built already.
        caps = {row.route: tuple(air.caps(row).values()) for row in held}
        options = [permit(row) for row in held]
        for option in options:
            if air.allow_more(caps[option.route], caps.values()):
                found |= months_to_grant(option, options)
    for site in rows(tables["sites"]):
        gas = laterals.get(site.site, 0)
        assets = [(SITE_ASSET, site_stages(site), 0)]
        assets += [
            (row.technology, technology_stages(row, start), gas if row.needs_gas else 0)
            for row in rows(tables["power_technologies"])
            if (site.site, row.technology) not in shut
        ]
        for asset, stages, gas_comes in assets:
            ordered = max(stages.first_order_month + stages.months, gas_comes)
            routes = permits.get((site.site, asset), [])
            chains = [
                stages.chain(months, r.required_before)
                for r in routes
                for months in months_to_grant(r, routes)
            ]
            ready = {max(ordered, chain) for chain in chains or [0]}
            found |= ready
            if asset == SITE_ASSET:
                opened |= ready
    return {int(months) for months in found if months >= min(opened, default=0)}
