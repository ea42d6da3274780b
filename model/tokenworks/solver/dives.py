"""Dives for a first plan, each with what those before it have taught.

What power costs is asked before each family is decided. Where what a dive decides cannot be powered
all the same, such as with the smallest air permit, or for much more than it seemed, another begins
with what pricing the first has taught. Where deciding one family is what made a plan dear, since
what was decided before it left no better choice, the next dive decides that family first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from tokenworks.solver.dive import Dive, Family
from tokenworks.solver.known import agreed
from tokenworks.solver.master import Point
from tokenworks.solver.relaxation import truer
from tokenworks.solver.search import Search

# Dives at most, and with one that decides first what was dear; and of the gap asked for, what one
# may have cost more than it seemed to.
DIVES = 2
MORE_DIVES = 3
MISLED = 0.3
# The same above the bound that ends a dive which holds what a neighbour decided: another is better.
BEYOND = 2.0
# Of the gap asked for, what deciding one family may cost.
DEAR = 1.0


def dive(search: Search, start: Point) -> dict[str, float]:
    """Look for a first plan; return what deciding each family cost.

    Parameters
    ----------
    search
        Given the plan.
    start
        Its relaxation.
    """
    # With a neighbour's plan the first holds what plan and relaxation agree on.
    known, whole, basis = search.known, search.master.whole, search.master.basis()
    agreeing = [agreed(known, search.names, whole, start.columns)] if known else []
    rises, last, tried = dict[str, float](), dict[str, float](), list[list[str]]()
    for number, held in enumerate([*agreeing, *[None] * MORE_DIVES]):
        families = dear_first(search.families, last, _dear(search))
        order = [family.name for family in families]
        if number >= len(agreeing) + DIVES and order in tried:
            break
        if number:
            search.master.back_to(basis)
            start = search.master.solve() or start
        ask = partial(truer, search.master, search.dispatches)
        most = search.bound + BEYOND * search.target * abs(search.bound) if held else np.inf
        diving = Dive(search.master, search.goes_on, ask, held, most)
        found = diving.run(families, start)
        diving.undo()
        better = found is not None and search.settle(found)
        rises = diving.rises if better or not rises else rises
        # What a neighbour decided is dear for reasons of its own.
        last, tried = ({}, tried) if held else (diving.rises, [*tried, order])
        is_dear = held is not None or max(last.values(), default=0.0) > _dear(search)
        good = found is not None and better and not _misled(search, found)
        if good and not (is_dear and search.unfinished()):
            break
    search.stage("dive")
    return rises


def dear_first(
    families: Sequence[Family], rises: Mapping[str, float], dear: float
) -> tuple[Family, ...]:
    """Families in their order, but for those of which deciding cost more than some amount."""
    return tuple(sorted(families, key=lambda family: rises.get(family.name, 0.0) <= dear))


def _dear(search: Search) -> float:
    return DEAR * search.target * abs(search.bound)


def _misled(search: Search, dived: Point) -> bool:
    """Whether power costs so much more where a dive ended than its cuts told."""
    best = search.incumbent
    if best is None or not search.unfinished():
        return False
    more = best.priced.objective - dived.objective
    return more > MISLED * search.target * abs(best.priced.objective)
