"""A bound on all plans from the programs of single sites, of which one is held at a time.

At prices of what sites share, every group of sites is a program of its own (`solver.sites`); the
sum of their optima, and of what no site decides, is below the cost of every plan, whatever the
prices. So a plan among some of the sites is held against all of them without a program of them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np

from tokenworks.build import by_site
from tokenworks.inputs import Inputs
from tokenworks.solver.dispatch import by_number
from tokenworks.solver.highs import cost_scale
from tokenworks.solver.interior import implied_upper
from tokenworks.solver.investment import Cut, Investment, investment
from tokenworks.solver.known import Known, by_figures, cuts_of, taught
from tokenworks.solver.matrix import Floats, Matrix, compile_matrix
from tokenworks.solver.parts import Parts, split
from tokenworks.solver.places import Group, names_of, zones_of
from tokenworks.solver.settling import Answers, answers_of, settle
from tokenworks.solver.site_program import SiteProgram
from tokenworks.solver.sites import Sites
from tokenworks.solver.wide import arrays

# Rounds in which power is fitted to what a group would serve.
FIT_ROUNDS = 8
# Groups that are built before a thread is there to look at them, since some take five times as long
# as others.
AHEAD = 2


class Here(Executor):
    """Runs what it is given at once, in the thread that gives it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run it; what it raises is raised by the future's `result`."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@dataclass(frozen=True)
class Value:
    """What a group of sites, or what is of none, is worth at prices of what is shared.

    Attributes
    ----------
    usd
        Its optimum, or below: of a group never above zero where it may stay empty.
    cuts
        New ones, by the figures of their dispatch, in USD.
    rows, columns, nonzeros
        Of its program, without what groups share; of no site, what they share.
    """

    usd: float
    cuts: Mapping[bytes, Sequence[tuple[Floats, float]]]
    rows: int
    columns: int
    nonzeros: int

    def after(self, before: Value) -> Value:
        """The same, with what was known of the group before."""
        cuts = {**before.cuts, **self.cuts}
        both = {key: (*before.cuts.get(key, ()), *self.cuts.get(key, ())) for key in cuts}
        return replace(self, usd=max(self.usd, before.usd), cuts=both)


def values_of(
    x: Inputs,
    groups: Sequence[Group],
    known: Known,
    spare_usd: float,
    threads: int,
    goes_on: Callable[[], bool],
    told: Callable[[str], None],
) -> list[Value]:
    """Values of groups, in order; fewer than there are groups where the time was up before.

    All are looked at once, and then again those that are worth most, until all together are not
    worth more than is to spare, or all that could be are known closely.

    Parameters
    ----------
    x
        Inputs of all sites.
    groups
        The groups.
    known
        Prices of what is shared, and cuts.
    spare_usd
        What all groups together may be short of nothing. One that is short of it by no more than
        its part of that is not looked at again.
    threads
        How many groups are looked at side by side, while the next is being built.
    goes_on
        Asked before a group is built, and before a value is made better than a first one.
    told
        Told of every group.
    """
    found, idle_usd, stopped = list[Value](), spare_usd / len(groups), False

    def going() -> bool:
        return goes_on() and not stopped

    def lacking() -> bool:
        return going() and -sum(value.usd for value in found) > spare_usd

    with ThreadPoolExecutor(threads) as pool:
        try:
            once = _Asked(x, known, idle_usd, going, going, pool, threads + AHEAD, _at_once, True)
            for value in _values(groups, once):
                found.append(value)
                told(f"{len(found)} of {len(groups)} groups")
            worst = sorted(range(len(found)), key=lambda n: found[n].usd)
            worst = [n for n in worst if found[n].usd < -idle_usd and len(found) == len(groups)]
            more = reduce(taught, (found[n].cuts for n in worst), known)
            # Whether another is built hangs on those that are done, so that two runs are alike.
            closely = _Asked(x, more, idle_usd, lacking, going, pool, threads, _closely, False)
            again = _values([groups[n] for n in worst], closely)
            for count, (n, value) in enumerate(zip(worst, again, strict=False), 1):
                found[n] = value.after(found[n])
                told(f"{count} of {len(worst)} groups again")
        except KeyboardInterrupt:
            stopped = True  # so that what is under way ends soon
            raise
    return found


def _values(groups: Sequence[Group], asked: _Asked) -> Iterator[Value]:
    waiting: list[Future[Value]] = []
    for own in _built(groups, asked):  # while others are looked at
        while len(waiting) >= asked.ahead:
            yield waiting.pop(0).result()
        if not asked.builds():
            break
        waiting.append(asked.pool.submit(_value, own, asked))
    yield from (one.result() for one in waiting)


def _built(groups: Sequence[Group], asked: _Asked) -> Iterator[_Own]:
    """The groups' programs, compiled and named: nothing else may read what Pyomo builds."""
    x, known, share = asked.x, asked.known, 1.0 / len(asked.x.tables["sites"])
    models = by_site(x, groups)
    for group in groups:
        if not asked.builds():
            break
        model = next(models)
        matrix = compile_matrix(model.pyomo)
        parts = split(matrix, model.operating)
        program = investment(matrix, parts, cost_scale(matrix.cost))
        cuts = cuts_of(known, matrix, parts, program.scale)
        dispatch = by_number(parts.dispatches, matrix, program.scale)
        answers = answers_of(matrix, parts, group, dispatch)
        names = names_of(x, group), zones_of(x, group) if asked.apart else frozenset[str]()
        yield _Own(matrix, parts, program, *names, cuts, answers, share)


