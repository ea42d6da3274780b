"""The relaxation of a program, solved again from its last basis as bounds of columns change.

Holding some whole columns of a small program and solving again takes a few hundredths of a second
from the last basis, several times that from nothing: a dive of 25 such steps costs less than one
search by branch and bound begins with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt

from tokenworks.schema.scenario import Solve
from tokenworks.solver.highs import TOLERANCES, cost_scale, load
from tokenworks.solver.master import Point
from tokenworks.solver.matrix import Floats, Matrix
from tokenworks.solver.parts import Indices

_STATUS = {int(status): status for status in highspy.HighsBasisStatus.__members__.values()}

Statuses = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Basis:
    """Where the simplex method ended: HiGHS's status of every column and of every row."""

    columns: Statuses
    rows: Statuses


class Relaxed:
    """A relaxation in HiGHS, for `tokenworks.solver.dive.Dive`.

    Parameters
    ----------
    matrix
        The program; whole columns are whole only where they are held.
    options
        Time limit and seed; all its solves together keep to that time.

    Attributes
    ----------
    lower, upper, count
        Ends of its columns before any was held, and how many there are.
    """

    def __init__(self, matrix: Matrix, options: Solve) -> None:
        self.lower, self.upper, self.count = matrix.lower, matrix.upper, len(matrix.columns)
        self._scale = cost_scale(matrix.cost)
        self._solver = highspy.Highs()
        for name, value in {
            "output_flag": False,
            "threads": 1,
            "time_limit": options.time_limit_s,
            "random_seed": options.seed,
            **TOLERANCES,
        }.items():
            self._solver.setOptionValue(name, value)
        load(self._solver, matrix.relaxed(), self._scale)
        self._shape = matrix.shape

    @property
    def rows(self) -> int:
        """Its rows."""
        return self._shape[0]

    @property
    def basis(self) -> Basis:
        """Where the last solve ended."""
        found = self._solver.getBasis()
        return Basis(_numbers(found.col_status), _numbers(found.row_status))

    def start(self, basis: Basis) -> None:
        """Begin the next solve from a basis; one of another shape is of no use, and left."""
        if (len(basis.rows), len(basis.columns)) != self._shape:
            return
        given = highspy.HighsBasis()
        given.col_status = [_STATUS[status] for status in basis.columns.tolist()]
        given.row_status = [_STATUS[status] for status in basis.rows.tolist()]
        given.valid = True
        self._solver.setBasis(given)

    def solve(self) -> Point | None:
        """Its best point, in the program's unit; None where there is none, or no time for it."""
        for _ in range(2):
            self._solver.run()
            status = self._solver.getModelStatus()
            if status == highspy.HighsModelStatus.kOptimal:
                values = np.array(self._solver.getSolution().col_value, dtype=np.float64)
                objective = self._solver.getInfo().objective_function_value / self._scale
                return Point(values, np.zeros(0), float(objective))
            if status in (
                highspy.HighsModelStatus.kInfeasible,
                highspy.HighsModelStatus.kTimeLimit,
            ):
                return None
            self._solver.clearSolver()  # from the start, for once
        return None

    def bound(self, columns: Indices, lower: Floats, upper: Floats) -> None:
        """Set the bounds of some columns."""
        self._solver.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)

    def fix(self, columns: Indices, values: Floats) -> None:
        """Hold some columns at values."""
        self.bound(columns, values, values)

    def free(self, columns: Indices) -> None:
        """Give some columns their own bounds back."""
        self.bound(columns, self.lower[columns], self.upper[columns])


def _numbers(statuses: Sequence[highspy.HighsBasisStatus]) -> Statuses:
    return np.fromiter((int(status) for status in statuses), np.int8, len(statuses))
