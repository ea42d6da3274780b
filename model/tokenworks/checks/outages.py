"""Checks of when power technologies run, and of what they run on."""

from __future__ import annotations

from collections.abc import Iterator

from tokenworks.checks.base import Tables, enabled, problem_at, reads, rows
from tokenworks.errors import Problem
from tokenworks.frames import given
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.wording import shown


@reads("power_technologies.planned_outage_fraction", "power_technologies.forced_outage_fraction")
def check_technologies_run_at_times(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Nothing is out of service all the time."""
    table = tables["power_technologies"]
    for row in rows(table):
        planned = given(row.planned_outage_fraction, 0.0)
        if planned and planned + row.forced_outage_fraction >= 1.0:
            yield problem_at(
                table,
                row.Index,
                "planned_outage_fraction",
                f"{shown(row.technology)} is out of service all the time: {planned:g} planned and "
                f"{row.forced_outage_fraction:g} unplanned",
                "give shares of time that sum to less than 1",
            )


@reads(
    *("operations.zone", "operations.net_load_mw", "sites.zone", "sites.enabled"),
    options=("time.outage_day",),
)
def check_outage_days_can_be_told(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """Where outages are to fill whole days, net load says which."""
    table = tables["operations"]
    zones = {row.zone for row in enabled(tables["sites"])}
    for zone, group in table.frame.groupby("zone", sort=False) if scenario.time.outage_day else ():
        blank = group.index[group["net_load_mw"].isna()]
        if zone in zones and len(blank):
            yield problem_at(
                table,
                int(blank[0]),
                "net_load_mw",
                f"it is blank, but `time.outage_day` puts the planned outages of zone {shown(zone)}"
                " on its days of least net load",
                "give the zone's load less its solar and wind in every slice, or leave the option "
                "out",
            )


@reads(
    *("carbon.price_usd_per_tonne", "operations.zone", "operations.marginal_co2_kg_per_mwh"),
    *("sites.zone", "sites.enabled"),
    options=("power.count_grid_co2", "policy.most_co2_tonnes"),
)
def check_counted_grid_has_its_carbon(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """The CO2 of the grid is known where it is to be counted."""
    table = tables["operations"]
    counts = len(tables["carbon"].frame) or scenario.policy.most_co2_tonnes is not None
    if not scenario.power.count_grid_co2 or not counts:
        return
    zones = {row.zone for row in enabled(tables["sites"])}
    for zone, group in table.frame.groupby("zone", sort=False):
        blank = group.index[group["marginal_co2_kg_per_mwh"].isna()]
        if zone in zones and len(blank):
            yield problem_at(
                table,
                int(blank[0]),
                "marginal_co2_kg_per_mwh",
                f"it is blank, but `power.count_grid_co2` counts the grid of zone {shown(zone)}",
                "give it in every slice, or leave the option out",
            )


@reads("power_technologies.co2_tonnes_per_mmbtu", "power_technologies.fuel")
def check_carbon_comes_from_fuel(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """What burns nothing has no CO2 at the stack."""
    table = tables["power_technologies"]
    for row in rows(table):
        if given(row.co2_tonnes_per_mmbtu, 0.0) > 0.0 and not row.fuel:
            yield problem_at(
                table,
                row.Index,
                "co2_tonnes_per_mmbtu",
                f"{shown(row.technology)} has CO2 at the stack, but burns no fuel",
                "name its fuel, or give 0",
            )


@reads("power_technologies.kind", "power_technologies.minimum_load_fraction")
def check_only_thermal_units_have_a_least_output(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Sun and wind are curtailed at will, and storage rests."""
    table = tables["power_technologies"]
    for row in rows(table):
        if given(row.minimum_load_fraction, 0.0) > 0.0 and row.kind != "thermal":
            yield problem_at(
                table,
                row.Index,
                "minimum_load_fraction",
                f"a least output of {row.minimum_load_fraction:g}, but the kind is "
                f"{shown(row.kind)}",
                "give 0, or the kind `thermal`",
            )


@reads("power_technologies.fuel_on_site", "power_technologies.needs_gas")
def check_fuel_on_site_is_in_place_of_gas(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Only what draws on the pipeline can be told to run on without it."""
    table = tables["power_technologies"]
    for row in rows(table):
        if given(row.fuel_on_site, blank=False) and not row.needs_gas:
            yield problem_at(
                table,
                row.Index,
                "fuel_on_site",
                f"{shown(row.technology)} draws on no pipeline that could fail",
                "leave it blank, or set `needs_gas`",
            )
