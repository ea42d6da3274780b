"""Scenario files: `extends`, merging, checking; and a scenario as YAML again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tokenworks.errors import InputError, Problem
from tokenworks.io.layers import Layer, Merged
from tokenworks.io.places import Project, find_scenario, find_shipped, is_bare_name, shown_path
from tokenworks.io.yaml_text import YamlText, read_yaml
from tokenworks.schema.scenario import Origins, Scenario
from tokenworks.schema.validation import OVERRIDES, TABLES, Fault, dotted, validated
from tokenworks.schema.wording import shown

EXTENDS = "extends"
LONGEST_CHAIN = 10


@dataclass(frozen=True)
class ReadScenario:
    """What could be read of a scenario, for looking further where there are problems.

    Attributes
    ----------
    scenario
        The scenario, its faulty options at their defaults; None where no file could be read.
    problems
        Every problem found.
    faulty
        Dotted keys of the options that were left out; `extends` among them where a file of the
        chain could not be read.
    """

    scenario: Scenario | None
    problems: tuple[Problem, ...] = ()
    faulty: tuple[str, ...] = ()


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Read a scenario with all that it extends.

    Parameters
    ----------
    name_or_path
        Bare name of a shipped scenario, or the path of a YAML file.

    Returns
    -------
    Scenario
        The scenario, its table paths absolute; `Scenario.origin` says where an option was written.

    Raises
    ------
    InputError
        With every problem of the files, each with file, line and dotted key.
    """
    found = read_scenario(name_or_path)
    if found.problems or found.scenario is None:
        raise InputError(found.problems)
    return found.scenario


def read_scenario(name_or_path: str | Path) -> ReadScenario:
    """As `load_scenario`, but hand back what could be read beside the problems."""
    try:
        layers, problems = _chain(name_or_path)
    except InputError as error:
        return ReadScenario(None, error.problems)
    merged = Merged()
    for layer in reversed(layers):
        merged.lay(layer)
    return _checked(merged, layers[0].file, [*problems, *merged.problems])


def _checked(merged: Merged, file: str, problems: list[Problem]) -> ReadScenario:
    scenario, faults = validated(Scenario, merged.data)
    known = {problem.column for problem in problems}
    for fault in faults:
        if fault.missing and (fault.address in known or EXTENDS in known):
            continue  # it is blank, or may well stand in a file that could not be read
        origin = merged.origin(fault.keys) or (file, 0)
        problems.append(Problem(*origin, fault.address, fault.problem, fault.remedy))
    if scenario is None or faults:
        for fault in faults:
            _leave_out(merged.data, fault)
        merged.data.setdefault("name", "unnamed")
        scenario, _ = validated(Scenario, merged.data)
    if scenario is not None:
        places = {dotted(keys): origin for keys, origin in merged.origins.items()}
        scenario._origins = Origins(file, places)
    faulty = {*known, *(fault.address for fault in faults)}
    return ReadScenario(scenario, tuple(problems), tuple(sorted(faulty)))


def _leave_out(data: dict[str, Any], fault: Fault) -> None:
    """Take the faulty value out, or the nearest one around it that can be taken out."""
    section: Any = data
    for depth, key in enumerate(fault.keys):
        if not isinstance(section, dict) or key not in section:
            return
        if depth == len(fault.keys) - 1 or not isinstance(section[key], dict):
            del section[key]
            return
        section = section[key]


@dataclass
class _Chain:
    """The files read so far, from the scenario to what it extends."""

    project: Project
    layers: list[Layer] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seen: list[Path] = field(default_factory=list)

    def follow(self, path: Path | None, file: str) -> None:
        """Read the file and all that it extends."""
        while path is not None:
            self.seen.append(path.resolve())
            try:
                text = read_yaml(path, file)
            except InputError as error:
                if not self.layers:
                    raise
                self.problems += error.problems
                self.problems.append(self._unread(file))
                return
            parent = text.data.pop(EXTENDS, None)
            line = text.lines.get((EXTENDS,), 0)
            self._locate_tables(text, path, file)
            self.layers.append(Layer(file, text.data, text.lines))
            if not line:
                return
            path = self._parent(parent, path, file, line)
            file = shown_path(path) if path else file

    def _unread(self, file: str) -> Problem:
        child = self.layers[-1]
        line = child.lines[(EXTENDS,)]
        return Problem(child.file, line, EXTENDS, f"{shown(file)} has problems", "see there")

    def _locate_tables(self, text: YamlText, path: Path, file: str) -> None:
        tables = text.data.get(TABLES)
        if not isinstance(tables, dict):
            return
        for name, named in list(tables.items()):
            if not isinstance(named, str):
                continue
            found = self.project.locate(named, path)
            if isinstance(found, tuple):
                keys = (TABLES, name)
                self.problems.append(Problem(file, text.lines[keys], dotted(keys), *found))
                del tables[name]
            else:
                tables[name] = found

    def _parent(self, named: Any, path: Path, file: str, line: int) -> Path | None:
        found = self._find(named, path)
        if isinstance(found, Path) and not found.exists():
            found = f"there is no file {shown(named)}", "correct the path after `extends:`"
        if isinstance(found, Path) and found.resolve() in self.seen:
            start = self.seen.index(found.resolve())
            chain = " → ".join(shown_path(p) for p in (*self.seen[start:], found.resolve()))
            found = f"the files extend each other in a circle: {chain}", "cut the circle here"
        if isinstance(found, Path) and len(self.seen) >= LONGEST_CHAIN:
            found = (
                f"more than {LONGEST_CHAIN} files extend each other",
                "merge some of them into one",
            )
        if isinstance(found, Path):
            return found
        self.problems.append(Problem(file, line, EXTENDS, *found))
        return None

    def _find(self, named: Any, path: Path) -> Path | tuple[str, str]:
        if not isinstance(named, str):
            return (
                f"{shown(named)} names no scenario",
                "give the name of a shipped scenario, or a file relative to this one",
            )
        if is_bare_name(named):
            return find_shipped(named)
        return self.project.locate(named, path)


def _chain(name_or_path: str | Path) -> tuple[list[Layer], list[Problem]]:
    path = find_scenario(name_or_path)
    try:
        file = shown_path(path)
        project = Project.of(path)
    except (OSError, ValueError, RuntimeError):
        problem = Problem(str(name_or_path), 0, "", "is not a usable path", "correct the path")
        raise InputError([problem]) from None
    chain = _Chain(project)
    chain.follow(path, file)
    return chain.layers, chain.problems


def scenario_to_yaml(scenario: Scenario, tables: Mapping[str, str] | None = None) -> str:
    """A scenario as one YAML text that extends nothing and names every option.

    Parameters
    ----------
    scenario
        The scenario.
    tables
        Table name to the path to write for it, such as ``inputs/sites.parquet`` in a run folder.
        Overrides are then left out, for those files hold the figures as overridden. By default the
        tables' absolute paths, and the overrides.

    Returns
    -------
    str
        The text; the same for equal scenarios. `load_scenario` reads it from a folder in which its
        tables may lie (see `tokenworks.io.places`).
    """
    data = scenario.model_dump(exclude_none=True)
    if tables is None:
        data[TABLES] = {name: Path(path).as_posix() for name, path in data[TABLES].items()}
    else:
        data[TABLES] = dict(tables)
        data[OVERRIDES] = {}
    data[TABLES] = dict(sorted(data[TABLES].items()))
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=1000)
