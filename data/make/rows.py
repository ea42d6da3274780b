"""Rows of tables: read from hand-entered YAML, written as CSV in the declared order of columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from tokenworks.schema.tables import INPUT_TABLES

MAKE = Path(__file__).parent

Row = dict[str, Any]


def hand_entered(folder: str, name: str) -> dict[str, Any]:
    """Hand-entered figures of ``<folder>/hand/<name>.yaml``; nothing where there is no file."""
    path = MAKE / folder / "hand" / f"{name}.yaml"
    if not path.is_file():
        return {}
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def assumed(row: Mapping[str, Any]) -> Row:
    """The row, marked as assumed by us."""
    return {**row, "source": "", "confidence": "assumed"}


def sourced(row: Mapping[str, Any], source: str, confidence: str) -> Row:
    """The row, with where its figures come from."""
    return {**row, "source": source, "confidence": confidence}


def write_table(table: str, rows: Iterable[Row] | pd.DataFrame, folder: Path) -> None:
    """Write a table as ``<folder>/<table>.csv``, or a long one as ``.parquet``.

    Optional columns that no row has are left out.

    Parameters
    ----------
    table
        Its name.
    rows
        A frame is written as Parquet, rows as CSV.
    folder
        Made where it is missing.

    Raises
    ------
    KeyError
        Where a column is missing or unknown.
    """
    folder.mkdir(parents=True, exist_ok=True)
    declared = INPUT_TABLES[table]
    found = list(rows) if not isinstance(rows, pd.DataFrame) else rows
    have = set(found.columns) if isinstance(found, pd.DataFrame) else {n for r in found for n in r}
    needed = {column.name for column in declared.columns if not column.optional}
    if have - set(declared.names) or needed - have:
        wrong = sorted((have - set(declared.names)) | (needed - have))
        raise KeyError(f"{table}: unknown or missing columns {wrong}")
    columns = [name for name in declared.names if name in have]
    if isinstance(found, pd.DataFrame):
        found[columns].to_parquet(
            folder / f"{table}.parquet", index=False, compression="zstd", compression_level=19
        )
        return
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in found:
        if set(row) != have:
            raise KeyError(f"{table}: {sorted(set(row) ^ have)} not in every row: {row}")
        writer.writerow([_cell(row[column]) for column in columns])
    (folder / f"{table}.csv").write_text(buffer.getvalue(), encoding="utf-8", newline="\n")


def _cell(value: Any) -> str:
    """Text of a cell: the shortest that gives the same number back."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # The + 0.0 turns -0.0 into 0.0.
        return str(int(value)) if value.is_integer() else repr(float(value) + 0.0)
    return str(value)
