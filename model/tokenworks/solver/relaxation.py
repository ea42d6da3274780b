"""The relaxation by cuts, stabilised: in between the last point and the best one so far.

Every round asks all dispatches at two points: the master's own, and one between it and the best
known (in-out separation: Ben-Ameur and Neto 2007, Fischetti, Ljubić and Sinnl 2017). The first
raises the bound, the second finds plans and cuts that hold near them; a round of dispatches costs
little beside one of the master, so both are asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from tokenworks.solver.dispatch import Answer, Dispatches
from tokenworks.solver.master import Master, Point
from tokenworks.solver.matrix import Floats

# Weight of the master's own point in the point between.
OUTER_WEIGHT = 0.5
# A plan lacks nothing where its dispatches lack no more than this, in MW and MWh of their slices.
NO_SHORTFALL = 1e-7
# A shortfall that stays in a plan is made so many times dearer, so often at most: where its price
# is below what it saves, the cheapest plan would be none.
DEARER = 10.0
MADE_DEARER = 2
# Most rounds of a plan.
PLAN_ROUNDS = 60
# Rounds near the bound in which a shortfall may still go; what stays then is worth its price.
PATIENCE = 10
# Rounds that make a point truer, and the rise, relative, that ends them.
TRUER_ROUNDS = 4
TRUE_ENOUGH = 1e-4
# Rounds of cuts that are never dropped.
NEWEST_ROUNDS = 4


@dataclass(frozen=True)
class Priced:
    """A point of the master with the true cost of its dispatches.

    Attributes
    ----------
    columns
        Of investment.
    answers
        By dispatch.
    objective
        Cost of investment and of all dispatches, their shortfall included.
    shortfall
        Of all dispatches.
    """

    columns: Floats
    answers: tuple[Answer, ...]
    objective: float
    shortfall: float


@dataclass(frozen=True)
class Incumbent:
    """A plan: its priced point, and the same as a point of the master to start searches from."""

    priced: Priced
    point: Point


@dataclass(frozen=True)
class Relaxed:
    """Where the rounds ended: a bound, the master's last point, the best priced one; or nothing."""

    bound: float
    outer: Point | None
    inner: Priced | None
    rounds: int


def price(master: Master, dispatches: Dispatches, columns: Floats) -> Priced:
    """Ask all dispatches at a point, and give the master what they answer."""
    # A stock that lies below zero by the solver's tolerance is none that could be dispatched.
    columns = np.clip(columns, master.lower, master.upper)
    points = [columns[stocks] for stocks in master.stocks]
    answers = dispatches.at(points)
    cuts = [a.cut(n, z) for n, (a, z) in enumerate(zip(answers, points, strict=True))]
    master.add(cuts)
    cost = float(master.cost @ columns) + master.offset + sum(a.cost for a in answers)
    return Priced(columns, answers, cost, sum(a.shortfall for a in answers))


def relax(
    master: Master,
    dispatches: Dispatches,
    tolerance: float,
    rounds: int,
    inner: Priced | None = None,
    goes_on: Callable[[], bool] = lambda: True,
) -> Relaxed:
    """Cut until the best point is within a tolerance of the bound.

    Parameters
    ----------
    master, dispatches
        The program in its parts; the master is given the cuts.
    tolerance
        Relative to the best point, which lacks nothing when this ends within it.
    rounds
        Most rounds.
    inner
        A point to start from.
    goes_on
        Asked before every round.
    """
    outer, bound, done, lacking = None, -np.inf, 0, 0
    while done < rounds and goes_on():
        outer = master.solve()
        if outer is None:
            return Relaxed(np.inf, None, None, done)
        bound = max(bound, outer.objective)
        points = [outer.columns]
        if inner is not None:
            points.insert(0, OUTER_WEIGHT * outer.columns + (1 - OUTER_WEIGHT) * inner.columns)
        for columns in points:
            priced = price(master, dispatches, columns)
            if inner is None or priced.objective < inner.objective:
                inner = priced
        done += 1
        near = inner is not None and _near(inner, bound, tolerance)
        lacking = lacking + 1 if near else 0
        if inner is not None and near and (inner.shortfall <= NO_SHORTFALL or lacking > PATIENCE):
            break
    return Relaxed(bound, outer, inner, done)


def priced_plan(
    master: Master,
    dispatches: Dispatches,
    columns: Floats,
    tolerance: float,
    goes_on: Callable[[], bool],
    inner: Priced | None = None,
) -> Incumbent | None:
    """The plan with the whole columns of a point; None where what it holds cannot be powered.

    Parameters
    ----------
    master, dispatches
        The program in its parts; the master is given the cuts, and left as it was.
    columns
        Of investment.
    tolerance
        Of its cost, relative.
    goes_on
        Asked before every round.
    inner
        A point with these whole columns that was asked at already.
    """
    whole = np.flatnonzero(master.whole)
    master.fix(whole, np.round(columns[whole]))
    master.tighten(tight=True)
    try:
        found = _lacking_nothing(master, dispatches, tolerance, goes_on, inner)
    finally:
        master.tighten(tight=False)
        master.free(whole)
    if found.inner is None or found.outer is None or found.inner.shortfall > NO_SHORTFALL:
        return None
    exact = found.inner.columns.copy()
    exact[whole] = np.round(exact[whole])
    return Incumbent(replace(found.inner, columns=exact), found.outer)


def _lacking_nothing(
    master: Master,
    dispatches: Dispatches,
    tolerance: float,
    goes_on: Callable[[], bool],
    inner: Priced | None,
) -> Relaxed:
    """The relaxation; what dispatches lack at its end is made dearer, a few times if need be."""
    found = relax(master, dispatches, tolerance, PLAN_ROUNDS, inner, goes_on)
    for _ in range(MADE_DEARER):
        if found.inner is None or found.inner.shortfall <= NO_SHORTFALL or not goes_on():
            break
        for dispatch, answer in zip(dispatches, found.inner.answers, strict=True):
            if answer.shortfall > NO_SHORTFALL:
                dispatch.dearer(DEARER)
        inner = price(master, dispatches, found.inner.columns)
        found = relax(master, dispatches, tolerance, PLAN_ROUNDS, inner, goes_on)
    return found


def truer(master: Master, dispatches: Dispatches, point: Point) -> Point | None:
    """The relaxation's point once what dispatch costs there is known; None where there is none."""
    for _ in range(TRUER_ROUNDS):
        price(master, dispatches, point.columns)
        found = master.solve()
        if found is None or found.objective - point.objective <= TRUE_ENOUGH * abs(found.objective):
            return found
        point = found
    return point


def _near(inner: Priced, bound: float, tolerance: float) -> bool:
    return inner.objective - bound <= tolerance * abs(inner.objective)
