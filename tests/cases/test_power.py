"""Power modules: whole or not, gas access, waterfront, outages, adequacy, lives."""

from __future__ import annotations

from functools import partial

import pytest

near = partial(pytest.approx, rel=1e-9)


@pytest.mark.parametrize(("most_it_mw", "usd"), [(61.0, 4e6), (60.0, 6e6)])
def test_large_modules_are_whole_and_small_ones_are_not(solve_case, most_it_mw, usd):
    # Modules of 3 MW at 1,000 USD/kW for 4 MW of load. Of a site of 61 MW one is 4.9 %, so 4/3
    # are built; of 60 MW it is 5 %, the threshold, so 2 are (1 and 1 MW unserved: 6.6e6).
    answer = solve_case(
        {"power.whole_module_fraction": 0.05},
        sites=[{"max_it_mw": most_it_mw}],
        power_technologies=[{"technology": "k", "module_mw": 3.0}],
        power_costs=[{"technology": "k", "overnight_capex_usd_per_kw": 1000.0}],
        demand=[{"output_tokens_per_s": 4e6}],
    )
    assert answer.usd == near(usd)


DEAR = {"technology": "dear"}
DEAR_COST = {"technology": "dear", "variable_om_usd_per_mwh": 100.0}


@pytest.mark.slow
def test_gas_fired_technologies_share_the_sites_gas_access(solve_case):
    # 5 MW of load, 2 MW of gas access. Gas at 4 USD/MMBtu: turbine 8 MMBtu/MWh = 32 USD/MWh,
    # engine 9 = 36; the rest costs 100. 2·1000·32 + 3·1000·100 = 364,000 USD.
    gas = {"fuel": "gas", "needs_gas": True}
    tables = {
        "power_technologies": [
            {"technology": "turbine", "heat_rate_mmbtu_per_mwh": 8.0, **gas},
            {"technology": "engine", "heat_rate_mmbtu_per_mwh": 9.0, **gas},
            DEAR,
        ],
        "power_costs": [DEAR_COST],
        "fuel_prices": [{"fuel": "gas", "price_usd_per_mmbtu": 4.0}],
        "demand": [{"output_tokens_per_s": 5e6}],
    }
    answer = solve_case(sites=[{"gas_access_mw": 2.0}], **tables)
    assert answer.usd == near(364e3)
    assert answer.value("capacity_mw", "s", "engine", 0) == near(0.0, abs=1e-9)
    # The turbine limited to 1 MW of its own: 1·32 + 1·36 + 3·100 = 368 USD an hour.
    tables["power_technologies"][0]["max_site_mw"] = 1.0
    assert solve_case(sites=[{"gas_access_mw": 2.0}], **tables).usd == near(368e3)
    # No pipeline: 500 USD an hour.
    assert solve_case(sites=[{"gas_access_mw": 0.0}], **tables).usd == near(500e3)


def test_a_zones_own_fuel_price_goes_before_that_of_all_zones(solve_case):
    # 10 MMBtu/MWh at 3 USD in the site's zone, 9 elsewhere: 1,000 MWh for 30,000 USD.
    answer = solve_case(
        power_technologies=[{"technology": "k", "fuel": "gas", "heat_rate_mmbtu_per_mwh": 10.0}],
        fuel_prices=[
            {"fuel": "gas", "zone": "*", "price_usd_per_mmbtu": 9.0},
            {"fuel": "gas", "zone": "z", "price_usd_per_mmbtu": 3.0},
        ],
    )
    assert answer.usd == near(30e3)


@pytest.mark.parametrize(("waterfront", "usd"), [(True, 20e3), (False, 100e3)])
def test_a_barge_needs_a_waterfront(solve_case, waterfront, usd):
    # 1,000 MWh at 20 USD from the barge, else at 100.
    barge = {"technology": "barge", "needs_waterfront": True}
    answer = solve_case(
        sites=[{"waterfront": waterfront}],
        power_technologies=[barge, DEAR],
        power_costs=[{"technology": "barge", "variable_om_usd_per_mwh": 20.0}, DEAR_COST],
    )
    assert answer.usd == near(usd)


