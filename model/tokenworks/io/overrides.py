"""All tables of a scenario, with its overrides of single figures applied and recorded."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from tokenworks.errors import InputError, Problem
from tokenworks.io.tables import LoadedTable, empty_table, try_table
from tokenworks.schema.addresses import ANY, CellAddress, parse_address
from tokenworks.schema.cells import Change, change_of, finite, override_fault
from tokenworks.schema.columns import Column, Kind
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.tables import INPUT_TABLES
from tokenworks.schema.wording import listed, outside, shown, suggestion, wanted

FIGURE_SOURCES = "figure_sources"

_FILE = "overrides"
_ASSUMED = "assumed"
_MOST_KEYS = 3
_NEAR_KEY = 0.5


def read_tables(scenario: Scenario) -> dict[str, LoadedTable]:
    """Read every table of a scenario and apply its overrides.

    Parameters
    ----------
    scenario
        As `load_scenario` returns it.

    Returns
    -------
    dict
        Every declared table by name, in the order of `INPUT_TABLES`; one that the scenario leaves
        out has no rows. Overrides are in force and recorded in `figure_sources`: never apply them
        again.

    Raises
    ------
    InputError
        With every problem of every file and override.
    """
    tables, problems = try_tables(scenario)
    if problems:
        raise InputError(problems)
    return tables


def try_tables(scenario: Scenario) -> tuple[dict[str, LoadedTable], list[Problem]]:
    """As `read_tables`, but hand back what could be read beside the problems.

    A table that could not be read at all is missing from the result; one that was read in part
    names the columns concerned in `LoadedTable.damaged`, and overrides of it are not applied.
    """
    problems: list[Problem] = []
    for name in scenario.tables:
        if name not in INPUT_TABLES:
            words = f"there is no table {shown(name)}", suggestion(name, INPUT_TABLES)
            problems.append(Problem(*scenario.origin(f"tables.{name}"), f"tables.{name}", *words))
    tables: dict[str, LoadedTable] = {}
    for name, table in INPUT_TABLES.items():
        path = scenario.tables.get(name)
        if path is not None:
            loaded, found = try_table(table, path)
            problems += [_named(problem, scenario, name) for problem in found]
            if loaded is not None:
                tables[name] = loaded
        elif not table.required:
            tables[name] = empty_table(table)
        else:
            problems.append(_missing(scenario, name))
    overridden, found = _overridden(tables, scenario.overrides)
    # Where the address was written is known here, so the problem can say it.
    problems += [replace(p, **_place(scenario, p)) for p in found]
    return overridden, problems


def apply_overrides(
    tables: Mapping[str, LoadedTable], overrides: Mapping[str, Any]
) -> dict[str, LoadedTable]:
    """Tables with single figures set, scaled or raised.

    Parameters
    ----------
    tables
        Tables as read. `read_tables` has applied the scenario's own overrides already.
    overrides
        Address to a value in the column's unit (money in the row's dollar year), or to a mapping
        with `scale` or `add`; applied in order.

    Returns
    -------
    dict
        New tables. Every overridden figure has a row in `figure_sources`, confidence `assumed`.

    Raises
    ------
    InputError
        With every problem, `file` being ``overrides`` and `column` the address.
    """
    found, problems = _overridden(tables, overrides)
    if problems:
        raise InputError(problems)
    return found


def key_text(loaded: LoadedTable) -> pd.Series[str]:
    """Each row's key as in an address: its parts joined by commas, by line."""
    parts = [loaded.frame[name].astype("str") for name in loaded.table.key]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + "," + part
    return joined


def _named(problem: Problem, scenario: Scenario, name: str) -> Problem:
    """The problem of a file that can't be read also says who named the file."""
    if problem.row:
        return problem
    file, line = scenario.origin(f"tables.{name}")
    where = f"{file}, row {line}" if line else file
    return replace(problem, remedy=f"{problem.remedy} (named by `tables.{name}` in {where})")


def _missing(scenario: Scenario, name: str) -> Problem:
    file, line = scenario.origin("tables")
    return Problem(
        file,
        line,
        f"tables.{name}",
        f"the table {shown(name)} is missing",
        f"give `tables: {{{name}: <file>}}` (a row is {INPUT_TABLES[name].row}), or extend a "
        "scenario that has it",
    )


def _place(scenario: Scenario, problem: Problem) -> dict[str, Any]:
    file, row = scenario.origin(problem.column)
    return {"file": file, "row": row}


def _overridden(
    tables: Mapping[str, LoadedTable], overrides: Mapping[str, Any]
) -> tuple[dict[str, LoadedTable], list[Problem]]:
    changed = dict(tables)
    problems: list[Problem] = []
    records: dict[tuple[str, str, str], tuple[str, str]] = {}
    for text, value in overrides.items():
        fault = override_fault(text, value)
        if fault:
            problems.append(Problem(_FILE, 0, text, *fault))
            continue
        address = parse_address(text)
        if not isinstance(address, CellAddress):
            continue  # found by override_fault
        loaded = changed.get(address.table)
        if loaded is None or {address.column, *loaded.table.key} & loaded.damaged:
            continue  # its own problems come first
        change = change_of(value)
        result = _change(loaded, address, change)
        if isinstance(result, tuple):
            problems.append(Problem(_FILE, 0, text, *result))
            continue
        changed[address.table] = result
        _record(records, loaded, address, (text, str(change)))
    if records and FIGURE_SOURCES in changed:
        changed[FIGURE_SOURCES] = _recorded(changed[FIGURE_SOURCES], records)
    return changed, problems


