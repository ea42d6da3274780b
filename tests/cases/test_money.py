"""Present values: mid-month discounting, capital spent while building, contingency, dollar years.

`at(m)` is the factor of a payment in the middle of month m at 10 % a year.
"""

from __future__ import annotations

from functools import partial
from statistics import mean

import pytest

near = partial(pytest.approx, rel=1e-9)

RATE = {"finance.discount_rate": 0.10}


def at(month: int) -> float:
    return 1.1 ** (-(month + 0.5) / 12)


def even(start: int, end: int) -> float:
    """Factor of one dollar spread evenly over the months from start to end."""
    return mean(at(month) for month in range(start, end))


# Three years of which the first has no demand; the shipped order of every cost is 1 MW.
PROJECT = {
    "periods": [{}, {}, {}],
    "demand": [{"output_tokens_per_s": [0.0, 1e6, 1e6]}],
    "sites": [
        {
            "max_it_mw": 1.0,
            "construction_months": 12,
            "opening_cost_usd": 1000.0,
            "land_cost_usd": 2000.0,
            "shell_cost_usd_per_mw": 12_000.0,
            "fixed_om_usd_per_mw_year": 600.0,
        }
    ],
    "permit_routes": [
        {"route": "p", "route_months": 9, "required_before": "operation", "cost_usd": 500.0}
    ],
    "power_technologies": [
        {
            "technology": "k",
            "procurement_months": 6,
            "build_months": 5,
            "deposit_fraction": 0.3,
        }
    ],
    "power_costs": [
        {
            "technology": "k",
            "overnight_capex_usd_per_kw": 10.0,
            "fixed_om_usd_per_kw_year": 2.0,
            "variable_om_usd_per_mwh": 3.0,
        }
    ],
    "hardware": [{"lead_months": 4, "capex_usd": 30_000.0, "fixed_om_usd_per_year": 900.0}],
}


def test_dated_capital_is_the_interest_during_construction(solve_case):
    # Service in month 12, the first of the second year.
    #     opening, land     month 0, when ground is broken
    #     shell             evenly over months 0 to 11
    #     permit            granted in month 12, so filed in month 3
    #     power             11 months: 30 % with the order in month 1, 70 % evenly over 7 to 11
    #     hardware          on delivery, month 12
    #     yearly costs      monthly over months 12 to 35: 2 years at the mean factor
    #     variable          1 MW · 1,000 h in either year, at each year's mean factor
    answer = solve_case(RATE, **PROJECT)
    running = 2 * even(12, 36)
    expected = {
        "opening": 1000 * at(0),
        "land": 2000 * at(0),
        "shell": 12_000 * even(0, 12),
        "site_fixed_om": 600 * running,
        "permits": 500 * at(3),
        "power_capital": 10_000 * (0.3 * at(1) + 0.7 * even(7, 12)),
        "power_fixed_om": 2000 * running,
        "variable_om": 3000 * (even(12, 24) + even(24, 36)),
        "hardware_capital": 30_000 * at(12),
        "hardware_fixed_om": 900 * running,
    }
    assert {name: usd for (_, name), usd in answer.costs().items() if usd} == near(expected)
    assert answer.usd == near(sum(expected.values()))
    # Twelve even payments, each carried to the day of service from the middle of its month, are
    # 12,000 · 1.1^(1/24) · 0.1 / (12 · (1.1^(1/12) - 1)) = 12,590 USD: 4.9 % of interest during
    # construction, which nobody added.
    carried = 12_000 * 1.1 ** (1 / 24) * 0.1 / (12 * (1.1 ** (1 / 12) - 1))
    assert answer.component("shell") * 1.1 == near(carried)
    assert carried == pytest.approx(12_590.44, abs=0.01)


def test_capital_without_building_months_is_paid_at_service(solve_case):
    # 11 months of procurement: 30 % in month 1, 70 % in month 12.
    power = {**PROJECT["power_technologies"][0], "procurement_months": 11, "build_months": 0}
    answer = solve_case(RATE, **PROJECT | {"power_technologies": [power]})
    assert answer.component("power_capital") == near(10_000 * (0.3 * at(1) + 0.7 * at(12)))


def test_the_penalty_is_discounted_over_its_year(solve_case):
    # The site takes 36 months to build: three years are unserved.
    answer = solve_case(
        RATE,
        periods=[{}, {}, {}, {}],
        sites=[{"construction_months": 36, "max_it_mw": 1.0}],
    )
    assert answer.usd == near(3.6e6 * (even(0, 12) + even(12, 24) + even(24, 36)))


