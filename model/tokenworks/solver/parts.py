"""The parts of a program: investment, and one dispatch for every site and step.

They are found in the arrays, not declared: the rows that operation adds to a program fall into
pieces that share no column, not even a stock of the interface, and every piece is a part. So a new
feature of dispatch is in its part without a line here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from tokenworks.solver.matrix import Matrix
from tokenworks.solver.names import Names

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """A dispatch: its rows hold its own columns y and stocks z of investment.

    Attributes
    ----------
    rows, columns, stocks
        Of the whole program; the columns are the part's alone, the stocks are investment's.
    a, b
        Coefficients of y (compressed by column) and of z (by row).
    """

    rows: Indices
    columns: Indices
    stocks: Indices
    a: Any
    b: Any


@dataclass(frozen=True)
class Parts:
    """A program in parts.

    Attributes
    ----------
    rows, columns
        Of investment, in the whole program.
    dispatches
        The parts of operation.
    """

    rows: Indices
    columns: Indices
    dispatches: tuple[Part, ...]


def split(matrix: Matrix, operating: Collection[str]) -> Parts:
    """Take a program apart.

    Parameters
    ----------
    matrix
        The whole program.
    operating
        Names of the variables of operation; see `tokenworks.build.Model`.
    """
    by_row = matrix.a.tocsr()
    own = _in_rows(by_row, _named(matrix.columns, operating))
    touched = np.asarray(abs(by_row) @ own.astype(np.float64)) > 0.0
    ours, rows = np.flatnonzero(own), np.flatnonzero(touched)
    # Stocks join the hours of a site and step, which nothing else may tie to each other.
    incidence = by_row[rows]
    both_ways: Any = sp.bmat([[None, incidence], [incidence.T, None]], format="csr")
    _, found = connected_components(both_ways, directed=False)
    of_rows, of_columns = found[: len(rows)], found[len(rows) :][ours]
    pieces = np.unique(of_rows)
    count = len(pieces)
    row_order = np.argsort(of_rows, kind="stable")
    column_order = np.argsort(of_columns, kind="stable")
    ends = np.append(pieces, len(found))
    row_starts = np.searchsorted(of_rows[row_order], ends)
    column_starts = np.searchsorted(of_columns[column_order], ends)
    dispatches = tuple(
        _part(
            by_row,
            rows[row_order[row_starts[n] : row_starts[n + 1]]],
            ours[column_order[column_starts[n] : column_starts[n + 1]]],
        )
        for n in range(count)
    )
    return Parts(np.flatnonzero(~touched), np.flatnonzero(~own), dispatches)


def _named(columns: Sequence[Any], operating: Collection[str]) -> npt.NDArray[np.bool_]:
    if isinstance(columns, Names):
        return columns.of(operating)
    named = [column.parent_component().local_name in operating for column in columns]
    return np.array(named, dtype=np.bool_)


def _in_rows(by_row: Any, named: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Columns of operation; one that stands in no row is left to investment."""
    used = np.diff(by_row.tocsc().indptr) > 0
    return np.asarray(named & used, dtype=np.bool_)


def _part(by_row: Any, rows: Indices, columns: Indices) -> Part:
    block = by_row[rows]
    stocks = np.setdiff1d(block.indices, columns)
    return Part(rows, columns, stocks, block[:, columns].tocsc(), block[:, stocks].tocsr())


def investment_matrix(matrix: Matrix, parts: Parts) -> Matrix:
    """The program of investment alone: every plan is in it, so its bounds hold for all."""
    return replace(
        matrix,
        columns=[matrix.columns[place] for place in parts.columns],
        rows=[matrix.rows[place] for place in parts.rows],
        cost=matrix.cost[parts.columns],
        lower=matrix.lower[parts.columns],
        upper=matrix.upper[parts.columns],
        whole=matrix.whole[parts.columns],
        a=matrix.a.tocsr()[parts.rows][:, parts.columns].tocsc(),
        row_lower=matrix.row_lower[parts.rows],
        row_upper=matrix.row_upper[parts.rows],
    )
