"""Sheets with our formulas and everybody's text: nothing from the inputs is ever a formula."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_col_to_name

from tokenworks.report.memo.blocks import printable
from tokenworks.report.memo.style import BLUE, GREY, HAIRLINE, PALE

MOST_LETTERS = 32_000
MOST_ROWS = 1_048_000

_FORMATS: dict[str, dict[str, Any]] = {
    "text": {},
    "title": {"bold": True, "font_size": 15, "font_color": BLUE},
    "note": {"font_color": GREY, "italic": True},
    "head": {"bold": True, "bottom": 1, "font_color": BLUE, "text_wrap": True, "valign": "bottom"},
    "usd": {"num_format": "#,##0;[Red]-#,##0"},
    "small": {"num_format": "#,##0.000000"},
    "factor": {"num_format": "0.000000"},
    "percent": {"num_format": "0.00%"},
    "ratio": {"num_format": "0.00"},
    "number": {"num_format": "#,##0.######"},
    "year": {"num_format": "0", "bold": True, "bottom": 1, "font_color": BLUE},
    "whole": {"num_format": "0"},
    "date": {"num_format": "yyyy-mm-dd"},
    "input": {"font_color": "#0000c0", "bg_color": PALE, "num_format": "General"},
    "total": {"num_format": "#,##0;[Red]-#,##0", "bold": True, "top": 1},
    "total_small": {"num_format": "#,##0.000000", "bold": True, "top": 1},
    "strong": {"bold": True},
}


def cell(row: int, column: int, *, sheet: str = "") -> str:
    """An absolute reference; rows and columns from 0."""
    place = f"${xl_col_to_name(column)}${row + 1}"
    return f"'{sheet}'!{place}" if sheet else place


def block(rows: tuple[int, int], columns: tuple[int, int], *, sheet: str = "") -> str:
    """An absolute reference to a block, first and last row and column."""
    first, last = cell(rows[0], columns[0]), cell(rows[1], columns[1])
    return f"'{sheet}'!{first}:{last}" if sheet else f"{first}:{last}"


class Sheet:
    """A sheet of the workbook.

    Parameters
    ----------
    made
        What xlsxwriter gives.
    formats
        Formats by name.
    """

    def __init__(self, made: Any, formats: dict[str, Any]) -> None:
        self.made, self._formats = made, formats
        self.name = str(made.get_name())

    def text(self, row: int, column: int, text: object, form: str = "text") -> None:
        """Write text, whatever it looks like."""
        words = printable(str(text))[:MOST_LETTERS]
        self.made.write_string(row, column, words, self._formats[form])

    def number(self, row: int, column: int, value: Any, form: str = "number") -> None:
        """Write a number; nothing where there is none."""
        if value is None or pd.isna(value) or not math.isfinite(float(value)):
            self.made.write_blank(row, column, None, self._formats[form])
        else:
            self.made.write_number(row, column, float(value), self._formats[form])

    def formula(self, row: int, column: int, formula: str, value: Any, form: str = "usd") -> None:
        """Write a formula of ours with the value that it has now."""
        if isinstance(value, str):
            cached: Any = value
        else:
            known = value is not None and not pd.isna(value) and math.isfinite(float(value))
            cached = float(value) if known else ""
        self.made.write_formula(row, column, f"={formula}", self._formats[form], cached)

    def any(self, row: int, column: int, value: Any) -> None:
        """Write a cell of a table as what it is."""
        if isinstance(value, pd.Timestamp):
            self.made.write_datetime(row, column, value.to_pydatetime(), self._formats["date"])
        elif isinstance(value, bool):
            self.made.write_boolean(row, column, value)
        elif isinstance(value, str):
            self.text(row, column, value)
        elif value is None or pd.isna(value):
            self.made.write_blank(row, column, None)
        else:
            self.number(row, column, value)

    def heads(self, row: int, titles: list[str], column: int = 0) -> None:
        """Write a row of headings."""
        for place, title in enumerate(titles):
            self.text(row, column + place, title, "head")

    def widths(self, *widths: float) -> None:
        """Set the widths of the first columns."""
        for place, width in enumerate(widths):
            self.made.set_column(place, place, width)

    def frame(self, frame: pd.DataFrame, row: int = 0) -> None:
        """Write a table with its headings, frozen."""
        self.heads(row, [str(name) for name in frame.columns])
        for place, name in enumerate(frame.columns):
            for position, value in enumerate(frame[name].iloc[:MOST_ROWS]):
                self.any(row + 1 + position, place, value)
        for place, name in enumerate(frame.columns):
            lengths = frame[name].iloc[:500].map(lambda value: len(str(value)))
            most = max([len(str(name)), *lengths.tolist()])
            self.made.set_column(place, place, min(max(9, most + 1), 46))
        self.made.freeze_panes(row + 1, 0)
        self.made.autofilter(row, 0, row + max(1, len(frame)), max(0, len(frame.columns) - 1))


class Book:
    """The workbook with its formats.

    Parameters
    ----------
    made
        What xlsxwriter gives.
    """

    def __init__(self, made: Any) -> None:
        self.made = made
        self._formats = {name: made.add_format(spec) for name, spec in _FORMATS.items()}
        self._formats["hairline"] = made.add_format({"bottom": 1, "bottom_color": HAIRLINE})

    def sheet(self, name: str) -> Sheet:
        """A new sheet, without lines between its cells."""
        made = self.made.add_worksheet(name[:31])
        made.hide_gridlines(2)
        made.set_landscape()
        made.set_paper(9)
        made.fit_to_pages(1, 0)
        made.set_footer("&L&8&A&R&8page &P of &N")
        return Sheet(made, self._formats)

    def name(self, name: str, reference: str) -> None:
        """Name a cell or a block."""
        self.made.define_name(name, f"={reference}")
