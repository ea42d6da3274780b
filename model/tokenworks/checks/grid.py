"""Checks of flexible contracts and load: what is cut, when, within which headroom; what waits."""

from __future__ import annotations

from collections.abc import Iterator

from tokenworks.checks.base import Tables, enabled, problem_at, reads, rows
from tokenworks.errors import Problem
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.wording import shown
from tokenworks.yearly import Yearly

_FLEXIBLE = "flexible"
# Megawatts are stated to a tenth.
_ROUNDING_MW = 0.1


@reads("interconnection_routes.firmness", "interconnection_routes.curtailed_fraction")
def check_flexible_routes_alone_are_cut(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A flexible route says which share of its energy is cut; the others are never cut."""
    table = tables["interconnection_routes"]
    for row in rows(table):
        cut = row.curtailed_fraction > 0.0
        if row.firmness == _FLEXIBLE and not cut:
            problem = "the route is flexible, but nothing of it is cut"
            remedy = "give the share of a year's energy that is cut, above 0, or call it `firm`"
            yield problem_at(table, row.Index, "curtailed_fraction", problem, remedy)
        elif cut and row.firmness != _FLEXIBLE:
            problem = f"{row.curtailed_fraction:g} is cut of a route that is {shown(row.firmness)}"
            remedy = "leave the cell blank, or call the route `flexible`"
            yield problem_at(table, row.Index, "curtailed_fraction", problem, remedy)


@reads(
    *("interconnection_routes.firmness", "interconnection_routes.site"),
    *("interconnection_routes.curtailed_fraction", "sites.site", "sites.zone", "sites.enabled"),
    *("operations.zone", "operations.net_load_mw"),
)
def check_flexible_routes_have_a_net_load(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Where a site can have a flexible contract, its zone's net load says when that is cut."""
    operations, table = tables["operations"], tables["interconnection_routes"]
    blank = operations.frame["net_load_mw"].isna()
    silent = set(operations.frame.loc[blank, "zone"])
    zone = {row.site: row.zone for row in enabled(tables["sites"])}
    for row in rows(table):
        # A flexible route that is never cut has a problem of its own.
        cut = row.firmness == _FLEXIBLE and row.curtailed_fraction > 0.0
        if cut and zone.get(row.site) in silent:
            yield problem_at(
                table,
                row.Index,
                "firmness",
                f"the route is flexible, but the net load of its zone {shown(zone[row.site])} is "
                "blank, so that nothing says when it is cut",
                f"give `net_load_mw` in every slice of the zone in {shown(operations.file)}, or "
                "leave the route out",
            )


@reads(
    *("flexible_headroom.zone", "flexible_headroom.year", "flexible_headroom.flexible_headroom_mw"),
    *("zone_headroom.zone", "zone_headroom.year", "zone_headroom.firm_headroom_mw"),
)
def check_flexible_headroom_holds_the_firm(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Flexible headroom includes the firm, so it is no less."""
    table = tables["flexible_headroom"]
    firm = Yearly(tables["zone_headroom"].frame, ["zone"], "firm_headroom_mw")
    for row in rows(table):
        if (row.zone,) not in firm:
            continue
        least = firm.at((row.zone,), row.year)
        if row.flexible_headroom_mw < least - _ROUNDING_MW:
            yield problem_at(
                table,
                row.Index,
                "flexible_headroom_mw",
                f"{row.flexible_headroom_mw:g} MW is below the firm headroom of {least:g} MW, "
                "which it includes",
                "give firm and flexible contracts together",
            )


@reads("workloads.deferrable_fraction", "workloads.deferral_window_hours")
def check_deferrable_load_has_a_window(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """What may wait may wait for some time."""
    table = tables["workloads"]
    for row in rows(table):
        if row.deferrable_fraction > 0.0 and not row.deferral_window_hours > 0.0:
            yield problem_at(
                table,
                row.Index,
                "deferral_window_hours",
                f"{row.deferrable_fraction:g} of the load may wait, but for no time",
                "give the hours of the longest wait, or leave `deferrable_fraction` blank",
            )
