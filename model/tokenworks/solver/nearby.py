"""A small program from the plan of a neighbour: a few linear programs where that is near enough.

The relaxation bounds every plan; with the neighbour's whole columns a linear program gives one. Of
the shipped small scenarios the relaxation lies within 0.2 % of the best plan, and the search spends
nearly all of its time on finding plans. Where the two are farther apart than the gap asked for, a
dive goes from the relaxation, each of its steps from the basis of the last. Where that is not near
enough either, the roundings of the relaxation are searched, every whole column up or down (RENS,
Berthold 2014); and where that leaves a little of the gap, the whole program is searched until its
bound is enough for that plan or it has found a better one. The neighbour's plan is never handed to
a search as a start: HiGHS was seen to call such a one optimal that was 85 % dearer than the best
(tests/unit/test_wrong_optimum.py).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tokenworks.build import DECISIONS
from tokenworks.schema.scenario import Solve
from tokenworks.solver.dive import WHOLE, Dive, families_of
from tokenworks.solver.highs import Outcome, Status, run
from tokenworks.solver.known import Known, planned
from tokenworks.solver.master import Point
from tokenworks.solver.matrix import Floats, Matrix
from tokenworks.solver.relaxed import Basis, Relaxed

# Nodes of a search among roundings; a deterministic limit, unlike one of time.
MOST_NODES = 50
# Of the gap, what a bound has to be within to be enough: making columns whole costs a little.
NEARLY = 0.999


@dataclass(frozen=True)
class Nearby:
    """What is found near a neighbour's plan.

    Attributes
    ----------
    found
        A plan proven within the gap asked for, or with what the time limit left of it; None where
        nothing near the neighbour's is a plan.
    basis
        Where the relaxation ended; None where it has no end.
    """

    found: Outcome | None
    basis: Basis | None = None


def nearby(matrix: Matrix, options: Solve, known: Known) -> Nearby:
    """A plan near a neighbour's, with the bound of the relaxation.

    Parameters
    ----------
    matrix, options
        The program, and how to solve it.
    known
        What the neighbour's solve has learned: its plan, by the names of its columns, and where
        its relaxation ended.
    """
    started = time.perf_counter()
    lp = Relaxed(matrix, options)
    if known.basis is not None:
        lp.start(known.basis)
    relaxed = lp.solve()
    if relaxed is None:
        return Nearby(None)
    basis = lp.basis
    plan, bound = _near(matrix, known), relaxed.objective
    best = _held(lp, matrix, plan)
    if not _within(best, bound, options):
        best = _better(best, _dived(lp, matrix, relaxed))
    if not _within(best, bound, options):
        best = _better(best, _run(_rounding(matrix, relaxed.columns), options))
    if best is None:
        return Nearby(None, basis)
    if not _within(best, bound, options):
        enough = best.objective - NEARLY * options.gap * abs(best.objective)
        found = _run(matrix, options, most_nodes=None, enough=enough)
        bound = max(bound, found.bound)
        if found.status is not Status.GAP_LEFT:  # by its own plan, or by the time limit
            best = replace(_better(best, found) or best, status=found.status)
    seconds = time.perf_counter() - started
    return Nearby(replace(best, bound=min(bound, best.objective), seconds=seconds), basis)


def _held(lp: Relaxed, matrix: Matrix, plan: Floats) -> Outcome | None:
    """The best with a plan's whole columns; the relaxation has them free again."""
    whole = np.flatnonzero(matrix.whole)
    lp.fix(whole, np.round(plan[whole]))
    point = lp.solve()
    lp.free(whole)
    return _of(matrix, point)


def _dived(lp: Relaxed, matrix: Matrix, relaxed: Point) -> Outcome | None:
    """What a dive from the relaxation finds."""
    families = families_of(_names(matrix), np.flatnonzero(matrix.whole), DECISIONS)
    return _of(matrix, Dive(lp, lambda: True).run(families, relaxed))


def _of(matrix: Matrix, point: Point | None) -> Outcome | None:
    """A point whose whole columns were held at whole values."""
    if point is None:
        return None
    values = np.where(matrix.whole, np.round(point.columns), point.columns)
    return Outcome(Status.OPTIMAL, values, point.objective, -np.inf, 0.0, exact=True)


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
    return np.clip(planned(known, _names(matrix)), matrix.lower, matrix.upper)


def _names(matrix: Matrix) -> list[tuple[str, Any]]:
    return [(column.parent_component().local_name, column.index()) for column in matrix.columns]


def _rounding(matrix: Matrix, relaxed: Floats) -> Matrix:
    """The program with its whole columns between the whole numbers around the relaxation's."""
    lower, upper = np.floor(relaxed + WHOLE), np.ceil(relaxed - WHOLE)
    return replace(
        matrix,
        lower=np.where(matrix.whole, np.maximum(lower, matrix.lower), matrix.lower),
        upper=np.where(matrix.whole, np.minimum(upper, matrix.upper), matrix.upper),
    )


def _better(best: Outcome | None, found: Outcome | None) -> Outcome | None:
    if (
        found is None
        or found.values is None
        or (best is not None and best.objective <= found.objective)
    ):
        return best
    return replace(found, status=Status.OPTIMAL)


def _within(best: Outcome | None, bound: float, options: Solve) -> bool:
    return best is not None and best.objective - bound <= options.gap * abs(best.objective)
