"""Zones and counties: the ReEDS model of the National Laboratory of the Rockies (formerly NREL).

Files below a copy of the model's repository in ``reeds/`` (BSD-3): ``inputs/zones/z134/``
county2zone (FIPS, r), hierarchy (r, st, nercr, ...), zonehash (r, node_lat, node_lon);
``inputs/zones/`` county_state (FIPS, county_name, state) and state_groups (st, cendiv);
``inputs/disaggregation/county_state_lpf.csv`` (FIPS as p01001, value: the county's share of its
state's load; the District of Columbia is counted to Maryland with a share of 1). Population is that
of FEMA's National Risk Index, ``fema/NRI_Table_Counties.csv`` (STCOFIPS, POPULATION); centroid and
area are of the Census Bureau's county shapes.
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from official.boundaries import ALBERS, DEGREES, county_shapes
from official.reading import Official

ZONES = "reeds/inputs/zones/z134"
NRI = "fema/NRI_Table_Counties.csv"
SQUARE_M_PER_KM2 = 1e6
SIMPLIFIED_DEGREES = 0.02
HIERARCHY = ("r", "nercr", "transreg", "transgrp", "st", "interconnect", "hurdlereg")


def counties(official: Official) -> pd.DataFrame:
    """Zone and state of every county: fips, zone, county_name, state."""
    zone = official.frame(f"{ZONES}/county2zone.csv", ("FIPS", "r"), ("FIPS",))
    named = official.frame(
        "reeds/inputs/zones/county_state.csv", ("FIPS", "county_name", "state"), ("FIPS",)
    )
    frame = zone.merge(named, on="FIPS", how="left", validate="one_to_one")
    return frame.rename(columns={"FIPS": "fips", "r": "zone"}).sort_values(
        "fips", ignore_index=True
    )


def shares(official: Official) -> pd.Series:
    """Share of every county in its state's load, by county."""
    frame = official.frame("reeds/inputs/disaggregation/county_state_lpf.csv", ("FIPS", "value"))
    return frame.set_index(frame["FIPS"].str.removeprefix("p"))["value"]


def county_zone(official: Official) -> pd.DataFrame:
    """``county_zone.csv``: a county's zone, centroid, area, population and share of state load."""
    frame = counties(official)
    shapes = county_shapes(official, frame["fips"]).to_crs(ALBERS)
    centre = shapes.geometry.centroid.to_crs(DEGREES)
    people = official.frame(NRI, ("STCOFIPS", "POPULATION"), ("STCOFIPS",))
    population = people.set_index(people["STCOFIPS"].str.zfill(5))["POPULATION"]
    frame["lat"], frame["lon"] = centre.y.round(4), centre.x.round(4)
    frame["area_km2"] = (shapes.area / SQUARE_M_PER_KM2).round(1)
    frame["population"] = frame["fips"].map(population).astype("Int64")
    frame["state_load_share"] = frame["fips"].map(shares(official))
    order = ["fips", "county_name", "state", "zone", "lat", "lon", "area_km2", "population"]
    return frame[[*order, "state_load_share"]]


def zones(official: Official) -> pd.DataFrame:
    """``zones.csv``: a zone's regions, node, population, counties, area and census division."""
    frame = official.frame(f"{ZONES}/hierarchy.csv", HIERARCHY)
    node = official.frame(f"{ZONES}/zonehash.csv", ("r", "node_lat", "node_lon"))
    groups = official.frame("reeds/inputs/zones/state_groups.csv", ("st", "cendiv"))
    parts = county_zone(official).groupby("zone")
    sums = parts[["population", "area_km2"]].sum().round(1)
    sums["n_counties"] = parts.size()
    frame = frame.merge(node, on="r", how="left").merge(groups, on="st", how="left")
    frame = frame.merge(sums, left_on="r", right_index=True, how="left")
    names = {"r": "zone", "st": "state", "node_lat": "lat", "node_lon": "lon"}
    order = [*HIERARCHY, "node_lat", "node_lon", "population", "n_counties", "area_km2", "cendiv"]
    return frame[order].rename(columns=names)


def zone_shapes(official: Official) -> gpd.GeoDataFrame:
    """Shapes of the zones, exact: columns zone and geometry."""
    frame = counties(official)
    shapes = county_shapes(official, frame["fips"])
    shapes["zone"] = frame["zone"]
    return shapes.dissolve("zone", as_index=False)[["zone", "geometry"]]


def zone_outlines(official: Official) -> gpd.GeoDataFrame:
    """``zones.geojson``: outlines of the zones for maps, simplified, in degrees to 0.001."""
    shapes = zone_shapes(official)
    table = official.frame(f"{ZONES}/hierarchy.csv", HIERARCHY).rename(columns={"r": "zone"})
    shapes = shapes.merge(table, on="zone", how="left").rename(columns={"st": "state"})
    shapes["geometry"] = shapes.geometry.simplify(SIMPLIFIED_DEGREES).set_precision(0.001)
    return shapes[["zone", "state", "transreg", "interconnect", "geometry"]]


EXTRACTS = {
    "county_zone.csv": county_zone,
    "zones.csv": zones,
    "zones.geojson": zone_outlines,
}
