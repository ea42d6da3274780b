"""Operating slices: two representative days of twelve two-hour slices for each zone."""

from __future__ import annotations

from math import cos, pi
from typing import Any

import numpy as np
import pandas as pd
from gathered import Gathered
from numpy.typing import NDArray
from rows import Row, hand_entered, sourced

# The half-years, by the names of the gathered days.
HALVES = {
    "summer": ("m04", "m05", "m06", "m07", "m08", "m09", "peak_summer"),
    "winter": ("m01", "m02", "m03", "m10", "m11", "m12", "peak_winter"),
}
COLUMNS = ["load_pu", "wind_shape", "solar_shape"]
FILE_HOURS_BEHIND_UTC = 6
SLICE_HOURS = 2
HOURS = 24

Curve = NDArray[np.float64]


def operations(gathered: Gathered, zones: dict[str, str]) -> list[Row]:
    """Rows of the operating slices.

    Of each half-year the month's day that is nearest to the half's mean curves stands for all;
    its curves are scaled to the half's means, so that the year keeps its energy.
    """
    hand = hand_entered("tiny", "place")["operations"]
    days = gathered.frame(
        "zone_repdays.csv", ("zone", "day", "hour_utc_minus6", "weight_days", *COLUMNS)
    )
    factors = _class_capacity_factors(
        gathered.frame("zone_re_supply_curve.csv", ("zone", "tech", "capacity_mw", "cf"))
    )
    rows: list[Row] = []
    for zone, state in zones.items():
        of_zone = days[days["zone"] == zone]
        curves = {half: _half(of_zone, names) for half, names in HALVES.items()}
        rows += _zone_rows(zone, curves, factors, hand, hand["hours_behind_utc"][state])
    return rows


def _class_capacity_factors(supply: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Mean capacity factor of a zone's supply curve, weighted by capacity."""
    sums = (
        supply.assign(energy=supply["cf"] * supply["capacity_mw"])
        .groupby(["zone", "tech"], as_index=False)[["energy", "capacity_mw"]]
        .sum()
    )
    mean = sums["energy"] / sums["capacity_mw"]
    return {
        (str(zone), str(tech)): float(value)
        for zone, tech, value in zip(sums["zone"], sums["tech"], mean, strict=True)
    }


def _half(days: pd.DataFrame, names: tuple[str, ...]) -> dict[str, Any]:
    """Weight, mean and nearest day of a half-year, by slice of UTC."""
    weights = days.groupby("day")["weight_days"].first()
    curves = {name: _slices(days[days["day"] == name]) for name in names}
    total = int(sum(int(weights[name]) for name in names))
    mean = sum(curves[name] * int(weights[name]) for name in names) / total
    months = [name for name in names if name.startswith("m")]
    nearest = min(months, key=lambda name: (float(np.sum((curves[name] - mean) ** 2)), name))
    return {"weight": total, "mean": mean, "day": curves[nearest]}


def _slices(day: pd.DataFrame) -> Curve:
    """Load, wind and solar of a day, one row for each two-hour slice of UTC."""
    by_hour = day.sort_values("hour_utc_minus6")[COLUMNS].to_numpy(dtype=np.float64)
    utc = np.roll(by_hour, FILE_HOURS_BEHIND_UTC, axis=0)
    slices: Curve = utc.reshape(HOURS // SLICE_HOURS, SLICE_HOURS, len(COLUMNS)).mean(axis=1)
    return slices


def _zone_rows(
    zone: str,
    curves: dict[str, dict[str, Any]],
    factors: dict[tuple[str, str], float],
    hand: dict[str, Any],
    behind: int,
) -> list[Row]:
    shapes = {half: _shapes(zone, half, curves[half], factors, hand, behind) for half in curves}
    for name in ("grid_price_shape", "pue_overhead_shape"):
        weights = {half: curves[half]["weight"] for half in curves}
        _to_mean_one([shapes[half][name] for half in curves], [weights[half] for half in curves])
    return [
        sourced(
            {
                "zone": zone,
                "day": half,
                "hour_utc": slot * SLICE_HOURS,
                "weight_days": curves[half]["weight"],
                **{name: float(values[slot]) for name, values in shapes[half].items()},
            },
            "",
            "assumed",
        )
        for half in curves
        for slot in range(HOURS // SLICE_HOURS)
    ]


def _shapes(
    zone: str,
    half: str,
    curve: dict[str, Any],
    factors: dict[tuple[str, str], float],
    hand: dict[str, Any],
    behind: int,
) -> dict[str, Curve]:
    """Shapes of one half-year, before price and overhead are brought to mean 1."""
    load, wind, solar = (curve["day"][:, column] for column in range(len(COLUMNS)))
    load_mean, wind_mean, solar_mean = (float(value) for value in curve["mean"].mean(axis=0))
    season = hand["overhead_season"] * (1.0 if half == "summer" else -1.0)
    middle = [slot * SLICE_HOURS + SLICE_HOURS / 2 - behind for slot in range(len(load))]
    daily = [
        cos(2 * pi * (hour - hand["overhead_hour"]) / HOURS) * hand["overhead_daily"]
        for hour in middle
    ]
    return {
        "grid_price_shape": (load * load_mean / load.mean()) ** hand["price_exponent"],
        "solar_capacity_factor": _scaled(solar, factors[zone, "upv"] * solar_mean),
        "wind_capacity_factor": _scaled(wind, factors[zone, "wind-ons"] * wind_mean),
        "pue_overhead_shape": 1.0 + season + np.array(daily),
    }


def _scaled(shape: Curve, mean: float) -> Curve:
    """The shape, scaled and cut at 1, with that mean; as near as the cut allows."""
    low, high = 0.0, 1e3
    for _ in range(200):
        middle = (low + high) / 2
        if float(np.minimum(shape * middle, 1.0).mean()) < mean:
            low = middle
        else:
            high = middle
    scaled: Curve = np.clip(shape * high, 0.0, 1.0).round(4)
    return scaled


def _to_mean_one(curves: list[Curve], weights: list[int]) -> None:
    """Scale curves in place so that their weighted mean is 1; the last value takes the rest."""
    total = sum(weight * len(curve) for weight, curve in zip(weights, curves, strict=True))
    mean = sum(w * float(c.sum()) for w, c in zip(weights, curves, strict=True)) / total
    for curve in curves:
        curve[:] = np.round(curve / mean, 6)
    rest = total - sum(w * float(c.sum()) for w, c in zip(weights, curves, strict=True))
    curves[-1][-1] += rest / weights[-1]
