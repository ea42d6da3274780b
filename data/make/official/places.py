"""Lines, ports, coast and hazard: what siting is screened by.

Lines: Homeland Infrastructure Foundation-Level Data, "Electric Power Transmission Lines", GeoJSON
``hifld/*Electric_Power_Transmission_Lines.geojson`` (VOLT_CLASS in words; public domain). Ports:
U.S. Army Corps of Engineers in the National Transportation Atlas, "Principal Ports", as GeoJSON
``usace/Principal_Ports.geojson`` (PORT, PORT_NAME, TYPE: C coast, I inland, L lakes; tons; public
domain). Coast: Natural Earth, ``naturalearth/ne_50m_coastline.zip`` (ocean only; public domain).
Hazard and population: FEMA, National Risk Index, ``fema/NRI_Table_Counties.csv`` (public domain).
"""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from official.boundaries import ALBERS, DEGREES
from official.plants import GAS, power_plants
from official.reading import Official, require
from official.reeds_zones import NRI, county_zone
from official.zone_load import county_load

LINES = "hifld/*Electric_Power_Transmission_Lines.geojson"
PORTS = "usace/Principal_Ports.geojson"
COAST = "naturalearth/ne_50m_coastline.zip"
KV = {  # class of voltage to its least kV; 220-287 is taken for 230 and more
    "220-287": 230,
    "345": 345,
    "500": 500,
    "735 AND ABOVE": 735,
}
DRAWN = (*KV, "DC")
SIMPLIFIED_M = 1500
CORNER_DEGREES = 0.1
LARGE_MW = 100
M_PER_KM = 1000
TONS = ("RANK", "TOTAL", "FOREIGN_", "IMPORTS", "EXPORTS", "DOMESTIC")
HAZARD = ("RISK_SCORE", "RISK_RATNG", "EAL_SCORE", "RESL_SCORE")


def _layer(official: Official, name: str, columns: Sequence[str]) -> gpd.GeoDataFrame:
    """Some columns of a layer, in degrees."""
    name = official.one_of(name)
    layer = gpd.read_file(official.path(name))
    require(name, layer.columns, columns)
    return layer[[*columns, "geometry"]].to_crs(DEGREES)


def ports(official: Official) -> pd.DataFrame:
    """``ports_usace_principal.csv``: type, rank, tons and place of every principal port."""
    layer = _layer(official, PORTS, ("PORT", "PORT_NAME", "TYPE", *TONS))
    frame = pd.DataFrame(layer.drop(columns="geometry")).rename(columns=str.lower)
    return frame.assign(lat=layer.geometry.y, lon=layer.geometry.x)


def lines(official: Official) -> gpd.GeoDataFrame:
    """``hv_transmission_hifld_simplified.geojson``: lines from 220 kV, one shape a class."""
    layer = _layer(official, LINES, ("VOLT_CLASS",))
    layer = layer[layer["VOLT_CLASS"].isin(DRAWN)].rename(columns={"VOLT_CLASS": "volt"})
    layer["geometry"] = layer.to_crs(ALBERS).geometry.simplify(SIMPLIFIED_M).to_crs(DEGREES)
    whole = layer.dissolve("volt", as_index=False)
    whole["geometry"] = whole.geometry.set_precision(0.001)
    order = {volt: place for place, volt in enumerate(DRAWN)}
    return whole.sort_values("volt", key=lambda v: v.map(order), ignore_index=True)[
        ["volt", "geometry"]
    ]


def nearest_km(points: gpd.GeoSeries, others: gpd.GeoSeries) -> tuple[np.ndarray, np.ndarray]:
    """Geodesic distance of each point to the nearest shape, and which shape that is.

    Nearest is judged in equal-area metres, which can miss the true one by about a percent; the
    distance to the one found is exact. No shape at all gives missing distances.
    """
    if len(others) == 0:
        return np.full(len(points), np.nan), np.zeros(len(points), dtype=int)
    # Long segments get further corners first: straight in degrees is bent in projected metres.
    fine = others.segmentize(CORNER_DEGREES)
    here, there = points.to_crs(ALBERS).to_numpy(), fine.to_crs(ALBERS).to_numpy()
    which = shapely.STRtree(there).nearest(here)
    between = gpd.GeoSeries(shapely.shortest_line(here, there[which]), crs=ALBERS).to_crs(DEGREES)
    ends = shapely.get_coordinates(between).reshape(-1, 4)
    metres = pyproj.Geod(ellps="WGS84").inv(*ends.T)[2]
    return np.round(np.asarray(metres) / M_PER_KM, 1), which


def _points(frame: pd.DataFrame, lon: str = "lon", lat: str = "lat") -> gpd.GeoSeries:
    """Points of a frame's degrees."""
    return gpd.GeoSeries(gpd.points_from_xy(frame[lon], frame[lat]), crs=DEGREES)


def county_siting(official: Official) -> pd.DataFrame:
    """``county_siting.csv``: distances from a county's centroid (km), hazard, density, load."""
    frame = county_zone(official).drop(columns=["county_name", "state_load_share"])
    here = _points(frame)
    grid = _layer(official, LINES, ("VOLT_CLASS",))
    least = grid["VOLT_CLASS"].map(KV)
    for kv in (230, 345, 500):
        frame[f"km_to_{kv}kv_plus"] = nearest_km(here, grid.loc[least >= kv, "geometry"])[0]
    plants = power_plants(official)
    at = _points(plants, "longitude", "latitude")
    kinds = {
        "gas_plant_100mw": plants[list(GAS)].sum(axis=1) >= LARGE_MW,
        "nuclear_plant": plants["nuclear"] > 0,
        "coal_plant_100mw": plants["coal"] >= LARGE_MW,
    }
    for name, chosen in kinds.items():
        frame[f"km_to_{name}"] = nearest_km(here, at[chosen.to_numpy()])[0]
    harbour = ports(official)
    frame["km_to_principal_port"], which = nearest_km(here, _points(harbour))
    frame["nearest_port"] = harbour["port_name"].to_numpy()[which]
    frame["nearest_port_type"] = harbour["type"].to_numpy()[which]
    coast = _layer(official, COAST, ()).geometry
    frame["km_to_ocean_coast"] = nearest_km(here, coast)[0]
    risk = official.frame(NRI, ("STCOFIPS", *HAZARD), ("STCOFIPS",))
    risk = risk.assign(fips=risk.pop("STCOFIPS").str.zfill(5)).rename(columns=str.lower)
    frame = frame.merge(risk, on="fips", how="left")
    frame["pop_per_km2"] = (frame["population"] / frame["area_km2"]).astype(float).round(1)
    frame = frame.merge(county_load(official), on="fips", how="left")
    first = ["fips", "zone", "state", "lat", "lon"]
    last = ["population", "area_km2", "pop_per_km2", "mwh_2024"]
    between = [name for name in frame.columns if name not in {*first, *last}]
    return frame[[*first, *between, *last]]


EXTRACTS = {
    "ports_usace_principal.csv": ports,
    "hv_transmission_hifld_simplified.geojson": lines,
    "county_siting.csv": county_siting,
}
