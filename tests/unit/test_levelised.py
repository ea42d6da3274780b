"""Levelised cost of a token by hand, and the throughput that a system without one would need."""

from __future__ import annotations

from functools import partial

import pytest

from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.levelised import annuity, levelised_costs, throughput_needed

near = partial(pytest.approx, rel=1e-9)
YEAR = 2030
SECONDS = 8760 * 3600

# One system of 1 MW and 1 million tokens/s on grid power at 50 USD/MWh and 2 USD/kW-month.
CASE = {
    "sites": [
        {
            "shell_cost_usd_per_mw": 10e6,
            "shell_life_years": 20.0,
            "fixed_om_usd_per_mw_year": 100e3,
            "average_pue_ratio": 1.2,
            "peak_pue_ratio": 1.5,
        }
    ],
    "interconnection_routes": [{}],
    "tariffs": [
        {
            "zone": "z",
            "year": YEAR,
            "energy_usd_per_mwh": 40.0,
            "delivery_usd_per_mwh": 10.0,
            "capacity_usd_per_kw_month": 2.0,
        }
    ],
    "power_technologies": [],
    "hardware": [
        {
            "capex_usd": 30e6,
            "life_years": 5.0,
            "fixed_om_usd_per_year": 500e3,
            "idle_kw": 200.0,
        }
    ],
    "operating_points": [{"full_load_kw": 800.0}],
    "workloads": [{"max_utilisation_fraction": 0.8}],
    "profiles": [{"demand_shape": [0.5] * 12 + [1.5] * 12}],
}


@pytest.fixture
def inputs(write_scenario):
    return lambda options=None, **tables: assemble(
        load_scenario(write_scenario(options or {}, **{**CASE, **tables}))
    )


def test_annuity():
    assert annuity(0.0, 5.0) == 0.2
    # 0.1 / (1 - 1.1^-2) = 0.1 / (1 - 1/1.21) = 0.1 x 1.21 / 0.21
    assert annuity(0.1, 2.0) == near(0.121 / 0.21)


def test_components_worked_by_hand(inputs):
    # Demand peaks at 1.5 times its mean, where the system runs at 0.8: mean utilisation 0.8 / 1.5.
    # Tokens: 0.8 / 1.5 million a second. Rate 0:
    # hardware 30e6 / 5 + 0.5e6 = 6.5e6; shell 1 MW x (10e6 / 20 + 0.1e6) = 0.6e6;
    # power 1.5 x 1000 kW x 24 USD = 36e3; mean kW 200 + 0.8 / 1.5 x 600 = 520,
    # energy 1.2 x 0.52 MW x 8760 h x 50 USD = 273,312.
    (line,) = levelised_costs(inputs(), YEAR).to_dict("records")
    mtokens = 0.8 / 1.5 * SECONDS
    assert line["source"] == "grid"
    assert line["hardware_usd_per_mtoken"] == near(6.5e6 / mtokens)
    assert line["shell_usd_per_mtoken"] == near(0.6e6 / mtokens)
    assert line["power_usd_per_mtoken"] == near(36e3 / mtokens)
    assert line["energy_usd_per_mtoken"] == near(273_312.0 / mtokens)
    assert line["cost_usd_per_mtoken"] == near((6.5e6 + 0.6e6 + 36e3 + 273_312.0) / mtokens)
    # 0.8 million tokens/s over 1.5 MW at the meter.
    assert line["output_tokens_per_s_per_mw"] == near(0.8e6 / 1.5)
    # 0.533 tokens/s a watt, for a system of one accelerator of 30 million USD; of ten, ten times.
    assert line["output_tokens_per_s_per_w_per_usd"] == near(0.8 / 1.5 / 30e6)
    ten = [{**CASE["hardware"][0], "accelerators_count": 10}]
    (line,) = levelised_costs(inputs(hardware=ten), YEAR).to_dict("records")
    assert line["output_tokens_per_s_per_w_per_usd"] == near(0.8 / 1.5 / 3e6)


def test_plant_of_its_own_where_that_is_cheaper(inputs):
    # 1,000 USD/kW over 25 years is 40, with 10 fixed 50 USD/kW-year, over 1 - 0.2 available 62.5.
    # Fuel 3 USD/MMBtu x 10 + 2 variable = 32 USD/MWh, against 50 of the grid.
    plant = {
        "power_technologies": [
            {
                "technology": "engine",
                "fuel": "gas",
                "heat_rate_mmbtu_per_mwh": 10.0,
                "life_years": 25.0,
                "forced_outage_fraction": 0.2,
                "needs_gas": True,
            }
        ],
        "power_costs": [
            {
                "technology": "engine",
                "overnight_capex_usd_per_kw": 1000.0,
                "fixed_om_usd_per_kw_year": 10.0,
                "variable_om_usd_per_mwh": 2.0,
            }
        ],
        "fuel_prices": [{"fuel": "gas", "price_usd_per_mmbtu": 3.0}],
    }
    mtokens = 0.8 / 1.5 * SECONDS
    (line,) = levelised_costs(inputs(**plant), YEAR).to_dict("records")
    assert line["source"] == "engine"
    assert line["power_usd_per_mtoken"] == near(1500.0 * 62.5 / mtokens)
    assert line["energy_usd_per_mtoken"] == near(1.2 * 0.52 * 8760 * 32.0 / mtokens)
    no_gas = {**plant, "sites": [{**CASE["sites"][0], "gas_access_mw": 0.0}]}
    (line,) = levelised_costs(inputs(**no_gas), YEAR).to_dict("records")
    assert line["source"] == "grid"


