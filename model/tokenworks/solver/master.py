"""The master: investment with a floor under the cost of every dispatch, made of cuts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

from tokenworks.build import LAZY
from tokenworks.errors import SolverError
from tokenworks.solver.highs import SEARCH, TOLERANCES, add_rows, end_standstills
from tokenworks.solver.investment import Cut, Investment, cut_rows
from tokenworks.solver.lazy import LazyRows
from tokenworks.solver.matrix import Floats
from tokenworks.solver.parts import Indices

# Scaled cost under which no dispatch can fall: not a bound that anything should reach.
NO_FLOOR = -1e9
LOOSE_TOLERANCE = 1e-7
# From an old basis the dual method can go round in circles, or take longer than the interior point
# with crossover does from none: after so many steps, or one for so many rows, that is asked. With
# 40,700 rows and 31,000 columns it ended in 5 s what had not after 400.
WARM_STEPS = 5_000
ROWS_FOR_A_STEP = 8
# The simplex method cleans up after crossover: 14,300 steps for 65,000 rows were the most seen. If
# it takes more, the same is tried scaled to the largest value (HiGHS's scaling 4).
CLEAN_STEPS = 10_000
ROWS_FOR_A_CLEAN_STEP = 2
OWN_SCALING, LARGEST = 1, 4
# How much longer than the others the last way may stand still, since nothing comes after it.
LAST_STANDS = 5
# Of HiGHS's weights of edges: of the reference framework, which start as ones.
DEVEX = 1
# Cuts that were slack by more than this share of the dispatches' cost are dropped.
SLACK = 1e-3

_INFEASIBLE = (
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,
)
# Ends of a search after which its bound is one.
_BOUNDED = (
    highspy.HighsModelStatus.kOptimal,
    highspy.HighsModelStatus.kTimeLimit,
    highspy.HighsModelStatus.kSolutionLimit,
    highspy.HighsModelStatus.kIterationLimit,
    highspy.HighsModelStatus.kInterrupt,
)
# Of a search whose optimum HiGHS calls an error, since its rows are 4e-6 off: with costs of 1e9 in
# them that is what is left of precision.
ROUGH_FEASIBILITY = 1e-4


@dataclass(frozen=True)
class Point:
    """A solution of the master: columns of investment, floors of the dispatches, objective."""

    columns: Floats
    floors: Floats
    objective: float


@dataclass(frozen=True)
class Found:
    """What a search found: a point, or none, and a bound on all that it searched."""

    point: Point | None
    bound: float


class Master:
    """Investment's rows and columns in HiGHS, a floor for every dispatch, and the cuts.

    Parameters
    ----------
    program
        Investment.
    stands
        True for rows that stand from the start besides those that always do.
    large
        The first relaxation by the interior point and crossover, those after it with weights that
        need no start of their own: of tens of thousands of rows, a few iterations otherwise take
        as long as a thousand.
    """

    def __init__(
        self,
        program: Investment,
        stands: npt.NDArray[np.bool_] | None = None,
        *,
        large: bool = False,
    ) -> None:
        self.program = program
        self.count, self.dispatches = program.count, len(program.stocks)
        self.cost, self.offset, self.whole = program.cost, program.offset, program.whole
        self.lower, self.upper, self.stocks = program.lower, program.upper, program.stocks
        # Where nothing that dispatch does earns money, its cost is never below zero.
        self.earns = program.earns
        self._rows, self._row_lower = program.a, program.row_lower
        self._row_upper = program.row_upper
        self._lazy = LazyRows(program.a, program.row_lower, program.row_upper, program.rows, LAZY)
        if stands is not None:
            self._lazy.waits &= ~stands
        # All that were ever added; and whether a row of the solver is one.
        self.cuts: list[Cut] = []
        self._is_cut = np.zeros(int((~self._lazy.waits).sum()), dtype=np.bool_)
        self._anew = False
        self._solver = self._loaded()
        if large:
            self._solver.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX)
            self.anew()

    def _loaded(self) -> highspy.Highs:
        stand = np.flatnonzero(~self._lazy.waits)
        a = self._rows[stand].tocsc()
        more = self.dispatches
        program = highspy.HighsLp()
        program.num_row_, program.num_col_ = a.shape[0], self.count + more
        program.col_cost_ = np.concatenate([self.cost, np.ones(more)])
        program.offset_ = self.offset
        program.col_lower_ = np.concatenate([self.lower, np.zeros(more)])
        program.col_upper_ = np.concatenate([self.upper, np.full(more, np.inf)])
        program.row_lower_, program.row_upper_ = self._row_lower[stand], self._row_upper[stand]
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_ = np.concatenate([a.indptr, np.full(more, a.indptr[-1])])
        program.a_matrix_.index_ = a.indices
        program.a_matrix_.value_ = a.data
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.passModel(program)
        self._standstill = end_standstills(solver)
        return solver

    def basis(self) -> highspy.HighsBasis:
        """Where the last relaxation ended."""
        return self._solver.getBasis()

    def back_to(self, basis: highspy.HighsBasis) -> None:
        """Start the next relaxation from a basis of before; rows that came since are basic."""
        since = self._solver.getNumRow() - len(basis.row_status)
        basis.row_status = [*basis.row_status, *[highspy.HighsBasisStatus.kBasic] * since]
        self._solver.setBasis(basis)

    def anew(self) -> None:
        """Solve the next relaxation by the interior point, from no basis."""
        self._solver.clearSolver()
        self._anew = True

    @property
    def rows(self) -> int:
        """Rows that stand in the solver, with its cuts."""
        return int(self._solver.getNumRow())

    @property
    def stands(self) -> npt.NDArray[np.bool_]:
        """True for rows of investment that stand in the solver."""
        return ~self._lazy.waits

    def release_floors(self) -> None:
        """Let the cost of a dispatch fall below zero, where cuts allow."""
        places = np.arange(self.count, self.count + self.dispatches, dtype=np.int32)
        lower = np.full(self.dispatches, NO_FLOOR)
        upper = np.full(self.dispatches, np.inf)
        self._solver.changeColsBounds(self.dispatches, places, lower, upper)

    def tighten(self, *, tight: bool) -> None:
        """Solve to the tolerances of a plan, or to those of HiGHS, which do for a bound."""
        for name, value in TOLERANCES.items():
            self._solver.setOptionValue(name, value if tight else LOOSE_TOLERANCE)

    def solve(self) -> Point | None:
        """The relaxation's best point, which keeps all rows; None where there is none.

        Raises
        ------
        SolverError
            Where HiGHS ends otherwise.
        """
        while self._solved():
            point = self._point(self._solver)
            if not self._stand(self._lazy.broken(point.columns)):
                return point
        return None

    def _solved(self) -> bool:
        """Solve with the rows that stand; false where that has no solution."""
        for way, scaling, steps in self._ways():
            last = steps == highspy.kHighsIInf
            self._standstill.allow(self.rows, LAST_STANDS if last else 1)
            self._solver.setOptionValue("solver", way)
            self._solver.setOptionValue("simplex_scale_strategy", scaling)
            self._solver.setOptionValue("simplex_iteration_limit", steps)
            self._solver.run()
            status = self._solver.getModelStatus()
            if status in _INFEASIBLE:
                return False
            if status == highspy.HighsModelStatus.kOptimal:
                return True
            self._solver.clearSolver()
        shown = self._solver.modelStatusToString(status)
        raise SolverError(f"the investment program ended with status {shown}")

    def _ways(self) -> list[tuple[str, int, int]]:
        """Methods in turn, each with its scaling and most simplex steps.

        First from the last basis, if there is one. The last way has no end but its own.
        """
        anew, self._anew = self._anew, False
        warm = max(WARM_STEPS, self.rows // ROWS_FOR_A_STEP)
        clean = max(CLEAN_STEPS, self.rows // ROWS_FOR_A_CLEAN_STEP)
        ways = [
            ("ipx", OWN_SCALING, clean),
            ("ipx", LARGEST, clean),
            ("choose", LARGEST, 2 * clean),
            ("choose", OWN_SCALING, highspy.kHighsIInf),
        ]
        if anew:
            return ways
        if not self._solver.getBasis().valid:
            return [("choose", OWN_SCALING, 2 * clean), *ways]
        return [("choose", OWN_SCALING, warm), *ways]

    def _stand(self, rows: Indices) -> bool:
        """Let rows stand in the solver; false where there are none."""
        if not len(rows):
            return False
        add_rows(self._solver, self._rows[rows], self._row_lower[rows], self._row_upper[rows])
        self._is_cut = np.append(self._is_cut, np.zeros(len(rows), dtype=np.bool_))
        return True

    def _point(self, solver: highspy.Highs) -> Point:
        values = np.array(solver.getSolution().col_value, dtype=np.float64)
        objective = float(solver.getInfo().objective_function_value)
        return Point(values[: self.count], values[self.count :], objective)

    def add(self, cuts: Sequence[Cut]) -> None:
        """Add cuts, and remember them."""
        self.cuts.extend(cuts)
        if not cuts:
            return
        floors = {number: self.count + number for number in range(self.dispatches)}
        a = cut_rows(cuts, dict(enumerate(self.stocks)), floors, self.count + self.dispatches)
        constants = np.array([cut.constant for cut in cuts])
        add_rows(self._solver, a, constants, np.full(len(cuts), np.inf))
        self._is_cut = np.append(self._is_cut, np.ones(len(cuts), dtype=np.bool_))

    def drop_slack(self, point: Point, newest: int) -> None:
        """Drop cuts that are slack at a point, but the newest."""
        cuts = np.flatnonzero(self._is_cut)
        old = cuts[: max(0, len(cuts) - newest)]
        activity = np.array(self._solver.getSolution().row_value)[old]
        right = np.array(self._solver.getLp().row_lower_)[old]
        most = SLACK * max(1.0, float(np.abs(point.floors).mean()))
        idle = old[activity - right > most]
        if len(idle):
            self._solver.deleteRows(len(idle), idle.astype(np.int32))
            self._is_cut = np.delete(self._is_cut, idle)

    def bound(self, columns: Indices, lower: Floats, upper: Floats) -> None:
        """Set the bounds of some columns."""
        where = columns.astype(np.int32)
        self._solver.changeColsBounds(len(where), where, lower, upper)

    def fix(self, columns: Indices, values: Floats) -> None:
        """Hold some columns at values."""
        self.bound(columns, values, values)

    def free(self, columns: Indices) -> None:
        """Give some columns their own bounds back."""
        self.bound(columns, self.lower[columns], self.upper[columns])

    def search(
        self, start: Point | None, freed: npt.NDArray[np.bool_], options: dict[str, Any]
    ) -> Found:
        """Branch and bound over some whole columns, the others as in the start.

        Parameters
        ----------
        start
            A point with whole columns whole; None only where all are freed.
        freed
            True where a column of investment may move.
        options
            Of HiGHS: gap, nodes, seconds, seed.
        """
        program = self._solver.getLp()
        lower = np.concatenate([self.lower, np.array(program.col_lower_)[self.count :]])
        upper = np.concatenate([self.upper, np.array(program.col_upper_)[self.count :]])
        solver = highspy.Highs()
        for name, value in {"output_flag": False, "threads": 1, **SEARCH, **options}.items():
            solver.setOptionValue(name, value)
        if start is not None:
            held = np.flatnonzero(self.whole & ~freed)
            lower[held] = upper[held] = np.round(start.columns[held])
        program.col_lower_, program.col_upper_ = lower, upper
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        integer = np.concatenate([self.whole, np.zeros(self.dispatches, dtype=np.bool_)])
        program.integrality_ = [kinds[int(one)] for one in integer]
        solver.passModel(program)
        status = _ended(solver, start)
        if status in _INFEASIBLE and start is None:
            return Found(None, np.inf)
        if status not in _BOUNDED:  # the bound that HiGHS tells of is none then
            return Found(None, -np.inf)
        info = solver.getInfo()
        feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        return Found(self._point(solver) if feasible else None, float(info.mip_dual_bound))


def _ended(solver: highspy.Highs, start: Point | None) -> highspy.HighsModelStatus:
    """How a search ends from a start, if need be with rough rows."""
    for rough in (False, True):
        if rough:
            solver.clearSolver()
            solver.setOptionValue("mip_feasibility_tolerance", ROUGH_FEASIBILITY)
            solver.setOptionValue("primal_feasibility_tolerance", ROUGH_FEASIBILITY)
        if start is not None:
            solution = highspy.HighsSolution()
            solution.col_value = [*start.columns.tolist(), *start.floors.tolist()]
            solution.value_valid = True
            solver.setSolution(solution)
        solver.run()
        status = solver.getModelStatus()
        if status in (*_INFEASIBLE, *_BOUNDED):
            break
    return status
