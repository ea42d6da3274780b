"""Outlines of grid zones and states, projected, for the map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tokenworks.geo.projection import Floats
from tokenworks.io.map_layers import layer_folder
from tokenworks.report.page.places import STATES, Place

_ZONES_FILE = "zones.parquet"
_NEAR_M = 60_000.0
Line = list[float | None]


def zone_outlines(zones: pd.DataFrame, points: Mapping[str, list[Place]]) -> dict[str, Any]:
    """Zones of a scenario that are zones of the shipped layer, and their shapes in metres.

    Parameters
    ----------
    zones
        The scenario's zones. One whose points all lie elsewhere has the name of a shipped zone and
        is another: it has no outline.
    points
        Zone to points known to lie in it: its own, and its sites.
    """
    import shapely  # noqa: PLC0415 -- slow to import

    path = layer_folder() / _ZONES_FILE
    if not path.is_file():
        return {}
    import geopandas as gpd  # noqa: PLC0415 -- slow to import

    layer = gpd.read_parquet(path)
    shapes = dict(zip(layer["zone"], layer.geometry, strict=True))
    found = {}
    for zone in zones["zone"]:
        shape = shapes.get(zone)
        if shape is None:
            continue
        inside = [p for p in points.get(zone, []) if p.panel == STATES]
        if any(shapely.distance(shape, _point(p)) < _NEAR_M for p in inside):
            found[str(zone)] = shape
    return found


def state_outlines() -> list[Any]:
    """States as the union of their zones, in metres; none where no layer is there."""
    import geopandas as gpd  # noqa: PLC0415 -- slow to import
    import shapely  # noqa: PLC0415 -- slow to import

    path = layer_folder() / _ZONES_FILE
    if not path.is_file():
        return []
    layer = gpd.read_parquet(path)
    return [
        shapely.union_all(group.geometry.to_numpy())
        for _, group in layer.groupby("state", sort=True)
    ]


def as_path(shape: Any) -> tuple[Line, Line]:
    """Rings of a shape in kilometres, one after the other, with breaks between."""
    import shapely  # noqa: PLC0415 -- slow to import

    east: Line = []
    north: Line = []
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon":
            continue
        ring: Floats = np.round(shapely.get_coordinates(part.exterior) / 1e3)
        if east:
            east.append(None)
            north.append(None)
        east += ring[:, 0].tolist()
        north += ring[:, 1].tolist()
    return east, north


def _point(place: Place) -> Any:
    import shapely  # noqa: PLC0415 -- slow to import

    return shapely.Point(place.x_km * 1e3, place.y_km * 1e3)
