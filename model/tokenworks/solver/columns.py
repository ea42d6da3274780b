"""Columns, rows and cuts of a large program, until its relaxation stands.

A round solves the relaxation among what is known, asks every site at its prices and every dispatch
at its point. The first answers what else is of use and proves a bound, the second what power costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from tokenworks.solver.dispatch import Answer, Dispatches
from tokenworks.solver.matrix import Floats
from tokenworks.solver.settling import Answers
from tokenworks.solver.whole import relative
from tokenworks.solver.wide import Wide

MOST_ROUNDS = 40
# Of the gap asked for, what the relaxation may leave.
SHARE = 0.75
# The same where nothing but what is of use is asked for: between relaxation and bound, and between
# the relaxation and the one before, which knew less of power.
ALONE_SHARE = 0.3
# A round that brings bound and best point nearer by less than this, relative, gains nothing, and
# ends the rounds when so many have.
GAIN = 1e-4
IDLE_ROUNDS = 3
# Rounds that know no dispatch yet take a third of the time of the others; they end with one that
# brings the relaxation down by less than this, or near the bound, relative, or with so many.
FALL = 1 / 3
NEAR = 0.15
MOST_UNPOWERED = 8
# Of the time that is left at the start, what is kept for a plan: without one, all has been in vain.
KEPT_FOR_A_PLAN = 0.4


class Told(Protocol):
    """A search that is told of every round."""

    bound: float
    columns_alone: bool

    @property
    def left_s(self) -> float:
        """Seconds left."""

    @property
    def target(self) -> float:
        """The gap asked for."""

    def stage(self, name: str) -> None:
        """Told that a stage has ended."""


def generate(
    wide: Wide,
    dispatches: Dispatches,
    search: Told,
    plan: tuple[float, Floats] | None = None,
    answers: Answers | None = None,
) -> None:
    """Find what is of use, until the relaxation is within a share of the gap, or nothing helps.

    Where columns alone are asked for, no point that was priced has to be.

    Parameters
    ----------
    wide
        Given what is found; what it has been given already is gone on from.
    dispatches
        All.
    search
        Told of every round.
    plan
        Cost and columns of a point that is known and was asked at already.
    answers
        Of dispatches, to which power is fitted at first; where nothing was learned before.
    """
    kept_s = KEPT_FOR_A_PLAN * search.left_s
    if not wide.cuts:
        wide.start(search.left_s)
    if answers is not None:
        _fit(wide, search, kept_s, answers)
    inner, idle = plan, 0
    for number in range(MOST_ROUNDS):
        before, value = wide.bound, wide.value
        worth = np.inf if inner is None else inner[0]
        # Once power is fitted the first round may be the last.
        closely = number == 0 and answers is not None
        if not _relaxed(wide, search, kept_s, closely=closely) or wide.point is None:
            break
        points = [wide.point] if inner is None else [0.5 * (wide.point + inner[1]), wide.point]
        for point in points:
            total = ask_at(wide, dispatches, point)
            if inner is None or total < inner[0]:
                inner = total, point
        search.stage("ask")
        fallen = np.inf if inner is None or np.isinf(worth) else worth - inner[0]
        gained = max(wide.bound - before, fallen)
        idle = idle + 1 if gained <= GAIN * abs(wide.bound) else 0
        left = np.inf if inner is None else relative(inner[0] - wide.bound, inner[0])
        if left <= SHARE * search.target or idle >= IDLE_ROUNDS:
            break
        if search.columns_alone and number and _stands(wide, value, search.target):
            break
    if wide.rough and search.left_s > 0.0:
        # What holds a little for the tolerance alone would be searched among as well.
        wide.relax(search.left_s, closely=True)
        search.bound = max(search.bound, wide.bound)
        search.stage("columns")


def _stands(wide: Wide, before: float, target: float) -> bool:
    """Whether the relaxation is near the bound, and near the one before."""
    apart = max(wide.value - wide.bound, abs(wide.value - before))
    return relative(apart, wide.value) <= ALONE_SHARE * target


def resume(
    wide: Wide,
    dispatches: Dispatches,
    search: Told,
    plan: Floats,
    answers: Answers,
    *,
    closely: bool = False,
) -> None:
    """Go on from what is known of a neighbour, whose prices and cuts mostly prove a bound at once.

    Where they do not, or where a closer bound is asked for, more is generated. A dispatch of which
    nothing is known is taught by what all others of its site answer at the plan, which has other
    stocks in every step.

    Parameters
    ----------
    wide, dispatches, search
        As for `generate`; resumed already.
    plan
        Columns of the plan that is known.
    answers
        Of dispatches.
    closely
        Whether a closer bound is asked for.
    """
    known = {cut.dispatch for cut in wide.cuts}
    cost, asked = _asked_at(wide, dispatches, plan)
    for program in wide.sites.programs:
        prices = {n: answers.taught(n, asked[n]) for n in program.dispatches}
        for number in program.dispatches:
            if number not in known:
                others = [of for other, of in prices.items() if other != number]
                wide.add(answers.planes(number, others))
    if closely or len(known) < len(dispatches) or not np.isfinite(wide.bound):
        generate(wide, dispatches, search, (cost, plan))


def _fit(wide: Wide, search: Told, kept_s: float, answers: Answers) -> None:
    """Cuts of all dispatches where sites would power what they serve.

    What dispatch costs is next to the same wherever what is served ends. But where most of the
    demand is not served yet, since none of what could serve it is known to be of use, they would
    say little: so that is found first.
    """
    for _ in range(MOST_UNPOWERED):
        before = wide.value
        if not _relaxed(wide, search, kept_s):
            return
        fallen, left = before - wide.value, wide.value - wide.bound
        if min(fallen / FALL, left / NEAR) <= abs(wide.value):
            break
    wide.fit(answers, lambda: search.left_s > 0.0)
    search.stage("fit")


def _relaxed(wide: Wide, search: Told, kept_s: float, *, closely: bool = False) -> bool:
    """The relaxation among what is of use, and all sites asked at its prices."""
    left_s = search.left_s - kept_s
    if left_s <= 0.0 or not wide.relax(left_s, closely=closely):
        return False
    search.bound = max(search.bound, wide.bound)
    search.stage("columns")
    return True


def ask_at(wide: Wide, dispatches: Dispatches, point: Floats) -> float:
    """Ask all dispatches at a point, keep their cuts, and return what it costs with them."""
    return _asked_at(wide, dispatches, point)[0]


def _asked_at(wide: Wide, dispatches: Dispatches, point: Floats) -> tuple[float, Sequence[Answer]]:
    program = wide.program
    point = np.clip(point, program.lower, program.upper)
    stocks = [point[places] for places in program.stocks]
    answers = dispatches.at(stocks)
    wide.add([a.cut(n, z) for n, (a, z) in enumerate(zip(answers, stocks, strict=True))])
    cost = float(program.cost @ point) + program.offset + sum(a.cost for a in answers)
    return cost, answers
