"""A program with some of its columns.

Of what a relaxation of all does not use nothing is searched: without it a search is many times
faster, and what it finds is next to as good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from tokenworks.solver.matrix import Floats, Matrix
from tokenworks.solver.parts import Indices, Part, Parts, investment_matrix


class _Chosen(Sequence[Any]):
    """Some of the columns or rows of a program, told only when asked for."""

    def __init__(self, whole: Sequence[Any], places: Indices) -> None:
        self._whole, self._places = whole, places.tolist()

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, number: Any) -> Any:
        return self._whole[self._places[number]]


@dataclass(frozen=True)
class Narrow:
    """A program with some of its columns, and the rows that they leave.

    Attributes
    ----------
    matrix, parts
        The program.
    columns
        Its columns in the whole program.
    dispatches
        Numbers of its dispatches in the whole program.
    rows
        Rows of its investment among those of the whole one.
    """

    matrix: Matrix
    parts: Parts
    columns: Indices
    dispatches: Indices
    rows: Indices


def narrowed(matrix: Matrix, parts: Parts, used: npt.NDArray[np.bool_]) -> Narrow:
    """A program with some of its columns of investment.

    Rows that hold none of them go, but for those that nothing at all would break. A dispatch of
    which not all stocks are there goes, and has to be one that may do nothing.

    Parameters
    ----------
    matrix, parts
        The whole program.
    used
        By column of investment.
    """
    kept = np.zeros(len(matrix.columns), dtype=np.bool_)
    kept[parts.columns] = used
    stay = [n for n, part in enumerate(parts.dispatches) if kept[part.stocks].all()]
    staying, gone = set(stay), np.zeros(len(matrix.rows), dtype=np.bool_)
    for number, part in enumerate(parts.dispatches):
        gone[part.rows] = True
        if number in staying:
            kept[part.columns], gone[part.rows] = True, False
    columns = np.flatnonzero(kept)
    a = matrix.a.tocsr()[:, columns]
    broken = (matrix.row_lower > 0.0) | (matrix.row_upper < 0.0)
    left = ((np.diff(a.indptr) > 0) | broken) & ~gone
    rows = np.flatnonzero(left)
    column_at, row_at = np.cumsum(kept) - 1, np.cumsum(left) - 1
    inside = np.flatnonzero(left[parts.rows])
    dispatches = tuple(
        Part(row_at[part.rows], column_at[part.columns], column_at[part.stocks], part.a, part.b)
        for part in (parts.dispatches[n] for n in stay)
    )
    return Narrow(
        replace(
            matrix,
            columns=_Chosen(matrix.columns, columns),
            rows=_Chosen(matrix.rows, rows),
            cost=matrix.cost[columns],
            lower=matrix.lower[columns],
            upper=matrix.upper[columns],
            whole=matrix.whole[columns],
            a=a[rows].tocsc(),
            row_lower=matrix.row_lower[rows],
            row_upper=matrix.row_upper[rows],
        ),
        Parts(row_at[parts.rows[inside]], column_at[parts.columns[used]], dispatches),
        columns,
        np.array(stay, dtype=np.int64),
        inside,
    )


def standing(narrow: Narrow, stands: npt.NDArray[np.bool_]) -> Matrix:
    """Its investment, with those rows that stand."""
    found = investment_matrix(narrow.matrix, narrow.parts)
    rows = np.flatnonzero(stands)
    return replace(
        found,
        rows=[found.rows[row] for row in rows.tolist()],
        a=found.a.tocsr()[rows].tocsc(),
        row_lower=found.row_lower[rows],
        row_upper=found.row_upper[rows],
    )


def moved(values: Floats, before: Narrow, after: Narrow) -> Floats:
    """Values of investment's columns in one narrow program as those of another; zero where new."""
    of_all = np.zeros(max(before.columns.max(), after.columns.max()) + 1)
    of_all[before.columns[before.parts.columns]] = values
    return of_all[after.columns[after.parts.columns]]
