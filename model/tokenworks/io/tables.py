"""One table from one file: CSV or Parquet to a typed frame, every bad cell by row and column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tokenworks.errors import InputError, Problem
from tokenworks.io.convert import Converted, Fault, dtype_of, from_text, key_fault, placeholder
from tokenworks.io.csv_text import read_csv
from tokenworks.io.header import header_problems
from tokenworks.io.parquet import from_arrow, read_parquet
from tokenworks.io.places import shown_path
from tokenworks.io.ranges import range_faults
from tokenworks.schema.columns import Column, Kind, Role, Table
from tokenworks.schema.shorthand import CONFIDENCES
from tokenworks.schema.wording import shown

LARGEST_BYTES = 100_000_000
MOST_PER_COLUMN = 20  # a whole column of wrong cells is one mistake; the rest is counted

_HEADER = 1
_FIRST_ROW = 2
_ASSUMED = "assumed"
# Tables whose keys are addresses or parts of them, so that commas and stars have their meaning.
_FREE_KEYS = ("figure_sources",)
_STAR_KEYS = (
    ("fuel_prices", "zone"),
    ("hall_retrofits", "site"),
    ("carbon", "scope"),
    ("clean_matching", "site"),
)


@dataclass(frozen=True, eq=False)
class LoadedTable:
    """A table as read.

    Attributes
    ----------
    table
        Its declaration.
    file
        Its file as shown to the user.
    frame
        All declared columns, in order. The index is the row's line in the file, the header being
        line 1. Text is `str` ("" for blank), numbers float64 (NaN for blank), whole numbers int64
        (nullable Int64 where the column may be blank), booleans bool (nullable boolean likewise),
        dates datetime64[us] (NaT).
    damaged
        Columns with cells that could not be read; empty in every table that `read_table` returns.
    """

    table: Table
    file: str
    frame: pd.DataFrame
    damaged: frozenset[str] = frozenset()

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to another process: all but the named tuples, which are made again there."""
        return {name: value for name, value in self.__dict__.items() if name != "lines"}

    @cached_property
    def lines(self) -> tuple[Any, ...]:
        """Rows as named tuples; `Index` is the line of the file."""
        return tuple(self.frame.itertuples())


