"""Checks of what permit routes satisfy and follow."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from tokenworks import air, leads
from tokenworks.checks.base import Tables, problem_at, reads, rows
from tokenworks.errors import Problem
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.tables_power import SITE_ASSET, STACKS_ASSET
from tokenworks.schema.wording import listed, shown
from tokenworks.scr import WITH_SCR

_ORDER = ("permit_routes.requirement", "permit_routes.also_satisfies", "permit_routes.follows")
_WHERE = (
    *("permit_routes.route", "permit_routes.asset", "permit_routes.jurisdiction"),
    *("permit_routes.attainment", "permit_routes.water", "permit_routes.replaces"),
    *("sites.site", "sites.jurisdiction", "sites.attainment", "sites.water", "sites.enabled"),
    *("jurisdictions.jurisdiction", "jurisdictions.parent"),
)


@reads("permit_routes.requirement", "permit_routes.also_satisfies")
def check_second_requirements_differ(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """What a route satisfies beside its requirement is another one."""
    table = tables["permit_routes"]
    for row in rows(table):
        if row.also_satisfies == row.requirement:
            problem = f"{shown(row.requirement)} is the route's requirement already"
            remedy = "name another requirement, or leave the cell blank"
            yield problem_at(table, row.Index, "also_satisfies", problem, remedy)


@reads(*_ORDER, *_WHERE)
def check_followed_requirements_have_routes(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """What must be granted first can be had for the same asset at every site."""
    reported: set[str] = set()
    for site, held in _held(tables):
        found = {(r.asset, q) for r in held for q in (r.requirement, r.also_satisfies)}
        for row in held:
            if not row.follows or (row.asset, row.follows) in found or row.route in reported:
                continue
            reported.add(row.route)
            yield _problem(
                tables,
                row.route,
                f"it can be filed once {shown(row.follows)} is granted, but {shown(row.asset)} has "
                f"no route of {shown(row.follows)} at {shown(site.site)}",
                f"give {shown(row.asset)} one that holds there, or leave the cell blank",
            )


@reads(*_ORDER, *_WHERE)
def check_permits_do_not_wait_for_each_other(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """No requirement of an asset can be filed only after itself, by however many steps."""
    reported: set[frozenset[str]] = set()
    for _site, held in _held(tables):
        for asset in dict.fromkeys(row.asset for row in held):
            circle = _circle([row for row in held if row.asset == asset])
            if not circle or frozenset(circle) in reported:
                continue
            reported.add(frozenset(circle))
            chain = " → ".join((*circle, circle[0]))
            row = next(r for r in held if r.asset == asset and r.follows in circle)
            yield _problem(
                tables,
                row.route,
                f"the permits of {shown(asset)} wait for each other: {chain}",
                "leave `follows` blank for what is filed first",
            )


def _held(tables: Tables) -> Iterator[tuple[Any, list[Any]]]:
    """Enabled sites with the routes that hold there."""
    frames = {name: tables[name].frame for name in ("jurisdictions", "permit_routes")}
    sites = tables["sites"].frame
    frames["sites"] = sites[sites["enabled"]]
    for site, offered in leads.routes_offered(frames):
        yield site, leads.routes_that_hold(site, offered)


def _circle(routes: list[Any]) -> list[str]:
    """Requirements each of which follows the next, and the last the first; [] for none."""
    waits: dict[str, set[str]] = {}
    for row in routes:
        for requirement in filter(None, (row.requirement, row.also_satisfies)):
            waits.setdefault(requirement, set()).update({row.follows} - {""})
    for start in waits:
        chain = _way_back(start, [start], waits)
        if chain:
            return chain
    return []


def _way_back(start: str, chain: list[str], waits: Mapping[str, set[str]]) -> list[str]:
    for following in sorted(waits.get(chain[-1], ())):
        if following == start:
            return chain
        if following not in chain:
            found = _way_back(start, [*chain, following], waits)
            if found:
                return found
    return []


def _problem(tables: Tables, route: str, problem: str, remedy: str) -> Problem:
    table = tables["permit_routes"]
    line = next(row.Index for row in rows(table) if row.route == route)
    return problem_at(table, line, "follows", problem, remedy)


_AIR = (
    *("permit_routes.route", "permit_routes.asset", "permit_routes.requirement"),
    *("permit_routes.air_rule", "permit_routes.nox_cap_short_tons_per_year"),
    "permit_routes.source_category",
    *("permit_routes.carbon_monoxide_cap_short_tons_per_year", "permit_routes.needs_scr"),
    "permit_routes.offset_cost_usd_per_short_ton",
)
_OF_STACKS = (
    "source_category",
    "air_rule",
    "nox_cap_short_tons_per_year",
    "carbon_monoxide_cap_short_tons_per_year",
    "offset_cost_usd_per_short_ton",
)


@reads(*_AIR)
def check_stacks_alone_have_caps(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """All stacks of a site share one air permit, which alone has caps, control and offsets."""
    table = tables["permit_routes"]
    for row in rows(table):
        if row.asset == STACKS_ASSET:
            if row.requirement != "air":
                problem = f"{shown(STACKS_ASSET)} have air permits only"
                remedy = f"write `air`, or name a technology or {shown(SITE_ASSET)} as its asset"
                yield problem_at(table, row.Index, "requirement", problem, remedy)
            continue
        given = [name for name in _OF_STACKS if not _is_blank(getattr(row, name))]
        if not _is_blank(row.needs_scr) and row.needs_scr:
            given.append("needs_scr")
        for name in given:
            problem = (
                f"the asset is {shown(row.asset)}, but the permit of all stacks has such terms"
            )
            remedy = f"leave the cell blank, or give the asset {shown(STACKS_ASSET)}"
            yield problem_at(table, row.Index, name, problem, remedy)


@reads(
    *("permit_routes.asset", "permit_routes.requirement"),
    *("power_technologies.technology", "power_technologies.air_source_category"),
)
def check_stacks_have_no_permit_of_their_own(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A technology with a stack shares the site's air permit with the other stacks."""
    table = tables["permit_routes"]
    stacks = {t.technology for t in rows(tables["power_technologies"]) if air.has_stack(t)}
    for row in rows(table):
        if row.requirement == "air" and row.asset in stacks:
            problem = f"{shown(row.asset)} has a stack, and a site has one air permit for all"
            remedy = (
                f"give the asset {shown(STACKS_ASSET)}, or leave the technology's "
                "`air_source_category` blank"
            )
            yield problem_at(table, row.Index, "asset", problem, remedy)


