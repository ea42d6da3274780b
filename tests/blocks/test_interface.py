"""Investment and dispatch meet in four stocks; a site's dispatch is a program of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tokenworks.build import build
from tokenworks.inputs import Inputs
from tokenworks.solver.matrix import Matrix, compile_matrix

INTERFACE = {"capacity_mw", "contracted_mw", "load_mw", "idle_mw"}

# Where the step stands in a variable's index; the site is always first.
STEP_AT = {
    "capacity_mw": 2,
    "contracted_mw": 2,
    "load_mw": 3,
    "idle_mw": 1,
    "generate_mw": 2,
    "import_mw": 2,
    "charge_mw": 2,
    "discharge_mw": 2,
    "stored_mwh": 2,
    "unused_take_mw": 2,
}


@pytest.fixture(scope="module")
def matrix(two_sites: Inputs) -> Matrix:
    return compile_matrix(build(two_sites).pyomo)


def test_interface_is_the_four_stocks(attached: dict[str, Any]) -> None:
    assert set(attached["interface"].variables) == INTERFACE
    assert set(attached["dispatch"].variables) | INTERFACE == set(STEP_AT)


def test_dispatch_sees_the_interface_alone(attached: dict[str, Any], matrix: Matrix) -> None:
    own = attached["dispatch"]
    rows = list(rows_of(matrix, set(own.constraints)))
    assert {row.parent_component().name for row, _, _ in rows} == set(own.constraints)
    for row, columns, _ in rows:
        seen = {column.parent_component().name for column in columns}
        assert seen <= set(own.variables) | INTERFACE, row.name


def test_dispatch_is_homogeneous(attached: dict[str, Any], matrix: Matrix) -> None:
    for row, _, sides in rows_of(matrix, set(attached["dispatch"].constraints)):
        assert {abs(side) for side in sides} <= {0.0, float("inf")}, row.name


def test_dispatch_couples_one_site_and_one_step(attached: dict[str, Any], matrix: Matrix) -> None:
    for row, columns, _ in rows_of(matrix, set(attached["dispatch"].constraints)):
        places = {
            (column.index()[0], column.index()[STEP_AT[column.parent_component().name]])
            for column in columns
        }
        assert len(places) == 1, row.name


def test_nothing_else_sees_dispatch(attached: dict[str, Any], matrix: Matrix) -> None:
    own = attached["dispatch"]
    others = {name for block in attached.values() for name in block.constraints}
    for row, columns, _ in rows_of(matrix, others - set(own.constraints)):
        seen = {column.parent_component().name for column in columns}
        assert not seen & set(own.variables), row.name


def rows_of(matrix: Matrix, constraints: set[str]) -> Iterator[tuple[Any, list[Any], Any]]:
    """Rows of some constraints: the constraint, its columns, its two sides."""
    by_row = matrix.a.tocsr()
    for i, row in enumerate(matrix.rows):
        if row.parent_component().name in constraints:
            columns = by_row.indices[by_row.indptr[i] : by_row.indptr[i + 1]]
            sides = (matrix.row_lower[i], matrix.row_upper[i])
            yield row, [matrix.columns[j] for j in columns], sides
