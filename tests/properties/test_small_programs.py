"""Programs solved in parts, and yet small enough to branch on all that is whole at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.properties.test_methods import GAP, SEEDS, inputs_of

from tokenworks.build import build
from tokenworks.results.tables import tables_of
from tokenworks.solver import decomposed, search
from tokenworks.solver.decomposed import solve_decomposed
from tokenworks.solver.whole import solve_whole

Write = Callable[..., Path]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("wide", [False, True])
def test_few_whole_columns_are_branched_on_at_once(
    wide: bool, seed: int, write_scenario: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "NARROWED_COLUMNS", 0 if wide else 10**9)
    inputs = inputs_of(seed, write_scenario, **{"solve.gap": GAP})
    options = inputs.scenario.solve
    model = build(inputs)
    exact = solve_whole(model, options.model_copy(update={"gap": 0.0}))
    found = solve_decomposed(model, options)
    slack = 1e-7 * abs(exact.objective_usd)
    assert found.bound_usd <= exact.objective_usd + slack
    assert exact.bound_usd <= found.objective_usd + slack
    assert found.gap <= GAP
    assert "dive" not in found.seconds
    tables_of(model, found)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_is_searched_where_what_is_of_use_leaves_the_gap(
    seed: int, write_scenario: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "NARROWED_COLUMNS", 0)
    monkeypatch.setattr(decomposed, "BRANCHED_COLUMNS", 0)
    inputs = inputs_of(seed, write_scenario, **{"solve.gap": 1e-4})
    model = build(inputs)
    found = solve_decomposed(model, inputs.scenario.solve)
    assert found.gap <= 1e-4
    tables_of(model, found)
