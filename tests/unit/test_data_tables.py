"""The tables of `us-tiny` have sources, shapes of mean 1 and a script that makes them again."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tokenworks.io.overrides import read_tables
from tokenworks.io.scenario_files import load_scenario
from tokenworks.schema.shorthand import CONFIDENCES
from tokenworks.schema.tables import INPUT_TABLES

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
SCRIPT = DATA / "make" / "us_tiny.py"
FILES = sorted(p for folder in ("common", "us-tiny") for p in (DATA / folder).glob("*.csv"))
DAYS_OF_YEAR = 365

Rows = list[dict[str, str]]


def rows_of(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows_named(table: str) -> Rows:
    return rows_of(next(path for path in FILES if path.stem == table))


def key_of(table: str, row: dict[str, str]) -> str:
    return ",".join(row[name] for name in INPUT_TABLES[table].key)


def source_ids() -> set[str]:
    return {row["source_id"] for row in rows_named("sources")}


def provenance(table: str, row: dict[str, str], column: str) -> tuple[str, str]:
    """Source and confidence of a figure: its own where figure_sources has one, else its row's."""
    own = {
        (line["table"], line["row"], line["column"]): (line["source"], line["confidence"])
        for line in rows_named("figure_sources")
    }
    for key in (key_of(table, row), "*"):
        if (table, key, column) in own:
            return own[table, key, column]
    return row["source"], row["confidence"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_columns_are_the_declared_ones(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    table = INPUT_TABLES[path.stem]
    assert header == [column.name for column in table.columns if column.name in header]
    assert all(column.name in header or column.optional for column in table.columns)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_keys_are_unique(path: Path) -> None:
    keys = [key_of(path.stem, row) for row in rows_of(path)]
    assert keys
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_figure_has_a_source_or_is_assumed(path: Path) -> None:
    table = INPUT_TABLES[path.stem]
    known = source_ids()
    for row in rows_of(path) if "confidence" in table.names else []:
        for column in table.figures:
            if row.get(column, "") == "":
                continue
            source, confidence = provenance(path.stem, row, column)
            where = f"{path.stem}[{key_of(path.stem, row)}].{column}"
            assert confidence in CONFIDENCES, where
            assert source in known or (source == "" and confidence == "assumed"), where


def test_every_source_is_cited_and_described() -> None:
    cited = {row["source"] for path in FILES for row in rows_of(path) if row.get("source")}
    text = " ".join(row["locator"] for row in rows_named("sources"))
    for row in rows_named("sources"):
        assert re.fullmatch(r"[A-Z][A-Z0-9-]+", row["source_id"])
        assert row["source_id"] in cited or row["source_id"] in text or in_notes(row["source_id"])
        assert all(row[column] for column in ("citation", "locator", "licence"))


def in_notes(source_id: str) -> bool:
    return any(source_id in row["note"] for row in rows_named("figure_sources"))


def test_figure_sources_name_figures_that_exist() -> None:
    for line in rows_named("figure_sources"):
        table = INPUT_TABLES[line["table"]]
        assert line["column"] in table.figures, line
        keys = {key_of(line["table"], row) for row in rows_named(line["table"])}
        assert line["row"] == "*" or line["row"] in keys, line


def test_profiles_have_mean_one() -> None:
    rows = rows_named("profiles")
    for profile in {row["profile"] for row in rows}:
        shape = {
            int(r["hour_utc"]): float(r["demand_shape"]) for r in rows if r["profile"] == profile
        }
        assert sorted(shape) == list(range(24))
        assert sum(shape.values()) == pytest.approx(24, abs=1e-9)


def test_days_weigh_a_year_and_shapes_have_mean_one() -> None:
    rows = rows_named("operations")
    for zone in {row["zone"] for row in rows}:
        mine = [row for row in rows if row["zone"] == zone]
        weights = {row["day"]: float(row["weight_days"]) for row in mine}
        assert sum(weights.values()) == DAYS_OF_YEAR
        for column in ("grid_price_shape", "pue_overhead_shape"):
            total = sum(float(row["weight_days"]) for row in mine)
            mean = sum(float(row["weight_days"]) * float(row[column]) for row in mine) / total
            assert mean == pytest.approx(1, abs=1e-9)


def test_demand_meets_at_the_boundaries_of_periods() -> None:
    periods = {row["period"]: row for row in rows_named("periods")}
    ends: dict[tuple[str, str], float] = {}
    for row in rows_named("demand"):
        first, last = (int(periods[row["period"]][name][:4]) for name in ("start", "end"))
        growth = (1 + float(row["growth_rate"])) ** (last - first)
        # Mean of an exponential from a to a * growth is a * (growth - 1) / ln(growth).
        start = float(row["output_tokens_per_s"]) * math.log(growth) / (growth - 1)
        key = (row["workload"], row["region"])
        if key in ends:
            assert start == pytest.approx(ends[key], rel=1e-4)
        ends[key] = start * growth


def test_price_index_holds_the_published_deflators() -> None:
    level = {row["year"]: float(row["price_index"]) for row in rows_named("price_index")}
    assert level["2024"] / level["2022"] == pytest.approx(1.0712, abs=1e-7)
    assert level["2024"] / level["2025"] == pytest.approx(0.9747, abs=1e-7)


def test_scenario_points_at_tables_that_exist() -> None:
    file = ROOT / "scenarios" / "us-tiny" / "scenario.yaml"
    tables = yaml.safe_load(file.read_text(encoding="utf-8"))["tables"]
    required = {name for name, table in INPUT_TABLES.items() if table.required}
    assert required <= set(tables)
    assert all((file.parent / path).is_file() for path in tables.values())


def test_scenario_and_its_tables_are_read_without_a_problem() -> None:
    scenario = load_scenario(ROOT / "scenarios" / "us-tiny" / "scenario.yaml")
    tables = read_tables(scenario)
    assert all(len(tables[name].frame) for name in scenario.tables)


def test_data_are_small() -> None:
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) < 8e6


def test_made_from_names_what_was_read() -> None:
    made_from = json.loads((DATA / "us-tiny" / "made_from.json").read_text(encoding="utf-8"))
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert made_from["sha256"]
    for name, digest in made_from["sha256"].items():
        assert re.fullmatch(r"[0-9a-f]{64}", digest)
        assert f"`{name}`" in readme


# --- the script, on made-up files of the same form ---------------------------------------------

ZONES = {"p62": "TX", "p67": "TX", "p99": "VA"}
COUNTIES = {"48039": "p67", "48135": "p62", "51107": "p99", "51143": "p99"}
ATB = {"upv": "", "ons-wind_115hh_170rd": "", "battery_li": "200", "Nuclear-SMR": ""}
CITIES = {"New York City": "NY", "Chicago": "IL", "Dallas": "TX", "Los Angeles": "CA"}
SERVERS = {
    "H200 SXM": "NVIDIA H200-SXM-141GB",
    "B200 SXM (HGX/DGX B200, per GPU)": "NVIDIA B200-SXM-180GB",
    "MI355X": "AMD Instinct MI355X 288GB HBM3e",
}
MONTHS = {f"m{month:02d}": 30 for month in range(1, 12)} | {
    "m12": 33,
    "peak_summer": 1,
    "peak_winter": 1,
}


def made_up_files() -> dict[str, list[list[object]]]:
    """Small files with the columns that the script reads; every figure in them is invented."""
    years = range(2026, 2037)
    return {
        "county_zone.csv": [
            ["fips", "state", "zone", "lat", "lon"],
            *([fips, ZONES[zone], zone, 30.5, -90.5] for fips, zone in COUNTIES.items()),
        ],
        "zones.csv": [["zone", "nercr"], *([zone, "NERC"] for zone in ZONES)],
        "zone_queue_2026_2030.csv": [
            ["zone", "tg", 2026, 2027, 2028, 2029, 2030],
            *([zone, "gas", 0, 1000, 2000, 3000, 4000] for zone in ZONES),
        ],
        "zone_load.csv": [["zone", "peak_mw_2024_est"], *([zone, 1000] for zone in ZONES)],
        "load_growth_aeo2026.csv": [
            ["state", "year", "mult_vs_2024", "case"],
            *(
                [state, y, 1 + 0.01 * (y - 2024), "baseline"]
                for state in ("TX", "VA")
                for y in years
            ),
        ],
        "prm_annual.csv": [["nerc_region", "t", "nerc"], *(["NERC", y, 0.25] for y in years)],
        "zone_gas_price.csv": [
            ["year", "zone", "gas_usd2024_per_mmbtu", "case"],
            *([y, zone, 4.0, "baseline"] for zone in ZONES for y in years),
        ],
        "zone_re_supply_curve.csv": [
            ["zone", "tech", "capacity_mw", "cf"],
            *([zone, tech, 100, 0.3] for zone in ZONES for tech in ("upv", "wind-ons")),
        ],
        "zone_repdays.csv": [
            [
                "zone",
                "day",
                "hour_utc_minus6",
                "weight_days",
                "load_pu",
                "wind_shape",
                "solar_shape",
            ],
            *(
                [zone, day, hour, weight, 1, 1, 2 if 6 <= hour < 18 else 0]
                for zone in ZONES
                for day, weight in MONTHS.items()
                for hour in range(24)
            ),
        ],
        "world_cities_300k_geonames.csv": [
            ["name", "countrycode", "admin1code", "latitude", "longitude"],
            *([name, "US", state, 40.0, -80.0] for name, state in CITIES.items()),
        ],
        **made_up_costs(),
    }


def made_up_costs() -> dict[str, list[list[object]]]:
    results: list[list[object]] = [
        ["MLPerf Inference", "v9", "closed", "available", name, 8, model, scenario, 8000, 8000]
        for name in SERVERS.values()
        for model, scenario in (
            ("llama2-70b-99", "Interactive"),
            ("llama2-70b-99", "Server"),
            ("gpt-oss-120b", "Server"),
        )
    ]
    atb_columns = ["capex_usd2024_per_kw", "capex_usd2024_per_kwh", "fom_usd2024_per_kw_yr"]
    return {
        "tech_costs_atb2024.csv": [
            ["tech", "case", "year", *atb_columns, "fom_usd2024_per_kwh_yr", "vom_usd2024_per_mwh"],
            *(
                [name, "moderate", year, 1071.189, energy, 10.71189, "", 0]
                for name, energy in ATB.items()
                for year in range(2027, 2036)
            ),
        ],
        "accelerators.csv": [
            ["name", "memory_gb", "system_kw_per_accel", "rental_usd_per_hr"],
            *([name, 100, 2.0, 3.0] for name in SERVERS),
        ],
        "throughput.csv": [
            [
                *("source_type", "round_or_date", "division", "availability", "accelerator"),
                *("accelerators", "model", "scenario", "tokens_per_s", "power_w"),
            ],
            *results,
        ],
    }


def write_made_up(folder: Path) -> None:
    folder.mkdir()
    for name, lines in made_up_files().items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)


