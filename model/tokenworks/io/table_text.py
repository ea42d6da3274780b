"""Rows of a declared table as the bytes of a file that `read_table` reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from tokenworks.io.convert import dtype_of
from tokenworks.schema.columns import Kind, Table


def table_bytes(table: Table, rows: Sequence[Mapping[str, Any]], suffix: str) -> bytes:
    """A table as CSV or Parquet, columns in the declared order.

    Parameters
    ----------
    table
        Its declaration; every row has all its columns that may not be blank.
    rows
        The rows.
    suffix
        ``.csv`` or ``.parquet``.
    """
    columns = [c for c in table.columns if not c.optional or any(c.name in row for row in rows)]
    if suffix == ".parquet":
        frame = pd.DataFrame(
            {
                c.name: pd.Series(
                    [row.get(c.name, "" if c.kind is Kind.TEXT else None) for row in rows],
                    dtype=dtype_of(c),
                )
                for c in columns
            }
        )
        buffer = io.BytesIO()
        frame.to_parquet(buffer, index=False, compression="zstd")
        return buffer.getvalue()
    return csv_bytes([c.name for c in columns], rows)


def csv_bytes(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows as CSV: the shortest text that gives a number back, a blank for what is missing."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[_cell(row.get(name)) for name in names] for row in rows])
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 -- NaN
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # The + 0.0 turns -0.0 into 0.0.
        return str(int(value)) if value.is_integer() else repr(float(value) + 0.0)
    return str(value)
