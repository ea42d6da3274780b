"""Power plants: U.S. Energy Information Administration, U.S. Energy Atlas, layer "Power Plants".

File ``eia/Power_Plants.csv``: the layer downloaded as CSV; public domain. Every plant of at least
1 MW with net summer capacity by fuel (Total_MW, NG_MW, Coal_MW, ...; blank where there is none),
its technologies in words (tech_desc) and its place in degrees; Period is the month, as 202311.
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from gathered import Refused

from official.boundaries import ALBERS, DEGREES, county_shapes
from official.reading import Official
from official.reeds_zones import counties

NAME = "eia/Power_Plants.csv"
PERIOD = 202311  # the month in the extract's name
KINDS = {
    "Coal_MW": "coal",
    "Nuclear_MW": "nuclear",
    "Hydro_MW": "hydro",
    "HydroPS_MW": "pumped_hydro",
    "Solar_MW": "solar",
    "Wind_MW": "wind",
    "Bat_MW": "battery",
    "Crude_MW": "oil",
    "Bio_MW": "biomass",
    "Geo_MW": "geothermal",
    "Other_MW": "other",
}
GAS = ("gas_cc", "gas_ct", "gas_other")
NEAR_M = 10_000  # a plant off a county's simplified shore counts to it up to here
PLAIN = {
    "Plant_Code": "plant_code",
    "Plant_Name": "plant_name",
    "State": "state",
    "PrimSource": "primsource",
    "Total_MW": "total_mw",
}


def power_plants(official: Official) -> pd.DataFrame:
    """``us_power_plants_202311.csv``: MW by fuel of every plant of the zones.

    All gas of a plant that names a combined cycle is `gas_cc`; of one that does not but names a
    combustion turbine `gas_ct`; else `gas_other`. Plants outside the zones are left out.
    """
    places = {"Longitude": "longitude", "Latitude": "latitude"}
    read = (*PLAIN, "tech_desc", "NG_MW", *KINDS, "Period", *places)
    frame = official.frame(NAME, read)
    other = frame.loc[frame["Period"] != PERIOD, "Period"]
    if len(other):
        raise Refused(f"{NAME}: Period is {other.iloc[0]}, the extract is of {PERIOD}")
    frame = frame.rename(columns={**PLAIN, **KINDS, **places})
    gas, words = frame["NG_MW"].fillna(0.0), frame["tech_desc"].fillna("")
    cycle = words.str.contains("Combined Cycle")
    turbine = ~cycle & words.str.contains("Natural Gas Fired Combustion Turbine")
    for name, here in zip(GAS, (cycle, turbine, ~cycle & ~turbine), strict=True):
        frame[name] = gas.where(here, 0.0)
    frame = _placed(frame, official)
    frame[list(places.values())] = frame[list(places.values())].round(4)
    order = ["plant_code", "plant_name", "state", "fips", "zone", "primsource", "total_mw"]
    order += [*GAS, *KINDS.values(), *places.values()]
    return frame[order].sort_values("plant_code", ignore_index=True)


def _placed(frame: pd.DataFrame, official: Official) -> pd.DataFrame:
    """The plants that lie in a county of the zones, or close to one, with its code and zone."""
    known = counties(official)
    shapes = county_shapes(official, known["fips"]).to_crs(ALBERS)
    at = gpd.points_from_xy(frame["longitude"], frame["latitude"], crs=DEGREES)
    points = gpd.GeoDataFrame(index=frame.index, geometry=at).to_crs(ALBERS)
    near = gpd.sjoin_nearest(points, shapes, how="inner", max_distance=NEAR_M)
    fips = near.loc[~near.index.duplicated(), "fips"]
    frame = frame.loc[fips.index].assign(fips=fips)
    return frame.assign(zone=frame["fips"].map(known.set_index("fips")["zone"]))


def zone_capacity(official: Official) -> pd.DataFrame:
    """``zone_capacity_existing_202311.csv``: MW of the plants of a zone, by kind."""
    kinds = [*GAS, *KINDS.values()]
    sums = power_plants(official).fillna(dict.fromkeys(kinds, 0.0)).groupby("zone")[kinds].sum()
    return sums.round(1).reset_index()


EXTRACTS = {
    "us_power_plants_202311.csv": power_plants,
    "zone_capacity_existing_202311.csv": zone_capacity,
}
