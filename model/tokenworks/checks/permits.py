"""Checks of what permit routes satisfy and follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tokenworks import leads
from tokenworks.checks.base import Tables, problem_at, reads, rows
from tokenworks.errors import Problem
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.wording import shown

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
