"""Tables of users: regions, daily profiles, demand."""

from __future__ import annotations

from itertools import pairwise
from math import log
from typing import Any

from gathered import Gathered
from rows import Row, assumed, hand_entered, sourced

HOURS = 24


def demand_tables(gathered: Gathered) -> dict[str, list[Row]]:
    """Rows of the tables of users, by table."""
    hand = hand_entered("tiny", "place")
    return {
        "regions": _regions(gathered, hand),
        "profiles": _profiles(hand),
        "demand": _demand(hand),
    }


def _regions(gathered: Gathered, hand: dict[str, Any]) -> list[Row]:
    cities = gathered.frame(
        "world_cities_300k_geonames.csv",
        ("name", "countrycode", "admin1code", "latitude", "longitude"),
        text=("admin1code",),
    )
    cities = cities[cities["countrycode"] == "US"].set_index(["name", "admin1code"])
    rows = []
    for region in hand["regions"]:
        city = cities.loc[(region["city"], region["state"])]
        row = {
            "region": region["region"],
            "name": region["name"],
            "latitude_deg": float(city["latitude"]),
            "longitude_deg": float(city["longitude"]),
        }
        rows.append(sourced(row, "GEONAMES", "published"))
    return rows


def _profiles(hand: dict[str, Any]) -> list[Row]:
    """Profiles in UTC with mean exactly 1: the last hour takes what rounding leaves."""
    local = hand["day_by_local_hour"]
    mean = sum(local) / HOURS
    rows = []
    for profile, behind in hand["profiles"].items():
        shape = [round(local[(hour - behind) % HOURS] / mean, 4) for hour in range(HOURS)]
        shape[-1] = round(HOURS - sum(shape[:-1]), 4)
        rows += [
            assumed({"profile": profile, "hour_utc": hour, "demand_shape": value})
            for hour, value in enumerate(shape)
        ]
    return rows


def _demand(hand: dict[str, Any]) -> list[Row]:
    """Mean demand and growth of each period, on one curve without jumps.

    Between two boundaries demand grows at a constant rate from ``a`` to ``b``; its mean is
    ``(b - a) / ln(b / a)`` and its yearly growth ``(b / a) ** (1 / years) - 1``.
    """
    curve = sorted(hand["demand"]["boundary_share"].items())
    steps = list(zip(hand["periods"], pairwise(curve), strict=True))
    rows = []
    for workload, final in hand["demand"]["final_mean_output_tokens_per_s"].items():
        for region in hand["regions"]:
            for period, ((first, low), (last, high)) in steps:
                if (period["start"].year, period["end"].year) != (first, last):
                    raise ValueError(f"boundaries of demand do not meet period {period['period']}")
                mean = (high - low) / log(high / low)
                rows.append(
                    assumed(
                        {
                            "workload": workload,
                            "region": region["region"],
                            "period": period["period"],
                            "output_tokens_per_s": round(final * region["share"] * mean),
                            "growth_rate": round((high / low) ** (1 / (last - first)) - 1, 6),
                            "profile": region["profile"],
                        }
                    )
                )
    return rows
