"""A small program solved from a neighbour's plan: proven as it would be without."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tokenworks.build import build
from tokenworks.errors import InfeasibleError
from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.solver.highs import Status, run
from tokenworks.solver.known import of_plan
from tokenworks.solver.matrix import compile_matrix
from tokenworks.solver.method import solve_model
from tokenworks.solver.nearby import nearby
from tokenworks.solver.relaxed import Relaxed

CASE = Path(__file__).parents[1] / "golden" / "two-sites" / "two-sites.yaml"
GAP = 0.02

NEIGHBOURS = (
    {"tables.demand[*].output_tokens_per_s": {"scale": 0.9}},
    {"tables.permit_routes[*].route_months": {"add": 6}},  # other columns
)


@pytest.fixture(scope="module")
def scenario():
    return load_scenario(CASE).with_({"solve.gap": GAP})


@pytest.fixture(scope="module")
def known(scenario):
    return solve_model(build(assemble(scenario)), scenario.solve).known


@pytest.mark.parametrize("changes", NEIGHBOURS)
def test_a_neighbour_is_proven_as_it_is_cold(scenario, known, changes) -> None:
    changed = scenario.with_(changes)
    model = build(assemble(changed))
    after = solve_model(model, changed.solve, known=known)
    cold = solve_model(model, changed.solve)
    assert after.gap <= GAP
    # Each bound lies below the other's plan.
    assert max(after.bound_usd, cold.bound_usd) <= min(after.objective_usd, cold.objective_usd)


def test_of_the_same_scenario_nothing_is_searched(scenario, known) -> None:
    model = build(assemble(scenario))
    found = nearby(compile_matrix(model.pyomo), scenario.solve, known).found
    assert found is not None
    assert found.exact
    assert found.objective - found.bound <= GAP * abs(found.objective)


@pytest.mark.parametrize("gap", [0.01, 0.003])
def test_what_is_not_near_enough_is_searched_until_it_is_proven(scenario, known, gap) -> None:
    changed = scenario.with_(NEIGHBOURS[0] | {"solve.gap": gap})
    matrix = compile_matrix(build(assemble(changed)).pyomo)
    found = nearby(matrix, changed.solve, known).found
    assert found is not None
    assert found.status is Status.OPTIMAL
    assert found.objective - found.bound <= gap * abs(found.objective)
    cold = run(matrix, changed.solve)
    assert max(found.bound, cold.bound) <= min(found.objective, cold.objective)


def test_a_search_ends_where_its_bound_is_enough(scenario) -> None:
    matrix = compile_matrix(build(assemble(scenario)).pyomo)
    whole = run(matrix, scenario.solve)
    low = whole.bound - 0.5 * abs(whole.bound)
    ended = run(matrix, scenario.solve, enough=low)
    assert ended.status is Status.GAP_LEFT
    assert low <= ended.bound <= whole.objective


def test_an_infeasible_neighbour_is_still_infeasible(scenario, known) -> None:
    changed = scenario.with_(
        {
            "unserved": "forbidden",
            "tables.cloud_prices": None,
            "tables.demand[*].output_tokens_per_s": {"scale": 1e4},
        }
    )
    with pytest.raises(InfeasibleError):
        solve_model(build(assemble(changed)), changed.solve, known=known)


def test_a_plan_of_another_program_teaches_no_wrong_answer(scenario) -> None:
    model = build(assemble(scenario))
    nothing = of_plan({})
    after = solve_model(model, scenario.solve, known=nothing)
    assert after.gap <= GAP


def test_without_a_plan_near_by_a_dive_finds_one_as_good_as_it_says(scenario) -> None:
    changed = scenario.with_({"solve.gap": 0.2})
    matrix = compile_matrix(build(assemble(changed)).pyomo)
    near = nearby(matrix, changed.solve, of_plan({}))
    assert near.found is not None
    assert near.found.exact
    again = run(matrix.fixed(near.found.values), changed.solve)
    assert near.found.objective == pytest.approx(again.objective, rel=1e-9)
    assert near.basis is not None


def test_a_relaxation_from_a_basis_ends_where_it_ends_from_nothing(scenario) -> None:
    dearer = scenario.with_(NEIGHBOURS[0])
    one, other = (compile_matrix(build(assemble(s)).pyomo) for s in (scenario, dearer))
    first = Relaxed(one, scenario.solve)
    first.solve()
    warm, cold = Relaxed(other, scenario.solve), Relaxed(other, scenario.solve)
    warm.start(first.basis)
    assert warm.solve().objective == pytest.approx(cold.solve().objective, rel=1e-9)
    assert cold.solve().objective == pytest.approx(run(other.relaxed(), scenario.solve).objective)


def test_a_basis_of_another_shape_is_left(scenario) -> None:
    one = compile_matrix(build(assemble(scenario)).pyomo)
    later = scenario.with_(NEIGHBOURS[1])
    other = compile_matrix(build(assemble(later)).pyomo)
    assert one.shape != other.shape
    first, second = Relaxed(one, scenario.solve), Relaxed(other, scenario.solve)
    first.solve()
    second.start(first.basis)
    assert second.solve().objective == pytest.approx(run(other.relaxed(), later.solve).objective)


def test_a_relaxation_whose_columns_are_held_where_no_plan_is_has_none(scenario) -> None:
    matrix = compile_matrix(build(assemble(scenario)).pyomo)
    lp = Relaxed(matrix, scenario.solve)
    free = lp.solve()
    columns = np.arange(lp.count)
    lp.fix(columns, np.full(lp.count, -1.0))
    assert lp.solve() is None
    lp.free(columns)
    assert lp.solve().objective == pytest.approx(free.objective, rel=1e-9)
