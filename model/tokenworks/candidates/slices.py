"""Representative hours of each site's zone, with what holds in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

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
        Slices in order, ``<day>-<first hour UTC>``.
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
    pue_ratio
        Meter load over IT load.
    demand_shape
        (profile, slice) to demand over its daily mean.
    """

    names: tuple[str, ...]
    share: dict[str, float]
    hours: dict[str, float]
    previous: dict[str, str]
    price_shape: dict[str, float]
    availability: dict[str, dict[str, float]]
    pue_ratio: dict[str, float]
    demand_shape: dict[tuple[str, str], float]


def slices(x: Inputs, shapes: dict[str, npt.NDArray[np.float64]]) -> dict[str, Slices]:
    """Representative hours of every site, from the operations of its zone."""
    by_zone = {str(z): hours for z, hours in x.tables["operations"].groupby("zone")}
    return {
        site.site: _of_zone(by_zone[site.zone], site.average_pue_ratio - 1.0, shapes)
        for site in rows(x.tables["sites"])
    }


def _of_zone(
    table: pd.DataFrame, mean_overhead: float, shapes: dict[str, npt.NDArray[np.float64]]
) -> Slices:
    table = table.sort_values(["day", "hour_utc"], ignore_index=True)
    names = [f"{row.day}-{row.hour_utc:02d}" for row in rows(table)]
    hours = HOURS_PER_DAY / table.groupby("day")["day"].transform("size")
    weight = table["weight_days"] * hours
    previous: dict[str, str] = {}
    for _, day in table.groupby("day"):
        of_day = [names[i] for i in day.index]
        previous.update(zip(of_day, [of_day[-1], *of_day[:-1]], strict=True))
    ones = dict.fromkeys(names, 1.0)
    windows = list(zip(table["hour_utc"].tolist(), hours.astype(int).tolist(), strict=True))
    demand_shape = {}
    for profile, shape in shapes.items():
        means = {window: _mean_within(shape, *window) for window in set(windows)}
        for name, window in zip(names, windows, strict=True):
            demand_shape[profile, name] = means[window]
    return Slices(
        names=tuple(names),
        share=dict(zip(names, weight / weight.sum(), strict=True)),
        hours=dict(zip(names, hours, strict=True)),
        previous=previous,
        price_shape=dict(zip(names, table["grid_price_shape"], strict=True)),
        availability={
            "thermal": ones,
            "storage": ones,
            "solar": dict(zip(names, table["solar_capacity_factor"], strict=True)),
            "wind": dict(zip(names, table["wind_capacity_factor"], strict=True)),
        },
        pue_ratio=dict(zip(names, 1.0 + mean_overhead * table["pue_overhead_shape"], strict=True)),
        demand_shape=demand_shape,
    )


def _mean_within(shape: npt.NDArray[np.float64], first: int, hours: int) -> float:
    """Mean of a daily shape over so many hours from the first, past midnight too."""
    within = [(first + hour) % HOURS_PER_DAY for hour in range(hours)]
    return float(shape[within].mean())
