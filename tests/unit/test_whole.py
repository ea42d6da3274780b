"""Plans of the whole program: exactly whole, and no cheaper by a tolerance."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse as sp

from tokenworks.schema.scenario import Solve
from tokenworks.solver import highs, whole
from tokenworks.solver.highs import Outcome, Status
from tokenworks.solver.matrix import Matrix

# A kilometre of line serves up to 1e7 MW of load that is worth 1 USD per MW, and costs 3 USD. Of
# 5 MW all are worth the line: 3 USD against 5 without it. A line that is whole within 1e-6 could
# serve them at a millionth of its cost.
MEGAWATTS, LINE_USD, MOST_MW = 5.0, 3.0, 1e7


def line() -> Matrix:
    names = ("line", "unserved")
    columns = [
        SimpleNamespace(
            parent_component=lambda name=name: SimpleNamespace(local_name=name), index=lambda: None
        )
        for name in names
    ]
    return Matrix(
        columns=columns,
        rows=["served"],
        cost=np.array([LINE_USD, 1.0]),
        offset=0.0,
        lower=np.zeros(2),
        upper=np.array([1.0, MEGAWATTS]),
        whole=np.array([True, False]),
        a=sp.csc_matrix([[MOST_MW, 1.0]]),
        row_lower=np.array([MEGAWATTS]),
        row_upper=np.array([np.inf]),
    )


def test_a_plan_that_is_whole_by_tolerance_alone_is_sought_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Half a millionth of the line serves all. Rounded, there is none: 5 USD. With the line, 3 USD.
    share = MEGAWATTS / MOST_MW
    within = Outcome(Status.OPTIMAL, np.array([share, 0.0]), share * LINE_USD, 0.0, 0.0)
    asked = []

    def run(matrix: Matrix, options: Solve, log: bool = False, **named: float) -> Outcome:
        asked.append(named)
        return within if len(asked) == 1 else highs.run(matrix, options, log, **named)

    monkeypatch.setattr(whole, "run", run)
    monkeypatch.setattr(whole, "unavoidable_usd", lambda *_: 0.0)
    model = SimpleNamespace(costs=(), pyomo=None)
    solved = whole.solve_whole(model, Solve(gap=0.0), matrix=line())  # type: ignore[arg-type]
    assert solved.objective_usd == pytest.approx(LINE_USD, rel=1e-9)
    assert solved.values["line"][None] == 1.0
    assert solved.bound_usd == 0.0, "the first bound stands"
    assert [named for named in asked if named] == [{"whole_within": whole.NARROW}]


def test_solves_with_other_numbers_of_threads_follow_each_other() -> None:
    # HiGHS keeps one pool of threads for a process, and refuses a solve with another size.
    for threads in (1, 2, 1, 3, 1):
        found = highs.run(line(), Solve(threads=threads))
        assert found.status is Status.OPTIMAL
        assert found.objective == pytest.approx(LINE_USD, abs=1e-3)


def test_a_plan_dearer_than_its_bound_allows_is_not_called_optimal() -> None:
    found = Outcome(Status.OPTIMAL, np.zeros(2), 1.0, 1.0, 0.0)
    assert whole._status(found, 1.0, Solve(gap=0.01)) is Status.OPTIMAL
    assert whole._status(found, 1.005, Solve(gap=0.01)) is Status.OPTIMAL
    assert whole._status(found, 1.1, Solve(gap=0.01)) is Status.GAP_LEFT