def read_table(table: Table, path: Path) -> LoadedTable:
    """Read a table.

    Parameters
    ----------
    table
        Its declaration.
    path
        A ``.csv`` file (UTF-8, commas) or a ``.parquet`` file.

    Returns
    -------
    LoadedTable
        The typed values.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    loaded, problems = try_table(table, path)
    if problems or loaded is None:
        raise InputError(problems)
    return loaded


def try_table(table: Table, path: Path) -> tuple[LoadedTable | None, list[Problem]]:
    """As `read_table`, but hand back what could be read beside the problems."""
    file = shown_path(path)
    readers = {".csv": _from_csv, ".parquet": _from_parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        problem = f"{shown(path.suffix or path.name)} is not a kind of file that is read"
        return None, [Problem(file, 0, "", problem, "save the table as .csv or .parquet")]
    try:
        source = reader(table, path, file)
    except InputError as error:
        return None, list(error.problems)
    problems = source.problems
    if not source.lines and not problems and table.required and not table.may_be_empty:
        words = "the table has no rows", f"give at least one; a row is {table.row}"
        problems.append(Problem(file, _HEADER, "", *words))
        source.rows_left_out = True
    faults, damaged = _cell_faults(table, source)
    frame = pd.DataFrame(
        {name: converted.series.array for name, converted in source.columns.items()},
        index=pd.Index(np.array(source.lines, dtype="int64"), name="line"),
    )
    # Names as plain objects: pandas looks them up ten times faster than its own text.
    frame.columns = frame.columns.astype(object)
    faults += range_faults(table, frame, damaged)
    problems += limited(Problem(file, line, name, *fault) for line, name, fault in faults)
    problems += _provenance_problems(table, file, frame)
    return LoadedTable(table, file, frame, _damaged(table, source, faults)), problems


@cache
def empty_table(table: Table) -> LoadedTable:
    """A table without rows, for one that a scenario leaves out."""
    columns = {column.name: pd.Series([], dtype=dtype_of(column)) for column in table.columns}
    frame = pd.DataFrame(columns, index=pd.Index([], name="line", dtype="int64"))
    frame.columns = frame.columns.astype(object)
    return LoadedTable(table, f"(no file for {table.name})", frame)


@dataclass
class _Source:
    """What a file holds: converted columns of the table, lines of the rows, problems so far."""

    columns: dict[str, Converted]
    lines: Sequence[int]
    problems: list[Problem]
    absent: set[str]
    rows_left_out: bool = False


def _from_csv(table: Table, path: Path, file: str) -> _Source:
    text = read_csv(path, file, LARGEST_BYTES)
    columns, absent = {}, set()
    for column in table.columns:
        if text.names.count(column.name) == 1:
            cells = text.columns[text.names.index(column.name)]
            columns[column.name] = from_text(column, cells)
        else:
            absent.add(column.name)
            columns[column.name] = _blanks(column, len(text.lines))
    problems = header_problems(table, text.names, file) + text.problems
    return _Source(columns, text.lines, problems, absent, bool(text.problems))


def _from_parquet(table: Table, path: Path, file: str) -> _Source:
    arrow = read_parquet(path, file, LARGEST_BYTES)
    problems = header_problems(table, arrow.column_names, file)
    columns, absent = {}, set()
    for column in table.columns:
        columns[column.name] = _blanks(column, arrow.num_rows)
        if arrow.column_names.count(column.name) != 1:
            absent.add(column.name)
            continue
        found = from_arrow(column, arrow.column(column.name))
        if isinstance(found, Converted):
            columns[column.name] = found
        else:
            problems.append(Problem(file, _HEADER, column.name, *found))
            absent.add(column.name)
    return _Source(columns, range(_FIRST_ROW, arrow.num_rows + _FIRST_ROW), problems, absent)


def _blanks(column: Column, rows: int) -> Converted:
    return Converted(pd.Series([placeholder(column)] * rows, dtype=dtype_of(column)))


_Faults = list[tuple[int, str, Fault]]


def _cell_faults(table: Table, source: _Source) -> tuple[_Faults, dict[str, set[int]]]:
    """Faults of single cells, and by column the lines that hold only placeholders."""
    faults: _Faults = []
    damaged: dict[str, set[int]] = {}
    for column in table.columns:
        converted = source.columns[column.name]
        found = {source.lines[at]: fault for at, fault in converted.faults.items()}
        faults += [(line, column.name, fault) for line, fault in found.items()]
        damaged[column.name] = set(source.lines if column.name in source.absent else found)
        if column.role is not Role.KEY or column.kind is not Kind.TEXT or table.name in _FREE_KEYS:
            continue
        star = (table.name, column.name) in _STAR_KEYS
        # Long tables repeat their keys: each word is looked at once.
        judged = {text: key_fault(column, text, star=star) for text in converted.series.unique()}
        wrong = {text: fault for text, fault in judged.items() if fault}
        for at in np.flatnonzero(converted.series.isin(list(wrong))).tolist() if wrong else ():
            fault = wrong[converted.series.iloc[at]]
            faults.append((source.lines[at], column.name, fault))
    return faults, damaged


def _damaged(table: Table, source: _Source, faults: _Faults) -> frozenset[str]:
    """Columns whose values are not all to be relied upon."""
    if source.rows_left_out:
        return frozenset(table.names)
    optional = {column.name for column in table.columns if column.optional}
    names = {name for _, columns, _ in faults for name in columns.split(", ")}
    return frozenset(names | (source.absent - optional))


def limited(problems: Iterable[Problem]) -> Iterator[Problem]:
    """The first problems of each column, and a count of the others."""
    counts: dict[str, int] = {}
    last: dict[str, Problem] = {}
    for problem in sorted(problems):
        counts[problem.column] = counts.get(problem.column, 0) + 1
        last[problem.column] = problem
        if counts[problem.column] <= MOST_PER_COLUMN:
            yield problem
    for column, count in counts.items():
        if count > MOST_PER_COLUMN:
            words = f"{count - MOST_PER_COLUMN} more cells of this column are wrong"
            yield Problem(last[column].file, last[column].row, column, words, "see the ones above")


def _provenance_problems(table: Table, file: str, frame: pd.DataFrame) -> list[Problem]:
    """A figure without a source is an assumption, and has to say so."""
    if not {"source", "confidence"} <= set(table.names):
        return []
    known = frame["confidence"].isin([c for c in CONFIDENCES if c != _ASSUMED])
    unsourced = frame[(frame["source"] == "") & known]
    return [
        Problem(
            file,
            int(str(line)),
            "source",
            f"no source is named, but the confidence is {shown(confidence)}",
            "name a source, or give the confidence `assumed`",
        )
        for line, confidence in unsourced["confidence"].items()
    ]
