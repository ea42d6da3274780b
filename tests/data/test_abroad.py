"""Sites abroad, groups of countries and export rules as shipped, and the script that makes them."""

from __future__ import annotations

import csv
import datetime as dt
import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from tokenworks.export_rules import RuleBook, rule_book
from tokenworks.exports import UNKNOWN, Shipment, export_status
from tokenworks.frames import rows
from tokenworks.io.tables import read_table
from tokenworks.schema.tables import INPUT_TABLES
from tokenworks.schema.tables_export import EFFECTS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
US = ROOT / "data" / "us"
MAKE = ROOT / "data" / "make"
SETS = ("", "export-diffusion", "export-strict")
RULES = ("export_rules", "export_conditions")
DAYS = (dt.date(2026, 1, 1), dt.date(2027, 1, 1), dt.date(2030, 7, 1), dt.date(2036, 12, 31))


def shipped(name: str, case: str = "") -> pd.DataFrame:
    folder = US / "cases" / case if case and name in RULES else US
    path = next(p for p in (folder / f"{name}.csv", folder / f"{name}.parquet") if p.exists())
    return read_table(INPUT_TABLES[name], path).frame


@pytest.fixture(scope="module")
def sites() -> pd.DataFrame:
    """The sites abroad."""
    frame = shipped("sites")
    return frame[~frame["jurisdiction"].str.startswith("us")]


@pytest.fixture(scope="module")
def operations(sites: pd.DataFrame) -> pd.DataFrame:
    frame = shipped("operations")
    return frame[frame["zone"].isin(sites["zone"])]


@pytest.fixture(scope="module")
def systems() -> list[dict[str, Any]]:
    return [row._asdict() for row in rows(shipped("hardware"))]


def book(case: str) -> RuleBook:
    names = ("jurisdictions", "jurisdiction_groups", *RULES)
    return rule_book({name: shipped(name, case) for name in names})


@pytest.fixture(scope="module")
def books() -> dict[str, RuleBook]:
    return {case: book(case) for case in SETS}


def test_sites_abroad_are_many_and_whole(sites: pd.DataFrame) -> None:
    assert {"ae", "sa", "my", "no", "gb", "in", "jp"} <= set(sites["jurisdiction"])
    assert len(sites) >= 8
    assert sites["zone"].is_unique
    zones = sites["zone"]
    for name in ("zones", "zone_headroom", "tariffs"):
        assert set(zones) <= set(shipped(name)["zone"]), name
    gas = shipped("fuel_prices").query("fuel == 'gas'")
    assert set(zones) <= set(gas["zone"])
    assert set(sites["site"]) <= set(shipped("interconnection_routes")["site"])
    assert set(sites["jurisdiction"]) <= set(shipped("jurisdictions")["jurisdiction"])


def test_coordinates_lie_in_the_right_corner_of_the_world(sites: pd.DataFrame) -> None:
    box = {  # south, north, west, east
        "ae": (22, 27, 51, 57),
        "sa": (16, 33, 34, 56),
        "my": (0, 8, 99, 120),
        "no": (57, 72, 4, 32),
        "gb": (49, 61, -9, 2),
        "in": (7, 36, 68, 98),
        "jp": (24, 46, 122, 147),
        "br": (-34, 6, -74, -34),
        "de": (47, 56, 5, 16),
        "ca": (41, 84, -142, -52),
    }
    for site in rows(sites):
        south, north, west, east = box[site.jurisdiction]
        assert south < site.latitude_deg < north, site.site
        assert west < site.longitude_deg < east, site.site


def test_shells_cost_what_was_published_where_it_was(sites: pd.DataFrame) -> None:
    cost = sites.set_index("jurisdiction")["shell_cost_usd_per_mw"]
    assert cost["jp"] == 15_200_000
    assert cost["gb"] == 12_000_000
    assert cost["de"] == 11_600_000
    named = shipped("figure_sources").query("column == 'shell_cost_usd_per_mw'")
    known = named.set_index("row")["confidence"].to_dict()
    published = {"jp-chiba", "gb-reading", "de-frankfurt"}
    for site in sites["site"]:
        assert known[site] == ("published" if site in published else "assumed")


