"""Checks of sites, zones and their representative days."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pandas as pd

from tokenworks.checks.base import Tables, enabled, problem_at, reads, rows
from tokenworks.errors import Problem
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.wording import shown

_HOURS_PER_DAY = 24
# A year of 365 or 366 days, with a day's slack for rounded weights.
_YEAR_DAYS = (364.0, 367.0)
_MEAN_TOLERANCE = 0.01
_SAME = 1e-9

_GRID = ("sites.site", "sites.zone", "sites.enabled", "interconnection_routes.site")
_SLICES = ("operations.zone", "operations.day", "operations.hour_utc", "operations.weight_days")


@reads("sites.enabled", "cloud_prices")
def check_some_site_is_enabled(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """At least one site is switched on, or there is capacity to rent."""
    sites = tables["sites"]
    if not enabled(sites) and tables["cloud_prices"].frame.empty:
        yield problem_at(
            sites,
            0,
            "enabled",
            "every site is switched off, and there is no capacity to rent",
            "give one of them `true`, or a cloud price",
        )


@reads("sites.block_mw", "sites.max_it_mw")
def check_blocks_fit_their_site(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A block is no larger than the site."""
    sites = tables["sites"]
    for row in rows(sites):
        if row.block_mw > row.max_it_mw:
            yield problem_at(
                sites,
                row.Index,
                "block_mw",
                f"a block of {row.block_mw:g} MW is larger than the site, {row.max_it_mw:g} MW",
                "give at most `max_it_mw`",
            )


