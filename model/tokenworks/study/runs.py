"""A run of a study: what it changes, how it is solved, and what has become of it."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokenworks.inputs import Inputs
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.study import StudySpec

if TYPE_CHECKING:
    from tokenworks.plan import Plan

BASE = "base"
SOLVE = "solve"

_LONGEST_SLUG = 48
_DIGITS = 8


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes
    ----------
    id
        Name of its folder; see `run_id`.
    changes
        Address to value, as `Scenario.with_` takes them, on top of the study's base.
    labels
        Axis, case or address to the level that the run stands for, as the frame shows it.
    task
        How it is solved: a name of `tokenworks.study.kinds.TASKS`.
    options
        What the task is told; plain data.
    needs
        Ids of runs whose plans the task is given; they are of an earlier round, or the base.
    """

    id: str
    changes: Mapping[str, Any]
    labels: Mapping[str, Any] = field(default_factory=dict)
    task: str = SOLVE
    options: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """A study that has been read and checked.

    Attributes
    ----------
    spec
        The study file.
    base
        Its base with the study's `changes` and solve options: what runs change.
    """

    spec: StudySpec
    base: Scenario


@dataclass(frozen=True)
class Job:
    """What a task is given.

    Attributes
    ----------
    inputs
        Checked inputs of the run.
    options
        Of the run.
    needs
        Id to plan, of the runs that it asked for.
    start
        Plan of a neighbour of the same shape, which may shorten the search; None at first.
    """

    inputs: Inputs
    options: Mapping[str, Any] = field(default_factory=dict)
    needs: Mapping[str, Plan] = field(default_factory=dict)
    start: Plan | None = None


@dataclass(frozen=True)
class Finished:
    """What has become of a run.

    Attributes
    ----------
    run
        The run.
    folder
        Its run folder; None where it failed.
    manifest
        Content of its `manifest.json`; empty where it failed. The section ``run`` holds what the
        task said beside the plan.
    error
        Words of the error where it failed.
    exit_status
        As of the command line: 0 solved, 2 wrong input, 3 infeasible, 4 no plan in time, 1 else.
    """

    run: Run
    folder: Path | None = None
    manifest: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    exit_status: int = 0

    @property
    def solved(self) -> bool:
        """Whether it has a plan."""
        return self.folder is not None

    def plan(self) -> Plan:
        """Its plan, read from its folder."""
        from tokenworks.stored import read_plan  # noqa: PLC0415 -- most callers need no plan

        if self.folder is None:
            raise ValueError(f"run {self.run.id} has no plan: {self.error}")
        return read_plan(self.folder)


def run_id(
    changes: Mapping[str, Any],
    labels: Mapping[str, Any],
    task: str = SOLVE,
    options: Mapping[str, Any] | None = None,
) -> str:
    """Name of a run: its levels in words, and digits of what it does.

    The same run has the same name in every version of a study, so that what is on disk is found
    again wherever it stands in the file.
    """
    text = canonical([in_order(changes), task, options or {}])
    digits = hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
    words = "-".join(_slug(level) for level in labels.values())
    slug = re.sub("-+", "-", words).strip("-")[:_LONGEST_SLUG].strip("-")
    return f"{slug}-{digits}" if slug else digits


def in_order(changes: Mapping[str, Any]) -> list[list[Any]]:
    """Changes by column, those of one column in the order given: there later ones win."""
    listed = [[address, value] for address, value in changes.items()]
    return sorted(listed, key=lambda change: re.sub(r"\[.*\]", "", change[0]))


def canonical(value: Any) -> str:
    """Plain data as one text, the same for equal data; dates as ISO text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _slug(level: Any) -> str:
    if isinstance(level, Mapping):
        return "-".join(f"{_slug(key)}-{_slug(inner)}" for key, inner in level.items())
    text = _number(level) if isinstance(level, float) else str(level)
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.")


def _number(value: float) -> str:
    """Six digits without an exponent, whose sign a name of a folder would lose: 2556410, 0.05."""
    if not math.isfinite(value):
        return str(value)
    return format(Decimal(f"{value:.6g}"), "f")
