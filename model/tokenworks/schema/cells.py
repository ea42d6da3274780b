"""Single values against the column that they are meant for: overrides of cells."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

from tokenworks.errors import InputError
from tokenworks.schema.addresses import CellAddress, parse_address
from tokenworks.schema.columns import Column, Kind, Role
from tokenworks.schema.tables import INPUT_TABLES
from tokenworks.schema.wording import outside, shown, wanted

ACTIONS = ("scale", "add")


@dataclass(frozen=True)
class Change:
    """What an override does to its cells.

    Attributes
    ----------
    action
        ``set``, ``scale`` or ``add``.
    value
        The new value, the factor, or the summand in the column's unit.
    """

    action: str
    value: object

    def __str__(self) -> str:
        """The change in words, for the table `figure_sources`."""
        words = {"set": "set to", "scale": "multiplied by", "add": "raised by"}
        return f"{words[self.action]} {shown(self.value).strip('`')}"


def change_of(value: object) -> Change:
    """Read an override's value; call `override_fault` first, which finds what is wrong with it."""
    if isinstance(value, Mapping):
        ((action, amount),) = value.items()
        return Change(str(action), amount)
    return Change("set", value)


def override_fault(address: str, value: object) -> tuple[str, str] | None:
    """What is wrong with an override, as problem and remedy; None where nothing is.

    Parameters
    ----------
    address
        The address as written.
    value
        A value of the column's kind, or a mapping with `scale` or `add`.
    """
    try:
        found = parse_address(address)
    except InputError as error:
        return error.problems[0].problem, error.problems[0].remedy
    if not isinstance(found, CellAddress):
        return (
            f"{shown(address)} names no cells of a table",
            "write options in the scenario itself; overrides hold addresses such as "
            "`tables.sites[tx-brazoria].max_it_mw`",
        )
    column = INPUT_TABLES[found.table].column(found.column)
    if column.role in (Role.KEY, Role.PROVENANCE):
        what = "names the row" if column.role is Role.KEY else "says where the figures come from"
        return (
            f"the column {shown(column.name)} {what} and can't be overridden",
            "change it in the table's file",
        )
    if isinstance(value, Mapping):
        return _action_fault(column, value)
    problem = value_fault(column, value)
    return (problem, f"give {wanted(column)}{_or_action(column)}") if problem else None


def value_fault(column: Column, value: object) -> str:
    """What is wrong with a value of the column, in words; empty where nothing is."""
    if value is None or value == "":
        return "" if column.optional and column.kind is Kind.TEXT else "no value is given"
    if column.kind in (Kind.NUMBER, Kind.INTEGER):
        return _number_fault(column, value)
    words = ""
    if column.kind is Kind.BOOLEAN and not isinstance(value, bool):
        words = "is not true or false"
    elif column.kind is Kind.DATE and not _is_date(value):
        words = "is not a date"
    elif column.kind is Kind.TEXT and not isinstance(value, str):
        words = "is not text"
    elif column.allowed and value not in column.allowed:
        words = "is not one of the words allowed here"
    return f"{shown(value)} {words}" if words else ""


def _number_fault(column: Column, value: object) -> str:
    number = finite(value)
    if number is None:
        return f"{shown(value)} is not a number"
    if column.kind is Kind.INTEGER and not number.is_integer():
        return f"{shown(value)} is not a whole number"
    return outside(column, number)


def _action_fault(column: Column, value: Mapping[object, object]) -> tuple[str, str] | None:
    if len(value) != 1 or next(iter(value)) not in ACTIONS:
        return (
            f"{shown(', '.join(map(str, value)) or '{}')} is not one of `scale` and `add`",
            f"give {wanted(column)}, or a mapping with `scale` or `add` and a number",
        )
    ((action, amount),) = value.items()
    if column.kind not in (Kind.NUMBER, Kind.INTEGER):
        return (
            f"{shown(action)} needs a number, but {shown(column.name)} holds none",
            f"give {wanted(column)}",
        )
    if finite(amount) is None:
        return f"{shown(amount)} is not a number", f"give {shown(action)} a number"
    return None


def finite(value: object) -> float | None:
    """The value as a float; None where it is no finite number (true and false are none)."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _is_date(value: object) -> bool:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return True
    try:
        return isinstance(value, str) and bool(dt.date.fromisoformat(value))
    except ValueError:
        return False


def _or_action(column: Column) -> str:
    numeric = column.kind in (Kind.NUMBER, Kind.INTEGER)
    return ", or a mapping with `scale` or `add`" if numeric else ""
