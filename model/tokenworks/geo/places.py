"""Places that are screened: counties or parcels, with all that the layers say of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from tokenworks.geo.nearest import nearest_lines, nearest_points, pairs_within
from tokenworks.geo.projection import Floats, to_plane

HIGH_VOLTAGE_KV = 345
COORDINATES = ["longitude_deg", "latitude_deg"]
# Simplified outlines cut the coast by up to this much; farther out a place is in no zone.
BEYOND_OUTLINE_M = 5_000.0
PARCEL_COLUMNS = ("place", "name", *COORDINATES, "area_hectares")
# What a parcel takes over from its county.
COUNTY_FIGURES = (
    "county_fips",
    "state",
    "population_per_km2",
    "hazard_index",
    "water",
    "attainment",
    "nuclear_restricted",
    "capital_cost_ratio",
    "nuclear_cost_ratio",
)


@dataclass(frozen=True, eq=False)
class Layers:
    """What the screening knows of the country.

    Attributes
    ----------
    counties, landmarks
        The tables of those names.
    lines
        Lines of 220 kV and more in the plane, with `line_kv`.
    zones
        Outlines of the grid zones in the plane, with `zone`.
    headroom_mw
        Firm headroom by zone in the year that the options name.
    """

    counties: pd.DataFrame
    landmarks: pd.DataFrame
    lines: Any
    zones: Any
    headroom_mw: pd.Series


def county_places(layers: Layers) -> pd.DataFrame:
    """Every county at its centroid; its area is left out, since a site takes but a part of it."""
    counties = layers.counties.sort_values("county_fips", ignore_index=True)
    columns = ["name", "zone", *COORDINATES, *COUNTY_FIGURES]
    return counties[columns].assign(
        place=_county_ids(counties), area_hectares=np.nan, order=counties["county_fips"]
    )


def _county_ids(counties: pd.DataFrame) -> list[str]:
    """Ids such as tx-brazoria."""
    return [
        f"{state}-{slug(name.rpartition(',')[0])}"
        for state, name in zip(counties["state"], counties["name"], strict=True)
    ]


def slug(text: str) -> str:
    """A text as small letters and digits with hyphens between; empty where nothing is left."""
    kept = "".join(c if c.isascii() and c.isalnum() else " " for c in text.lower().replace("'", ""))
    return "-".join(kept.split())


def zones_of(layers: Layers, degrees: Floats) -> list[str]:
    """Zone of each point: the one it lies in, the nearest just beyond an outline, else blank."""
    if not len(degrees):
        return []
    points = shapely.points(to_plane(degrees[:, 0], degrees[:, 1]))
    outlines = layers.zones.geometry.to_numpy()
    names = layers.zones["zone"].tolist()
    found = [""] * len(points)
    tree = shapely.STRtree(outlines)
    pairs = tree.query(points, predicate="dwithin", distance=BEYOND_OUTLINE_M)
    metres = shapely.distance(points[pairs[0]], outlines[pairs[1]])
    for at in np.lexsort((pairs[1], metres, pairs[0])):
        point, zone = pairs[0][at], pairs[1][at]
        found[point] = found[point] or names[zone]
    return found


def parcel_places(layers: Layers, parcels: pd.DataFrame) -> pd.DataFrame:
    """Parcels with the figures of their county: that of the nearest centroid in the same zone.

    Parameters
    ----------
    layers
        The layers.
    parcels
        Columns `PARCEL_COLUMNS` and `zone`; the area is missing where a parcel is a point.
    """
    rows = []
    for zone, own in parcels.groupby("zone", sort=True):
        counties = layers.counties[layers.counties["zone"] == zone].sort_values("county_fips")
        near = nearest_points(own[COORDINATES].to_numpy(), counties[COORDINATES].to_numpy())
        figures = counties[list(COUNTY_FIGURES)].iloc[near.index].set_index(own.index)
        rows.append(own[[*PARCEL_COLUMNS, "zone"]].join(figures))
    return pd.concat(rows).sort_index().assign(order=lambda frame: frame["place"])


def measured(places: pd.DataFrame, layers: Layers, gas_nearby_km: float) -> pd.DataFrame:
    """Places with their distances, the gas-fired capacity near by and the zone's headroom."""
    here = places[COORDINATES].to_numpy(dtype=np.float64)
    high = layers.lines[layers.lines["line_kv"] >= HIGH_VOLTAGE_KV]
    of_kind = dict(list(layers.landmarks.groupby("kind")))
    there = {kind: rows[COORDINATES].to_numpy() for kind, rows in of_kind.items()}
    gas_mw = of_kind["gas-plant"]["capacity_mw"].to_numpy()
    place, plant = pairs_within(here, there["gas-plant"], gas_nearby_km)
    port = nearest_points(here, there["port"])
    rounded = {
        "line_230kv_km": nearest_lines(here, layers.lines.geometry).distance_km,
        "line_345kv_km": nearest_lines(here, high.geometry).distance_km,
        "gas_plant_km": nearest_points(here, there["gas-plant"]).distance_km,
        "nuclear_plant_km": nearest_points(here, there["nuclear-plant"]).distance_km,
        "port_km": port.distance_km,
        "gas_nearby_mw": np.bincount(place, weights=gas_mw[plant], minlength=len(here)),
    }
    return places.assign(
        **{name: np.round(values, 1) for name, values in rounded.items()},
        port=of_kind["port"]["name"].to_numpy()[port.index],
        headroom_mw=places["zone"].map(layers.headroom_mw).to_numpy(),
    )
