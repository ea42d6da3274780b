"""Prices of what sites share, with every searched site standing for those that are like it.

The relaxation of a few sites has many prices: what is scarce only since they are few may cost next
to anything, and at such prices every other site seems to earn it. With each of the few as many
times over as there are sites like it prices are such that one more earns next to nothing, and those
that earn all the same are better than the ones that are searched.

In a relaxation a site k times over is one whose columns enter what is shared k times and cost k
times, its own rows as they are: no more rows or columns than before. Any prices prove a bound
(`solver.site_values`), so that who stands for whom changes what is proven, not whether it holds.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from tokenworks.build import Model
from tokenworks.errors import SolverError
from tokenworks.frames import lookup
from tokenworks.inputs import Inputs
from tokenworks.schema.scenario import Solve
from tokenworks.solver.dispatch import Dispatches, by_number
from tokenworks.solver.highs import cost_scale
from tokenworks.solver.investment import Cut, Investment, investment
from tokenworks.solver.known import Known, cuts_of, named_columns, planned
from tokenworks.solver.matrix import Floats, compile_matrix
from tokenworks.solver.names import labels_of
from tokenworks.solver.parts import split
from tokenworks.solver.places import Group, names_of, reached_by
from tokenworks.solver.whole import relative
from tokenworks.solver.wide import Wide

# Other sites for each that is searched, from which on these stand for them: of 40 sites, 1.5 for
# each of 16, prices so found take longer than they save.
MANY_OTHERS = 3
# Rounds at most, and what of the gap asked for may be left between relaxation and bound.
ROUNDS = 6
SHARE = 0.1


def times_of(
    x: Inputs, groups: Sequence[Group], order: Sequence[str], chosen: Collection[str]
) -> dict[str, float]:
    """By name of a searched site or its zone, how many times over it is; empty where that is once.

    Every other site is like those searched ones with which it has most in common of the demand that
    it may serve and reach in time; where several have as much, like all of these. Who holds
    something already is like nobody.

    Parameters
    ----------
    x
        Inputs of all sites.
    groups, order
        Sites that are looked at together, and all of them.
    chosen
        The searched ones.
    """
    if len(order) < (1 + MANY_OTHERS) * len(chosen):
        return {}
    room = lookup(x.tables["sites"], "site", "max_it_mw")
    serves = {site: set[tuple[str, str]]() for site in order}
    for demand, sites in reached_by(x, order).items():
        for site in sites:
            serves[site].add(demand)
    holdings = x.tables["holdings"]
    held = set(holdings["site"]) if len(holdings) else set[str]()
    alone = [site for site in order if site in chosen and site not in held]
    more = dict.fromkeys(chosen, 0.0)
    for other in order:
        if other in chosen or not alone:
            continue
        common = {site: _common(serves[site], serves[other]) for site in alone}
        most = max(common.values())
        like = [site for site in alone if common[site] == most]
        total = sum(room[site] for site in like)
        for site in like:
            more[site] += room[other] / total * room[site] if total > 0.0 else 0.0
    found: dict[str, float] = {}
    for group in groups:
        own = [site for site in group if site in chosen]
        there = sum(room[site] for site in own)
        times = 1.0 + (sum(more[site] for site in own) / there if there > 0.0 else 0.0)
        found |= dict.fromkeys(names_of(x, group), times) if own else {}
    return found if max(found.values(), default=1.0) > 1.0 else {}


def _common(one: set[tuple[str, str]], other: set[tuple[str, str]]) -> float:
    either = one | other
    return len(one & other) / len(either) if either else 1.0


def prices_alike(
    model: Model,
    times: Mapping[str, float],
    known: Known,
    options: Solve,
    left_s: Callable[[], float],
) -> Known:
    """What is known, with prices at which each site stands for those like it.

    Parameters
    ----------
    model
        Of the searched sites.
    times
        By name of a site or zone, from `times_of`.
    known
        What their search has learned.
    options
        How it is solved.
    left_s
        Seconds left, asked before every round.
    """
    matrix = compile_matrix(model.pyomo)
    parts, scale = split(matrix, model.operating), cost_scale(matrix.cost)
    single, names = investment(matrix, parts, scale), named_columns(matrix, parts)
    by_column = np.array([_times(index, times) for _, index in names])
    program = several(single, by_column, times)
    rows = program.rows
    of = [float(by_column[stocks].max(initial=1.0)) for stocks in program.stocks]

    def times_over(cuts: Sequence[Cut]) -> list[Cut]:
        return [
            Cut(cut.dispatch, cut.slopes * of[cut.dispatch], cut.constant * of[cut.dispatch])
            for cut in cuts
        ]

    with ThreadPoolExecutor(options.threads) as pool:
        wide = Wide(program, model.candidates.siting.first_step, pool)
        # Where a program has no optimum to HiGHS, what has proven most so far prices well enough.
        with contextlib.suppress(SolverError):
            shared = wide.sites.shared.tolist()
            prices = [scale * known.prices.get(rows[row], 0.0) for row in shared]
            wide.resume(
                used=np.array([name in known.used for name in names], dtype=np.bool_),
                planned=planned(known, names) > 0.0,
                stands=np.array([row in known.stands for row in rows], dtype=np.bool_),
                prices=np.array(prices, dtype=np.float64),
                cuts=times_over(cuts_of(known, matrix, parts, scale)),
            )
            dispatch = by_number(parts.dispatches, matrix, scale)
            dispatches = Dispatches([dispatch(n) for n in range(len(parts.dispatches))], pool)
            for cuts in _rounds(wide, dispatches, options.gap, left_s):
                wide.add(times_over(cuts))
    found = (wide.proving / scale).tolist()
    own = np.flatnonzero(~wide.sites.local).tolist()
    return replace(known, prices={rows[n]: found[n] for n in own if found[n] != 0.0})


def _rounds(
    wide: Wide, dispatches: Dispatches, gap: float, left_s: Callable[[], float]
) -> Iterator[list[Cut]]:
    """Cuts of every dispatch at a relaxation, until that is near its bound."""
    for _ in range(ROUNDS):
        if left_s() <= 0.0 or not wide.relax(left_s()) or wide.point is None:
            return
        if relative(wide.value - wide.bound, wide.value) <= SHARE * gap:
            return
        stocks = [np.maximum(wide.point[places], 0.0) for places in wide.program.stocks]
        answers = zip(dispatches.at(stocks), stocks, strict=True)
        yield [answer.cut(n, z) for n, (answer, z) in enumerate(answers)]


def several(program: Investment, by_column: Floats, names: Collection[str]) -> Investment:
    """Investment with some columns several times over in what is shared, and in what it costs.

    Parameters
    ----------
    program
        The program.
    by_column
        How many times.
    names
        Of sites and zones: a row whose index holds none of them is shared.
    """
    shared = np.array([frozenset(names).isdisjoint(labels_of(index)) for _, index in program.rows])
    a = sp.diags(shared.astype(np.float64)) @ program.a @ sp.diags(by_column)
    a = (a + sp.diags((~shared).astype(np.float64)) @ program.a).tocsr()
    return replace(program, cost=program.cost * by_column, a=a)


def _times(index: object, times: Mapping[str, float]) -> float:
    return max((times[label] for label in labels_of(index) if label in times), default=1.0)
