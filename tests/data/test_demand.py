"""Demand of the scenario `us`: who asks, for what, how it grows, and that it can be served."""

from __future__ import annotations

import csv
import datetime as dt
import math
import subprocess
import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
import yaml

from tokenworks.geo.distance import distances_km
from tokenworks.io.tables import read_table
from tokenworks.schema.tables import INPUT_TABLES

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
US = ROOT / "data" / "us"
MAKE = ROOT / "data" / "make"
HAND = MAKE / "demand" / "hand"

TARGET_MW = 2000
TARGET_TOLERANCE = 0.15
SYSTEM_LIFE_YEARS = 5
REFERENCE_SYSTEM = "b200-8"
LENGTH_TOLERANCE = 0.25  # of the scenario
FEWEST_SYSTEMS = 4
HOURS = 24


def shipped(path: str) -> pd.DataFrame:
    """A shipped table, whatever its format."""
    (file,) = sorted((US / path).parent.glob(f"{Path(path).name}.*"))
    return read_table(INPUT_TABLES[Path(path).name], file).frame


def at_home(regions: pd.DataFrame) -> pd.DataFrame:
    return regions[regions["jurisdiction"] == "us"]


# --- who asks -----------------------------------------------------------------------------------


def test_metropolitan_regions_cover_the_country_and_some_lie_abroad() -> None:
    regions = shipped("regions")
    home = at_home(regions)
    assert len(home) >= 12
    assert len(regions) - len(home) >= 3
    # People of the 48 contiguous states and the District of Columbia, 2020 census: 329.3 million.
    assert home["population"].sum() == pytest.approx(329.3e6, rel=0.01)
    assert (home["population"] > 2e6).all()
    # Nobody's nearest region is the other end of the continent.
    far = distances_km(
        home["latitude_deg"].tolist(),
        home["longitude_deg"].tolist(),
        home["latitude_deg"].tolist(),
        home["longitude_deg"].tolist(),
    )
    assert max(sorted(row)[1] for row in far) < 1500


def test_demand_within_the_country_goes_by_people() -> None:
    home = at_home(shipped("regions")).set_index("region")["population"]
    everywhere = shipped("demand")
    demand = everywhere[everywhere["region"].isin(home.index)]
    for _, rows in demand.groupby(["workload", "period"]):
        share = rows.set_index("region")["output_tokens_per_s"] / rows["output_tokens_per_s"].sum()
        assert (share - home / home.sum()).abs().max() < 1e-5
    share_at_home = demand["output_tokens_per_s"].sum() / everywhere["output_tokens_per_s"].sum()
    assert 0.8 < share_at_home < 1


def hourly_shapes() -> pd.DataFrame:
    """A row for each profile, a column for each hour of UTC."""
    return shipped("profiles").pivot_table(
        index="profile", columns="hour_utc", values="demand_shape"
    )


def test_profiles_have_mean_one_and_agents_keep_steadier_hours() -> None:
    shapes = hourly_shapes()
    assert list(shapes.columns) == list(range(HOURS))
    assert (shapes.sum(axis=1) - HOURS).abs().max() < 1e-9
    for profile in shapes.index[shapes.index.str.startswith("day-")]:
        steady = shapes.loc[profile.replace("day-", "agents-")]
        assert 1.0 < steady.max() < shapes.loc[profile].max()
    assert (shapes.loc["flat"] == 1.0).all()


def test_profiles_keep_the_offset_of_most_of_the_year() -> None:
    place = yaml.safe_load((HAND / "place.yaml").read_text(encoding="utf-8"))
    assert set(shipped("regions")["time_zone"]) == set(place["time_zones"])
    days = [dt.datetime(2027, 1, 1, 12, tzinfo=dt.UTC) + dt.timedelta(n) for n in range(365)]
    for name, zone in place["time_zones"].items():
        offsets = [day.astimezone(ZoneInfo(name)).utcoffset() for day in days]
        hours = pd.Series([o.total_seconds() / 3600 for o in offsets if o is not None])
        assert hours.mode().tolist() == [zone["hours_ahead"]], name


