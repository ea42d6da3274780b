"""HiGHS: arrays in, a status with incumbent and bound out."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import highspy
import numpy as np

from tokenworks.errors import SolverError
from tokenworks.schema.scenario import Solve
from tokenworks.solver.matrix import Floats, Matrix


class Status(StrEnum):
    """How a solve ended."""

    OPTIMAL = "optimal"  # within the gap asked for
    GAP_LEFT = "gap_left"  # all was tried, and a wider gap is left
    TIME_LIMIT = "time_limit"  # stopped with an incumbent, or without
    INTERRUPTED = "interrupted"
    SOLVER_FAILED = "solver_failed"  # stopped with an incumbent, on a part without an optimum
    INFEASIBLE = "infeasible"


@dataclass(frozen=True)
class Outcome:
    """What HiGHS found.

    Attributes
    ----------
    status
        How it ended.
    values
        Incumbent by column; None where there is none.
    objective, bound
        Of the incumbent, and proven for every plan, in the model's unit.
    seconds
        Wall time.
    exact
        Whether whole columns were held at whole values: nothing is left to make exactly whole.
    """

    status: Status
    values: Floats | None
    objective: float
    bound: float
    seconds: float
    exact: bool = False


# Numerical tolerances: two orders below HiGHS's own defaults for feasibility, so that a plan's
# balances close to what the invariants ask for. That of whole columns stays as it is: at 1e-9 HiGHS
# 1.15.1 was seen to prove a bound 15 % above the optimum. Plans have exactly whole columns all the
# same, see `polished`.
TOLERANCES = {
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}

# Measured on `us-tiny` (2 cores, HiGHS 1.15.1): the sub-programs of this root heuristic took 60 %
# of the search and found nothing that the others did not; 12 s with it, 5 s without.
# With a plan known before its first relaxation HiGHS was seen to call one optimal that was 85 %
# dearer than the best (tests/unit/test_wrong_optimum.py); feasibility jump makes such plans.
SEARCH = {
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_heuristic_run_feasibility_jump": False,
}

_ENDS = {
    highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
    highspy.HighsModelStatus.kTimeLimit: Status.TIME_LIMIT,
    # What HiGHS calls the end by a limit of nodes, which nobody asks for but `most_nodes`.
    highspy.HighsModelStatus.kSolutionLimit: Status.GAP_LEFT,
    highspy.HighsModelStatus.kInterrupt: Status.INTERRUPTED,
    highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
    # All variables are bounded below and all costs of growth are positive or limited by demand,
    # so "unbounded or infeasible" is infeasible.
    highspy.HighsModelStatus.kUnboundedOrInfeasible: Status.INFEASIBLE,
}


def run(
    matrix: Matrix,
    options: Solve,
    log: bool = False,
    whole_within: float | None = None,
    most_nodes: int | None = None,
    enough: float | None = None,
) -> Outcome:
    """Solve a program with HiGHS.

    Parameters
    ----------
    matrix
        The program; whole columns make it a mixed-integer one.
    options
        Gap, time limit, threads and seed.
    log
        Whether HiGHS prints its own log to standard output.
    whole_within
        Tolerance of whole columns, in place of HiGHS's own.
    most_nodes
        Nodes after which a search ends with what it has; None for no such limit.
    enough
        A bound at which the search ends, as by a limit, with or without a plan.

    Raises
    ------
    SolverError
        Where HiGHS ends in a state that a planning model never should.
    """
    started = time.perf_counter()
    scale = cost_scale(matrix.cost)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", log)
    for name, value in {
        "mip_rel_gap": options.gap,
        "mip_abs_gap": 0.0,
        "time_limit": options.time_limit_s,
        "threads": options.threads,
        "random_seed": options.seed,
        **TOLERANCES,
        **SEARCH,
        **({} if whole_within is None else {"mip_feasibility_tolerance": whole_within}),
        **({} if most_nodes is None else {"mip_max_nodes": most_nodes}),
    }.items():
        solver.setOptionValue(name, value)
    solver.HandleKeyboardInterrupt = True
    proven = _Proven(np.inf if enough is None else enough * scale)
    solver.cbMipInterrupt += proven.look
    load(solver, matrix, scale)
    # Standard output holds results alone; what highspy says of an interrupt is none.
    with contextlib.redirect_stdout(sys.stderr), _pool(options.threads):
        solver.solve()
    seconds = time.perf_counter() - started
    found = _outcome(solver, matrix, scale, seconds)
    return replace(found, status=Status.GAP_LEFT) if proven.enough else found


class _Proven:
    """Ends a search whose bound is enough; HiGHS asks from time to time."""

    def __init__(self, bound: float) -> None:
        self._bound, self.enough = bound, False

    def look(self, event: Any) -> None:
        """Told of the bound so far."""
        self.enough = self.enough or event.data_out.mip_dual_bound >= self._bound
        if self.enough:
            event.interrupt()


# Rows factored without a step before the simplex method is ended, and times that it may be where it
# was at least. Twice or thrice is usual; one sound run of 4,269 rows had more than 40. Of 27,092
# rows, which stood still for good, 200 times took a minute.
STANDING_ROWS = 1_000_000
STANDING_LEAST = 40


class Standstill:
    """Ends a run of the simplex method whose count of steps stays where it is.

    Attributes
    ----------
    most
        Times that it may.
    """

    def __init__(self) -> None:
        self.most = STANDING_ROWS
        self._step, self._asked = -1, 0

    def allow(self, rows: int, times: int = 1) -> None:
        """Let the next runs stand as long as a program of so many rows may, or longer."""
        self.most = times * max(STANDING_LEAST, STANDING_ROWS // max(1, rows))

    def __call__(self, event: highspy.highs.HighsCallbackEvent) -> None:
        """Told of every step."""
        step = int(event.data_out.simplex_iteration_count)
        self._asked = self._asked + 1 if step == self._step else 0
        self._step = step
        # Said every time: HiGHS does not forget that it was interrupted, not even in the next run.
        event.interrupt(self._asked >= self.most)
        if self._asked >= self.most:
            self._asked = 0


def end_standstills(solver: highspy.Highs) -> Standstill:
    """Let the simplex method end where it makes no step any more; its status is then no optimum.

    It may factor the same basis over and over, which no limit on its steps would end. Not for
    solvers that run in several threads: it is asked at every step.
    """
    found = Standstill()
    solver.cbSimplexInterrupt.subscribe(found)
    return found


def add_rows(solver: highspy.Highs, a: Any, lower: Floats, upper: Floats) -> None:
    """Add rows to a loaded program.

    Parameters
    ----------
    solver
        It.
    a
        The rows, compressed by row (scipy).
    lower, upper
        Their ends.
    """
    starts, columns = a.indptr[:-1].astype(np.int32), a.indices.astype(np.int32)
    solver.addRows(a.shape[0], lower, upper, a.nnz, starts, columns, a.data)


@contextlib.contextmanager
def _pool(threads: int) -> Iterator[None]:
    """So many threads for a solve, and again one for those that follow.

    HiGHS keeps one pool in a process, of the size that its first solve has asked for, and refuses
    every other size until the pool is given up.
    """
    if threads == 1:
        yield
        return
    highspy.Highs.resetGlobalScheduler(True)
    try:
        yield
    finally:
        highspy.Highs.resetGlobalScheduler(True)


def _outcome(solver: highspy.Highs, matrix: Matrix, scale: float, seconds: float) -> Outcome:
    end = solver.getModelStatus()
    if end not in _ENDS:
        raise SolverError(f"HiGHS ended with status {solver.modelStatusToString(end)}")
    status, info = _ENDS[end], solver.getInfo()
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if not feasible:
        # A search that a limit has ended may have proven something before it found any plan.
        limited = matrix.whole.any() and status is not Status.INFEASIBLE
        bound = info.mip_dual_bound / scale if limited else -np.inf
        return Outcome(status, None, np.inf, bound, seconds)
    objective = info.objective_function_value / scale
    # A program without whole columns is solved to its optimum: it is its own bound.
    bound = info.mip_dual_bound / scale if matrix.whole.any() else objective
    values = np.array(solver.getSolution().col_value, dtype=np.float64)
    return Outcome(status, values, objective, min(bound, objective), seconds)


def cost_scale(cost: Floats) -> float:
    """Power of two that brings the middle of the costs near one; present values reach 1e10."""
    nonzero = np.abs(cost[cost != 0.0])
    return float(2.0 ** -np.round(np.log2(np.median(nonzero)))) if nonzero.size else 1.0


def load(solver: highspy.Highs, matrix: Matrix, scale: float) -> None:
    """Hand a program to HiGHS, its costs so many times: as arrays, which copies them once."""
    rows, columns = matrix.shape
    a = matrix.a
    solver.passModel(
        columns,
        rows,
        a.nnz,
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        matrix.offset * scale,
        matrix.cost * scale,
        matrix.lower,
        matrix.upper,
        matrix.row_lower,
        matrix.row_upper,
        a.indptr.astype(np.int32),
        a.indices.astype(np.int32, copy=False),
        a.data,
        matrix.whole.astype(np.int32),  # 0 continuous, 1 whole
    )