NEW = {"system": "new", "capex_usd": 40e6, "life_years": 5.0, "enabled": False}


def test_throughput_needed_worked_by_hand(inputs):
    # The old system costs 7,409,312 USD a year. The new one: 8e6 hardware, 0.6e6 shell, 36e3
    # power; it is taken to draw 1,000 kW at full load and nothing idle: 1.2 x 0.8 / 1.5 MW x
    # 8760 x 50 = 280,320. It needs 8,916,320 / 7,409,312 of the old one's million tokens/s.
    x = inputs(
        hardware=[*CASE["hardware"], NEW],
        operating_points=[*CASE["operating_points"], {"system": "new"}],
    )
    (line,) = throughput_needed(x, YEAR).to_dict("records")
    assert (line["system"], line["cheapest_system"]) == ("new", "h")
    assert line["needed_output_tokens_per_s"] == near(1e6 * 8_916_320.0 / 7_409_312.0)


@pytest.mark.parametrize(("factor", "chosen"), [(0.98, False), (1.02, True)])
def test_a_plan_chooses_the_system_just_above_what_it_needs(
    write_scenario, solve_case, factor, chosen
):
    # Blank of growth, lead times and residuals, a plan of one year is the levelised cost: one
    # year's share of prices is what lives of one year cost.
    one_year = {
        "hardware": [
            {"capex_usd": 6e6, "life_years": 1.0, "fixed_om_usd_per_year": 500e3},
            {**NEW, "capex_usd": 8e6, "life_years": 1.0},
        ],
        "interconnection_routes": [{}],
        "power_technologies": [],
        "tariffs": CASE["tariffs"],
    }
    options = {"unserved": "forbidden"}
    points = [{}, {"system": "new"}]
    path = write_scenario(options, **one_year, operating_points=points)
    (line,) = throughput_needed(assemble(load_scenario(path)), YEAR).to_dict("records")
    points[1]["output_tokens_per_s"] = factor * line["needed_output_tokens_per_s"]
    one_year["hardware"][1] = {**one_year["hardware"][1], "enabled": True}
    periods = [{"seconds": SECONDS}]
    answer = solve_case(options, **one_year, operating_points=points, periods=periods)
    assert (answer.value("buy_systems", "s", "new", ...) > 0.0) is chosen
    assert (answer.value("buy_systems", "s", "h", ...) > 0.0) is not chosen


def test_shipped_scenario_costs_what_the_plan_says_within_reason():
    # us-tiny's plan costs 0.138 USD per million tokens; the screening curve leaves out growth,
    # lead times, opening and land, and adds no resale.
    costs = levelised_costs(assemble(load_scenario("us-tiny")), YEAR)
    best = costs.groupby("workload")["cost_usd_per_mtoken"].min()
    assert all(0.05 < usd < 0.2 for usd in best)


# --- everything at once, at a rate of 10 % ------------------------------------------------------

ANNUITY_20 = 0.1 / (1 - 1.1**-20)
ANNUITY_5 = 0.1 / (1 - 1.1**-5)
FULL_OPTIONS = {
    "finance.discount_rate": 0.1,
    "finance.contingency_fraction": 0.1,
    "power.adequacy": True,
    "power.self_supply_margin_fraction": 0.25,
}
# Gas costs 3 in the zone and 30 elsewhere; a reactor is free but barred; the second engine has no
# waterfront, the third can't be ordered before 2031.
ENGINE = {
    "fuel": "gas",
    "heat_rate_mmbtu_per_mwh": 10.0,
    "life_years": 20.0,
    "forced_outage_fraction": 0.2,
    "capacity_credit_fraction": 0.5,
    "needs_gas": True,
}
FULL = {
    "sites": [{**CASE["sites"][0], "waterfront": False, "nuclear_restricted": True}],
    "interconnection_routes": [{"cost_usd_per_kw": 150.0, "cost_usd": 5e6, "max_mw": 100.0}],
    "power_technologies": [
        {"technology": "engine", **ENGINE},
        {"technology": "reactor"},
        {"technology": "barge", "needs_waterfront": True},
        {"technology": "later", "first_order": "2031-01-01"},
    ],
    "power_costs": [
        {"technology": "engine", "overnight_capex_usd_per_kw": 500.0},
        *({"technology": name} for name in ("reactor", "barge", "later")),
    ],
    "permit_routes": [{"route": "licence", "asset": "reactor", "requirement": "nuclear"}],
    "fuel_prices": [
        {"fuel": "gas", "zone": "*", "price_usd_per_mmbtu": 30.0},
        {"fuel": "gas", "zone": "z", "price_usd_per_mmbtu": 3.0},
    ],
    "hardware": [
        *CASE["hardware"],
        {**CASE["hardware"][0], "system": "dear", "capex_usd": 60e6},
        {**CASE["hardware"][0], "system": "next", "capex_usd": 1.0, "first_order": "2031-01-01"},
        {**CASE["hardware"][0], "system": "dense", "capex_usd": 1.0, "rack_kw_per_rack": 5000.0},
    ],
    "operating_points": [
        {"system": name, "full_load_kw": 800.0} for name in ("h", "dear", "next", "dense")
    ],
    "demand": [{"output_tokens_per_s": 1e6}],
}


