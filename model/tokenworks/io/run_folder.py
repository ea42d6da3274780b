"""Run folders: whole or not at all; and the hash that names the inputs of a run."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tokenworks.errors import InputError, Problem
from tokenworks.io.tables import LoadedTable
from tokenworks.schema.columns import Kind
from tokenworks.schema.scenario import Scenario

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

Stocks = Mapping[str, Mapping[Any, float]]

MANIFEST = "manifest.json"
SCENARIO = "scenario.yaml"
INPUTS = "inputs"
TABLES = "tables"
STOCKS = "stocks.json"
HASH = "inputs_sha256"
# Of a manifest: bytes of every other file, and a digest of those that hold the inputs.
FILES = "files"
STORED = "stored_sha256"


def write_run(
    folder: Path,
    manifest: Mapping[str, Any],
    scenario_yaml: str,
    inputs: Mapping[str, pd.DataFrame],
    tables: Mapping[str, pd.DataFrame],
    geo: Mapping[str, GeoDataFrame] | None = None,
    stocks: Stocks | None = None,
) -> Path:
    """Write a run folder.

    Everything is written to a hidden folder beside it, which is then renamed: on an error, or when
    the user interrupts, nothing is left. A folder that holds a run of the same inputs is replaced,
    not kept: the same inputs may be solved again to a smaller gap, for longer, or by a newer
    version, and who asks for that wants its answer.

    Parameters
    ----------
    folder
        The run folder; folders above it are made.
    manifest
        Content of ``manifest.json``; ``inputs_sha256`` says which inputs it is about. Numbers that
        are not finite become null.
    scenario_yaml
        The resolved scenario, from `scenario_to_yaml`.
    inputs
        Input tables by name; the index is not written.
    tables
        Result tables by name; the index is not written.
    geo
        Result tables with geometry, written as GeoParquet in place of a plain table of that name.
    stocks
        What dispatch knows of investment, for ``stocks.json``: variable to index to value.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        Where the folder holds anything else, or cannot be written.
    """
    check_run_folder(folder, str(manifest.get(HASH, "")))
    try:
        with _written_beside(folder) as draft:
            (draft / SCENARIO).write_text(scenario_yaml, encoding="utf-8")
            (draft / STOCKS).write_text(_stocks_text(stocks or {}), encoding="utf-8")
            _write_frames(draft / INPUTS, inputs)
            _write_frames(draft / TABLES, {**tables, **(geo or {})})
            told = {**manifest, STORED: stored_sha256(draft), FILES: file_sizes(draft)}
            text = json.dumps(_plain(told), indent=2, ensure_ascii=False, allow_nan=False)
            (draft / MANIFEST).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        words = f"the folder cannot be written: {error.strerror or 'unknown reason'}"
        remedy = "name a folder that you may write to, with space left"
        raise InputError([Problem(str(folder), 0, "", words, remedy)]) from error
    return folder


def _write_frames(folder: Path, frames: Mapping[str, pd.DataFrame]) -> None:
    folder.mkdir()
    for name, frame in frames.items():
        frame.to_parquet(folder / f"{name}.parquet", index=False)


def file_sizes(folder: Path) -> dict[str, int]:
    """Bytes of every file of a run folder but its manifest, by its path in the folder."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in sorted(paths)}


