"""A series of modules, of which the first cost more: tranches that units of all sites fill."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tokenworks.calendar import MONTHS_PER_YEAR
from tokenworks.candidates.assets import modules
from tokenworks.candidates.held import held
from tokenworks.candidates.sites import siting
from tokenworks.frames import lookup, once, rows
from tokenworks.inputs import Inputs


@dataclass(frozen=True)
class Tranche:
    """Units of a series that cost alike.

    Attributes
    ----------
    first
        Number of the first of them, from 1.
    units
        How many they are; for the last tranche as many as the plan can ever build.
    cost_ratio
        Their capital over the technology's own.
    """

    first: int
    units: float
    cost_ratio: float


def last_ratios(x: Inputs) -> dict[str, float]:
    """Technology to the ratio of its last tranche, which holds ever after; 1 without a series."""
    table = x.tables["power_series"].sort_values("from_unit_count")
    return lookup(table.drop_duplicates("technology", keep="last"), "technology", "cost_ratio")


@dataclass(frozen=True)
class Series:
    """Units of series that all sites can build: where some are planned by themselves, too.

    Attributes
    ----------
    units
        Technology to the most units that can ever be built.
    steps
        (technology, step) at which modules can enter service somewhere, in order.
    """

    units: dict[str, int]
    steps: list[tuple[str, int]]


@once
def series(x: Inputs) -> Series:
    """Units of all technologies whose cost falls along a series."""
    starts = _starts(x)
    if not starts:
        return Series({}, [])
    has = held(x)
    found = modules(x, siting(x, {}, has), has, set(starts))
    steps = sorted({(k, e) for _, k, e in found.builds if e >= 0})
    return Series(_most_units(x, found.most), steps)


def tranches(x: Inputs, units: dict[str, int]) -> dict[str, list[Tranche]]:
    """Technology to the tranches that can be reached, those of one ratio as one.

    Parameters
    ----------
    units
        Technology to the most units that all sites can ever build.

    Returns
    -------
    dict
        Technologies whose cost falls along the series, and no others.
    """
    found = {}
    for technology, begun in _starts(x).items():
        if technology not in units:
            continue
        ends = [first - 1 for first, _ in begun[1:]] + [math.inf]
        found[technology] = [
            Tranche(first, min(last, units[technology]) - first + 1, ratio)
            for (first, ratio), last in zip(begun, ends, strict=True)
            if first <= units[technology]
        ]
    return found


def _starts(x: Inputs) -> dict[str, list[tuple[int, float]]]:
    """Technology to the first unit and the ratio of its tranches, of those that have several."""
    starts: dict[str, list[tuple[int, float]]] = {}
    for row in rows(x.tables["power_series"].sort_values(["technology", "from_unit_count"])):
        known = starts.setdefault(row.technology, [])
        if not known or known[-1][1] != row.cost_ratio:
            known.append((row.from_unit_count, row.cost_ratio))
    return {technology: begun for technology, begun in starts.items() if len(begun) > 1}


def _most_units(x: Inputs, most: dict[tuple[str, str], int]) -> dict[str, int]:
    """Technology to the most units that all sites can ever build.

    A site is filled again at the end of every life, so what it ever orders is a multiple: one for
    every life that the horizon begins, and one for a replacement that comes in parts.
    """
    life = lookup(x.tables["power_technologies"], "technology", "life_years")
    total: dict[str, int] = {}
    for (_, technology), count in most.items():
        lives = math.ceil(x.calendar.horizon_months / (life[technology] * MONTHS_PER_YEAR))
        fills = lives if lives == 1 else lives + 1
        total[technology] = total.get(technology, 0) + count * fills
    return total
