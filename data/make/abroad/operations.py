"""Operating slices of zones abroad: no data, but the sun's geometry and assumed shapes.

Days and weights are those of the U.S. zones. With latitude φ, longitude λ, day of the year n and
the middle of hour h in UTC:

    declination   δ = 23.45° sin(360° (284 + n) / 365)                          (Cooper)
    hour angle    ω = 15° (h + λ / 15° − 12)
    elevation     sin α = sin φ sin δ + cos φ cos δ cos ω
    northward     N = cos φ sin δ − sin φ cos δ cos ω
    clear sky     τ^(m^k), m = 1 / sin α the air mass; τ = 0.7 and k = 0.678 as in hand/sites.yaml
                  (Meinel and Meinel, Applied Solar Energy, 1976)
    solar         s = max(0, clear sky · √(1 − N²)): a tracker about a north-south axis sees the
                  beam but for its part along the axis

The equation of time is left out: the sun's noon is off by up to some 16 minutes over the year.
Solar is s scaled, and cut at 1, so that the year has the assumed mean; clouds are in the mean only.
Wind is flat over the day and swings over the year; load swings over the year and the day, with
the sum of two cosines; price follows load to a power; the overhead of cooling follows the heat of
season and day. Peak days have more load and less wind than their months. Net load is the zone's
mean load times its shape, less its solar and wind plants.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from gathered import Gathered
from numpy.typing import NDArray
from rows import Row, hand_entered

HOURS = 24
MONTHS = 12
DEGREES_PER_HOUR = 15.0
DAYS_OF_YEAR = 365
LEAST_SINE = 0.01  # of the sun's elevation: no air mass above 100
DIGITS = 4

Curves = NDArray[np.float64]


def operations(gathered: Gathered, placed: list[Row]) -> pd.DataFrame:
    """Operating slices of every zone abroad.

    Parameters
    ----------
    gathered
        Source files: the weights of days.
    placed
        Rows of the table `sites`, whose zones bear their names.
    """
    hand = hand_entered("abroad", "sites")
    where = {row["site"]: row for row in placed}
    weights = day_weights(gathered)
    day_of_year = hand["day_of_year"]
    if set(weights) != set(day_of_year):
        raise KeyError(
            f"days without a weight or a date: {sorted(set(weights) ^ set(day_of_year))}"
        )
    zones = [
        _zone({**site, **where[site["site"]]}, hand, weights, day_of_year) for site in hand["sites"]
    ]
    return pd.concat(zones, ignore_index=True)


def day_weights(gathered: Gathered) -> dict[str, int]:
    """Days of the year that each representative day stands for, the same in all U.S. zones."""
    days = gathered.frame("zone_repdays.csv", ("zone", "day", "weight_days"))
    found = days.drop_duplicates(["day", "weight_days"])
    if found["day"].duplicated().any():
        raise KeyError("zone_repdays.csv: the weight of a day is not the same in all zones")
    return {str(d): int(w) for d, w in zip(found["day"], found["weight_days"], strict=True)}


def _zone(
    site: dict[str, Any], hand: dict[str, Any], weights: dict[str, int], day_of_year: dict[str, int]
) -> pd.DataFrame:
    """Rows of a zone: one for each day and hour of UTC."""
    days = list(weights)
    weight = np.array([weights[day] for day in days], dtype=np.float64)
    number = np.array([day_of_year[day] for day in days], dtype=np.float64)
    peak = np.array([day.startswith("peak") for day in days])
    shapes, weather, supply = hand["shapes"], site["weather"], site["supply"]
    load, wind, overhead = _swings(weather, shapes, number, peak)
    sun = solar(site["latitude_deg"], site["longitude_deg"], number, shapes)
    load, sun = _mean_one(load, weight), _scaled(sun, weight, weather["solar"])
    wind = _scaled(wind, weight, weather["wind"])
    net = supply["load_mw"] * load - supply["solar_mw"] * sun - supply["wind_mw"] * wind
    curves = {
        "grid_price_shape": _mean_one(load ** shapes["price_exponent"], weight),
        "solar_capacity_factor": sun,
        "wind_capacity_factor": wind,
        "pue_overhead_shape": _mean_one(overhead, weight),
        "load_shape": load,
    }
    return pd.DataFrame(
        {
            "zone": site["site"],
            "day": np.repeat(days, HOURS),
            "hour_utc": np.tile(np.arange(HOURS), len(days)),
            "weight_days": np.repeat(weight, HOURS),
            **{name: curve.round(DIGITS).ravel() for name, curve in curves.items()},
            "net_load_mw": net.round(1).ravel(),
            "marginal_co2_kg_per_mwh": float(supply["marginal_co2"]),
            "source": "",
            "confidence": "assumed",
        }
    )


def _swings(
    weather: dict[str, Any], shapes: dict[str, Any], day_of_year: Curves, peak: NDArray[np.bool_]
) -> tuple[Curves, Curves, Curves]:
    """Load, wind and overhead of cooling by day and hour of UTC, each about 1."""
    month = day_of_year / DAYS_OF_YEAR * MONTHS + 0.5  # 1.0 in the middle of January
    local = np.arange(HOURS) + 0.5 + weather["ahead"]
    load = (
        1
        + weather["season"] * _swing(month, weather["busiest"], MONTHS)[:, None]
        + weather["daily"] * _swing(local, shapes["busiest_hour"], HOURS)[None, :]
    )
    load *= np.where(peak, shapes["peak_load"], 1.0)[:, None]
    wind = 1 + shapes["wind_season"] * _swing(month, weather["windiest"], MONTHS)
    wind *= np.where(peak, shapes["peak_wind"], 1.0)
    overhead = (
        1
        + shapes["overhead_season"] * _swing(month, weather["hottest"], MONTHS)[:, None]
        + shapes["overhead_daily"] * _swing(local, shapes["hottest_hour"], HOURS)[None, :]
    )
    return load, np.repeat(wind[:, None], HOURS, axis=1), overhead


def solar(
    latitude: float, longitude: float, day_of_year: Curves, shapes: dict[str, float]
) -> Curves:
    """Clear-sky output of a tracker by day and hour of UTC, before it is scaled to its mean."""
    declination = np.radians(23.45 * np.sin(np.radians(360 * (284 + day_of_year) / DAYS_OF_YEAR)))
    hours = np.arange(HOURS) + 0.5 + longitude / DEGREES_PER_HOUR - HOURS / 2
    angle = np.cos(np.radians(DEGREES_PER_HOUR * hours))[None, :]
    phi, delta = np.radians(latitude), declination[:, None]
    elevation = np.sin(phi) * np.sin(delta) + np.cos(phi) * np.cos(delta) * angle
    north = np.cos(phi) * np.sin(delta) - np.sin(phi) * np.cos(delta) * angle
    air_mass = 1 / np.maximum(elevation, LEAST_SINE)
    clear = shapes["clear_sky"] ** (air_mass ** shapes["air_mass_exponent"])
    beam: Curves = np.where(elevation > 0, clear * np.sqrt(np.maximum(1 - north**2, 0.0)), 0.0)
    return beam


def _swing(at: Curves, top: float, period: float) -> Curves:
    """A cosine that is 1 at the top and −1 half a period away."""
    swing: Curves = np.cos(2 * np.pi * (at - top) / period)
    return swing


def _mean(curves: Curves, weight: Curves) -> float:
    return float((curves.mean(axis=1) * weight).sum() / weight.sum())


def _mean_one(curves: Curves, weight: Curves) -> Curves:
    return curves / _mean(curves, weight)


def _scaled(curves: Curves, weight: Curves, mean: float) -> Curves:
    """The curves, scaled and cut at 1, with that weighted mean; as near as the cut allows."""
    low, high = 0.0, 1e3
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (
            (middle, high)
            if _mean(np.minimum(curves * middle, 1.0), weight) < mean
            else (low, middle)
        )
    return np.minimum(curves * high, 1.0)
