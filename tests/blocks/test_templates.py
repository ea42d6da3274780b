"""Templates are a faster way to the same matrix: none of its entries may depend on them."""

from __future__ import annotations

import math
from contextlib import nullcontext

import numpy as np
import pytest
from pyomo.environ import Constraint, Param, Set, Var

from tokenworks import build as build_module
from tokenworks.build import Model, build
from tokenworks.inputs import Inputs, assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.solver.matrix import Matrix, compile_matrix, compiled_by_row, expanded

Entries = dict[tuple[str, str], float]


@pytest.fixture(scope="module")
def fast(two_sites: Inputs) -> Model:
    return build(two_sites)


def test_matrix_is_the_one_of_ordinary_rules(
    two_sites: Inputs, fast: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_module, "lean", nullcontext)
    plain = build(two_sites)
    assert kinds(fast.pyomo) == {"TemplateConstraintData"}
    assert "TemplateConstraintData" not in kinds(plain.pyomo)
    fast_entries, plain_entries = (entries(compile_matrix(model.pyomo)) for model in (fast, plain))
    assert different(fast_entries, plain_entries) == []


def test_matrix_is_the_one_of_pyomo_in_the_same_order(fast: Model) -> None:
    assert alike(expanded(fast.pyomo), compiled_by_row(fast.pyomo))


@pytest.mark.slow
def test_matrix_of_us_quick_is_the_one_of_pyomo_in_the_same_order() -> None:
    m = build(assemble(load_scenario("us-quick"))).pyomo
    assert alike(expanded(m), compiled_by_row(m))


def alike(one: Matrix, other: Matrix) -> bool:
    """Whether all columns, rows, entries and figures are the same and in the same order."""

    def told(matrix: Matrix) -> list[tuple[str, object]]:
        of_both = (*matrix.columns, *matrix.rows)
        return [(name.parent_component().name, name.index()) for name in of_both]

    figures = ("cost", "lower", "upper", "whole", "row_lower", "row_upper")
    return (
        told(one) == told(other)
        and one.offset == other.offset
        and all(np.array_equal(getattr(one, name), getattr(other, name)) for name in figures)
        and np.array_equal(one.a.indptr, other.a.indptr)
        and np.array_equal(one.a.indices, other.a.indices)
        and np.allclose(one.a.data, other.a.data, rtol=1e-14, atol=0.0)
    )


def different(one: Entries, other: Entries) -> list[str]:
    assert one.keys() == other.keys()
    return [
        f"{key}: {one[key]}, {other[key]}"
        for key in one
        if not math.isclose(one[key], other[key], rel_tol=1e-13)
    ]


def test_other_models_are_built_as_before(two_sites: Inputs) -> None:
    before = [kind.construct for kind in (Set, Param, Var, Constraint)]
    build(two_sites)
    assert [kind.construct for kind in (Set, Param, Var, Constraint)] == before


def kinds(model: object) -> set[str]:
    found = model.component_data_objects(Constraint)  # type: ignore[attr-defined]
    return {type(constraint).__name__ for constraint in found}


def entries(matrix: Matrix) -> Entries:
    """Every entry by the names of its row and column; bounds and costs stand in rows of theirs.

    A row that is bounded below alone is turned round: `0 <= x` and `x >= 0` are the same row.
    """
    columns = [column.name for column in matrix.columns]
    rows = [row.name for row in matrix.rows]
    turned = np.where(np.isinf(matrix.row_upper), -1.0, 1.0)
    low, high = matrix.row_lower * turned, matrix.row_upper * turned
    a = matrix.a.tocoo()
    found = {
        (rows[i], columns[j]): value * turned[i]
        for i, j, value in zip(a.row, a.col, a.data, strict=True)
    }
    of_rows = {"side": np.where(turned < 0, low, high), "equal": low == high}
    of_columns = {
        "cost": matrix.cost,
        "lower": matrix.lower,
        "upper": matrix.upper,
        "whole": matrix.whole,
    }
    for names, figures in ((rows, of_rows), (columns, of_columns)):
        for kind, values in figures.items():
            found |= {(kind, name): float(v) for name, v in zip(names, values, strict=True)}
    return found | {("offset", ""): matrix.offset}
