"""The layers that the screening reads: counties, landmarks, lines and outlines of zones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from gathered import Gathered
from rows import Row, hand_entered, sourced

from sites.attainment import nonattainment
from tokenworks.geo.projection import PLANE_CRS

LINE_CLASSES = {"220-287": 230, "345": 345, "500": 500, "735 AND ABOVE": 765}
SEGMENT_DEG = 0.05
LINE_TOLERANCE_M = 25.0
ZONE_TOLERANCE_M = 1_500.0
GRID_M = 25.0
BEYOND_BORDER_M = 60_000.0
PORT_KINDS = {"C": "coastal", "I": "inland", "L": "lakes"}
GAS_COLUMNS = ["gas_cc", "gas_ct", "gas_other"]
SMALLEST_GAS_PLANT_MW = 100.0
MULTIPLIERS = {
    "capital_cost_ratio": "COMBINED_CYCLE|FUEL_CELL",
    "nuclear_cost_ratio": "NUCLEAR",
}
WASHINGTON = "11001"  # ReEDS counts it to Maryland
# Least millions of gallons a year that make a zone's water count, our choice: a site of 300 MW with
# evaporative cooling takes about as much.
ENOUGH_WATER_MGAL = 1000.0
FRESH_SOURCES = ("fsu", "fg")
OTHER_SOURCES = ("fsa", "ww", "sg")


def county_rows(gathered: Gathered) -> list[Row]:
    """Rows of the table `counties`."""
    county = _county_frame(gathered)
    unclean = nonattainment(hand_entered("sites", "attainment"), county["fips"].tolist())
    water = _water(gathered)
    restricted = _restricted(gathered)
    rows = []
    for row in county.to_dict("records"):
        state = "DC" if row["fips"] == WASHINGTON else row["state"]
        rows.append(
            sourced(
                {
                    "county_fips": row["fips"],
                    "name": f"{_title(row['county_name'])}, {state}",
                    "state": state.lower(),
                    "zone": row["zone"],
                    "latitude_deg": row["lat"],
                    "longitude_deg": row["lon"],
                    "area_km2": "" if pd.isna(row["area_km2"]) else row["area_km2"],
                    "population_count": row["population"],
                    "population_per_km2": row["density"],
                    "annual_load_mwh": row["mwh_2024"],
                    "queue_2030_mw": round(row["queue_mw"], 1),
                    "hazard_index": round(row["risk_score"], 2),
                    "water": water[row["zone"]],
                    "attainment": ("nonattainment" if row["fips"] in unclean else "attainment"),
                    "nuclear_restricted": row["state"] in restricted or row["fips"] in restricted,
                    **{name: round(1 + row[of], 4) for name, of in MULTIPLIERS.items()},
                    "solar_potential_mw": row["upv_mw"],
                    "solar_capacity_factor": row["upv_cf_mean"],
                    "wind_potential_mw": row["wind-ons_mw"],
                    "wind_capacity_factor": row["wind-ons_cf_mean"],
                },
                "REEDS-2026",
                "published",
            )
        )
    return rows


def _county_frame(gathered: Gathered) -> pd.DataFrame:
    """Counties with what each file says of them; gaps filled by the mean of the state."""
    text = ("fips",)
    county = gathered.frame(
        "county_zone.csv",
        ("fips", "county_name", "state", "zone", "lat", "lon", "area_km2", "population"),
        text,
    )
    hazard = gathered.frame("county_siting.csv", ("fips", "risk_score"), text)
    load = gathered.frame("county_load_2024.csv", ("fips", "mwh_2024"), text)
    kinds = ("battery", "biomass", "coal", "csp", "gas", "geothermal", "h2", "hydro", "nuclear")
    kinds += ("pumped-hydro", "pv", "wind-ofs", "wind-ons")
    queue = gathered.frame("county_queue_2030.csv", ("fips", *kinds), text).set_index("fips")
    columns = ("upv_mw", "upv_cf_mean", "wind-ons_mw", "wind-ons_cf_mean")
    sun = gathered.frame("county_re_potential.csv", ("fips", *columns), text).fillna(0.0)
    cost = gathered.frame(
        "county_capcost_multiplier_diff.csv", ("fips", *MULTIPLIERS.values()), text
    )
    for other in (hazard, load, cost):
        county = county.merge(other, on="fips", how="left", validate="1:1")
    county = county.merge(sun, on="fips", how="left", validate="1:1")
    county["queue_mw"] = county["fips"].map(queue[list(kinds)].sum(axis=1))
    filled = [*columns, "queue_mw"]
    county[filled] = county[filled].fillna(0.0)
    return _without_gaps(county).sort_values("fips", ignore_index=True)


def _without_gaps(county: pd.DataFrame) -> pd.DataFrame:
    """Area by hand where the files have none; hazard the mean of the state's counties."""
    known = county["area_km2"].where(county["area_km2"] > 0)
    by_hand = county["fips"].map(hand_entered("sites", "layers")["assumed_area_km2"])
    county["area_km2"] = known.fillna(by_hand)
    unknown = county.loc[county["area_km2"].isna(), "fips"].tolist()
    if unknown:
        raise ValueError(f"counties without an area, in the file or by hand: {unknown}")
    county["density"] = (county["population"] / county["area_km2"]).round(1)
    hazard = county.groupby("state")["risk_score"].transform("mean")
    county["risk_score"] = county["risk_score"].fillna(hazard).fillna(county["risk_score"].mean())
    return county


