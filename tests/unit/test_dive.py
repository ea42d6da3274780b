"""A dive: what is decided, in which order, and what is not decided without another look.

30 tons are emitted. The small permit allows 24 for 1 USD, the large one 250 for 50 USD; of both
only one is held, and a ton without a permit costs 1,000 USD. The relaxation holds 97 % of the small
one and 3 % of the large: rounded as they are, six tons have no permit.
"""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from tokenworks.schema.scenario import Solve
from tokenworks.solver.dive import Dive, Family
from tokenworks.solver.matrix import Matrix
from tokenworks.solver.relaxed import Relaxed

PERMITS = Family("permits", np.array([0, 1]))


@pytest.fixture
def relaxation() -> Relaxed:
    matrix = Matrix(
        columns=["small", "large", "without"],
        rows=["tons", "one"],
        cost=np.array([1.0, 50.0, 1000.0]),
        offset=0.0,
        lower=np.zeros(3),
        upper=np.array([1.0, 1.0, np.inf]),
        whole=np.array([True, True, False]),
        a=sp.csc_matrix([[24.0, 250.0, 1.0], [1.0, 1.0, 0.0]]),
        row_lower=np.array([30.0, -np.inf]),
        row_upper=np.array([np.inf, 1.0]),
    )
    return Relaxed(matrix, Solve())


def test_a_dear_rounding_is_not_taken_without_a_look_at_others(relaxation) -> None:
    start = relaxation.solve()
    # 24 (1 - y) + 250 y = 30: y = 6 / 226.
    assert start.columns[1] == pytest.approx(6.0 / 226.0)
    found = Dive(relaxation, lambda: True).run([PERMITS], start)
    assert found.objective == pytest.approx(50.0)
    assert found.columns.tolist() == pytest.approx([0.0, 1.0, 0.0])


def test_what_a_dive_has_held_is_given_back(relaxation) -> None:
    start = relaxation.solve()
    dive = Dive(relaxation, lambda: True)
    dive.run([PERMITS], start)
    assert relaxation.solve().objective == pytest.approx(50.0)
    dive.undo()
    assert relaxation.solve().objective == pytest.approx(start.objective)


def test_what_is_held_from_the_start_is_not_decided_again(relaxation) -> None:
    start = relaxation.solve()
    dive = Dive(relaxation, lambda: True, held=(np.array([0]), np.array([1.0])))
    # 24 t by the small permit, 6 without: 1 + 6,000 USD, whatever the large one would cost.
    found = dive.run([PERMITS], start)
    assert found.objective == pytest.approx(6001.0)
    assert found.columns.tolist() == pytest.approx([1.0, 0.0, 6.0])
    dive.undo()
    assert relaxation.solve().objective == pytest.approx(start.objective)


def test_points_are_made_truer_before_every_family(relaxation) -> None:
    asked = []

    def truer(point):
        asked.append(point.objective)
        return point

    families = [Family("small", np.array([0])), Family("large", np.array([1]))]
    dive = Dive(relaxation, lambda: True, truer)
    found = dive.run(families, relaxation.solve())
    assert len(asked) == len(families)
    assert set(dive.rises) == {"small", "large"}
    assert sum(dive.rises.values()) == pytest.approx(found.objective - asked[0])
    dive.undo()
    assert Dive(relaxation, lambda: True, lambda _: None).run(families, found) is None


def test_a_dive_whose_time_is_up_ends_without_a_point(relaxation) -> None:
    assert Dive(relaxation, lambda: False).run([PERMITS], relaxation.solve()) is None
