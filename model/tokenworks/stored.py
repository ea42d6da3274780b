"""A plan as its run folder holds it: read again, not solved again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
from pydantic import BaseModel

from tokenworks.errors import InputError, Problem
from tokenworks.inputs import Inputs, assemble
from tokenworks.io.run_folder import (
    HASH,
    INPUTS,
    MANIFEST,
    SCENARIO,
    STORED,
    read_run,
    stored_sha256,
)
from tokenworks.io.scenario_files import load_scenario
from tokenworks.io.yaml_text import read_yaml
from tokenworks.plan import Plan
from tokenworks.results.summary import Summary
from tokenworks.schema.results import RESULT_TABLES
from tokenworks.schema.section import NEUTRAL
from tokenworks.schema.tables import INPUT_TABLES
from tokenworks.schema.wording import listed

_SIZES = ("rows", "columns", "nonzeros")
_SUMMARY = {name: str(of.type) for name, of in Summary.__dataclass_fields__.items()}


def read_plan(folder: Path | str) -> Plan:
    """Read a run folder that `Plan.save` or `tokenworks solve` wrote.

    A run that an older version wrote is read where this one has only added to its inputs: options
    that leave everything as it was by default, and columns that may be blank.

    Parameters
    ----------
    folder
        The run folder.

    Returns
    -------
    Plan
        With its inputs checked again, its tables and what dispatch knows of investment; without
        what solving it has taught, and its years hour by hour as tables alone.

    Raises
    ------
    InputError
        Where the folder is no run folder, was changed since, was written by a version whose
        inputs, tables or summary are not those of this one, or holds a plan with branches.
    """
    folder = Path(folder)
    manifest, tables, stocks = read_run(folder)
    summary = _summary(folder, manifest)
    _check_tables(folder, manifest, tables)
    try:
        return Plan(
            inputs=_inputs(folder, manifest),
            status=str(manifest["status"]),
            method=str(manifest["method"]),
            objective_usd=manifest["objective_usd"],
            bound_usd=_number(manifest["bound_usd"], -1.0),
            gap=_number(manifest["gap"]),
            gap_controllable=_number(manifest["gap_controllable"]),
            summary=summary,
            tables=tables,
            size={name: manifest[name] for name in _SIZES},
            seconds=manifest["seconds"],
            stocks=stocks,
        )
    except KeyError as error:
        raise InputError([_unusable(folder, f"it has no {error.args[0]!r}")]) from error


def _inputs(folder: Path, manifest: Mapping[str, Any]) -> Inputs:
    """The inputs that were solved, under the hash that they were solved under."""
    touched = manifest.get(STORED) != stored_sha256(folder)
    try:
        inputs = assemble(load_scenario(folder / SCENARIO))
    except InputError as error:
        if touched:
            raise
        first = error.problems[0]
        words = f"this version does not take its inputs: {first.column}: {first.problem}"
        raise InputError([_unusable(folder, f"{_writer(manifest)}; {words}")]) from error
    if inputs.sha256 == manifest.get(HASH):
        return inputs
    if touched:
        raise InputError([_unusable(folder, "its inputs are not those that were solved")])
    added = [*_added_options(folder, inputs), *_added_columns(folder, inputs)]
    if not added:
        words = "this version reads its inputs in another way"
        raise InputError([_unusable(folder, f"{_writer(manifest)}; {words}")])
    deciding = [name for name, neutral in added if not neutral]
    if deciding:
        words = f"this version has options that it was solved without: {listed(deciding)}"
        raise InputError([_unusable(folder, f"{_writer(manifest)}; {words}")])
    return replace(inputs, sha256=str(manifest[HASH]))


Added = Iterator[tuple[str, bool]]  # name, and whether it leaves all as it was


def _added_options(folder: Path, inputs: Inputs) -> Added:
    """Options that the scenario of a run folder, which names every one, does not name."""
    written = read_yaml(folder / SCENARIO, SCENARIO).data
    now = inputs.scenario.model_dump(exclude_none=True)
    yield from _lacking(type(inputs.scenario), now, written, "")


def _lacking(
    section: type[BaseModel], now: Mapping[str, Any], written: Mapping[str, Any], head: str
) -> Added:
    for name, field in section.model_fields.items():
        inner, value = field.annotation, now.get(name)
        if isinstance(inner, type) and issubclass(inner, BaseModel) and value is not None:
            there = written.get(name)
            said = there if isinstance(there, Mapping) else {}
            yield from _lacking(inner, value, said, f"{head}{name}.")
        elif value not in (None, [], {}, "") and name not in written:
            extra = field.json_schema_extra
            neutral = isinstance(extra, dict) and extra.get("source") == NEUTRAL["source"]
            yield f"{head}{name}", neutral


def _added_columns(folder: Path, inputs: Inputs) -> Added:
    """Columns that the tables of a run folder have not; they could be left out, and are blank."""
    for name in inputs.loaded:
        path = folder / INPUTS / f"{name}.parquet"
        if path.exists():
            there = set(pq.read_schema(path).names)
            yield from (
                (f"tables.{name}.{column}", True)
                for column in INPUT_TABLES[name].names
                if column not in there
            )


def _check_tables(
    folder: Path, manifest: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]
) -> None:
    """Refuse a plan without what this version reads from its tables."""
    absent = [name for name in RESULT_TABLES if name not in tables]
    if absent:
        words = f"it has no table {listed(absent)}"
        raise InputError([_unusable(folder, f"{_writer(manifest)}; {words}")])
    lacking = [
        f"{name}.{column}"
        for name, table in RESULT_TABLES.items()
        for column in table.names
        if column not in tables[name]
    ]
    if lacking:
        words = f"its result tables have no {listed(lacking)}"
        raise InputError([_unusable(folder, f"{_writer(manifest)}; {words}")])


def _summary(folder: Path, manifest: Mapping[str, Any]) -> Summary:
    found = manifest.get("summary")
    if isinstance(found, dict) and found and all(isinstance(part, dict) for part in found.values()):
        words = "it holds a plan with branches, which is one plan for each"
        raise InputError([_unusable(folder, words, "solve the scenario without its branches")])
    words = "its summary is not one of this version"
    if not isinstance(found, dict) or set(found) - set(_SUMMARY):
        raise InputError([_unusable(folder, words)])
    lacking = {name: None for name in _SUMMARY if name not in found}
    if any("None" not in _SUMMARY[name] for name in lacking):
        raise InputError([_unusable(folder, f"{words}: it has no {listed(lacking)}")])
    return Summary(**{**lacking, **found})


def _number(value: float | None, sign: float = 1.0) -> float:
    """A figure of the manifest, where null stands for one that is not finite."""
    return sign * float("inf") if value is None else float(value)


def _writer(manifest: Mapping[str, Any]) -> str:
    versions = manifest.get("versions")
    known = versions.get("tokenworks") if isinstance(versions, Mapping) else None
    return f"it was written by tokenworks {known or 'of an unknown version'}"


def _unusable(folder: Path, words: str, remedy: str = "") -> Problem:
    again = f"solve it again: `tokenworks solve {folder / SCENARIO} --out <another folder>`"
    return Problem(str(folder / MANIFEST), 0, "", words, remedy or again)
