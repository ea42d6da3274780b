"""Investment apart by site: bounds hold at any prices, and are the optimum at the right ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import highspy
import numpy as np
import pytest
import scipy.sparse as sp
from tests.properties import site_cases
from tests.properties.cases import OPTIONS, random_case

from tokenworks.build import Model, build
from tokenworks.inputs import assemble, of_sites
from tokenworks.io.scenario_files import load_scenario
from tokenworks.solver.highs import cost_scale
from tokenworks.solver.interior import Program, implied_upper
from tokenworks.solver.investment import Cut, Investment, investment
from tokenworks.solver.matrix import compile_matrix
from tokenworks.solver.parts import split
from tokenworks.solver.places import groups_of, names_of, zones_of
from tokenworks.solver.sites import Sites
from tokenworks.solver.wide import Wide

Write = Callable[..., Path]


@pytest.fixture
def pool() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as found:
        yield found


def program_of(seed: int, write: Write) -> tuple[Investment, Model]:
    model = build(assemble(load_scenario(write(OPTIONS, **random_case(seed)))))
    matrix = compile_matrix(model.pyomo)
    parts = split(matrix, model.operating)
    return investment(matrix, parts, cost_scale(matrix.cost)), model


def most_of(program: Investment) -> np.ndarray:
    return implied_upper(
        Program(
            *(program.cost, 0.0, program.lower, program.upper),
            *(program.row_lower, program.row_upper, program.a),
        )
    )


def apart(seed: int, write: Write, pool: Executor) -> tuple[Investment, Sites]:
    program, model = program_of(seed, write)
    sites = Sites(program, model.candidates.siting.first_step, most_of(program), pool)
    assert sites.programs
    return program, sites


def optimum(program: Investment, cuts: list[Cut]) -> tuple[float, np.ndarray]:
    """The relaxation in one piece, floors of the dispatches in it, and the prices of its rows."""
    floors = len(program.stocks)
    rows = np.zeros((len(cuts), program.count + floors))
    for number, cut in enumerate(cuts):
        rows[number, program.stocks[cut.dispatch]] = -cut.slopes
        rows[number, program.count + cut.dispatch] = 1.0
    a = sp.vstack([sp.hstack([program.a, sp.csr_matrix((len(program.rows), floors))]), rows])
    a = a.tocsc()
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = a.shape
    lp.offset_ = program.offset
    lp.col_cost_ = np.concatenate([program.cost, np.ones(floors)])
    least = -np.inf if program.earns else 0.0
    lp.col_lower_ = np.concatenate([program.lower, np.full(floors, least)])
    lp.col_upper_ = np.concatenate([program.upper, np.full(floors, np.inf)])
    lp.row_lower_ = np.concatenate([program.row_lower, [cut.constant for cut in cuts]])
    lp.row_upper_ = np.concatenate([program.row_upper, np.full(len(cuts), np.inf)])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = a.indptr, a.indices, a.data
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.passModel(lp)
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    prices = np.array(solver.getSolution().row_dual)[: len(program.rows)]
    return float(solver.getInfo().objective_function_value), prices


def some_cuts(program: Investment, seed: int) -> list[Cut]:
    """Planes for each dispatch, of which some earn."""
    draw = np.random.default_rng(seed)
    return [
        Cut(number, draw.uniform(-0.1, 0.2, len(stocks)), 0.0)
        for number, stocks in enumerate(program.stocks)
        for _ in range(2)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_at_the_right_prices_sites_prove_the_optimum(
    seed: int, write_scenario: Write, pool: Executor
) -> None:
    program, sites = apart(seed, write_scenario, pool)
    cuts = some_cuts(program, seed)
    sites.add(cuts)
    least, prices = optimum(program, cuts)
    size = 1e-6 * max(1.0, abs(least))
    assert sites.price(prices[sites.shared]).bound == pytest.approx(least, abs=size)
    draw = np.random.default_rng(seed)
    for _ in range(5):
        off = prices[sites.shared] * draw.uniform(0.3, 1.5, len(sites.shared))
        assert sites.price(off).bound <= least + size


@pytest.mark.parametrize("seed", range(2))
def test_pieces_share_no_column_and_leave_out_no_row(
    seed: int, write_scenario: Write, pool: Executor
) -> None:
    program, sites = apart(seed, write_scenario, pool)
    columns = np.concatenate([sites.common, *(one.columns for one in sites.programs)])
    rows = np.concatenate([sites.shared, *(one.rows for one in sites.programs)])
    assert sorted(columns) == list(range(program.count))
    assert sorted(rows) == list(range(len(program.rows)))
    for one in sites.programs:
        outside = np.setdiff1d(np.arange(program.count), one.columns)
        assert program.a[one.rows][:, outside].nnz == 0
        for number in one.dispatches:
            assert np.isin(program.stocks[number], one.columns).all()


@pytest.mark.parametrize("seed", range(2))
def test_columns_in_rounds_end_at_the_optimum(
    seed: int, write_scenario: Write, pool: Executor
) -> None:
    program, model = program_of(seed, write_scenario)
    wide = Wide(program, model.candidates.siting.first_step, pool)
    cuts = some_cuts(program, seed)
    wide.add(cuts)
    wide.start(60.0)
    for _ in range(12):
        assert wide.relax(60.0)
    least, _ = optimum(program, cuts)
    assert wide.bound <= least + 1e-6 * abs(least)
    assert wide.bound == pytest.approx(least, rel=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_a_bound_of_a_site_leaves_out_what_would_hardly_raise_it(
    seed: int, write_scenario: Write, pool: Executor
) -> None:
    program, sites = apart(seed, write_scenario, pool)
    _, others = apart(seed, write_scenario, pool)
    for each in (sites, others):
        each.add(some_cuts(program, seed))
    _, cost = sites.at(np.full(len(sites.shared), 1e4))
    for one, other in zip(sites.programs, others.programs, strict=True):
        own = cost[one.columns]
        other.solve(own)  # until no row is broken
        exact, bound = other.bound(own), one.solved_bound(own)
        assert np.isfinite(exact)
        assert bound <= exact + 1e-6 * max(1.0, abs(exact))
        assert bound == pytest.approx(exact, rel=1e-2, abs=1e-6)


def test_sites_that_are_spread_serve_no_more_than_their_share(
    write_scenario: Write, pool: Executor
) -> None:
    program, sites = apart(0, write_scenario, pool)
    prices = np.full(len(sites.shared), 1e4)
    before = sites.price(prices).bound
    used = sites.spread(prices, 0.5)
    assert used.any()
    nothing = sites.spread(prices, 1e-15)
    serves = sites.well_paid(sites.at(prices)[0])[1]
    assert (used & serves).any()
    assert not (nothing & serves).any()
    # Whoever asks afterwards asks sites without these ends.
    assert sites.price(prices).bound == pytest.approx(before)
    assert len(used) == program.count


@pytest.mark.parametrize("seed", range(3))
def test_sites_of_a_zone_apart_prove_no_more_than_together(
    seed: int, write_scenario: Write, pool: Executor
) -> None:
    """Each keeps the zone's rows by itself; where these hold nobody back, it is the same bound."""
    # A redline that names a zone makes it a name of something else.
    tables = site_cases.case_of_four(seed, links=False) | {"redlines": []}
    x = assemble(load_scenario(write_scenario(site_cases.OPTIONS, **tables)))
    group = next(group for group in groups_of(x) if len(group) > 1)
    model = build(of_sites(x, group))
    matrix = compile_matrix(model.pyomo)
    program = investment(matrix, split(matrix, model.operating), cost_scale(matrix.cost))
    names, zones = names_of(x, group), zones_of(x, group)
    of_zones = [
        row
        for row, (_, index) in enumerate(program.rows)
        if isinstance(index, tuple) and zones & {*index} and not {*group} & {*index}
    ]
    assert of_zones
    for upper in (program.row_upper, _without_end(program.row_upper, of_zones)):
        held = replace(program, row_upper=upper)
        most = most_of(held)
        both = Sites(held, names, most, pool, of_some=True)
        each = Sites(held, names, most, pool, of_some=True, zones=zones)
        assert len(both.programs) < len(each.programs)
        assert sorted(both.shared) == sorted(each.shared)
        assert sorted(both.common) == sorted(each.common)
        holders = [sum(row in one.rows for one in each.programs) for row in of_zones]
        assert max(holders) == len(group)
        for sites in (both, each):
            sites.add(some_cuts(program, seed))
        draw = np.random.default_rng(seed)
        for _ in range(3):
            prices = draw.uniform(-1e3, 2e4, len(both.shared))
            together, apart = both.price(prices).bound, each.price(prices).bound
            assert apart <= together + 1e-6 * abs(together)
            if np.isinf(upper[of_zones]).all():
                assert apart == pytest.approx(together, rel=1e-6)


def _without_end(upper: np.ndarray, rows: list[int]) -> np.ndarray:
    found = upper.copy()
    found[rows] = np.inf
    return found
