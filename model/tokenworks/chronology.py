"""A zone's year hour by hour, from measured load or from representative days alone.

An hour has the load of the zone's region (`chronology.load_shape`); its representative day, which
`chronology_days` names, lends it prices, wind and sun, which are taken from the load. Without these
tables the representative days follow each other, each as often as it weighs and at least once.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tokenworks.frames import lookup

HOURS_PER_DAY = 24
DAYS_PER_YEAR = 365


def hours_of_zone(
    tables: Mapping[str, pd.DataFrame], days: pd.DataFrame, zone: str
) -> tuple[pd.DataFrame, bool]:
    """Hours of a zone's year, and whether their load is measured.

    Parameters
    ----------
    tables
        Tables of the inputs.
    days
        Rows of the table `operations`: all that may be lent.
    zone
        Grid zone.

    Returns
    -------
    tuple
        Rows as those of `operations`, their days named by `name_of`; and true where they are those
        of the table `chronology`.
    """
    days = days[days["zone"] == zone]
    measured = measured_hours(tables, days, zone)
    return (_strung(days), False) if measured is None else (measured, True)


def measured_hours(
    tables: Mapping[str, pd.DataFrame], days: pd.DataFrame, zone: str
) -> pd.DataFrame | None:
    """Hours of the chronological year with the wind and sun of their days; None if not known."""
    loads, days = tables["zone_loads"], days[days["zone"] == zone]
    loads = loads[loads["zone"] == zone].dropna(subset="mean_load_mw")
    if loads.empty or days[["load_shape", "net_load_mw"]].isna().any(axis=None):
        return None
    hours = tables["chronology"]
    hours = hours[hours["load_region"] == loads["load_region"].iloc[0]]
    lent = lookup(tables["chronology_days"], "day_of_year", "day")
    of_year = pd.DataFrame(
        {
            "day_of_year": hours["day_of_year"],
            "day": hours["day_of_year"].map(lent),
            "hour_utc": hours["hour_utc"],
            "shape": hours["load_shape"],
        }
    )
    merged = of_year.merge(
        _by_hour(days), on=["day", "hour_utc"], how="inner", validate="many_to_one"
    )
    # A year of which hours are missing is none.
    if merged.empty or len(merged) < len(hours) or merged["shape"].isna().any():
        return None
    mean_mw = float(loads["mean_load_mw"].iloc[0])
    return merged.assign(
        # The day's own load less its net load is what its wind and sun give.
        net_load_mw=merged["net_load_mw"] + (merged["shape"] - merged["load_shape"]) * mean_mw,
        day=merged["day_of_year"].map(name_of),
        weight_days=1.0,
    )


def name_of(day_of_year: int) -> str:
    """Name of a day of the year, in order of time."""
    return f"{day_of_year:03d}"


def _strung(days: pd.DataFrame) -> pd.DataFrame:
    """Representative days one after the other, each as often as it weighs, at least once."""
    weights = days.groupby("day", sort=True)["weight_days"].first()
    counts = np.maximum(1, np.round(weights * DAYS_PER_YEAR / weights.sum()).astype(int))
    hourly, number = _by_hour(days), 0
    parts: list[pd.DataFrame] = []
    for day, count in counts.items():
        of_day = hourly[hourly["day"] == day]
        weight = of_day["weight_days"] / count
        for _ in range(count):
            number += 1
            parts.append(of_day.assign(day=name_of(number), weight_days=weight))
    return pd.concat(parts, ignore_index=True)


def _by_hour(days: pd.DataFrame) -> pd.DataFrame:
    """Representative days in 24 hours, whatever their slices."""
    parts = []
    for _, slices_of_day in days.groupby("day"):
        of_day = slices_of_day.sort_values("hour_utc", ignore_index=True)
        length = HOURS_PER_DAY // len(of_day)
        hourly = of_day.loc[of_day.index.repeat(length)].reset_index(drop=True)
        first = int(of_day["hour_utc"].iloc[0])
        parts.append(hourly.assign(hour_utc=(first + np.arange(len(hourly))) % HOURS_PER_DAY))
    return pd.concat(parts, ignore_index=True)