def test_operations_are_days_of_a_year_with_shapes_of_mean_one(operations: pd.DataFrame) -> None:
    for zone, of_zone in operations.groupby("zone"):
        assert (of_zone.groupby("day")["hour_utc"].apply(sorted).map(len) == 24).all()
        weights = of_zone.groupby("day")["weight_days"].first()
        assert weights.sum() == 365, zone
        assert weights["peak_summer"] == weights["peak_winter"] == 1
        weight = of_zone["weight_days"] / of_zone["weight_days"].sum()
        for column in ("grid_price_shape", "pue_overhead_shape", "load_shape"):
            assert (of_zone[column] * weight).sum() == pytest.approx(1, abs=1e-4)


def test_days_are_those_of_the_united_states(operations: pd.DataFrame) -> None:
    home = shipped("operations").query("zone == 'p67'")
    expected = home.groupby("day")["weight_days"].first().to_dict()
    for _, of_zone in operations.groupby("zone"):
        assert of_zone.groupby("day")["weight_days"].first().to_dict() == expected


def test_the_sun_is_where_it_should_be(operations: pd.DataFrame, sites: pd.DataFrame) -> None:
    at = operations.set_index(["zone", "day", "hour_utc"])["solar_capacity_factor"].sort_index()
    # Narvik, 68.4 degrees north: no sun in midwinter, some of it at midnight (23 UTC) in June.
    assert at["no-narvik", "m12"].max() == 0
    assert at["no-narvik", "m06"][23] > 0
    assert at["ae-abu-dhabi", "m06"][20] == 0
    # Fortaleza, south of the equator, has as much in December as in June, within a tenth.
    summer, winter = at["br-fortaleza", "m12"].sum(), at["br-fortaleza", "m06"].sum()
    assert summer / winter == pytest.approx(1, abs=0.1)
    for site in rows(sites):
        day = at[site.zone, "m03"]
        light = day[day > 0]
        noon = 12 - site.longitude_deg / 15
        angle = [(hour + 0.5 - noon + 12) % 24 - 12 for hour in light.index]
        centre = sum(a * v for a, v in zip(angle, light, strict=True)) / light.sum()
        assert abs(centre) < 0.2, site.site


SKY = {"clear_sky": 0.7, "air_mass_exponent": 0.678}
EQUINOX, SOLSTICE = 81, 172  # 284 + 81 = 365: declination 0; 23.45 degrees at 284 + 172 = 456


@pytest.fixture
def solar(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """The script's clear-sky curve of a tracker, by latitude, longitude, days and shapes."""
    forget_scripts()  # other tests import modules of these names from elsewhere
    monkeypatch.syspath_prepend(str(MAKE))
    # By its name: the package's own `operations` is the function of that module.
    yield importlib.import_module("abroad.operations").solar
    forget_scripts()


def forget_scripts() -> None:
    names = {path.stem for path in MAKE.iterdir()}
    for name in [name for name in sys.modules if name.split(".")[0] in names]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("latitude", "longitude", "day", "hour", "expected"),
    [
        # Equinox, noon (12.5 UTC at 7.5 W), 60 N: the sine of elevation is cos 60 = 0.5, 2 air
        # masses; 2^0.678 = 1.5999, 0.7^1.5999 = 0.56516. Northward -sin 60: x sqrt(1 - 0.75).
        (60, -7.5, EQUINOX, 12, 0.56516 * 0.5),
        (60, 97.5, EQUINOX, 5, 0.56516 * 0.5),  # 97.5 E: noon at 5.5 UTC
        # Four hours later on the equator, 60 degrees: again 0.5, and nothing is northward.
        (0, -7.5, EQUINOX, 16, 0.56516),
        # The same hour at 60 N: sine 0.25; 4^0.678 = 2.5597, 0.7^2.5597 = 0.40132; northward
        # -0.86603 x 0.5: x sqrt(1 - 0.1875) = 0.90139.
        (60, -7.5, EQUINOX, 16, 0.40132 * 0.90139),
        (60, -7.5, EQUINOX, 8, 0.40132 * 0.90139),
        # Solstice, noon, 53.45 N: 30 degrees from the zenith; 1.1547 air masses, ^0.678 = 1.1024,
        # 0.7^1.1024 = 0.67489; northward -sin 30: x sqrt(0.75).
        (53.45, -7.5, SOLSTICE, 12, 0.67489 * 0.86603),
        # As far south it is winter: elevation 90 - 76.9, sine 0.22665; 4.4121^0.678 = 2.7354,
        # 0.7^2.7354 = 0.37693; northward sin 76.9: x 0.22665.
        (-53.45, -7.5, SOLSTICE, 12, 0.37693 * 0.22665),
        # 53.45 N at 18.5, a quarter of a turn on: sine 0.80334 x 0.39795 = 0.31969, 3.1280 masses,
        # ^0.678 = 2.1667, 0.46172; northward 0.59552 x 0.39795 = 0.23699: x 0.97151.
        (53.45, -7.5, SOLSTICE, 18, 0.46172 * 0.97151),
        (60, -7.5, EQUINOX, 0, 0.0),  # midnight
        (60, -7.5, EQUINOX, 19, 0.0),  # 105 degrees: below the horizon
    ],
)
def test_the_sun_by_hand(
    solar: Callable[..., Any],
    latitude: float,
    longitude: float,
    day: int,
    hour: int,
    expected: float,
) -> None:
    found = solar(latitude, longitude, np.array([float(day)]), SKY)[0, hour]
    assert found == pytest.approx(expected, abs=2e-4)


