"""Software uplift: serving software improves after the day of a measurement."""

from __future__ import annotations

from functools import partial

import pytest

from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.levelised import levelised_costs

near = partial(pytest.approx, rel=1e-9)

# Three years from 2030, demand 1; a system costs 100,000 USD and lives one year, so that the
# systems of each year are bought anew: 1 over that year's uplift.
YEARLY = {
    "periods": [{}, {}, {}],
    "hardware": [{"capex_usd": 100e3, "life_years": 1.0, "software_stack": "stack"}],
    "operating_points": [{"measured_on": "2030-06-01"}],
    "software_efficiency": [
        {"software_stack": "stack", "year": 2028, "efficiency_index": 0.5},
        {"software_stack": "stack", "year": 2030, "efficiency_index": 1.0},
        {"software_stack": "stack", "year": 2032, "efficiency_index": 2.0},
    ],
}
LIFT = {"serving.software_uplift": True}


def of_system(**changes):
    return {**YEARLY, "hardware": [YEARLY["hardware"][0] | changes]}


def measured_on(day):
    return {**YEARLY, "operating_points": [{"measured_on": day}]}


@pytest.mark.parametrize(
    ("options", "tables", "systems"),
    [
        # Index 1, 1.5 (half way) and 2 over 1 of 2030; the cap of 1.5 holds from 2031 on.
        (LIFT, YEARLY, [1.0, 1 / 1.5, 1 / 1.5]),
        (LIFT | {"serving.most_software_uplift_ratio": 1.8}, YEARLY, [1.0, 1 / 1.5, 1 / 1.8]),
        (LIFT | {"serving.most_software_uplift_ratio": 9.0}, YEARLY, [1.0, 1 / 1.5, 0.5]),
        # A newer measurement is not lifted twice: measured in 2031, at 1.5, it gains 2/1.5 by 2032
        # and loses nothing in 2030.
        (LIFT, measured_on("2031-01-01"), [1.0, 1.0, 1.5 / 2]),
        # Measured in 2028 at 0.5: 2, 3 and 4 times, each capped.
        (LIFT, measured_on("2028-12-31"), [1 / 1.5] * 3),
        # Not asked for; no date of measurement; no stack; a stack without an index.
        ({}, YEARLY, [1.0] * 3),
        (LIFT, measured_on(None), [1.0] * 3),
        (LIFT, of_system(software_stack=""), [1.0] * 3),
        (LIFT, of_system(software_stack="other"), [1.0] * 3),
    ],
)
def test_throughput_rises_with_the_index(solve_case, options, tables, systems):
    answer = solve_case(options, **tables)
    assert [answer.value("buy_systems", "s", "h", e) for e in range(3)] == near(systems)
    assert answer.usd == near(100e3 * sum(systems))


def test_energy_of_a_token_falls_and_full_power_does_not(solve_case):
    # One system of 1 MW at full load and 0.2 MW idle, in 2032 with the cap at 2: half a system
    # carries the demand of 1 at full power: 0.5 MW, of which 0.1 idle, for 1,000 hours at 10
    # USD/MWh of fuel: 5,000 USD, and 10,000 as measured. Adequacy counts the same 0.5 MW, of plant
    # at 100 USD/kW: 50,000 and 100,000 USD.
    tables = {
        "periods": [{"start": "2032-01-01", "end": "2033-01-01"}],
        "hardware": [{"idle_kw": 200.0, "software_stack": "stack"}],
        "operating_points": [{"measured_on": "2030-06-01"}],
        "software_efficiency": YEARLY["software_efficiency"],
        "power_technologies": [
            {"technology": "plant", "fuel": "gas", "heat_rate_mmbtu_per_mwh": 1}
        ],
        "power_costs": [{"technology": "plant", "overnight_capex_usd_per_kw": 100.0}],
        "fuel_prices": [{"fuel": "gas", "price_usd_per_mmbtu": 10.0}],
    }
    options = LIFT | {"serving.most_software_uplift_ratio": 2.0, "power.adequacy": True}
    lifted = solve_case(options, **tables)
    assert lifted.usd == near(5e3 + 50e3)
    assert lifted.value("load_mw", "s", "w", "flat", 0) == near(0.4)
    assert solve_case(options | {"serving.software_uplift": False}, **tables).usd == near(110e3)


def test_the_best_point_may_change_with_the_year(solve_case):
    # Two points of one system: `old` of 2028 gives 0.9 and `new` of 2030 gives 1. The uplift of
    # the old one, 1.8 against 1 in 2030 (cap 9), makes it the better one in every year.
    tables = YEARLY | {
        "operating_points": [
            {"point": "old", "measured_on": "2028-01-01", "output_tokens_per_s": 0.9e6},
            {"point": "new", "measured_on": "2030-01-01", "output_tokens_per_s": 1e6},
        ]
    }
    measured = solve_case(**tables)
    assert measured.usd == near(300e3)
    lifted = solve_case(LIFT | {"serving.most_software_uplift_ratio": 9.0}, **tables)
    assert lifted.usd == near(100e3 * (1 / 1.8 + 1 / 2.7 + 1 / 3.6))


def test_levelised_cost_is_that_of_the_year(write_scenario):
    # Before any plan: 100,000 USD a year over 1 and 1.5 Mtokens/s for 365 x 86,400 s.
    tables = YEARLY | {"interconnection_routes": [{}]}
    x = assemble(load_scenario(write_scenario(LIFT, **tables)))
    usd = [levelised_costs(x, year)["cost_usd_per_mtoken"].iloc[0] for year in (2030, 2031)]
    assert usd == near([100e3 / 31.536e6, 100e3 / 1.5 / 31.536e6])