def test_rate_contingency_works_margin_and_what_cannot_be_had(inputs):
    costs = levelised_costs(inputs(FULL_OPTIONS, **FULL), YEAR)
    # Not the system of 2031, nor the one whose racks no hall holds; the dearer one comes second.
    assert list(costs["system"]) == ["h", "dear"]
    line = costs.iloc[0]
    mtokens = 0.8 / 1.5 * SECONDS
    assert line["hardware_usd_per_mtoken"] == near((30e6 * ANNUITY_5 + 500e3) / mtokens)
    shell = 10e6 * ANNUITY_20 * 1.1 + 100e3
    assert line["shell_usd_per_mtoken"] == near(shell / mtokens)
    # Grid: works of 150 + 5e6 / 100,000 kW = 200 USD/kW over the shell's 20 years, with 24 USD of
    # capacity a year; 50 USD/MWh. Engine: 500 USD/kW over 20 years, over 0.8 there x 0.5 credit /
    # 1.25 margin = 0.32; 3 x 10 = 30 USD/MWh. At 1,500 kW and 0.624 MW:
    grid = 1500.0 * (200.0 * ANNUITY_20 * 1.1 + 24.0) + 1.2 * 0.52 * 8760 * 50.0
    engine = 1500.0 * (500.0 * ANNUITY_20 * 1.1 / 0.32) + 1.2 * 0.52 * 8760 * 30.0
    assert grid < engine
    assert line["source"] == "grid"
    found = line["power_usd_per_mtoken"] + line["energy_usd_per_mtoken"]
    assert found == near(grid / mtokens)


def test_the_engine_without_the_grid(inputs):
    costs = levelised_costs(inputs(FULL_OPTIONS, **{**FULL, "interconnection_routes": []}), YEAR)
    mtokens = 0.8 / 1.5 * SECONDS
    assert set(costs["source"]) == {"engine"}
    assert costs.iloc[0]["power_usd_per_mtoken"] == near(
        1500.0 * (500.0 * ANNUITY_20 * 1.1 / 0.32) / mtokens
    )
    assert costs.iloc[0]["energy_usd_per_mtoken"] == near(1.2 * 0.52 * 8760 * 30.0 / mtokens)


def test_what_can_be_had_a_year_later(inputs):
    costs = levelised_costs(inputs(FULL_OPTIONS, **FULL), YEAR + 1)
    assert list(costs["system"]) == ["next", "h", "dear"]
    assert set(costs["source"]) == {"later"}


def test_a_system_without_a_price_cannot_be_asked(inputs):
    hardware = [*CASE["hardware"], NEW, {**NEW, "system": "unknown", "capex_usd": ""}]
    points = [*CASE["operating_points"], {"system": "new"}, {"system": "unknown"}]
    needed = throughput_needed(inputs(hardware=hardware, operating_points=points), YEAR)
    assert list(needed["system"]) == ["new"]


def test_mean_over_peak_is_that_of_the_year(inputs):
    # In 2030 all demand is flat, in 2031 all of it peaks at 1.5 times its mean by day.
    tables = {
        "periods": [{}, {}],
        "profiles": [{}, {"profile": "day", "demand_shape": [0.5] * 12 + [1.5] * 12}],
        "regions": [{"region": "r"}, {"region": "q"}],
        "demand": [
            {"region": "r", "output_tokens_per_s": [1e6, 0.0]},
            {"region": "q", "output_tokens_per_s": [0.0, 1e6], "profile": "day"},
        ],
    }
    x = inputs(**tables)
    for year, mean_over_peak in ((YEAR, 1.0), (YEAR + 1, 1 / 1.5)):
        (line,) = levelised_costs(x, year).to_dict("records")
        assert line["hardware_usd_per_mtoken"] == near(6.5e6 / (0.8 * mean_over_peak * SECONDS))
