"""What must hold between the best plans of two scenarios, on small random ones of every block.

Dates of service are the starts of steps, and steps are cut at the milestones of a scenario. Where a
change moves them, both scenarios are solved on the milestones of both: see `test_milestones`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.properties import laws
from tests.properties.cases import OPTIONS, random_case

from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.tables import INPUT_TABLES

Write = Callable[..., Path]

# Shrinking a seed would make nothing simpler.
QUICK = settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=1,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
LONG = settings(QUICK, max_examples=3)
SEEDS = st.integers(0, 10_000)
OWN_CALENDAR = 0.02


def scenario_of(seed: int, write_scenario: Write) -> Scenario:
    return load_scenario(write_scenario(OPTIONS, **random_case(seed)))


def check(scenario: Scenario, sign: int, changes: laws.Changes) -> None:
    """The change makes the best plan no dearer (sign 1) or no cheaper (sign -1).

    To the last cent on the milestones of both; on its own calendar within two per cent, since a
    step that is cut elsewhere follows growth at other dates: with seed 4000 and procurement for
    nothing it has 529 columns in place of 652, and costs 1.26 % more.
    """
    changed = scenario.with_(changes)
    before, after = map(laws.usd, laws.on_common_milestones(scenario, changed))
    assert sign * (after - before) <= laws.SAME * before
    assert sign * (cost(changed) - cost(scenario)) <= OWN_CALENDAR * before


# Two to four times as long as the others.
SLOW_GROUPS = ("sooner", "longer", "looser")
GROUPS = [
    pytest.param(group, marks=pytest.mark.slow if group in SLOW_GROUPS else ())
    for group in (*laws.NO_DEARER, *laws.NO_CHEAPER)
]


@pytest.mark.parametrize("group", GROUPS)
@QUICK
@given(seed=SEEDS)
def test_changes_of_one_kind_at_once(group: str, seed: int, write_scenario: Write) -> None:
    sign = 1 if group in laws.NO_DEARER else -1
    changes = laws.everything((laws.NO_DEARER | laws.NO_CHEAPER)[group])
    check(scenario_of(seed, write_scenario), sign, changes)


def test_a_plan_that_stays_possible_is_no_dearer(write_scenario: Write) -> None:
    """Here the solver proved a bound 15 % too high when whole columns had a tolerance of 1e-9."""
    check(scenario_of(2127, write_scenario), *laws.LAWS["looser: halls of whole blocks"])


@pytest.mark.slow
@pytest.mark.parametrize("law", laws.LAWS)
@LONG
@given(seed=SEEDS)
def test_one_change(law: str, seed: int, write_scenario: Write) -> None:
    check(scenario_of(seed, write_scenario), *laws.LAWS[law])


@QUICK
@given(seed=SEEDS, factor=st.sampled_from([0.001, 0.3, 7.0, 1000.0]))
def test_all_money_times_k_makes_the_cost_times_k(
    seed: int, factor: float, write_scenario: Write
) -> None:
    scenario = scenario_of(seed, write_scenario)
    tables = assemble(scenario).tables
    with_rows = [name for name in INPUT_TABLES if len(tables[name])]
    addresses = laws.money_columns(with_rows)
    assert addresses == laws.money_columns(INPUT_TABLES), "every table with money has rows"
    scaled = scenario.with_({address: {"scale": factor} for address in addresses})
    assert cost(scaled) == pytest.approx(factor * cost(scenario), rel=laws.SAME)


@QUICK
@given(seed=SEEDS, order=st.integers(0, 100))
def test_the_order_of_rows_does_not_matter(seed: int, order: int, write_scenario: Write) -> None:
    rows = random_case(seed)
    scenarios = [
        load_scenario(write_scenario(OPTIONS, **tables))
        for tables in (rows, laws.shuffled(rows, order))
    ]
    before, after = map(cost, scenarios)
    assert after == pytest.approx(before, rel=laws.SAME)


@QUICK
@given(seed=SEEDS)
def test_nothing_whole_is_no_dearer(seed: int, write_scenario: Write) -> None:
    inputs = assemble(scenario_of(seed, write_scenario))
    whole = laws.usd(inputs)
    assert laws.relaxed_usd(inputs) <= whole * (1 + laws.SAME)


@QUICK
@given(seed=SEEDS)
def test_steps_of_their_own_for_nothing_change_nothing(seed: int, write_scenario: Write) -> None:
    """Cutting steps finer leaves every plan possible: it is no dearer where demand is even."""
    scenario = scenario_of(seed, write_scenario).with_({"tables.demand[*].growth_rate": 0.0})
    inputs = assemble(scenario)
    finer = laws.on_calendar(inputs, laws.cut_every(inputs, 3))
    assert laws.usd(finer) <= laws.usd(inputs) * (1 + laws.SAME)


def cost(scenario: Scenario) -> Any:
    return laws.usd(assemble(scenario))