def is_whole(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """Whether every file that a run was written with is there, of its size.

    A file that was cut short by a full disk or a broken copy is found without reading it.
    """
    sizes = manifest.get(FILES)
    if not isinstance(sizes, Mapping):
        return bool(manifest)  # of a version that noted none
    try:
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except OSError:
        return False


def stored_sha256(folder: Path) -> str:
    """Digest of the files of a run folder that hold its inputs, byte by byte."""
    digest = hashlib.sha256()
    for path in [folder / SCENARIO, *sorted((folder / INPUTS).glob("*.parquet"))]:
        digest.update(f"\0{path.name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def read_run(folder: Path) -> tuple[dict[str, Any], dict[str, pd.DataFrame], Stocks]:
    """Read what `write_run` wrote: the manifest, the result tables by name, and the stocks.

    Raises
    ------
    InputError
        Where the folder is no run folder, or a file of it cannot be read.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        stocks = json.loads((folder / STOCKS).read_text(encoding="utf-8"))
        if not isinstance(manifest, dict):
            raise ValueError(MANIFEST)
        paths = sorted((folder / TABLES).glob("*.parquet"))
        tables = {path.stem: _table(path) for path in paths}
        return manifest, tables, {name: _by_index(rows) for name, rows in stocks.items()}
    except (OSError, ValueError, RecursionError, TypeError, AttributeError) as error:
        words = "the folder holds no whole run"
        remedy = "name a folder that `tokenworks solve` wrote"
        raise InputError([Problem(str(folder), 0, "", words, remedy)]) from error


def _table(path: Path) -> pd.DataFrame:
    frame = pd.read_parquet(path)
    return frame.drop(columns="geometry", errors="ignore")


def _stocks_text(stocks: Stocks) -> str:
    listed = {name: list(values.items()) for name, values in stocks.items()}
    return json.dumps(_plain(listed), ensure_ascii=False, allow_nan=False)


def _by_index(rows: list[list[Any]]) -> dict[Any, float]:
    return {tuple(key) if isinstance(key, list) else key: value for key, value in rows}


def check_run_folder(folder: Path, inputs_sha256: str) -> None:
    """Refuse a folder that holds anything but a run of the same inputs; call it before solving.

    Parameters
    ----------
    folder
        The run folder to be.
    inputs_sha256
        Hash of the inputs.

    Raises
    ------
    InputError
        Where the folder is a file, or holds something else.
    """
    try:
        if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
            return
    except OSError:
        problem = "the folder cannot be read"
    else:
        if not folder.is_dir():
            problem = "is a file, not a folder"
        elif inputs_sha256 and manifest_hash(folder) == inputs_sha256:
            return
        else:
            held = "a run of other inputs" if (folder / MANIFEST).exists() else "other files"
            problem = f"the folder exists and holds {held}, and is never overwritten"
    remedy = "name another folder, or move this one away"
    raise InputError([Problem(str(folder), 0, "", problem, remedy)])


def manifest_hash(folder: Path) -> str:
    """The hash of the inputs of a run folder; empty where it holds no readable manifest."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ""
    return str(found.get(HASH, "")) if isinstance(found, dict) else ""


def hash_inputs(scenario: Scenario, tables: Mapping[str, LoadedTable]) -> str:
    """Hash of a scenario and its tables.

    Parameters
    ----------
    scenario
        The scenario. Its table paths and overrides do not count: tables enter by content.
    tables
        Tables as read, overrides in them. Neither the order of rows and columns, nor CSV or
        Parquet, nor file names change the hash; a table without rows is the same as none.

    Returns
    -------
    str
        SHA-256, 64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    # Overrides of cells count by what they make of the tables, so that a run folder, whose tables
    # hold them already, is of the same inputs.
    options = scenario.model_dump(exclude={"tables", "overrides"})
    digest.update(json.dumps(_plain(options), sort_keys=True, ensure_ascii=False).encode())
    for name in sorted(tables):
        loaded = tables[name]
        if loaded.frame.empty:
            continue
        digest.update(f"\0table {name} {len(loaded.frame)}".encode())
        frame = loaded.frame.sort_values(list(loaded.table.key), kind="stable")
        for column in sorted(loaded.table.columns, key=lambda c: c.name):
            digest.update(f"\0column {column.name}\0".encode())
            digest.update(_content(frame[column.name], column.kind))
    return digest.hexdigest()


def _content(values: pd.Series[Any], kind: Kind) -> bytes:
    """A column's values as bytes that do not depend on how they were stored."""
    if kind is Kind.TEXT:
        return "\0".join(values.tolist()).encode()
    if kind is Kind.DATE:
        return values.to_numpy(dtype="datetime64[us]").astype("<i8").tobytes()
    numbers = values.to_numpy(dtype="<f8", na_value=np.nan) + 0.0  # -0.0 becomes 0.0
    return np.where(np.isnan(numbers), np.nan, numbers).astype("<f8").tobytes()


def _plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (dt.date, Path)):
        return str(value)
    return value


@contextmanager
def _written_beside(folder: Path) -> Iterator[Path]:
    """A draft folder beside `folder`, which takes its place at the end, or is removed."""
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 -- links stay as they are, `..` goes
    made = _make_parents(folder)
    draft = folder.parent / f".{folder.name}-{uuid.uuid4().hex[:12]}"
    done = False
    try:
        draft.mkdir()
        yield draft
        _take_place(draft, folder)
        done = True
    finally:
        if not done:
            shutil.rmtree(draft, ignore_errors=True)
            for parent in made:
                parent.rmdir()


def _make_parents(folder: Path) -> list[Path]:
    """Make the folders above, and say which were made, innermost first."""
    missing = [parent for parent in folder.parents if not parent.exists()]
    folder.parent.mkdir(parents=True, exist_ok=True)
    return missing


def _take_place(draft: Path, folder: Path) -> None:
    """Rename the draft; an older run of the same inputs is moved aside first, then removed."""
    if not folder.exists() or not any(folder.iterdir()):
        draft.replace(folder)
        return
    aside = draft.with_name(f"{draft.name}-old")
    folder.rename(aside)
    try:
        draft.replace(folder)
    except BaseException:
        aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)