def _title(name: str) -> str:
    """A county's name as people write it."""
    small = {"and", "of", "the"}
    return " ".join(
        word if word in small else "-".join(part[:1].upper() + part[1:] for part in word.split("-"))
        for word in name.split()
    )


def _water(gathered: Gathered) -> dict[str, str]:
    """By zone: fresh where new fresh water can be had, limited where only other water can."""
    table = gathered.frame("zone_water_access.csv", ("water_source", "sc_cat", "zone", "value"))
    capacity = table[table["sc_cat"] == "cap"].pivot_table(
        index="zone", columns="water_source", values="value", aggfunc="sum"
    )
    fresh = capacity[list(FRESH_SOURCES)].sum(axis=1) >= ENOUGH_WATER_MGAL
    other = capacity[list(OTHER_SOURCES)].sum(axis=1) >= ENOUGH_WATER_MGAL
    return {
        str(zone): "fresh" if fresh[zone] else "limited" if other[zone] else "none"
        for zone in capacity.index
    }


def _restricted(gathered: Gathered) -> set[str]:
    table = gathered.frame("state_nuclear_restrictions.csv", ("scope", "code"), ("code",))
    return set(table["code"])


def landmark_rows(gathered: Gathered) -> list[Row]:
    """Rows of the table `landmarks`: gas-fired and nuclear plants, principal ports."""
    plants = gathered.frame(
        "us_power_plants_202311.csv",
        ("plant_code", "plant_name", "longitude", "latitude", "nuclear", *GAS_COLUMNS),
        ("plant_code",),
    )
    plants["gas"] = plants[GAS_COLUMNS].fillna(0.0).sum(axis=1)
    rows = []
    for kind, column, least in (
        ("gas-plant", "gas", SMALLEST_GAS_PLANT_MW),
        ("nuclear-plant", "nuclear", 1.0),
    ):
        for plant in plants[plants[column].fillna(0.0) >= least].to_dict("records"):
            place = {"latitude_deg": plant["latitude"], "longitude_deg": plant["longitude"]}
            row = _landmark(kind, plant["plant_code"], plant["plant_name"], place)
            row |= {"capacity_mw": round(plant[column], 1), "port_kind": ""}
            rows.append(sourced(row, "EIA-POWER-PLANTS-2023", "published"))
    ports = gathered.frame(
        "ports_usace_principal.csv", ("port", "port_name", "type", "lat", "lon"), ("port",)
    )
    for port in ports.to_dict("records"):
        place = {"latitude_deg": port["lat"], "longitude_deg": port["lon"]}
        row = _landmark("port", port["port"], port["port_name"], place)
        row |= {"capacity_mw": "", "port_kind": PORT_KINDS[port["type"]]}
        rows.append(sourced(row, "USACE-PORTS", "published"))
    return sorted(rows, key=lambda row: str(row["landmark"]))


def _landmark(kind: str, code: str, name: str, place: dict[str, float]) -> Row:
    return {"landmark": f"{kind}-{code}", "kind": kind, "name": name, **place}


def zone_outlines(gathered: Gathered) -> gpd.GeoDataFrame:
    """Outlines of the zones in the plane, neighbours still touching."""
    zones = gpd.read_file(gathered.path("zones.geojson"))[["zone", "state", "geometry"]]
    zones = zones.to_crs(PLANE_CRS).sort_values("zone", ignore_index=True)
    shapes = shapely.coverage_simplify(zones.geometry.to_numpy(), ZONE_TOLERANCE_M)
    zones["geometry"] = shapely.set_precision(shapes, GRID_M)
    if not zones.is_valid.all() or zones.is_empty.any():
        raise ValueError("a zone's outline is not valid once simplified")
    return zones


def high_voltage_lines(gathered: Gathered, zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Lines of alternating current from 220 kV in and near the zones, by voltage, in the plane."""
    found = gpd.read_file(gathered.path("hv_transmission_hifld_simplified.geojson"))
    found = found[found["volt"].isin(list(LINE_CLASSES))]
    # The file's lines are straight in degrees; without points between, long ones would be straight
    # in the plane instead, which is up to a kilometre beside.
    found = found.set_geometry(found.geometry.segmentize(SEGMENT_DEG)).to_crs(PLANE_CRS)
    around = shapely.union_all(zones.geometry.to_numpy()).buffer(BEYOND_BORDER_M)
    shapely.prepare(around)
    parts: list[dict[str, Any]] = []
    for volt, shapes in found.groupby("volt", sort=True).geometry:
        pieces = shapely.get_parts(shapes.to_numpy())
        pieces = pieces[shapely.intersects(pieces, around)]
        merged = shapely.line_merge(shapely.union_all(shapely.set_precision(pieces, GRID_M)))
        simple = shapely.simplify(shapely.get_parts(merged), LINE_TOLERANCE_M)
        simple = shapely.set_precision(simple, GRID_M, mode="pointwise")
        kept = simple[shapely.length(simple) > 0]
        order = sorted(range(len(kept)), key=lambda at: shapely.to_wkt(kept[at]))
        parts += [{"line_kv": LINE_CLASSES[volt], "geometry": kept[at]} for at in order]
    frame = gpd.GeoDataFrame(parts, crs=PLANE_CRS)
    return frame.sort_values("line_kv", kind="stable", ignore_index=True)


def write_geo(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write GeoParquet, small."""
    frame.to_parquet(path, index=False, compression="zstd", compression_level=19)
