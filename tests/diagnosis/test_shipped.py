"""The shipped scenarios that are infeasible on purpose: what is printed can be done, and solves."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tokenworks.diagnosis.infeasible import explain_scenario
from tokenworks.diagnosis.wording import change_lines
from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.plan import solve

INFEASIBLE = {
    "redline-too-low": "redlines",
    "grid-too-late": "grid lead times",
    "first-token-too-soon": "latency",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", INFEASIBLE)
def test_every_change_that_is_printed_makes_it_feasible(name):
    path = Path(__file__).parents[2] / "scenarios" / "infeasible" / f"{name}.yaml"
    inputs = assemble(load_scenario(path))
    found = explain_scenario(inputs, time_limit_s=600.0)
    assert found.status == "infeasible"
    assert found.repairs
    assert found.conflict.irreducible
    assert INFEASIBLE[name] in {knob.family for knob in found.conflict.knobs}
    for repair in found.repairs:
        written = yaml.safe_load("\n".join(change_lines(inputs, repair.steps)))
        changed = load_scenario(path).with_(written)
        assert solve(changed, gap=0.5, time_limit_s=120.0).status in ("optimal", "gap_left")
