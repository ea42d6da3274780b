"""Extracts from the ReEDS model's files, in their own form.

Excerpts: all headers are real, and so are the rows of zones, hashes, limits and interfaces, of
reserve margins, emissions, outages, lives, building times and regional cost, cut to a few. Made up,
so that results can be worked out by hand: county shapes (rectangles), loads, shares, weights,
prices, deflators, new lines, direct-current lines, the queue, water and the list of bans.
"""

from __future__ import annotations

import hashlib
import importlib
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import pandas as pd
import pytest
import shapely

MAKE = Path(__file__).parents[2] / "data" / "make"
DELAWARE = "a182e260da3f30b54260bf499f0db584"
JERSEY = "9f7e16bb747b8f99aefaf75261613b71"
# West, south, east, north of made-up rectangles that stand for counties.
COUNTIES = {
    "10001": (-75.8, 39.0, -75.4, 39.3),
    "10003": (-75.8, 39.3, -75.4, 39.8),
    "10005": (-75.8, 38.4, -75.4, 39.0),
    "34001": (-75.0, 39.3, -74.4, 39.8),
}
ZONES = "reeds/inputs/zones/z134"
LINES = "reeds/inputs/transmission"
PLANT = "reeds/inputs/plant_characteristics"
FILES = {
    f"{ZONES}/county2zone.csv": "FIPS,r\n34001,p126\n10001,p125\n10003,p125\n10005,p125\n",
    f"{ZONES}/hierarchy.csv": (
        "r,nercr,transreg,transgrp,st,interconnect,hurdlereg,aggreg\n"
        "p125,PJM,PJM,PJM_East,DE,eastern,PJM,p125\np126,PJM,PJM,PJM_East,NJ,eastern,PJM,p126\n"
    ),
    f"{ZONES}/zonehash.csv": (
        f"r,md5,node_lat,node_lon\np125,{DELAWARE},38.98534827,-75.49933961\n"
        f"p126,{JERSEY},40.17966937,-74.66277334\n"
    ),
    f"{ZONES}/interfaces_r.csv": "interconnect,interface\neastern,p125~~p126\n",
    f"{ZONES}/b2b.csv": "r,rr,MW\np20,p35,200\n",
    "reeds/inputs/zones/county_state.csv": (
        "FIPS,county_name,state\n10001,kent,DE\n10003,new castle,DE\n10005,sussex,DE\n"
        "34001,atlantic,NJ\n"
    ),
    "reeds/inputs/zones/state_groups.csv": (
        "st,country,cendiv,usda_region,h2ptcreg,gasreg\n"
        "DE,USA,South_Atlantic,northeast,MidAtlantic,South_Atlantic\n"
        "NJ,USA,Mid_Atlantic,northeast,MidAtlantic,Mid_Atlantic\n"
    ),
    "reeds/inputs/disaggregation/county_state_lpf.csv": (
        "FIPS,value\np10001,0.2\np10003,0.5\np10005,0.3\np34001,1.0\n"
    ),
    "reeds/inputs/load/EIA_loadbystate.csv": (
        "year,st,MWh\n2023,DE,900\n2023,NJ,1900\n2024,DE,1000\n2024,NJ,2000\n"
    ),
    "fema/NRI_Table_Counties.csv": (
        "STCOFIPS,POPULATION\n10001,100\n10003,200\n10005,300\n34001,400\n"
    ),
    "reeds/inputs/financials/deflator.csv": (
        "*Dollar.Year,Deflator\n2022,0.66\n2024,0.6\n2025,0.54\n"
    ),
    f"{LINES}/itl_NARIS.csv": (
        "md5_from,md5_to,MW_forward,MW_reverse\n"
        f"cbecf7f8ad2b6aed586ae7818efa528d,{JERSEY},343.1,278.4\n{JERSEY},{DELAWARE},2578.4,2415.6\n"
    ),
    f"{LINES}/transmission_cost_distance.csv": (
        "start,end,polarity,voltage,cost_MUSD,length_miles\n"
        f"{DELAWARE},{JERSEY},ac,230,90,40\n{JERSEY},{DELAWARE},ac,500,200,45\n"
        f"{DELAWARE},{JERSEY},dc,500,1,1\n"
    ),
    f"{LINES}/dollaryear.csv": "filename,US_dollar_year\ntransmission_cost_distance.csv,2024\n",
    f"{LINES}/hvdc_existing.csv": (
        "name,MW,year_online,trtype,certain,from_lon,from_lat,to_lon,to_lat\n"
        "across,660,2007,LCC,1,-75.6,39.5,-74.7,39.5\nwithin,400,2010,LCC,1,-75.6,39.5,-75.6,38.5\n"
    ),
    f"{LINES}/hvdc_planned-baseline.csv": (
        "name,MW,year_online,trtype,certain,from_lon,from_lat,to_lon,to_lat\n"
    ),
    "reeds/inputs/fuelprices/cendivweights.csv": (
        "r,Mid_Atlantic,South_Atlantic,MEX\n"
        "p10001,1,0,0\np10003,0.25,0.75,0\np10005,0,0.5,0\np34001,1,0,0\n"
    ),
    "reeds/inputs/fuelprices/dollaryear.csv": (
        "Scenario,Dollar.Year\nAEO_2026_HOG,2025\nAEO_2026_LOG,2025\nAEO_2026_baseline,2025\n"
    ),
    **{
        f"reeds/inputs/fuelprices/ng_AEO_2026_{case}.csv": (
            "year,Mid_Atlantic,South_Atlantic\n2023,9,9\n2024,2,4\n"
        )
        for case in ("baseline", "HOG", "LOG")
    },
    "reeds/inputs/reserves/prm_annual.csv": (
        "*nercr,t,static,nerc\nMISO,2026,0.081,0.081\nMISO,2027,0.081,0.083\n"
    ),
    "reeds/inputs/capacity_exogenous/interconnection_queues.csv": (
        "r,tg,2026,2027,2028,2029,2030\n"
        "p10001,gas,1902.0,1902.0,1902.0,1902.0,1902.0\np10001,h2,0.0,0.0,0.0,0.0,0.0\n"
        "p10003,gas,0.0,0.0,100.0,200.0,300.0\np34001,pv,80.0,80.0,80.0,80.0,80.0\n"
    ),
    "reeds/inputs/waterclimate/wat_access_cap_cost.csv": (
        "*WatAccessAvail - water access available (Mgal/year),,,\nwst,cap_cost,P1,P2\n"
        "fsu,cap,0,2108105\n*WatAccessCost - cost of water access (2004$/Mgal),,,\n"
        "fg,cost,41.9,\n"
    ),
    "reeds/inputs/techs/techs_banned.yaml": (
        "nuclear:\n  st: [OR, CA]\n  county: [36059]\ncaes:\n  st: [DE]\n"
    ),
    "reeds/inputs/emission_constraints/emitrate.csv": (
        "i,etype,vg,SO2,NOx,CO2,N2O,CH4\n"
        "gas-CC,process,init,1.50E-06,9.07E-06,5.31E-02,1.00E-07,1.00E-06\n"
    ),
    "reeds/inputs/financials/reg_cap_cost_diff_default.csv": (
        "r,BATTERY|PVB,COAL|BIO,COMBINED_CYCLE|FUEL_CELL,COMBUSTION_TURBINE|CONSUME|LFILL|OGS,"
        "NUCLEAR,CSP\np01001,0.0113,-0.0237,-0.0236,-0.0204,-0.0033,-0.0128\n"
    ),
    "reeds/inputs/financials/construction_times_default.csv": (
        "i,t_online,construction_time\nCSP,2025,4\nCSP,2026,3\nGas-CC,2025,3\n"
    ),
    f"{PLANT}/outage_forced_static.csv": "Gas-CC,0.05\nbattery_li,0.02\n",
    f"{PLANT}/outage_scheduled_static.csv": "Gas-CC,0.1\n",
    f"{PLANT}/maxage.csv": "Gas-CC,55",
}