@pytest.mark.parametrize(("base", "factor"), [("2029-01-01", 1 / 1.1), ("2032-01-01", 1.21)])
def test_the_base_date_moves_every_present_value_alike(solve_case, base, factor):
    usd = solve_case(RATE, **PROJECT).usd
    assert solve_case(RATE | {"finance.base_date": base}, **PROJECT).usd == near(usd * factor)


def test_contingency_is_a_line_on_shell_power_and_connection(solve_case):
    # 15 % of 12,000 + 10,000 + 1,000 + 4,000 USD; not of land, opening, permits or systems.
    tables = PROJECT | {
        "interconnection_routes": [{"cost_usd": 1000.0, "cost_usd_per_kw": 4.0}],
        "power_technologies": [{**PROJECT["power_technologies"][0], "kind": "solar"}],
        # The sun covers half of the day, the grid the other half.
        "operations": [{"solar_capacity_factor": [0.0, 1.0]}],
        "tariffs": [{"energy_usd_per_mwh": 1000.0}],
    }
    answer = solve_case({"finance.contingency_fraction": 0.15}, **tables)
    lines = {name: usd for (_, name), usd in answer.costs().items() if "contingency" in name}
    assert lines == near(
        {
            "shell_contingency": 1800.0,
            "power_contingency": 1500.0,
            "interconnection_contingency": 150.0,
            "connection_contingency": 600.0,
        }
    )


MONEY = {
    "sites": [
        {
            "opening_cost_usd": 1e3,
            "land_cost_usd": 2e3,
            "shell_cost_usd_per_mw": 10.0,
            "fixed_om_usd_per_mw_year": 5.0,
        }
    ],
    "permit_routes": [{"route": "p", "cost_usd": 300.0}],
    "power_technologies": [{"technology": "k", "fuel": "gas", "heat_rate_mmbtu_per_mwh": 8.0}],
    "power_costs": [{"technology": "k", "overnight_capex_usd_per_kw": 7.0}],
    "fuel_prices": [{"fuel": "gas", "price_usd_per_mmbtu": 4.0}],
    "hardware": [{"capex_usd": 50e3}],
    "network": [{"cost_usd_per_mtoken": 0.01}],
    "cloud_prices": [{"rent_usd_per_mtoken": 0.5, "max_output_tokens_per_s": 1e6}],
    "workloads": [{}],
    "demand": [{"output_tokens_per_s": 102e6}],
    "price_index": [
        {"year": 2022, "price_index": 80.0},
        {"year": 2024, "price_index": 100.0},
    ],
}
# 100 systems at a full site of 100 MW, 1 rented, 1 unserved:
#     opening 1,000 + land 2,000 + shell 1,000 + upkeep 500 + permit 300         =     4,800
#     power  100,000 kW · 7 + fuel 100 MW · 1000 h · 8 · 4                         = 3,900,000
#     systems 100 · 50,000 + network 360e6 · 0.01                                  = 8,600,000
#     rent 3.6e6 · 0.5 + penalty 3.6e6                                             = 5,400,000
MONEY_USD = 4.8e3 + 3.9e6 + 8.6e6 + 5.4e6


def test_the_sum_in_one_dollar_year(solve_case):
    assert solve_case(**MONEY).usd == near(MONEY_USD)


def test_all_money_is_converted_from_its_own_year(solve_case):
    # Every row in dollars of 2022, at a price level of 80 to 100: 1.25 times as many of 2024.
    old = {
        name: [{**row, "usd_year": 2022} for row in rows]
        for name, rows in MONEY.items()
        if name not in ("demand", "price_index", "power_technologies")
    }
    assert solve_case(**MONEY | old).usd == near(1.25 * MONEY_USD)


def test_results_are_in_the_scenarios_dollar_year(solve_case):
    assert solve_case({"finance.usd_year": 2022}, **MONEY).usd == near(0.8 * MONEY_USD)


def test_one_row_of_another_year_is_converted_alone(solve_case):
    # Systems alone are quoted in dollars of 2022: 5e6 of them are 6.25e6 of 2024.
    tables = MONEY | {"hardware": [{"capex_usd": 50e3, "usd_year": 2022}]}
    assert solve_case(**tables).usd == near(MONEY_USD + 1.25e6)
