"""A base kept in memory: its tables read and checked once, its runs assembled from them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenworks.checks import checked_again, checked_tables, run_checks
from tokenworks.errors import InputError
from tokenworks.inputs import Inputs, prepare
from tokenworks.io.overrides import apply_overrides, read_tables
from tokenworks.io.run_folder import hash_inputs
from tokenworks.io.tables import LoadedTable
from tokenworks.schema.scenario import Scenario
from tokenworks.study.runs import Run, canonical, in_order

Tables = Mapping[str, LoadedTable]


@dataclass(frozen=True)
class Warm:
    """A base with its tables in memory.

    Attributes
    ----------
    base
        The scenario that runs change.
    raw
        Its tables as they stand in the files.
    tables
        The same with the base's overrides, checked.
    digest
        Of all that the base says, its files' content included.
    """

    base: Scenario
    raw: Tables
    tables: Tables
    digest: str

    @classmethod
    def of(cls, base: Scenario) -> Warm:
        """Read and check a base.

        Raises
        ------
        InputError
            With every problem of its tables.
        """
        try:
            raw = read_tables(base.model_copy(update={"overrides": {}}))
            tables = apply_overrides(raw, base.overrides)
            run_checks(tables, base)
        except InputError:
            checked_tables(base)  # with the problems of files, overrides and checks together
            raise
        said = canonical([hash_inputs(base, tables), list(base.overrides.items())])
        return cls(base, raw, tables, hashlib.sha256(said.encode()).hexdigest())

    def inputs(self, changes: Mapping[str, Any]) -> Inputs:
        """Checked inputs of the base with changes, as `inputs.assemble` gives them.

        Only tables that a change replaces are read; only checks that look at what has changed run.

        Raises
        ------
        InputError
            With every problem of the changes.
        """
        scenario = self.base.with_(changes)
        if scenario.tables != self.base.tables:
            return prepare(scenario, checked_tables(scenario))
        tables = self._overridden(scenario)
        checked_again(tables, scenario, self.tables, self.base)
        return prepare(scenario, tables)

    def _overridden(self, scenario: Scenario) -> Tables:
        """Tables with the scenario's overrides; the base's are not applied a second time."""
        before, after = list(self.base.overrides.items()), list(scenario.overrides.items())
        if after[: len(before)] == before:
            return apply_overrides(self.tables, dict(after[len(before) :]))
        return apply_overrides(self.raw, scenario.overrides)

    def fingerprint(self, run: Run) -> str:
        """Digest of all that decides a run, told without reading anything again.

        A table that the run replaces counts by the content of its file.
        """
        files = [
            _digest(Path(value))
            for address, value in run.changes.items()
            if is_table_file(address, value)
        ]
        said = [self.digest, in_order(run.changes), run.task, run.options, run.needs, files]
        return hashlib.sha256(canonical(said).encode()).hexdigest()


def _digest(path: Path) -> str:
    """Of a file's content; empty where it cannot be read, which the run will say."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def is_table_file(address: str, value: Any) -> bool:
    """Whether a change puts a file in place of a table."""
    named = address.strip().startswith("tables.") and "[" not in address
    return named and isinstance(value, (str, Path))
