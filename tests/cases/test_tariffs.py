"""Grid tariffs: energy, delivery, capacity, minimum take, term and exit fee. 1 MW of load."""

from __future__ import annotations

from functools import partial

import pytest

near = partial(pytest.approx, rel=1e-9)

GRID = {"power_technologies": [], "interconnection_routes": [{}]}


def test_each_part_of_a_tariff_is_charged_once(solve_case):
    # 1 MW by night and 3 by day, 500 h each: mean 2, contracted 3.
    #     energy     500 · (1·0.5·40 + 3·1.5·40)   = 100,000    (40 USD/MWh, shape 0.5 and 1.5)
    #     delivery   1000 · 2 · 5                  =  10,000
    #     capacity   3,000 kW · 12 · 10            = 360,000
    #     works      3,000 kW · 100                = 300,000, and 7,000 for studies
    answer = solve_case(
        power_technologies=[],
        interconnection_routes=[{"cost_usd": 7e3, "cost_usd_per_kw": 100.0}],
        operations=[{"grid_price_shape": [0.5, 1.5]}],
        profiles=[{"demand_shape": [0.5] * 12 + [1.5] * 12}],
        demand=[{"output_tokens_per_s": 2e6}],
        tariffs=[
            {
                "energy_usd_per_mwh": 40.0,
                "delivery_usd_per_mwh": 5.0,
                "capacity_usd_per_kw_month": 10.0,
            }
        ],
    )
    assert {name: usd for (_, name), usd in answer.costs().items() if usd} == near(
        {
            "grid_energy": 100e3,
            "grid_delivery": 10e3,
            "grid_capacity": 360e3,
            "connection_works": 300e3,
            "interconnection": 7e3,
        }
    )
    assert answer.usd == near(777e3)


def test_prices_are_interpolated_between_years(solve_case):
    # 40 in 2030 and 60 in 2032, hence 50 in 2031, and 60 in 2033: 1,000 MWh of each.
    answer = solve_case(
        periods=[{}] * 4,
        tariffs=[
            {"year": 2030, "energy_usd_per_mwh": 40.0},
            {"year": 2032, "energy_usd_per_mwh": 60.0},
        ],
        **GRID,
    )
    assert answer.usd == near(210e3)


@pytest.mark.parametrize(
    ("take", "solar_mw", "usd"), [(0.0, 1.0, 152_500.0), (0.8, 0.4, 160_000.0)]
)
def test_a_minimum_take_displaces_own_power(solve_case, take, solar_mw, usd):
    # The sun shines on 12 h, so 1 MW of grid is contracted for the night: 1,000 kW·12·10 =
    # 120,000 USD. Solar costs 10 USD/kW and saves 45 USD/MWh · 500 h = 22.5 USD/kW.
    #     no take    1 MW of solar 10,000 + 500 MWh · 45 = 22,500
    #     80 %       800 MWh must be drawn, so 300 by day: 0.4 MW of solar 4,000 + 36,000
    answer = solve_case(
        operations=[{"solar_capacity_factor": [0.0, 1.0]}],
        power_technologies=[{"technology": "sun", "kind": "solar"}],
        power_costs=[{"technology": "sun", "overnight_capex_usd_per_kw": 10.0}],
        interconnection_routes=[{}],
        tariffs=[
            {
                "energy_usd_per_mwh": 40.0,
                "delivery_usd_per_mwh": 5.0,
                "capacity_usd_per_kw_month": 10.0,
                "minimum_take_fraction": take,
            }
        ],
    )
    assert answer.value("capacity_mw", "s", "sun", 0) == near(solar_mw)
    assert answer.usd == near(usd)


