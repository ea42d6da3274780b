"""Cost files of NREL's Annual Technology Baseline as ReEDS holds them; sites of sun and wind.

Excerpts: all headers are real, and so are the rows of Gas-CC, Nuclear-SMR (moderate), fuel cell,
sun and wind, cut to one or two years; the other rows, the deflator (a dollar of 2022 is 0.66 / 0.6,
1.1 of 2024), the sites and the two rectangles that stand for counties are made up.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import pandas as pd
import pytest
import shapely

MAKE = Path(__file__).parents[2] / "data" / "make"
PLANT = "reeds/inputs/plant_characteristics"
CURVE = "reeds/inputs/supply_curve"
PLAIN = "i,t,capcost,fom,vom,heatrate\n"
WIND = "Turbine,Year,CF_mult,Overnight Cap Cost $/kW,Fixed O&M $/(kW-yr),Var O&M $/MWh\n"
COSTS = {
    "gas_ATB_2024_moderate": PLAIN
    + "Gas-CC,2023,1234.7,34.1,2.15,6.348\nGas-CC,2024,1223.9,33.8,2.14,6.332\n",
    "gas-ccs_ATB_2024_moderate": PLAIN
    + "Gas-CC-CCS_mod,2024,2000,50,4,7\nGas-CC-CCS_max,2024,2500,60,5,7.5\n",
    "nuclear_ATB_2024_moderate": PLAIN + "Nuclear,2024,6000,175,2.8,10.5\n",
    "nuclear-smr_ATB_2024_moderate": PLAIN + "Nuclear-SMR,2024,8000.0,136.0,2.6,9.18\n",
    "nuclear-smr_ATB_2024_advanced": PLAIN + "Nuclear-SMR,2024,5500.0,118.0,2.2,9.18\n",
    "fuelcell_ATB_2024_moderate": PLAIN + "ng-fuel-cell,2024,9999,40.7,7.79,5.543\n",
    "battery_ATB_2024_moderate": "i,t,capcost,capcost_energy,fom,fom_energy,vom,rte\n"
    "battery_li,2024,346.86,355.75,8.67,8.89,0.0,0.85\n",
    "upv_ATB_2024_moderate": "t,capcost,fom,vom,cf_improvement\n"
    "2024,1378.922112,21.60888882,0,0.937508853\n",
    "ons-wind_ATB_2024_moderate": WIND + "115hh_170rd,2024,0.95689,1481.28109,31.64823,0.0\n",
    "ofs-wind_ATB_2024_moderate": WIND.replace("MWh\n", "MWh,rsc_mult\n")
    + "fixed,2024,0.96351,4946.47388,85.62692,0.0,1.0\n",
}
FILES = {
    **{f"{PLANT}/{name}.csv": text for name, text in COSTS.items()},
    f"{PLANT}/dollaryear.csv": "Scenario,Dollar.Year\n"
    + "".join(f"{name},2022\n" for name in COSTS),
    "reeds/inputs/financials/deflator.csv": "*Dollar.Year,Deflator\n2022,0.66\n2024,0.6\n",
    "reeds/inputs/zones/z134/county2zone.csv": "FIPS,r\n10001,p125\n34001,p126\n",
    "reeds/inputs/zones/county_state.csv": (
        "FIPS,county_name,state\n10001,kent,DE\n34001,atlantic,NJ\n"
    ),
    f"{CURVE}/sitemap.csv": (
        "sc_point_gid,latitude,longitude\n1,39.1,-75.5\n2,39.2,-75.5\n3,39.15,-75.6\n4,39.5,-74.5\n"
        "5,20.0,-150.0\n"
    ),
    f"{CURVE}/sc_point_gid_old2new.csv": (
        "sc_point_gid|old,sc_point_gid\n1,101\n2,102\n3,103\n4,104\n5,105\n"
    ),
    f"{CURVE}/supplycurve_upv-reference.csv": (
        "sc_point_gid,class,capacity,capital_adder_per_mw,cf\n101,1,100,30000,0.20\n"
        "102,1,300,10000,0.24\n103,1,50,20000,0.22\n105,1,50,1000,0.3\n"
    ),
    f"{CURVE}/supplycurve_wind-ons-reference.csv": (
        "sc_point_gid,class,capacity,capital_adder_per_mw,cf\n104,6,100,50000,0.30\n"
        "104,6,300,-10000,0.40\n"
    ),
}


@pytest.fixture
def extract(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(MAKE)
    return importlib.import_module("extract")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    boxes = [shapely.box(-75.8, 39.0, -75.4, 39.3), shapely.box(-75.0, 39.3, -74.4, 39.8)]
    shapes = gpd.GeoDataFrame({"GEOID": ["10001", "34001"]}, geometry=boxes, crs="EPSG:4269")
    (folder / "census").mkdir()
    shapes.to_file(folder / "census" / "cb_2023_us_county_500k.geojson", driver="GeoJSON")
    return folder


def run(extract: ModuleType, source: Path, name: str) -> pd.DataFrame:
    out = source.parent / "out"
    options = ["--source", source, "--out", out, "--only", name, "--renew"]
    options += ["--record", source.parent / "record.yaml"]
    extract.main([str(option) for option in options])
    return pd.read_csv(out / name, dtype={"fips": str})


def test_costs_are_in_dollars_of_2024(extract: ModuleType, source: Path) -> None:
    table = run(extract, source, "tech_costs_atb2024.csv")
    assert set(table["year"]) == {2024}
    rows = table.set_index(["tech", "case"])
    gas = rows.loc[("Gas-CC", "moderate")]
    # A dollar of 2022 is 0.66 / 0.6 = 1.1 of 2024.
    assert gas["capex_usd2024_per_kw"] == pytest.approx(1346.29)
    assert gas["fom_usd2024_per_kw_yr"] == pytest.approx(37.18)
    assert gas["vom_usd2024_per_mwh"] == pytest.approx(2.354)
    assert gas["heatrate_mmbtu_per_mwh"] == 6.332
    assert gas["file"] == "gas_ATB_2024_moderate"
    battery = rows.loc[("battery_li", "moderate")]
    assert battery["capex_usd2024_per_kwh"] == pytest.approx(391.325)
    assert battery["rte"] == 0.85
    assert rows.loc[("upv", "moderate"), "cf_improvement"] == 0.937508853
    assert rows.loc[("ons-wind_115hh_170rd", "moderate"), "cf_mult"] == 0.95689
    assert rows.loc[("Nuclear-SMR", "advanced"), "capex_usd2024_per_kw"] == pytest.approx(6050)
    assert ("ofs-wind_fixed", "moderate") in rows.index
    assert ("Gas-CC-CCS_mod", "moderate") in rows.index
    assert ("Gas-CC-CCS_max", "moderate") not in rows.index  # only one variant is kept


def test_a_cost_file_without_a_column_or_dollar_year_is_refused(
    extract: ModuleType, source: Path
) -> None:
    path = source / PLANT / "nuclear_ATB_2024_moderate.csv"
    path.write_text(path.read_text().replace("capcost", "capex"))
    with pytest.raises(SystemExit, match=r"nuclear_ATB_2024_moderate\.csv: no column capcost; it"):
        run(extract, source, "tech_costs_atb2024.csv")
    path.write_text(path.read_text().replace("capex", "capcost"))
    years = source / PLANT / "dollaryear.csv"
    years.write_text("Scenario,Dollar.Year\nbattery_ATB_2024_moderate,2022\n")
    with pytest.raises(
        SystemExit, match=r"dollaryear\.csv: no scenario fuelcell_ATB_2024_moderate"
    ):
        run(extract, source, "tech_costs_atb2024.csv")


def test_sites_are_placed_by_their_old_numbers_and_binned_by_their_adder(
    extract: ModuleType, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = run(extract, source, "zone_re_supply_curve.csv")
    # Site 105 lies in no county: 50 of 900 MW = 5.6 % are left out.
    assert "5.6% of the megawatts" in capsys.readouterr().out
    rows = table.to_dict("records")
    sun = [row for row in rows if row["tech"] == "upv"]
    assert [(row["bin"], row["capacity_mw"], row["adder_usd_per_kw"]) for row in sun] == [
        (1, 300, 10.0),
        (2, 50, 20.0),
        (3, 100, 30.0),
    ]
    assert {(row["zone"], row["class"], row["sites"]) for row in sun} == {("p125", 1, 1)}
    (wind,) = [row for row in rows if row["tech"] == "wind-ons"]  # fewer than three sites: one bin
    # By capacity: (100 * 50 - 300 * 10) / 400 = 5 USD/kW; (100 * 0.3 + 300 * 0.4) / 400 = 0.375.
    assert (wind["zone"], wind["class"], wind["bin"], wind["sites"]) == ("p126", 6, 1, 2)
    assert (wind["capacity_mw"], wind["cf"], wind["adder_usd_per_kw"]) == (400, 0.375, 5.0)


def test_potential_of_counties(extract: ModuleType, source: Path) -> None:
    kent, atlantic = run(extract, source, "county_re_potential.csv").to_dict("records")
    # (100 * 0.20 + 300 * 0.24 + 50 * 0.22) / 450 = 0.2289
    assert (kent["fips"], kent["upv_mw"], kent["upv_cf_mean"]) == ("10001", 450, 0.2289)
    assert kent["upv_cf_best"] == 0.24
    assert (atlantic["wind-ons_mw"], atlantic["wind-ons_cf_best"]) == (400, 0.4)
    assert pd.isna(atlantic["upv_mw"])
