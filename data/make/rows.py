"""Rows of tables: read from hand-entered YAML, written as CSV in the declared order of columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from tokenworks.schema.tables import INPUT_TABLES

HAND = Path(__file__).parent / "hand"

Row = dict[str, Any]


def hand_entered(name: str) -> dict[str, Any]:
    """Hand-entered figures of ``hand/<name>.yaml``."""
    text = (HAND / f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def assumed(row: Mapping[str, Any]) -> Row:
    """The row, marked as assumed by us."""
    return {**row, "source": "", "confidence": "assumed"}


def sourced(row: Mapping[str, Any], source: str, confidence: str) -> Row:
    """The row, with where its figures come from."""
    return {**row, "source": source, "confidence": confidence}


def write_table(table: str, rows: Iterable[Row], folder: Path) -> None:
    """Write rows as ``<folder>/<table>.csv``; KeyError where a column is missing or unknown."""
    columns = INPUT_TABLES[table].names
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        if set(row) != set(columns):
            raise KeyError(f"{table}: {sorted(set(row) ^ set(columns))} in {row}")
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
