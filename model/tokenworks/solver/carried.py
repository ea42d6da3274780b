"""A plan of a coarser scenario priced in a finer one, such as of few days in that of all.

What is whole in the plan stays, and what is not is found anew: a linear program with cuts. Where
that lacks power, since none of the few days was as bad as some others are, what is whole stays at
least: a dive finds what else there has to be. Prices of what sites share are next to the same in
both, so that no search in the finer one may be needed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from tokenworks.build import DECISIONS, Model
from tokenworks.schema.scenario import Solve
from tokenworks.solver.decomposed import of_incumbent
from tokenworks.solver.dispatch import Dispatches, by_number
from tokenworks.solver.dive import Dive, families_of
from tokenworks.solver.highs import cost_scale
from tokenworks.solver.investment import Cut, Investment, investment
from tokenworks.solver.known import (
    Known,
    Name,
    by_figures,
    cuts_of,
    named_columns,
    planned,
    taught,
    used_in,
)
from tokenworks.solver.master import Master
from tokenworks.solver.matrix import Floats, compile_matrix
from tokenworks.solver.narrow import narrowed
from tokenworks.solver.parts import split
from tokenworks.solver.relaxation import Incumbent, price, priced_plan, relax, truer
from tokenworks.solver.whole import Solved

# Of the gap asked for, what pricing the plan may leave; and the relaxation that keeps it at least.
SHARE = 0.05
MORE_SHARE = 0.3
MORE_ROUNDS = 20


def carried(
    model: Model, options: Solve, known: Known, goes_on: Callable[[], bool]
) -> tuple[Solved, Known] | None:
    """The plan that is known, priced in a model; with no bound.

    Parameters
    ----------
    model, options
        The model, and how it is solved.
    known
        The plan of a model with the same names, and what was of use there.
    goes_on
        Asked before every round.

    Returns
    -------
    Solved and Known, or None
        The plan, and what is known with its cuts; None where what is whole in it cannot be powered,
        or where it has columns that are needed here and were of no use there.
    """
    began = time.perf_counter()
    matrix = compile_matrix(model.pyomo)
    parts, scale = split(matrix, model.operating), cost_scale(matrix.cost)
    narrow = narrowed(matrix, parts, used_in(known, matrix, parts))
    program = investment(narrow.matrix, narrow.parts, scale)
    stands = np.array([row in known.stands for row in program.rows], dtype=np.bool_)
    master = _master(program, stands, cuts_of(known, narrow.matrix, narrow.parts, scale))
    before, names = len(master.cuts), named_columns(narrow.matrix, narrow.parts)
    plan = planned(known, names)
    with ThreadPoolExecutor(options.threads) as pool:
        dispatch = by_number(narrow.parts.dispatches, narrow.matrix, scale)
        dispatches = Dispatches([dispatch(n) for n in range(len(narrow.dispatches))], pool)
        inner = price(master, dispatches, plan)
        found = priced_plan(master, dispatches, plan, SHARE * options.gap, goes_on, inner)
        if found is None and goes_on():
            at_least = _AtLeast(program, names, dispatches, options.gap, goes_on)
            master, found = at_least.planned(master, plan)
    if found is None:
        return None
    solved = of_incumbent(model, matrix, narrow, master.stands, found, options)
    numbers = narrow.dispatches.tolist()
    cuts = [replace(cut, dispatch=numbers[cut.dispatch]) for cut in master.cuts[before:]]
    more = by_figures(matrix, parts, cuts, scale)
    known = replace(taught(known, more), values=solved.values)
    return replace(solved, seconds={"carried": time.perf_counter() - began}, known=known), known


def _master(program: Investment, stands: npt.NDArray[np.bool_], cuts: Sequence[Cut]) -> Master:
    master = Master(program, stands, large=True)
    if master.earns:
        master.release_floors()
    master.add(cuts)
    return master


@dataclass(frozen=True)
class _AtLeast:
    """A search for a plan that keeps all that is whole in another, and has more."""

    program: Investment
    names: Sequence[Name]
    dispatches: Dispatches
    gap: float
    goes_on: Callable[[], bool]

    def planned(self, before: Master, plan: Floats) -> tuple[Master, Incumbent | None]:
        """The plan, with the master that has its cuts, of which the first are those of before."""
        whole = self.program.whole
        least = np.where(whole, np.round(plan), 0.0)
        kept = np.clip(least, self.program.lower, self.program.upper)
        more = replace(self.program, lower=np.where(whole, kept, self.program.lower))
        master = _master(more, before.stands, before.cuts)
        asked = master, self.dispatches
        found = relax(*asked, MORE_SHARE * self.gap, MORE_ROUNDS, None, self.goes_on)
        if found.outer is None:
            return master, None
        dive = Dive(master, self.goes_on, partial(truer, *asked))
        families = families_of(self.names, np.flatnonzero(whole), DECISIONS)
        point = dive.run(families, found.outer)
        dive.undo()
        if point is None:
            return master, None
        return master, priced_plan(*asked, point.columns, SHARE * self.gap, self.goes_on)
