"""Binomial law of units out of service, against enumeration of every state of every unit."""

from __future__ import annotations

import itertools

import pytest

from tokenworks.reliability import Units, availability, spare_units, staircase


def enumerated(needed_mw: float, units: list[tuple[float, float]]) -> float:
    """Probability by all states of units of (MW, outage)."""
    total = 0.0
    for state in itertools.product((True, False), repeat=len(units)):
        chance, left = 1.0, 0.0
        for runs, (megawatts, outage) in zip(state, units, strict=True):
            chance *= 1.0 - outage if runs else outage
            left += megawatts * runs
        total += chance * (left >= needed_mw - 1e-9)
    return total


def test_units_for_300_mw():
    # 31 units of 10 MW at 5 %: 300 MW need no more than one out, 0.95^31 + 31·0.05·0.95^30.
    one_out = 0.95**31 + 31 * 0.05 * 0.95**30
    assert availability(300.0, [Units(31, 10.0, 0.05, 0)]) == pytest.approx(one_out, rel=1e-12)
    assert one_out == pytest.approx(0.5366, abs=1e-4)
    # Unforced capacity less the largest unit, 36·9.5 - 10 = 332 MW, would let 34 do: 98.2 %.
    assert availability(300.0, [Units(36, 10.0, 0.05, 0)]) == pytest.approx(0.9982, abs=1e-4)
    # So for 99.8 % it is 36, of which 6 are not counted on; 35 leave 29.
    assert 36 - spare_units(36, 0.05, 0.002, 0) == 30
    assert 35 - spare_units(35, 0.05, 0.002, 0) == 29


@pytest.mark.parametrize("planned", [0, 1, 2])
@pytest.mark.parametrize("failure", [0.2, 0.02, 0.001])
def test_spares_are_the_fewest_that_will_do(failure, planned):
    for count in range(9):
        at_risk = count - min(planned, count)
        fewest = next(
            spare
            for spare in range(at_risk + 1)
            if enumerated(at_risk - spare, [(1.0, 0.1)] * at_risk) >= 1.0 - failure - 1e-12
        )
        assert spare_units(count, 0.1, failure, planned) == count - at_risk + fewest


def test_availability_of_several_kinds():
    # 3 of 4 MW at 10 %, 2.5 of 3 MW at 20 %: the half is a unit of 1.5 MW. One of the first in
    # planned outage.
    units = [(4.0, 0.1)] * 2 + [(3.0, 0.2)] * 2 + [(1.5, 0.2)]
    kinds = [Units(3, 4.0, 0.1, 1), Units(2.5, 3.0, 0.2, 0)]
    for needed in (0.0, 1.5, 4.0, 8.0, 11.5, 15.5, 15.6):
        assert availability(needed, kinds) == pytest.approx(enumerated(needed, units), abs=1e-12)


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize(("outage", "planned"), [(0.05, 0), (0.05, 1), (0.3, 2), (0.0, 1), (0, 0)])
def test_staircases_spare_enough(outage, planned, exact):
    levels = staircase(80, 40.0, outage, 0.002, planned, exact=exact)
    for below, level in itertools.pairwise(levels):
        assert below.units < level.units
        assert below.spares < level.spares
        assert below.left < level.left
    for count in range(81):
        # What the levels let so many units be counted for, and what they are good for.
        counted = max(min(count - level.spares, level.left) for level in levels)
        good_for = count - spare_units(count, outage, 0.002, planned)
        assert counted <= good_for
        if exact:
            assert counted == min(good_for, 40)
    # No level is for more than all that can be needed, which the highest gives.
    assert levels[-1].left == 40 or levels[-1].units == 80


def test_parts_of_the_allowed_failure_make_the_whole():
    # Each of two kinds falls short with 1 % at most, so both together with 2 % at most.
    for ours, theirs in itertools.product(range(6), range(6)):
        kinds = [Units(ours, 4.0, 0.1, 0), Units(theirs, 3.0, 0.25, 1)]
        firm = 4.0 * (ours - spare_units(ours, 0.1, 0.01, 0))
        firm += 3.0 * (theirs - spare_units(theirs, 0.25, 0.01, 1))
        assert availability(firm, kinds) >= 0.98
