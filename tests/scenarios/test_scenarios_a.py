"""Shipped scenarios: each is solved within its gap, and what its README claims holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

import tokenworks as tw
from tokenworks.inputs import assemble
from tokenworks.levelised import throughput_needed
from tokenworks.plan import Plan


def solved(name: str, changes: Mapping[str, Any] | None = None) -> Plan:
    """The plan of a shipped scenario, within its gap."""
    scenario = tw.load(name).with_(changes or {})
    plan = tw.solve(scenario)
    assert isinstance(plan, Plan)
    assert plan.gap <= scenario.solve.gap
    return plan


WAFERS = "cs-3-3"
POINT = "tables.operating_points[cs-3-3-gpt-oss-120b-{}].output_tokens_per_s"


def wafers_bought(plan: Plan) -> float:
    bought = plan.hardware.query("system == @WAFERS")["bought_systems"]
    return float(bought.sum())


def test_wafers_as_shipped_are_not_bought():
    plan = solved("wafer-scale-750mw")
    assert plan.summary.served_share == pytest.approx(1.0, abs=1e-6)
    assert wafers_bought(plan) == 0
    drawn = plan.power.query("kind == 'grid'")["entering_mw"].sum()
    assert drawn == pytest.approx(750, rel=0.01)
    assert plan.power["in_service"].max().year == 2028


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tier", "other", "below", "above"),
    [("fast", "server", 4.55e5, 4.75e5), ("server", "fast", 1.5e6, 1.56e6)],
)
def test_wafers_are_bought_above_the_throughput_of_the_readme(tier, other, below, above):
    point, unused = POINT.format(tier), {POINT.format(other): 1.0}
    assert wafers_bought(solved("wafer-scale-750mw", {point: below, **unused})) == 0
    assert wafers_bought(solved("wafer-scale-750mw", {point: above, **unused})) > 0


def test_throughput_of_wafers_by_the_levelised_cost():
    # 483,200 and 1,584,200 of three CS-3.
    off = tw.load("wafer-scale-750mw").with_({f"tables.hardware[{WAFERS}].enabled": False})
    needed = throughput_needed(assemble(off), year=2028).query("system == @WAFERS")
    by_workload = needed.set_index("workload")["needed_output_tokens_per_s"]
    assert by_workload["fast-120b"] == pytest.approx(4.832e5, rel=0.01)
    assert by_workload["api-120b"] == pytest.approx(1.584e6, rel=0.01)


@pytest.mark.slow
def test_half_the_headroom_costs_little_and_limits_on_new_load_much():
    base = solved("us-tiny")
    halved = tw.difference(base, solved("energy-redline", {"tables.redlines": None}))
    both = tw.difference(base, solved("energy-redline"))
    assert 0 < halved.low_usd < halved.high_usd < 1e8
    assert 6.5e9 < both.low_usd < both.high_usd < 7.2e9


TEMPLATE = "tables.permit_routes[building-tx-template].route_months"
ENGINES = "tables.power_technologies[gas-engine].procurement_months"


@pytest.mark.nightly
def test_worth_of_a_month_of_permitting():
    without = solved("pre-approved", {TEMPLATE: 6})
    saved = {n: tw.difference(solved("pre-approved", {TEMPLATE: 6 - n}), without) for n in (1, 3)}
    assert 2.5e7 < saved[1].low_usd < saved[1].high_usd < 6e7
    assert 1.1e8 < saved[3].low_usd < saved[3].high_usd < 1.5e8


@pytest.mark.nightly
def test_a_month_of_permitting_is_worth_nothing_where_engines_are_late():
    late = {ENGINES: 15}
    without = solved("pre-approved", {TEMPLATE: 6, **late})
    assert tw.difference(solved("pre-approved", late), without).indistinguishable


REACTOR = "tables.power_costs[smr-barge,*].overnight_capex_usd_per_kw"
LATE = "tables.power_technologies[smr-barge].slip_months"


def reactors_mw(plan: Plan) -> float:
    built = plan.power.query("source == 'smr-barge'")["entering_mw"]
    return float(built.sum())


@pytest.mark.nightly
@pytest.mark.parametrize("case", ["", "-atb", "-first-of-a-kind"])
def test_reactors_at_none_of_the_three_costs_beat_gas(case):
    plan = solved(f"blue-energy-texas{case}")
    assert reactors_mw(plan) == 0
    assert plan.summary.served_share == pytest.approx(1.0, abs=1e-3)


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("late", "pays", "does_not"),
    [(0, 2700.0, 2850.0), (12, 2500.0, 2620.0), (24, 2100.0, 2220.0), (60, 1470.0, 1580.0)],
)
def test_cost_of_reactors_that_breaks_even_falls_with_their_date(late, pays, does_not):
    # Within 0.001 % of 91 bn USD, 0.9 million: the README has the edges to some 25 USD/kW.
    case, exactly = "blue-energy-texas", {"solve.gap": 1e-5, LATE: late}
    without = solved(case, {REACTOR: 30000.0, **exactly})
    built = solved(case, {REACTOR: pays, **exactly})
    assert tw.difference(without, built).verdict == "cheaper"
    assert reactors_mw(built) > 0
    assert reactors_mw(solved(case, {REACTOR: does_not, **exactly})) == 0
