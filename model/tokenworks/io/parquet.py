"""Parquet columns turned into typed values, as `convert` does for text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tokenworks.errors import InputError, Problem
from tokenworks.io.convert import (
    Converted,
    Fault,
    blank_fault,
    dtype_of,
    integer_fault,
    placeholder,
)
from tokenworks.io.text import file_problem
from tokenworks.schema.columns import Column, Kind
from tokenworks.schema.wording import shown, wanted

# A small file can hold a great many equal values.
_LARGEST_UNPACKED = 2_000_000_000


def read_parquet(path: Path, file: str, largest: int) -> Any:
    """Read a Parquet file as an Arrow table.

    Parameters
    ----------
    path
        The file.
    file
        Its name as shown to the user.
    largest
        Most bytes that are read.

    Raises
    ------
    InputError
        With one problem: missing, a folder, too large, or not Parquet.
    """
    import pyarrow as pa  # noqa: PLC0415 -- slow to load, and only Parquet needs it
    import pyarrow.parquet as pq  # noqa: PLC0415

    problem = file_problem(path, file, largest)
    if problem:
        raise InputError([problem])
    try:
        with pq.ParquetFile(path) as source:
            groups = (source.metadata.row_group(i) for i in range(source.metadata.num_row_groups))
            if sum(group.total_byte_size for group in groups) > _LARGEST_UNPACKED:
                words = "unpacks to more than 2 GB", "leave out rows that are not needed"
                raise InputError([Problem(file, 0, "", *words)])
            return source.read(use_threads=False)
    except (pa.ArrowException, OSError, ValueError):
        words = "the file cannot be read as Parquet", "write it anew, or save it as CSV"
        raise InputError([Problem(file, 0, "", *words)]) from None


def from_arrow(column: Column, values: Any) -> Converted | Fault:
    """Values of a column of a Parquet file.

    Parameters
    ----------
    column
        Its declaration.
    values
        The Arrow column.

    Returns
    -------
    Converted or tuple of str
        Values and faults by position; problem and remedy where the type is another one.
    """
    import pyarrow as pa  # noqa: PLC0415 -- slow to load, and only Parquet needs it

    kind = values.type
    if pa.types.is_dictionary(kind):
        values = values.cast(kind.value_type)
        kind = values.type
    fits = {
        Kind.TEXT: pa.types.is_string(kind) or pa.types.is_large_string(kind),
        Kind.NUMBER: pa.types.is_floating(kind) or pa.types.is_integer(kind),
        Kind.INTEGER: pa.types.is_floating(kind) or pa.types.is_integer(kind),
        Kind.BOOLEAN: pa.types.is_boolean(kind),
        Kind.DATE: pa.types.is_date(kind) or (pa.types.is_timestamp(kind) and kind.tz is None),
    }
    if not fits[column.kind] and not pa.types.is_null(kind):
        return f"the column holds {_words(kind)}", f"store {wanted(column)}"
    if column.kind in (Kind.NUMBER, Kind.INTEGER):
        return _numbers(column, values)
    if column.kind is Kind.TEXT:
        return _texts(column, values)
    return _others(column, values)


def _words(kind: Any) -> str:
    import pyarrow as pa  # noqa: PLC0415 -- slow to load, and only Parquet needs it

    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "text"
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        return "numbers"
    if pa.types.is_boolean(kind):
        return "true and false"
    if pa.types.is_temporal(kind):
        return "dates or times"
    return "values of another type"


def _numbers(column: Column, values: Any) -> Converted:
    numbers = np.array(values.to_pandas(), dtype=float)  # blanks become NaN
    faults: dict[int, Fault] = {}
    for at in np.flatnonzero(np.isinf(numbers)):
        faults[int(at)] = f"{shown(float(numbers[at]))} is not a number", f"give {wanted(column)}"
    numbers[np.isinf(numbers)] = np.nan
    if column.kind is Kind.INTEGER:
        for at in np.flatnonzero(numbers != np.floor(numbers)):
            fault = (
                None if np.isnan(numbers[at]) else integer_fault(column, numbers[at], numbers[at])
            )
            if fault:
                faults[int(at)] = fault
                numbers[at] = np.nan
    if not column.optional:
        for at in np.flatnonzero(np.isnan(numbers)):
            faults.setdefault(int(at), blank_fault(column))
    if column.kind is Kind.NUMBER:
        return Converted(pd.Series(numbers), faults)
    blank = placeholder(column)
    if blank is not None:
        return Converted(pd.Series(np.nan_to_num(numbers, nan=blank).astype("int64")), faults)
    return Converted(pd.Series(pd.array(numbers, dtype="Int64")), faults)


def _texts(column: Column, values: Any) -> Converted:
    """Text, column by column: long tables repeat few words many times."""
    cells = pd.Series(values.to_pandas(), dtype=dtype_of(column)).fillna(placeholder(column))
    plain = cells.str.strip()
    blank = np.flatnonzero((plain == "").to_numpy(dtype=bool))
    faults = {} if column.optional else {int(at): blank_fault(column) for at in blank}
    return Converted(plain, faults)


def _others(column: Column, values: Any) -> Converted:
    """True and false, and dates."""
    faults: dict[int, Fault] = {}
    found: list[Any] = []
    blank = placeholder(column)
    for at, value in enumerate(values.to_pylist()):
        plain = value.strip() if isinstance(value, str) else value
        if plain is None or plain == "":
            plain = blank
            if not column.optional:
                faults[at] = blank_fault(column)
        elif column.kind is Kind.DATE and pd.Timestamp(plain) != pd.Timestamp(plain).normalize():
            faults[at] = f"{shown(plain)} has a time of day", f"give {wanted(column)}"
            plain = blank
        found.append(plain)
    return Converted(pd.Series(found, dtype=dtype_of(column)), faults)
