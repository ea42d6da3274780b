"""The relaxation of one site, at prices of what it shares with others."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp

from tokenworks.build import LAZY
from tokenworks.errors import SolverError
from tokenworks.solver.highs import add_rows
from tokenworks.solver.interior import Program, bound_of
from tokenworks.solver.investment import Cut, Investment, cut_rows
from tokenworks.solver.lazy import LazyRows
from tokenworks.solver.matrix import Floats
from tokenworks.solver.parts import Indices

# End of a column in a site's program where its rows give none: not a bound, only a box.
BOX = 1e6
# From an old basis the simplex method can go round in circles: after so many steps it starts from
# nothing, with presolve. That takes half a step for every row and column; where it takes more than
# one for each it goes round as well, mostly not with the other scaling. Where it does with both,
# the interior point with crossover ends it, and the simplex method that.
WARM_STEPS = 2_000
STEPS_FOR_EACH = 1
# Scalings of HiGHS for the simplex method: its own choice, and to the largest value.
OWN, LARGEST = 1, 4
# For a bound rows that are broken join until they raise it by less than this, relative: dozens of
# solves may follow that together raise it by no more.
RISE = 1e-4
# What a site holds of a column beyond rounding.
HELD = 1e-6


class SiteProgram:
    """The relaxation of one site in HiGHS, kept with the basis of its last answer.

    Attributes
    ----------
    rows, columns
        Of investment.
    dispatches
        The numbers of its dispatches.
    """

    def __init__(self, program: Investment, rows: Indices, columns: Indices, most: Floats) -> None:
        self.rows, self.columns = rows, columns
        place = np.full(program.count, -1, dtype=np.int64)
        place[columns] = np.arange(len(columns))
        of = [n for n, stocks in enumerate(program.stocks) if len(stocks) and place[stocks[0]] >= 0]
        self.dispatches = of
        self._stocks = {n: place[program.stocks[n]] for n in of}
        self._floor = {n: len(columns) + at for at, n in enumerate(of)}
        self._a = program.a[rows][:, columns].tocsr()
        self._lower, self._upper = program.row_lower[rows], program.row_upper[rows]
        names = [program.rows[row] for row in rows.tolist()]
        self._lazy = LazyRows(self._a, self._lower, self._upper, names, LAZY)
        self._stands: list[int] = np.flatnonzero(~self._lazy.waits).tolist()
        self._is_cut = [False] * len(self._stands)
        self._cuts: list[Cut] = []
        floor = -np.inf if program.earns else 0.0
        self._least = np.concatenate([program.lower[columns], np.full(len(of), floor)])
        self._most = np.concatenate([most[columns], np.full(len(of), np.inf)])
        self._prices = np.zeros(0)
        self._scaling = OWN
        self._solver = self._loaded()

    def _loaded(self) -> highspy.Highs:
        a, more = self._a[self._stands].tocsc(), len(self.dispatches)
        own = len(self.columns)
        program = highspy.HighsLp()
        program.num_row_, program.num_col_ = a.shape[0], own + more
        program.col_cost_ = np.concatenate([np.zeros(own), np.ones(more)])
        # A floor without end is a box here too, until a cut holds it.
        program.col_lower_ = np.maximum(self._least, -BOX)
        upper = np.where(np.isfinite(self._most), self._most, BOX)
        upper[own:] = np.inf
        program.col_upper_ = upper
        self._box = upper[:own]
        program.row_lower_ = self._lower[self._stands]
        program.row_upper_ = self._upper[self._stands]
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_ = np.concatenate([a.indptr, np.full(more, a.indptr[-1])])
        program.a_matrix_.index_ = a.indices
        program.a_matrix_.value_ = a.data
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.passModel(program)
        return solver

    def solve(self, cost: Floats, times: int | None = None, rise: float = 0.0) -> Floats:
        """Columns, and the floors of its dispatches, at costs with shared rows priced in.

        Parameters
        ----------
        cost
            By column of the site.
        times
            How often it is solved at most until no row that waits is broken; what is broken at the
            end joins before the next answer. Bounds hold all the same.
        rise
            Nor is it solved again where what was broken has raised the optimum by no more than
            this share of it.

        Raises
        ------
        SolverError
            Where HiGHS ends without an optimum.
        """
        solver, own = self._solver, len(self.columns)
        solver.changeColsCost(own, np.arange(own, dtype=np.int32), cost)
        before = -np.inf
        for _ in itertools.count() if times is None else range(times):
            for way, scaling, steps in self._ways():
                solver.setOptionValue("solver", way)
                solver.setOptionValue("simplex_scale_strategy", scaling)
                solver.setOptionValue("simplex_iteration_limit", steps)
                solver.run()
                if solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
                    self._scaling = scaling
                    break
                solver.clearSolver()
            if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                status = solver.modelStatusToString(solver.getModelStatus())
                raise SolverError(f"the program of a site ended with status {status}")
            solution = solver.getSolution()
            values, self._prices = np.array(solution.col_value), np.array(solution.row_dual)
            optimum = float(solver.getInfo().objective_function_value)
            risen, before = optimum - before, optimum
            if not self._stand(self._lazy.broken(values[:own])) or risen < rise * abs(optimum):
                break
        return values

    def _ways(self) -> list[tuple[str, int, int]]:
        """Methods in turn, each with its scaling and most steps; first from the last basis, if any.

        The scaling that ended it last comes first.
        """
        steps = STEPS_FOR_EACH * (self._solver.getNumRow() + self._solver.getNumCol())
        last, other = self._scaling, LARGEST if self._scaling == OWN else OWN
        anew = [
            ("simplex", last, max(steps, WARM_STEPS)),
            ("simplex", other, max(steps, WARM_STEPS)),
            ("ipx", last, highspy.kHighsIInf),
            ("simplex", last, highspy.kHighsIInf),
        ]
        return [("simplex", last, WARM_STEPS), *anew] if self._solver.getBasis().valid else anew

    def solved_bound(self, cost: Floats) -> float:
        """Its bound at some costs."""
        self.solve(cost, rise=RISE)
        return self.bound(cost)

    def bound(self, cost: Floats) -> float:
        """What the prices of the last answer prove at these costs."""
        # Rows that joined after it have no price.
        is_cut = np.array(self._is_cut[: len(self._prices)])
        of_rows, of_cuts = self._prices[~is_cut], self._adding_up(self._prices[is_cut])
        priced, pressing = np.flatnonzero(of_rows), np.flatnonzero(of_cuts)
        rows = np.array(self._stands, dtype=np.int64)[priced]
        cuts = [self._cuts[n] for n in pressing.tolist()]
        more = len(self.dispatches)
        own = sp.hstack([self._a[rows], sp.csr_matrix((len(rows), more))])
        constants = np.array([cut.constant for cut in cuts])
        program = Program(
            cost=np.concatenate([cost, np.ones(more)]),
            offset=0.0,
            lower=self._least,
            upper=self._most,
            row_lower=np.concatenate([self._lower[rows], constants]),
            row_upper=np.concatenate([self._upper[rows], np.full(len(cuts), np.inf)]),
            a=sp.vstack([own, self._cut_rows(cuts)]).tocsr(),
        )
        prices = np.concatenate([of_rows[priced], of_cuts[pressing]])
        return bound_of(program, prices, self._most)

    def _adding_up(self, of_cuts: Floats) -> Floats:
        """Prices of cuts, those of each dispatch made to add up to its floor's cost, which is one.

        A floor without an end proves nothing where they add up to a rounding less.
        """
        dispatches = np.array([cut.dispatch for cut in self._cuts[: len(of_cuts)]], dtype=np.int64)
        found = np.maximum(of_cuts, 0.0)
        for number in self.dispatches:
            own = dispatches == number
            total = float(found[own].sum())
            if total > 0.0 and (total > 1.0 or self._least[self._floor[number]] < 0.0):
                found[own] /= total
        return found

    def add(self, cuts: Sequence[Cut]) -> None:
        """Add those cuts that are of its dispatches."""
        own = [cut for cut in cuts if cut.dispatch in self._stocks]
        if not own:
            return
        self._cuts += own
        self._is_cut += [True] * len(own)
        constants = np.array([cut.constant for cut in own])
        add_rows(self._solver, self._cut_rows(own), constants, np.full(len(own), np.inf))

    def _cut_rows(self, cuts: Sequence[Cut]) -> Any:
        width = len(self.columns) + len(self.dispatches)
        return cut_rows(cuts, self._stocks, self._floor, width)

    def _stand(self, rows: Indices) -> bool:
        if not len(rows):
            return False
        add_rows(self._solver, self._a[rows], self._lower[rows], self._upper[rows])
        self._stands += rows.tolist()
        self._is_cut += [False] * len(rows)
        return True

    @property
    def stands(self) -> Indices:
        """Rows of investment that its program holds."""
        return self.rows[self._stands]

    def box(self, upper: Floats | None) -> None:
        """End columns lower than they do by themselves, or no more."""
        ends = self._box if upper is None else np.clip(upper, self._least[: len(upper)], self._box)
        places = np.arange(len(ends), dtype=np.int32)
        self._solver.changeColsBounds(len(ends), places, self._least[: len(ends)], ends)

    def stocks(self, dispatch: int, values: Floats) -> Floats:
        """Stocks of one of its dispatches at a point."""
        return np.maximum(values[self._stocks[dispatch]], 0.0)
