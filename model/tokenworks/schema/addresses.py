"""The one address syntax, for overrides, `with_`, studies and `explain`.

``finance.discount_rate``
    a dotted key: an option of the scenario;
``tables.sites``
    also a dotted key: the file of a whole table;
``tables.sites[tx-brazoria].max_it_mw``
    one cell: table, key of the row, column;
``tables.hardware[*].capex_usd``
    a whole column;
``tables.demand[chat,us-east,2028-h1].output_tokens_per_s``
    a composite key, its parts in the order of the table's key columns; `*` stands for any value of
    a part, and alone for every row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tokenworks.errors import InputError, Problem
from tokenworks.schema.columns import Table
from tokenworks.schema.tables import INPUT_TABLES
from tokenworks.schema.wording import closest, shown, suggestion

ANY = "*"
TABLES = "tables"

_CELL = re.compile(r"tables\.([^.\[\]]*)\[([^\[\]]*)\]\.([^\[\]]*)")
_DOTTED = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*)*")
_SYNTAX = "write `finance.discount_rate`, `tables.sites` or `tables.sites[tx-brazoria].max_it_mw`"


@dataclass(frozen=True)
class DottedKey:
    """An option of the scenario, or the file of a whole table (`tables.<name>`)."""

    parts: tuple[str, ...]

    def __str__(self) -> str:
        """The address as it is written."""
        return ".".join(self.parts)


@dataclass(frozen=True)
class CellAddress:
    """Cells of one column.

    Attributes
    ----------
    table
        Name of the table.
    key
        One text per key column of the table, in order; `*` for any value.
    column
        Name of the column.
    """

    table: str
    key: tuple[str, ...]
    column: str

    @property
    def every_row(self) -> bool:
        """True where no part of the key is fixed."""
        return all(part == ANY for part in self.key)

    def __str__(self) -> str:
        """The address as it is written."""
        return f"{TABLES}.{self.table}[{','.join(self.key)}].{self.column}"


def parse_address(text: str, *, file: str = "address", row: int = 0) -> DottedKey | CellAddress:
    """Read an address.

    Parameters
    ----------
    text
        The address as written.
    file, row
        Where it is written, for the problem.

    Returns
    -------
    DottedKey or CellAddress
        What it names. Whether a dotted key is an option of the scenario, and whether a key names a
        row, is for the caller to find out.

    Raises
    ------
    InputError
        With one problem: bad syntax, unknown table or column, wrong number of key parts.
    """
    text = text.strip()
    cell = _CELL.fullmatch(text)
    if cell:
        table, key, column = (part.strip() for part in cell.groups())
        found: DottedKey | CellAddress | tuple[str, str] = _cell(table, key, column)
    else:
        found = _dotted(text)
    if isinstance(found, tuple):
        raise InputError([Problem(file, row, text, *found)])
    return found


def row_form(table: Table) -> str:
    """How a row of the table is addressed, for remedies: `demand[<workload>,<region>,<period>]`."""
    return f"{table.name}[{','.join(f'<{name}>' for name in table.key)}]"


def _dotted(text: str) -> DottedKey | tuple[str, str]:
    if not _DOTTED.fullmatch(text):
        return f"{shown(text)} is not an address", _SYNTAX
    key = DottedKey(tuple(text.split(".")))
    if key.parts[0] != TABLES or len(key.parts) == 1:
        return key
    table = INPUT_TABLES.get(key.parts[1])
    if table is None:
        return _unknown_table(key.parts[1])
    if len(key.parts) > 2:  # noqa: PLR2004 -- `tables.<name>` and nothing more
        return f"{shown(text)} names no row", f"write `{TABLES}.{row_form(table)}.{key.parts[2]}`"
    return key


def _cell(name: str, key: str, column: str) -> CellAddress | tuple[str, str]:
    table = INPUT_TABLES.get(name)
    if table is None:
        return _unknown_table(name)
    if column not in table.names:
        near = suggestion(column, table.names)
        return f"the table {shown(name)} has no column {shown(column)}", near
    parts = tuple(part.strip() for part in key.split(","))
    if parts == (ANY,):
        parts = (ANY,) * len(table.key)
    if len(parts) != len(table.key) or "" in parts:
        given = len([part for part in parts if part])
        return (
            f"the key {shown(key)} has {given} part{'s' if given != 1 else ''}, "
            f"but a row of {shown(name)} is named by {len(table.key)}",
            f"write `{TABLES}.{row_form(table)}.{column}`, with `*` for any value of a part",
        )
    return CellAddress(name, parts, column)


def _unknown_table(name: str) -> tuple[str, str]:
    known = closest(name, INPUT_TABLES)
    return f"there is no table {shown(name)}", suggestion(known or name, INPUT_TABLES)
