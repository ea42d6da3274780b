"""A large program narrowed to what its relaxation uses, and a bound for all of it.

Of the ways in which ten sites can serve twenty regions with twenty systems a tenth is of any use,
and which tenth the relaxation tells: without the rest a search is many times faster and what it
finds is next to as good. What it proves holds for the narrow program only; so the whole relaxation
is solved once more, with the cuts that the search has found, for a bound that holds for all plans.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tokenworks.solver.master import Cut, Master
from tokenworks.solver.matrix import Floats, Matrix
from tokenworks.solver.parts import Indices, Part, Parts

# A column is of use where it holds more than this share of the most that it could, or of `LARGE`.
USE = 1e-3
LARGE = 1e3
# Of the interior point, relative to the objective.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Narrow:
    """A program with some of its columns, and the rows that they leave.

    Attributes
    ----------
    matrix, parts
        The program.
    columns
        Its columns in the whole program.
    """

    matrix: Matrix
    parts: Parts
    columns: Indices


class Wide:
    """All of a program, of which a part is searched.

    Attributes
    ----------
    used
        True for columns of investment that some relaxation so far has used, and for all that are
        never left out.
    point
        Where the last relaxation ended, in columns of investment; None before the first.
    """

    def __init__(self, matrix: Matrix, parts: Parts, scale: float) -> None:
        self.matrix, self.parts = matrix, parts
        self._master = master = Master(matrix, parts, scale)
        # What is decided, what dispatch sees, what costs or has to be there is never left out.
        self.used = master.whole | (master.cost != 0.0) | (master.lower > 0.0)
        for stocks in master.stocks:
            self.used[stocks] = True
        self.point: Floats | None = None
        self._cuts = 0

    def narrow(self) -> Narrow:
        """The program with the columns used so far."""
        kept = np.ones(len(self.matrix.columns), dtype=np.bool_)
        kept[self.parts.columns] = self.used
        return narrowed(self.matrix, self.parts, kept)

    def stocks(self, dispatch: int) -> Floats:
        """Stocks of a dispatch at the point."""
        if self.point is None:
            raise ValueError("no relaxation has been solved yet")
        return self.point[self._master.stocks[dispatch]]

    def relax(self, cuts: list[Cut], seconds: float) -> float:
        """Solve the relaxation, and note what it uses.

        Parameters
        ----------
        cuts
            Of a search in a narrow program, in the order in which they were found; those that have
            been handed over before stand already.
        seconds
            Time limit.

        Returns
        -------
        float
            Bound on all plans, scaled; minus infinity where it was not solved in that time.
        """
        master = self._master
        new, self._cuts = cuts[self._cuts :], len(cuts)
        master.add([replace(cut, stocks=master.stocks[cut.dispatch]) for cut in new])
        found = master.interior(TOLERANCE, seconds)
        if found is None:
            return -np.inf
        self.point = found.columns
        self.used |= found.columns > USE * np.minimum(found.most, LARGE)
        return found.bound


def narrowed(matrix: Matrix, parts: Parts, kept: npt.NDArray[np.bool_]) -> Narrow:
    """A program with some of its columns; all those of dispatch and its stocks are among them.

    Rows that hold none of them go, but for those that nothing at all would break.
    """
    columns = np.flatnonzero(kept)
    a = matrix.a.tocsr()[:, columns]
    broken = (matrix.row_lower > 0.0) | (matrix.row_upper < 0.0)
    left = (np.diff(a.indptr) > 0) | broken
    rows = np.flatnonzero(left)
    column_at, row_at = np.cumsum(kept) - 1, np.cumsum(left) - 1
    inside = parts.rows[left[parts.rows]]
    dispatches = tuple(
        Part(row_at[part.rows], column_at[part.columns], column_at[part.stocks], part.a, part.b)
        for part in parts.dispatches
    )
    return Narrow(
        replace(
            matrix,
            columns=[matrix.columns[place] for place in columns.tolist()],
            rows=[matrix.rows[place] for place in rows.tolist()],
            cost=matrix.cost[columns],
            lower=matrix.lower[columns],
            upper=matrix.upper[columns],
            whole=matrix.whole[columns],
            a=a[rows].tocsc(),
            row_lower=matrix.row_lower[rows],
            row_upper=matrix.row_upper[rows],
        ),
        Parts(row_at[inside], column_at[parts.columns[kept[parts.columns]]], dispatches),
        columns,
    )


def moved(values: Floats, before: Narrow, after: Narrow) -> Floats:
    """Values of investment's columns in one narrow program as those of another; zero where new."""
    of_all = np.zeros(max(before.columns.max(), after.columns.max()) + 1)
    of_all[before.columns[before.parts.columns]] = values
    return of_all[after.columns[after.parts.columns]]
