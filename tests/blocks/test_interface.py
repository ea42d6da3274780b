"""Investment and dispatch meet in a few stocks; a site's dispatch is a program of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tokenworks.blocks import interface
from tokenworks.build import OPERATION, build
from tokenworks.inputs import Inputs
from tokenworks.solver.matrix import Matrix, compile_matrix

FLEXIBLE = {"point_load_mw", "waitable_mw", "most_load_mw", "interrupted_mw"}
STOCKS = {"capacity_mw", "creditable_mw", "contracted_mw", "load_mw", "idle_mw"}
INTERFACE = STOCKS | FLEXIBLE | {"permitted_short_tons_per_year", "co2_allowance_tonnes"}

OPERATING = {block.__name__.rpartition(".")[2] for block in OPERATION}
# Where the step stands in a variable's index, by the docstring that declares it.
DECLARED = re.compile(r"^    ([a-z]\w*)\[([\w, ]+) in \w+\] ", re.MULTILINE)
STEP_AT = {
    name: indices.split(", ").index("e")
    for block in (interface, *OPERATION)
    for name, indices in DECLARED.findall(block.__doc__ or "")
}


@pytest.fixture(scope="module")
def matrix(two_sites: Inputs) -> Matrix:
    return compile_matrix(build(two_sites).pyomo)


@pytest.fixture(scope="module")
def own(attached: dict[str, Any]) -> dict[str, set[str]]:
    """Variables and constraints of the blocks that run hour by hour."""
    blocks = [block for name, block in attached.items() if name in OPERATING]
    return {
        "variables": {name for block in blocks for name in block.variables},
        "constraints": {name for block in blocks for name in block.constraints},
    }


def test_interface_is_a_few_stocks(attached: dict[str, Any]) -> None:
    assert set(attached["interface"].variables) == INTERFACE


def test_dispatch_sees_the_interface_alone(own: dict[str, set[str]], matrix: Matrix) -> None:
    rows = list(rows_of(matrix, own["constraints"]))
    assert {row.parent_component().name for row, _, _ in rows} == own["constraints"]
    for row, columns, _ in rows:
        seen = {column.parent_component().name for column in columns}
        assert seen <= own["variables"] | INTERFACE, row.name


def test_dispatch_is_homogeneous(own: dict[str, set[str]], matrix: Matrix) -> None:
    for row, _, sides in rows_of(matrix, own["constraints"]):
        assert {abs(side) for side in sides} <= {0.0, float("inf")}, row.name


def test_dispatch_couples_one_site_and_one_step(own: dict[str, set[str]], matrix: Matrix) -> None:
    for row, columns, _ in rows_of(matrix, own["constraints"]):
        places = {
            (column.index()[0], column.index()[STEP_AT[column.parent_component().name]])
            for column in columns
        }
        assert len(places) == 1, row.name


def test_nothing_else_sees_dispatch(
    attached: dict[str, Any], own: dict[str, set[str]], matrix: Matrix
) -> None:
    others = {name for block in attached.values() for name in block.constraints}
    for row, columns, _ in rows_of(matrix, others - own["constraints"]):
        seen = {column.parent_component().name for column in columns}
        assert not seen & own["variables"], row.name


def rows_of(matrix: Matrix, constraints: set[str]) -> Iterator[tuple[Any, list[Any], Any]]:
    """Rows of some constraints: the constraint, its columns, its two sides."""
    by_row = matrix.a.tocsr()
    for i, row in enumerate(matrix.rows):
        if row.parent_component().name in constraints:
            columns = by_row.indices[by_row.indptr[i] : by_row.indptr[i + 1]]
            sides = (matrix.row_lower[i], matrix.row_upper[i])
            yield row, [matrix.columns[j] for j in columns], sides
