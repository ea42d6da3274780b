"""Kinds of study run in one process: rounds of runs, each solved and saved as a worker would."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tokenworks.errors import TokenworksError
from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.plan import Plan
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.study import StudySpec
from tokenworks.study.kinds import kind_of, task_of
from tokenworks.study.runs import BASE, Finished, Job, Prepared, Run


@dataclass(frozen=True)
class Ended:
    """A study at its end."""

    finished: Mapping[str, Finished]
    frames: Mapping[str, pd.DataFrame]
    rounds: int

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.frames[name]


def prepared(base: Scenario, kind: str, **section: Any) -> Prepared:
    spec = {"name": "study", "base": "case", "kind": kind, kind: section}
    return Prepared(StudySpec.model_validate(spec), base)


@pytest.fixture
def run_kind() -> Callable[..., Ended]:
    """`run_kind(scenario or file, "tornado", factors={...})`: all rounds, to the frames."""

    def ended(base: Scenario | Path, kind: str, **section: Any) -> Ended:
        scenario = base if isinstance(base, Scenario) else load_scenario(base)
        study = prepared(scenario, kind, **section)
        way = kind_of(kind)
        finished: dict[str, Finished] = {}
        wanted = [Run(BASE, {}, {"case": BASE}), *way.first(study)]
        rounds = 0
        while wanted:
            rounds += 1
            assert rounds < 100, "the rounds do not end"
            for run in wanted:
                finished.setdefault(run.id, one(scenario, run, finished))
            wanted = list(way.further(study, finished))
            assert not {run.id for run in wanted} & set(finished), "a run is asked for twice"
        return Ended(finished, way.frames(study, finished), rounds)

    return ended


@dataclass(frozen=True)
class Solved(Finished):
    """A run whose plan is held in place of its folder: to write and read costs more."""

    held: Plan | None = None

    def plan(self) -> Plan:
        assert self.held is not None
        return self.held


def one(scenario: Scenario, run: Run, finished: Mapping[str, Finished]) -> Finished:
    """Solve a run as `tokenworks batch` does."""
    try:
        needs = {key: finished[key].plan() for key in run.needs}
        inputs = assemble(scenario.with_(run.changes))
        plan, said = task_of(run.task)(Job(inputs, run.options, needs))
    except TokenworksError as error:
        return Finished(run, error=str(error), exit_status=error.exit_status)
    assert isinstance(plan, Plan)
    manifest = json.loads(json.dumps(plan.manifest() | {"run": dict(said)}))
    return Solved(run, Path(run.id), manifest, held=plan)
