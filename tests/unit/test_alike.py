"""Prices at which each of a few sites stands for those that are like it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import highspy
import numpy as np
import pytest
import scipy.sparse as sp
from tests.properties.site_cases import OPTIONS, case_of_four

from tokenworks.build import build
from tokenworks.errors import SolverError
from tokenworks.inputs import Inputs, assemble, of_sites
from tokenworks.io.scenario_files import load_scenario
from tokenworks.solver import alike
from tokenworks.solver.alike import prices_alike, several, times_of
from tokenworks.solver.decomposed import solve_decomposed
from tokenworks.solver.investment import Investment
from tokenworks.solver.known import Known
from tokenworks.solver.matrix import compile_matrix
from tokenworks.solver.parts import split
from tokenworks.solver.places import by_rank, groups_of, names_of
from tokenworks.solver.site_values import of_no_site, values_of
from tokenworks.solver.whole import solve_whole
from tokenworks.solver.wide import Wide

Write = Callable[..., Path]


def solved(program: Investment) -> tuple[float, list[float]]:
    """Optimum and prices of rows."""
    a, lp = program.a.tocsc(), highspy.HighsLp()
    lp.num_row_, lp.num_col_ = a.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.cost, program.lower, program.upper
    lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = a.indptr, a.indices, a.data
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.passModel(lp)
    solver.run()
    return solver.getInfo().objective_function_value, list(solver.getSolution().row_dual)


def test_a_site_twice_over_serves_as_two_do() -> None:
    """A site serves 10 at 1 each, who rents pays 5; 15 are asked for.

    Alone it serves 10: 10 * 1 + 5 * 5 = 35, and one more served is worth 5, at which another such
    site would earn 10 * (5 - 1) = 40. Two of them serve all: 15 * 1 = 15, one more is worth 1,
    and a third would earn nothing.
    """
    alone = Investment(
        scale=1.0,
        cost=np.array([1.0, 5.0]),
        offset=0.0,
        lower=np.zeros(2),
        upper=np.full(2, np.inf),
        whole=np.zeros(2, dtype=np.bool_),
        a=sp.csr_matrix([[1.0, 0.0], [1.0, 1.0]]),
        row_lower=np.array([-np.inf, 15.0]),
        row_upper=np.array([10.0, np.inf]),
        rows=[("room", ("here", 0)), ("demand", ("chat", 0))],
        stocks=[],
        idle=np.zeros(0, dtype=np.bool_),
        earns=False,
    )
    optimum, prices = solved(alone)
    assert (optimum, prices[1]) == pytest.approx((35.0, 5.0))
    optimum, prices = solved(several(alone, np.array([2.0, 1.0]), {"here"}))
    assert (optimum, prices[1]) == pytest.approx((15.0, 1.0))


def case(write_scenario: Write) -> Inputs:
    return assemble(load_scenario(write_scenario(OPTIONS, **case_of_four(0, links=False))))


def test_others_are_like_those_that_serve_the_same(
    write_scenario: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = case(write_scenario)
    order, groups = by_rank(x), groups_of(x)
    held = set(x.tables["holdings"]["site"]) - {""}
    first = next(site for site in order if site not in held)
    assert times_of(x, groups, order, order[:2]) == {}  # no more others than are searched
    room = x.tables["sites"].set_index("site")["max_it_mw"]
    group = next(group for group in groups if first in group)
    times = times_of(x, groups, order, [first])
    assert set(times) == names_of(x, group)
    # It is searched alone, and so like all others: it stands for the room of all sites.
    assert times[first] == pytest.approx(room.sum() / room[first])
    monkeypatch.setattr(alike, "MANY_OTHERS", 1)
    assert times_of(x, groups, order, sorted(held)) == {}  # what is held already is there once


@pytest.fixture
def searched(write_scenario: Write) -> tuple[Inputs, str, Any, Known]:
    """Inputs, a site, the model of that site alone and what its search has learned."""
    x = case(write_scenario)
    held = set(x.tables["holdings"]["site"]) - {""}
    site = next(site for site in by_rank(x) if site not in held)
    model = build(of_sites(x, [site]))
    options = x.scenario.solve.model_copy(update={"gap": 0.01})
    found = solve_decomposed(model, options, always_wide=True)
    assert found.known is not None
    return x, site, model, found.known


def test_prices_of_several_prove_more_than_those_of_one(
    searched: tuple[Inputs, str, Any, Known],
) -> None:
    """Both are bounds on the plans of all sites."""
    x, site, model, known = searched
    groups, options = groups_of(x), x.scenario.solve.model_copy(update={"gap": 0.01})
    times = times_of(x, groups, by_rank(x), [site])
    priced = prices_alike(model, times, known, options, lambda: 600.0)
    assert priced.prices != known.prices
    matrix = compile_matrix(model.pyomo)
    parts = split(matrix, model.operating)
    names = frozenset[str]().union(*(names_of(x, group) for group in groups))

    def bound(of: Known) -> float:
        rest = of_no_site(matrix, parts, names, of).usd
        values = values_of(x, groups, of, 1e-3, 1, lambda: True, lambda _: None)
        return rest + sum(value.usd for value in values)

    best = solve_whole(build(x), options)
    assert bound(known) <= bound(priced) <= best.objective_usd * (1.0 + 1e-6)


def test_the_prices_of_the_search_stay_where_a_program_has_no_optimum(
    searched: tuple[Inputs, str, Any, Known], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise SolverError("a program of a site ended with status Unknown")

    x, site, model, known = searched
    times = times_of(x, groups_of(x), by_rank(x), [site])
    monkeypatch.setattr(Wide, "relax", failing)
    stayed = prices_alike(model, times, known, x.scenario.solve, lambda: 600.0)
    assert stayed.prices
    assert all(stayed.prices[row] == pytest.approx(known.prices[row]) for row in stayed.prices)