@pytest.mark.parametrize(("take", "usd"), [(0.6, 80_000.0), (0.7, 84_000.0)])
def test_what_is_not_taken_is_paid_for(solve_case, take, usd):
    # 1 MW by half the day and 3 MW by the other, 2 MW on average over 1,000 h: 3 MW is contracted
    # and a share of 2/3 drawn, 2,000 MWh · 40 = 80,000 USD.
    #     take 60 %   less than is drawn
    #     take 70 %   0.7 · 3 MW - 2 MW = 0.1 MW is paid for without being drawn: 100 MWh · 40
    answer = solve_case(
        power_technologies=[],
        profiles=[{"demand_shape": [0.5] * 12 + [1.5] * 12}],
        demand=[{"output_tokens_per_s": 2e6}],
        interconnection_routes=[{}],
        tariffs=[{"energy_usd_per_mwh": 40.0, "minimum_take_fraction": take}],
    )
    assert answer.value("contracted_mw", "s", "grid-s", 0) == near(3.0)
    assert answer.usd == near(usd)


@pytest.mark.parametrize(
    ("fee", "left_at", "usd"), [(50.0, 1, 170e3), (150.0, 2, 240e3), (0.0, 1, 120e3)]
)
def test_a_contract_is_left_for_a_fee_or_at_its_term(solve_case, fee, left_at, usd):
    # Free power of one's own arrives after 12 months. 1 MW of grid costs 120,000 USD a year; its
    # term is 24 months.
    #     left after 12 months   120,000 + 1,000 kW · fee: 170,000, 270,000 or 120,000
    #     left after 24 months   240,000, without a fee
    answer = solve_case(
        periods=[{}] * 3,
        power_technologies=[{"technology": "own", "procurement_months": 12}],
        interconnection_routes=[{}],
        tariffs=[
            {"capacity_usd_per_kw_month": 10.0, "term_months": 24, "exit_fee_usd_per_kw": fee}
        ],
    )
    assert answer.usd == near(usd)
    assert answer.value("give_up_mw", "s", "grid-s", 0, left_at) == near(1.0)


def test_term_and_fee_are_those_of_the_year_of_signature(solve_case):
    # As above with a fee of 50 in the contract of 2030: the 500 of 2031 are another contract's.
    answer = solve_case(
        periods=[{}] * 3,
        power_technologies=[{"technology": "own", "procurement_months": 12}],
        interconnection_routes=[{}],
        tariffs=[
            {
                "year": year,
                "capacity_usd_per_kw_month": 10.0,
                "term_months": 24,
                "exit_fee_usd_per_kw": fee,
            }
            for year, fee in [(2030, 50.0), (2031, 500.0)]
        ],
    )
    assert answer.usd == near(170e3)


def test_a_part_of_a_contract_is_given_up(solve_case):
    # Demand 3, then 1: 2 MW are given up for 50 USD/kW rather than paid for a year at 120.
    # 360,000 + 100,000 + 120,000 USD; new contracts cost works of 1,000 USD/kW, which none need.
    answer = solve_case(
        periods=[{}, {}],
        power_technologies=[],
        interconnection_routes=[{"cost_usd_per_kw": 1000.0}],
        demand=[{"output_tokens_per_s": [3e6, 1e6]}],
        tariffs=[
            {"capacity_usd_per_kw_month": 10.0, "term_months": 24, "exit_fee_usd_per_kw": 50.0}
        ],
    )
    assert answer.component("connection_works") == near(3e6)
    assert answer.usd == near(3e6 + 580e3)


def test_a_contract_holds_in_steps_that_others_cut(solve_case):
    # Something else can first be had in June, which cuts the year in two; the contract of 1 January
    # carries the load in both parts: 1,000 MWh at 10 USD. The other power costs 1,000 USD/MWh.
    answer = solve_case(
        power_technologies=[{"technology": "dear", "first_order": "2030-06-01"}],
        power_costs=[{"technology": "dear", "variable_om_usd_per_mwh": 1000.0}],
        interconnection_routes=[{"max_mw": 5.0}],
        tariffs=[{"energy_usd_per_mwh": 10.0}],
    )
    assert answer.steps == [(0, 5), (5, 12)]
    assert answer.usd == pytest.approx(10e3, rel=1e-9)
