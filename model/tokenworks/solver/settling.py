"""A site's program with its dispatches, by cuts.

A dispatch is asked where its answer is needed; what its prices prove of the same site in other
steps is a cut there as well, and mostly says as much as an answer would. So of ten steps two or
three are asked in a round.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tokenworks.solver.dispatch import Answer, Dispatch
from tokenworks.solver.investment import Cut
from tokenworks.solver.matrix import Floats, Matrix
from tokenworks.solver.names import Names, kind_of
from tokenworks.solver.parts import Indices, Parts
from tokenworks.solver.site_program import SiteProgram

# Rounds at most; what of the cost of its dispatches a site may still err by at their end.
ROUNDS = 12
SETTLED = 2e-3
# Times that a round solves the site until no row that stands aside is broken.
SOLVED_TIMES = 2
# By how much of the cost a cut has to lie above what is known for a dispatch not to be asked.
TAUGHT = 0.05
# Latest prices of a point that are tried.
LATEST = 3


class Answers:
    """Answers of dispatches, and what the prices of one prove of others.

    Parameters
    ----------
    dispatch
        Gives a dispatch by its number.
    kinds
        By dispatch, numbers of its rows that are the same for rows alike in all but place and step.
    """

    def __init__(self, dispatch: Callable[[int], Dispatch], kinds: Sequence[Indices]) -> None:
        self._dispatch, self.kinds = dispatch, kinds
        self._count = 1 + max((int(of.max(initial=-1)) for of in kinds), default=-1)

    def rows(self, number: int) -> int:
        """How many rows a dispatch has."""
        return len(self.kinds[number])

    def exact(self, program: SiteProgram, number: int, at: Floats) -> tuple[Cut, Answer]:
        """The answer of a dispatch at a point of its site's program, and its cut."""
        stocks = program.stocks(number, at)
        answer = self._dispatch(number).at(stocks)
        return answer.cut(number, stocks), answer

    def taught(self, number: int, answer: Answer) -> Floats:
        """Prices of an answer by kind of row."""
        prices = np.zeros(self._count)
        prices[self.kinds[number]] = answer.prices
        return prices

    def best(
        self, program: SiteProgram, number: int, at: Floats, prices: Sequence[Floats]
    ) -> tuple[Cut, float] | None:
        """The cut that proves most at a point, of those that some prices give, and its value."""
        stocks, found = program.stocks(number, at), None
        for cut in self.planes(number, prices):
            value = cut.constant + float(cut.slopes @ stocks)
            if found is None or value > found[1]:
                found = cut, value
        return found

    def planes(self, number: int, prices: Iterable[Floats]) -> list[Cut]:
        """The cuts of a dispatch that prices by kind of row give."""
        dispatch, kinds = self._dispatch(number), self.kinds[number]
        found = (dispatch.plane(of_kinds[kinds]) for of_kinds in prices)
        return [Cut(number, *plane) for plane in found if plane is not None]


def answers_of(
    matrix: Matrix, parts: Parts, places: Collection[str], dispatch: Callable[[int], Dispatch]
) -> Answers:
    """Answers of all dispatches of a program, with `dispatch` giving each by its number.

    Rows that are alike in all but places, whose names are given, and steps are of one kind.
    """
    if isinstance(matrix.rows, Names):
        kinds = matrix.rows.kinds(places)
    else:
        number: dict[Any, int] = {}
        keys = ((r.parent_component().local_name, kind_of(r.index(), places)) for r in matrix.rows)
        kinds = np.array([number.setdefault(key, len(number)) for key in keys], dtype=np.int64)
    return Answers(dispatch, [kinds[part.rows] for part in parts.dispatches])


def settle(
    program: SiteProgram,
    cost: Floats,
    answers: Answers,
    goes_on: Callable[[], bool],
    enough: float = np.inf,
    near: float = 0.0,
    rounds: int = ROUNDS,
) -> tuple[list[Cut], Floats]:
    """Solve a site's program with its dispatches, by cuts.

    Parameters
    ----------
    program
        The site's; given the cuts.
    cost
        By column of the site.
    answers
        Of its dispatches.
    goes_on
        Asked before every round but the first.
    enough
        An optimum that is shown to lie above this is not looked at more closely.
    near
        Nor is one that is known to within this.
    rounds
        At most.

    Returns
    -------
    cuts, values
        New cuts, and the last point: columns of the site, floors of its dispatches.
    """
    found: list[Cut] = []
    best, cheapest, inner, dispatched = np.inf, np.inf, None, 0.0
    own = len(program.columns)
    for _ in range(rounds):
        values = program.solve(cost, SOLVED_TIMES)
        least = float(cost @ values[:own]) + float(values[own:].sum())
        if least >= enough:
            break
        new: list[Cut] = []
        for at in [values] if inner is None else [0.5 * (values + inner), values]:
            asked = _asked(program, answers, at)
            new += asked.cuts
            total = float(cost @ at[:own]) + sum(asked.costs)
            if inner is None or total < cheapest:
                cheapest, inner = total, at
            if asked.all_exact and total < best:
                best, dispatched = total, sum(abs(one) for one in asked.costs)
        program.add(new)
        found += new
        if best - least <= max(near, SETTLED * dispatched) or not goes_on():
            break
    return found, values


@dataclass(frozen=True)
class _Asked:
    """Cuts of all dispatches of a site at a point, and what each costs there or more than."""

    cuts: list[Cut]
    costs: list[float]
    all_exact: bool


def _asked(program: SiteProgram, answers: Answers, at: Floats) -> _Asked:
    """Ask those dispatches of which the others' prices prove little beyond their floors."""
    own, prices = len(program.columns), list[Floats]()
    cuts, costs, all_exact = list[Cut](), list[float](), True
    # The prices of the one with most rows say something of every row of the others.
    order = sorted(enumerate(program.dispatches), key=lambda pair: -answers.rows(pair[1]))
    for place, number in order:
        taught = answers.best(program, number, at, prices[-LATEST:])
        if taught is not None and taught[1] - at[own + place] > TAUGHT * max(1.0, abs(taught[1])):
            cut, cost = taught
            all_exact = False
        else:
            cut, answer = answers.exact(program, number, at)
            cost = answer.cost
            prices.append(answers.taught(number, answer))
        cuts.append(cut)
        costs.append(cost)
    return _Asked(cuts, costs, all_exact)