def run_script(source: Path, out: Path) -> None:
    command = [sys.executable, str(SCRIPT), "--renew", "--source", str(source), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.slow
def test_script_makes_the_same_bytes_twice_and_what_was_worked_out_by_hand(tmp_path: Path) -> None:
    write_made_up(tmp_path / "gathered")
    for out in ("one", "two"):
        run_script(tmp_path / "gathered", tmp_path / out)
    assert bytes_below(tmp_path / "one") == bytes_below(tmp_path / "two")

    shipped = {str(path.relative_to(DATA)) for path in FILES} | {"us-tiny/made_from.json"}
    assert set(bytes_below(tmp_path / "one")) == shipped

    made_from = json.loads((tmp_path / "one" / "us-tiny" / "made_from.json").read_text())
    digest = hashlib.sha256((tmp_path / "gathered" / "zones.csv").read_bytes()).hexdigest()
    assert made_from["sha256"]["zones.csv"] == digest

    # 2030: 4000 MW queued x 0.14 x 0.95 firm / 1.25 = 425.6; others' growth in Texas
    # 1000 x 0.04 x 0.5 = 20; one buyer of twenty-five: 405.6 x 0.04 = 16.224.
    headroom = {
        (row["zone"], row["year"]): float(row["firm_headroom_mw"])
        for row in rows_of(tmp_path / "one" / "us-tiny" / "zone_headroom.csv")
    }
    assert headroom["p67", "2030"] == pytest.approx(16.2, abs=0.05)
    # After 2030 the last step goes on: 5000 MW give 532 - 25 = 507, x 0.04 = 20.28.
    assert headroom["p67", "2031"] == pytest.approx(20.3, abs=0.05)

    # 1071.189 in 2024 dollars is 1000 in 2022 dollars; the battery adds 4 x 200 / 1.071189 = 746.8.
    capex = {
        (row["technology"], row["year"]): float(row["overnight_capex_usd_per_kw"])
        for row in rows_of(tmp_path / "one" / "common" / "power_costs.csv")
    }
    assert capex["solar", "2030"] == 1000
    assert capex["battery-4h", "2030"] == pytest.approx(1746.8)

    # Sun from 6 to 18 at UTC-6 is 12 to 24 UTC, at 0.3 x 2.
    solar = {
        (row["day"], int(row["hour_utc"])): float(row["solar_capacity_factor"])
        for row in rows_of(tmp_path / "one" / "us-tiny" / "operations.csv")
        if row["zone"] == "p67"
    }
    assert [solar["summer", hour] for hour in (0, 10, 12, 22)] == [0, 0, 0.6, 0.6]
