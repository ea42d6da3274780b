"""The least that has to be added to some limits so that all demand can be met, in one program.

The program is built with every limit that may give way wide open. Each is then put back where it
stands, less an amount that may be added to it at a weight; what stays unserved weighs more than
any of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from tokenworks.build import Model, build, build_investment
from tokenworks.errors import InfeasibleError
from tokenworks.inputs import Inputs
from tokenworks.schema.scenario import Solve
from tokenworks.solver.feasibility import (
    Shortfall,
    allowing_unserved,
    shortfall_of,
    unserved_cost,
)
from tokenworks.solver.highs import run
from tokenworks.solver.matrix import Matrix, compile_matrix
from tokenworks.solver.names import labels_of

# What stays unserved weighs so many times what it would take to serve it.
UNSERVED_WEIGHT = 100.0
# Of an amount: what is below this share of the most is the solver's noise.
NOISE = 1e-9

RowPart = tuple[str, tuple[Any, ...], float]
ColumnPart = tuple[str, tuple[Any, ...], float, float]


@dataclass(frozen=True)
class Slack:
    """A limit that may give way.

    Attributes
    ----------
    rows
        Constraint, first labels of its index, and how much one more unit adds to its limit.
    columns
        Variable, first labels of its index, how much of the limit one of it takes, and the limit.
    weight
        Of one unit.
    most
        Units by which the limit was opened.
    whole
        Units that can only be added together; 0 where any amount can.
    """

    rows: tuple[RowPart, ...]
    columns: tuple[ColumnPart, ...]
    weight: float
    most: float
    whole: float = 0.0


@dataclass(frozen=True)
class Relief:
    """What has to be added.

    Attributes
    ----------
    amounts
        Of every slack, in its order.
    shortfall
        What cannot be met even so.
    """

    amounts: tuple[float, ...]
    shortfall: Shortfall


def least_relief(
    before: Inputs,
    opened: Inputs,
    slacks: Sequence[Slack],
    whole: bool,
    time_limit_s: float,
    operation: bool = False,
) -> Relief | None:
    """The least weight of additions under which the least demand stays unserved.

    Parameters
    ----------
    before, opened
        Inputs as they stand, and with all slacks wide open.
    slacks
        Limits that may give way.
    whole
        Whether blocks, modules and filings are whole.
    time_limit_s
        Seconds after which the search ends with the best so far.
    operation
        Whether what sites run hour by hour takes part.

    Returns
    -------
    Relief or None
        None where nothing was found in time, or the other limits cannot be met together.
    """
    try:
        stood, model = _program(before, operation), _program(opened, operation)
    except InfeasibleError:
        return None
    matrix, cost = model
    limits = {
        _name(row): upper for row, upper in zip(stood[0].rows, stood[0].row_upper, strict=True)
    }
    elastic = _elastic(matrix, slacks, limits)
    weights = [slack.weight * (slack.whole or 1.0) for slack in slacks]
    heavy = UNSERVED_WEIGHT * max([*weights, 1.0])
    elastic = elastic.with_cost(np.concatenate([cost[0] * heavy, weights]))
    options = Solve(gap=1e-3, time_limit_s=time_limit_s, threads=before.scenario.solve.threads)
    found = run(elastic if whole else elastic.relaxed(), options)
    if found.values is None:
        return None
    count = len(matrix.columns)
    amounts = tuple(
        float(value) * (slack.whole or 1.0) if value > NOISE * slack.most else 0.0
        for value, slack in zip(found.values[count:], slacks, strict=True)
    )
    short = shortfall_of(cost[1], matrix, found.values[:count].tolist())
    return Relief(amounts, short)


def _program(x: Inputs, operation: bool) -> tuple[Matrix, tuple[Any, Model]]:
    model = (build if operation else build_investment)(allowing_unserved(x))
    matrix = compile_matrix(model.pyomo)
    return matrix, (unserved_cost(model, matrix), model)


def _name(row: Any) -> tuple[str, Any]:
    return row.parent_component().local_name, row.index()


def _matching(names: Sequence[Any], name: str, first: tuple[Any, ...]) -> Iterator[int]:
    for n, one in enumerate(names):
        component, index = _name(one)
        if component == name and labels_of(index)[: len(first)] == first:
            yield n


def _elastic(
    matrix: Matrix, slacks: Sequence[Slack], limits: dict[tuple[str, Any], float]
) -> Matrix:
    """The program with its limits back, a column for every slack, and rows for some columns."""
    upper = matrix.row_upper.copy()
    rows, columns = matrix.shape
    entries: list[tuple[int, int, float]] = []
    added: list[float] = []
    names: list[Any] = list(matrix.rows)
    for number, slack in enumerate(slacks):
        unit = slack.whole or 1.0
        for name, first, each in slack.rows:
            for row in _matching(matrix.rows, name, first):
                stood = limits.get(_name(matrix.rows[row]), upper[row] - each * slack.most)
                per_unit = (upper[row] - stood) / slack.most
                upper[row] = stood
                entries.append((row, columns + number, -per_unit * unit))
        for name, first, taken, limit in slack.columns:
            for column in _matching(matrix.columns, name, first):
                row = rows + len(added)
                entries += [(row, column, taken), (row, columns + number, -unit)]
                added.append(limit)
                names.append(matrix.columns[column])
    size = rows + len(added), columns + len(slacks)
    at = [list(part) for part in zip(*entries, strict=True)] or [[], [], []]
    a = sp.coo_array(matrix.a)
    grown = sp.coo_array((a.data, (a.row, a.col)), size)
    more = sp.coo_array((np.array(at[2], dtype=float), (at[0], at[1])), size)
    most = [slack.most / (slack.whole or 1.0) for slack in slacks]
    return replace(
        matrix,
        columns=[*matrix.columns, *slacks],
        rows=names,
        cost=np.concatenate([matrix.cost, np.zeros(len(slacks))]),
        lower=np.concatenate([matrix.lower, np.zeros(len(slacks))]),
        upper=np.concatenate([matrix.upper, most]),
        whole=np.concatenate([matrix.whole, [slack.whole > 0.0 for slack in slacks]]).astype(bool),
        a=(grown.tocsc() + more.tocsc()).tocsc(),
        row_lower=np.concatenate([matrix.row_lower, np.full(len(added), -np.inf)]),
        row_upper=np.concatenate([upper, added]),
    )
