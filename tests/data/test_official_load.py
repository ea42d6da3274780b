"""Hourly demand, headroom by giving way, and load of counties and zones, worked out by hand.

Excerpts: headers are the real ones of the cleaned EIA-930 files and of ReEDS's load files; all
figures are made up, since a real year of hours would be long.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

MAKE = Path(__file__).parents[2] / "data" / "make"
HEADER = "date_time,raw demand (MW),category,cleaned demand (MW),forecast demand (MW)"
LOAD = {
    "reeds/inputs/zones/z134/county2zone.csv": (
        "FIPS,r\n11001,p123\n24001,p123\n24003,p121\n51001,p99\n"
    ),
    "reeds/inputs/zones/county_state.csv": (
        "FIPS,county_name,state\n11001,district of columbia,MD\n24001,allegany,MD\n"
        "24003,anne arundel,MD\n51001,accomack,VA\n"
    ),
    "reeds/inputs/disaggregation/county_state_lpf.csv": (
        "FIPS,value\np11001,1.0\np24001,0.25\np24003,0.75\np51001,1.0\n"
    ),
    "reeds/inputs/load/EIA_loadbystate.csv": "year,st,MWh\n2023,MD,1\n2024,MD,10000\n2024,VA,500\n",
    **{
        f"reeds/inputs/load/demand_AEO_2026_{case}.csv": (
            f"r,year,multiplier\nMD,2010,1.0\nMD,2024,0.9\nMD,2030,{figure}\n"
        )
        for case, figure in {"baseline": 0.99, "high": 1.08, "low": 0.9}.items()
    },
}


@pytest.fixture
def extract(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(MAKE)
    return importlib.import_module("extract")


@pytest.fixture
def eia930(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(MAKE)
    return importlib.import_module("official.eia930")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    for name, text in LOAD.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def write_region(folder: Path, region: str, demand: pd.Series) -> None:
    frame = pd.DataFrame({"date_time": demand.index.strftime("%Y-%m-%d %H:%M:%S")})
    frame["raw demand (MW)"] = "MISSING"
    frame["category"] = "MISSING"
    frame["cleaned demand (MW)"] = demand.to_numpy()
    frame["forecast demand (MW)"] = ""
    assert ",".join(frame.columns) == HEADER
    (folder / "eia930").mkdir(parents=True, exist_ok=True)
    frame.to_csv(folder / "eia930" / f"{region}.csv", index=False)


def hours(first: str, last: str) -> pd.DatetimeIndex:
    return pd.date_range(first, f"{last} 23:00", freq="h")


def run(extract: ModuleType, source: Path, name: str) -> Path:
    out = source.parent / "out"
    options = ["--source", source, "--out", out, "--only", name, "--renew"]
    options += ["--record", source.parent / "record.yaml"]
    extract.main([str(option) for option in options])
    return out / name


def test_constant_load_by_hand(eia930: ModuleType) -> None:
    # Four hours, cap 10: room 0, 2, 4, 6. A load of 2 gives up 2 + 0 of its 8 MWh: 25 %.
    demand, cap = np.array([10.0, 8.0, 6.0, 4.0]), np.full(4, 10.0)
    assert eia930.constant_load_mw(demand, cap, 0.25) == pytest.approx(2.0)
    # A load of 3 gives up 3 + 1 of 12: a third.
    assert eia930.constant_load_mw(demand, cap, 1 / 3) == pytest.approx(3.0)
    # A load of 6 gives up 6 + 4 + 2 of 24: half. Beyond all room, 12 gives up 36 of 48.
    assert eia930.constant_load_mw(demand, cap, 0.5) == pytest.approx(6.0)
    assert eia930.constant_load_mw(demand, cap, 0.75) == pytest.approx(12.0)
    # Nothing fits where nothing may be given up, since the peak hour has no room.
    assert eia930.constant_load_mw(demand, cap, 0.0) == 0.0


def test_constant_load_against_bisection(eia930: ModuleType) -> None:
    rng = np.random.default_rng(5)
    demand = rng.uniform(50, 100, 500)
    cap = np.full(500, demand.max())
    for part in (0.0025, 0.05, 0.3):
        load = eia930.constant_load_mw(demand, cap, part)
        given = np.maximum(0, demand + load - cap).sum()
        assert given == pytest.approx(part * load * 500)


def test_headroom_has_a_cap_for_each_season(
    extract: ModuleType, eia930: ModuleType, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eia930, "FIRST_YEAR", 2023)
    monkeypatch.setattr(eia930, "LAST_YEAR", 2023)
    time = hours("2023-01-01", "2023-12-31")
    summer = np.isin(time.month, eia930.SUMMER)
    demand = pd.Series(np.where(summer, 100.0, 50.0), index=time)
    demand[time[0]], demand[pd.Timestamp("2023-07-01")] = 70.0, 120.0
    write_region(source, "SCL", demand)
    row = pd.read_csv(run(extract, source, "eia930_curtailment_headroom.csv")).iloc[0]
    assert (row["region"], row["peak_summer_mw"], row["peak_winter_mw"]) == ("SCL", 120, 70)
    # All other hours have 20 MW of room. A load L > 20 gives up (L - 20) in 8,758 hours and L in
    # two: 8,760 L - 175,160 = 0.01 * 8,760 L, so L = 175,160 / 8,672.4 = 20.2.
    assert row["headroom_mw_1pct"] == 20
    # 5 %: 175,160 / (0.95 * 8,760) = 21.05
    assert row["headroom_mw_5pct"] == 21


def test_hourly_extract_keeps_one_year(extract: ModuleType, source: Path) -> None:
    time = hours("2022-12-31", "2024-01-01")
    write_region(source, "SCL", pd.Series(np.arange(len(time)), index=time))
    write_region(source, "AVA", pd.Series(7.4, index=time))
    table = pd.read_parquet(run(extract, source, "eia930_hourly_2023_subregions.parquet"))
    assert (table.shape, list(table.columns)) == ((8760, 2), ["AVA", "SCL"])
    assert table.index[0] == pd.Timestamp("2023-01-01")
    assert table["SCL"].iloc[0] == 24
    assert set(table["AVA"]) == {7}


def test_a_gap_a_renamed_column_and_no_file_are_refused(extract: ModuleType, source: Path) -> None:
    name = "eia930_hourly_2023_subregions.parquet"
    with pytest.raises(SystemExit, match=r"eia930/\*\.csv: no file of that name"):
        run(extract, source, name)
    time = hours("2023-01-01", "2023-12-30")
    write_region(source, "SCL", pd.Series(1.0, index=time))
    with pytest.raises(SystemExit, match=r"SCL\.csv: hours of 2023 to 2023 are missing"):
        run(extract, source, name)
    path = source / "eia930" / "SCL.csv"
    path.write_text(path.read_text().replace("cleaned demand (MW)", "demand (MW)"))
    with pytest.raises(SystemExit, match=r"SCL\.csv: no column cleaned demand \(MW\); it has"):
        run(extract, source, name)


def test_county_load_splits_off_the_district(extract: ModuleType, source: Path) -> None:
    table = pd.read_csv(run(extract, source, "county_load_2024.csv"), dtype={"fips": str})
    # Of Maryland's 10,000 MWh the District has 14.8 %; the counties share 8,520 by 1 : 3.
    assert table.to_dict("records") == [
        {"fips": "11001", "mwh_2024": 1480.0},
        {"fips": "24001", "mwh_2024": 2130.0},
        {"fips": "24003", "mwh_2024": 6390.0},
        {"fips": "51001", "mwh_2024": 500.0},
    ]


def test_growth_is_over_2024(extract: ModuleType, source: Path) -> None:
    table = pd.read_csv(run(extract, source, "load_growth_aeo2026.csv"))
    got = {(row.case, row.year): row.mult_vs_2024 for row in table.itertuples()}
    assert got == {
        **{(case, 2024): 1.0 for case in ("baseline", "high", "low")},
        ("baseline", 2030): 1.1,
        ("high", 2030): 1.2,
        ("low", 2030): 1.0,
    }


def test_zone_load(
    extract: ModuleType, source: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    module = importlib.import_module("official.zone_load")
    regions = tmp_path / "regions.csv"
    regions.write_text("zone,eia930_regions\np123,A B\np121,B\np99,A\n")
    for name, value in {"REGIONS": regions, "FIRST_YEAR": 2023, "LAST_YEAR": 2024}.items():
        monkeypatch.setattr(module, name, value)
    time = hours("2023-01-01", "2024-12-31")
    a, b = pd.Series(1.0, index=time), pd.Series(2.0, index=time)
    b[time[0]], b[time[-1]] = 6.0, 10.0
    write_region(source, "A", a)
    write_region(source, "B", b)
    rows = pd.read_csv(run(extract, source, "zone_load.csv")).set_index("zone")
    both = rows.loc["p123"]
    # Sum of A and B in 2023: 3 MW, once 7; in two years once 11. Mean 3 + 4 / 8,760.
    assert (both["eia930_peak_mw_2023"], both["eia930_peak_mw_2020_24"]) == (7, 11)
    assert both["eia930_mean_mw_2023"] == 3.0
    assert both["load_factor_2023"] == pytest.approx(3 / 7, abs=1e-4)
    assert both["lf_5yr_peak"] == pytest.approx(3 / 11, abs=1e-4)
    # Counties 11001 and 24001 use 1,480 + 2,130 = 3,610 of all 10,500 MWh; A and B together make
    # 3 + 8 / 8,784 MW in 2024, so the zone's mean is 3,610 / 10,500 of that, 1.03 MW, and its
    # peak 1.0317 * 7 / 3 = 2.4.
    assert both["state_total_alloc_twh_2024"] == 0.0036
    assert both["avg_mw_2024"] == 1.0
    assert both["peak_mw_2024_est"] == 2.4
    regions.write_text("zone,eia930_regions\np123,A C\np121,B\np99,A\n")
    with pytest.raises(SystemExit, match=r"no region C; it has A, B"):
        run(extract, source, "zone_load.csv")