def test_evening_in_new_york_is_night_in_utc() -> None:
    shape = hourly_shapes().loc["day-eastern"]
    # The busiest local hour is 20 o'clock, which is 0 o'clock UTC at four hours behind.
    assert shape.idxmax() == 0
    assert shape.idxmin() == 8


# --- for what -----------------------------------------------------------------------------------


def matching(workload: pd.Series, points: pd.DataFrame) -> pd.DataFrame:
    """Operating points that can serve a workload, by the rule of the scenario."""
    return points[
        (points["model"] == workload["model"])
        & ((points["input_tokens"] / workload["input_tokens"] - 1).abs() <= LENGTH_TOLERANCE)
        & ((points["output_tokens"] / workload["output_tokens"] - 1).abs() <= LENGTH_TOLERANCE)
        & (points["tpot_ms"] <= workload["tpot_limit_ms"])
        & (points["ttft_ms"] < workload["ttft_limit_ms"])
    ]


def enabled_points() -> pd.DataFrame:
    hardware = shipped("hardware")
    points = shipped("operating_points")
    return points[points["system"].isin(hardware.loc[hardware["enabled"], "system"])]


def test_every_workload_matches_points_of_several_systems() -> None:
    points = enabled_points()
    for _, workload in shipped("workloads").iterrows():
        found = matching(workload, points)
        assert found["system"].nunique() >= FEWEST_SYSTEMS, workload["workload"]


def test_there_is_every_class_of_workload() -> None:
    workloads = shipped("workloads").set_index("workload")
    assert {"interactive", "server", "offline"} <= set(workloads["tier"])
    assert workloads["sovereign"].any()
    deferrable = workloads[workloads["deferrable_fraction"] > 0]
    assert (deferrable["deferral_window_hours"] > 0).all()
    assert len(deferrable) >= 1
    assert (workloads["deferral_window_hours"] <= 24).all()
    assert (workloads["unserved_usd_per_mtoken"] > 0).all()
    # 80 layers x 8 heads x 128 x 2 (key and value) x 2 bytes.
    assert workloads.loc["chat-70b", "kv_bytes_per_token"] == 327680
    # 0.38 for the output and 0.13 x 294 / 294.45 for the input.
    assert workloads.loc["chat-70b", "sold_usd_per_mtoken"] == pytest.approx(0.51, abs=5e-4)


# --- how much -----------------------------------------------------------------------------------