@reads(*_AIR, "air_permit_thresholds")
def check_capped_permits_stay_below_a_threshold(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A capped route under a rule covers some source; one with offsets has a rule that asks."""
    table = tables["permit_routes"]
    limits = air.thresholds(tables["air_permit_thresholds"].frame)
    for row in rows(table):
        if row.asset != STACKS_ASSET:
            continue
        tons = {
            category: limit.major_source_short_tons_per_year
            for (rule, category), limit in limits.items()
            if rule == row.air_rule
        }
        if tons and not any(air.stays_below(row, category, limits) for category in tons):
            caps = [cap for cap in air.caps(row).values() if math.isfinite(cap)]
            yield problem_at(
                table,
                row.Index,
                "nox_cap_short_tons_per_year",
                f"a cap of {max(caps):g} short tons is no less than any threshold of "
                f"{shown(row.air_rule)}: {listed(f'{c} {t:g}' for c, t in tons.items())}",
                "give a cap below the threshold, or leave the caps blank for a major permit",
            )
        if not _is_blank(row.offset_cost_usd_per_short_ton):
            yield from _offset_problems(tables, row, limits)


def _offset_problems(tables: Tables, row: Any, limits: air.Thresholds) -> Iterator[Problem]:
    where = tables["permit_routes"], row.Index, "offset_cost_usd_per_short_ton"
    if not _is_blank(row.nox_cap_short_tons_per_year):
        problem = "a capped permit is no major one, so it takes no offsets"
        yield problem_at(*where, problem, "leave either the cap or the price blank")
    if not air.offset_ratio(row, limits):
        problem = f"the rule {shown(row.air_rule)} has no `offset_ratio`, so nothing is retired"
        yield problem_at(*where, problem, "name in `air_rule` a rule that has one")


_RATES = (
    ("nox_lb_per_mmbtu", "nox_with_scr_lb_per_mmbtu"),
    ("carbon_monoxide_lb_per_mmbtu", "carbon_monoxide_with_catalyst_lb_per_mmbtu"),
)


@reads(
    *(f"power_technologies.{name}" for pair in _RATES for name in pair),
    *("power_technologies.technology", "power_costs.technology"),
    "power_costs.scr_capex_usd_per_kw",
)
def check_control_is_whole(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A catalyst lets no more through than goes in, and has a cost in all years or in none."""
    table, costs = tables["power_technologies"], tables["power_costs"]
    for row in rows(table):
        if row.technology.endswith(WITH_SCR):
            problem = f"ids that end in {shown(WITH_SCR)} are those of variants behind SCR"
            yield problem_at(table, row.Index, "technology", problem, "give it another id")
        for without, behind in _RATES:
            if getattr(row, behind) > getattr(row, without):
                problem = f"{getattr(row, behind):g} is more than {getattr(row, without):g} without"
                remedy = f"give no more than `{without}`, or leave the cell blank"
                yield problem_at(table, row.Index, behind, problem, remedy)
    priced = set(costs.frame.loc[costs.frame["scr_capex_usd_per_kw"].notna(), "technology"])
    blank = costs.frame["scr_capex_usd_per_kw"].isna() & costs.frame["technology"].isin(priced)
    for line in costs.frame.index[blank]:
        problem = "the cell is blank, but other years have a cost of SCR"
        remedy = "give it in every year, or in none where SCR cannot be had"
        yield problem_at(costs, int(line), "scr_capex_usd_per_kw", problem, remedy)


def _is_blank(value: Any) -> bool:
    return bool(pd.isna(value)) or value == ""
