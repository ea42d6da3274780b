"""Daily profiles in UTC, one for each time zone and kind, and a flat one."""

from __future__ import annotations

from typing import Any

from rows import Row, assumed

HOURS = 24
FLAT = "flat"


def profile_name(kind: str, zone: dict[str, Any]) -> str:
    """Id of a kind of profile in a time zone; a flat one is the same everywhere."""
    return FLAT if kind == FLAT else f"{kind}-{zone['key']}"


def utc_shape(local: list[float], hours_ahead: float, swing: float) -> list[float]:
    """A day by local hour as 24 hours of UTC with mean exactly 1.

    Parameters
    ----------
    local
        Demand by local hour, of any scale.
    hours_ahead
        Hours ahead of UTC; at half an hour, an hour is the mean of the two that it overlaps.
    swing
        How far the profile departs from its mean, over how far `local` does.
    """
    mean = sum(local) / HOURS
    whole, part = divmod(hours_ahead, 1.0)
    shape = []
    for hour in range(HOURS):
        first, second = (local[(hour + int(whole) + n) % HOURS] / mean for n in (0, 1))
        value = first * (1.0 - part) + second * part
        shape.append(round(1.0 + swing * (value - 1.0), 4))
    # The last hour takes what rounding leaves.
    shape[-1] = round(HOURS - sum(shape[:-1]), 4)
    return shape


def profile_shapes(hand: dict[str, Any]) -> dict[str, list[float]]:
    """Profile to its 24 values."""
    shapes = {
        profile_name(kind, zone): utc_shape(hand["day_by_local_hour"], zone["hours_ahead"], swing)
        for kind, swing in hand["kinds"].items()
        for zone in hand["time_zones"].values()
    }
    return {**shapes, FLAT: [1.0] * HOURS}


def profile_rows(shapes: dict[str, list[float]]) -> list[Row]:
    """Rows of the table `profiles`."""
    return [
        assumed({"profile": profile, "hour_utc": hour, "demand_shape": value})
        for profile, shape in shapes.items()
        for hour, value in enumerate(shape)
    ]
