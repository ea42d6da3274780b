"""A dive: whole columns are decided family by family, the relaxation solved again after each few.

What others hang on is decided first (`tokenworks.build.DECISIONS`). Of a family the largest
fractions are rounded up, a third of them at a time, so that the relaxation can still shift the
rest; where that leaves nothing feasible, or is dear, one column at a time, up and else down, and of
what lasts, such as the air permit that a site holds, all steps at once. Columns that exclude each
other, such as the months in which one route can be filed, are decided together: the first that is
used takes all, since what hangs on a later one can also hang on an earlier.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from tokenworks.build import Decision
from tokenworks.solver.master import Point
from tokenworks.solver.matrix import Floats
from tokenworks.solver.parts import Indices

WHOLE = 1e-6
# Fractions below this are rounded down first.
LEAST_FRACTION = 0.1
# Of columns that exclude each other, what is used less than this together is not used.
LEAST_USE = 0.02
# What a column of a group holds where it is used at all.
USED = 1e-3
# Of a family's fractions, one in so many is decided at once.
AT_ONCE = 3
# A decision that costs more than this share of the objective is not taken without a look at others:
# the smallest air permit may leave a site without power.
DEAR = 1e-3
# The same in a relaxation of so many rows: it takes half a minute, and there are a hundred.
LARGE_ROWS = 50_000
AT_ONCE_IN_LARGE = 1
DEAR_IN_LARGE = 3e-3
# Things, and columns, tried one by one before a dive gives up.
TRIES = 3


@dataclass(frozen=True)
class Family:
    """Whole columns that are decided alike.

    Attributes
    ----------
    name
        Of their variable.
    columns
        Of the master.
    groups
        Sets of them of which at most one is used, each in order of preference; empty where every
        column stands for itself.
    things
        Column to the number of what it is in one of its steps; empty where each is one of its own.
    """

    name: str
    columns: Indices
    groups: tuple[Indices, ...] = ()
    things: Mapping[int, int] = field(default_factory=dict)

    def by_thing(self, columns: Indices) -> list[Indices]:
        """Columns that are the same thing, in the order of the first of each."""
        found: dict[int, list[int]] = defaultdict(list)
        for column in columns.tolist():
            found[self.things.get(column, -1 - column)].append(column)
        return [np.array(own) for own in found.values()]


class Relaxation(Protocol):
    """A relaxation whose columns can be held: the master, or a whole program's."""

    lower: Floats
    upper: Floats
    count: int

    @property
    def rows(self) -> int:
        """Rows that it has now."""

    def solve(self) -> Point | None:
        """Its best point; None where there is none."""

    def bound(self, columns: Indices, lower: Floats, upper: Floats) -> None:
        """Set the bounds of some columns."""

    def fix(self, columns: Indices, values: Floats) -> None:
        """Hold some columns at values."""

    def free(self, columns: Indices) -> None:
        """Give some columns their own bounds back."""


