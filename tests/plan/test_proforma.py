"""The pro-forma of plans whose returns are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.plan.test_cli import tokenworks

import tokenworks as tw
from tokenworks.report.components import GROUPS
from tokenworks.results.proforma import Proforma
from tokenworks.schema.proforma import Proforma as Terms
from tokenworks.tax import recovery_years

near = partial(pytest.approx, rel=1e-9, abs=1e-6)

PLAIN = {
    "proforma.inflation_rate": 0.0,
    "proforma.tax_rate": 0.0,
    "proforma.most_gearing_fraction": 0.0,
}
# Land for 1e6 USD in 2030, given back at the end of 2035; in the five years between 3.6e6 Mtokens
# earn 0.1e6 USD a year: a bond at par with a coupon of 10 %.
BOND: dict[str, Any] = {
    "periods": [{}] * 6,
    "demand": [{"output_tokens_per_s": [0.0] + [1e6] * 5}],
    "workloads": [{"sold_usd_per_mtoken": 1 / 36}],
    "sites": [{"max_it_mw": 1.0, "construction_months": 12, "land_cost_usd": 1e6}],
}


@pytest.fixture(scope="module")
def bond(write_scenario: Callable[..., Path]) -> tw.Plan:
    return tw.solve(tw.load(write_scenario({"finance.residuals": True}, **BOND)))


def under(plan: tw.Plan, **terms: float) -> Proforma:
    """Its pro-forma under other terms: no inflation, tax or debt unless given."""
    changes = PLAIN | {f"proforma.{name}": value for name, value in terms.items()}
    return replace(
        plan, inputs=replace(plan.inputs, scenario=plan.scenario.with_(changes))
    ).proforma()


def column(found: Proforma, name: str) -> list[float]:
    return found.statement[name].tolist()


def test_a_bond_returns_its_coupon(bond: tw.Plan) -> None:
    found = under(bond)
    assert column(found, "project_cash_usd") == near([-1e6, 1e5, 1e5, 1e5, 1e5, 1.1e6])
    assert found.unlevered_irr.value == near(0.10)
    assert found.levered_irr.value == near(0.10)
    assert found.npv_usd == near(0.5e6)  # at a rate of zero: five coupons
    assert found.least_dscr.value is None
    # A coupon a year for four years, then 0.6e6 of the 1.1e6 of the last: 5.545 years.
    assert found.payback_years.value == near(5 + 0.6 / 1.1)


def test_inflation_raises_the_nominal_return_alone(bond: tw.Plan) -> None:
    # Every real dollar of 2024 is 1.03^n nominal ones: (1.10 · 1.03) - 1 = 13.3 %.
    found = under(bond, inflation_rate=0.03)
    assert column(found, "revenue_usd")[1] == near(1e5 * 1.03 ** (2031 - 2024))
    assert found.unlevered_irr.value == near(0.133)
    assert found.npv_usd == near(0.5e6)


def test_debt_levers_the_return(bond: tw.Plan) -> None:
    # Drawn in 2031, the first year of service, and repaid over 2032 to 2034. Cover of 1.25: service
    # of 80,000 USD, at 5 % worth 80,000 · (1 - 1.05^-3) / 0.05 = 217,860 USD.
    found = under(
        bond, debt_rate=0.05, debt_tenor_years=3, target_dscr_ratio=1.25, most_gearing_fraction=0.5
    )
    assert found.debt_usd == near(80_000 * (1 - 1.05**-3) / 0.05)
    cash = [-1e6, 1e5 + found.debt_usd, 2e4, 2e4, 2e4, 1.1e6]
    assert column(found, "equity_cash_usd") == near(cash)
    assert found.statement["dscr_ratio"].dropna().tolist() == near([1.25] * 3)
    assert column(found, "debt_usd")[-2:] == near([0.0, 0.0])
    assert found.levered_irr.value is not None
    assert found.levered_irr.value > 0.10  # money borrowed at less than 10 %


def test_debt_is_clamped_to_its_gearing(bond: tw.Plan) -> None:
    # 10 % of the 1e6 USD spent by 2031; service and cover follow: 1.25 · 217,860 / 100,000.
    found = under(
        bond, debt_rate=0.05, debt_tenor_years=3, target_dscr_ratio=1.25, most_gearing_fraction=0.1
    )
    assert found.debt_usd == near(1e5)
    assert found.gearing_fraction == near(0.1)
    assert found.least_dscr.value == near(1.25 * 80_000 * (1 - 1.05**-3) / 0.05 / 1e5)


def test_land_is_no_deduction_and_its_price_no_profit(bond: tw.Plan) -> None:
    # 20 % of each coupon; land is given up for what it cost.
    found = under(bond, tax_rate=0.2)
    assert column(found, "tax_usd") == near([0.0, *[2e4] * 5])
    assert found.unlevered_irr.value == near(0.08)


def test_hardware_is_deducted_over_five_years_and_taxed_on_resale(
    write_scenario: Callable[..., Path],
) -> None:
    # A system of 1e6 USD in 2030 earns 0.36e6 a year for three years and is worth 0.125e6 then.
    #     deducted   20 %, 32 %, and the 48 % that are left: 200, 320, 480 thousand
    #     taxable    160, 40, 360 + 125 - 480 = 5 thousand
    plan = tw.solve(
        tw.load(
            write_scenario(
                {"finance.residuals": True},
                periods=[{}] * 3,
                workloads=[{"sold_usd_per_mtoken": 0.1}],
                hardware=[
                    {
                        "capex_usd": 1e6,
                        "life_years": 5.0,
                        "resale_fraction": 1.0,
                        "resale_decay_fraction_per_year": 0.5,
                    }
                ],
            )
        )
    )
    found = under(plan, tax_rate=0.2)
    assert column(found, "depreciation_usd") == near([2e5, 3.2e5, 4.8e5])
    assert column(found, "tax_usd") == near([3.2e4, 8e3, 1e3])
    cash = [0.36e6 - 1e6 - 3.2e4, 0.36e6 - 8e3, 0.485e6 - 1e3]
    assert column(found, "project_cash_usd") == near(cash)
    # Over its life the taxable profit is the cash before tax, whatever the timing.
    profit = found.statement["operating_profit_usd"] + found.statement["proceeds_usd"]
    untaxed = found.statement["depreciation_usd"].sum()
    assert profit.sum() - untaxed == near(sum(cash) + 4.1e4)


def test_what_earns_nothing_has_no_return_and_says_so(write_scenario: Callable[..., Path]) -> None:
    plan = tw.solve(tw.load(write_scenario(hardware=[{"capex_usd": 1e6}])))
    found = plan.proforma()
    assert found.unlevered_irr.value is None
    assert "nothing is earned" in found.unlevered_irr.words
    words = found.figures.set_index("figure")["words"]
    assert "nothing is earned" in words["payback_years"]
    assert words["npv_usd"] == ""


def test_both_objectives_earn_the_same_from_the_same_tokens(
    write_scenario: Callable[..., Path],
) -> None:
    tables: dict[str, Any] = {
        "workloads": [{"sold_usd_per_mtoken": 1.0}],
        "hardware": [{"capex_usd": 1e6}],
        "demand": [{"growth_rate": 0.5}],
        "periods": [{"months": 18}, {"months": 18}],
    }
    cost, value = (
        tw.solve(tw.load(write_scenario({"objective": objective}, **tables)))
        for objective in ("cost", "npv")
    )
    pd.testing.assert_frame_equal(cost.proforma().statement, value.proforma().statement)
    cash = value.cashflow[value.cashflow["line"] == "revenue"].groupby("year")["cash_usd"].sum()
    assert (-cash).tolist() == near(column(under(value), "revenue_usd"))


def test_the_golden_case_has_a_whole_statement(plan: tw.Plan) -> None:
    found = plan.proforma()
    years = set(plan.cashflow["year"])
    assert years <= set(found.statement["year"])
    assert (found.statement["revenue_usd"].iloc[-1]) > 0.0
    # Every dollar of owned cash is capital, operation or proceeds; prices are those of 2024.
    flat = under(plan).statement
    owned = plan.cashflow[plan.cashflow["line"] == "owned"]
    total = flat["capital_usd"] + flat["operating_usd"] - flat["proceeds_usd"] - flat["credits_usd"]
    assert total.sum() == near(owned["cash_usd"].sum() + owned["residual_usd"].sum())


@pytest.fixture(scope="module")
def venture(write_scenario: Callable[..., Path]) -> tw.Plan:
    """2e6 USD in 2030 for 0.36e6 a year: deductions of the second year make a loss."""
    return tw.solve(
        tw.load(
            write_scenario(
                periods=[{}] * 6,
                workloads=[{"sold_usd_per_mtoken": 0.1}],
                hardware=[{"capex_usd": 1.5e6}],
                power_technologies=[{"technology": "k"}],
                power_costs=[{"technology": "k", "overnight_capex_usd_per_kw": 500.0}],
            )
        )
    )


@pytest.mark.parametrize(
    ("term", "low", "high"),
    [
        ("inflation_rate", 0.02, 0.03),
        ("tax_rate", 0.21, 0.22),
        ("loss_offset_fraction", 0.8, 0.7),
        ("plant_recovery_years", 15, 20),
        ("debt_rate", 0.07, 0.06),
        ("debt_tenor_years", 3, 4),
        ("target_dscr_ratio", 1.4, 1.5),
        ("most_gearing_fraction", 0.2, 0.3),
    ],
)
def test_every_term_changes_a_figure(venture: tw.Plan, term: str, low: Any, high: Any) -> None:
    usual = {name: field.default for name, field in Terms.model_fields.items()}
    one, other = (under(venture, **usual | {term: value}).figures for value in (low, high))
    assert not one.equals(other)


def test_every_term_is_looked_at() -> None:
    (marks,) = test_every_term_changes_a_figure.pytestmark  # type: ignore[attr-defined]
    assert [term for term, _, _ in marks.args[1]] == list(Terms.model_fields)


@pytest.mark.parametrize(
    ("component", "years"),
    [
        ("hardware_capital", 5),
        ("power_capital", 15),
        ("power_contingency", 15),
        ("connection_works", 15),
        ("shell", 39),
        ("permits", 39),
        ("land", 0),
        ("fuel", None),
        ("hardware_resale", None),
    ],
)
def test_capital_has_its_recovery(component: str, years: int | None) -> None:
    assert recovery_years(component, 15) == years


def test_what_has_a_residual_or_a_contingency_is_capital() -> None:
    known = {component for components in GROUPS.values() for component in components}
    for component in known:
        base, _, last = component.rpartition("_")
        found = {base, f"{base}_capital", f"{base}_premium", f"{base}s", f"{base}_works"} & known
        years = {recovery_years(name, 15) for name in found}
        if last == "contingency":
            assert years == {recovery_years(component, 15)}, component
        if last == "residual":
            assert years, component
            assert None not in years, component


@pytest.mark.slow
def test_the_command_line_prints_it(write_scenario: Callable[..., Path], tmp_path: Path) -> None:
    path = write_scenario({"finance.residuals": True} | PLAIN, **BOND)
    done = tokenworks("solve", str(path), "--proforma", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Internal rate of return, project: 10.00%." in done.stdout
    assert "Least DSCR: there is none: no debt is served." in done.stdout
