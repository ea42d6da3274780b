"""The program of investment as arrays, from which masters and programs of sites are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from tokenworks.solver.matrix import Floats, Matrix
from tokenworks.solver.parts import Indices, Part, Parts


@dataclass(frozen=True)
class Cut:
    """cost of a dispatch >= constant + slopes · its stocks."""

    dispatch: int
    slopes: Floats
    constant: float


@dataclass(frozen=True)
class Investment:
    """min cost·x + offset, row_lower <= A x <= row_upper, lower <= x <= upper, some x whole.

    Costs are scaled by a power of two, as HiGHS wants them near one.

    Attributes
    ----------
    scale
        Of the costs.
    a
        Matrix A, compressed by row.
    rows
        (constraint, index) of every row.
    stocks
        By dispatch, the columns that it sees.
    idle
        By dispatch, whether it may do nothing where it has no stocks.
    earns
        Whether something that dispatch does earns money; else its cost is never below zero.
    """

    scale: float
    cost: Floats
    offset: float
    lower: Floats
    upper: Floats
    whole: npt.NDArray[np.bool_]
    a: Any
    row_lower: Floats
    row_upper: Floats
    rows: Sequence[tuple[str, Any]]
    stocks: Sequence[Indices]
    idle: npt.NDArray[np.bool_]
    earns: bool

    @property
    def count(self) -> int:
        """Columns."""
        return len(self.cost)


def investment(matrix: Matrix, parts: Parts, scale: float) -> Investment:
    """Take investment out of a program.

    Parameters
    ----------
    matrix, parts
        The whole program, and what belongs to investment.
    scale
        What costs are multiplied by.
    """
    place = np.full(len(matrix.columns), -1, dtype=np.int64)
    place[parts.columns] = np.arange(len(parts.columns))
    rows = (matrix.rows[row] for row in parts.rows)
    return Investment(
        scale=scale,
        cost=matrix.cost[parts.columns] * scale,
        offset=matrix.offset * scale,
        lower=matrix.lower[parts.columns].copy(),
        upper=matrix.upper[parts.columns].copy(),
        whole=matrix.whole[parts.columns],
        a=matrix.a.tocsr()[parts.rows][:, parts.columns].tocsr(),
        row_lower=matrix.row_lower[parts.rows],
        row_upper=matrix.row_upper[parts.rows],
        rows=[(row.parent_component().local_name, row.index()) for row in rows],
        stocks=[place[part.stocks] for part in parts.dispatches],
        idle=np.array([_idle(matrix, part) for part in parts.dispatches], dtype=np.bool_),
        earns=any((matrix.cost[part.columns] < 0.0).any() for part in parts.dispatches),
    )


def _idle(matrix: Matrix, part: Part) -> bool:
    sides = matrix.row_lower[part.rows], matrix.row_upper[part.rows]
    ends = matrix.lower[part.columns], matrix.upper[part.columns]
    return all((least <= 0.0).all() and (most >= 0.0).all() for least, most in (sides, ends))


def cut_rows(
    cuts: Sequence[Cut], stocks: Mapping[int, Indices], floors: Mapping[int, int], width: int
) -> Any:
    """Rows floor - slopes · stocks of cuts, compressed by row.

    Parameters
    ----------
    cuts
        Their constants are the rows' lower ends.
    stocks
        Dispatch to the columns of its stocks; minus one for one that is not there, and so is zero.
    floors
        Dispatch to the column of its floor.
    width
        Columns.
    """
    ends, columns, values = [0], [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for cut in cuts:
        places = stocks[cut.dispatch]
        kept = (places >= 0) & (cut.slopes != 0.0)
        columns += [places[kept], np.array([floors[cut.dispatch]])]
        values += [-cut.slopes[kept], np.ones(1)]
        ends.append(ends[-1] + int(kept.sum()) + 1)
    shape = len(cuts), width
    return sp.csr_matrix((np.concatenate(values), np.concatenate(columns), ends), shape)
