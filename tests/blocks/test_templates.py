"""Templates are a faster way to the same matrix: none of its entries may depend on them."""

from __future__ import annotations

import math
from contextlib import nullcontext

import numpy as np
import pytest
from pyomo.environ import Constraint

from tokenworks import build as build_module
from tokenworks.build import build
from tokenworks.inputs import Inputs
from tokenworks.solver.matrix import Matrix, compile_matrix

Entries = dict[tuple[str, str], float]


def test_matrix_is_the_one_of_ordinary_rules(
    two_sites: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast = build(two_sites)
    monkeypatch.setattr(build_module, "templates", nullcontext)
    plain = build(two_sites)
    assert kinds(fast.pyomo) == {"TemplateConstraintData"}
    assert "TemplateConstraintData" not in kinds(plain.pyomo)
    fast_entries, plain_entries = (entries(compile_matrix(model.pyomo)) for model in (fast, plain))
    assert different(fast_entries, plain_entries) == []


def different(one: Entries, other: Entries) -> list[str]:
    assert one.keys() == other.keys()
    return [
        f"{key}: {one[key]}, {other[key]}"
        for key in one
        if not math.isclose(one[key], other[key], rel_tol=1e-13)
    ]


def test_other_models_are_built_as_before(two_sites: Inputs) -> None:
    before = build_module.pyomo_constraint.TEMPLATIZE_CONSTRAINTS
    build(two_sites)
    assert build_module.pyomo_constraint.TEMPLATIZE_CONSTRAINTS is before


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
