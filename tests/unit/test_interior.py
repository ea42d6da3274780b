"""The interior point and what its prices prove; rows that stand aside."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from tokenworks.solver.interior import (
    MOVED,
    MOVED_COLUMNS,
    Program,
    bound_of,
    implied_upper,
    moved_costs,
    solve_interior,
)
from tokenworks.solver.lazy import LazyRows

ENDLESS = np.inf


def program(**changed: object) -> Program:
    """min 2 x + 3 y + 1, x + y >= 4, x + z <= 3; the optimum is x = 3, y = 1: 6 + 3 + 1 = 10."""
    given: dict[str, object] = {
        "cost": np.array([2.0, 3.0, 0.0]),
        "offset": 1.0,
        "lower": np.zeros(3),
        "upper": np.full(3, ENDLESS),
        "row_lower": np.array([4.0, -ENDLESS]),
        "row_upper": np.array([ENDLESS, 3.0]),
        "a": sp.csr_matrix(np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 1.0]])),
    }
    return Program(**(given | changed))  # type: ignore[arg-type]


def test_the_interior_point_finds_the_optimum_and_proves_it() -> None:
    found = solve_interior(program(), 1e-8, 10.0)
    assert found is not None
    assert found.columns[:2] == pytest.approx([3.0, 1.0], abs=1e-4)
    assert found.bound == pytest.approx(10.0, abs=1e-4)
    assert found.bound <= 10.0 + 1e-9


def test_ends_of_columns_follow_from_rows() -> None:
    # x + z <= 3 ends x and z; nothing ends y.
    assert implied_upper(program()).tolist() == [3.0, ENDLESS, 3.0]
    # x + y <= 5 and x >= 1 end y at 4, and z at 2.
    both = program(row_upper=np.array([5.0, 3.0]), lower=np.array([1.0, 0.0, 0.0]))
    assert implied_upper(both).tolist() == [3.0, 4.0, 2.0]


@pytest.mark.parametrize(
    ("prices", "bound"),
    [
        # 3 a unit: 12, x is then paid 1 up to its end 3: 12 - 3 + 1.
        ([3.0, 0.0], 10.0),
        # 2 a unit: 8, nothing is paid to grow.
        ([2.0, 0.0], 9.0),
        # 3 a unit, and 1 for room in the second row: 12 - 3, x and z cost nothing.
        ([3.0, -1.0], 10.0),
        # No room can be sold: a price above zero of a row without a lower side is left out.
        ([2.0, 5.0], 9.0),
        # 4 a unit would pay y without end, so that it counts for 3.
        ([4.0, 0.0], 10.0),
    ],
)
def test_any_prices_prove_a_bound(prices: list[float], bound: float) -> None:
    given = program()
    assert bound_of(given, np.array(prices), implied_upper(given)) == pytest.approx(bound)


def test_no_prices_prove_more_than_the_optimum() -> None:
    given = program()
    most = implied_upper(given)
    drawn = np.random.default_rng(5).normal(0.0, 4.0, (200, 2))
    bounds = [bound_of(given, prices, most) for prices in drawn]
    assert max(bounds) <= 10.0 + 1e-9
    assert np.isfinite(bounds).all()


@pytest.mark.parametrize(("gap", "most"), [(0.5, MOVED), (0.01, MOVED), (1e-6, 2e-8), (0.0, 0.0)])
def test_moved_costs_tie_no_more_and_hardly_move_the_optimum(gap: float, most: float) -> None:
    # Nothing costs below zero, so that what is cheapest by moved costs is dearer by no more than
    # it and the true optimum have moved; a fiftieth of the gap asked for is what each may.
    cost = np.append(np.full(MOVED_COLUMNS, 5.0), 0.0)
    moved = moved_costs(cost, gap)
    assert np.abs(moved - cost).max() <= most * 5.0 + 1e-15
    assert len(np.unique(moved[:-1])) > (MOVED_COLUMNS // 2 if most else 0)
    assert moved[-1] == 0.0
    assert np.array_equal(moved, moved_costs(cost, gap))
    assert np.array_equal(moved_costs(cost[1:-1], gap), cost[1:-1])  # too few to gain by it


def test_the_dearest_rows_stand_and_others_wait_until_broken() -> None:
    # Hours 0, 1, 2 of one system: hour 1 is dearest for the first column, 2 for the second.
    a = sp.csr_matrix(
        np.array([[1.0, 1.0, -1.0], [3.0, 0.0, -1.0], [0.0, 2.0, -1.0], [1.0, 0.0, 0.0]])
    )
    names = [("peak", ("site", hour, 0)) for hour in range(3)] + [("other", ("site", 0))]
    rows = LazyRows(a, np.full(4, -ENDLESS), np.zeros(4), names, {"peak": 1})
    assert rows.waits.tolist() == [True, False, False, False]
    assert rows.broken(np.array([0.1, 0.1, 1.0])).tolist() == []
    assert rows.broken(np.array([0.6, 0.6, 1.0])).tolist() == [0]
    assert rows.broken(np.array([0.6, 0.6, 1.0])).tolist() == [], "it stands now"


def test_rows_without_likes_wait_from_the_start() -> None:
    names = [("link", ("site", 0)), ("other", ("site", 0))]
    rows = LazyRows(sp.eye(2).tocsr(), np.full(2, -ENDLESS), np.ones(2), names, {"link": None})
    assert rows.waits.tolist() == [True, False]
