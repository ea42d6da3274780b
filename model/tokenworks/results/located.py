"""Sites of a result table as points."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tokenworks.inputs import Inputs


def located(inputs: Inputs, table: pd.DataFrame) -> Any:
    """A table with a column `site` as a GeoDataFrame of points."""
    # geopandas takes a second to import, and only a saved plan needs it.
    import geopandas as gpd  # noqa: PLC0415 -- as said

    places = inputs.tables["sites"].set_index("site")
    longitude = table["site"].map(places["longitude_deg"]).astype("float64")
    latitude = table["site"].map(places["latitude_deg"]).astype("float64")
    points = gpd.points_from_xy(longitude, latitude, crs="EPSG:4326")
    return gpd.GeoDataFrame(table, geometry=points)