@dataclass
class Dive:
    """A dive in progress, on a relaxation whose bounds it changes.

    Attributes
    ----------
    master
        Its bounds are left as the dive set them; `undo` gives them back.
    goes_on
        Asked before every relaxation.
    ask
        Makes a point truer before a family is decided: what dispatch costs there is asked, and the
        relaxation solved again; None to leave all points as they are.
    held
        Columns that are decided already, and their values.
    most
        Cost above which it ends without a point: what is decided only adds to it.
    rises
        Family to what deciding it cost, in the master's unit.
    """

    master: Relaxation
    goes_on: Callable[[], bool]
    ask: Callable[[Point], Point | None] | None = None
    held: tuple[Indices, Floats] | None = None
    most: float = np.inf
    rises: dict[str, float] = field(default_factory=dict)
    _lower: Floats = field(init=False)
    _upper: Floats = field(init=False)
    _before: tuple[Floats, Floats] = field(init=False)
    _at_once: int = field(init=False)
    _dear: float = field(init=False)

    def __post_init__(self) -> None:
        large = self.master.rows >= LARGE_ROWS
        self._at_once = AT_ONCE_IN_LARGE if large else AT_ONCE
        self._dear = DEAR_IN_LARGE if large else DEAR
        self._lower, self._upper = self.master.lower.copy(), self.master.upper.copy()
        if self.held is not None:
            columns, values = self.held
            self._lower[columns] = self._upper[columns] = values
            self.master.fix(columns, values)

    def run(self, families: Sequence[Family], start: Point) -> Point | None:
        """Decide all families; None where the dive ended without a point."""
        point: Point | None = start
        for family in families:
            if point is not None and self.ask is not None:
                point = self.ask(point)
            if point is None or point.objective > self.most:
                return None
            before = point.objective
            decide = self._groups if family.groups else self._singles
            point = decide(family, point)
            if point is not None:
                self.rises[family.name] = point.objective - before
        return point

    def undo(self) -> None:
        """Give the master's columns their own bounds back."""
        self.master.free(np.arange(self.master.count))

    def _singles(self, family: Family, point: Point | None) -> Point | None:
        while point is not None and self.goes_on():
            open_ = family.columns[self._lower[family.columns] < self._upper[family.columns]]
            values = point.columns[open_]
            up, down = np.ceil(values - WHOLE), np.floor(values + WHOLE)
            fractional = open_[up > down]
            if not len(fractional):
                return self._hold(open_, np.round(values))
            fractions = values[up > down] - down[up > down]
            order = np.argsort(-fractions, kind="stable")
            chosen = order[: max(1, len(order) // self._at_once)]
            chosen = chosen[fractions[chosen] >= LEAST_FRACTION]
            if len(chosen):
                columns, rounded = fractional[chosen], up[up > down][chosen]
            else:
                columns, rounded = fractional, down[up > down]
            held = self._hold(columns, rounded)
            if held is not None and self._is_dear(held, point):
                self._release(columns)
                held = None
            point = held or self._one_by_one(family, fractional[order], point)
        return None

    def _one_by_one(self, family: Family, columns: Indices, point: Point) -> Point | None:
        """Decide one thing in all its steps, up or else down; where it can be neither, one step."""
        things = family.by_thing(columns)[:TRIES]
        singles = np.split(columns, len(columns))[:TRIES] if family.things else []
        for own in [*things, *singles]:
            values = point.columns[own]
            held = self._either(own, (np.ceil(values - WHOLE), np.floor(values + WHOLE)), point)
            if held is not None:
                return held
        return None

    def _groups(self, family: Family, point: Point | None) -> Point | None:
        while point is not None and self.goes_on():
            undecided = [group for group in family.groups if self._is_split(group, point)]
            if not undecided:
                break
            uses = np.array([point.columns[group].sum() for group in undecided])
            order = np.argsort(-uses, kind="stable")
            latest = point
            for number in order[: max(1, len(order) // self._at_once)]:
                held = self._one_of(undecided[number], point, latest)
                if held is None:
                    return None
                latest = held
            point = latest
        return self._singles(family, point)

    def _is_split(self, group: Indices, point: Point) -> bool:
        values = point.columns[group]
        open_ = self._lower[group] < self._upper[group]
        return bool((np.abs(values - np.round(values))[open_] > WHOLE).any())

    def _one_of(self, group: Indices, point: Point, latest: Point) -> Point | None:
        """Decide a group as it is used at a point, and hold what that costs to the latest."""
        values = point.columns[group]
        used = np.flatnonzero(values > USED)
        first = int(used[0]) if len(used) else 0
        one = np.zeros(len(group))
        one[first] = 1.0
        none = np.zeros(len(group))
        choices = (none, one) if values.sum() < LEAST_USE else (one, none)
        return self._either(group, choices, latest)

    def _either(self, columns: Indices, choices: Sequence[Floats], point: Point) -> Point | None:
        """The first choice; where that is dear, the cheapest of all."""
        found: list[tuple[float, int]] = []
        for number, choice in enumerate(choices):
            held = self._hold(columns, choice)
            if held is None:
                continue
            found.append((held.objective, number))
            last = number == len(choices) - 1
            if not self._is_dear(held, point) or (last and min(found)[1] == number):
                return held
            self._release(columns)
        return self._hold(columns, choices[min(found)[1]]) if found else None

    def _is_dear(self, point: Point, before: Point) -> bool:
        """Whether a decision has cost so much that another is looked at."""
        return point.objective - before.objective > self._dear * abs(before.objective)

    def _release(self, columns: Indices) -> None:
        """Take back what was held last of some columns."""
        self._lower[columns], self._upper[columns] = self._before
        self.master.bound(columns, self._lower[columns], self._upper[columns])

    def _hold(self, columns: Indices, values: Floats) -> Point | None:
        """Hold columns at values and solve; take it back where nothing is feasible."""
        if (
            (values < self._lower[columns] - WHOLE) | (values > self._upper[columns] + WHOLE)
        ).any():
            return None
        self._before = self._lower[columns], self._upper[columns]
        self.master.fix(columns, values)
        point = self.master.solve()
        if point is None:
            self.master.bound(columns, self._lower[columns], self._upper[columns])
            return None
        self._lower[columns] = self._upper[columns] = values
        return point


def families_of(
    names: Sequence[tuple[str, object]],
    whole: Indices,
    decisions: Mapping[str, Decision],
) -> tuple[Family, ...]:
    """Families of whole columns, in the order in which they are decided.

    Parameters
    ----------
    names
        (variable, index) of every column of the master.
    whole
        Its whole columns.
    decisions
        Variable to how its columns are decided, those of which one is used in the order of their
        index behind what they agree in. What is not named is decided last, column by column.
    """
    members: dict[str, list[int]] = defaultdict(list)
    for column in whole.tolist():
        members[names[column][0]].append(column)
    order = [*decisions, *sorted(set(members) - set(decisions))]
    found = []
    for name in order:
        if name not in members:
            continue
        decided, own = decisions.get(name, Decision()), members[name]
        groups = () if decided.one_of is None else _agreeing(names, own, decided.one_of)
        things = () if decided.lasting is None else _agreeing(names, own, decided.lasting)
        number = {column: n for n, thing in enumerate(things) for column in thing}
        found.append(Family(name, np.array(own), tuple(np.array(one) for one in groups), number))
    return tuple(found)


def _agreeing(
    names: Sequence[tuple[str, Any]], columns: Sequence[int], places: int
) -> list[list[int]]:
    """Columns that agree in so many places of their index, in the order of what is behind."""
    found: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for column in columns:
        found[names[column][1][:places]].append(column)
    return [sorted(own, key=lambda column: names[column][1][places:]) for own in found.values()]
