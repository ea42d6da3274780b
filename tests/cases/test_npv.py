"""Greatest net present value: tokens earn their price, unserved ones their contracted damages.

One system of the neutral case costs 1e6 USD and serves 3.6e9 USD-free million tokens: 1 million
tokens/s for 3.6e6 s are 3.6e6 million tokens in the year.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from statistics import mean

import pytest

from tokenworks.errors import InputError
from tokenworks.results.cashflow import monthly_cash
from tokenworks.results.frames import Context
from tokenworks.results.tables import tables_of

near = partial(pytest.approx, rel=1e-9)

NPV = {"objective": "npv"}
SYSTEM = {"hardware": [{"capex_usd": 1e6}]}


def sold(price: float, damages: float = 0.0, **more: object) -> list[dict[str, object]]:
    return [{"sold_usd_per_mtoken": price, "damages_usd_per_mtoken": damages, **more}]


def test_tokens_are_served_where_they_earn_more_than_they_cost(solve_case):
    # 3.6e6 Mtokens at 0.50 USD earn 1.8e6 USD, for a system of 1e6: a net value of 0.8e6.
    answer = solve_case(NPV, workloads=sold(0.5), **SYSTEM)
    assert answer.line("revenue") == near(-1.8e6)
    assert answer.usd == near(1e6 - 1.8e6)
    # The bound proves it, and no plan can better 1.8e6 of revenue: 0.8e6 of 1.8e6 is earned.
    assert answer.solved.gap == answer.solved.gap_controllable == 0.0
    assert answer.solved.unavoidable_usd == near(-1.8e6)


def test_what_earns_less_than_it_costs_is_left(solve_case):
    # At 0.25 USD they would earn 0.9e6 USD for 1e6: nothing is built, nothing is earned.
    answer = solve_case(NPV, workloads=sold(0.25), **SYSTEM)
    assert answer.usd == near(0.0)
    assert answer.value("unserved_mtokens_per_s", "w", "r", ...) == near(1.0)


def test_damages_stand_in_place_of_the_value_of_unserved_tokens(solve_case):
    # Damages of 0.05 USD a Mtoken are 0.18e6 USD: with the 0.9e6 earned they pay for the system.
    # The value of 1 USD of an unserved Mtoken counts at minimum cost alone.
    answer = solve_case(NPV, workloads=sold(0.25, 0.05), **SYSTEM)
    assert answer.usd == near(1e6 - 0.9e6)
    answer = solve_case(NPV, workloads=sold(0.25, 0.02), **SYSTEM)
    assert answer.usd == near(0.02 * 3.6e6)
    assert answer.component("damages") == near(72_000.0)


def test_rented_tokens_are_sold_too(solve_case):
    # Renting at 0.30 USD earns 0.20 a Mtoken; the system of 1e6 USD costs 0.278.
    answer = solve_case(
        NPV,
        workloads=sold(0.5),
        hardware=[{"capex_usd": 2e6}],
        cloud_prices=[{"rent_usd_per_mtoken": 0.3}],
    )
    assert answer.component("revenue_rented") == near(-1.8e6)
    assert answer.usd == near(3.6e6 * 0.3 - 1.8e6)


def test_what_cannot_be_served_is_no_part_of_what_a_plan_can_better(solve_case):
    # Demand of 2, one system at most: 1.8e6 USD of revenue and 0.36e6 of damages at best.
    answer = solve_case(
        NPV,
        workloads=sold(0.5, 0.1),
        demand=[{"output_tokens_per_s": 2e6}],
        sites=[{"max_it_mw": 1.0}],
        **SYSTEM,
    )
    assert answer.solved.unavoidable_usd == near(0.36e6 - 1.8e6)
    assert answer.usd == near(1e6 + 0.36e6 - 1.8e6)


def test_both_objectives_agree_where_a_lost_token_loses_the_same(solve_case):
    # cost: value v a Mtoken; npv: price p and damages v - p. They differ by p times all demand.
    v, p = 0.9, 0.6
    tables = {"demand": [{"output_tokens_per_s": 3e6}], "sites": [{"max_it_mw": 2.0}], **SYSTEM}
    work = sold(p, v - p, unserved_usd_per_mtoken=v)
    cost = solve_case({}, workloads=work, **tables)
    value = solve_case(NPV, workloads=work, **tables)
    assert value.usd == near(cost.usd - p * 3 * 3.6e6)
    spent = cost.usd - cost.solved.unavoidable_usd
    assert value.usd - value.solved.unavoidable_usd == near(spent)


def test_without_a_price_the_greatest_value_is_refused(solve_case):
    with pytest.raises(InputError, match="no workload has a price"):
        solve_case(NPV, **SYSTEM)


def test_the_summary_has_revenue_and_net_present_value(solve_case):
    answer = solve_case(NPV, workloads=sold(0.5), **SYSTEM)
    tables, summary = tables_of(answer.model, answer.solved)
    assert summary.revenue_usd == near(1.8e6)
    assert summary.net_present_value_usd == near(0.8e6)
    assert summary.cost_usd_per_mtoken == near(1e6 / 3.6e6)
    assert tables["costs"]["present_value_usd"].sum() == near(-0.8e6)
    _, at_cost = tables_of(
        (least := solve_case({}, workloads=sold(0.5), **SYSTEM)).model, least.solved
    )
    assert at_cost.net_present_value_usd is None
    assert at_cost.revenue_usd == 0.0


def test_revenue_is_cash_of_its_months(solve_case):
    # Two years at 10 %: 1.8e6 USD in either, evenly over its months.
    answer = solve_case(NPV | {"finance.discount_rate": 0.1}, periods=[{}, {}], workloads=sold(0.5))
    cash = monthly_cash(Context(answer.model, answer.solved))
    assert list(cash) == [("revenue", "revenue_owned", "s")]
    assert cash["revenue", "revenue_owned", "s"][:24] == near([-150_000.0] * 24)
    assert answer.usd == near(-3.6e6 * mean(1.1 ** (-(m + 0.5) / 12) for m in range(24)))


def test_both_objectives_agree_on_the_golden_case(solved):
    # As above with every block in use: damages are the value less the price, so that a token left
    # unserved, or shed, loses its value in both. They differ by the price of all demand.
    path = Path(__file__).parents[1] / "golden" / "two-sites" / "two-sites.yaml"
    price = {"chat": 4.0, "batch": 3.0}
    damages = {
        f"tables.workloads[{w}].damages_usd_per_mtoken": value - price[w]
        for w, value in {"chat": 20.0, "batch": 8.0}.items()
    }
    exact = {"solve.gap": 0.0}
    cost, value = solved(path, exact), solved(path, exact | {"objective": "npv"} | damages)
    steps, money = cost.inputs.calendar.steps, cost.inputs.discounting
    asked = sum(
        price[w]
        * level.mean_mtokens_per_s
        * steps[e].seconds
        * money.mean(steps[e].start_month, steps[e].end_month)
        for (w, _, e), level in cost.model.candidates.demand.items()
    )
    assert value.usd == pytest.approx(cost.usd - asked, rel=1e-7)
    spent = cost.usd - cost.solved.unavoidable_usd
    assert value.usd - value.solved.unavoidable_usd == pytest.approx(spent, rel=1e-6)
