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
from tokenworks.solver.highs import STANDING_LEAST, Standstill, cost_scale, end_standstills
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


def test_no_way_but_the_last_may_go_round_in_circles(write_scenario, monkeypatch) -> None:
    program = program_of(write_scenario)
    tried, run = [], highspy.Highs.run

    def stopped(own: highspy.Highs) -> object:
        names = ("solver", "simplex_scale_strategy", "simplex_iteration_limit")
        tried.append(tuple(own.getOptionValue(name)[1] for name in names))
        if tried[-1][-1] < highspy.kHighsIInf:  # as if it went round
            own.setOptionValue("solver", "simplex")
            own.setOptionValue("presolve", "off")
            own.setOptionValue("simplex_iteration_limit", 1)
        found = run(own)
        own.setOptionValue("presolve", "choose")
        return found

    expected = Master(program).solve()
    monkeypatch.setattr(highspy.Highs, "run", stopped)
    found = Master(program).solve()
    assert found is not None
    assert expected is not None
    assert found.objective == pytest.approx(expected.objective, rel=1e-7)
    assert [steps == highspy.kHighsIInf for _, _, steps in tried[:5]] == [False] * 4 + [True]
    assert {way for way, _, _ in tried} == {"choose", "ipx"}
    assert {scaling for _, scaling, _ in tried} == {module.OWN_SCALING, module.LARGEST}


def test_a_simplex_run_that_makes_no_step_is_ended(monkeypatch) -> None:
    """As HiGHS 1.15.1 did: a basis factored over and over, for a quarter of an hour."""
    asked: list[int] = []

    class Event:
        data_out = type("Data", (), {"simplex_iteration_count": 357})()

        def interrupt(self, ends: bool) -> None:
            if ends:
                asked.append(1)

    watching = []
    solver = highspy.Highs()
    monkeypatch.setattr(
        type(solver.cbSimplexInterrupt), "subscribe", lambda _, f: watching.append(f)
    )
    end_standstills(solver).allow(rows=10**9)
    for _ in range(STANDING_LEAST):
        watching[0](Event())
    assert not asked
    watching[0](Event())
    assert asked
    Event.data_out.simplex_iteration_count = 358
    for _ in range(STANDING_LEAST):
        watching[0](Event())
    assert len(asked) == 1


def test_a_small_program_may_stand_longer() -> None:
    """One of 4,269 rows stood more than 40 times, soundly, and no way of solving it ended."""
    standstill, most = Standstill(), []
    for rows in (27_092, 4_269, 10):
        standstill.allow(rows)
        most.append(standstill.most)
    assert most == [STANDING_LEAST, 234, 100_000]
    standstill.allow(27_092, times=5)
    assert standstill.most == 5 * STANDING_LEAST


def test_a_run_that_makes_steps_goes_on_to_its_optimum(write_scenario, monkeypatch) -> None:
    program = program_of(write_scenario)
    expected = Master(program).solve()
    monkeypatch.setattr(Standstill, "allow", lambda own, *_: setattr(own, "most", 10))
    found = Master(program).solve()
    assert found is not None
    assert expected is not None
    assert found.objective == expected.objective


def test_what_was_ended_once_is_solved_another_way(write_scenario, monkeypatch) -> None:
    program = program_of(write_scenario)
    expected = Master(program).solve()
    ended, run = [], highspy.Highs.run

    def soon(own: highspy.Highs) -> object:
        # At its start a run is asked three times before its first step.
        standing[-1].most = 200 if ended else 1
        own.setOptionValue("presolve", "choose" if ended else "off")
        found = run(own)
        ended.append(own.getModelStatus())
        return found

    standing: list[Standstill] = []
    monkeypatch.setattr(Standstill, "allow", lambda own, *_: standing.append(own))
    monkeypatch.setattr(highspy.Highs, "run", soon)
    found = Master(program).solve()
    assert ended[0] == highspy.HighsModelStatus.kInterrupt
    assert found is not None
    assert expected is not None
    assert found.objective == pytest.approx(expected.objective, rel=1e-7)
    assert ended[1] == highspy.HighsModelStatus.kOptimal


def test_a_search_that_ends_in_an_error_is_tried_once_more_with_rough_rows(
    write_scenario, monkeypatch
) -> None:
    """HiGHS 1.15.1 called its own optimum an error, 4e-6 off in a row of 1e9, and its bound 0."""
    master = Master(program_of(write_scenario))
    expected = master.search(None, master.whole.copy(), {})
    tolerances, ends = [], iter([False, True, False, False])
    status, run = highspy.Highs.getModelStatus, highspy.Highs.run

    def told(own: highspy.Highs) -> object:
        tolerances.append(own.getOptionValue("mip_feasibility_tolerance")[1])
        return run(own)

    def ended(own: highspy.Highs) -> highspy.HighsModelStatus:
        return status(own) if next(ends) else highspy.HighsModelStatus.kSolveError

    monkeypatch.setattr(highspy.Highs, "run", told)
    monkeypatch.setattr(highspy.Highs, "getModelStatus", ended)
    found = master.search(None, master.whole.copy(), {})
    assert found.point is not None
    assert expected.point is not None
    assert found.point.objective == pytest.approx(expected.point.objective, rel=1e-5)
    assert tolerances == [pytest.approx(1e-6), pytest.approx(module.ROUGH_FEASIBILITY)]
    none = master.search(None, master.whole.copy(), {})
    assert none.point is None
    assert none.bound == -np.inf  # nothing is proven