def of_no_site(matrix: Matrix, parts: Parts, names: frozenset[str], known: Known) -> Value:
    """The part of the bound that no site decides: shared rows, rented and unserved tokens.

    Parameters
    ----------
    matrix, parts
        The program of any sites that enter every row with a price.
    names
        What makes a row a site's own.
    known
        Its prices.
    """
    program = investment(matrix, parts, cost_scale(matrix.cost))
    sites = Sites(program, names, implied_upper(arrays(program)), Here(), of_some=True)
    prices, cost = sites.at(_prices(sites, program.rows, known, program.scale))
    rows, columns, nonzeros = _of_none(sites, program)
    usd = sites.of_no_site(prices, cost) / program.scale
    return Value(usd, {}, rows, columns, nonzeros)


def _of_none(sites: Sites, program: Investment) -> tuple[int, int, int]:
    """Rows that sites share, columns of none of them, and entries of these in those."""
    nonzeros = int(program.a[sites.shared][:, sites.common].nnz)
    return len(sites.shared), len(sites.common), nonzeros


@dataclass(frozen=True)
class _Own:
    """A group's program, with what is known of it, and the share of all sites that one is.

    Its sites are programs of their own where zones are named.
    """

    matrix: Matrix
    parts: Parts
    program: Investment
    names: frozenset[str]
    zones: frozenset[str]
    cuts: list[Cut]
    answers: Answers
    share: float


@dataclass(frozen=True)
class _One:
    """One of a group's programs.

    Attributes
    ----------
    program
        The program.
    cost, paid, box
        By column of it: costs at the prices, costs where what is served is well paid, and the ends
        of what is served.
    least
        A bound that is enough.
    """

    program: SiteProgram
    cost: Floats
    paid: Floats
    box: Floats
    least: float


_Way = Callable[[_One, _Own, Callable[[], bool]], tuple[float, list[Cut]]]


@dataclass(frozen=True)
class _Asked:
    """How groups are looked at; see `values_of`.

    Attributes
    ----------
    builds
        Asked before a group is built.
    goes_on
        Asked before a value is made better than a first one.
    apart
        Whether each site of a zone is asked by itself: two together take three times as long as
        one after the other, and of most a zone allows more than they would take.
    """

    x: Inputs
    known: Known
    idle_usd: float
    builds: Callable[[], bool]
    goes_on: Callable[[], bool]
    pool: Executor
    ahead: int
    way: _Way
    apart: bool


def _value(of: _Own, asked: _Asked) -> Value:
    """A group's value, each of its programs looked at in the way that is asked for."""
    matrix, program = of.matrix, of.program
    most = implied_upper(arrays(program))
    sites = Sites(program, of.names, most, Here(), of_some=True, zones=of.zones)
    sites.add(of.cuts)
    prices, cost = sites.at(_prices(sites, program.rows, asked.known, program.scale))
    paid, serves = sites.well_paid(prices)
    box = np.where(serves, of.share * most, np.inf)
    least = -asked.idle_usd * program.scale / len(sites.programs)
    total, cuts = 0.0, list[Cut]()
    for one in sites.programs:
        own = one.columns
        part = _One(one, cost[own], paid[own], box[own], least)
        found, new = asked.way(part, of, asked.goes_on)
        total += found
        cuts += new
    rows, columns, nonzeros = _of_none(sites, program)
    return Value(
        usd=total / program.scale,
        cuts=by_figures(matrix, of.parts, cuts, program.scale),
        rows=matrix.shape[0] - rows,
        columns=matrix.shape[1] - columns,
        nonzeros=int(matrix.a.nnz) - nonzeros,
    )


def _at_once(one: _One, of: _Own, goes_on: Callable[[], bool]) -> tuple[float, list[Cut]]:
    """A first bound, and cuts.

    At the prices at which most sites are worth next to nothing a site turns from one thing to
    another with every cut. Well paid for what it serves, and that no more than its share, it does
    not, and the cuts where it would power that say nearly all of what power costs it.
    """
    program, cuts = one.program, list[Cut]()
    found = program.solved_bound(one.cost) if of.cuts else -np.inf
    if found >= one.least:
        return found, cuts
    if goes_on():
        program.box(one.box)
        cuts, _ = settle(program, one.paid, of.answers, goes_on, rounds=FIT_ROUNDS)
        program.box(None)
    return max(found, program.solved_bound(one.cost)), cuts


def _closely(one: _One, of: _Own, goes_on: Callable[[], bool]) -> tuple[float, list[Cut]]:
    """A bound as close as cuts make it, and these."""
    least = one.least
    cuts, _ = settle(one.program, one.cost, of.answers, goes_on, enough=least, near=-least)
    return one.program.solved_bound(one.cost), cuts


def _prices(sites: Sites, rows: Sequence[tuple[str, object]], known: Known, scale: float) -> Floats:
    return np.array([scale * known.prices.get(rows[row], 0.0) for row in sites.shared.tolist()])
