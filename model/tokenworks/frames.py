"""Rows and cells of frames, typed once: the stubs of pandas know nothing of declared columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

# A row as `DataFrame.itertuples` gives it; its fields are the table's declared columns.
NamedRow = Any


def rows(frame: pd.DataFrame) -> Iterator[NamedRow]:
    """Rows in order, each with its columns as fields."""
    return iter(frame.itertuples(index=False))


def rows_by(frame: pd.DataFrame, key: str) -> dict[Any, NamedRow]:
    """Value of a key column to its row."""
    return dict(zip(frame[key], rows(frame), strict=True))


def lookup(frame: pd.DataFrame, key: str, column: str) -> dict[Any, Any]:
    """Value of a key column to the row's value in another."""
    return dict(zip(frame[key], frame[column], strict=True))
