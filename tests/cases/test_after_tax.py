"""After tax: capital bears what its late deduction costs, in dollars before tax."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

import tokenworks as tw

pytestmark = pytest.mark.slow

near = partial(pytest.approx, rel=1e-9)

TAX = {"finance.after_tax": True, "proforma.tax_rate": 0.21, "proforma.inflation_rate": 0.0}
FIVE_YEARS = (0.20, 0.32, 0.192, 0.1152, 0.1152, 0.0576)


def test_capital_costs_what_is_left_of_it_after_its_deductions(solve_case):
    # A system of 1e6 USD in the middle of the first month, kept for 1e4 a year. At 10 % its
    # deductions are worth z = 0.20 + 0.32/1.1 + ... = 0.8506 of it.
    #     after tax    1e6 (1 - 0.21 z) + 1e4 (1 - 0.21), divided by 1 - 0.21
    answer = solve_case(
        TAX | {"finance.discount_rate": 0.10},
        hardware=[{"capex_usd": 1e6, "fixed_om_usd_per_year": 1e4}],
    )
    z = sum(share / 1.1**year for year, share in enumerate(FIVE_YEARS))
    assert z == pytest.approx(0.8506, abs=5e-5)
    capital = 1e6 * 1.1 ** (-0.5 / 12)
    upkeep = answer.component("hardware_fixed_om")
    after = capital * (1 - 0.21 * z) + upkeep * (1 - 0.21)
    assert answer.usd == near(after / (1 - 0.21))
    assert answer.line("owned") == near(capital + upkeep)
    assert answer.line("tax") == near(capital * 0.21 * (1 - z) / (1 - 0.21))


def test_where_time_costs_nothing_neither_does_a_late_deduction(solve_case):
    # Rates of zero: deductions are worth the whole of it, however late. Land gives nothing to
    # deduct and comes back untaxed.
    answer = solve_case(
        TAX | {"finance.residuals": True},
        hardware=[{"capex_usd": 1e6}],
        sites=[{"land_cost_usd": 5e5, "shell_cost_usd_per_mw": 1e4}],
    )
    assert answer.component("tax_on_land") == near(5e5 * 0.21 / 0.79)
    assert answer.component("tax_on_land_residual") == near(-5e5 * 0.21 / 0.79)
    assert answer.line("tax") == pytest.approx(0.0, abs=1e-6)


def test_tax_turns_the_choice_from_capital_to_fuel(solve_case):
    # A plant of 1.00e6 USD, or fuel of 1.05e6: 1 MW for 1,000 h at 1,050 USD/MWh. At 10 % inflation
    # 15 years of deductions are worth 0.57, so that the plant bears 0.21/0.79 · 0.43 = 0.115 of it.
    tables = {
        "power_technologies": [
            {"technology": "capital"},
            {"technology": "fuel", "fuel": "gas", "heat_rate_mmbtu_per_mwh": 10.0},
        ],
        "power_costs": [{"technology": "capital", "overnight_capex_usd_per_kw": 1000.0}],
        "fuel_prices": [{"fuel": "gas", "price_usd_per_mmbtu": 105.0}],
    }
    assert solve_case(**tables).usd == near(1.00e6)
    answer = solve_case(TAX | {"proforma.inflation_rate": 0.1}, **tables)
    assert answer.usd == near(1.05e6)
    assert answer.line("tax") == 0.0


def test_the_golden_case_after_tax_keeps_every_invariant() -> None:
    path = Path(__file__).parents[1] / "golden" / "two-sites" / "two-sites.yaml"
    plan = tw.solve(tw.load(path).with_(TAX | {"objective": "npv"}))
    s = plan.summary
    lines = s.owned_usd + s.rent_usd + s.penalty_usd - s.revenue_usd + s.tax_usd
    assert lines == near(plan.objective_usd)
    assert plan.cost_per_token["present_value_usd"].sum() == near(s.owned_usd)
