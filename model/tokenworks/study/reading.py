"""Study files: read and checked, with every problem of file, base and addresses at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tokenworks.errors import InputError, Problem
from tokenworks.io.overrides import apply_overrides
from tokenworks.io.places import Project, find_shipped, is_bare_name, shipped_root, shown_path
from tokenworks.io.scenario_files import read_scenario
from tokenworks.io.yaml_text import Keys, YamlText, read_yaml
from tokenworks.plan import with_options
from tokenworks.schema.addresses import CellAddress, parse_address
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.study import KINDS, MOST_RUNS, RUN_SECTIONS, StudySpec
from tokenworks.schema.validation import Fault, validated
from tokenworks.schema.wording import listed, shown
from tokenworks.study.axes import grid_problems, grid_size
from tokenworks.study.draws import draw_problems
from tokenworks.study.kinds import kind_of
from tokenworks.study.names import find_study
from tokenworks.study.overlaps import overlap_problems
from tokenworks.study.runs import BASE, Prepared
from tokenworks.study.said import level_problems, said
from tokenworks.study.warm import Warm, is_table_file


@dataclass(frozen=True)
class ReadStudy:
    """A study that has been read, its base in memory."""

    prepared: Prepared
    warm: Warm


@dataclass
class _Found:
    """A study file and what is wrong with it so far."""

    file: str
    text: YamlText
    problems: list[Problem] = field(default_factory=list)

    def line(self, keys: Keys) -> int:
        """Line of a key, or of the nearest one around it."""
        while keys:
            if keys in self.text.lines:
                return self.text.lines[keys]
            keys = keys[:-1]
        return 0

    def wrong(self, keys: Keys, problem: str, remedy: str, column: str = "") -> None:
        """Note a problem at a key."""
        at = column or ".".join(keys)
        self.problems.append(Problem(self.file, self.line(keys), at, problem, remedy))

    def stop(self) -> None:
        """Raise what has been found, where anything has."""
        if self.problems:
            raise InputError(self.problems)


def read_study(name_or_path: str | Path) -> ReadStudy:
    """Read and check a study.

    Raises
    ------
    InputError
        With every problem of the study, and of the base that it names.
    """
    path = find_study(name_or_path)
    if path.is_dir():
        words = "is a folder, not a study", "name its file"
        raise InputError([Problem(str(name_or_path), 0, "", *words)])
    file = shown_path(path)
    found = _Found(file, read_yaml(path, file))
    spec, faults = validated(StudySpec, found.text.data)
    for fault in faults:
        found.wrong(fault.keys, fault.problem, _remedy(fault))
    base = _base(found, path)
    if spec is None or base is None:
        found.stop()
        raise AssertionError("a study that is none has a problem")  # pragma: no cover
    _check_kind(found, spec)
    found.problems += [
        Problem(file, found.line(keys), ".".join(keys), *words)
        for keys, *words in (
            *grid_problems(spec),
            *overlap_problems(spec),
            *draw_problems(spec),
            *level_problems(spec),
        )
    ]
    spec = located(found, spec, path)
    found.stop()
    changed = _changed(found, spec, base)
    found.stop()
    assert changed is not None  # noqa: S101 -- else there was a problem
    warm = Warm.of(changed)
    prepared = Prepared(spec, changed)
    _check_addresses(found, spec, warm)
    _check_section(found, prepared)
    found.stop()
    return ReadStudy(prepared, warm)


def _remedy(fault: Fault) -> str:
    """As the fault says; of an option of the study itself, with what it is for."""
    wanted = StudySpec.model_fields.get(fault.keys[0]) if fault.keys else None
    if wanted is not None and wanted.description and fault.remedy == "give another value":
        return wanted.description[0].lower() + wanted.description[1:].rstrip(".")
    return fault.remedy


def _base(found: _Found, path: Path) -> Scenario | None:
    named = found.text.data.get("base")
    if not isinstance(named, str):
        return None
    folder = path.resolve().parent
    where: Path | tuple[str, str]
    if is_bare_name(named):
        where = find_shipped(named)
    else:
        where = Project(folder, (folder,)).locate(named, path)
        if isinstance(where, Path) and not where.exists():
            where = f"there is no file {shown(named)}", "correct the path"
    if isinstance(where, tuple):
        found.wrong(("base",), *where)
        return None
    read = read_scenario(where)
    found.problems += read.problems
    return read.scenario


def _check_kind(found: _Found, spec: StudySpec) -> None:
    for kind in KINDS[1:]:
        if getattr(spec, kind) is not None and spec.kind != kind:
            words = f"is a section of the kind {shown(kind)}, but `kind` is {shown(spec.kind)}"
            found.wrong((kind,), words, f"write `kind: {kind}`, or take the section out")
    written = [name for name in (*RUN_SECTIONS, "exclude") if found.text.data.get(name)]
    if spec.kind == "sweep":
        if not set(written) & set(RUN_SECTIONS):
            remedy = f"give one of {listed(RUN_SECTIONS)}"
            found.wrong((), "the study makes no run beside its base", remedy)
        if grid_size(spec) + len(spec.cases) + len(spec.rows) > MOST_RUNS:
            found.wrong(("grid",), f"makes more than {MOST_RUNS:,} runs", "give fewer levels")
        return
    for name in written:
        remedy = "take it out, or write it as the section of the kind says"
        found.wrong((name,), f"is of a sweep, but `kind` is {shown(spec.kind)}", remedy)
    if getattr(spec, spec.kind) is None:
        if spec.kind in ("pareto", "alternatives"):
            remedy = f"write `{spec.kind}: {{}}` for its defaults"
        else:
            remedy = f"give the section `{spec.kind}:`"
        found.wrong((spec.kind,), "is missing", remedy)


def located(found: _Found, spec: StudySpec, path: Path) -> StudySpec:
    """The study with the files that it puts in place of tables as whole paths in its folder."""
    folder = path.resolve().parent
    if path.resolve().is_relative_to(shipped_root().resolve() / "scenarios"):
        folder = shipped_root().resolve()
    project = Project(folder, (folder,))

    def whole(value: Any, keys: Keys) -> Any:
        if isinstance(value, Mapping):
            return {key: _one(key, inner, (*keys, str(key))) for key, inner in value.items()}
        if isinstance(value, list):
            return [whole(inner, (*keys, str(n))) for n, inner in enumerate(value)]
        return value

    def _one(key: str, value: Any, keys: Keys) -> Any:
        if isinstance(value, list) and key.startswith("tables.") and "[" not in key:
            return [_one(key, inner, keys) for inner in value]
        if not is_table_file(str(key), value):
            return whole(value, keys)
        where = project.locate(str(value), path)
        if isinstance(where, Path) and not where.exists():
            where = f"there is no file {shown(value)}", "correct the path"
        if isinstance(where, tuple):
            found.wrong(keys, *where)
            return value
        return str(where)

    data = whole(spec.model_dump(by_alias=True, exclude_unset=True), ())
    return StudySpec.model_validate(data)


def _changed(found: _Found, spec: StudySpec, base: Scenario) -> Scenario | None:
    """The base with the changes and options of the study."""
    for address, value in spec.changes.items():
        _try_option(found, base, address, value, ("changes", address))
    if found.problems:
        return None
    return with_options(base.with_(spec.changes), **spec.solve.model_dump())


def _check_addresses(found: _Found, spec: StudySpec, warm: Warm) -> None:
    """Try every change by itself: options in the scenario, figures in its tables."""
    for keys, address, value in said(spec):
        if not _try_option(found, warm.base, address, value, keys):
            continue
        if not isinstance(parse_address(address), CellAddress):
            continue
        if value is None and address in warm.base.overrides:
            continue  # takes the base's own override back
        try:
            apply_overrides(warm.tables, {address: value})
        except InputError as error:
            for problem in error.problems:
                found.wrong(keys, problem.problem, problem.remedy, address)


def _check_section(found: _Found, prepared: Prepared) -> None:
    """What a kind says of its own section; of a sweep, whether any run is left."""
    try:
        runs = kind_of(prepared.spec.kind).first(prepared)
    except InputError as error:
        for problem in error.problems:
            keys = tuple(problem.column.split("."))
            found.wrong(keys, problem.problem, problem.remedy, problem.column)
        return
    if prepared.spec.kind == "sweep" and all(run.id == BASE for run in runs):
        key = "exclude" if prepared.spec.exclude else ""
        words = "the exclusions leave" if key else "the levels make"
        remedy = "loosen one of them" if key else "give a level that changes something"
        found.wrong((key,) if key else (), f"{words} no run beside the base", remedy)


def _try_option(found: _Found, scenario: Scenario, address: str, value: Any, keys: Keys) -> bool:
    try:
        scenario.with_({address: value})
    except InputError as error:
        for problem in error.problems:
            found.wrong(keys, problem.problem, problem.remedy, address)
        return False
    return True
