"""What is of use with fewer service dates, in the steps of all of them.

Dates on which sites, power and grid first can enter service cut a horizon into steps. Rounded up to
halves of their periods they leave 22 steps of 37; what is then of use is found in a third of the
time, and is nearly all that is of use in the exact months as well: the same systems of the same
sites, some of them a little sooner. So rounds of columns in the exact months start from there.
"""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from tokenworks.build import OF_NO_STEP, Model, build
from tokenworks.calendar import Calendar
from tokenworks.inputs import Inputs, of_sites, prepare
from tokenworks.schema.scenario import Solve
from tokenworks.solver.known import Name, named_columns
from tokenworks.solver.matrix import Matrix, compile_matrix
from tokenworks.solver.names import labels_of
from tokenworks.solver.narrow import narrowed
from tokenworks.solver.parts import Parts, split
from tokenworks.solver.search import Search
from tokenworks.solver.whole import Progress

# Steps above which fewer service dates come first, and the months to which they are rounded up.
MANY_STEPS = 30
ROUGH_MONTHS = 6
# Of the steps, what has to be left out by that to be worth it.
WORTH = 0.25


@dataclass(frozen=True)
class OfUse:
    """What is of use with fewer service dates.

    Attributes
    ----------
    names
        Columns of investment there.
    calendar
        The steps that they are in.
    """

    names: frozenset[Name]
    calendar: Calendar


def with_rough_dates(x: Inputs) -> Inputs | None:
    """The scenario with fewer service dates; None where it has few steps, or as many without."""
    steps, scenario = len(x.calendar.steps), x.scenario
    if steps <= MANY_STEPS or scenario.time.step_months >= ROUGH_MONTHS:
        return None
    rough = prepare(scenario.with_({"time.step_months": ROUGH_MONTHS}), x.loaded)
    return rough if len(rough.calendar.steps) <= (1.0 - WORTH) * steps else None


def of_use(x: Inputs, sites: Collection[str], options: Solve, progress: Progress) -> OfUse | None:
    """What is of use at some sites, by rounds of columns; None where these came to nothing.

    Parameters
    ----------
    x
        Inputs with fewer service dates.
    sites
        The sites.
    options, progress
        As for `tokenworks.solver.decomposed.solve_decomposed`.
    """
    model = build(of_sites(x, sites))
    matrix = compile_matrix(model.pyomo)
    began = time.perf_counter()
    search = Search(
        *(model, matrix, options, progress, began), always_wide=True, columns_alone=True
    )
    wide = search.wide
    if wide is None or wide.point is None:
        return None
    names = named_columns(matrix, search.parts)
    used = np.flatnonzero(wide.of_use_at(wide.point)).tolist()
    return OfUse(frozenset(names[column] for column in used), x.calendar)


def restricted(model: Model, found: OfUse) -> Matrix:
    """The program of a model with what was found to be of use, in the steps of the model.

    Parameters
    ----------
    model
        Of the same sites, with more service dates.
    found
        What is of use.
    """
    matrix = compile_matrix(model.pyomo)
    parts = split(matrix, model.operating)
    return narrowed(matrix, parts, _used(model.inputs, matrix, parts, found)).matrix


def _used(x: Inputs, matrix: Matrix, parts: Parts, found: OfUse) -> npt.NDArray[np.bool_]:
    """By column of investment, whether it is of use, or needed for what is."""
    names = named_columns(matrix, parts)
    used = in_steps(found, x.calendar, names, _alike(x))
    places = frozenset(x.tables["sites"]["site"])
    used |= np.array([places.isdisjoint(labels_of(index)) for _, index in names], dtype=np.bool_)
    used |= matrix.lower[parts.columns] > 0.0
    place = np.full(len(matrix.columns), -1, dtype=np.int64)
    place[parts.columns] = np.arange(len(parts.columns))
    for part in parts.dispatches:  # which is asked with all of its stocks, or not at all
        stocks = place[part.stocks]
        used[stocks] |= used[stocks].any()
    return used


def _alike(x: Inputs) -> frozenset[str]:
    """Names of regions and profiles, unless a site is called so too.

    Where a site serves one region, flows to all others tell what a token is worth there: without
    them every region would have a price of its own, and other sites would seem to earn from that.
    """
    tables = x.tables
    named = {*tables["regions"]["region"], *tables["profiles"]["profile"]}
    return frozenset(named - {*tables["sites"]["site"]})


def in_steps(
    found: OfUse, calendar: Calendar, names: Sequence[Name], alike: Collection[str]
) -> npt.NDArray[np.bool_]:
    """By column, whether one like it was of use: in the step around, or the next to start.

    Parameters
    ----------
    found
        What was of use, and in what steps.
    calendar
        Steps of the columns.
    names
        The columns.
    alike
        Labels of which one stands for all others.
    """
    starts = [step.start_month for step in found.calendar.steps]
    months = [step.start_month for step in calendar.steps]
    rough = [{bisect_right(starts, month) - 1, bisect_left(starts, month)} for month in months]
    own = [{step} for step in range(len(starts))]
    keys = {key for name in found.names for key in _keys(name, own, alike)}
    return np.array(
        [not keys.isdisjoint(_keys(name, rough, alike)) for name in names], dtype=np.bool_
    )


def _keys(
    name: Name, steps: Sequence[Collection[int]], alike: Collection[str]
) -> Iterator[tuple[Any, ...]]:
    """A column by its variable, its steps as they are in another calendar, and its other labels."""
    variable, index = name
    places: list[Iterable[Any]] = []
    for place, label in enumerate(labels_of(index)):
        if place == OF_NO_STEP.get(variable) or label in alike:
            places.append((None,))
        elif isinstance(label, int) and 0 <= label < len(steps):
            places.append(steps[label])
        else:  # what is held has the same numbers in both
            places.append((label,))
    return ((variable, *key) for key in product(*places))
