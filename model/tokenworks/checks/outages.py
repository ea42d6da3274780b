"""Checks of when power technologies run, and of what they run on."""

from __future__ import annotations

from collections.abc import Iterator

from tokenworks.checks.base import Tables, problem_at, reads, rows
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
