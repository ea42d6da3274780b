"""SQL over the tables of all runs: DuckDB, read only, within the study's folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from tokenworks.errors import InputError, Problem
from tokenworks.io.run_folder import TABLES
from tokenworks.study.runs import Finished
from tokenworks.study.store import Store

if TYPE_CHECKING:
    import duckdb

COMPACT = "compact"
# From so many runs tables are joined into one file each: 13,000 files cost most of a second.
COMPACT_FROM = 50
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_WORD = re.compile(r"\w+")
# What tells of tables without naming them.
_CATALOGUE = re.compile(
    r"\b(information_schema|duckdb_\w+|pg_\w+|pragma_\w+|sqlite_master|query|query_table|show)\b",
    re.IGNORECASE,
)


def query(store: Store, sql: str, frame: pd.DataFrame, runs: Iterable[Finished]) -> pd.DataFrame:
    """Answer a query.

    Parameters
    ----------
    store
        The study's folder.
    sql
        One statement that reads. Views: ``runs`` (the study's frame), and every result table by
        its name, with the run's id in the column ``run``.
    frame, runs
        The study's frame, and its runs.

    Raises
    ------
    InputError
        Where the statement is wrong, writes, or reaches outside the study's folder.
    """
    import duckdb  # noqa: PLC0415 -- takes a moment, and only queries need it

    ids = [one.run.id for one in runs if one.solved]
    connection = duckdb.connect(":memory:")
    try:
        _confine(connection, store.folder)
        connection.register("runs", frame)
        statements = connection.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            words = "is not one statement that reads"
            raise InputError([Problem("query", 0, "", words, "write one `select`")])
        tables = _tables(store, ids)
        for name in _asked(sql, tables):
            _view(connection, store, name, tables[name])
        connection.execute("SET lock_configuration = true")
        return connection.execute(statements[0]).df()
    except duckdb.Error as error:
        first = str(error).strip().splitlines()[0]
        known = ", ".join(sorted(["runs", *_tables(store, ids)]))
        raise InputError([Problem("query", 0, "", first, f"tables are {known}")]) from None
    finally:
        connection.close()


def _confine(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """No file but those of the study's folder, no extension, no network."""
    connection.execute("SET allowed_directories = [?]".replace("?", _text(f"{folder}/")))
    connection.execute("SET enable_external_access = false")
    for option in ("autoinstall_known_extensions", "autoload_known_extensions"):
        connection.execute(f"SET {option} = false")


def _asked(sql: str, tables: Iterable[str]) -> list[str]:
    """Tables that a statement names: to join those of a thousand runs takes two seconds for each.

    All of them where it asks what there is, or makes names of its own.
    """
    if _CATALOGUE.search(sql):
        return list(tables)
    words = {word.lower() for word in _WORD.findall(sql)}
    return [name for name in tables if name in words]


def _tables(store: Store, ids: list[str]) -> dict[str, dict[str, Path]]:
    """Table name to run to file."""
    found: dict[str, dict[str, Path]] = {}
    for run_id in ids:
        for path in sorted((store.run_folder(run_id) / TABLES).glob("*.parquet")):
            if _NAME.fullmatch(path.stem):
                found.setdefault(path.stem, {})[run_id] = path
    return found


def _view(
    connection: duckdb.DuckDBPyConnection, store: Store, name: str, paths: dict[str, Path]
) -> None:
    if len(paths) >= COMPACT_FROM:
        source = _text(str(_compacted(store, name, paths)))
        select = f"SELECT * FROM read_parquet({source})"  # noqa: S608 -- our own path, quoted
    else:
        files = "[" + ", ".join(_text(str(path)) for path in paths.values()) + "]"
        # The run is the folder above `tables`.
        select = (
            "SELECT split_part(filename, '/', -3) AS run, * EXCLUDE (filename) FROM "  # noqa: S608
            f"read_parquet({files}, union_by_name = true, filename = true)"
        )
    connection.execute(f'CREATE VIEW "{name}" AS {select}')


def _compacted(store: Store, name: str, paths: dict[str, Path]) -> Path:
    """The tables of all runs in one file, made again where a run is newer than it."""
    compact = store.folder / COMPACT / f"{name}.parquet"
    newest = max(path.stat().st_mtime_ns for path in paths.values())
    listed = compact.with_suffix(".txt")
    known = listed.read_text(encoding="utf-8") if listed.exists() and compact.exists() else ""
    wanted = "\n".join([str(newest), *sorted(paths)])
    if known == wanted:
        return compact
    compact.parent.mkdir(exist_ok=True)
    parts: list[pd.DataFrame] = []
    for run_id, path in paths.items():
        part: Any = _part(path, run_id)
        part.insert(0, "run", run_id)
        parts.append(part)
    draft = store.draft(compact)
    kept = [part for part in parts if len(part)] or parts[:1]
    pd.concat(kept, ignore_index=True).to_parquet(draft, index=False)
    listed.unlink(missing_ok=True)
    draft.replace(compact)
    listed.write_text(wanted, encoding="utf-8")
    return compact


def _part(path: Path, run_id: str) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        words = f"the table `{path.stem}` of the run {run_id} is damaged"
        remedy = "run the batch again, which does that run alone"
        raise InputError([Problem(str(path), 0, "", words, remedy)]) from error


def _text(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
