"""Power plants, ports, lines and the distances of siting, in the publishers' forms.

Excerpts: the header and rows of the plants are real lines of EIA's layer (November 2023) and the
first port is a real feature; its twin in Hawaii and two rectangles in Alabama that stand for
counties are made up, and so are lines, coast, hazard and load.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
import shapely

MAKE = Path(__file__).parents[2] / "data" / "make"
PLANTS = (
    "X,Y,OBJECTID,Plant_Code,Plant_Name,Utility_ID,Utility_Name,sector_name,Street_Address,City,"
    "County,State,Zip,PrimSource,source_desc,tech_desc,Install_MW,Total_MW,Bat_MW,Bio_MW,Coal_MW,"
    "Geo_MW,Hydro_MW,HydroPS_MW,NG_MW,Nuclear_MW,Crude_MW,Solar_MW,Wind_MW,Other_MW,Source,Period,"
    "Longitude,Latitude\n"
    "-160.497222000225,55.3397220001981,23578,1,Sand Point,63560,"
    '"TDX Sand Point Generating, LLC",Electric Utility,100 Power Plant Way,Sand Point,'
    'Aleutians East,Alaska,99661,petroleum,"Petroleum = 1.3 MW, Wind = 0.4 MW",'
    '"Petroleum Liquids; Onshore Wind Turbine;",3.7,1.7,,,,,,,,,1.3,,0.4,,'
    '"EIA-860, EIA-860M and EIA-923",202311,-160.497222,55.339722\n'
    "-88.0103000003302,31.0069000003425,23580,3,Barry,195,Alabama Power Co,Electric Utility,"
    "North Highway 43,Bucks,Mobile,Alabama,36512,natural gas,"
    '"Coal = 1118.5 MW, Natural Gas = 1981.2 MW","Conventional Steam Coal; Natural Gas Fired '
    'Combined Cycle; Natural Gas Steam Turbine",3343.5,3099.7,,,1118.5,,,,1981.2,,,,,,'
    '"EIA-860, EIA-860M and EIA-923",202311,-88.0103,31.0069\n'
    "-87.7811000002387,32.6016999998438,23583,10,Greene County,195,Alabama Power Co,"
    "Electric Utility,Highway 43,Demopolis,Greene,Alabama,36732,natural gas,"
    'Natural Gas = 1256.1 MW,"Natural Gas Fired Combustion Turbine; Natural Gas Steam Turbine;",'
    '1288.4,1256.1,,,,,,,1256.1,,,,,,"EIA-860, EIA-860M and EIA-923",202311,-87.7811,32.6017\n'
    "-86.458056000033,33.2442110001139,23595,26,E C Gaston,195,Alabama Power Co,Electric Utility,"
    "31972 Highway 25 North,Wilsonville,Shelby,Alabama,35186,natural gas,"
    '"Coal = 832 MW, Natural Gas = 1020 MW, Petroleum = 16 MW","Conventional Steam Coal; Natural '
    'Gas Steam Turbine; Petroleum Liquids",2034,1868,,,832,,,,1020,,16,,,,'
    '"EIA-860, EIA-860M and EIA-923",202311,-86.458056,33.244211\n'
    "-87.1189000002684,34.7042000002238,23599,46,Browns Ferry,18642,Tennessee Valley Authority,"
    "Electric Utility,Shaw Rd. PO Box 2000,Decatur,Limestone,Alabama,35609,nuclear,"
    "Nuclear = 3661.7 MW,Nuclear,3854,3661.7,,,,,,,,3661.7,,,,,"
    '"EIA-860, EIA-860M and EIA-923",202311,-87.1189,34.7042\n'
)
PORT = {
    "FID": 29,
    "PORT": 2371,
    "TYPE": "I",
    "PORT_NAME": "Guntersville, AL",
    "RANK": 133,
    "TOTAL": 1665855,
    "FOREIGN_": 0,
    "EXPORTS": 0,
    "IMPORTS": 0,
    "DOMESTIC": 1665855,
}
HILO = PORT | {"PORT": 4400, "TYPE": "C", "PORT_NAME": "Hilo, Hawai'i, HI", "RANK": 94}
FILES = {
    "eia/Power_Plants.csv": PLANTS,
    "reeds/inputs/zones/z134/county2zone.csv": "FIPS,r\n01097,p90\n01117,p89\n",
    "reeds/inputs/zones/county_state.csv": (
        "FIPS,county_name,state\n01097,mobile,AL\n01117,shelby,AL\n"
    ),
    "reeds/inputs/disaggregation/county_state_lpf.csv": "FIPS,value\np01097,0.7\np01117,0.3\n",
    "reeds/inputs/load/EIA_loadbystate.csv": "year,st,MWh\n2024,AL,1000\n",
    "fema/NRI_Table_Counties.csv": (
        "STCOFIPS,POPULATION,RISK_SCORE,RISK_RATNG,EAL_SCORE,RESL_SCORE\n"
        "01097,400,50.5,Relatively Moderate,40,30\n01117,200,10,Very Low,9,8\n"
    ),
}
CORNERS = {"01097": (-88.5, 30.5, -87.5, 32.0), "01117": (-88.0, 32.5, -86.0, 35.0)}
GEOD = pyproj.Geod(ellps="WGS84")


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
    shapes = [shapely.box(*corners) for corners in CORNERS.values()]
    layer(folder, "census/cb_2023_us_county_500k.geojson", shapes, {"GEOID": list(CORNERS)})
    volts = ["220-287", "345", "500", "100-161", "DC"]
    lines = [
        shapely.LineString([(-90.0, south), (-84.0, south)]) for south in (33, 31.5, 36, 31.25, 30)
    ]
    layer(
        folder,
        "hifld/U.S._Electric_Power_Transmission_Lines.geojson",
        lines,
        {"ID": list("abcde"), "VOLT_CLASS": volts},
    )
    coast = [shapely.LineString([(-90.0, 29.5), (-84.0, 29.5)])]
    layer(folder, "naturalearth/ne_50m_coastline.zip", coast, {"featurecla": ["Coastline"]})
    features = [
        {"type": "Feature", "properties": port, "geometry": {"type": "Point", "coordinates": at}}
        for port, at in ((PORT, [-86.287506, 34.373904]), (HILO, [-155.054778, 19.730616]))
    ]
    (folder / "usace").mkdir()
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (folder / "usace" / "Principal_Ports.geojson").write_text(text)
    return folder


def layer(folder: Path, name: str, shapes: list[shapely.Geometry], columns: dict) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")
    driver = "ESRI Shapefile" if path.suffix == ".zip" else "GeoJSON"
    frame.to_file(path.with_suffix(".shz") if path.suffix == ".zip" else path, driver=driver)
    if path.suffix == ".zip":
        path.with_suffix(".shz").rename(path)


def run(extract: ModuleType, source: Path, name: str) -> Path:
    out = source.parent / "out"
    options = ["--source", source, "--out", out, "--only", name, "--renew"]
    options += ["--record", source.parent / "record.yaml"]
    extract.main([str(option) for option in options])
    return out / name


def test_gas_of_a_plant_is_split_by_its_technologies(extract: ModuleType, source: Path) -> None:
    table = pd.read_csv(run(extract, source, "us_power_plants_202311.csv"), dtype={"fips": str})
    assert list(table["plant_code"]) == [3, 10, 26, 46]  # Alaska lies in no zone
    rows = table.set_index("plant_name")
    gas = ["gas_cc", "gas_ct", "gas_other"]
    assert list(rows.loc["Barry", gas]) == [1981.2, 0, 0]
    assert list(rows.loc["Greene County", gas]) == [0, 1256.1, 0]
    assert list(rows.loc["E C Gaston", gas]) == [0, 0, 1020]
    barry = rows.loc["Barry"]
    assert (barry["fips"], barry["zone"], barry["coal"]) == ("01097", "p90", 1118.5)
    assert pd.isna(barry["nuclear"])
    assert (barry["longitude"], barry["latitude"]) == (-88.0103, 31.0069)
    assert rows.loc["Browns Ferry", "longitude"] == -87.1189


def test_capacity_of_zones(extract: ModuleType, source: Path) -> None:
    table = pd.read_csv(run(extract, source, "zone_capacity_existing_202311.csv"))
    north, south = table.set_index("zone").loc[["p89", "p90"]].to_dict("records")
    assert (north["gas_ct"], north["gas_other"], north["nuclear"]) == (1256.1, 1020, 3661.7)
    assert (north["coal"], north["oil"]) == (832, 16)
    assert (south["gas_cc"], south["coal"], south["wind"]) == (1981.2, 1118.5, 0)


def test_plants_of_another_month_are_refused(extract: ModuleType, source: Path) -> None:
    path = source / "eia" / "Power_Plants.csv"
    path.write_text(path.read_text().replace("202311", "202412"))
    with pytest.raises(SystemExit, match="Period is 202412, the extract is of 202311"):
        run(extract, source, "us_power_plants_202311.csv")
    path.write_text(PLANTS.replace("NG_MW", "Gas_MW"))
    with pytest.raises(SystemExit, match=r"Power_Plants\.csv: no column NG_MW; it has X, Y"):
        run(extract, source, "us_power_plants_202311.csv")


def test_ports(extract: ModuleType, source: Path) -> None:
    first = pd.read_csv(run(extract, source, "ports_usace_principal.csv")).iloc[0]
    assert dict(first) == {
        "port": 2371,
        "port_name": "Guntersville, AL",
        "type": "I",
        "rank": 133,
        "total": 1665855,
        "foreign_": 0,
        "imports": 0,
        "exports": 0,
        "domestic": 1665855,
        "lat": 34.373904,
        "lon": -86.287506,
    }


def test_lines_are_kept_by_class_from_220_kv(extract: ModuleType, source: Path) -> None:
    made = gpd.read_file(run(extract, source, "hv_transmission_hifld_simplified.geojson"))
    assert list(made["volt"]) == ["220-287", "345", "500", "DC"]
    assert made.geometry.total_bounds == pytest.approx([-90, 30, -84, 36], abs=0.01)


def test_distances_are_geodesic(extract: ModuleType, source: Path) -> None:
    table = pd.read_csv(run(extract, source, "county_siting.csv"), dtype={"fips": str})
    south = table.set_index("fips").loc["01097"]
    lat, lon = south["lat"], south["lon"]
    assert (lat, lon) == pytest.approx((31.25, -88.0), abs=0.01)

    def to(lon_2: float, lat_2: float) -> float:
        return GEOD.inv(lon, lat, lon_2, lat_2)[2] / 1000

    # Parallels: the nearest point lies almost due north or south. 230 kV and more takes every
    # class but the direct-current line and the 100-161 kV line that runs through the county.
    assert south["km_to_230kv_plus"] == pytest.approx(to(lon, 31.5), rel=0.01)
    assert south["km_to_345kv_plus"] == south["km_to_230kv_plus"]
    assert south["km_to_500kv_plus"] == pytest.approx(to(lon, 36), rel=0.01)
    assert south["km_to_ocean_coast"] == pytest.approx(to(lon, 29.5), rel=0.01)
    assert south["km_to_nuclear_plant"] == pytest.approx(to(-87.1189, 34.7042), abs=0.1)
    assert south["km_to_gas_plant_100mw"] == pytest.approx(to(-88.0103, 31.0069), abs=0.1)
    assert south["km_to_principal_port"] == pytest.approx(to(-86.287506, 34.373904), abs=0.1)
    assert (south["nearest_port"], south["nearest_port_type"]) == ("Guntersville, AL", "I")
    assert (south["risk_score"], south["risk_ratng"]) == (50.5, "Relatively Moderate")
    assert (south["population"], south["mwh_2024"]) == (400, 700)
    assert south["pop_per_km2"] == round(400 / south["area_km2"], 1)


def test_a_layer_without_its_column_or_file_is_refused(extract: ModuleType, source: Path) -> None:
    path = source / "hifld" / "U.S._Electric_Power_Transmission_Lines.geojson"
    path.write_text(path.read_text().replace("VOLT_CLASS", "VOLTCLASS"))
    with pytest.raises(SystemExit, match=r"Lines\.geojson: no column VOLT_CLASS; it has ID, VOLTC"):
        run(extract, source, "hv_transmission_hifld_simplified.geojson")
    (source / "usace" / "Principal_Ports.geojson").unlink()
    with pytest.raises(
        SystemExit, match=r"Principal_Ports\.geojson: one file must fit .* found none"
    ):
        run(extract, source, "ports_usace_principal.csv")
