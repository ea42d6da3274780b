"""A dispatch as a function of its stocks: cost, and slopes that make a cut.

    cost(z) = min { c y + p s : lower <= A y + B z + s <= upper, y within its bounds, s >= 0 }

The shortfall s makes every z answerable: a point that cannot be dispatched is dear, not impossible,
and its cut points the way back. With p below what a shortfall is worth the cut still holds, since
cost(z) is then below the true cost; a plan is one only where its shortfall is zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache
from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp

from tokenworks.errors import SolverError
from tokenworks.solver.highs import TOLERANCES
from tokenworks.solver.investment import Cut
from tokenworks.solver.matrix import Floats, Matrix
from tokenworks.solver.parts import Part

# Price of a shortfall over the dearest cost of the part's columns, or over one, the middle of the
# program's scaled costs, where dispatch costs next to nothing. Dear enough to be the last
# resort; with 100 in place of 20 the relaxation of `us-quick` took half as many rounds again.
SHORTFALL_OVER_COST = 20.0
# Where stocks moved by more than this share, presolve and a start from nothing are several times
# faster than the last basis; where they moved less it is the other way round.
FAR = 0.02
# With more rows of dispatch in a program, what HiGHS keeps of each between answers is let go: of
# 160 dispatches of 14 days it is two gigabytes.
KEPT_ROWS = 150_000
# What a column may be paid over its cost for rounding alone, relative; as HiGHS's own tolerance.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Answer:
    """Least cost at some stocks, in the master's unit.

    Attributes
    ----------
    cost
        With what a shortfall costs.
    slopes
        By stock, of a plane that lies nowhere above the cost.
    columns
        Values of the part's columns.
    shortfall
        Sum of what rows lack; zero where the stocks can be dispatched.
    prices
        By row of the part, at the least cost.
    """

    cost: float
    slopes: Floats
    columns: Floats
    shortfall: float
    prices: Floats

    def cut(self, dispatch: int, stocks: Floats) -> Cut:
        """The plane under the cost of a dispatch of that number, which was asked at some stocks."""
        constant = self.cost - float(self.slopes @ stocks)
        # What is left of the zero that a homogeneous dispatch has.
        if abs(constant) <= 1e-7 * max(1.0, abs(self.cost)):
            constant = min(constant, 0.0)
        return Cut(dispatch, self.slopes, constant)


class Dispatch:
    """A part, with the basis of its last answer.

    Parameters
    ----------
    part, matrix
        The part, and the program that it is of.
    scale
        Of costs.
    kept
        Whether its factors stay in HiGHS between answers, which makes the next one faster: they
        take a kilobyte for every row. Else only its program and its basis do.
    """

    def __init__(self, part: Part, matrix: Matrix, scale: float, *, kept: bool = True) -> None:
        self.part, self._kept = part, kept
        self._lower, self._upper = matrix.row_lower[part.rows], matrix.row_upper[part.rows]
        self._cost = matrix.cost[part.columns] * scale
        self._least, self._most = matrix.lower[part.columns], matrix.upper[part.columns]
        self._rows = np.arange(len(part.rows), dtype=np.int32)
        self._price = SHORTFALL_OVER_COST * max(float(np.abs(self._cost).max(initial=0.0)), 1.0)
        self._program = self._loaded(matrix)
        self._solver: highspy.Highs | None = None
        self._basis: highspy.HighsBasis | None = None
        self._last: tuple[Floats, Answer] | None = None

    def _loaded(self, matrix: Matrix) -> highspy.HighsLp:
        part = self.part
        shortfall = self._shortfall()
        a = sp.hstack([part.a, shortfall]).tocsc()
        more = shortfall.shape[1]
        program = highspy.HighsLp()
        program.num_row_, program.num_col_ = a.shape
        program.col_cost_ = np.concatenate([self._cost, np.full(more, self._price)])
        program.col_lower_ = np.concatenate([matrix.lower[part.columns], np.zeros(more)])
        program.col_upper_ = np.concatenate([matrix.upper[part.columns], np.full(more, np.inf)])
        program.row_lower_, program.row_upper_ = self._lower, self._upper
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_ = a.indptr
        program.a_matrix_.index_ = a.indices
        program.a_matrix_.value_ = a.data
        return program

    def _held(self) -> highspy.Highs:
        """Its solver, as it was left, or anew."""
        if self._solver is not None:
            return self._solver
        solver = highspy.Highs()
        options: dict[str, Any] = {
            "output_flag": False,
            "threads": 1,
            **TOLERANCES,
        }
        for name, value in options.items():
            solver.setOptionValue(name, value)
        solver.passModel(self._program)
        if self._basis is not None:
            solver.setBasis(self._basis)
        if self._kept:
            self._solver = solver
        return solver

    def _shortfall(self) -> sp.csc_matrix:
        """A column for each way in which stocks alone can break a row."""
        b = self.part.b
        most, least = (np.asarray(f(axis=1).todense()).ravel() for f in (b.max, b.min))
        over = np.flatnonzero(np.isfinite(self._upper) & (most > 0.0))
        under = np.flatnonzero(np.isfinite(self._lower) & (least < 0.0))
        signs = np.concatenate([np.full(len(over), -1.0), np.ones(len(under))])
        rows = np.concatenate([over, under])
        return sp.csc_matrix((signs, (rows, np.arange(len(rows)))), (len(self._rows), len(rows)))

    def dearer(self, times: float) -> None:
        """Raise the price of a shortfall; cuts made before stay valid, and are weaker."""
        self._price *= times
        self._last = None
        costs = np.array(self._program.col_cost_)
        costs[len(self.part.columns) :] = self._price
        self._program.col_cost_ = costs
        if self._solver is not None:
            columns = np.arange(len(costs), dtype=np.int32)
            self._solver.changeColsCost(len(costs), columns, costs)

    def at(self, stocks: Floats) -> Answer:
        """The answer at some stocks.

        Raises
        ------
        SolverError
            Where HiGHS finds none, which cannot be by the mathematics.
        """
        if self._last is not None and np.array_equal(self._last[0], stocks):
            return self._last[1]
        answer = self._answer(stocks)
        self._last = stocks.copy(), answer
        return answer

    def _is_far(self, stocks: Floats) -> bool:
        """Whether the basis of the last answer is worse than none."""
        if self._last is None:
            return True
        moved = float(np.abs(stocks - self._last[0]).sum())
        return moved > FAR * float(np.abs(stocks).sum())

    def _answer(self, stocks: Floats) -> Answer:
        used = self.part.b @ stocks
        solver = self._held()
        lower, upper = self._lower - used, self._upper - used
        solver.changeRowsBounds(  # type: ignore[attr-defined]
            len(self._rows), self._rows, lower, upper
        )
        if self._is_far(stocks):
            solver.clearSolver()
            solver.setOptionValue("presolve", "choose")
        else:
            solver.setOptionValue("presolve", "off")
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            # From the start, for once: numbers, not mathematics, ended it; mostly presolve, which
            # takes a row for broken that is so by a rounding.
            solver.clearSolver()
            solver.setOptionValue("presolve", "off")
            solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            status = solver.modelStatusToString(solver.getModelStatus())
            raise SolverError(f"a dispatch of {len(self._rows)} rows ended with status {status}")
        solution = solver.getSolution()
        values = np.array(solution.col_value, dtype=np.float64)
        prices = np.array(solution.row_dual, dtype=np.float64)
        if not self._kept:
            self._basis = solver.getBasis()
        own = len(self.part.columns)
        return Answer(
            cost=float(solver.getInfo().objective_function_value),
            slopes=-(self.part.b.T @ prices),
            columns=values[:own],
            shortfall=float(values[own:].sum()),
            prices=prices,
        )

    def plane(self, prices: Floats) -> tuple[Floats, float] | None:
        """Slopes and constant of a plane under the cost, which prices of rows prove.

        Prices may be of any origin, such as of a dispatch with other costs and ends of rows. Where
        they would pay a column without an end for growing, all are lowered until they do not.

        Parameters
        ----------
        prices
            By row.

        Returns
        -------
        tuple of slopes and constant, or None
            None where they prove nothing.
        """
        held = ((prices > 0.0) & np.isfinite(self._lower)) | (
            (prices < 0.0) & np.isfinite(self._upper)
        )
        y = np.where(held, prices, 0.0)
        worth = self.part.a.T @ y
        endless = np.isinf(self._most)
        paid = endless & (worth - self._cost > ROUNDING * np.maximum(1.0, np.abs(worth)))
        if paid.any():
            if (worth[paid] <= 0.0).any() or (self._cost[paid] <= 0.0).any():
                return None
            share = float((self._cost[paid] / worth[paid]).min())
            y, worth = share * y, share * worth
        left = self._cost - worth
        over = endless & (left < 0.0)
        if (left[over] < -ROUNDING * np.maximum(1.0, np.abs(worth[over]))).any():
            return None  # what earns is paid enough for not growing by the full prices alone
        left[over] = 0.0
        ends = np.where(left > 0.0, self._least, self._most)
        sides = np.where(y > 0.0, self._lower, self._upper)
        with np.errstate(invalid="ignore"):
            of_columns = np.where(left == 0.0, 0.0, left * ends)
            of_rows = np.where(y == 0.0, 0.0, y * sides)
        constant = float(of_columns.sum() + of_rows.sum())
        if not np.isfinite(constant):
            return None
        return -(self.part.b.T @ y), constant


def by_number(parts: Sequence[Part], matrix: Matrix, scale: float) -> Callable[[int], Dispatch]:
    """Dispatches of a program by number, each made when it is first asked for."""
    kept = sum(len(part.rows) for part in parts) <= KEPT_ROWS

    @cache
    def dispatch(number: int) -> Dispatch:
        return Dispatch(parts[number], matrix, scale, kept=kept)

    return dispatch


class Dispatches(Sequence[Dispatch]):
    """Several dispatches, asked side by side.

    What they answer does not depend on how many are asked at a time.
    """

    def __init__(self, dispatches: Sequence[Dispatch], pool: Executor) -> None:
        self._dispatches, self._pool = tuple(dispatches), pool

    def __len__(self) -> int:
        return len(self._dispatches)

    def __getitem__(self, number: Any) -> Any:
        return self._dispatches[number]

    def at(self, stocks: Sequence[Floats]) -> tuple[Answer, ...]:
        """Answers of all, each at its stocks."""
        pairs = zip(self._dispatches, stocks, strict=True)
        return tuple(self._pool.map(lambda pair: pair[0].at(pair[1]), pairs))
