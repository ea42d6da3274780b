"""The master: what ends a relaxation that the simplex method does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import highspy
import numpy as np
import pytest
from tests.properties.cases import OPTIONS, random_case

from tokenworks.build import build
from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.solver import master as module
from tokenworks.solver.highs import cost_scale
from tokenworks.solver.investment import Investment, investment
from tokenworks.solver.master import Master
from tokenworks.solver.matrix import compile_matrix
from tokenworks.solver.parts import split

Write = Callable[..., Path]


def program_of(write: Write) -> Investment:
    model = build(assemble(load_scenario(write(OPTIONS, **random_case(3)))))
    matrix = compile_matrix(model.pyomo)
    return investment(matrix, split(matrix, model.operating), cost_scale(matrix.cost))


def held_otherwise(program: Investment) -> float:
    """The optimum from the basis of another, for which what is whole was held at nothing."""
    master = Master(program)
    assert master.solve() is not None
    whole = np.flatnonzero(program.whole)
    master.fix(whole, program.lower[whole])
    before = master.solve()
    master.free(whole)
    found = master.solve()
    assert before is not None
    assert found is not None
    assert before.objective > found.objective * (1.0 + 1e-6)  # so that steps have to be taken
    return found.objective


def test_what_takes_too_many_steps_is_ended_inside(write_scenario, monkeypatch) -> None:
    program = program_of(write_scenario)
    ways, run = [], highspy.Highs.run

    def noted(own: highspy.Highs) -> object:
        ways.append(own.getOptionValue("solver")[1])
        return run(own)

    monkeypatch.setattr(highspy.Highs, "run", noted)
    expected = held_otherwise(program)
    assert "ipx" not in ways
    monkeypatch.setattr(module, "WARM_STEPS", 0)
    monkeypatch.setattr(module, "ROWS_FOR_A_STEP", 10**9)
    assert held_otherwise(program) == pytest.approx(expected, rel=1e-7)
    assert "ipx" in ways