def test_the_sky_is_that_of_the_script_by_hand() -> None:
    shapes = yaml.safe_load((MAKE / "abroad/hand/sites.yaml").read_text(encoding="utf-8"))["shapes"]
    assert {name: shapes[name] for name in SKY} == SKY


def test_the_peak_of_net_load_is_on_a_peak_day(operations: pd.DataFrame) -> None:
    for _, of_zone in operations.groupby("zone"):
        assert of_zone.loc[of_zone["net_load_mw"].idxmax(), "day"].startswith("peak_")


def test_states_and_countries_have_their_place() -> None:
    frame = shipped("jurisdictions").set_index("jurisdiction")
    states = frame[frame["parent"] == "us"]
    assert len(states) == 51
    assert set(frame.loc[~frame.index.isin(states.index), "parent"]) == {""}
    assert set(shipped("regions")["jurisdiction"]) <= {*frame.index, ""}


def test_members_of_groups_are_jurisdictions_and_said_to_be_unchecked() -> None:
    groups = shipped("jurisdiction_groups")
    assert set(groups["jurisdiction"]) <= set(shipped("jurisdictions")["jurisdiction"])
    assert set(groups["confidence"]) == {"assumed"}
    assert groups["note"].str.contains("check against").all()
    assert len(groups.query("group == 'diffusion-tier-1'")) == 18


@pytest.mark.parametrize("case", SETS)
def test_rules_name_groups_and_conditions_name_rules(case: str) -> None:
    rules, conditions = (shipped(name, case) for name in RULES)
    groups = {*shipped("jurisdiction_groups")["group"], ""}
    assert set(rules["destination_group"]) | set(rules["headquarters_group"]) <= groups
    assert set(conditions["rule"]) <= set(rules["rule"])
    # The rule that lets through what no other one holds is there, and comes last.
    last = rules.sort_values("precedence_index").iloc[0]
    assert (last["rule"], last["effect"], last["destination_group"]) == ("elsewhere", "allowed", "")


@pytest.mark.parametrize("case", SETS)
def test_every_system_has_a_status_everywhere(
    case: str, books: dict[str, RuleBook], systems: list[dict[str, Any]], sites: pd.DataFrame
) -> None:
    places = {*sites["jurisdiction"], "us", "us-tx", "cn", "sg", "br"}
    for system, place, day in product(systems, sorted(places), DAYS):
        status = export_status(system, Shipment(place, day), books[case])
        where = (case, system["system"], place, day)
        assert status.effect in (*EFFECTS, UNKNOWN), where
        assert bool(status.rules) != place.startswith("us"), where
        if status.effect == UNKNOWN:
            assert status.not_stated, where
        if place.startswith("us") or place == "no":
            assert status.effect == "allowed", where


def test_the_emirates_differ_between_the_sets(
    books: dict[str, RuleBook], systems: list[dict[str, Any]]
) -> None:
    high = [row for row in systems if row["tpp"] >= 21_000]
    assert high
    expected = {"": "licence", "export-diffusion": "quota", "export-strict": "denied"}
    for case, effect in expected.items():
        for row in high:
            status = export_status(row, Shipment("ae", dt.date(2028, 1, 1)), books[case])
            assert status.effect == effect, (case, row["system"])


