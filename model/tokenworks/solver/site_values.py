"""A bound on all plans from the programs of single sites, of which one is held at a time.

At prices of what sites share, every group of sites is a program of its own (`solver.sites`); the
sum of their optima, and of what no site decides, is below the cost of every plan, whatever the
prices. So a plan among some of the sites is held against all of them without a program of them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any

import numpy as np

from tokenworks.build import by_site
from tokenworks.inputs import Inputs
from tokenworks.solver.dispatch import by_number
from tokenworks.solver.highs import cost_scale
from tokenworks.solver.interior import implied_upper
from tokenworks.solver.investment import Cut, Investment, investment
from tokenworks.solver.known import Known, figures_of
from tokenworks.solver.matrix import Floats, Matrix, compile_matrix
from tokenworks.solver.parts import Parts, split
from tokenworks.solver.places import Group, names_of
from tokenworks.solver.settling import Answers, answers_of, settle
from tokenworks.solver.sites import Sites
from tokenworks.solver.wide import arrays


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
    """What a group of sites is worth at prices of what it shares.

    Attributes
    ----------
    usd
        Its optimum, or below: never above zero where it may stay empty.
    rows, columns, nonzeros
        Of its program, without what it shares.
    """

    usd: float
    rows: int
    columns: int
    nonzeros: int


def values_of(
    x: Inputs,
    groups: Sequence[Group],
    known: Known,
    idle_usd: float,
    goes_on: Callable[[], bool],
    pool: Executor,
    ahead: int,
) -> Iterator[Value]:
    """Values of groups, in order; fewer than there are groups where the time was up before.

    Parameters
    ----------
    x
        Inputs of all sites.
    groups
        The groups.
    known
        Prices of what is shared, and cuts.
    idle_usd
        A group that is worth less is taken for worth that, without another look at its power.
    goes_on
        Asked before a group is built, and before a value is made better than a first one.
    pool
        Runs groups side by side, while the next is being built.
    ahead
        How many are built before the first of them is done.
    """
    waiting: list[Future[Value]] = []
    models = by_site(x, groups)
    for group in groups:
        if not goes_on():
            break
        model = next(models)
        # Compiled and named here: while one thread builds, none reads anything of Pyomo's.
        matrix = compile_matrix(model.pyomo)
        parts = split(matrix, model.operating)
        program = investment(matrix, parts, cost_scale(matrix.cost))
        cuts = _cuts(matrix, parts, known, program.scale)
        dispatch = by_number(parts.dispatches, matrix, program.scale)
        answers = answers_of(matrix, parts, group, dispatch)
        own = _Own(matrix, program, names_of(x, group), cuts, answers)
        waiting.append(pool.submit(_value, own, known, idle_usd, goes_on))
        if len(waiting) >= ahead:
            yield waiting.pop(0).result()
    yield from (one.result() for one in waiting)


def of_no_site(matrix: Matrix, parts: Parts, names: frozenset[str], known: Known) -> float:
    """The part of the bound that no site decides, in USD: shared rows, rented and unserved tokens.

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
    return sites.of_no_site(prices, cost) / program.scale


@dataclass(frozen=True)
class _Own:
    """A group's program, the names that make a row its own, and what is known of its dispatches."""

    matrix: Matrix
    program: Investment
    names: frozenset[str]
    cuts: list[Cut]
    answers: Answers


def _value(of: _Own, known: Known, idle_usd: float, goes_on: Callable[[], bool]) -> Value:
    matrix, program = of.matrix, of.program
    sites = Sites(program, of.names, implied_upper(arrays(program)), Here(), of_some=True)
    sites.add(of.cuts)
    _, cost = sites.at(_prices(sites, program.rows, known, program.scale))
    total = 0.0
    for one in sites.programs:
        own = cost[one.columns]
        one.solve(own)
        found = one.bound(own)
        least = -idle_usd * program.scale / len(sites.programs)
        if found < least and goes_on():
            settle(one, own, of.answers, goes_on, enough=least, near=-least)
            one.solve(own)
            found = max(found, one.bound(own))
        total += found
    shared = int(program.a[sites.shared][:, sites.common].nnz)
    return Value(
        usd=total / program.scale,
        rows=matrix.shape[0] - len(sites.shared),
        columns=matrix.shape[1] - len(sites.common),
        nonzeros=int(matrix.a.nnz) - shared,
    )


def _prices(sites: Sites, rows: Sequence[tuple[str, object]], known: Known, scale: float) -> Floats:
    return np.array([scale * known.prices.get(rows[row], 0.0) for row in sites.shared.tolist()])


def _cuts(matrix: Matrix, parts: Parts, known: Known, scale: float) -> list[Cut]:
    found = []
    for number, part in enumerate(parts.dispatches):
        for slopes, constant in known.cuts.get(figures_of(matrix, part), ()):
            found.append(Cut(number, slopes * scale, constant * scale))
    return found
