"""Branches of an uncertain future: shared until known, and what knowing is worth.

Two periods of a year, 3.6e6 s each, rate 0. Demand is 1 million tokens/s throughout: leaving it
unserved costs $3.6e6 a year. The only power is `plant`: a module of 1 MW, 12 months from order to
service, paid when ordered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tokenworks.errors import InputError
from tokenworks.io.scenario_files import load_scenario
from tokenworks.study.branches import BranchedPlan, at_risk, solve

YEAR_USD = 3.6e6


@pytest.fixture
def branched(write_scenario: Callable[..., Path]) -> Callable[..., BranchedPlan]:
    def make(
        branches: list[Mapping[str, Any]],
        changes: list[Mapping[str, Any]],
        /,
        options: Mapping[str, Any] | None = None,
        **tables: Any,
    ) -> BranchedPlan:
        given = {
            "periods": [{"months": 12}, {"months": 12}],
            "power_technologies": [
                {"technology": "plant", "procurement_months": 12, "deposit_fraction": 1.0}
            ],
            **tables,
        }
        changes = [{"change": f"c{n}", **change} for n, change in enumerate(changes)]
        path = write_scenario(options, branches=branches, branch_changes=changes, **given)
        plan = solve(load_scenario(path))
        assert isinstance(plan, BranchedPlan)
        return plan

    return make


def capital(usd: float) -> list[dict[str, Any]]:
    return [{"technology": "plant", "overnight_capex_usd_per_kw": usd / 1e3}]


TWO = [
    {"branch": "stay", "probability_fraction": 0.6, "reveals_on": None},
    {"branch": "gone", "probability_fraction": 0.4, "reveals_on": "2031-01-01"},
]
NO_DEMAND = [
    {
        "branch": "gone",
        "address": "tables.demand[w,r,y2].output_tokens_per_s",
        "operation": "set",
        "value": "0.0",
    }
]


def test_an_order_is_placed_before_it_is_known_what_it_is_for(
    branched: Callable[..., BranchedPlan],
) -> None:
    # In `gone` there is no demand in the second year. A module for it is ordered at the start of
    # the first, when nobody knows. It costs 2e6; the second year unserved costs 3.6e6 with
    # probability 0.6, 2.16e6: order. Expected 3.6e6 (first year) + 2e6 = 5.6e6 in both branches.
    plan = branched(TWO, NO_DEMAND, power_costs=capital(2e6))
    assert plan.objective_usd == pytest.approx(YEAR_USD + 2e6)
    table = plan.branches.set_index("branch")
    assert table.cost_usd.to_dict() == pytest.approx({"stay": 5.6e6, "gone": 5.6e6})
    # Known from the start: stay orders (5.6e6), gone does not (3.6e6).
    assert table.known_cost_usd.to_dict() == pytest.approx({"stay": 5.6e6, "gone": 3.6e6})
    assert table.regret_usd.to_dict() == pytest.approx({"stay": 0.0, "gone": 2e6})
    # Perfect information: 5.6e6 - (0.6 * 5.6e6 + 0.4 * 3.6e6) = 0.8e6.
    measure = plan.measures.set_index("measure").amount_usd
    assert measure["value of perfect information"] == pytest.approx(0.8e6)
    # Least regret: half a module costs 1e6 in `gone` and leaves half of 3.6e6 - 2e6 = 0.8e6 in
    # `stay`; x of it: 2e6 x = 1.6e6 (1 - x), x = 4/9, regret 0.888...e6 in both.
    assert measure["least possible largest regret"] == pytest.approx(8e6 / 9)


@pytest.mark.slow
def test_what_is_not_worth_it_on_average_is_not_ordered(
    branched: Callable[..., BranchedPlan],
) -> None:
    # At 2.5e6 the order costs more than 0.6 * 3.6e6 = 2.16e6: left unserved, 7.2e6 and 3.6e6.
    plan = branched(TWO, NO_DEMAND, power_costs=capital(2.5e6))
    assert plan.objective_usd == pytest.approx(0.6 * 7.2e6 + 0.4 * 3.6e6)


@pytest.mark.slow
def test_an_order_can_be_cancelled_at_a_fee(branched: Callable[..., BranchedPlan]) -> None:
    # A fifth is paid with the order, the rest in the month of service (nothing is built): in
    # `gone` it is cancelled there for a tenth of what is left. 2.5e6: paid 0.5e6, fee 0.2e6.
    # Expected 3.6e6 + 0.6 * 2.5e6 + 0.4 * 0.7e6 = 5.38e6, less than without, 5.76e6.
    plan = branched(
        TWO,
        NO_DEMAND,
        power_costs=capital(2.5e6),
        power_technologies=[
            {
                "technology": "plant",
                "procurement_months": 12,
                "deposit_fraction": 0.2,
                "cancellation_fee_fraction": 0.1,
            }
        ],
    )
    assert plan.objective_usd == pytest.approx(5.38e6)
    table = plan.branches.set_index("branch")
    assert table.cancellation_usd["gone"] == pytest.approx(0.7e6)
    assert len(plan.plans["gone"].power) == 0
    assert len(plan.plans["stay"].power) == 1


def test_a_slip_is_revealed_when_it_happens(branched: Callable[..., BranchedPlan]) -> None:
    # Three years. In `late` the module takes 24 months: what is ordered at the start arrives for
    # the third year only. Ordered at once: `stay` leaves 1 year unserved, `late` 2.
    # 0.6 * 3.6e6 + 0.4 * 7.2e6 + 2e6 = 7.04e6.
    plan = branched(
        [TWO[0], {**TWO[1], "branch": "late"}],
        [
            {
                "branch": "late",
                "address": "tables.power_technologies[plant].procurement_months",
                "operation": "add",
                "value": "12",
            }
        ],
        periods=[{"months": 12}] * 3,
        power_costs=capital(2e6),
    )
    assert plan.objective_usd == pytest.approx(7.04e6)
    arrivals = {b: p.power.in_service.dt.year.tolist() for b, p in plan.plans.items()}
    assert arrivals == {"stay": [2031], "late": [2032]}


def test_prices_change_after_the_reveal_alone(branched: Callable[..., BranchedPlan]) -> None:
    # Power at once, 1000 h a year. Fuel at $1/MMBtu and 1 MMBtu/MWh: $1,000 a year; in `dear` it
    # is tenfold from the second year: 0.6 * 2,000 + 0.4 * 11,000 = 5,600.
    plan = branched(
        [TWO[0], {**TWO[1], "branch": "dear"}],
        [
            {
                "branch": "dear",
                "address": "tables.fuel_prices[*].price_usd_per_mmbtu",
                "operation": "scale",
                "value": "10",
            }
        ],
        power_technologies=[{"technology": "plant", "fuel": "gas", "heat_rate_mmbtu_per_mwh": 1.0}],
        fuel_prices=[{"fuel": "gas", "price_usd_per_mmbtu": 1.0}],
    )
    assert plan.objective_usd == pytest.approx(5_600.0)


@pytest.mark.slow
def test_three_branches_become_known_one_after_the_other(
    branched: Callable[..., BranchedPlan],
) -> None:
    # Three years; `early` (0.2) has no demand from the second on and is known then; `later` (0.3)
    # none in the third, known at its start. A module, 1.5e6, ordered a year ahead, serves on.
    # Ordered at the start: 3.6e6 + 1.5e6 in all. Waiting a year: another 0.8 * 3.6e6. So 5.1e6.
    zero = "tables.demand[w,r,{}].output_tokens_per_s"
    plan = branched(
        [
            {"branch": "stay", "probability_fraction": 0.5, "reveals_on": None},
            {"branch": "early", "probability_fraction": 0.2, "reveals_on": "2031-01-01"},
            {"branch": "later", "probability_fraction": 0.3, "reveals_on": "2032-01-01"},
        ],
        [
            {"branch": b, "address": zero.format(y), "operation": "set", "value": "0.0"}
            for b, y in (("early", "y2"), ("early", "y3"), ("later", "y3"))
        ],
        periods=[{"months": 12}] * 3,
        power_costs=capital(1.5e6),
    )
    assert plan.objective_usd == pytest.approx(5.1e6)
    # The dearest fifth of the probability costs 5.1e6 like every other part.
    measure = plan.measures.set_index("measure").amount_usd
    assert measure["conditional value at risk"] == pytest.approx(5.1e6)


@pytest.mark.slow
def test_what_is_held_is_shared(branched: Callable[..., BranchedPlan]) -> None:
    # A module stands since before the horizon and serves the first year in both branches; another,
    # ordered half a year before, comes in July and serves the second, when in `more` demand
    # doubles. Of its 2e6 half was paid with the order and is sunk, half is due on arrival: 1e6.
    held = {"site": "s", "date": "2029-01-01", "amount_count": 1}
    module = {**held, "asset": "plant"}
    plan = branched(
        [TWO[0], {**TWO[1], "branch": "more"}],
        [{**NO_DEMAND[0], "branch": "more", "value": "2000000.0"}],
        power_costs=capital(2e6),
        power_technologies=[
            {"technology": "plant", "procurement_months": 12, "deposit_fraction": 0.5}
        ],
        holdings=[
            {**held, "holding": "halls", "kind": "site"},
            {**module, "holding": "old", "kind": "power"},
            {**module, "holding": "new", "kind": "order", "date": "2029-07-01"},
        ],
    )
    assert plan.objective_usd == pytest.approx(1e6)


def test_value_at_risk_is_the_mean_of_the_dearest() -> None:
    # The dearest 0.2: 0.1 at 9 and 0.1 of the 0.3 at 5: (0.9 + 0.5) / 0.2 = 7.
    assert at_risk([5.0, 9.0, 1.0], [0.3, 0.1, 0.6], 0.2) == pytest.approx(7.0)
    # All of it: the mean, 1.5 + 0.9 + 0.6 = 3.
    assert at_risk([5.0, 9.0, 1.0], [0.3, 0.1, 0.6], 1.0) == pytest.approx(3.0)


def test_a_branch_that_changes_the_past_is_refused(branched: Callable[..., BranchedPlan]) -> None:
    past = [{**NO_DEMAND[0], "address": "tables.demand[w,r,y1].output_tokens_per_s"}]
    with pytest.raises(InputError, match="before the day on which it is known"):
        branched(TWO, past, power_costs=capital(1.0))


def test_the_careful_plan_takes_another_tail(branched: Callable[..., BranchedPlan]) -> None:
    # At a module of 2.5e6 nothing is ordered: 7.2e6 (chance 0.6) and 3.6e6 (0.4). The dearest 0.8:
    # (0.6 * 7.2e6 + 0.2 * 3.6e6) / 0.8 = 6.3e6.
    plan = branched(TWO, NO_DEMAND, {"uncertainty.tail_fraction": 0.8}, power_costs=capital(2.5e6))
    measure = plan.measures.set_index("measure").amount_usd
    assert measure["conditional value at risk"] == pytest.approx(6.3e6)


def test_what_is_committed_is_listed(branched: Callable[..., BranchedPlan]) -> None:
    plan = branched(TWO, NO_DEMAND, power_costs=capital(2e6))
    ordered = plan.commitments.query("milestone == 'power ordered'").set_index("plan")
    # One module of 1 MW, and 4/9 of it where regret is to be least (see the first case).
    assert ordered.amount_count.to_dict() == pytest.approx(
        {"least expected cost": 1.0, "least regret": 4 / 9}
    )


@pytest.mark.slow
def test_the_run_folder_holds_every_branch(
    branched: Callable[..., BranchedPlan], tmp_path: Path
) -> None:
    plan = branched(TWO, NO_DEMAND, power_costs=capital(2e6))
    folder = plan.save(tmp_path / "run")
    held = pd.read_parquet(folder / "tables" / "power.parquet")
    assert sorted(held["branch"]) == ["gone", "stay"]
    again = solve(load_scenario(folder / "scenario.yaml"))
    assert again.objective_usd == pytest.approx(plan.objective_usd)


@pytest.mark.parametrize(
    ("branches", "changes", "words"),
    [
        ([{**TWO[0], "probability_fraction": 0.5}, TWO[1]], NO_DEMAND, "sum to 0.9"),
        ([TWO[0], {**TWO[1], "reveals_on": None}], NO_DEMAND, "nothing says when"),
        ([TWO[0], {**TWO[1], "reveals_on": "2031-01-02"}], NO_DEMAND, "first of a month"),
        ([TWO[0], {**TWO[1], "reveals_on": "2035-01-01"}], NO_DEMAND, "within the horizon"),
        (TWO, [{**NO_DEMAND[0], "operation": "scale", "value": "much"}], "cannot be used to"),
        (TWO, [{**NO_DEMAND[0], "address": "tables.demand[w"}], "address"),
        (TWO, [{**NO_DEMAND[0], "address": "tables.demand[w,r,y9].growth_rate"}], "gone"),
        (TWO, [{**NO_DEMAND[0], "value": "-3.0"}], "gone"),
        (TWO, [{**NO_DEMAND[0], "branch": "other"}], "other"),
    ],
)
def test_branches_that_make_no_sense_are_refused(
    branched: Callable[..., BranchedPlan],
    branches: list[Any],
    changes: list[Any],
    words: str,
) -> None:
    with pytest.raises(InputError, match=words):
        branched(branches, changes, power_costs=capital(1.0))


def test_branches_are_not_solved_in_parts(branched: Callable[..., BranchedPlan]) -> None:
    with pytest.raises(InputError, match=r"solved together in one program.*let it be `auto`"):
        branched(TWO, NO_DEMAND, {"solve.method": "decomposed"}, power_costs=capital(1.0))
