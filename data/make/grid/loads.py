"""Load of the zones: of 2024, its growth, and hour by hour in 2023."""

from __future__ import annotations

import numpy as np
import pandas as pd
from gathered import Gathered
from numpy.typing import NDArray
from rows import Row, hand_entered, sourced

from grid.zones import zone_frame

HOURLY = "eia930_hourly_2023_subregions.parquet"
MEASURED = "EIA-930-2023"
OUTLOOK_YEAR = 2026
HOURS = 24
DAYS = 365
STEPS = 250  # of the mean: compact, and no more than 0.2 % off

Curve = NDArray[np.float64]


def load_frame(gathered: Gathered) -> pd.DataFrame:
    """Load of 2024 by zone, with the regions whose hours stand for it."""
    frame = gathered.frame(
        "zone_load.csv",
        (
            *("zone", "eia930_regions", "load_factor_2023", "avg_mw_2024", "peak_mw_2024_est"),
            "peak_mw_2010_reeds_legacy",
        ),
    ).set_index("zone")
    frame = frame.loc[zone_frame(gathered).index]
    # The same regions in another order are one load region.
    regions = frame["eia930_regions"].str.split().map(lambda names: "+".join(sorted(names)))
    return frame.assign(load_region=regions)


def hourly_load(gathered: Gathered) -> pd.DataFrame:
    """Measured load of 2023 over its mean, hours in order, by load region."""
    load = load_frame(gathered)
    regions = sorted(set(load["load_region"]))
    names = sorted({name for region in regions for name in region.split("+")})
    measured = gathered.frame(HOURLY, names)
    measured = measured.astype("float64")
    if len(measured) != DAYS * HOURS:
        raise ValueError(f"{HOURLY}: {len(measured)} hours, not those of a year of 365 days")
    sums = pd.DataFrame({region: measured[region.split("+")].sum(axis=1) for region in regions})
    return sums / sums.mean()


def zone_loads(gathered: Gathered) -> list[Row]:
    """Rows of `zone_loads`.

    A zone whose peak is out of proportion to that of 2010 in an older edition is flagged: the
    counties behind small zones may be wrong.
    """
    low, high = hand_entered("grid", "headroom")["believable_peak_over_2010"]
    rows = []
    for zone in load_frame(gathered).itertuples():
        ratio = zone.peak_mw_2024_est / zone.peak_mw_2010_reeds_legacy
        reliable = low <= ratio <= high
        row = {
            "zone": zone.Index,
            "mean_load_mw": float(zone.avg_mw_2024),
            "peak_load_mw": float(zone.peak_mw_2024_est),
            "load_factor": float(zone.load_factor_2023),
            "peak_2010_mw": round(float(zone.peak_mw_2010_reeds_legacy), 1),
            "eia930_regions": zone.eia930_regions,
            "load_region": zone.load_region,
            "reliable": bool(reliable),
            "remark": ""
            if reliable
            else f"peak is {ratio:.2f} times that of 2010; {low:g} to {high:g} is believable",
        }
        rows.append(sourced(row, MEASURED, "assumed"))
    return rows


def growth_frame(gathered: Gathered, case: str) -> pd.Series:
    """Load over that of 2024 by state and year, in a case of the outlook.

    The outlook's cases differ already in the year in which they were made, for reasons of their
    models; here they all pass through that year's baseline, and differ in what comes after.
    """
    frame = gathered.frame("load_growth_aeo2026.csv", ("state", "year", "mult_vs_2024", "case"))
    by_case = frame.set_index(["case", "state", "year"])["mult_vs_2024"].sort_index()
    growth, base = by_case[case], by_case["baseline"]
    states = growth.index.get_level_values("state")
    now = (base / growth).xs(OUTLOOK_YEAR, level="year")
    later = growth.index.get_level_values("year") >= OUTLOOK_YEAR
    same = base.reindex(growth.index)
    return growth.mul(now.reindex(states).to_numpy()).where(later, same)


def load_growth(gathered: Gathered, case: str) -> pd.DataFrame:
    """Rows of `load_growth` in a case of the outlook."""
    first, last = hand_entered("grid", "headroom")["growth_years"]
    growth = growth_frame(gathered, case)
    state = zone_frame(gathered)["state"]
    rows = [
        sourced(
            {"zone": zone, "year": year, "load_growth_ratio": float(growth[state[zone], year])},
            "EIA-AEO-2026-LOAD",
            "published",
        )
        for zone in state.index
        for year in range(first, last + 1)
    ]
    return pd.DataFrame(rows)


def chronology(gathered: Gathered) -> pd.DataFrame:
    """Rows of `chronology`: measured load of 2023, mean exactly 1, in small steps."""
    hourly = hourly_load(gathered)
    parts = [
        pd.DataFrame(
            {
                "load_region": region,
                "day_of_year": np.repeat(np.arange(1, DAYS + 1), HOURS),
                "hour_utc": np.tile(np.arange(HOURS), DAYS),
                # EIA-930 names an hour by its end; here, as everywhere, by its start. The year's
                # first value, of the hour before it, goes to its last hour.
                "load_shape": in_steps(np.roll(hourly[region].to_numpy(), -1)),
                "source": MEASURED,
                "confidence": "measured",
            }
        )
        for region in hourly.columns
    ]
    return pd.concat(parts, ignore_index=True)


def in_steps(shape: Curve) -> Curve:
    """The shape in whole steps, its sum kept: the largest remainders are rounded up."""
    scaled = shape * STEPS
    whole = np.floor(scaled)
    short = round(len(shape) * STEPS - float(whole.sum()))
    most = np.argsort(whole - scaled, kind="stable")[:short]
    whole[most] += 1
    rounded: Curve = whole / STEPS
    return rounded


def chronology_days(gathered: Gathered) -> list[Row]:
    """Rows of `chronology_days`.

    A day has the wind and sun of its month's representative day. A month whose weight lacks a day
    gives its day of highest national load to the representative peak day of its season.
    """
    peaks: dict[str, int] = hand_entered("grid", "operations")["peak_days"]
    load = load_frame(gathered)
    hourly = hourly_load(gathered)
    national = sum(
        hourly[zone.load_region].to_numpy() * zone.avg_mw_2024 for zone in load.itertuples()
    )
    highest = np.asarray(national).reshape(DAYS, HOURS).max(axis=1)
    dates = pd.date_range("2023-01-01", periods=DAYS, freq="D")
    names = [f"m{date.month:02d}" for date in dates]
    for name, month in peaks.items():
        inside = np.flatnonzero(dates.month == month)
        names[int(inside[int(np.argmax(highest[inside]))])] = name
    return [
        sourced(
            {"day_of_year": day + 1, "day": name, "date": f"{dates[day]:%Y-%m-%d}"},
            "HOURS-OF-ZONES",
            "assumed",
        )
        for day, name in enumerate(names)
    ]
