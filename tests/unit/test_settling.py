"""What the prices of one dispatch prove of another, and which rows are alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from tests.properties.cases import OPTIONS, random_case

from tokenworks.build import build
from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.solver.dispatch import Dispatch
from tokenworks.solver.highs import cost_scale
from tokenworks.solver.investment import Investment
from tokenworks.solver.matrix import Matrix, compile_matrix
from tokenworks.solver.names import kind_of
from tokenworks.solver.parts import Part, split
from tokenworks.solver.settling import answers_of
from tokenworks.solver.wide import sums_of

Write = Callable[..., Path]
SEEDS = [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 10))]


@pytest.mark.parametrize("seed", SEEDS)
def test_prices_of_one_dispatch_prove_no_more_of_another_than_it_costs(
    seed: int, write_scenario: Write
) -> None:
    model = build(assemble(load_scenario(write_scenario(OPTIONS, **random_case(seed)))))
    matrix = compile_matrix(model.pyomo)
    parts, scale = split(matrix, model.operating), cost_scale(matrix.cost)
    dispatches = [Dispatch(part, matrix, scale) for part in parts.dispatches]
    answers = answers_of(matrix, parts, model.candidates.siting.first_step, dispatches.__getitem__)
    draw, proven, close, powered = np.random.default_rng(seed), 0, 0, 0
    stocks = [_stocks(part, matrix, draw) for part in parts.dispatches]
    asked = [dispatch.at(at) for dispatch, at in zip(dispatches, stocks, strict=True)]
    for teacher, answer in enumerate(asked):
        prices = answers.taught(teacher, answer)
        for pupil, at in enumerate(stocks):
            plane = dispatches[pupil].plane(prices[answers.kinds[pupil]])
            if plane is None:
                continue
            value, cost = plane[1] + float(plane[0] @ at), asked[pupil].cost
            (cut,) = answers.planes(pupil, [prices])
            assert (cut.dispatch, cut.constant) == (pupil, plane[1])
            assert np.array_equal(cut.slopes, plane[0])
            proven += 1
            # Of stocks that cannot be dispatched it may prove more than a shortfall's price.
            if asked[pupil].shortfall <= 1e-9:
                powered += 1
                assert value <= cost + 1e-6 * max(1.0, abs(cost))
            # Its own prices prove its own cost.
            if teacher == pupil:
                assert value == pytest.approx(cost, rel=1e-5, abs=1e-5)
            elif cost > 1.0 and value > 0.5 * cost:
                close += 1
    assert proven >= len(asked)
    assert powered, "nothing could be dispatched"
    earns = any((matrix.cost[part.columns] < 0.0).any() for part in parts.dispatches)
    assert close or earns, "no dispatch has taught another anything"


def test_a_dispatch_that_is_let_go_between_answers_answers_the_same(write_scenario: Write) -> None:
    model = build(assemble(load_scenario(write_scenario(OPTIONS, **random_case(0)))))
    matrix = compile_matrix(model.pyomo)
    scale, draw = cost_scale(matrix.cost), np.random.default_rng(0)
    for part in split(matrix, model.operating).dispatches:
        kept, let_go = Dispatch(part, matrix, scale), Dispatch(part, matrix, scale, kept=False)
        stocks = _stocks(part, matrix, draw)
        # From nothing, from the last basis, from nothing, with a dearer shortfall from the basis.
        for times, at in enumerate([stocks, 1.001 * stocks, 0.5 * stocks, 0.5 * stocks]):
            if times == 3:
                kept.dearer(10.0)
                let_go.dearer(10.0)
            assert let_go.at(at).cost == pytest.approx(kept.at(at).cost, rel=1e-7, abs=1e-7)


def _stocks(part: Part, matrix: Matrix, draw: np.random.Generator) -> np.ndarray:
    """Much capacity and little load, so that most can be dispatched."""
    names = [matrix.columns[place].parent_component().local_name for place in part.stocks]
    most = [5.0 if "load" in name or "idle" in name else 100.0 for name in names]
    return draw.uniform(0.5, 1.0, len(names)) * most


def test_rows_are_alike_whatever_the_place_and_the_step() -> None:
    places = {"austin", "austin-north"}
    assert kind_of(("austin", "sun", 3, "m01-00"), places) == ("", "sun", None, "m01-00")
    assert kind_of(("austin-north", "sun", 4, "m01-00"), places) == ("", "sun", None, "m01-00")
    assert kind_of(("firm-austin-north", 4), places) == ("firm-", None)
    assert kind_of("sun", places) == "sun"


def _program(a: list[list[float]], lower: list[float], upper: list[float]) -> Investment:
    count, rows = len(a[0]), len(a)
    return Investment(
        *(1.0, np.zeros(count), 0.0, np.zeros(count), np.full(count, np.inf)),
        np.zeros(count, dtype=np.bool_),
        *(sp.csr_matrix(np.array(a)), np.array(lower), np.array(upper)),
        [("row", n) for n in range(rows)],
        *((), np.zeros(0, dtype=np.bool_), False),
    )


def test_a_sum_is_the_one_column_on_its_side_of_an_equation_of_nothing() -> None:
    program = _program(
        # x2 = x0 + x1; x3 = 2 x2, either of which is the sum of the other; no sums: two on both
        # sides, an equation of something, and no equation.
        [[1, 1, -1, 0], [0, 0, 2, -1], [1, -1, 1, -1], [1, 1, 0, -1], [1, 1, 0, -1]],
        [0, 0, 0, 1, -np.inf],
        [0, 0, 0, 1, 0],
    )
    sums, terms = sums_of(program)
    found = {(int(s), tuple(terms[n].indices.tolist())) for n, s in enumerate(sums)}
    assert found == {(2, (0, 1)), (2, (3,)), (3, (2,))}
