"""The shipped studies of every kind are read, and their runs are scenarios."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.schema.study import StudySpec
from tokenworks.study.kinds import kind_of
from tokenworks.study.runs import Prepared

pytestmark = pytest.mark.slow

STUDIES = Path(__file__).parents[2] / "scenarios" / "studies"
NAMES = (
    "carbon-front",
    "months-front",
    "alternatives",
    "tornado",
    "reactor-break-even",
    "regret",
    "monte-carlo",
)


@pytest.mark.parametrize("name", NAMES)
def test_first_runs_are_scenarios(name: str) -> None:
    text = yaml.safe_load((STUDIES / f"{name}.yaml").read_text(encoding="utf-8"))
    spec = StudySpec.model_validate(text)
    near = STUDIES / spec.base
    base = load_scenario(near if near.suffix == ".yaml" else spec.base).with_(spec.changes)
    runs = kind_of(spec.kind).first(Prepared(spec, base))
    assert spec.name == name
    assert len({run.id for run in runs}) == len(runs)
    # One of them is read through: all would take a minute.
    for run in runs[:1]:
        assemble(base.with_(run.changes))
