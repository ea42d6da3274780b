"""Lines of a statement by year: figures, and formulas with the values that they have now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from tokenworks.report.workbook.sheets import Sheet, block, cell
from tokenworks.results.finance import Floats

TOP = 3  # the row of years
LEFT = 2  # the column of the first year

Formula = Callable[[int], str]


class Lines:
    """Lines of the statement, years across.

    Parameters
    ----------
    sheet
        Where they stand.
    count
        Years.
    """

    def __init__(self, sheet: Sheet, count: int) -> None:
        self.sheet, self.count = sheet, count
        self._next, self._rows = TOP + 1, dict[str, int]()

    def at(self, name: str, year: int) -> str:
        """The cell of a line in a year, by its position."""
        return cell(self._rows[name], LEFT + year)

    def place(self, name: str) -> int:
        """The row of a line."""
        return self._rows[name]

    def row(self, name: str, sheet: str = "") -> str:
        """All years of a line."""
        of = self._rows[name]
        return block((of, of), (LEFT, LEFT + self.count - 1), sheet=sheet)

    def given(self, name: str, label: str, unit: str, values: Floats) -> None:
        """A line of figures."""
        row = self._open(name, label, unit)
        for year, value in enumerate(values):
            self.sheet.number(row, LEFT + year, value, "usd")

    def worked(
        self, name: str, label: str, unit: str, formula: Formula, values: Any, form: str = "usd"
    ) -> None:
        """A line of formulas with their values."""
        row = self._open(name, label, unit)
        for year in range(self.count):
            value = values[year]
            shown: object = "" if pd.isna(value) else value
            self.sheet.formula(row, LEFT + year, formula(year), shown, form)

    def reserve(self, name: str, ahead: int) -> None:
        """Say where a line will stand that one above it reads, of the year before."""
        self._rows[name] = self._next + ahead

    def head(self, text: str) -> None:
        """A heading between lines."""
        self._next += 1
        self.sheet.text(self._next, 0, text, "strong")
        self._next += 1

    def _open(self, name: str, label: str, unit: str) -> int:
        row = self._next
        self._rows[name], self._next = row, row + 1
        self.sheet.text(row, 0, label)
        self.sheet.text(row, 1, unit)
        return row

    @property
    def after(self) -> int:
        """The row below the last line."""
        return self._next + 1
