"""Operating hours: fourteen representative days of every zone, in UTC."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from gathered import Gathered
from numpy.typing import NDArray
from rows import hand_entered

from grid.capacity import capacity_frame
from grid.loads import load_frame
from grid.zones import zone_frame

FILE_HOURS_BEHIND_UTC = 6
HOURS = 24
MONTHS = 12
DEGREES_PER_HOUR = 15.0
KG_PER_MWH = 453.59237  # of 1 lb/kWh
KEYS = ["zone", "day", "hour_utc", "weight_days"]
LOAD = "load_pu"
SHAPES = [LOAD, "wind_shape", "solar_shape"]
DIGITS = 4

Curve = NDArray[np.float64]


def operations(gathered: Gathered) -> pd.DataFrame:
    """Rows of `operations`.

    A day of the file is taken in hours of UTC by turning it, so that its last hours come first.
    """
    hand: dict[str, Any] = hand_entered("grid", "operations")
    days = gathered.frame(
        "zone_repdays.csv", ("zone", "day", "hour_utc_minus6", "weight_days", *SHAPES)
    )
    days = days.sort_values(["zone", "day", "hour_utc_minus6"], kind="stable")
    factors = _class_capacity_factors(gathered)
    capacity = capacity_frame(gathered).fillna(0.0)
    load = load_frame(gathered)["avg_mw_2024"]
    carbon = _marginal_carbon(gathered)
    parts = []
    by_zone = dict(list(days.groupby("zone")))
    for zone in zone_frame(gathered).itertuples():
        of_zone = _turned(by_zone[zone.Index])
        shapes = _shapes(of_zone, factors.loc[zone.Index], zone.lon, hand)
        plants = capacity.loc[zone.Index]
        shapes["net_load_mw"] = (
            shapes["load_shape"] * float(load[zone.Index])
            - shapes["solar_capacity_factor"] * float(plants["solar"])
            - shapes["wind_capacity_factor"] * float(plants["wind"])
        ).round(0)
        regions = hand["marginal_carbon_regions"]
        region = regions[zone.transreg] or regions[zone.nercr]
        month = of_zone["day"].map(_months(hand))
        shapes["marginal_co2_kg_per_mwh"] = month.map(carbon[region]).round(1)
        parts.append(pd.concat([of_zone[KEYS], shapes], axis=1))
    frame = pd.concat(parts, ignore_index=True)
    frame["weight_days"] = frame["weight_days"].astype("float64")
    return frame.assign(source="HOURS-OF-ZONES", confidence="assumed")


def _turned(of_zone: pd.DataFrame) -> pd.DataFrame:
    """Days of a zone by hour of UTC; an hour beyond midnight goes to the start of its own day.

    Load is of EIA-930, which names an hour by its end: it moves an hour further, to its start.
    """
    hour = (of_zone["hour_utc_minus6"] + FILE_HOURS_BEHIND_UTC) % HOURS
    turned = of_zone.assign(hour_utc=hour.astype("int64"))
    turned = turned.sort_values(["day", "hour_utc"], kind="stable").reset_index(drop=True)
    load = turned.groupby("day")[LOAD].transform(lambda day: np.roll(day.to_numpy(), -1))
    return turned.assign(**{LOAD: load})


def _class_capacity_factors(gathered: Gathered) -> pd.DataFrame:
    """Mean capacity factor of a zone's sites, weighted by capacity; zone by technology."""
    supply = gathered.frame("zone_re_supply_curve.csv", ("zone", "tech", "capacity_mw", "cf"))
    supply = supply.assign(energy_mw=supply["cf"] * supply["capacity_mw"])
    sums = supply.pivot_table(
        index="zone", columns="tech", values=["energy_mw", "capacity_mw"], aggfunc="sum"
    )
    return sums["energy_mw"] / sums["capacity_mw"]


def _marginal_carbon(gathered: Gathered) -> pd.DataFrame:
    """Marginal carbon dioxide in kg/MWh, month by region."""
    hand: dict[str, Any] = hand_entered("grid", "operations")
    regions = sorted(set(filter(None, hand["marginal_carbon_regions"].values())))
    frame = gathered.frame("avert_marginal_co2_lb_per_kwh_2023_monthly.csv", ("Month", *regions))
    return frame.set_index("Month")[regions] * KG_PER_MWH


def _months(hand: dict[str, Any]) -> dict[str, int]:
    """Month of each representative day."""
    named = {f"m{month:02d}": month for month in range(1, MONTHS + 1)}
    return {**named, **hand["peak_days"]}


def _shapes(
    of_zone: pd.DataFrame, factor: pd.Series, longitude: float, hand: dict[str, Any]
) -> pd.DataFrame:
    """Shapes and capacity factors of a zone, weighted means kept."""
    weights = of_zone["weight_days"].to_numpy(dtype=np.float64)
    load = of_zone["load_pu"].to_numpy(dtype=np.float64)
    behind = round(-longitude / DEGREES_PER_HOUR)
    month = of_zone["day"].map(_months(hand)).to_numpy(dtype=np.float64)
    local = of_zone["hour_utc"].to_numpy(dtype=np.float64) + 0.5 - behind
    season = np.cos(2 * np.pi * (month - hand["overhead_month"]) / MONTHS)
    daily = np.cos(2 * np.pi * (local - hand["overhead_hour"]) / HOURS)
    overhead = 1.0 + hand["overhead_season"] * season + hand["overhead_daily"] * daily
    return pd.DataFrame(
        {
            "grid_price_shape": to_mean_one(load ** hand["price_exponent"], weights),
            "solar_capacity_factor": scaled(
                of_zone["solar_shape"].to_numpy(dtype=np.float64), weights, float(factor["upv"])
            ),
            "wind_capacity_factor": scaled(
                of_zone["wind_shape"].to_numpy(dtype=np.float64), weights, float(factor["wind-ons"])
            ),
            "pue_overhead_shape": to_mean_one(overhead, weights),
            "load_shape": to_mean_one(load, weights),
        }
    )


def scaled(shape: Curve, weights: Curve, mean: float) -> Curve:
    """The shape, scaled and cut at 1, with that weighted mean; as near as the cut allows."""
    low, high = 0.0, 1e3
    for _ in range(100):
        middle = (low + high) / 2
        if float(np.average(np.minimum(shape * middle, 1.0), weights=weights)) < mean:
            low = middle
        else:
            high = middle
    cut: Curve = np.clip(shape * high, 0.0, 1.0).round(DIGITS)
    return cut


def to_mean_one(shape: Curve, weights: Curve) -> Curve:
    """The shape over its weighted mean, rounded.

    The last hour of the first day with the largest weight takes what rounding leaves, so that the
    mean is 1.
    """
    rounded: Curve = (shape / np.average(shape, weights=weights)).round(DIGITS)
    heaviest = int(np.argmax(weights)) // HOURS * HOURS + HOURS - 1
    rest = float(weights.sum() - (rounded * weights).sum())
    rounded[heaviest] += rest / weights[heaviest]
    return rounded
