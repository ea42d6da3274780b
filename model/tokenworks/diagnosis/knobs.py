"""Inputs that a user can change to make room: what they are, where they stand, and how far they go.

A knob is an input, or a few rows of one, with the change that makes it bind no more. A change is
written as every change is: address to value, or to a mapping with `scale` or `add`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from tokenworks.inputs import Inputs, prepare
from tokenworks.io.overrides import apply_overrides, key_text
from tokenworks.schema.addresses import TABLES, CellAddress, parse_address

Kind = Literal["amount", "months", "level", "switch"]
Changes = Mapping[str, Any]


@dataclass(frozen=True)
class Knob:
    """An input that limits what a plan can do.

    Attributes
    ----------
    kind
        ``amount``: more of it makes room, one by one; ``months``: fewer of them do; ``level``: a
        figure to raise; ``switch``: a rule to lift.
    addresses
        What is changed, as in `overrides`.
    unit
        Unit of the figure; empty of a switch.
    words
        What it is, to follow "raise", "shorten" or "lift".
    now
        What it is now, in words.
    most
        Amount to add that surely makes it bind no more; months to take off; level or value that
        lifts it.
    family
        What knobs of one sort have in common.
    whole
        Smallest step of an amount: half a block gives no more room than none.
    rows
        Rows of the program in which one more of it counts: constraint, first labels of the index
        and how much; of an amount alone.
    columns
        The same of columns that it limits by themselves, with the limit: variable, first labels,
        how much of it each takes, and limit now.
    now_value
        Of months, levels and options: the figure now.
    """

    kind: Kind
    addresses: tuple[str, ...]
    unit: str
    words: str
    now: str
    most: float | str | bool
    family: str
    whole: float = 0.0
    rows: tuple[tuple[str, tuple[Any, ...], float], ...] = ()
    columns: tuple[tuple[str, tuple[Any, ...], float, float], ...] = ()
    now_value: float = 0.0

    def change(self, amount: float | str | bool | None = None) -> dict[str, Any]:
        """What to override for so much of it; all of it where nothing is said."""
        value = self.most if amount is None else amount
        if self.kind == "amount" and "[" in self.addresses[0]:
            return {address: {"add": value} for address in self.addresses}
        if self.kind == "amount":
            return dict.fromkeys(self.addresses, self.now_value + float(value))
        if self.unit == "months":
            value = math.ceil(float(value))
        return dict.fromkeys(self.addresses, value)


def with_changes(x: Inputs, changes: Changes, milestones: tuple[int, ...] = ()) -> Inputs:
    """Inputs with some figures and options changed; nothing is read again.

    Parameters
    ----------
    x
        Checked inputs.
    changes
        Address to value, or to a mapping with `scale` or `add`.
    milestones
        Months at which steps are cut besides.
    """
    cells = {a: v for a, v in changes.items() if isinstance(parse_address(a), CellAddress)}
    options = {a: v for a, v in changes.items() if a not in cells}
    scenario = x.scenario.with_(options) if options else x.scenario
    return prepare(scenario, apply_overrides(x.loaded, cells), milestones)


@dataclass(frozen=True)
class Place:
    """Where an input stands.

    Attributes
    ----------
    file, row, column, value
        File, line in it (0 for none), column or key, and what stands there.
    address
        What to override to change it.
    """

    file: str
    row: int
    column: str
    value: str
    address: str

    def __str__(self) -> str:
        """In one line."""
        line = f", row {self.row}" if self.row else ""
        return f"{self.file}{line}, {self.column} = {self.value}"


MOST_PLACES = 4
# From here on a figure is shown in full, not to six digits.
SIX_DIGITS = 1e6


def places(x: Inputs, address: str) -> list[Place]:
    """Where the cells or the option of an address stand, in order of the file."""
    found = parse_address(address)
    if not isinstance(found, CellAddress):
        file, line = x.scenario.origin(address)
        value: Any = x.scenario
        for part in found.parts:
            value = getattr(value, part, None)
        return [Place(file, line, address, shown_value(value), address)]
    table = x.loaded[found.table]
    if table.frame.empty:
        return []
    wanted = pd.Series(True, index=table.frame.index)
    for name, part in zip(table.table.key, found.key, strict=True):
        if part != "*":
            wanted &= table.frame[name].astype("str") == part
    keys = key_text(table)
    overridden = _overridden(x)
    return [
        Place(
            table.file,
            int(line),
            found.column,
            shown_value(table.frame.loc[line, found.column])
            + _where_overridden(overridden, found.table, keys[line], found.column),
            f"{TABLES}.{found.table}[{keys[line]}].{found.column}",
        )
        for line in table.frame.index[wanted]
    ]


def cell_values(x: Inputs, address: str) -> dict[str, float]:
    """Address of every cell that an address names to its figure, blank ones left out."""
    found = parse_address(address)
    if not isinstance(found, CellAddress):
        return {}
    table, values = x.loaded[found.table], {}
    keys, figures = key_text(table), table.frame[found.column].to_dict()
    for place in places(x, address):
        if not pd.isna(figures[place.row]):
            values[cell(found.table, keys[place.row], found.column)] = float(figures[place.row])
    return values


def _where_overridden(
    known: Mapping[tuple[str, str, str], str], table: str, row: str, column: str
) -> str:
    """What is said of a cell that an override changed; nothing of one as its file has it."""
    return known.get((table, row, column), known.get((table, "*", column), ""))


def _overridden(x: Inputs) -> dict[tuple[str, str, str], str]:
    """Cells of which an override, not the file, says what they hold; where it stands."""
    found: dict[tuple[str, str, str], str] = {}
    for row in x.loaded["figure_sources"].frame.itertuples():
        address = str(row.source).partition("override: ")[2]
        if address:
            file, line = x.scenario.origin(address)
            where = f"{file}, row {line}" if line else file
            found[str(row.table), str(row.row), str(row.column)] = f" (as overridden in {where})"
    return found


def shown_value(value: Any) -> str:
    """A value as a person reads it."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return "blank"
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    if str(value) in ("True", "False"):  # of numpy, too
        return str(value).lower()
    if isinstance(value, (int, float)):
        return f"{value:,.6g}" if abs(value) < SIX_DIGITS else f"{value:,.0f}"
    return str(value)


def cell(table: str, key: str, column: str) -> str:
    """Address of a cell."""
    return f"{TABLES}.{table}[{key}].{column}"


def of_table(address: str) -> str:
    """Table of an address; empty for an option."""
    return address.partition("[")[0].partition(".")[2] if "[" in address else ""