@pytest.mark.parametrize(("months", "own_usd"), [(0, 820e3), (12, 925e3), (24, 1030e3)])
def test_costs_are_those_of_the_year_of_order(solve_case, months, own_usd):
    # Capital and fixed cost of the year of order, variable cost of the year of operation. Demand
    # comes in 2032: ordered in 2030 (1,000 USD/kW, 30 USD/kW a year), 2032 (800 and 20), or in
    # 2031, halfway between the two (900 and 25). Variable cost is that of 2032: 4 USD/MWh.
    answer = solve_case(
        periods=[{}] * 3,
        demand=[{"output_tokens_per_s": [0.0, 0.0, 1e6]}],
        power_technologies=[{"technology": "k", "procurement_months": months}],
        power_costs=[
            {
                "technology": "k",
                "year": year,
                "overnight_capex_usd_per_kw": capital,
                "fixed_om_usd_per_kw_year": fixed,
                "variable_om_usd_per_mwh": variable,
            }
            for year, capital, fixed, variable in [
                (2030, 1000.0, 30.0, 6.0),
                (2032, 800.0, 20.0, 4.0),
            ]
        ],
    )
    assert answer.usd == near(own_usd + 1000 * 4.0)


def test_wind_and_outages_in_dispatch(solve_case):
    # Wind blows at 0.5 and 0.25 of capacity, and 20 % of turbines are out: 1 MW in the second
    # half needs 1/(0.25·0.8) = 5 MW at 100 USD/kW. The surplus is curtailed for nothing.
    answer = solve_case(
        operations=[{"wind_capacity_factor": [0.5, 0.25]}],
        power_technologies=[{"technology": "wind", "kind": "wind", "forced_outage_fraction": 0.2}],
        power_costs=[{"technology": "wind", "overnight_capex_usd_per_kw": 100.0}],
    )
    assert answer.usd == near(500e3)


def test_adequacy_covers_the_design_day_with_derated_capacity_and_margin(solve_case):
    # Mean PUE 1.2, design day 1.3. Without adequacy the dispatch needs 1.2/0.9 = 1.3333 MW of
    # engines with 10 % forced outage; with it and a margin of 10 %
    #     1.3 · 1 <= k · 0.9/1.1, so k = 1.5889 MW at 100 USD/kW.
    tables = {
        "sites": [{"average_pue_ratio": 1.2, "peak_pue_ratio": 1.3}],
        "power_technologies": [{"technology": "k", "forced_outage_fraction": 0.1}],
        "power_costs": [{"technology": "k", "overnight_capex_usd_per_kw": 100.0}],
    }
    assert solve_case(**tables).usd == near(100e3 * 1.2 / 0.9)
    options = {"power.adequacy": True, "power.self_supply_margin_fraction": 0.1}
    assert solve_case(options, **tables).usd == near(100e3 * 1.3 * 1.1 / 0.9)


def test_firm_grid_carries_no_second_margin(solve_case):
    # 1.3 MW at the meter on the design day: 1 MW of grid, the most there is, and engines for the
    # other 0.3 MW with their margin: 0.3 · 1.1/0.9 = 0.36667 MW at 100 USD/kW. At the mean PUE
    # of 1.2 they need to run with 0.2 MW only.
    answer = solve_case(
        {"power.adequacy": True, "power.self_supply_margin_fraction": 0.1},
        sites=[{"average_pue_ratio": 1.2, "peak_pue_ratio": 1.3}],
        interconnection_routes=[{"max_mw": 1.0}],
        power_technologies=[{"technology": "k", "forced_outage_fraction": 0.1}],
        power_costs=[{"technology": "k", "overnight_capex_usd_per_kw": 100.0}],
    )
    assert answer.usd == near(100e3 * 0.3 * 1.1 / 0.9)


def test_solar_counts_by_its_capacity_credit(solve_case):
    # Sun all day in dispatch, but a credit of 0.1: 1 MW of peak takes 10 MW at 10 USD/kW; or
    # engines at 110 USD/kW, dearer. With a credit of 0.05 the engines win: 110,000 USD.
    def usd(credit):
        return solve_case(
            {"power.adequacy": True},
            power_technologies=[
                {"technology": "sun", "kind": "solar", "capacity_credit_fraction": credit},
                {"technology": "k"},
            ],
            power_costs=[
                {"technology": "sun", "overnight_capex_usd_per_kw": 10.0},
                {"technology": "k", "overnight_capex_usd_per_kw": 110.0},
            ],
        ).usd

    assert usd(0.1) == near(100e3)
    assert usd(0.05) == near(110e3)
