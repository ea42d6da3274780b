"""Units out of service: how many to spare, and how likely enough of them are left.

Units fail independently of each other, each with the same forced-outage rate; beside them some are
in planned outage. A part of a unit (where counts are fractional) is a smaller unit of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.special import bdtrc

# Shares of the most units that a coarse staircase steps at, besides the whole of them.
_COARSE_STEPS = (0.13, 0.216, 0.36, 0.6)
_SAME = 1e-9
_SAME_MW = 1e-6

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Units:
    """Equal units at risk.

    Attributes
    ----------
    count
        How many are in service; of a fractional count the rest is a smaller unit.
    unit_mw
        Capacity of one.
    outage
        Share of time that each is out of service unplanned.
    planned
        How many of them are in planned outage.
    """

    count: float
    unit_mw: float
    outage: float
    planned: int


@dataclass(frozen=True)
class Level:
    """Up to so many units in service it is enough to spare so many of them.

    Attributes
    ----------
    units
        Most units in service.
    spares
        Of these, not counted on.
    """

    units: int
    spares: int

    @property
    def left(self) -> int:
        """Units to count on."""
        return self.units - self.spares


@cache
def spare_units(count: int, outage: float, failure: float, planned: int) -> int:
    """Units of so many not to count on: those in planned outage, and forced ones.

    Parameters
    ----------
    count
        Units in service.
    outage
        Share of time that each is out of service unplanned.
    failure
        Most probability that more are out.
    planned
        Units in planned outage.
    """
    at_risk = count - min(planned, count)
    failure *= 1.0 + _SAME
    spare = math.floor(at_risk * outage)
    while spare > 0 and _more_out(spare - 1, at_risk, outage) <= failure:
        spare -= 1
    while _more_out(spare, at_risk, outage) > failure:
        spare += 1
    return count - at_risk + spare


def _more_out(spare: int, count: int, outage: float) -> float:
    return 0.0 if spare >= count else float(bdtrc(spare, count, outage))


def staircase(
    most: int, enough: float, outage: float, failure: float, planned: int, *, exact: bool
) -> list[Level]:
    """Levels of spares, in order; units, spares and the units left all grow from each to the next.

    Parameters
    ----------
    most
        Most units in service.
    enough
        Units that, left in service, are all that can be needed.
    outage, failure, planned
        As in `spare_units`.
    exact
        True gives every count its own spares; False lets a few levels stand for all, each sparing
        what the most units of the level need.
    """

    def spares(count: int) -> int:
        return spare_units(count, outage, failure, planned)

    last = next((n for n in _growing(most) if n - spares(n) >= enough - _SAME), most)
    while last > 0 and last - 1 - spares(last - 1) >= enough - _SAME:
        last -= 1
    coarse = (math.ceil(share * last) for share in _COARSE_STEPS)
    counts = range(last + 1) if exact else [0, *coarse, last]
    levels: list[Level] = []
    for count in counts:
        level = Level(count, spares(count))
        if levels and levels[-1].spares == level.spares:
            levels[-1] = level
        elif not levels or level.left > levels[-1].left:
            levels.append(level)
    return levels


def _growing(most: int) -> Iterator[int]:
    """Counts up to the most, by ever larger steps."""
    count = 0
    while count < most:
        yield count
        count += max(1, count // 8)
    yield most


def availability(needed_mw: float, units: Iterable[Units]) -> float:
    """Probability that units of several kinds, in service together, give what is needed.

    Exact up to sums of capacity that lie within a watt of each other.
    """
    capacity: Array = np.zeros(1)
    chance: Array = np.ones(1)
    for kind in units:
        for megawatts, odds in _outcomes(kind):
            sums = np.round(np.add.outer(capacity, megawatts).ravel() / _SAME_MW)
            distinct, place = np.unique(sums, return_inverse=True)
            chance = np.bincount(place, weights=np.outer(chance, odds).ravel()).astype(np.float64)
            capacity = distinct * _SAME_MW
    return float(min(1.0, chance[capacity >= needed_mw - 2.0 * _SAME_MW].sum()))


def _outcomes(kind: Units) -> Iterator[tuple[Array, Array]]:
    """Capacity left and its probability, of the whole units and of the part of one."""
    at_risk = max(0.0, kind.count - kind.planned)
    whole = math.floor(at_risk + _SAME_MW)
    out = np.arange(whole + 1)
    more = np.array([_more_out(int(n), whole, kind.outage) for n in out])
    yield (whole - out).astype(np.float64) * kind.unit_mw, np.append(1.0, more[:-1]) - more
    part = at_risk - whole
    if part > _SAME_MW:
        yield np.array([part * kind.unit_mw, 0.0]), np.array([1.0 - kind.outage, kind.outage])
