"""Ranges, allowed values and keys of a table, by pandera, built from its declaration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tokenworks.io.convert import Fault, dtype_of
from tokenworks.schema.columns import Column, Kind, Table
from tokenworks.schema.wording import outside, shown, wanted

if TYPE_CHECKING:
    import pandera.pandas as pa

_NUMERIC = (Kind.NUMBER, Kind.INTEGER)
_UNIQUE = "multiple_fields_uniqueness"


def to_pandera(table: Table) -> pa.DataFrameSchema:
    """The pandera schema of a loaded table: strict columns, dtypes, ranges, allowed values, key.

    Parameters
    ----------
    table
        Its declaration.

    Returns
    -------
    pandera.pandas.DataFrameSchema
        Column metadata hold the unit. Blanks pass: which may be blank is decided on reading.
    """
    import pandera.pandas as pa  # noqa: PLC0415 -- slow to load, and seldom needed

    def checks(column: Column) -> list[pa.Check]:
        found = []
        if column.above is not None:
            found.append(pa.Check.gt(column.above))
        if column.minimum is not None:
            found.append(pa.Check.ge(column.minimum))
        if column.maximum is not None:
            found.append(pa.Check.le(column.maximum))
        if column.allowed:
            found.append(pa.Check.isin((*column.allowed, "")))
        return found

    columns = {
        column.name: pa.Column(
            dtype_of(column),
            checks(column),
            nullable=True,
            description=column.description,
            metadata={"unit": column.unit, "role": column.role.value},
        )
        for column in table.columns
    }
    return pa.DataFrameSchema(columns, unique=list(table.key), strict=True, name=table.name)


def range_faults(
    table: Table, frame: pd.DataFrame, damaged: Mapping[str, set[int]]
) -> list[tuple[int, str, Fault]]:
    """Cells out of range or not allowed, and rows whose key is another's.

    Parameters
    ----------
    table
        The declaration.
    frame
        Typed values by line.
    damaged
        Lines by column whose values are only placeholders.

    Returns
    -------
    list of tuple
        Line, column (of a key: its columns) and problem with remedy.
    """
    if not _suspicious(table, frame):
        return []
    import pandera.errors  # noqa: PLC0415 -- slow to load, and seldom needed

    try:
        to_pandera(table).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
    else:
        return []
    faults: list[tuple[int, str, Fault]] = []
    for name, check, line in zip(cases["column"], cases["check"], cases["index"], strict=True):
        if check == _UNIQUE or line in damaged.get(name, ()):
            continue
        column = table.column(name)
        value = frame.loc[line, name]
        faults.append((int(line), name, (_wrong(column, value), f"give {wanted(column)}")))
    if (cases["check"] == _UNIQUE).any():
        faults += _duplicates(table, frame, damaged)
    return list(dict.fromkeys(faults))


def _wrong(column: Column, value: Any) -> str:
    if column.kind in _NUMERIC:
        return outside(column, value)
    return f"{shown(value)} is not one of the words allowed here"


def _duplicates(
    table: Table, frame: pd.DataFrame, damaged: Mapping[str, set[int]]
) -> list[tuple[int, str, Fault]]:
    names = list(table.key)
    bad = set().union(*(damaged.get(name, set()) for name in names))
    keys = frame.loc[~frame.index.isin(list(bad)), names]
    first: dict[tuple[Any, ...], int] = {}
    faults: list[tuple[int, str, Fault]] = []
    for line, *key in keys.itertuples():
        before = first.setdefault(tuple(key), line)
        if before != line:
            text = ",".join(str(part) for part in key)
            problem = f"{shown(text)} is also the key of row {before}"
            remedy = "delete one of the two rows, or give it another key"
            faults.append((line, ", ".join(names), (problem, remedy)))
    return faults


def _suspicious(table: Table, frame: pd.DataFrame) -> bool:
    """Whether anything is wrong at all; for a sound table, far faster than asking pandera."""
    for column in table.columns:
        if column.allowed and not frame[column.name].isin((*column.allowed, "")).all():
            return True
        if (column.above, column.minimum, column.maximum) == (None, None, None):
            continue
        values = frame[column.name].to_numpy(dtype=float, na_value=np.nan)
        if column.above is not None and (values <= column.above).any():
            return True
        if column.minimum is not None and (values < column.minimum).any():
            return True
        if column.maximum is not None and (values > column.maximum).any():
            return True
    return bool(frame.duplicated(list(table.key)).any())
