"""The matrix of every block on the two-site case, row by row, as text that can be read.

`UPDATE_GOLDEN=1 pytest tests/blocks` writes the files anew; read the difference before it goes in.
"""

from __future__ import annotations

import math
import os
import pkgutil
from collections import Counter
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from pyomo.environ import Constraint

import tokenworks.blocks
from tokenworks.build import BLOCKS, Model, build
from tokenworks.inputs import Inputs
from tokenworks.solver.matrix import Matrix, compile_matrix

NAMES = [block.__name__.rpartition(".")[2] for block in BLOCKS]


@pytest.fixture(scope="module")
def model(two_sites: Inputs) -> Model:
    return build(two_sites)


@pytest.fixture(scope="module")
def matrix(model: Model) -> Matrix:
    return compile_matrix(model.pyomo)


@pytest.mark.parametrize("name", NAMES)
def test_block_has_its_golden_matrix(
    name: str, attached: dict[str, Any], model: Model, matrix: Matrix, golden: Path
) -> None:
    path = golden / f"{name}.txt"
    text = as_text(attached[name], model, matrix)
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="\n")
    different = [
        f"golden: {before}\nnow:    {now}"
        for before, now in zip_longest(
            path.read_text(encoding="utf-8").splitlines(), text.splitlines(), fillvalue=""
        )
        if not alike(before, now)
    ]
    assert different == []


def test_every_block_has_a_golden_file_and_every_file_a_block(golden: Path) -> None:
    modules = {module.name for module in pkgutil.iter_modules(tokenworks.blocks.__path__)}
    assert modules - {"terms"} == set(NAMES)
    assert {path.stem for path in golden.glob("*.txt")} == set(NAMES)


def test_every_constraint_belongs_to_one_block(
    attached: dict[str, Any], model: Model, golden: Path
) -> None:
    of_model = {v.name for v in model.pyomo.component_objects(Constraint)}
    of_blocks = Counter(name for block in attached.values() for name in block.constraints)
    of_files = Counter(
        constraint
        for name in NAMES
        for constraint in {
            line.partition("[")[0]
            for line in _section((golden / f"{name}.txt").read_text(encoding="utf-8"), "Rows")
        }
    )
    assert of_blocks == of_files == dict.fromkeys(of_model, 1)


def test_every_cost_belongs_to_one_block(attached: dict[str, Any], model: Model) -> None:
    of_blocks = [term for block in attached.values() for term in block.costs]
    assert tuple(of_blocks) == model.costs
    assert len({term.component for term in model.costs}) == len(model.costs)


def test_small_differences_count_as_rounding_and_larger_ones_do_not() -> None:
    line = "row[a]: +1.5 x[a,1] -2 y[b] <= 3"
    assert alike(line, line.replace("1.5", "1.500000000001"))
    assert not alike(line, line.replace("1.5", "1.50001"))
    assert not alike(line, line.replace("x[a,1]", "x[a,2]"))
    assert not alike(line, line.replace("<=", ">="))


def as_text(block: Any, model: Model, matrix: Matrix) -> str:
    """Columns, rows and costs of a block."""
    parts = ["Columns", *_columns(block), "", "Rows", *_rows(block, matrix)]
    for term in block.costs:
        coefficients = model.pyomo.component(term.coefficient)
        variables = model.pyomo.component(term.variable)
        parts += ["", f"Cost {term.component} ({term.line})"]
        parts += sorted(f"{variables[i].name}: {_number(v)}" for i, v in coefficients.items())
    return "\n".join(parts) + "\n"


def _columns(block: Any) -> list[str]:
    def domain(column: Any) -> str:
        kind = "whole" if column.is_integer() or column.is_binary() else "continuous"
        low, high = column.bounds
        return f"{kind} from {_number(low)}" + ("" if high is None else f" to {_number(high)}")

    return sorted(
        f"{column.name}: {domain(column)}"
        for variable in block.variables.values()
        for column in variable.values()
    )


def _rows(block: Any, matrix: Matrix) -> list[str]:
    by_row, names = matrix.a.tocsr(), [column.name for column in matrix.columns]
    lines = []
    for i, row in enumerate(matrix.rows):
        if row.parent_component().name not in block.constraints:
            continue
        start, end = by_row.indptr[i : i + 2]
        entries = zip(by_row.indices[start:end], by_row.data[start:end], strict=True)
        left = " ".join(sorted(f"{_number(v, '+')} {names[j]}" for j, v in entries))
        lower, upper = matrix.row_lower[i], matrix.row_upper[i]
        if lower == upper:
            right = f"== {_number(upper)}"
        else:
            right = f"<= {_number(upper)}" if math.isinf(lower) else f">= {_number(lower)}"
        lines.append(f"{row.name}: {left} {right}")
    return sorted(lines)


def _number(value: float, sign: str = "") -> str:
    return f"{value + 0.0:{sign}.10g}"


def _section(text: str, title: str) -> list[str]:
    return text.partition(f"{title}\n")[2].partition("\n\n")[0].splitlines()


def alike(before: str, now: str) -> bool:
    """Whether two lines differ in the rounding of their numbers at most."""
    words, others = before.split(), now.split()
    return len(words) == len(others) and all(map(_alike, words, others))


def _alike(word: str, other: str) -> bool:
    if word == other:
        return True
    try:
        return math.isclose(float(word), float(other), rel_tol=1e-9)
    except ValueError:
        return False
