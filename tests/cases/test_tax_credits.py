"""Tax credits by the date of service and of construction; what they do to residual values."""

from __future__ import annotations

from functools import partial

import pytest

near = partial(pytest.approx, rel=1e-9)

# 1 MW at 1,000 USD/kW for ten years of 1,000 hours; 1e6 USD in all.
PLANT = {
    "power_technologies": [{"technology": "k", "life_years": 10.0}],
    "power_costs": [{"technology": "k", "overnight_capex_usd_per_kw": 1000.0}],
}
INVESTMENT = {"technology": "k", "credit": "itc", "investment_credit_fraction": 0.3}
PRODUCTION = {
    "technology": "k",
    "credit": "ptc",
    "production_credit_usd_per_mwh": 20.0,
    "production_credit_years": 2.0,
}


def test_an_investment_credit_is_paid_in_the_month_of_service(solve_case):
    # At 8 %: the capital over the year of building, 30 % of it back in the middle of month 12.
    plant = [{"technology": "k", "life_years": 10.0, "build_months": 12}]
    answer = solve_case(
        {"finance.discount_rate": 0.08},
        **PLANT | {"power_technologies": plant},
        periods=[{}, {}],
        demand=[{"output_tokens_per_s": [0.0, 1e6]}],
        tax_credits=[INVESTMENT],
    )
    middles = [1.08 ** (-(month + 0.5) / 12) for month in range(13)]
    assert answer.usd == near(1e6 * sum(middles[:12]) / 12 - 0.3e6 * middles[12])


@pytest.mark.parametrize(
    ("dates", "credited"),
    [
        ({}, True),
        ({"from_date": "2031-01-01"}, True),
        ({"from_date": "2031-01-02"}, False),
        ({"until_date": "2031-01-01"}, False),
        ({"until_date": "2031-01-02"}, True),
        ({"construction_until_date": "2030-07-02"}, True),  # six months of building
        ({"construction_until_date": "2030-07-01"}, False),
    ],
)
def test_the_dates_decide(solve_case, dates, credited):
    plant = [{"technology": "k", "procurement_months": 6, "build_months": 6}]
    answer = solve_case(
        **PLANT | {"power_technologies": plant},
        periods=[{}, {}],
        demand=[{"output_tokens_per_s": [0.0, 1e6]}],
        tax_credits=[INVESTMENT | dates],
    )
    assert answer.usd == near(0.7e6 if credited else 1e6)


FRACTION = "investment_credit_fraction"
FIRST = ("2031-01-01", 0.5)


def test_the_credit_whose_construction_starts_soonest_counts(solve_case):
    rows = [
        INVESTMENT | {"credit": credit, "construction_until_date": date} | {FRACTION: fraction}
        for credit, date, fraction in (("c", None, 0.1), ("b", "2032-01-01", 0.2), ("a", *FIRST))
    ]
    assert solve_case(**PLANT, tax_credits=rows).usd == near(0.5e6)


def test_the_residual_is_of_what_the_plan_paid(solve_case):
    # 9 of 10 years are left, of 700,000 USD: were it of the whole price, 900,000, the plant would
    # be built for 200,000 USD of profit, and as many of them as there is room for.
    answer = solve_case({"finance.residuals": True}, **PLANT, tax_credits=[INVESTMENT])
    assert answer.usd == near(0.7e6 - 0.63e6)


def test_a_production_credit_is_paid_for_its_years(solve_case):
    # Three years of 1,000 MWh; 20 USD on those of the first two.
    answer = solve_case(**PLANT, periods=[{}] * 3, demand=[{}], tax_credits=[PRODUCTION])
    assert answer.component("production_credit") == near(-40e3)
    assert answer.usd == near(1e6 - 40e3)


def test_years_that_end_within_a_step_count_by_their_fraction(solve_case):
    years = {"production_credit_years": 1.25}
    answer = solve_case(**PLANT, periods=[{}] * 3, demand=[{}], tax_credits=[PRODUCTION | years])
    assert answer.component("production_credit") == near(-25e3)


def test_of_like_modules_only_those_within_the_credit_are_paid(solve_case):
    # 1 MW of the first year gets the credit, another of the second year none: in the second year
    # 1,000 of 2,000 MWh are credited.
    answer = solve_case(
        **PLANT,
        periods=[{}, {}],
        demand=[{"output_tokens_per_s": [1e6, 2e6]}],
        tax_credits=[PRODUCTION | {"until_date": "2031-01-01"}],
    )
    # The second is built early, for 20,000 USD more in the second year: all 3,000 MWh are paid.
    assert answer.component("production_credit") == near(-60e3)
    costs = [
        {"technology": "k", "year": 2030, "overnight_capex_usd_per_kw": 1000.0},
        {"technology": "k", "year": 2031, "overnight_capex_usd_per_kw": 900.0},
    ]
    # It costs 100,000 USD more to do so.
    answer = solve_case(
        **PLANT | {"power_costs": costs},
        periods=[{}, {}],
        demand=[{"output_tokens_per_s": [1e6, 2e6]}],
        tax_credits=[PRODUCTION | {"until_date": "2031-01-01"}],
    )
    assert answer.usd == near(1.9e6 - 40e3)


def test_what_the_sun_cannot_give_is_not_credited(solve_case):
    # Sun in half of the hours; the first year's MW is credited, the second year adds another. Of
    # its 1,000 MWh by day in the second year 500 are credited, as many as the first MW can give.
    sun = {"technology": "k", "kind": "solar"}
    answer = solve_case(
        periods=[{}, {}],
        operations=[{"solar_capacity_factor": [1.0, 0.0], "grid_price_shape": [1.0, 1.0]}],
        power_technologies=[sun, {"technology": "dark"}],
        power_costs=[
            {"technology": "k", "year": 2030, "overnight_capex_usd_per_kw": 1000.0},
            {"technology": "k", "year": 2031, "overnight_capex_usd_per_kw": 1.0},
            {"technology": "dark", "variable_om_usd_per_mwh": 3000.0},
        ],
        demand=[{"output_tokens_per_s": [1e6, 2e6]}],
        tax_credits=[PRODUCTION | {"until_date": "2031-01-01"}],
    )
    assert answer.component("production_credit") == near(-(500 + 500) * 20.0)


def test_what_retires_is_credited_no_more(solve_case):
    # Demand ends with the first year, and upkeep makes the plant retire.
    answer = solve_case(
        **PLANT
        | {
            "power_costs": [
                {
                    "technology": "k",
                    "overnight_capex_usd_per_kw": 1000.0,
                    "fixed_om_usd_per_kw_year": 10.0,
                }
            ]
        },
        periods=[{}, {}],
        demand=[{"output_tokens_per_s": [1e6, 0.0]}],
        tax_credits=[PRODUCTION],
    )
    assert answer.usd == near(1e6 + 10e3 - 20e3)
    assert answer.value("creditable_mw", "s", "k", "ptc", 1) == near(0.0, abs=1e-9)
