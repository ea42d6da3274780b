"""Figures that say where they are found, so that each can be looked up again in the run folder.

A figure is made by looking it up: a reference names a table of the run, a column, the rows and how
they are gathered; a worked figure joins references by one operation. Writers print the text, and
the HTML memo shows the reference of every figure beside it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from tokenworks.report.memo.forms import Form, shown

How = Literal["sum", "least", "most", "mean", "count", "distinct", "only"]
Operation = Literal["ratio", "difference", "sum", "product", "negative"]
Rows = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Found:
    """Where a figure stands in a run.

    Attributes
    ----------
    table
        A result table by its name, ``inputs/<table>``, ``manifest``, ``proforma``, ``returns`` or a
        table that the memo works out; after ``usual/`` of the plan of business as usual.
    column
        Column; of the manifest a dotted key.
    rows
        Column to the values that its rows have, as text; of all others any.
    how
        How the rows are gathered.
    """

    table: str
    column: str
    rows: Rows = ()
    how: How = "sum"

    def __str__(self) -> str:
        """In words, such as ``sum of costs.present_value_usd where line is owned``."""
        where = " and ".join(f"{c} is {' or '.join(v) or 'blank'}" for c, v in self.rows)
        gathered = "" if self.table == "manifest" or self.how == "only" else f"{self.how} of "
        return f"{gathered}{self.table}.{self.column}" + (f" where {where}" if where else "")


@dataclass(frozen=True)
class Worked:
    """A figure worked out of others.

    Attributes
    ----------
    operation
        ratio and difference of two parts, sum and product of all, the negative of one.
    parts
        References, figures worked out themselves, or plain numbers.
    """

    operation: Operation
    parts: tuple[Found | Worked | float, ...]

    def __str__(self) -> str:
        """The operation in words."""
        return f"{self.operation} of ({'; '.join(map(str, self.parts))})"


Reference = Found | Worked


@dataclass(frozen=True)
class Figure:
    """A figure with its unit and its reference.

    Attributes
    ----------
    value
        None where there is none.
    form
        How it is printed.
    reference
        Where it is found.
    words
        What is printed where there is none.
    mark
        Confidence that is printed with it: ``claimed``, ``assumed`` or nothing.
    """

    value: float | None
    form: Form
    reference: Reference
    words: str = "–"
    mark: str = ""

    @property
    def text(self) -> str:
        """As it is printed."""
        if self.value is None:
            return self.words
        return shown(self.value, self.form) + MARKS[self.mark]


MARKS = {"": "", "measured": "", "published": "", "claimed": " ‡", "assumed": " †"}
MARKS_EXPLAINED = (
    "† rests on an input that somebody assumed; ‡ on one that a seller claims and nobody has "
    "measured. Sources stand at the end."
)


def as_text(cell: Any) -> str:
    """A cell as rows are named by: dates in ISO form, a blank as nothing."""
    if pd.isna(cell):
        return ""
    if isinstance(cell, pd.Timestamp):
        return str(cell.date())
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


class Book:
    """The tables of a run, and figures looked up in them.

    Parameters
    ----------
    frames
        Table name to frame.
    manifest
        What `manifest.json` holds; that of business as usual under ``usual``.
    """

    def __init__(self, frames: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any]) -> None:
        self.frames, self.manifest = dict(frames), manifest
        self._known: dict[tuple[str, str], dict[str, list[int]]] = {}

    def has(self, table: str) -> bool:
        """Whether a table is there and has rows."""
        return table in self.frames and len(self.frames[table]) > 0

    def rows(self, found: Found) -> pd.DataFrame:
        """The rows that a reference names."""
        return self.frames[found.table].iloc[self._positions(found)]

    def _positions(self, found: Found) -> npt.NDArray[np.intp]:
        """Where the rows that a reference names stand in their table."""
        keep = np.ones(len(self.frames[found.table]), dtype=bool)
        for column, values in found.rows:
            places = self._places(found.table, column)
            named = np.zeros(len(keep), dtype=bool)
            for value in values:
                named[places.get(value, [])] = True
            keep &= named
        return np.flatnonzero(keep)

    def _places(self, table: str, column: str) -> Mapping[str, list[int]]:
        """Text of a cell to the rows that have it."""
        if (table, column) not in self._known:
            found: dict[str, list[int]] = {}
            for place, cell in enumerate(self.frames[table][column]):
                found.setdefault(as_text(cell), []).append(place)
            self._known[table, column] = found
        return self._known[table, column]

    def value(self, reference: Reference | float) -> float | None:
        """The value of a reference; None where there is none."""
        if isinstance(reference, Worked):
            return _worked(reference.operation, [self.value(part) for part in reference.parts])
        if not isinstance(reference, Found):
            return float(reference)
        if reference.table in ("manifest", "usual/manifest"):
            return _finite(self._of_manifest(reference))
        column = self.frames[reference.table][reference.column]
        values = column.iloc[self._positions(reference)].dropna()
        return _finite(_gathered(values, reference.how))

    def _of_manifest(self, reference: Found) -> Any:
        place: Any = self.manifest
        for key in reference.column.split("/"):
            place = place.get(key) if isinstance(place, Mapping) else None
        return place

    def figure(
        self,
        reference: Reference,
        form: Form,
        *,
        words: str = "–",
        mark: str = "",
    ) -> Figure:
        """The figure of a reference."""
        return Figure(self.value(reference), form, reference, words, mark)


def found(table: str, column: str, gather: How = "sum", /, **rows: Any) -> Found:
    """A reference; each row filter is a value, or a list of them."""
    named = tuple(
        (
            name,
            tuple(map(as_text, value if isinstance(value, (list, tuple, set)) else (value,))),
        )
        for name, value in rows.items()
    )
    return Found(table, column, named, gather)


def ratio(over: Reference, under: Reference | float) -> Worked:
    """One reference over another."""
    return Worked("ratio", (over, under))


def _gathered(values: pd.Series[Any], how: How) -> Any:
    if how == "count":
        return len(values)
    if how == "distinct":
        return values.nunique()
    if values.empty:
        return 0.0 if how == "sum" else None
    if how == "only":
        return values.iloc[0]
    return getattr(values, {"sum": "sum", "least": "min", "most": "max", "mean": "mean"}[how])()


def _worked(operation: Operation, parts: list[float | None]) -> float | None:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if operation == "ratio":
        return known[0] / known[1] if known[1] else None
    if operation == "difference":
        return known[0] - known[1]
    if operation == "negative":
        return -known[0]
    return math.prod(known) if operation == "product" else sum(known)


def _finite(value: Any) -> float | None:
    if isinstance(value, pd.Timestamp):
        return value.timestamp()
    if value is None or pd.isna(value) or not math.isfinite(float(value)):
        return None
    return float(value)
