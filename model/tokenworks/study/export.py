"""The frame of a study as a CSV file that a spreadsheet opens without running anything in it."""

from __future__ import annotations

from typing import Any

import pandas as pd

# What a spreadsheet takes for the start of a formula or a command.
STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_text(frame: pd.DataFrame) -> str:
    """A frame as CSV: text that a spreadsheet would run is kept text by an apostrophe before it.

    Numbers stay numbers, negative ones too.
    """
    found = frame.copy().astype("object")
    for column in found.columns:
        found[column] = [guarded(value) for value in found[column]]
    found.columns = pd.Index([guarded(name) for name in found.columns])
    return found.to_csv(index=False, lineterminator="\n")


def guarded(value: Any) -> Any:
    """A cell's value; text that begins as a formula does with an apostrophe before it."""
    if isinstance(value, str) and value.lstrip(" ").startswith(STARTS):
        return f"'{value}"
    return value
