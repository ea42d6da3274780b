"""What HiGHS once called optimal and was not; see `tokenworks.solver.highs.SEARCH`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.properties.cases import OPTIONS, random_case

from tokenworks.build import build
from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.solver.decomposed import solve_decomposed
from tokenworks.solver.whole import solve_whole


def test_a_plan_known_before_the_first_relaxation_is_not_taken_for_the_best(
    write_scenario: Callable[..., Path],
) -> None:
    scenario = load_scenario(write_scenario(OPTIONS, **random_case(1)))
    later = scenario.with_({"tables.permit_routes[*].route_months": {"add": 2}})
    model = build(assemble(later))
    options = later.solve.model_copy(update={"gap": 1e-3})
    whole, parts = solve_whole(model, options), solve_decomposed(model, options)
    # With feasibility jump: 3.163 bn, called optimal.
    assert whole.objective_usd == pytest.approx(1_707_583_015, rel=1e-3)
    assert whole.bound_usd <= parts.objective_usd
    assert parts.bound_usd <= whole.objective_usd
