"""Cells as text turned into typed values, with what is wrong with each that can't be."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from tokenworks.schema.columns import Column, Kind, Role
from tokenworks.schema.wording import shown, wanted

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_THOUSANDS = re.compile(
    r"[+-]?[0-9]{1,3}(?:([,' _\u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*(\.[0-9]+)?"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LARGEST_INTEGER = 2**53  # beyond it, a spreadsheet or a float may have rounded the figure
_SPECIAL = re.compile(r"[,\[\]]")
STAR = "*"

Fault = tuple[str, str]


@dataclass
class Converted:
    """A column's values, and problem and remedy of the cells that have none, by position.

    A faulty cell holds the value of a blank, or of a number in range where blanks have none.
    """

    series: pd.Series[Any]
    faults: dict[int, Fault] = field(default_factory=dict)


def dtype_of(column: Column) -> str:
    """The dtype of a column in a loaded table."""
    if column.kind is Kind.INTEGER:
        return "Int64" if column.optional else "int64"
    if column.kind is Kind.BOOLEAN:
        return "boolean" if column.optional else "bool"
    return {
        Kind.TEXT: "str",
        Kind.NUMBER: "float64",
        Kind.DATE: "datetime64[us]",
    }[column.kind]


def blank_fault(column: Column) -> Fault:
    """Problem and remedy of a blank cell in a column that needs a value."""
    return "the cell is blank", f"give {wanted(column)}"


def placeholder(column: Column) -> Any:
    """What a blank or faulty cell holds."""
    if column.kind is Kind.INTEGER:
        return None if column.optional else int(max(column.minimum or 0, 0))
    if column.kind is Kind.BOOLEAN:
        return None if column.optional else False
    return {Kind.TEXT: "", Kind.NUMBER: math.nan, Kind.DATE: None}[column.kind]


def from_text(column: Column, cells: Sequence[str]) -> Converted:
    """Values of a column of a CSV file.

    Parameters
    ----------
    column
        Its declaration.
    cells
        Its cells, stripped of blanks at both ends.

    Returns
    -------
    Converted
        Values of `dtype_of(column)`, and faults by position.
    """
    parse = _PARSERS[column.kind]
    blank = placeholder(column)
    values: list[Any] = []
    faults: dict[int, Fault] = {}
    for position, cell in enumerate(cells):
        if not cell:
            values.append(blank)
            if not column.optional:
                faults[position] = blank_fault(column)
            continue
        value, fault = parse(column, cell)
        values.append(blank if fault else value)
        if fault:
            faults[position] = fault
    return Converted(pd.Series(values, dtype=dtype_of(column)), faults)


def key_fault(column: Column, text: str, *, star: bool) -> Fault | None:
    """What keeps a text from being part of a row's name, which addresses must be able to hold."""
    if column.role is not Role.KEY or column.kind is not Kind.TEXT:
        return None
    if _SPECIAL.search(text) or not text.isprintable():
        return (
            f"the id {shown(text)} holds a comma, a bracket or a line break",
            "use letters, digits, hyphens and dots",
        )
    if text == STAR and not star:
        return "the id `*` means any row in addresses", "use letters, digits, hyphens and dots"
    return None


def integer_fault(column: Column, value: float, cell: object) -> Fault | None:
    """What keeps a number from being a whole one."""
    if not float(value).is_integer():
        return f"{shown(cell)} is not a whole number", f"give {wanted(column)}"
    if abs(value) > _LARGEST_INTEGER:
        return f"{shown(cell)} is too large", f"give {wanted(column)}"
    return None


def _text(_: Column, cell: str) -> tuple[Any, Fault | None]:
    return cell, None


def _number(column: Column, cell: str) -> tuple[Any, Fault | None]:
    if not _NUMBER.fullmatch(cell):
        return None, _not_a_number(column, cell)
    value = float(cell)
    if not math.isfinite(value):
        return None, (f"{shown(cell)} is too large", f"give {wanted(column)}")
    return value, None


def _integer(column: Column, cell: str) -> tuple[Any, Fault | None]:
    value, fault = _number(column, cell)
    if fault is None:
        fault = integer_fault(column, value, cell)
    return (None, fault) if fault else (int(value), None)


def _boolean(column: Column, cell: str) -> tuple[Any, Fault | None]:
    words = {"true": True, "false": False}
    if cell.lower() in words:
        return words[cell.lower()], None
    return None, (f"{shown(cell)} is not true or false", f"give {wanted(column)}")


def _date(column: Column, cell: str) -> tuple[Any, Fault | None]:
    try:
        if _DATE.fullmatch(cell):
            return pd.Timestamp(dt.date.fromisoformat(cell)), None
    except ValueError:
        pass
    return None, (f"{shown(cell)} is not a date", f"give {wanted(column)}")


_PARSERS: dict[Kind, Callable[[Column, str], tuple[Any, Fault | None]]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.INTEGER: _integer,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
}


def _not_a_number(column: Column, cell: str) -> Fault:
    if separator := _THOUSANDS.fullmatch(cell):
        plain = cell.replace(separator.group(1), "")
        return f"{shown(cell)} has thousands separators", f"write {shown(plain)}"
    remedy = f"give {wanted(column)}"
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", cell):
        remedy = f"write a decimal point: {shown(cell.replace(',', '.'))}"
    elif column.optional:
        remedy += ", or leave the cell blank"
    return f"{shown(cell)} is not a number", remedy
