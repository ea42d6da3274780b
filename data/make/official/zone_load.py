"""Load of counties and zones: ReEDS's state loads and county shares, EIA-930's load factors.

Files: ``reeds/inputs/load/EIA_loadbystate.csv`` (year, st, MWh; EIA's electricity use by state,
direct use included), ``reeds/inputs/disaggregation/county_state_lpf.csv`` (shares),
``reeds/inputs/load/demand_AEO_<year>_<case>.csv`` (r: state, year, multiplier; EIA's Annual Energy
Outlook) and the cleaned hourly EIA-930 demand (see `eia930`). Which EIA-930 regions stand for a
zone is hand-made (``hand/zone_regions.csv``), so a zone's peak is an estimate.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from gathered import Refused

from official.eia930 import hourly
from official.reading import Official, require
from official.reeds_zones import counties, shares

REGIONS = Path(__file__).parent / "hand" / "zone_regions.csv"
YEAR = 2024  # of the loads
SHAPE_YEAR = 2023  # of the load factors
FIRST_YEAR, LAST_YEAR = 2020, 2024  # of the five-year peak
HOURS = 8784
MWH_PER_TWH = 1e6
# ReEDS counts the District of Columbia to Maryland and gives it a share of 1 of its own; of the
# load of both it has this part (our choice).
DISTRICT = "11001"
DISTRICT_SHARE = 0.148
CASES = ("baseline", "high", "low")


def county_load(official: Official) -> pd.DataFrame:
    """``county_load_2024.csv``: a county's electricity use, MWh: the state's times its share."""
    name = "reeds/inputs/load/EIA_loadbystate.csv"
    states = official.frame(name, ("year", "st", "MWh"))
    used = states[states["year"] == YEAR].set_index("st")["MWh"]
    require(name, used.index, sorted(set(counties(official)["state"])), f"{YEAR} row of")
    frame = counties(official)
    share = frame["fips"].map(shares(official))
    together = frame["state"] == frame.loc[frame["fips"] == DISTRICT, "state"].max()
    if (frame["fips"] == DISTRICT).any():
        share = share.mask(together, share * (1 - DISTRICT_SHARE))
        share = share.mask(frame["fips"] == DISTRICT, DISTRICT_SHARE)
    frame["mwh_2024"] = (frame["state"].map(used) * share).round(0)
    return frame[["fips", "mwh_2024"]]


def load_growth(official: Official) -> pd.DataFrame:
    """``load_growth_aeo2026.csv``: load over that of 2024, by state, year and case."""
    parts = []
    for case in CASES:
        name = official.one_of(f"reeds/inputs/load/demand_AEO_2026_{case}.csv")
        frame = official.frame(name, ("r", "year", "multiplier"))
        base = frame[frame["year"] == YEAR].set_index("r")["multiplier"]
        frame["mult_vs_2024"] = (frame["multiplier"] / frame["r"].map(base)).round(4)
        parts.append(frame[frame["year"] >= YEAR].assign(case=case))
    joined = pd.concat(parts, ignore_index=True).rename(columns={"r": "state"})
    return joined[["state", "year", "mult_vs_2024", "case"]]


def zone_regions() -> pd.DataFrame:
    """EIA-930 regions that stand for a zone: columns zone and eia930_regions, by our choice."""
    return pd.read_csv(REGIONS)


def zone_load(official: Official) -> pd.DataFrame:
    """``zone_load.csv``: mean and estimated peak of a zone's load, MW.

    The mean is the sum of its counties' load over the hours of 2024, scaled so that all zones make
    EIA-930's mean of 2024; the peak is the mean over the load factor of 2023 of its regions.
    """
    frame = zone_regions()
    demand = hourly(official, FIRST_YEAR, LAST_YEAR)
    named = sorted({region for row in frame["eia930_regions"] for region in row.split()})
    require("hand/zone_regions.csv against the EIA-930 files", demand.columns, named, "region")
    load = counties(official).merge(county_load(official), on="fips")
    by_zone = load.groupby("zone")["mwh_2024"].sum()
    if set(by_zone.index) != set(frame["zone"]):
        differ = ", ".join(sorted(set(by_zone.index) ^ set(frame["zone"])))
        raise Refused(f"hand/zone_regions.csv: zones differ from county2zone.csv: {differ}")
    national = demand[demand.index.year == YEAR].sum(axis=1).mean()
    scale = national / (by_zone.sum() / HOURS)
    rows = [
        {"zone": zone, "eia930_regions": regions, **_factors(demand[regions.split()].sum(axis=1))}
        for zone, regions in zip(frame["zone"], frame["eia930_regions"], strict=True)
    ]
    result = pd.DataFrame(rows)
    energy = result["zone"].map(by_zone)
    mean = energy / HOURS * scale
    result["state_total_alloc_twh_2024"] = (energy / MWH_PER_TWH).round(4)
    result["avg_mw_2024"] = mean.round(1)
    result["peak_mw_2024_est"] = (mean / result["load_factor_2023"]).round(1)
    for column in ("load_factor_2023", "lf_5yr_peak"):
        result[column] = result[column].round(4)
    return result


def _factors(demand: pd.Series) -> dict[str, float]:
    """Mean, peaks and load factors of the summed demand of a zone's regions."""
    year = demand[demand.index.year == SHAPE_YEAR]
    return {
        "eia930_mean_mw_2023": round(float(year.mean()), 1),
        "eia930_peak_mw_2023": year.max(),
        "eia930_peak_mw_2020_24": demand.max(),
        "load_factor_2023": year.mean() / year.max(),
        "lf_5yr_peak": demand.mean() / demand.max(),
    }


EXTRACTS = {
    "county_load_2024.csv": county_load,
    "load_growth_aeo2026.csv": load_growth,
    "zone_load.csv": zone_load,
}
