"""Cash by year: undiscounted, dated as it is paid, with residual values apart."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import pytest
from tests.cases.test_money import PROJECT
from tests.cases.test_residuals import REACTOR

from tokenworks.build import OPERATION, dated_costs
from tokenworks.dated import Dated, DatedDiscounting, LivesLeft
from tokenworks.errors import SolverError
from tokenworks.results.cashflow import check_cash, monthly_cash
from tokenworks.results.difference import difference
from tokenworks.results.frames import Context
from tokenworks.results.tables import tables_of

near = partial(pytest.approx, rel=1e-9)


def by_year(answer, component: str, column: str = "cash_usd") -> dict[int, float]:
    table = tables_of(answer.model, answer.solved)[0]["cashflow"]
    rows = table[table["component"] == component]
    return dict(zip(rows["year"], rows[column], strict=True))


def test_every_cost_is_cash_of_the_year_in_which_it_is_paid(solve_case):
    # The project of test_money.py, whose first token is in 2031; the rate plays no part.
    #     ground is broken, the permit filed and the shell built in 2030
    #     power: 30 % of 10,000 ordered in month 1, 70 % over months 7 to 11
    #     systems are paid on delivery in month 12; yearly costs run in 2031 and 2032
    answer = solve_case({"finance.discount_rate": 0.1}, **PROJECT)
    expected = {
        "opening": {2030: 1000.0},
        "land": {2030: 2000.0},
        "shell": {2030: 12_000.0},
        "permits": {2030: 500.0},
        "power_capital": {2030: 10_000.0},
        "hardware_capital": {2031: 30_000.0},
        "site_fixed_om": {2031: 600.0, 2032: 600.0},
        "power_fixed_om": {2031: 2000.0, 2032: 2000.0},
        "hardware_fixed_om": {2031: 900.0, 2032: 900.0},
        "variable_om": {2031: 3000.0, 2032: 3000.0},
    }
    for component, cash in expected.items():
        assert by_year(answer, component) == near(cash), component


def test_a_payment_over_the_turn_of_the_year_falls_into_both(solve_case):
    # Construction of 18 months, six of them in 2031.
    answer = solve_case(
        periods=[{}, {}, {}],
        demand=[{"output_tokens_per_s": [0.0, 0.0, 1e6]}],
        sites=[{"max_it_mw": 1.0, "construction_months": 18, "shell_cost_usd_per_mw": 18e3}],
        tariffs=[{}],
    )
    # It is energised at the start of 2032, so ground is broken in the middle of 2030.
    assert by_year(answer, "shell") == near({2030: 6e3, 2031: 12e3})


def test_a_residual_is_no_cash(solve_case):
    # Of the reactor of 1e6 USD in 2037, 57 of 60 years are left at the end of 2039.
    answer = solve_case({"finance.residuals": True}, **REACTOR)
    assert by_year(answer, "power_capital") == near({2037: 1e6})
    assert by_year(answer, "power_residual") == {2039: 0.0}
    assert by_year(answer, "power_residual", "residual_usd") == near({2039: -0.95e6})


def test_a_sale_is_cash_and_gives_up_its_residual(solve_case):
    # 2 systems at 1e6 USD; one is sold after a year at 0.5 of its price. At the end of the second,
    # 0.25 of the other's price are left.
    answer = solve_case(
        {"finance.residuals": True},
        periods=[{}, {}],
        demand=[{"output_tokens_per_s": [2e6, 1e6]}],
        hardware=[
            {
                "capex_usd": 1e6,
                "life_years": 5.0,
                "resale_fraction": 1.0,
                "resale_decay_fraction_per_year": 0.5,
            }
        ],
    )
    assert by_year(answer, "hardware_capital") == near({2030: 2e6})
    assert by_year(answer, "hardware_resale") == near({2031: -0.5e6})
    assert by_year(answer, "hardware_resale", "residual_usd") == near({2031: 0.25e6})
    assert by_year(answer, "hardware_residual", "residual_usd") == near({2031: -0.5e6})
    assert answer.usd == near(2e6 - 0.5e6 - 0.25e6)
    # Without residual values the sale stays: 1.5e6 USD for 3 years of a system, 10.8e6 Mtokens.
    summary = tables_of(answer.model, answer.solved)[1]
    assert summary.zero_residual_usd_per_mtoken == near(1.5e6 / 10.8e6)


def test_cash_by_month_is_that_of_the_years(solve_case):
    answer = solve_case({"finance.residuals": True}, **PROJECT)
    tables = tables_of(answer.model, answer.solved)[0]
    months, keys = tables["cash_by_month"], ["line", "component", "site"]
    months = months.assign(year=months["month"].dt.year).groupby(["year", *keys])
    years = tables["cashflow"].set_index(["year", *keys])
    for column in ("cash_usd", "residual_usd"):
        assert months[column].sum().to_dict() == near(years[column].to_dict())


def test_a_life_left_at_the_end_gives_its_residual_at_any_rate(solve_case):
    # Of the reactor of 1e6 USD in 2037, 57 of 60 years are left at the end of 2039.
    answer = solve_case({"finance.residuals": True, "finance.discount_rate": 0.08}, **REACTOR)
    row = tables_of(answer.model, answer.solved)[0]["lives_left"].iloc[0]
    assert (row["component"], str(row["in_service"].date())) == ("power_residual", "2037-01-01")
    assert (row["life_years"], row["cost_usd"]) == (60.0, near(1e6))
    left = 1e6 * (1 - 1.08**-57) / (1 - 1.08**-60)
    assert row["residual_usd"] == near(-left)


def test_what_is_done_hour_by_hour_leaves_nothing_at_the_end(solve_case):
    # `lives_left` asks the blocks of investment alone.
    answer = solve_case({"finance.residuals": True, "finance.discount_rate": 0.08}, **REACTOR)
    factors = LivesLeft(answer.model.inputs.discounting)
    costs = list(dated_costs(answer.model, factors, OPERATION))
    figures = [usd for cost in costs for usd in cost.values.values()]
    assert figures
    assert not any(usd.payments for usd in figures if isinstance(usd, Dated))
    assert not factors.lives


@pytest.mark.parametrize("rate", [0.0, 0.03, 0.25])
def test_cash_discounted_by_month_is_every_present_value(solve_case, rate):
    options = {"finance.discount_rate": rate, "finance.residuals": True}
    answer = solve_case(options | {"finance.contingency_fraction": 0.1}, **PROJECT)
    cash = monthly_cash(Context(answer.model, answer.solved))
    factors = [(1 + rate) ** (-(month + 0.5) / 12) for month in range(37)] + [(1 + rate) ** -3]
    worth = {component: float(usd @ factors) for (_, component, _), usd in cash.items()}
    stated = {name: usd for (_, name), usd in answer.costs().items() if usd}
    assert worth == near(stated)


def test_cash_that_is_not_what_was_discounted_is_refused(solve_case):
    answer = solve_case({"finance.discount_rate": 0.1}, **PROJECT)
    context = Context(answer.model, answer.solved)
    costs = tables_of(answer.model, answer.solved)[0]["costs"]
    cash = monthly_cash(context)
    check_cash(context, cash, costs)
    with pytest.raises(SolverError, match=r"(?s)cash is not .*'land'"):
        check_cash(context, cash, costs.assign(present_value_usd=costs["present_value_usd"] + 1.0))


def test_a_cost_that_does_not_come_from_the_factors_is_refused(solve_case, monkeypatch):
    answer = solve_case({"finance.discount_rate": 0.1}, **PROJECT)
    monkeypatch.setattr(DatedDiscounting, "in_month", lambda *_: 0.9)
    with pytest.raises(SolverError, match="has no dates"):
        monthly_cash(Context(answer.model, answer.solved))


def test_dated_amounts_add_and_scale_and_lose_their_dates_with_undated_ones():
    five = 2.0 * Dated(2.5, ((0, 2, 1.25),))
    assert five == 5.0
    assert five.payments == ((0, 2, 2.5),)
    assert (sum([five, -five / 2.0]) - five).payments == (
        (0, 2, 2.5),
        (0, 2, -1.25),
        (0, 2, -2.5),
    )
    for undated in (five + 1.0, 1.0 - five, abs(five), 1.0 / five):
        assert not isinstance(undated, Dated)
    with pytest.raises(TypeError):
        five * five


def test_differences_are_intervals():
    def plan(incumbent: float, bound: float) -> SimpleNamespace:
        return SimpleNamespace(objective_usd=incumbent, bound_usd=bound)

    # A costs 100 and cannot cost less than 98; B costs 105 and not less than 101.
    dearer = difference(plan(100.0, 98.0), plan(105.0, 101.0))
    assert (dearer.low_usd, dearer.high_usd, dearer.verdict) == (1.0, 7.0, "dearer")
    assert difference(plan(105.0, 101.0), plan(100.0, 98.0)).verdict == "cheaper"
    # B may cost 99, which is less than A's 100: neither can be said to be the cheaper.
    assert difference(plan(100.0, 98.0), plan(105.0, 99.0)).verdict == "indistinguishable"
