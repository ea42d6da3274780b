"""The periods: quarters, then half-years, then years."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from rows import Row, assumed

MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class Period:
    """A period and its two boundaries, in years."""

    name: str
    start: dt.date
    end: dt.date

    @property
    def start_years(self) -> float:
        """Start in years; a month is a twelfth, as in the model."""
        return _years(self.start)

    @property
    def end_years(self) -> float:
        """End in years."""
        return _years(self.end)


def _years(date: dt.date) -> float:
    return date.year + (date.month - 1) / MONTHS_PER_YEAR


def make_periods(years: dict[str, Any]) -> list[Period]:
    """Periods of the years that are cut into quarters, into halves and not at all."""
    found = []
    for key, letter, parts in (("quarters", "q", 4), ("halves", "h", 2), ("years", "", 1)):
        months = MONTHS_PER_YEAR // parts
        for year in years[key]:
            for part in range(parts):
                name = f"{year}-{letter}{part + 1}" if letter else str(year)
                start = dt.date(year, 1 + part * months, 1)
                last = part == parts - 1
                end = dt.date(year + last, 1 if last else start.month + months, 1)
                found.append(Period(name, start, end))
    return found


def period_rows(periods: list[Period]) -> list[Row]:
    """Rows of the table `periods`; seconds are the calendar's."""
    return [
        assumed({"period": p.name, "start": p.start, "end": p.end, "seconds": ""}) for p in periods
    ]
