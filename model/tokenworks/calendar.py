"""Dates, months and steps: where months of lead time are summed and mapped to the calendar once.

A month is counted from the start of the horizon. A *step* is a stretch of a period between two
dates on which something can enter service, so that capacity is constant within a step: an asset
that arrives in the eighth month of a year serves the steps from then on, and no sooner.
"""

from __future__ import annotations

import calendar as days_of
import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from tokenworks.frames import rows

SECONDS_PER_DAY = 86_400.0
MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class Step:
    """A stretch of a period with constant capacity.

    Attributes
    ----------
    index
        Position in the horizon, from 0.
    period
        Period that it belongs to.
    start_month, end_month
        First month and the month after the last, counted from the start of the horizon.
    years
        Calendar year of each of its months.
    seconds
        Length in seconds.
    """

    index: int
    period: str
    start_month: int
    end_month: int
    years: tuple[int, ...]
    seconds: float

    @property
    def year(self) -> int:
        """Calendar year of its first month."""
        return self.years[0]

    @property
    def months(self) -> int:
        """Length in months."""
        return self.end_month - self.start_month

    @property
    def hours(self) -> float:
        """Length in hours."""
        return self.seconds / 3600.0


@dataclass(frozen=True)
class Calendar:
    """The horizon cut into steps.

    Attributes
    ----------
    start
        First day of the horizon.
    steps
        Steps in order.
    period_months
        Period to its first month and the month after its last, in order.
    arrival_months
        Months between the regular dates of arrival, counted from the start of every period.
    held_months
        Vintage of what is held, from -1 downwards, to its month of service; the latest first.
    """

    start: dt.date
    steps: tuple[Step, ...]
    period_months: dict[str, tuple[int, int]]
    arrival_months: int
    held_months: Mapping[int, int] = field(default_factory=dict)

    @cached_property
    def vintages(self) -> tuple[Step, ...]:
        """Steps of the horizon, and what is held by month: its negative numbers count from the end.

        Both are when something enters service.
        """
        held = [
            Step(v, "", month, month + 1, (self.year_of(month),), 0.0)
            for v, month in self.held_months.items()
        ]
        return (*self.steps, *sorted(held, key=lambda step: step.index))

    def entry(self, vintage: int) -> int:
        """First step in which a vintage can serve; one beyond the last where none is left."""
        if vintage >= 0:
            return vintage
        month = self.held_months[vintage]
        ready = (step.index for step in self.steps if step.start_month >= month)
        return next(ready, len(self.steps))

    def step_before(self, step: int, vintage: int) -> int:
        """The step in which a vintage must be in service to leave at the start of a step.

        The one before; at the start of the horizon the first itself, for what is held.
        """
        return 0 if step == 0 and vintage < 0 else step - 1

    @property
    def horizon_months(self) -> int:
        """Months from the start to the end of the horizon."""
        return self.steps[-1].end_month

    def date_of(self, month: int) -> dt.date:
        """First day of a month of the horizon."""
        return add_months(self.start, month)

    def year_of(self, month: int) -> int:
        """Calendar year of a month of the horizon."""
        return self.date_of(month).year

    def arrivals(self, earliest: int) -> list[Step]:
        """Steps at whose start something can enter service.

        The first that starts no sooner than the month in which it can be ready, and those at
        regular dates after it. What the lead time of another asset cuts is no occasion to arrive:
        otherwise a longer lead time of one would make the others more flexible.
        """
        regular = _regular(self.period_months.values(), self.arrival_months)
        ready = [step for step in self.steps if step.start_month >= earliest]
        return [s for n, s in enumerate(ready) if n == 0 or s.start_month in regular]


def add_months(date: dt.date, months: int) -> dt.date:
    """First day of the month so many months after a first of a month."""
    count = date.year * MONTHS_PER_YEAR + date.month - 1 + months
    return dt.date(count // MONTHS_PER_YEAR, count % MONTHS_PER_YEAR + 1, 1)


def months_between(start: dt.date, end: dt.date) -> float:
    """Months from one date to another; a day counts as its share of its own month."""

    def position(date: dt.date) -> float:
        length = days_of.monthrange(date.year, date.month)[1]
        return date.year * MONTHS_PER_YEAR + date.month - 1 + (date.day - 1) / length

    return position(end) - position(start)


def whole_months_until(start: dt.date, date: dt.date) -> int:
    """Months from the start to the first month that lies wholly after a date, at least 0."""
    return max(0, math.ceil(months_between(start, date) - 1e-9))


def make_calendar(
    periods: pd.DataFrame,
    services: Iterable[int],
    step_months: int,
    arrival_months: int,
) -> Calendar:
    """Cut periods into steps at every month on which something can first enter service.

    Parameters
    ----------
    periods
        Table `periods`, in order of date.
    services
        Months at which something can enter service for the first time, its first action being
        taken at the start of the horizon or on the first day on which it can be ordered. Whatever
        comes later can be ordered so as to arrive at the start of a step, in an exact month.
    step_months
        Service dates are rounded up to a multiple of so many months within their period.
    arrival_months
        Every period is also cut at multiples of so many months.

    Returns
    -------
    Calendar
        Steps that cover the horizon without gap.
    """
    ordered = list(rows(periods))
    start = ordered[0].start.date()
    bounds = [
        (round(months_between(start, r.start.date())), round(months_between(start, r.end.date())))
        for r in ordered
    ]
    horizon = bounds[-1][1]
    cuts = _regular(bounds, arrival_months)
    cuts |= {_round_up(month, bounds, step_months) for month in services if month < horizon}
    steps: list[Step] = []
    for row, (begin, end) in zip(ordered, bounds, strict=True):
        inner = sorted(cut for cut in cuts if begin <= cut < end)
        days = _days(start, begin, end)
        seconds = days * SECONDS_PER_DAY if math.isnan(row.seconds) else row.seconds
        for first, last in zip(inner, [*inner[1:], end], strict=True):
            share = _days(start, first, last) / days
            years = tuple(add_months(start, month).year for month in range(first, last))
            steps.append(Step(len(steps), row.period, first, last, years, seconds * share))
    return Calendar(
        start,
        tuple(steps),
        {r.period: b for r, b in zip(ordered, bounds, strict=True)},
        arrival_months,
    )


def _regular(bounds: Iterable[tuple[int, int]], every: int) -> set[int]:
    return {month for begin, end in bounds for month in range(begin, end, every)}


def _round_up(month: int, bounds: list[tuple[int, int]], step_months: int) -> int:
    begin, end = next((b, e) for b, e in bounds if b <= month < e)
    return min(end, begin + math.ceil((month - begin) / step_months) * step_months)


def _days(start: dt.date, first_month: int, end_month: int) -> int:
    return (add_months(start, end_month) - add_months(start, first_month)).days