@reads("sites.peak_pue_ratio", "sites.average_pue_ratio")
def check_peak_pue_is_the_larger(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """PUE on the design day is no better than over the year."""
    sites = tables["sites"]
    for row in rows(sites):
        if row.peak_pue_ratio < row.average_pue_ratio:
            yield problem_at(
                sites,
                row.Index,
                "peak_pue_ratio",
                f"{row.peak_pue_ratio:g} is below the yearly mean, {row.average_pue_ratio:g}",
                "give at least `average_pue_ratio`",
            )


@reads("sites.lease_usd_per_kw_month", "sites.shell_cost_usd_per_mw", "sites.land_cost_usd")
def check_rented_halls_are_not_built(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """The rent of a hall contains its land and shell, which are not paid for again."""
    sites = tables["sites"]
    for row in rows(sites):
        for column in ("shell_cost_usd_per_mw", "land_cost_usd"):
            if row.lease_usd_per_kw_month > 0 and getattr(row, column) > 0:
                yield problem_at(
                    sites,
                    row.Index,
                    column,
                    f"{shown(row.site)} rents its hall, and the rent contains this already",
                    "give 0 (what the tenant fits out belongs to `opening_cost_usd`), or leave "
                    "`lease_usd_per_kw_month` blank",
                )


@reads("hall_retrofits", "sites.site", "sites.hall_density_kw_per_rack", "sites.liquid_cooling")
def check_retrofits_make_halls_better(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A site's own retrofit admits denser racks, or liquid-cooled ones, than the hall as built."""
    table = tables["hall_retrofits"]
    built = {row.site: row for row in rows(tables["sites"])}
    for row in rows(table):
        hall = built.get(row.site)
        if hall is None:
            continue
        denser = row.hall_density_kw_per_rack > hall.hall_density_kw_per_rack
        if not denser and not (row.liquid_cooling and not hall.liquid_cooling):
            yield problem_at(
                table,
                row.Index,
                "hall_density_kw_per_rack",
                f"the halls of {shown(row.site)} hold {hall.hall_density_kw_per_rack:g} kW a rack "
                f"as built, and are cooled as well",
                "give a denser rack or liquid cooling, or delete the row",
            )


@reads("sites.zone", "sites.enabled", "operations.zone")
def check_zones_have_operations(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """The zone of every enabled site has representative days."""
    yield from _zones_lacking(tables, "operations", enabled(tables["sites"]), "representative days")


@reads(*_GRID, "tariffs.zone")
def check_zones_have_tariffs(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """The zone of every enabled site with a way to the grid has a tariff."""
    yield from _zones_lacking(tables, "tariffs", _grid_sites(tables), "a tariff")


@reads(*_GRID, "zone_headroom.zone")
def check_zones_have_headroom(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """The zone of every enabled site with a way to the grid has its headroom stated."""
    yield from _zones_lacking(tables, "zone_headroom", _grid_sites(tables), "firm headroom")


def _grid_sites(tables: Tables) -> list[Any]:
    routed = set(tables["interconnection_routes"].frame["site"])
    return [row for row in enabled(tables["sites"]) if row.site in routed]


def _zones_lacking(tables: Tables, name: str, sites: list[Any], what: str) -> Iterator[Problem]:
    known = set(tables[name].frame["zone"])
    reported: set[str] = set()
    for row in sites:
        if row.zone in known or row.zone in reported:
            continue
        reported.add(row.zone)
        yield problem_at(
            tables["sites"],
            row.Index,
            "zone",
            f"the zone {shown(row.zone)} has no rows in {shown(name)}",
            f"give it {what} in {shown(tables[name].file)}, or switch the site off",
        )


@reads(*_SLICES)
def check_representative_days_are_whole(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Hours of a day are evenly spaced and cover it; its weight is the same all day."""
    table = tables["operations"]
    for (zone, day), group in _odd_days(table.frame).groupby(["zone", "day"], sort=False):
        name = f"day {shown(day)} of zone {shown(zone)}"
        line = int(group.index[0])
        hours = sorted(int(hour) for hour in group["hour_utc"])
        if not _covers_a_day(hours):
            yield problem_at(
                table,
                line,
                "hour_utc",
                f"the {len(hours)} hours of {name} do not cover a day evenly",
                "give 1, 2, 3, 4, 6, 8, 12 or 24 slices of equal length, hours from 0 to 23",
            )
        other = group.index[(group["weight_days"] - group["weight_days"].iloc[0]).abs() > _SAME]
        if len(other):
            yield problem_at(
                table,
                int(other[0]),
                "weight_days",
                f"the weight of {name} is not the one of its first slice in row {line}",
                "give every slice of a day the same weight",
            )


def _odd_days(operations: pd.DataFrame) -> pd.DataFrame:
    """Rows of all days but those that can be seen to be whole, all of them at once."""
    day = ["zone", "day"]
    days, hours = operations.groupby(day, sort=False), operations["hour_utc"]
    count = days["hour_utc"].transform("size")
    # So many different hours, each of them some slices after the first, are all that there are.
    since = (hours - days["hour_utc"].transform("min")) % (_HOURS_PER_DAY / count)
    odd = (since != 0) | (_HOURS_PER_DAY % count != 0) | ~hours.between(0, _HOURS_PER_DAY - 1)
    odd |= operations.duplicated([*day, "hour_utc"])
    weight = operations["weight_days"]
    odd |= (weight - days["weight_days"].transform("first")).abs() > _SAME
    return operations[odd.groupby(days.ngroup()).transform("any").astype(bool)]


def _covers_a_day(hours: list[int]) -> bool:
    count = len(hours)
    if _HOURS_PER_DAY % count or not 0 <= hours[0] <= hours[-1] < _HOURS_PER_DAY:
        return False
    step = _HOURS_PER_DAY // count
    return all(later - earlier == step for earlier, later in pairwise(hours))


@reads(
    "operations.zone",
    "operations.day",
    "operations.net_load_mw",
    options=("time.representative_days",),
)
def check_days_can_be_left_out(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """Where fewer days are asked for than a zone has, its net load says which one must stay."""
    table, count = tables["operations"], scenario.time.representative_days
    for zone, group in table.frame.groupby("zone", sort=False) if count else ():
        blank = group.index[group["net_load_mw"].isna()]
        if group["day"].nunique() > int(count or 0) and len(blank):
            yield problem_at(
                table,
                int(blank[0]),
                "net_load_mw",
                f"it is blank, but zone {shown(zone)} has {group['day'].nunique()} days and "
                f"`time.representative_days` is {count}",
                "give the zone's load less its solar and wind in every slice, or leave the option "
                "out",
            )


def _first_row(operations: pd.DataFrame, zone: object) -> int:
    return int(operations.index[operations["zone"] == zone][0])


@reads("operations.zone", "operations.day", "operations.weight_days")
def check_weights_make_a_year(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """The weights of a zone's days sum to a year."""
    table = tables["operations"]
    of_days = table.frame.drop_duplicates(["zone", "day"]).groupby("zone", sort=False)
    for zone, days in of_days["weight_days"].sum().items():
        if not _YEAR_DAYS[0] <= days <= _YEAR_DAYS[1]:
            yield problem_at(
                table,
                _first_row(table.frame, zone),
                "weight_days",
                f"the days of zone {shown(zone)} weigh {days:g} days in all",
                "let the weights of its days sum to 365",
            )


@reads(*_SLICES, "operations.grid_price_shape", "operations.pue_overhead_shape")
def check_shapes_have_mean_one(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Shapes multiply yearly means, so their own weighted mean is 1."""
    table = tables["operations"]
    frame, shapes = table.frame, ["grid_price_shape", "pue_overhead_shape"]
    # A slice of a day of n slices stands for 24/n hours on each of the day's weight of days.
    slices = frame.groupby(["zone", "day"], sort=False)["hour_utc"].transform("size")
    weights = frame["weight_days"] / slices
    zones = frame["zone"]
    sums = frame[shapes].mul(weights, axis=0).groupby(zones, sort=False).sum()
    means = sums.div(weights.groupby(zones, sort=False).sum(), axis=0)
    for zone, of_zone in means.iterrows():
        for column, mean in of_zone.items():
            if abs(mean - 1.0) > _MEAN_TOLERANCE:
                yield problem_at(
                    table,
                    _first_row(frame, zone),
                    str(column),
                    f"the weighted mean of zone {shown(zone)} is {mean:.4g}, not 1",
                    f"divide its values by {mean:.6g}" if mean else "give values of mean 1",
                )
