"""Checks of power technologies and fuels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tokenworks import leads
from tokenworks.calendar import MONTHS_PER_YEAR
from tokenworks.checks.base import Tables, enabled, problem_at, reads, rows
from tokenworks.errors import Problem
from tokenworks.frames import given
from tokenworks.schema.addresses import ANY
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.tables_power import SITE_ASSET, STACKS_ASSET
from tokenworks.schema.wording import listed, shown

_STORAGE = "storage"


@reads("power_technologies.technology", "power_technologies.enabled", "power_costs.technology")
def check_technologies_have_costs(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Every enabled technology has a cost in at least one year."""
    table, costs = tables["power_technologies"], tables["power_costs"]
    known = set(costs.frame["technology"])
    for row in enabled(table):
        if row.technology not in known:
            yield problem_at(
                table,
                row.Index,
                "technology",
                f"{shown(row.technology)} has no cost in any year",
                f"give it rows in {shown(costs.file)}, or switch it off",
            )


@reads(
    "power_technologies.fuel",
    "power_technologies.enabled",
    "fuel_prices.fuel",
    "fuel_prices.zone",
    "sites.zone",
    "sites.enabled",
)
def check_fuels_have_prices(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """The fuel of every enabled technology has a price in the zone of every enabled site."""
    table, prices = tables["power_technologies"], tables["fuel_prices"]
    zones = {row.zone for row in enabled(tables["sites"])}
    priced = set(zip(prices.frame["fuel"], prices.frame["zone"], strict=True))
    fuels = set(prices.frame["fuel"])
    for row in enabled(table):
        # A fuel without any row is a dangling reference, which has a check of its own.
        if row.fuel not in fuels or (row.fuel, ANY) in priced:
            continue
        lacking = sorted(zone for zone in zones if (row.fuel, zone) not in priced)
        if lacking:
            yield problem_at(
                table,
                row.Index,
                "fuel",
                f"{shown(row.fuel)} has no price in the zone{'s' if len(lacking) > 1 else ''} "
                f"{listed(lacking)}",
                f"give it rows in {shown(prices.file)}, there or for the zone `*`",
            )


@reads("power_technologies.fuel", "power_technologies.heat_rate_mmbtu_per_mwh")
def check_heat_rates_go_with_fuels(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """What burns fuel has a heat rate, and nothing else has."""
    table = tables["power_technologies"]
    for row in rows(table):
        if row.fuel and not row.heat_rate_mmbtu_per_mwh > 0:
            problem = f"the heat rate is 0, but {shown(row.technology)} burns {shown(row.fuel)}"
            remedy = "give its heat rate (HHV), or leave `fuel` blank"
            yield problem_at(table, row.Index, "heat_rate_mmbtu_per_mwh", problem, remedy)
        elif not row.fuel and row.heat_rate_mmbtu_per_mwh > 0:
            problem = f"{shown(row.technology)} has a heat rate, but burns no fuel"
            yield problem_at(
                table, row.Index, "heat_rate_mmbtu_per_mwh", problem, "name its fuel, or give 0"
            )


@reads(
    "power_technologies.kind",
    "power_technologies.storage_hours",
    "power_technologies.round_trip_efficiency_fraction",
)
def check_storage_has_hours(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Storage holds energy and gives some of it back; nothing else does."""
    table = tables["power_technologies"]
    for row in rows(table):
        stores = row.kind == _STORAGE
        if stores and not row.storage_hours > 0:
            yield problem_at(
                table, row.Index, "storage_hours", "storage of 0 hours", "give a number above 0"
            )
        if stores and not row.round_trip_efficiency_fraction > 0:
            yield problem_at(
                table,
                row.Index,
                "round_trip_efficiency_fraction",
                "storage that gives nothing back",
                "give a number above 0",
            )
        if not stores and row.storage_hours > 0:
            yield problem_at(
                table,
                row.Index,
                "storage_hours",
                f"{shown(row.storage_hours)} hours of storage, but the kind is {shown(row.kind)}",
                "give 0, or the kind `storage`",
            )


@reads(
    *("power_technologies.technology", "power_technologies.leased"),
    *("power_technologies.lease_term_months", "power_technologies.life_years"),
    *("power_technologies.resale_fraction", "power_costs.technology"),
    *("power_costs.lease_usd_per_kw_month", "power_costs.overnight_capex_usd_per_kw"),
)
def check_leases_have_a_rent_and_no_capital(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """What is leased has a rent and no capital; what is bought has neither rent nor term."""
    table, costs = tables["power_technologies"], tables["power_costs"]
    leased = {}
    for row in rows(table):
        leased[row.technology] = given(row.leased, blank=False)
        faults = _faults_of_a_lease(row) if leased[row.technology] else _faults_of_a_purchase(row)
        for fault in faults:
            yield problem_at(table, row.Index, *fault)
    for row in rows(costs):
        rent, capital = given(row.lease_usd_per_kw_month, 0.0), row.overnight_capex_usd_per_kw
        if leased.get(row.technology, False):
            if not rent > 0.0:
                words = f"{shown(row.technology)} is leased, but has no rent", "give its rent"
                yield problem_at(costs, row.Index, "lease_usd_per_kw_month", *words)
            if capital > 0.0:
                words = f"{shown(row.technology)} is leased, and has a capital cost", "give 0"
                yield problem_at(costs, row.Index, "overnight_capex_usd_per_kw", *words)
        elif rent > 0.0:
            problem = f"{shown(row.technology)} has a rent, but is not leased"
            remedy = f"leave it blank, or set `leased` in {shown(table.file)}"
            yield problem_at(costs, row.Index, "lease_usd_per_kw_month", problem, remedy)


def _faults_of_a_lease(row: Any) -> Iterator[tuple[str, str, str]]:
    if given(row.resale_fraction, 0.0) > 0.0:
        problem = f"{shown(row.technology)} is leased, so it is not the plan's to sell"
        yield "resale_fraction", problem, "leave it blank, or `leased` false"
    term = given(row.lease_term_months, 0)
    if term > row.life_years * MONTHS_PER_YEAR:
        problem = f"a least term of {term} months is longer than the life of {row.life_years} years"
        yield "lease_term_months", problem, "give a term within the life"


def _faults_of_a_purchase(row: Any) -> Iterator[tuple[str, str, str]]:
    if given(row.lease_term_months, 0) > 0:
        problem = f"{shown(row.technology)} has a least term, but is not leased"
        yield "lease_term_months", problem, "leave it blank, or set `leased`"


@reads("permit_routes.route", "interconnection_routes.route")
def check_routes_have_names_of_their_own(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A permit route and an interconnection route are filed alike, so they share no id."""
    taken = set(tables["interconnection_routes"].frame["route"])
    table = tables["permit_routes"]
    for row in rows(table):
        if row.route in taken:
            yield problem_at(
                table,
                row.Index,
                "route",
                f"{shown(row.route)} is an interconnection route too",
                "give the permit route an id of its own",
            )


@reads("power_technologies.technology")
def check_no_technology_is_called_site(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """The site and its stacks stand under their own words among the assets of permit routes."""
    table = tables["power_technologies"]
    for row in rows(table):
        if row.technology in (SITE_ASSET, STACKS_ASSET):
            yield problem_at(
                table,
                row.Index,
                "technology",
                f"{shown(row.technology)} is the word for the site itself, or for all its stacks",
                "give the technology another id",
            )


_ROUTES = (
    *("permit_routes.route", "permit_routes.asset", "permit_routes.requirement"),
    *("permit_routes.jurisdiction", "permit_routes.attainment", "permit_routes.replaces"),
    *("permit_routes.water", "permit_routes.also_satisfies"),
)


@reads(*_ROUTES)
def check_replaced_routes_are_of_the_same_kind(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A route takes the place of another way to the same permit for the same asset."""
    table = tables["permit_routes"]
    by_route = {row.route: row for row in rows(table)}
    for row in rows(table):
        other = by_route.get(row.replaces)
        if other is None:
            continue
        for column in ("asset", "requirement"):
            mine, its = getattr(row, column), getattr(other, column)
            if mine != its:
                yield problem_at(
                    table,
                    row.Index,
                    "replaces",
                    f"{shown(row.replaces)} is for the {column} {shown(its)}, this route for "
                    f"{shown(mine)}",
                    f"name a route of the same {column}, or leave the cell blank",
                )


@reads(
    *_ROUTES,
    *("sites.site", "sites.jurisdiction", "sites.attainment", "sites.water", "sites.enabled"),
    *("jurisdictions.jurisdiction", "jurisdictions.parent"),
)
def check_every_requirement_has_a_route(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """What needs a permit at a site has a way to it there, whatever its air and its state."""
    frames = {name: tables[name].frame for name in ("jurisdictions", "permit_routes")}
    sites = tables["sites"].frame
    frames["sites"] = sites[sites["enabled"]]
    lacking: dict[tuple[str, str], list[str]] = {}
    first: dict[tuple[str, str], int] = {}
    lines = {row.route: row.Index for row in rows(tables["permit_routes"])}
    for site, offered in leads.routes_offered(frames):
        held = leads.routes_that_hold(site, offered)
        left = {(r.asset, q) for r in held for q in (r.requirement, r.also_satisfies)}
        for route in offered:
            need = route.asset, route.requirement
            if need not in left and site.site not in lacking.setdefault(need, []):
                lacking[need].append(site.site)
                first.setdefault(need, lines[route.route])
    for (asset, requirement), names in lacking.items():
        if names:
            yield problem_at(
                tables["permit_routes"],
                first[asset, requirement],
                "route",
                f"no route of `{requirement}` for {shown(asset)} is left at {listed(names)}: its "
                "`attainment` or a route that `replaces` it rules it out there",
                "give one for the other air, or correct `attainment` or `replaces`",
            )
