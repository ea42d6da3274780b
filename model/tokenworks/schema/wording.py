"""Words for problems: what was found, what is near it, what is wanted instead."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Mapping

from tokenworks.schema.columns import Column, Kind

_LONGEST_VALUE = 60
_MOST_NAMES = 8
_NEAR = 0.6  # difflib's own default: below it, suggestions puzzle more than they help


def shown(value: object, longest: int = _LONGEST_VALUE) -> str:
    """A value as it stands in the input, in backticks, on one line and not too long."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif value is None:
        text = "null"
    elif isinstance(value, float):
        text = f"{value:.12g}"
    elif isinstance(value, dt.date):
        text = value.isoformat()
    elif isinstance(value, (list, Mapping)):
        text = "[…]" if isinstance(value, list) else "{…}"
    else:
        text = str(value)
    text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    return f"`{text}`"


def listed(names: Iterable[str]) -> str:
    """Names in backticks, joined by commas; the first few where there are many."""
    every = list(dict.fromkeys(names))
    words = ", ".join(shown(name) for name in every[:_MOST_NAMES])
    more = len(every) - _MOST_NAMES
    return f"{words} and {more} more" if more > 0 else words


def closest(name: str, names: Iterable[str]) -> str:
    """The name most like the given one; empty where none is near."""
    found = difflib.get_close_matches(name, list(names), n=1, cutoff=_NEAR)
    return found[0] if found else ""


def suggestion(name: str, names: Iterable[str]) -> str:
    """Remedy for an unknown name: the closest known one, else the names there are."""
    every = list(dict.fromkeys(names))
    near = closest(name, every)
    if near:
        return f"did you mean {shown(near)}?"
    return f"choose one of {listed(every)}" if every else "leave it out"


def range_words(minimum: float | None, maximum: float | None, above: float | None = None) -> str:
    """A range in words, with a leading blank: ` between 0 and 1`, ` above 0`, or nothing."""
    if above is not None:
        return f" above {above:.12g}" + (
            f" and at most {maximum:.12g}" if maximum is not None else ""
        )
    if minimum is not None and maximum is not None:
        return f" between {minimum:.12g} and {maximum:.12g}"
    if minimum is not None:
        return f" of {minimum:.12g} or more"
    return f" of at most {maximum:.12g}" if maximum is not None else ""


def unit_words(unit: str | None) -> str:
    """A unit in words, with a leading blank; nothing for a bare number."""
    bare = unit is None or unit == "1" or unit.startswith("1 ")
    return "" if bare else f" (unit: {unit})"


def wanted(column: Column) -> str:
    """What a cell of the column holds, in words, with range and unit."""
    unit = unit_words(column.unit)
    limits = range_words(column.minimum, column.maximum, column.above)
    words = {
        Kind.NUMBER: f"a number{limits}{unit}",
        Kind.INTEGER: f"a whole number{limits}{unit}",
        Kind.BOOLEAN: "true or false",
        Kind.DATE: "a date as YYYY-MM-DD",
        Kind.TEXT: "text",
    }
    if column.allowed:
        return f"one of {listed(column.allowed)}"
    if column.refers_to:
        table, key = column.refers_to.split(".")
        return f"a {key} of the table {shown(table)}"
    return words[column.kind]


def outside(column: Column, value: float) -> str:
    """What is wrong with a number outside the column's range; empty inside it."""
    if column.above is not None and not value > column.above:
        return f"{shown(value)} is not above {column.above:.12g}"
    if column.minimum is not None and value < column.minimum:
        return f"{shown(value)} is below {column.minimum:.12g}"
    if column.maximum is not None and value > column.maximum:
        return f"{shown(value)} is above {column.maximum:.12g}"
    return ""