def _matches(loaded: LoadedTable, key: tuple[str, ...]) -> pd.Series[bool]:
    """Which rows the key names, by line."""
    found = np.ones(len(loaded.frame), dtype=bool)
    for name, part in zip(loaded.table.key, key, strict=True):
        if part != ANY:
            found &= (loaded.frame[name].astype("str") == part).to_numpy(dtype=bool)
    return pd.Series(found, index=loaded.frame.index, dtype="bool")


def _change(
    loaded: LoadedTable, address: CellAddress, change: Change
) -> LoadedTable | tuple[str, str]:
    """The table with the change, or problem and remedy."""
    rows = _matches(loaded, address.key)
    if not rows.any():
        return _no_row(loaded, address)
    column = loaded.table.column(address.column)
    frame = loaded.frame.copy()
    values = frame[column.name].copy()
    if change.action == "set":
        values[rows] = _typed(column, change.value)
    else:
        result = _calculated(column, values[rows], change)
        if isinstance(result, tuple):
            return result
        values[rows] = result
    frame[column.name] = values.astype(loaded.frame[column.name].dtype)
    return replace(loaded, frame=frame)


def _typed(column: Column, value: Any) -> Any:
    """The value as the column stores it."""
    if column.kind is Kind.DATE:
        return pd.Timestamp(value)
    if column.kind is Kind.INTEGER:
        return int(value)
    return float(value) if column.kind is Kind.NUMBER else value


def _calculated(
    column: Column, values: pd.Series[Any], change: Change
) -> pd.Series[Any] | tuple[str, str]:
    amount = finite(change.value) or 0.0
    present = values.dropna().astype("float64")
    if present.empty:
        return "the cells are blank", f"give {wanted(column)} in place of `{change.action}`"
    result = present * amount if change.action == "scale" else present + amount
    for before, after in zip(present.tolist(), result.tolist(), strict=True):
        problem = outside(column, after) if np.isfinite(after) else f"{shown(after)} is too large"
        if column.kind is Kind.INTEGER and not after.is_integer():
            problem = f"{shown(after)} is not a whole number"
        if problem:
            return (
                f"`{change.action}` makes {shown(after)} of {shown(before)}: {problem}",
                f"choose it so that the result is {wanted(column)}",
            )
    return result.reindex(values.index)


def _no_row(loaded: LoadedTable, address: CellAddress) -> tuple[str, str]:
    keys = key_text(loaded).tolist()
    wish = ",".join(address.key)
    near = difflib.get_close_matches(wish, keys, n=_MOST_KEYS, cutoff=_NEAR_KEY)
    if not keys:
        remedy = f"the table {shown(address.table)} has no rows; add the row to its file"
    elif near:
        remedy = f"the closest rows are {listed(near)}"
    else:
        remedy = f"the rows are {listed(keys)}"
    return f"no row of {shown(address.table)} has the key {shown(wish)}", remedy


def _record(
    records: dict[tuple[str, str, str], tuple[str, str]],
    loaded: LoadedTable,
    address: CellAddress,
    words: tuple[str, str],
) -> None:
    """Note the figures that an override changed; the latest override of a figure counts."""
    if address.every_row:
        for known in [k for k in records if (k[0], k[2]) == (address.table, address.column)]:
            del records[known]
        rows = [ANY]
    else:
        rows = key_text(loaded)[_matches(loaded, address.key)].tolist()
    for row in rows:
        records[address.table, row, address.column] = words


def _recorded(
    sources: LoadedTable, records: Mapping[tuple[str, str, str], tuple[str, str]]
) -> LoadedTable:
    """The table `figure_sources` with the overridden figures in place of what it said of them."""
    frame = sources.frame
    kept = [
        not _replaced(key, records)
        for key in frame[["table", "row", "column"]].itertuples(index=False, name=None)
    ]
    frame = frame[kept]
    # Rows of no file: numbered on after the last, so that every row has a number of its own.
    start = int(sources.frame.index.max()) + 1 if len(sources.frame) else 2
    added = pd.DataFrame(
        list(_rows(records)),
        columns=list(sources.table.names),
        index=pd.RangeIndex(start, start + len(records), name="line"),
    ).astype(frame.dtypes.to_dict())
    return replace(sources, frame=pd.concat([frame, added]) if len(frame) else added)


def _replaced(
    key: tuple[str, str, str], records: Mapping[tuple[str, str, str], tuple[str, str]]
) -> bool:
    table, _, column = key
    return key in records or (table, ANY, column) in records


def _rows(records: Mapping[tuple[str, str, str], tuple[str, str]]) -> Iterator[tuple[str, ...]]:
    for (table, row, column), (address, words) in records.items():
        yield table, row, column, f"override: {address}", _ASSUMED, words
