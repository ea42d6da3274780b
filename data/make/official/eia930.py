"""Hourly demand: U.S. Energy Information Administration, Form EIA-930, cleaned by Ruggles et al.

The Hourly Electric Grid Monitor has gaps and spikes; the cleaned edition ("Cleaned U.S. hourly
electricity demand data", Zenodo 10.5281/zenodo.3517197, CC BY 4.0) fills them. Files
``eia930/<region>.csv``: those of the release's folder ``subregions_and_balancing_authorities``, one
for each. Columns read: date_time (UTC) and cleaned demand (MW).

Headroom is how much constant new load fits below the seasonal peaks of the years read, if it gives
way in the hours that would exceed them (method of Norris et al. 2025, own code): the largest load
whose energy given up is at most a stated part of its energy. Summer is April to October, winter the
rest (our choice).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from gathered import Refused

from official.reading import Official

DEMAND = "cleaned demand (MW)"
YEAR = 2023  # of the hourly extract
FIRST_YEAR, LAST_YEAR = 2020, 2024  # of the headroom
SUMMER = (4, 5, 6, 7, 8, 9, 10)  # months
PARTS = {"0.25pct": 0.0025, "0.5pct": 0.005, "1pct": 0.01, "5pct": 0.05}


@cache
def hourly(official: Official, first: int, last: int) -> pd.DataFrame:
    """Demand of every region in MW, by hour in UTC, of the years from `first` to `last`.

    Raises
    ------
    Refused
        Where a region lacks an hour.
    """
    columns = {}
    for name in official.all_of("eia930/*.csv"):
        frame = official.frame(name, ("date_time", DEMAND))
        time = pd.to_datetime(frame["date_time"], format="ISO8601", utc=True).dt.tz_localize(None)
        series = pd.Series(frame[DEMAND].to_numpy(), index=pd.DatetimeIndex(time, name="utc"))
        region = name.rsplit("/", 1)[1].removesuffix(".csv")
        columns[region] = series[(series.index.year >= first) & (series.index.year <= last)]
    demand = pd.DataFrame(columns).sort_index()
    hours = pd.date_range(f"{first}-01-01", f"{last}-12-31 23:00", freq="h", name="utc")
    demand = demand.reindex(hours)
    gaps = demand.columns[demand.isna().any()]
    if len(gaps):
        raise Refused(f"eia930/{gaps[0]}.csv: hours of {first} to {last} are missing or blank")
    return demand


def hourly_year(official: Official) -> pd.DataFrame:
    """``eia930_hourly_2023_subregions.parquet``: demand of 2023 in MW, one column a region."""
    return hourly(official, YEAR, YEAR).round(0).astype("int32")


def constant_load_mw(demand: np.ndarray, cap: np.ndarray, part: float) -> float:
    """Largest constant load whose energy above the cap is at most a part of its energy.

    The part grows with the load; between two neighbouring values of the room below the cap the
    energy given up is linear in the load, which gives the answer exactly.

    Parameters
    ----------
    demand
        Demand of others, MW by hour.
    cap
        Most that all together may take, MW by hour; nowhere below `demand`.
    part
        Share of the load's energy that it may give up, 0 or more, less than 1.
    """
    room = np.sort(cap - demand)
    hours = len(room)
    given = np.arange(1, hours + 1) * room - np.cumsum(room)
    # The k least rooms are still within the part. A load above them gives up
    # k * load - sum(room[:k]), which is part * hours * load at the load returned.
    k = int(np.flatnonzero(given <= part * hours * room)[-1]) + 1
    return float(room[:k].sum() / (k - part * hours))


def headroom(official: Official) -> pd.DataFrame:
    """``eia930_curtailment_headroom.csv``: new MW of each region by the part given up."""
    demand = hourly(official, FIRST_YEAR, LAST_YEAR)
    summer = np.isin(demand.index.month, SUMMER)
    rows = []
    for region, series in demand.items():
        hot, cold = series[summer].max(), series[~summer].max()
        cap = np.where(summer, hot, cold)
        values = series.to_numpy(dtype=float)
        row = {
            "region": region,
            "mean_mw": round(float(series.mean()), 1),
            "peak_summer_mw": hot,
            "peak_winter_mw": cold,
            "load_factor": round(float(series.mean() / series.max()), 3),
        }
        loads = {name: constant_load_mw(values, cap, part) for name, part in PARTS.items()}
        rows.append(row | {f"headroom_mw_{name}": round(mw) for name, mw in loads.items()})
    return pd.DataFrame(rows)


EXTRACTS = {
    "eia930_hourly_2023_subregions.parquet": hourly_year,
    "eia930_curtailment_headroom.csv": headroom,
}
