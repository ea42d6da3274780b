"""Representative hours of each site's zone, with what holds in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from tokenworks.candidates.grouping import gather
from tokenworks.frames import rows
from tokenworks.inputs import Inputs

HOURS_PER_DAY = 24


@dataclass(frozen=True)
class Slices:
    """Representative hours of a site.

    Every attribute but `names` maps a slice to a figure.

    Attributes
    ----------
    names
        Slices in order, ``<day>-<first hour UTC>``; of one in part of which a flexible contract of
        the site is cut, the parts, ``<day>-<first hour UTC>~<number>``.
    share
        Share of a year's hours.
    hours
        Length in hours.
    previous
        The slice before it on the same day; before the first stands the last.
    price_shape
        Energy price over its mean.
    availability
        Kind of technology to slice to available share, before outages.
    pue_overhead_shape
        Overhead of cooling and the like over its mean.
    pue_ratio
        Meter load over IT load.
    demand_shape
        (profile, slice) to demand over its daily mean.
    net_load_mw
        Load of the zone less its solar and wind; NaN where the table does not say.
    marginal_co2_kg_per_mwh
        CO2 of one more MWh from the grid; NaN where the table does not say.
    day
        Representative day.
    """

    names: tuple[str, ...]
    share: dict[str, float]
    hours: dict[str, float]
    previous: dict[str, str]
    price_shape: dict[str, float]
    availability: dict[str, dict[str, float]]
    pue_overhead_shape: dict[str, float]
    pue_ratio: dict[str, float]
    demand_shape: dict[tuple[str, str], float]
    net_load_mw: dict[str, float]
    marginal_co2_kg_per_mwh: dict[str, float]
    day: dict[str, str]


# A slice is not divided where less than this share of it would be cut, or left.
_WHOLE = 1e-9

# A slice or a part of one: its name, its row in the zone's table, and which share of it it is.
Part = tuple[str, int, float]


def slices(x: Inputs, shapes: dict[str, npt.NDArray[np.float64]]) -> dict[str, Slices]:
    """Representative hours of every site, from the operations of its zone."""
    operations = x.tables["operations"]
    here = operations[operations["zone"].isin(set(x.tables["sites"]["zone"]))]
    by_zone = {str(z): hours for z, hours in here.groupby("zone")}
    cuts: dict[str, set[float]] = {}
    for route in rows(x.tables["interconnection_routes"]):
        if route.firmness == "flexible":
            cuts.setdefault(route.site, set()).add(float(route.curtailed_fraction))
    # Sites of a zone with like contracts have all in common but what cooling takes.
    common: dict[tuple[str, frozenset[float]], Slices] = {}
    found = {}
    for site in rows(x.tables["sites"]):
        key = site.zone, frozenset(cuts.get(site.site, ()))
        if key not in common:
            common[key] = _of_zone(by_zone[site.zone], shapes, set(key[1]))
        overhead, shape = site.average_pue_ratio - 1.0, common[key].pue_overhead_shape
        pue = {name: 1.0 + overhead * value for name, value in shape.items()}
        found[site.site] = replace(common[key], pue_ratio=pue)
    return found


def _of_zone(
    table: pd.DataFrame,
    shapes: dict[str, npt.NDArray[np.float64]],
    cuts: set[float],
) -> Slices:
    table = table.sort_values(["day", "hour_utc"], ignore_index=True)
    whole_hours = (HOURS_PER_DAY / table.groupby("day")["day"].transform("size")).tolist()
    weight = table["weight_days"] * whole_hours
    whole_share = (weight / weight.sum()).tolist()
    parts = _parts(table, whole_share, cuts)
    names = [name for name, _, _ in parts]
    previous: dict[str, str] = {}
    days = table["day"].tolist()
    for of_day in gather(days, ((days[row], name) for name, row, _ in parts)).values():
        previous.update(zip(of_day, [of_day[-1], *of_day[:-1]], strict=True))
    means: dict[tuple[str, int, int], float] = {}
    demand_shape = {}
    windows = list(zip(table["hour_utc"].tolist(), map(int, whole_hours), strict=True))
    for profile, shape in shapes.items():
        for name, row, _ in parts:
            window = windows[row]
            if (profile, *window) not in means:
                means[profile, *window] = _mean_within(shape, *window)
            demand_shape[profile, name] = means[profile, *window]

    def by_name(values: Iterable[float]) -> dict[str, float]:
        of_row = list(values)
        return {name: of_row[row] for name, row, _ in parts}

    ones = dict.fromkeys(names, 1.0)
    return Slices(
        names=tuple(names),
        share={name: whole_share[row] * part for name, row, part in parts},
        hours={name: whole_hours[row] * part for name, row, part in parts},
        previous=previous,
        price_shape=by_name(table["grid_price_shape"]),
        availability={
            "thermal": ones,
            "storage": ones,
            "solar": by_name(table["solar_capacity_factor"]),
            "wind": by_name(table["wind_capacity_factor"]),
        },
        pue_overhead_shape=by_name(table["pue_overhead_shape"]),
        pue_ratio={},
        demand_shape=demand_shape,
        net_load_mw=by_name(table["net_load_mw"]),
        marginal_co2_kg_per_mwh=by_name(table["marginal_co2_kg_per_mwh"]),
        day={name: str(days[row]) for name, row, _ in parts},
    )


def _parts(table: pd.DataFrame, share: list[float], cuts: set[float]) -> list[Part]:
    """Slices in order, each divided where a share of the year's highest net load ends within it.

    Parts have the slice's name and a number, the one that is cut longest first, so that a contract
    is either cut throughout a part or not at all.
    """
    names = [f"{row.day}-{row.hour_utc:02d}" for row in rows(table)]
    ends: dict[int, list[float]] = {row: [] for row in range(len(names))}
    before = 0.0
    net_load = table["net_load_mw"].tolist()
    for row in sorted(ends, key=lambda row: (-net_load[row], names[row])) if cuts else ():
        within = ((cut - before) / share[row] for cut in sorted(cuts))
        ends[row] = [end for end in within if _WHOLE < end < 1.0 - _WHOLE]
        before += share[row]
    parts: list[Part] = []
    for row, name in enumerate(names):
        bounds = [0.0, *ends[row], 1.0]
        for number, (start, end) in enumerate(pairwise(bounds), start=1):
            parts.append((f"{name}~{number}" if ends[row] else name, row, end - start))
    return parts


def _mean_within(shape: npt.NDArray[np.float64], first: int, hours: int) -> float:
    """Mean of a daily shape over so many hours from the first, past midnight too."""
    within = [(first + hour) % HOURS_PER_DAY for hour in range(hours)]
    return float(shape[within].mean())
