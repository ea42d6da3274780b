"""A series of modules, of which the first cost more: tranches that units of all sites fill."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tokenworks.calendar import MONTHS_PER_YEAR
from tokenworks.frames import lookup, rows
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


def tranches(x: Inputs, most: dict[tuple[str, str], int]) -> dict[str, list[Tranche]]:
    """Technology to the tranches that can be reached, those of one ratio as one.

    Parameters
    ----------
    most
        (site, technology) to the most modules at any time.

    Returns
    -------
    dict
        Technologies whose cost falls along the series, and no others.
    """
    total = most_units(x, most)
    starts: dict[str, list[tuple[int, float]]] = {}
    for row in rows(x.tables["power_series"].sort_values(["technology", "from_unit_count"])):
        known = starts.setdefault(row.technology, [])
        if not known or known[-1][1] != row.cost_ratio:
            known.append((row.from_unit_count, row.cost_ratio))
    found = {}
    for technology, begun in starts.items():
        if technology not in total or len(begun) == 1:
            continue
        ends = [first - 1 for first, _ in begun[1:]] + [math.inf]
        found[technology] = [
            Tranche(first, min(last, total[technology]) - first + 1, ratio)
            for (first, ratio), last in zip(begun, ends, strict=True)
            if first <= total[technology]
        ]
    return found


def most_units(x: Inputs, most: dict[tuple[str, str], int]) -> dict[str, int]:
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