def test_known_chips_fall_where_the_law_puts_them(
    books: dict[str, RuleBook], systems: list[dict[str, Any]]
) -> None:
    by_tpp = {round(row["tpp"]): row for row in systems if row["tpp"] == row["tpp"]}
    for tpp, emirates, china in [(15_832, "licence", "licence"), (2_368, "allowed", "licence")]:
        for place, expected in (("ae", emirates), ("cn", china)):
            status = export_status(by_tpp[tpp], Shipment(place, dt.date(2027, 1, 1)), books[""])
            assert status.effect == expected, (tpp, place)


def write(path: Path, head: tuple[str, ...], lines: list[tuple[Any, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *lines])


@pytest.fixture
def excerpt(tmp_path: Path) -> Path:
    """Small files in the format of the sources, with the places that the script asks for."""
    source = tmp_path / "source"
    source.mkdir()
    countries = shipped("jurisdictions").query("parent == ''")
    write(
        source / "countries_geonames.csv",
        ("iso", "name"),
        [(row.jurisdiction.upper(), row.name) for row in rows(countries)],
    )
    hand = yaml.safe_load((MAKE / "abroad/hand/sites.yaml").read_text(encoding="utf-8"))
    at = shipped("sites").set_index("site")[["latitude_deg", "longitude_deg"]]
    cities, ports = [], [("XXFAR", 0.0, 0.0)]
    for site in hand["sites"]:
        place, where = site["place"], tuple(at.loc[site["site"]])
        if "port" in place:
            ports.append((place["port"], *where))
        else:
            cities.append((place["city"], place["country"], *where))
    city_columns = ("name", "countrycode", "latitude", "longitude")
    write(source / "world_cities_300k_geonames.csv", city_columns, cities)
    write(source / "ports_world_searoute.csv", ("port", "lat", "lon"), ports)
    days = [(day, 1 if day.startswith("peak") else 30) for day in hand["day_of_year"]]
    lines = [("p1", *day) for day in days]
    write(source / "zone_repdays.csv", ("zone", "day", "weight_days"), lines)
    return source


def make(source: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, MAKE / "us.py", "--source", source, "--out", source.parent / "data"]
    command += ["--only", "abroad", "--record", source.parent / "record.yaml", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_script_makes_the_tables_from_excerpts(excerpt: Path) -> None:
    answer = make(excerpt, "--renew")
    assert answer.returncode == 0, answer.stderr
    made = excerpt.parent / "data" / "us"
    for name in ("jurisdictions", "jurisdiction_groups", *RULES):
        for case in ("", *(f"cases/{case}/" for case in SETS if case and name in RULES)):
            path = f"{case}{name}.csv"
            assert (made / path).read_bytes() == (US / path).read_bytes(), path
    sites = read_table(INPUT_TABLES["sites"], made / "sites.csv").frame.set_index("site")
    # Of the two ports of the excerpt one is Narvik's, the other in the Gulf of Guinea.
    assert sites.index[sites["waterfront"]].tolist() == ["no-narvik"]
    slices = read_table(INPUT_TABLES["operations"], made / "operations.parquet").frame
    assert len(slices) == len(sites) * 14 * 24


def test_a_changed_file_or_column_is_refused(excerpt: Path) -> None:
    answer = make(excerpt)
    assert answer.returncode != 0
    assert "ports_world_searoute.csv: its sha256 is" in answer.stderr
    ports = excerpt / "ports_world_searoute.csv"
    ports.write_text(ports.read_text(encoding="utf-8").replace("lon", "longitude"), "utf-8")
    answer = make(excerpt, "--renew")
    assert answer.returncode != 0
    assert "ports_world_searoute.csv: no column lon" in answer.stderr


def test_sites_abroad_need_permits_as_those_at_home_do() -> None:
    routes, technologies = shipped("permit_routes"), shipped("power_technologies")
    reactors = set(technologies.loc[technologies["fuel"] == "uranium", "technology"])
    places = shipped("sites")["jurisdiction"]
    for country in sorted(set(places[~places.str.startswith("us")])):
        mine = routes[routes["jurisdiction"] == country].groupby("requirement")["asset"].agg(set)
        assert mine["air"] == {"stacks"}
        assert mine["nuclear"] == reactors
        assert mine["building"] == {"site"}
