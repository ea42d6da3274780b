"""A small program from the plan of a neighbour: two linear programs where that is near enough.

The relaxation bounds every plan; with the neighbour's whole columns a linear program gives one. Of
the shipped small scenarios the relaxation lies within 0.2 % of the best plan, and the search spends
nearly all of its time on finding plans. Where the two are farther apart than the gap asked for, the
whole columns in which relaxation and neighbour differ are searched, all others standing still; and
where that leaves a little of the gap, the whole program is searched until its bound is enough for
that plan or it has found a better one. The
neighbour's plan is never handed to a search as a start: HiGHS was seen to call such a one optimal
that was 85 % dearer than the best (tests/unit/test_wrong_optimum.py).
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tokenworks.schema.scenario import Solve
from tokenworks.solver.highs import Outcome, Status, run
from tokenworks.solver.known import Known, planned
from tokenworks.solver.matrix import Floats, Matrix

# Nodes of a search among the columns that differ; a deterministic limit, unlike one of time.
MOST_NODES = 50
# Of the gap, what a bound has to be within to be enough: making columns whole costs a little.
NEARLY = 0.999
# How near a whole number a column of the relaxation counts as whole.
WHOLE_WITHIN = 1e-6


def nearby(matrix: Matrix, options: Solve, known: Known) -> Outcome | None:
    """A plan near a neighbour's, with the bound of the relaxation.

    Parameters
    ----------
    matrix, options
        The program, and how to solve it.
    known
        What the neighbour's solve has learned; its plan counts, by the names of its columns.

    Returns
    -------
    Outcome or None
        Proven within the gap asked for, or with what the time limit left of it; None where nothing
        near the neighbour's is a plan.
    """
    started = time.perf_counter()
    relaxed = _run(matrix.relaxed(), options)
    if relaxed.values is None or relaxed.status is not Status.OPTIMAL:
        return None
    plan, bound = _near(matrix, known), relaxed.objective
    best = _better(None, _run(matrix.fixed(plan), options))
    if not _within(best, bound, options):
        differing = _differing(matrix, relaxed.values, plan)
        found = _run(_standing(matrix, plan, ~differing), options)
        best = _better(best, found)
    if best is None:
        return None
    if not _within(best, bound, options):
        enough = best.objective - NEARLY * options.gap * abs(best.objective)
        found = _run(matrix, options, most_nodes=None, enough=enough)
        bound = max(bound, found.bound)
        if found.status is not Status.GAP_LEFT:  # by its own plan, or by the time limit
            best = replace(_better(best, found) or best, status=found.status)
    seconds = time.perf_counter() - started
    return replace(best, bound=min(bound, best.objective), seconds=seconds)


def _run(
    matrix: Matrix,
    options: Solve,
    most_nodes: int | None = MOST_NODES,
    enough: float | None = None,
) -> Outcome:
    found = run(matrix, options, most_nodes=most_nodes, enough=enough)
    if found.status is Status.INTERRUPTED:
        raise KeyboardInterrupt  # of which HiGHS has told nobody else
    return found


def _near(matrix: Matrix, known: Known) -> Floats:
    """The neighbour's plan within the bounds of this program's columns."""
    names = [(column.parent_component().local_name, column.index()) for column in matrix.columns]
    return np.clip(planned(known, names), matrix.lower, matrix.upper)


def _differing(matrix: Matrix, relaxed: Floats, plan: Floats) -> npt.NDArray[np.bool_]:
    """Whole columns in which the relaxation is not as the plan."""
    return np.asarray(matrix.whole & (np.abs(relaxed - np.round(plan)) > WHOLE_WITHIN))


def _standing(matrix: Matrix, plan: Floats, still: npt.NDArray[np.bool_]) -> Matrix:
    """The program with those of its whole columns at the plan that stand still."""
    fixed = matrix.whole & still
    return replace(
        matrix,
        lower=np.where(fixed, np.round(plan), matrix.lower),
        upper=np.where(fixed, np.round(plan), matrix.upper),
    )


def _better(best: Outcome | None, found: Outcome) -> Outcome | None:
    if found.values is None or (best is not None and best.objective <= found.objective):
        return best
    return replace(found, status=Status.OPTIMAL)


def _within(best: Outcome | None, bound: float, options: Solve) -> bool:
    return best is not None and best.objective - bound <= options.gap * abs(best.objective)
