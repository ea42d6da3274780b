"""Changes of a scenario that must not make its best plan dearer, by what they do."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tests.properties.draw import Row

from tokenworks import leads
from tokenworks.build import build
from tokenworks.calendar import Calendar, make_calendar
from tokenworks.inputs import Inputs, assemble
from tokenworks.money import Discounting
from tokenworks.schema.columns import Role
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.tables import INPUT_TABLES
from tokenworks.solver.highs import run
from tokenworks.solver.matrix import compile_matrix
from tokenworks.solver.whole import solve_whole

# Relative to the objective: solves are at gap 0, within the solver's own tolerances.
SAME = 1e-8
Changes = dict[str, Any]


def scale(factor: float) -> Row:
    return {"scale": factor}


def add(amount: float) -> Row:
    return {"add": amount}


LOOSER: dict[str, Changes] = {
    "halls of whole blocks": {"tables.sites[*].max_it_mw": scale(1.5)},
    "zones": {"tables.zone_headroom[*].firm_headroom_mw": add(7)},
    "grid routes": {"tables.interconnection_routes[*].max_mw": add(9)},
    "pipelines": {"tables.sites[*].gas_access_mw": add(11)},
    "land for solar": {"tables.power_technologies[solar].max_site_mw": add(20)},
    "dense and liquid-cooled halls": {
        "tables.sites[*].hall_density_kw_per_rack": 500.0,
        "tables.sites[*].liquid_cooling": True,
    },
    "rent": {"tables.cloud_prices[*].max_output_tokens_per_s": scale(2)},
    "latency": {"tables.workloads[*].ttft_limit_ms": scale(2)},
    "utilisation": {"tables.workloads[*].max_utilisation_fraction": 1.0},
    "margin": {"power.self_supply_margin_fraction": 0.0},
    "adequacy": {"power.adequacy": False},
    "terms of contracts": {"tables.tariffs[*].term_months": 0},
    "fractional modules": {"power.whole_module_fraction": 10.0},
    "links": {"tables.site_links[*].capacity_gbps": scale(3)},
    "less demand": {"tables.demand[*].output_tokens_per_s": scale(0.8)},
}
BETTER: dict[str, Changes] = {
    "heat rate": {"tables.power_technologies[engine].heat_rate_mmbtu_per_mwh": scale(0.8)},
    "storage": {"tables.power_technologies[battery].round_trip_efficiency_fraction": add(0.05)},
    "outages": {"tables.power_technologies[*].forced_outage_fraction": scale(0.3)},
    "pue": {
        "tables.sites[*].average_pue_ratio": add(-0.04),
        "tables.sites[*].peak_pue_ratio": add(-0.04),
    },
    "power at load": {"tables.operating_points[*].full_load_kw": scale(0.8)},
    "idle power": {"tables.hardware[*].idle_kw": scale(0.5)},
    "throughput": {"tables.operating_points[*].output_tokens_per_s": scale(1.2)},
    "sun": {"tables.operations[*].solar_capacity_factor": scale(1.1)},
    "resale": {"tables.hardware[*].resale_fraction": scale(1.2)},
    "catalysts": {"tables.power_technologies[engine].nox_with_scr_lb_per_mmbtu": scale(0.5)},
    "carbon price": {"tables.carbon[*].price_usd_per_tonne": scale(0.5)},
}
# Milestones move with these, so both sides are solved on the milestones of both.
SOONER: dict[str, Changes] = {
    "site permit": {"tables.permit_routes[building].route_months": 0},
    "quick air permit": {"tables.permit_routes[air-quick].route_months": 0},
    "slow air permit": {"tables.permit_routes[air-slow].route_months": 2},
    "grid": {"tables.interconnection_routes[*].route_months": 0},
    "construction": {"tables.sites[*].construction_months": 0},
    "procurement": {"tables.power_technologies[*].procurement_months": 0},
    "building of power": {"tables.power_technologies[*].build_months": 0},
    "systems": {"tables.hardware[*].lead_months": 0},
}
LONGER: dict[str, Changes] = {
    "shell": {"tables.sites[*].shell_life_years": scale(2)},
    "systems": {"tables.hardware[*].life_years": scale(2)},
    "power": {"tables.power_technologies[*].life_years": scale(2)},
}
FEWER: dict[str, Changes] = {
    "sites": {"tables.sites[a].enabled": False},
    "engines": {"tables.power_technologies[engine].enabled": False},
    "solar": {"tables.power_technologies[solar].enabled": False},
    "batteries": {"tables.power_technologies[battery].enabled": False},
    "rented engines": {"tables.power_technologies[rented].enabled": False},
    "catalysts": {"tables.power_costs[engine,*].scr_capex_usd_per_kw": None},
    "rebuilt halls": {"tables.hall_retrofits": None},
    "links": {"tables.site_links": None},
    "systems": {"tables.hardware[rack].enabled": False},
}
TIGHTER: dict[str, Changes] = {
    "whole systems": {"serving.whole_systems": True},
    "whole modules": {"power.whole_module_fraction": 0.0},
    "warm spares": {"serving.warm_spare_fraction": 0.1},
    "dearer unserved tokens": {"tables.workloads[*].unserved_usd_per_mtoken": scale(1.5)},
}
NO_DEARER = {"looser": LOOSER, "better": BETTER, "sooner": SOONER, "longer": LONGER}
NO_CHEAPER = {"fewer": FEWER, "tighter": TIGHTER}
LAWS = {
    f"{group}: {name}": (sign, changes)
    for sign, groups in ((1, NO_DEARER), (-1, NO_CHEAPER))
    for group, laws in groups.items()
    for name, changes in laws.items()
}


def everything(laws: dict[str, Changes]) -> Changes:
    """All changes of a group at once."""
    return {address: value for changes in laws.values() for address, value in changes.items()}


def usd(inputs: Inputs) -> float:
    """Cost of the best plan."""
    return solve_whole(build(inputs), inputs.scenario.solve).objective_usd


def relaxed_usd(inputs: Inputs) -> float:
    """Cost of the best plan in which nothing need be whole."""
    matrix = compile_matrix(build(inputs).pyomo).relaxed()
    return run(matrix, inputs.scenario.solve).objective


def on_calendar(inputs: Inputs, calendar: Calendar) -> Inputs:
    discounting = Discounting(inputs.scenario.finance, calendar)
    return replace(inputs, calendar=calendar, discounting=discounting)


def on_common_milestones(*scenarios: Scenario) -> list[Inputs]:
    """Inputs of scenarios on one calendar, cut at the milestones of all of them."""
    found = [assemble(scenario) for scenario in scenarios]
    services: set[int] = set().union(*(leads.first_services(x.tables) for x in found))
    first = found[0]
    time = first.scenario.time
    calendar = make_calendar(
        first.tables["periods"], services, time.step_months, time.arrival_months
    )
    return [on_calendar(x, calendar) for x in found]


def cut_every(inputs: Inputs, months: int) -> Calendar:
    """The calendar, cut besides at every multiple of so many months."""
    services = leads.first_services(inputs.tables) | set(
        range(0, inputs.calendar.horizon_months, months)
    )
    time = inputs.scenario.time
    return make_calendar(inputs.tables["periods"], services, time.step_months, time.arrival_months)


def money_columns(tables: Iterable[str]) -> list[str]:
    """Address of every money column of the tables that the program uses."""
    return [f"tables.{name}[*].{column}" for name in tables for column in _money(name)]


def _money(table: str) -> tuple[str, ...]:
    declared = INPUT_TABLES[table]
    return tuple(
        name for name in declared.money_columns if declared.column(name).role is Role.INPUT
    )


def shuffled(tables: dict[str, list[Row]], seed: int) -> dict[str, list[Row]]:
    """The same rows in another order; periods keep theirs, which gives them their dates."""
    order = random.Random(seed)  # noqa: S311 -- reproducible, not secret
    return {
        name: rows if name == "periods" else order.sample(rows, len(rows))
        for name, rows in tables.items()
    }