def put(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def extract(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(MAKE)
    return importlib.import_module("extract")


def county_shapes(folder: Path) -> None:
    """Write the rectangles as the Census Bureau offers its shapes: a shapefile in a zip."""
    folder.mkdir()
    shapes = gpd.GeoDataFrame(
        {"GEOID": list(COUNTIES)},
        geometry=[shapely.box(*corners) for corners in COUNTIES.values()],
        crs="EPSG:4269",
    )
    shapes.to_file(folder / "cb_2023_us_county_500k.shp")
    parts = sorted(folder.iterdir())
    with zipfile.ZipFile(folder / "cb_2023_us_county_500k.zip", "w") as archive:
        for part in parts:
            archive.write(part, part.name)
            part.unlink()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    put(folder, FILES)
    county_shapes(folder / "census")
    return folder


@pytest.fixture
def made(
    extract: ModuleType, source: Path, tmp_path: Path
) -> Callable[[str], list[dict[str, object]]]:
    """Rows of one extract, made from the excerpts."""

    def make(name: str) -> list[dict[str, object]]:
        out, record = tmp_path / "out", tmp_path / "record.yaml"
        options = ["--source", source, "--out", out, "--only", name, "--record", record, "--renew"]
        extract.main([str(option) for option in options])
        text = dict.fromkeys(("fips", "code"), str)
        return pd.read_csv(out / name, dtype=text).to_dict("records")

    return make


def test_a_zone_is_named_by_the_hash_of_its_counties() -> None:
    named = hashlib.md5(b"10001,10003,10005", usedforsecurity=False).hexdigest()
    assert named == DELAWARE


def test_counties(made: Callable[[str], list[dict[str, object]]]) -> None:
    rows = made("county_zone.csv")
    assert [row["fips"] for row in rows] == ["10001", "10003", "10005", "34001"]
    kent = rows[0]
    assert (kent["county_name"], kent["state"], kent["zone"]) == ("kent", "DE", "p125")
    assert (kent["lat"], kent["lon"]) == pytest.approx((39.15, -75.6), abs=0.01)
    # 0.3 x 0.4 degrees at 39.15 north: 0.3 * 111.0 km by 0.4 * 111.3 km * cos 39.15 = 1,150 km2
    assert kent["area_km2"] == pytest.approx(1150, rel=0.005)
    assert (kent["population"], kent["state_load_share"]) == (100, 0.2)


def test_zones(made: Callable[[str], list[dict[str, object]]]) -> None:
    delaware, jersey = made("zones.csv")
    assert (delaware["zone"], delaware["state"], delaware["cendiv"]) == (
        "p125",
        "DE",
        "South_Atlantic",
    )
    assert (delaware["lat"], delaware["lon"]) == (38.98534827, -75.49933961)
    assert (delaware["population"], delaware["n_counties"]) == (600, 3)
    assert jersey["interconnect"] == "eastern"


def test_links_take_limits_and_lines_either_way_round(
    made: Callable[[str], list[dict[str, object]]],
) -> None:
    ac, b2b, hvdc = made("zone_links.csv")
    assert (ac["zone_from"], ac["zone_to"], ac["type"]) == ("p125", "p126", "AC")
    assert (ac["mw_forward"], ac["mw_reverse"]) == (2415.6, 2578.4)
    assert (ac["new_line_kv"], ac["new_line_miles"], ac["new_line_cost_musd2024"]) == (500, 45, 200)
    assert (b2b["zone_from"], b2b["zone_to"], b2b["mw_forward"], b2b["interconnect"]) == (
        "p20",
        "p35",
        200,
        "inter",
    )
    assert (hvdc["name"], hvdc["zone_from"], hvdc["zone_to"], hvdc["mw_reverse"]) == (
        "across",
        "p125",
        "p126",
        660,
    )


def test_gas_price(made: Callable[[str], list[dict[str, object]]]) -> None:
    rows = made("zone_gas_price.csv")
    # Counties of p125 pay 2, 0.25 * 2 + 0.75 * 4 = 3.5 and 4 with loads of 200, 500 and 300 MWh:
    # 0.4 + 1.75 + 1.2 = 3.35 dollars of 2025, each 0.54 / 0.6 = 0.9 of 2024: 3.015. p126 pays 2.
    prices = {(row["zone"], row["case"]): row["gas_usd2024_per_mmbtu"] for row in rows}
    assert len(rows) == 6
    assert prices["p125", "baseline"] == prices["p125", "HOG"] == 3.015
    assert prices["p126", "LOG"] == 1.8
    assert {row["year"] for row in rows} == {2024}


def test_reserve_margin(made: Callable[[str], list[dict[str, object]]]) -> None:
    first = {"nerc_region": "MISO", "t": 2026, "static": 0.081, "nerc": 0.081}
    second = {"nerc_region": "MISO", "t": 2027, "static": 0.081, "nerc": 0.083}
    assert made("prm_annual.csv") == [first, second]


def test_queue(made: Callable[[str], list[dict[str, object]]]) -> None:
    years = ("2026", "2027", "2028", "2029", "2030")
    gas, pv = made("zone_queue_2026_2030.csv")
    assert (gas["zone"], gas["tg"]) == ("p125", "gas")
    assert [gas[year] for year in years] == [1902, 1902, 2002, 2102, 2202]
    assert (pv["zone"], pv["tg"], pv["2030"]) == ("p126", "pv", 80)
    kent, new_castle, atlantic = made("county_queue_2030.csv")
    assert kent == {"fips": "10001", "gas": 1902.0, "h2": 0.0, "pv": 0.0}
    assert (new_castle["gas"], atlantic["pv"]) == (300.0, 80.0)


def test_water(made: Callable[[str], list[dict[str, object]]]) -> None:
    rows = made("zone_water_access.csv")
    assert [tuple(row.values()) for row in rows] == [
        ("fsu", "cap", "p1", 0.0),
        ("fsu", "cap", "p2", 2108105.0),
        ("fg", "cost", "p1", 41.9),
    ]


def test_nuclear_bans(made: Callable[[str], list[dict[str, object]]]) -> None:
    rows = made("state_nuclear_restrictions.csv")
    assert [(row["scope"], row["code"]) for row in rows] == [
        ("state", "OR"),
        ("state", "CA"),
        ("county", "36059"),
    ]


def test_operation_emissions_and_regional_cost(
    made: Callable[[str], list[dict[str, object]]],
) -> None:
    rows = {row.pop("i"): row for row in made("tech_operational.csv")}
    assert list(rows) == ["battery_li", "csp", "gas-cc"]
    assert (rows["csp"]["construction_yr_min"], rows["csp"]["construction_yr_max"]) == (3, 4)
    assert list(rows["gas-cc"].values()) == [3, 3, 0.05, 0.1, 55]
    assert rows["battery_li"]["forced_outage"] == 0.02
    (emission,) = made("emission_rates_reeds.csv")
    assert (emission["i"], emission["NOx"], emission["CO2"]) == ("gas-CC", 9.07e-06, 0.0531)
    (difference,) = made("county_capcost_multiplier_diff.csv")
    assert (difference["fips"], difference["NUCLEAR"]) == ("01001", -0.0033)


@pytest.mark.parametrize("name", ["zones.geojson", "zone_links.csv", "zone_gas_price.csv"])
def test_the_same_files_give_the_same_bytes(
    extract: ModuleType, source: Path, tmp_path: Path, name: str
) -> None:
    options = ["--source", source, "--only", name, "--record", tmp_path / "record.yaml"]
    for out in ("first", "second"):
        extract.main([str(option) for option in [*options, "--renew", "--out", tmp_path / out]])
    assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_outlines_of_zones(extract: ModuleType, source: Path, tmp_path: Path) -> None:
    options = ["--source", source, "--only", "zones.geojson", "--renew", "--out", tmp_path]
    options += ["--record", tmp_path / "record.yaml"]
    extract.main([str(option) for option in options])
    made = gpd.read_file(tmp_path / "zones.geojson")
    assert list(made["zone"]) == ["p125", "p126"]
    assert list(made["state"]) == ["DE", "NJ"]
    assert tuple(made.geometry[0].bounds) == pytest.approx((-75.8, 38.4, -75.4, 39.8), abs=0.001)


def refusal(extract: ModuleType, source: Path, name: str, *more: str) -> str:
    """What a run says that is refused."""
    record = source.parent / "record.yaml"
    options = ["--source", source, "--out", source.parent / "out", "--only", name]
    with pytest.raises(SystemExit) as refused:
        extract.main([str(option) for option in [*options, "--record", record, *more]])
    return str(refused.value)


def test_what_is_not_recorded_or_changed_is_refused(extract: ModuleType, source: Path) -> None:
    name, file = "prm_annual.csv", "reeds/inputs/reserves/prm_annual.csv"
    said = refusal(extract, source, name)
    assert said.startswith(f"{file}: its sha256 is")
    assert "none is recorded" in said
    assert "--renew" in said
    options = ["--source", source, "--out", source.parent / "out", "--only", name]
    options += ["--record", source.parent / "record.yaml"]
    extract.main([str(option) for option in [*options, "--renew"]])
    extract.main([str(option) for option in options])  # now it is recorded
    with (source / file).open("a", encoding="utf-8") as text:
        text.write("MISO,2028,0.081,0.085\n")
    assert "the recorded one is" in refusal(extract, source, name)


def test_a_renamed_column_is_refused(extract: ModuleType, source: Path) -> None:
    put(source, {"reeds/inputs/reserves/prm_annual.csv": "nerc_region,t,static,nerc\nMISO,1,1,1\n"})
    said = refusal(extract, source, "prm_annual.csv", "--renew")
    assert said == (
        "reeds/inputs/reserves/prm_annual.csv: no column *nercr; "
        "it has nerc_region, t, static, nerc"
    )


@pytest.mark.parametrize(
    ("name", "file", "said"),
    [
        ("zone_links.csv", f"{ZONES}/b2b.csv", "no file of that name"),
        ("zone_gas_price.csv", "reeds/inputs/fuelprices/ng_AEO_2026_HOG.csv", "found none"),
        ("county_zone.csv", "census/cb_2023_us_county_500k.zip", "found none"),
    ],
)
def test_a_missing_file_is_refused(
    extract: ModuleType, source: Path, name: str, file: str, said: str
) -> None:
    (source / file).unlink()
    assert said in refusal(extract, source, name, "--renew")


def test_a_county_without_shape_is_refused(extract: ModuleType, source: Path) -> None:
    put(source, {f"{ZONES}/county2zone.csv": FILES[f"{ZONES}/county2zone.csv"] + "34003,p126\n"})
    said = refusal(extract, source, "county_zone.csv", "--renew")
    assert "no shape of 1 counties of the zones, such as 34003" in said


def test_a_line_that_ends_nowhere_is_refused(extract: ModuleType, source: Path) -> None:
    text = FILES[f"{LINES}/hvdc_existing.csv"] + "off,1,2030,LCC,1,-70.0,39.5,-74.7,39.5\n"
    put(source, {f"{LINES}/hvdc_existing.csv": text})
    assert "off ends (from) in no zone" in refusal(extract, source, "zone_links.csv", "--renew")
