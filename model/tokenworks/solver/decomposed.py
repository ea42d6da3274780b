"""Solve in parts: cuts for the relaxation, dives for a plan, neighbourhoods to better it.

The relaxation of investment with cuts of dispatch gives a bound; it is close, since what is whole
costs little beside what is bought. What is missing without help are good plans: a dive finds one in
the time of a few relaxations, and searches among few whole columns better it. A plan counts once
its dispatches are priced without shortfall. Any bound comes from a program that holds every plan.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tokenworks.build import Model
from tokenworks.errors import InfeasibleError, NoIncumbentError
from tokenworks.schema.scenario import Solve
from tokenworks.solver.dives import dive
from tokenworks.solver.highs import Status
from tokenworks.solver.known import Known, learned
from tokenworks.solver.master import Point
from tokenworks.solver.matrix import Matrix, compile_matrix
from tokenworks.solver.narrow import Narrow, standing
from tokenworks.solver.relaxation import Incumbent
from tokenworks.solver.search import Search
from tokenworks.solver.whole import Progress, Solved, Values, by_name, nothing, unavoidable_usd

# Searches among more and more columns, at most.
MOST_PASSES = 4
# Where what is of use leaves the gap, all is searched of at most so many columns of investment. All
# whole ones are branched on at once where they are so few, in place of a dive that decides each.
CLOSED_COLUMNS = 10_000
BRANCHED_COLUMNS = 500
# Of the gap asked for, what the relaxation of what is searched may lie above the bound.
SHORT = 0.2
# Rounds of all columns that find what else is of use, at most, and what share of the gap may lie
# between bound and relaxation at their end.
KNOWN_ROUNDS = 5
KNOWN_NEAR = 0.5
# Of the gap asked for, what pricing a plan may leave of which only what is whole is asked for.
ANY_PLAN_SHARE = 0.05


def solve_decomposed(
    model: Model,
    options: Solve,
    progress: Progress = nothing,
    matrix: Matrix | None = None,
    known: Known | None = None,
    *,
    always_wide: bool = False,
    any_plan: bool = False,
) -> Solved:
    """Solve a built model in parts.

    Parameters
    ----------
    model, options
        As for `tokenworks.solver.whole.solve_whole`, and with the same answer.
    progress
        Told at the end of every stage.
    matrix
        Its program, where it has been compiled already.
    known
        What a solve of a scenario of the same shape has learned.
    always_wide
        Search among what is of use of a small program, too, and so learn its prices.
    any_plan
        End with the first plan, however far from the bound, priced no closer than to a share of the
        gap: what is asked for is what was learned.

    Raises
    ------
    InfeasibleError
        Where no plan meets all limits.
    NoIncumbentError
        Where a limit ended the search before it had found a plan.
    """
    began = time.perf_counter()
    matrix = matrix or compile_matrix(model.pyomo)
    share = ANY_PLAN_SHARE if any_plan else Search.plan_share
    search = Search(
        *(model, matrix, options, progress, began, share), known=known, always_wide=always_wide
    )
    try:
        search.recall()
        little = not (any_plan or always_wide) and len(search.parts.columns) <= CLOSED_COLUMNS
        if little and int(matrix.whole.sum()) <= BRANCHED_COLUMNS:
            _branched(search)
        _passes(search, any_plan=any_plan)
        if little:
            _search_all(search)
        search.close()
    except KeyboardInterrupt:
        search.interrupted = True
    except NoIncumbentError:
        if search.incumbent is None:  # else the time was up while more was being searched
            raise
    return _solved(search)


def _passes(search: Search, *, any_plan: bool) -> None:
    """Search among more and more columns."""
    for left in reversed(range(MOST_PASSES)):
        if not search.unfinished():
            break
        _better(search, any_plan=any_plan)
        if any_plan and search.incumbent is not None:
            break
        if not (left and search.unfinished() and _more(search, last=left == 1)):
            break


def _better(search: Search, *, any_plan: bool) -> None:
    """Look for a plan among what is searched, and for better ones and bounds."""
    relaxed = _relaxed(search)
    if not search.unfinished():  # a neighbour's plan is near enough to a better bound
        return
    rises = dive(search, relaxed)
    if any_plan and search.incumbent is not None:
        return
    while search.unfinished() and search.bound_is_behind and search.prove():
        pass
    search.improve(relaxed, rises)
    if search.unfinished():
        search.prove()


def _branched(search: Search) -> None:
    """Look for plans with all whole columns at once, among what is searched and then among all."""
    if search.unfinished():
        _relaxed(search)
        search.branch()
        _search_all(search)
        search.close()


def _search_all(search: Search) -> None:
    """Search all columns, where what is of use left more than the gap."""
    if search.unfinished() and search.search_everything():
        search.relax()


def _relaxed(search: Search) -> Point:
    """The relaxation of what is searched, which is all where less has no plan."""
    if search.incumbent is None:
        _beyond_known(search)  # where a neighbour's plan is none, more is of use than there was
    try:
        point = search.relax()
    except InfeasibleError:
        if search.incumbent is not None:
            raise
        if not (_beyond_known(search) or search.search_everything()):
            raise
        return _relaxed(search)
    short = search.relaxation - search.bound > SHORT * search.target * abs(search.bound)
    more = short and (_beyond_known(search) or _beyond(search))
    return _relaxed(search) if more else point


def _beyond_known(search: Search) -> bool:
    """Search among more than a neighbour did; false where that is so already."""
    if search.known is None or search.wide is None or search.wide.point is not None:
        return False
    # What is of use is known once bound and relaxation of all are near each other.
    for _ in range(KNOWN_ROUNDS):
        search.prove()
        if search.wide.value - search.bound <= KNOWN_NEAR * search.target * abs(search.bound):
            break
    # A plan in hand needs its own columns.
    anew = search.incumbent is None
    return search.unfinished() and search.widen(few=anew, anew=anew)


def _beyond(search: Search) -> bool:
    """Search among what one more proof uses as well; false where that is nothing more."""
    if search.wide is None or not search.unfinished():
        return False
    search.prove()
    return search.unfinished() and search.widen(few=True)


def _learned(search: Search, values: Values) -> Known | None:
    wide = search.wide or search.learned
    if wide is None:
        return None
    used = np.isin(search.parts.columns, search.narrow.columns)
    sites = search.model.candidates.siting.first_step
    return learned(search.matrix, search.parts, wide, used, values, sites)


def _more(search: Search, *, last: bool) -> bool:
    """More columns to search; all in the end, where those so far gave no plan."""
    if search.incumbent is None and last:
        return search.search_everything()
    return search.widen() or (search.incumbent is None and search.search_everything())


def _solved(search: Search) -> Solved:
    incumbent = search.incumbent
    if incumbent is None:
        raise NoIncumbentError("stopped before any plan was found")
    solved = of_incumbent(
        search.model, search.matrix, search.narrow, search.master.stands, incumbent, search.options
    )
    search.stage("unavoidable")
    solved = replace(
        solved,
        bound_usd=min(search.bound / search.scale, solved.objective_usd),
        seconds=search.seconds,
        known=_learned(search, solved.values),
    )
    if search.interrupted:
        return replace(solved, status=Status.INTERRUPTED)
    if solved.gap <= search.target:
        return solved
    return replace(solved, status=Status.GAP_LEFT if search.goes_on() else Status.TIME_LIMIT)


def of_incumbent(
    model: Model,
    matrix: Matrix,
    narrow: Narrow,
    stands: npt.NDArray[np.bool_],
    incumbent: Incumbent,
    options: Solve,
) -> Solved:
    """A plan in the model's variables, with no bound yet.

    Parameters
    ----------
    model, matrix
        The model and its program.
    narrow
        What was searched.
    stands
        By row of its investment, whether the master needed it.
    incumbent
        The plan.
    options
        How it was solved.
    """
    found = np.zeros(len(narrow.columns))
    found[narrow.parts.columns] = incumbent.priced.columns
    for part, answer in zip(narrow.parts.dispatches, incumbent.priced.answers, strict=True):
        found[part.columns] = answer.columns
    values = np.zeros(len(matrix.columns))
    values[narrow.columns] = found
    return Solved(
        status=Status.OPTIMAL,
        values=by_name(matrix, values),
        objective_usd=float(matrix.cost @ values) + matrix.offset,
        bound_usd=-np.inf,
        unavoidable_usd=unavoidable_usd(model, standing(narrow, stands), options),
        rows=matrix.shape[0],
        columns=matrix.shape[1],
        nonzeros=int(matrix.a.nnz),
        seconds={},
        method="decomposed",
    )
