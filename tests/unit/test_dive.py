"""A dive: what is decided, in which order, and what is not decided without another look.

30 tons are emitted. The small permit allows 24 for 1 USD, the large one 250 for 50 USD; of both
only one is held, and a ton without a permit costs 1,000 USD. The relaxation holds 97 % of the small
one and 3 % of the large: rounded as they are, six tons have no permit.
"""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from tokenworks.build import Decision
from tokenworks.schema.scenario import Solve
from tokenworks.solver import dive
from tokenworks.solver.dive import Dive, Family, families_of
from tokenworks.solver.dives import dear_first
from tokenworks.solver.master import Point
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


def test_a_dive_that_costs_more_than_it_may_ends_without_a_point(relaxation) -> None:
    start = relaxation.solve()
    held = np.array([0]), np.array([1.0])

    def truer(_: Point) -> Point | None:
        return relaxation.solve()

    # With the small permit held six tons are without one: 6,001 USD.
    for most, ends in ((6000.0, True), (6002.0, False)):
        dive = Dive(relaxation, lambda: True, truer, held, most)
        found = dive.run([PERMITS], start)
        dive.undo()
        assert (found is None) == ends, most


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


def _two_years() -> Relaxed:
    """The same permits in two years, in which as much is emitted."""
    return Relaxed(
        Matrix(
            columns=["small 1", "small 2", "large 1", "large 2", "without 1", "without 2"],
            rows=["tons 1", "tons 2", "one 1", "one 2"],
            cost=np.array([1.0, 1.0, 50.0, 50.0, 1000.0, 1000.0]),
            offset=0.0,
            lower=np.zeros(6),
            upper=np.array([1.0, 1.0, 1.0, 1.0, np.inf, np.inf]),
            whole=np.array([True, True, True, True, False, False]),
            a=sp.csc_matrix(
                [
                    [24.0, 0.0, 250.0, 0.0, 1.0, 0.0],
                    [0.0, 24.0, 0.0, 250.0, 0.0, 1.0],
                    [1.0, 0.0, 1.0, 0.0, 0.0, 0.0],
                    [0.0, 1.0, 0.0, 1.0, 0.0, 0.0],
                ]
            ),
            row_lower=np.array([30.0, 30.0, -np.inf, -np.inf]),
            row_upper=np.array([np.inf, np.inf, 1.0, 1.0]),
        ),
        Solve(),
    )


def test_what_lasts_is_decided_in_all_its_steps_at_once(monkeypatch) -> None:
    solved = []
    solve = Relaxed.solve
    monkeypatch.setattr(Relaxed, "solve", lambda own: solved.append(own) or solve(own))

    def dived(things) -> int:
        lp = _two_years()
        family = Family("permits", np.arange(4), things=things)
        start = lp.solve()
        solved.clear()
        found = Dive(lp, lambda: True).run([family], start)
        # The large one in both years: 2 x 50 USD; a year without costs 6,000.
        assert found.objective == pytest.approx(100.0)
        return len(solved)

    small, large = 0, 1
    assert dived({0: small, 1: small, 2: large, 3: large}) < dived({})


def test_what_cannot_be_alike_in_all_its_steps_is_decided_step_by_step() -> None:
    # In one of two years, and not in both: at half in each, so that nothing says in which.
    matrix = Matrix(
        columns=["year 1", "year 2"],
        rows=["one of both"],
        cost=np.array([1.0, 1.0]),
        offset=0.0,
        lower=np.zeros(2),
        upper=np.ones(2),
        whole=np.array([True, True]),
        a=sp.csc_matrix([[1.0, 1.0]]),
        row_lower=np.array([1.0]),
        row_upper=np.array([1.0]),
    )
    lp = Relaxed(matrix, Solve())
    half = Point(np.array([0.5, 0.5]), np.zeros(0), 1.0)
    found = Dive(lp, lambda: True).run([Family("held", np.arange(2), things={0: 0, 1: 0})], half)
    assert sorted(found.columns.tolist()) == pytest.approx([0.0, 1.0])


def test_families_tell_what_lasts_and_what_excludes_each_other() -> None:
    names = [
        ("file_route", ("s", "land", 6)),
        ("file_route", ("s", "land", 3)),
        ("hold_air_class", ("s", "minor", 1)),
        ("hold_air_class", ("s", "major", 1)),
        ("hold_air_class", ("s", "minor", 2)),
        ("other", 4),
    ]
    decisions = {"hold_air_class": Decision(lasting=2), "file_route": Decision(one_of=2)}
    air, routes, other = families_of(names, np.arange(6), decisions)
    assert [own.tolist() for own in routes.groups] == [[1, 0]]
    assert not routes.things
    assert not air.groups
    assert [own.tolist() for own in air.by_thing(np.array([4, 3, 2]))] == [[4, 2], [3]]
    assert [own.tolist() for own in other.by_thing(np.array([5]))] == [[5]]


def test_of_a_large_relaxation_a_family_is_rounded_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # Three sites, each used by half, at 1 USD beside 2,000 that are spent anyway: rounded up, each
    # costs 0.5 USD more, 0.025 %, so that none is dear by itself; all three are not, either.
    matrix = Matrix(
        columns=["one", "two", "three", "rest"],
        rows=["first", "second", "third"],
        cost=np.array([1.0, 1.0, 1.0, 2000.0]),
        offset=0.0,
        lower=np.array([0.0, 0.0, 0.0, 1.0]),
        upper=np.ones(4),
        whole=np.array([True, True, True, False]),
        a=sp.csc_matrix(np.hstack([2.0 * np.eye(3), np.zeros((3, 1))])),
        row_lower=np.ones(3),
        row_upper=np.full(3, np.inf),
    )
    solved = []
    solve = Relaxed.solve
    monkeypatch.setattr(Relaxed, "solve", lambda own: solved.append(own) or solve(own))

    def solves() -> int:
        lp = Relaxed(matrix, Solve())
        start = lp.solve()
        solved.clear()
        found = Dive(lp, lambda: True).run([Family("sites", np.arange(3))], start)
        assert found.objective == pytest.approx(2003.0)
        return len(solved)

    one_by_one = solves()
    monkeypatch.setattr(dive, "LARGE_ROWS", 3)
    at_once = solves()
    assert at_once < one_by_one
    # All three together, 0.075 %, are dear here, and one is not: then each is decided by itself.
    monkeypatch.setattr(dive, "DEAR_IN_LARGE", 5e-4)
    assert solves() > at_once


def test_what_was_dear_is_decided_first_the_next_time() -> None:
    families = tuple(Family(name, np.array([n])) for n, name in enumerate(("a", "b", "c", "d")))
    order = [family.name for family in dear_first(families, {"b": 0.5, "c": 3.0, "d": 2.0}, 1.0)]
    assert order == ["c", "d", "a", "b"]
    assert dear_first(families, {}, 1.0) == families
