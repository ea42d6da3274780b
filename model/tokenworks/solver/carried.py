"""A plan of a coarser scenario priced in a finer one, such as of few days in that of all.

What is whole in the plan stays, and what is not is found anew: a linear program with cuts. Prices
of what sites share are next to the same in both, so that no search in the finer one may be needed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from tokenworks.build import Model
from tokenworks.schema.scenario import Solve
from tokenworks.solver.decomposed import of_incumbent
from tokenworks.solver.dispatch import Dispatches, by_number
from tokenworks.solver.highs import cost_scale
from tokenworks.solver.investment import investment
from tokenworks.solver.known import (
    Known,
    by_figures,
    cuts_of,
    named_columns,
    planned,
    taught,
    used_in,
)
from tokenworks.solver.master import Master
from tokenworks.solver.matrix import compile_matrix
from tokenworks.solver.narrow import narrowed
from tokenworks.solver.parts import split
from tokenworks.solver.relaxation import price, priced_plan
from tokenworks.solver.whole import Solved

# Of the gap asked for, what pricing the plan may leave.
SHARE = 0.05


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
    master = Master(program, stands, large=True)
    if master.earns:
        master.release_floors()
    master.add(cuts_of(known, narrow.matrix, narrow.parts, scale))
    before = len(master.cuts)
    plan = planned(known, named_columns(narrow.matrix, narrow.parts))
    with ThreadPoolExecutor(options.threads) as pool:
        dispatch = by_number(narrow.parts.dispatches, narrow.matrix, scale)
        dispatches = Dispatches([dispatch(n) for n in range(len(narrow.dispatches))], pool)
        inner = price(master, dispatches, plan)
        share = SHARE * options.gap
        found = priced_plan(master, dispatches, plan, share, goes_on, inner)
    if found is None:
        return None
    solved = of_incumbent(model, matrix, narrow, master.stands, found, options)
    numbers = narrow.dispatches.tolist()
    cuts = [replace(cut, dispatch=numbers[cut.dispatch]) for cut in master.cuts[before:]]
    more = by_figures(matrix, parts, cuts, scale)
    known = replace(taught(known, more), values=solved.values)
    return replace(solved, seconds={"carried": time.perf_counter() - began}, known=known), known