def levels(demand: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    """Demand at both ends of every row's period, from its mean and growth."""
    dates = periods.set_index("period")
    rows = demand.join(dates[["start", "end"]], on="period").sort_values("start")
    years = (rows["end"].dt.year - rows["start"].dt.year) + (
        rows["end"].dt.month - rows["start"].dt.month
    ) / 12
    growth = (1 + rows["growth_rate"]) ** years
    # Mean of an exponential from a to a x growth is a x (growth - 1) / ln(growth).
    first = rows["output_tokens_per_s"] * growth.map(math.log) / (growth - 1)
    return rows.assign(first=first, last=first * growth)


DECKS = ("demand", "cases/demand-fast/demand", "cases/demand-slow/demand")


@pytest.mark.parametrize("deck", DECKS)
def test_demand_meets_at_the_boundaries_of_periods(deck: str) -> None:
    rows = levels(shipped(deck), shipped("periods"))
    for key, one in rows.groupby(["workload", "region"]):
        assert len(one) == len(shipped("periods")), key
        gap = one["first"].iloc[1:].to_numpy() / one["last"].iloc[:-1].to_numpy() - 1
        assert abs(gap).max() < 1e-4, key
        assert (one["growth_rate"] > 0).all()


def it_mw(deck: str, year: int) -> float:
    """Design megawatts of reference servers that the country's demand at a year's end needs."""
    regions = at_home(shipped("regions"))
    shapes = hourly_shapes()
    rows = levels(shipped(deck), shipped("periods"))
    rows = rows[(rows["end"] == f"{year + 1}-01-01") & rows["region"].isin(regions["region"])]
    points = shipped("operating_points")
    points = points[points["system"] == REFERENCE_SYSTEM]
    hardware = shipped("hardware").set_index("system")
    total = 0.0
    for _, workload in shipped("workloads").iterrows():
        mine = rows[rows["workload"] == workload["workload"]]
        hourly = shapes.loc[mine["profile"]].mul(mine["last"].to_numpy(), axis=0).sum()
        fastest = matching(workload, points)["output_tokens_per_s"].max()
        servers = hourly.max() / (fastest * workload["max_utilisation_fraction"])
        total += servers * hardware.loc[REFERENCE_SYSTEM, "design_kw"] / 1e3
    return total


def deck_of_script() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((HAND / "deck.yaml").read_text(encoding="utf-8"))
    return loaded


def gain_at_target(deck: dict[str, Any]) -> float:
    """Tokens per megawatt at the target's date over those at the start of the horizon."""
    years = deck["target"]["date"] - 2027
    return float((1 + deck["growth"]["tokens_per_mw_gain_per_year"]) ** years)


def fleet_mw(deck: str) -> dict[int, float]:
    """Design megawatts at each year's end, the growth bought on the densest system for sale.

    What is bought serves five years; a year's growth goes to what can serve by its middle.
    """
    hardware = shipped("hardware")
    hardware = hardware[hardware["enabled"]].set_index("system")
    points = shipped("operating_points")
    points = points[points["system"].isin(hardware.index)]
    regions = at_home(shipped("regions"))["region"]
    rows = levels(shipped(deck), shipped("periods"))
    rows = rows[rows["region"].isin(regions)]
    shapes, total = hourly_shapes(), dict.fromkeys(range(2027, 2036), 0.0)
    for _, workload in shipped("workloads").iterrows():
        fitting = matching(workload, points)
        per_mw = fitting["output_tokens_per_s"] / fitting["system"].map(hardware["design_kw"]) * 1e3
        orders = fitting["system"].map(hardware["first_order"]).fillna(pd.Timestamp("2020-01-01"))
        months = orders.dt.month + fitting["system"].map(hardware["lead_months"])
        first = orders.dt.year + (months - 1) / 12
        bought: dict[int, tuple[float, float]] = {}
        for year in total:
            mine = rows[
                (rows["workload"] == workload["workload"]) & (rows["end"] == f"{year + 1}-01-01")
            ]
            hourly = shapes.loc[mine["profile"]].mul(mine["last"].to_numpy(), axis=0).sum()
            there = {y: kit for y, kit in bought.items() if year - y < SYSTEM_LIFE_YEARS}
            lacking = hourly.max() - sum(tokens for tokens, _ in there.values())
            best = per_mw[first <= year + 0.5].max() * workload["max_utilisation_fraction"]
            if lacking > 0:
                there[year] = (lacking, lacking / best)
            bought = there
            total[year] += sum(mw for _, mw in there.values())
    return total


def test_base_deck_needs_two_gigawatts_of_the_systems_for_sale_by_2035() -> None:
    base, fast, slow = (fleet_mw(deck) for deck in DECKS)
    assert base[2035] == pytest.approx(TARGET_MW, rel=TARGET_TOLERANCE)
    assert base[2030] < 0.25 * base[2035]
    assert fast[2035] == pytest.approx(2 * base[2035], rel=0.15)
    assert slow[2035] == pytest.approx(0.5 * base[2035], rel=0.15)


def test_in_todays_servers_the_base_deck_is_the_target_times_the_gain() -> None:
    gain = gain_at_target(deck_of_script())
    assert it_mw("demand", 2035) / gain == pytest.approx(TARGET_MW, rel=TARGET_TOLERANCE)


def test_base_deck_starts_small() -> None:
    assert 5 < it_mw("demand", 2027) < 0.1 * TARGET_MW


def test_faster_and_slower_growth_stay_on_their_sides_in_every_row() -> None:
    keys = ["workload", "region", "period"]
    slow, base, fast = (
        shipped(deck).set_index(keys)["output_tokens_per_s"]
        for deck in ("cases/demand-slow/demand", "demand", "cases/demand-fast/demand")
    )
    assert slow.index.equals(base.index)
    assert fast.index.equals(base.index)
    later = base.index.get_level_values("period").str[:4].astype(int) >= 2028
    assert (slow[later] < base[later]).all()
    assert (base[later] < fast[later]).all()
    of_2035 = base.index.get_level_values("period") == "2035"
    assert 1.7 < fast[of_2035].sum() / base[of_2035].sum() < 2.0
    assert 0.5 < slow[of_2035].sum() / base[of_2035].sum() < 0.6


def test_periods_are_quarters_then_halves_then_years() -> None:
    periods = shipped("periods").sort_values("start")
    assert (periods["start"].iloc[1:].to_numpy() == periods["end"].iloc[:-1].to_numpy()).all()
    months = (periods["end"] - periods["start"]).dt.days // 30
    assert months.tolist() == [3] * 8 + [6] * 4 + [12] * 6
    assert periods["start"].iloc[0] == pd.Timestamp("2027-01-01")


def test_rent_is_dearer_than_owning_and_cannot_serve_everybody() -> None:
    prices = shipped("cloud_prices")
    demand = shipped("demand")
    total = demand.groupby(["workload", "period"])["output_tokens_per_s"].sum()
    last = prices.sort_values("year").groupby("workload").last()
    for workload, row in last.iterrows():
        assert row["max_output_tokens_per_s"] < 0.2 * total[workload, "2035"]
        value = shipped("workloads").set_index("workload").loc[workload, "unserved_usd_per_mtoken"]
        assert row["rent_usd_per_mtoken"] < value
    assert set(last.index) == set(shipped("workloads")["workload"])


# --- the script, on made-up files of the same form ----------------------------------------------

CITIES = "world_cities_300k_geonames.csv"


def made_up_files() -> dict[str, list[list[object]]]:
    """Small files with the columns that the script reads; every figure in them is invented."""
    place = yaml.safe_load((HAND / "place.yaml").read_text(encoding="utf-8"))
    cities = [
        [r["city"], r["country"], r["division"], 30.0 + n, -70.0 - n, 1000, "America/New_York"]
        for n, r in enumerate([*place["united_states"], *place["abroad"]])
    ]
    deck = deck_of_script()
    return {
        CITIES: [
            [
                *("name", "countrycode", "admin1code", "latitude", "longitude"),
                *("population", "timezone"),
            ],
            *cities,
        ],
        # Two counties by the first city, one by the second.
        "county_zone.csv": [
            ["fips", "lat", "lon", "population"],
            ["01001", 30.1, -70.1, 600],
            ["01003", 29.0, -69.0, 200],
            ["01005", 31.1, -71.0, 200],
        ],
        "accelerators.csv": [
            ["name", "system_kw_per_accel", "rental_usd_per_hr"],
            [deck["reference"]["accelerator"], 2.5, 4.5],
        ],
        "throughput.csv": made_up_results(deck["reference"]),
    }


def made_up_results(server: dict[str, str]) -> list[list[object]]:
    """Three results for every benchmark, of which the middle one is 50,000 tokens/s a server."""
    requests = yaml.safe_load((HAND / "workloads.yaml").read_text(encoding="utf-8"))["workloads"]
    speeds = (40000, 50000, 90000)
    lines: dict[tuple[object, ...], None] = {}
    for row in requests:
        picked = row["reference"]
        for speed in speeds:
            if "inferencex" in picked:
                user = picked["tokens_per_s_per_user"][0]
                where = ("InferenceX (derived)", "", "", "", server["inferencex_accelerator"], 4)
                lengths = (row["input_tokens"], row["output_tokens"], user, picked["weights"])
                line = (*where, picked["inferencex"][0], "agg", *lengths, speed / 2, speed / 8)
            else:
                chip = server["mlperf_accelerator"]
                where = ("MLPerf Inference", "v6.0", "closed", "available", chip, 8)
                benchmark = (picked["model"], picked["scenario"])
                line = (*where, *benchmark, "", "", "", "fp4", speed, speed / 8)
            lines[line] = None
    header = [
        *("source_type", "round_or_date", "division", "availability", "accelerator"),
        *(
            "accelerators",
            "model",
            "scenario",
            "isl",
            "osl",
            "interactivity_tok_s_user",
            "weight_dtype",
        ),
        *("tokens_per_s", "tokens_per_s_per_accel"),
    ]
    return [header, *(list(line) for line in lines)]


def make(folder: Path, files: dict[str, list[list[object]]]) -> subprocess.CompletedProcess[str]:
    source = folder / "source"
    source.mkdir()
    for name, lines in files.items():
        with (source / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)
    command = [sys.executable, str(MAKE / "us.py"), "--only", "demand", "--renew"]
    paths = ["--source", source, "--out", folder / "out", "--record", folder / "record.yaml"]
    return subprocess.run([*command, *paths], capture_output=True, text=True, check=False)


def test_script_makes_what_was_worked_out_by_hand(tmp_path: Path) -> None:
    done = make(tmp_path, made_up_files())
    assert done.returncode == 0, done.stderr
    made = tmp_path / "out" / "us"
    regions = read_table(INPUT_TABLES["regions"], made / "regions.csv").frame
    assert regions["population"].head(3).tolist() == [800, 200, 0]
    deck = deck_of_script()
    demand = read_table(INPUT_TABLES["demand"], made / "demand.csv").frame
    rows = levels(demand, read_table(INPUT_TABLES["periods"], made / "periods.csv").frame)
    rows = rows[(rows["workload"] == "batch-120b") & (rows["period"] == "2035")]
    end = rows.set_index("region")["last"]
    # A flat profile: 2,000 MW x share over 0.02 MW a server, each 50,000 tokens/s (the median) at
    # 0.9; four fifths of the people live by the first city.
    servers = 2000 * deck["it_mw_share"]["batch-120b"] / 0.02 * gain_at_target(deck)
    assert end["new-york"] == pytest.approx(servers * 50000 * 0.9 * 0.8, rel=1e-4)
    assert end["london"] == pytest.approx(servers * 50000 * 0.9 * 0.04, rel=1e-4)
    assert end["miami"] == 0
    # 8 x 4.5 USD an hour over 50,000 x 0.9 tokens/s x 3,600 s.
    prices = read_table(INPUT_TABLES["cloud_prices"], made / "cloud_prices.csv").frame
    first = prices[(prices["workload"] == "batch-120b") & (prices["year"] == 2027)]
    assert first["rent_usd_per_mtoken"].iloc[0] == pytest.approx(36 / 162, abs=5e-5)


def test_script_refuses_a_missing_column_and_an_unknown_city(tmp_path: Path) -> None:
    files = made_up_files()
    (tmp_path / "city").mkdir()
    done = make(tmp_path / "city", files | {CITIES: files[CITIES][:5]})
    assert done.returncode != 0
    assert "0 rows for the city of region" in done.stderr
    (tmp_path / "column").mkdir()
    short = [line[:3] for line in files["county_zone.csv"]]
    done = make(tmp_path / "column", files | {"county_zone.csv": short})
    assert done.returncode != 0
    assert "county_zone.csv: no column population" in done.stderr
