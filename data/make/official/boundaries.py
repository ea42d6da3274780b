"""County boundaries: U.S. Census Bureau, Cartographic Boundary Files, counties, 1 : 500,000.

File ``census/cb_<year>_us_county_500k.zip`` (shapefile in a zip) of 2022 or later, so that it has
the planning regions of Connecticut that ReEDS uses; public domain. Columns read: GEOID (county
code) and the geometry in degrees (NAD 83).
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from gathered import Refused

from official.reading import Official, require

PATTERN = "census/cb_*_us_county_500k.*"
DEGREES = "EPSG:4326"
ALBERS = "EPSG:5070"  # equal-area metres, contiguous United States


def county_shapes(official: Official, wanted: pd.Series) -> gpd.GeoDataFrame:
    """Shapes of the counties asked for, in their order: columns fips and geometry.

    Raises
    ------
    Refused
        Where a county has no shape.
    """
    name = official.one_of(PATTERN)
    shapes = gpd.read_file(official.path(name))
    require(name, shapes.columns, ["GEOID"])
    shapes = shapes[["GEOID", "geometry"]].rename(columns={"GEOID": "fips"}).to_crs(DEGREES)
    missing = sorted(set(wanted) - set(shapes["fips"]))
    if missing:
        some = ", ".join(missing[:10])
        raise Refused(f"{name}: no shape of {len(missing)} counties of the zones, such as {some}")
    return shapes.set_index("fips").loc[list(wanted)].reset_index()


def located(points: pd.DataFrame, shapes: gpd.GeoDataFrame, column: str) -> pd.Series:
    """What shape each point (columns lon and lat) lies in, as that shape's `column`; else missing.

    A point on a common border takes the first shape.
    """
    at = gpd.GeoDataFrame(
        index=points.index,
        geometry=gpd.points_from_xy(points["lon"], points["lat"]),
        crs=DEGREES,
    )
    joined = gpd.sjoin(at, shapes[[column, "geometry"]], how="left", predicate="intersects")
    return joined[~joined.index.duplicated()][column]
