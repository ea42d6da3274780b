"""Rows and cells of frames, typed once: the stubs of pandas know nothing of declared columns."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator
from functools import cache
from itertools import starmap
from typing import Any

import pandas as pd

# A row; its fields are the table's declared columns.
NamedRow = Any


def rows(frame: pd.DataFrame) -> Iterator[NamedRow]:
    """Rows in order, each with its columns as fields; as `itertuples`, in half its time."""
    row = _row_type(tuple(frame.columns))
    return starmap(row, zip(*(frame[name] for name in frame.columns), strict=True))


def rows_by(frame: pd.DataFrame, key: str) -> dict[Any, NamedRow]:
    """Value of a key column to its row."""
    return dict(zip(frame[key], rows(frame), strict=True))


def lookup(frame: pd.DataFrame, key: str, column: str) -> dict[Any, Any]:
    """Value of a key column to the row's value in another."""
    return dict(zip(frame[key], frame[column], strict=True))


def given(cell: Any, blank: Any) -> Any:
    """What an optional cell holds, or what its column says that a blank stands for."""
    return blank if pd.isna(cell) else cell


@cache
def _row_type(columns: tuple[str, ...]) -> Callable[..., NamedRow]:
    return namedtuple("Row", columns)
