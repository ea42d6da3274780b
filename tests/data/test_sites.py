"""The shipped sites and layers, and the scripts that make them, on small made-up files."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import yaml

from tokenworks.geo.provenance import figure_sources
from tokenworks.geo.screening import KEPT
from tokenworks.io.map_layers import layer_folder
from tokenworks.io.tables import read_table
from tokenworks.report.sites import screen_sites
from tokenworks.schema.tables import INPUT_TABLES
from tokenworks.schema.tables_screening import SCREENING_TABLES

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "data" / "us"
MAKE = ROOT / "data" / "make"
FEWEST, FEWEST_ZONES = 80, 30
LARGEST_LAYERS = 1_500_000
COUNTIES = 3109
ZONES = 134


def table(name: str) -> pd.DataFrame:
    return read_table(INPUT_TABLES[name], SHIPPED / f"{name}.csv").frame


def layer(name: str, ending: str) -> pd.DataFrame:
    return read_table(SCREENING_TABLES[name], layer_folder() / f"{name}{ending}").frame


def domestic(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["jurisdiction"].str.startswith("us-")].reset_index(drop=True)


@pytest.fixture(scope="module")
def screened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("screened")
    screen_sites(folder / "sites.csv")
    return folder


def test_the_shipped_candidates_are_enough_and_spread() -> None:
    sites = domestic(table("sites"))
    assert len(sites) >= FEWEST
    assert sites["zone"].nunique() >= FEWEST_ZONES
    assert set(sites["zone"]) <= set(table("zones")["zone"])
    assert set(sites["jurisdiction"]) <= set(table("jurisdictions")["jurisdiction"])


def test_no_figure_of_a_shipped_candidate_is_blank() -> None:
    sites = domestic(table("sites"))
    blank = {name for name in INPUT_TABLES["sites"].figures if sites[name].isna().any()}
    # A blank of these says that nothing is rented, and that systems enter at any rate.
    assert blank == {"lease_usd_per_kw_month", "commissioning_mw_per_month"}


def test_the_shipped_tables_are_what_the_command_writes(screened: Path) -> None:
    mine = read_table(INPUT_TABLES["sites"], screened / "sites.csv").frame
    shipped = domestic(table("sites"))
    pd.testing.assert_frame_equal(shipped, mine.reset_index(drop=True))
    path = screened / "sites.interconnection_routes.csv"
    routes = read_table(INPUT_TABLES["interconnection_routes"], path).frame.reset_index(drop=True)
    ours = table("interconnection_routes")
    ours = ours[ours["site"].isin(shipped["site"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(ours, routes)


def test_the_shipped_figure_sources_are_what_the_command_writes() -> None:
    hand = yaml.safe_load((MAKE / "sites" / "hand" / "sources.yaml").read_text(encoding="utf-8"))
    assert hand["figure_sources"] == figure_sources()
    known = set(table("sources")["source_id"])
    assert {row["source"] for row in figure_sources()} - {""} <= known


def test_layers_are_small_and_whole() -> None:
    files = [path for path in layer_folder().iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) < LARGEST_LAYERS
    counties, landmarks = layer("counties", ".parquet"), layer("landmarks", ".csv")
    assert len(counties) == COUNTIES
    assert counties["county_fips"].is_unique
    zones = gpd.read_parquet(layer_folder() / "zones.parquet")
    assert set(counties["zone"]) == set(zones["zone"])
    assert len(zones) == ZONES
    assert zones.is_valid.all()
    assert landmarks["kind"].value_counts()["port"] == 150
    assert (landmarks["capacity_mw"].isna() == (landmarks["kind"] == "port")).all()
    lines = gpd.read_parquet(layer_folder() / "lines.parquet")
    assert set(lines["line_kv"]) == {230, 345, 500, 765}
    # 102,000 km of 345 kV and 48,000 km of 500 kV before simplifying, some of it abroad.
    km = lines.length.groupby(lines["line_kv"]).sum() / 1000
    assert km[345] == pytest.approx(102_000, rel=0.1)
    assert km[500] == pytest.approx(48_000, rel=0.1)


def test_totals_of_the_counties_that_anyone_can_check() -> None:
    counties = layer("counties", ".parquet")
    # U.S. electricity use of 2024 is about 4,170 TWh with Alaska and Hawaii (15 TWh).
    assert counties["annual_load_mwh"].sum() / 1e6 == pytest.approx(4170, rel=0.02)
    # 331 to 340 million people, 7.66 million km2 of land.
    assert counties["population_count"].sum() / 1e6 == pytest.approx(332, rel=0.03)
    assert counties["area_km2"].sum() / 1e6 == pytest.approx(7.8, rel=0.03)


@pytest.mark.parametrize(
    ("county_fips", "attainment", "restricted"),
    [
        ("48201", "nonattainment", False),  # Harris County, Texas
        ("06037", "nonattainment", True),  # Los Angeles
        ("29071", "nonattainment", False),  # Franklin County, Missouri, in part
        ("09110", "nonattainment", False),  # a planning region of Connecticut
        ("48141", "attainment", False),  # El Paso, listed only after February 2021
        ("36059", "nonattainment", True),  # Nassau County, New York, restricted as a county
    ],
)
def test_single_counties(county_fips: str, attainment: str, restricted: bool) -> None:
    counties = layer("counties", ".parquet").set_index("county_fips")
    assert counties.loc[county_fips, "attainment"] == attainment
    assert bool(counties.loc[county_fips, "nuclear_restricted"]) is restricted


def test_every_figure_of_the_layers_has_a_source() -> None:
    known = set(table("sources")["source_id"])
    own = read_table(INPUT_TABLES["figure_sources"], layer_folder() / "figure_sources.csv").frame
    assert set(own["source"]) <= known
    for name, ending in (("counties", ".parquet"), ("landmarks", ".csv")):
        assert set(layer(name, ending)["source"]) <= known
        columns = own.loc[own["table"] == name, "column"]
        assert set(columns) <= set(SCREENING_TABLES[name].names)


def test_the_outcome_of_every_county_is_told(screened: Path) -> None:
    outcomes = pd.read_csv(screened / "sites.outcomes.csv")
    assert len(outcomes) == COUNTIES
    assert outcomes["outcome"].notna().all()
    assert (outcomes["outcome"] == KEPT).sum() == len(domestic(table("sites")))


# --- the scripts, on made-up files --------------------------------------------------------------


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Modules of data/make, imported as its scripts do, and forgotten again."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(MAKE))
    from gathered import Gathered  # noqa: PLC0415
    from sites import attainment, layers  # noqa: PLC0415

    yield SimpleNamespace(attainment=attainment, layers=layers, Gathered=Gathered)
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(MAKE) in str(
            sys.modules[name].__file__
        ):
            del sys.modules[name]


GREEN_BOOK = """\
pollutant,revoked_naaqs,state_name,st_abbr,fips_state,fips_cnty,countyname,pw_2020,pw_2021,exportdt
8-Hour Ozone (2008),,TEXAS,TX,48,473,Waller Co,W,W,2/28/21
8-Hour Ozone (2015),,TEXAS,TX,48,201,Harris Co,W,W,2/28/21
8-Hour Ozone (2015),,WISCONSIN,WI,55,029,Door Co,P,,2/28/21
8-Hour Ozone (2015),,WISCONSIN,WI,55,059,Kenosha Co,P,P,2/28/21
8-Hour Ozone (2015),,CONNECTICUT,CT,09,001,Fairfield Co,W,W,2/28/21
"""


def test_the_green_book_is_read_by_standard_and_year(make: Any, tmp_path: Path) -> None:
    path = tmp_path / "phistory.csv"
    path.write_text(GREEN_BOOK, encoding="utf-8")
    listed = make.attainment.read_history(path, 2021)
    assert listed == {"whole": {"09": ["001"], "48": ["201"]}, "part": {"55": ["059"]}}
    counties = ["09110", "48201", "48473", "55059"]
    found = make.attainment.nonattainment(listed, counties)
    assert found == {"09110", "48201", "55059"}
    with pytest.raises(KeyError, match="55059"):
        make.attainment.nonattainment(listed, counties[:3])
    with pytest.raises(KeyError, match="pw_2025"):
        make.attainment.read_history(path, 2025)
    path.write_text(GREEN_BOOK.replace("W,W", "W,X"), encoding="utf-8")
    with pytest.raises(ValueError, match="X"):
        make.attainment.read_history(path, 2021)


def write(path: Path, *lines: list[Any]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


def made_up(folder: Path, make: Any) -> Any:
    """Excerpts in the form of the source files; every figure is invented."""
    queue = ["battery", "biomass", "coal", "csp", "gas", "geothermal", "h2", "hydro", "nuclear"]
    queue += ["pumped-hydro", "pv", "wind-ofs", "wind-ons"]
    zone = ["fips", "county_name", "state", "zone", "lat", "lon", "area_km2", "population"]
    write(
        folder / "county_zone.csv",
        zone,
        ["48201", "harris", "TX", "p1", 29.9, -95.4, 4400, 4_400_000],
        ["48473", "waller", "TX", "p1", 30.0, -96.0, "", 50_000],
        ["11001", "district of columbia", "MD", "p2", 38.9, -77.0, 160, 690_000],
    )
    codes = ["48201", "48473", "11001"]
    write(
        folder / "county_siting.csv", ["fips", "risk_score"], *zip(codes, [50, "", 9], strict=True)
    )
    write(
        folder / "county_load_2024.csv",
        ["fips", "mwh_2024"],
        *zip(codes, [100, 20, 3], strict=True),
    )
    write(folder / "county_queue_2030.csv", ["fips", *queue], ["48201", *[1.5] * len(queue)])
    sun = ["fips", "upv_mw", "upv_cf_mean", "wind-ons_mw", "wind-ons_cf_mean"]
    write(folder / "county_re_potential.csv", sun, ["48473", 900, 0.25, "", ""])
    costs = ["COMBINED_CYCLE|FUEL_CELL", "NUCLEAR", "fips"]
    rows = [[-0.05, 0.01, code] for code in codes]
    write(folder / "county_capcost_multiplier_diff.csv", costs, *rows)
    water = [["water_source", "sc_cat", "zone", "value"]]
    for name in ("fsu", "fg", "fsa", "ww", "sg"):
        water.append([name, "cap", "p1", 600 if name in ("fsu", "fg") else 0])
        water.append([name, "cap", "p2", 400 if name in ("fsa", "ww", "sg") else 0])
        water.append([name, "cost", "p2", 9999])
    write(folder / "zone_water_access.csv", *water)
    write(folder / "state_nuclear_restrictions.csv", ["scope", "code"], ["county", "48473"])
    return make.Gathered(folder, renew=True, record=folder / "none.yaml")


def test_county_rows_by_hand(make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gathered = made_up(tmp_path, make)
    listed = {"whole": {"48": ["201"]}, "part": {}, "assumed_area_km2": {"48473": 100}}
    monkeypatch.setattr(make.layers, "hand_entered", lambda *_: listed)
    washington, harris, waller = make.layers.county_rows(gathered)
    assert (washington["state"], washington["name"]) == ("dc", "District of Columbia, DC")
    assert harris["population_per_km2"] == 1000  # 4.4 million on 4,400 km2
    # No area is in the file: that by hand, 50,000 people on 100 km2.
    assert (waller["population_per_km2"], waller["area_km2"]) == (500, 100)
    assert waller["hazard_index"] == 50  # the mean of the state
    assert harris["queue_2030_mw"] == 19.5  # 13 kinds of 1.5 MW
    # 600 + 600 of fresh water; else 3 x 400 of other.
    assert (harris["water"], washington["water"]) == ("fresh", "limited")
    assert (harris["attainment"], waller["attainment"]) == ("nonattainment", "attainment")
    assert (harris["nuclear_restricted"], waller["nuclear_restricted"]) == (False, True)
    assert (harris["capital_cost_ratio"], harris["nuclear_cost_ratio"]) == (0.95, 1.01)
    assert (waller["solar_potential_mw"], harris["solar_potential_mw"]) == (900, 0)


def test_a_lost_column_is_refused(make: Any, tmp_path: Path) -> None:
    gathered = made_up(tmp_path, make)
    write(tmp_path / "county_load_2024.csv", ["fips", "twh"], ["48201", 1])
    with pytest.raises(SystemExit, match=r"county_load_2024\.csv: no column mwh_2024"):
        make.layers.county_rows(gathered)


def test_landmarks_by_hand(make: Any, tmp_path: Path) -> None:
    write(
        tmp_path / "us_power_plants_202311.csv",
        ["plant_code", "plant_name", "gas_cc", "gas_ct", "gas_other", "nuclear", "longitude",
         "latitude"],
        ["1", "Small", 50, 49.9, "", "", -98, 40],
        ["2", "Large", 50, 50, "", "", -98, 40],
        ["3", "Both", "", "", 120, 900, -98, 41],
    )  # fmt: skip
    ports = ["port", "port_name", "type", "lat", "lon"]
    write(tmp_path / "ports_usace_principal.csv", ports, ["9", "Quay", "I", 40, -97])
    gathered = make.Gathered(tmp_path, renew=True, record=tmp_path / "none.yaml")
    rows = make.layers.landmark_rows(gathered)
    assert [(row["landmark"], row["capacity_mw"], row["port_kind"]) for row in rows] == [
        ("gas-plant-2", 100.0, ""),
        ("gas-plant-3", 120.0, ""),
        ("nuclear-plant-3", 900.0, ""),
        ("port-9", "", "inland"),
    ]


def test_lines_abroad_and_of_direct_current_are_left_out(make: Any, tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {
            "volt": ["345", "DC", "220-287", "345"],
            "geometry": [
                shapely.LineString([(-98.0, 40.0), (-97.0, 40.0)]),
                shapely.LineString([(-98.0, 40.0), (-97.0, 40.0)]),
                shapely.LineString([(-150.0, 61.0), (-150.1, 61.1)]),
                shapely.LineString([(-98.0, 40.0), (-97.0, 40.0)]),
            ],
        },
        crs="EPSG:4326",
    )
    frame.to_file(tmp_path / "hv_transmission_hifld_simplified.geojson", driver="GeoJSON")
    zones = gpd.GeoDataFrame(
        {"zone": ["p1"], "geometry": [shapely.box(-99, 39, -96, 41)]}, crs="EPSG:4326"
    ).to_crs("EPSG:5070")
    gathered = make.Gathered(tmp_path, renew=True, record=tmp_path / "none.yaml")
    lines = make.layers.high_voltage_lines(gathered, zones)
    assert lines["line_kv"].tolist() == [345]  # and the line that stood twice stands once
    assert lines.length.iloc[0] == pytest.approx(85_400, rel=0.01)


def test_a_county_whose_area_nobody_knows_is_refused(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gathered = made_up(tmp_path, make)
    listed = {"whole": {"48": ["201"]}, "part": {}, "assumed_area_km2": {}}
    monkeypatch.setattr(make.layers, "hand_entered", lambda *_: listed)
    with pytest.raises(ValueError, match=r"without an area.*48473"):
        make.layers.county_rows(gathered)
