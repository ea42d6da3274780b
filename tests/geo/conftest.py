"""Made-up layers: three zones of one square degree or so each, a line along the 40th parallel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from tokenworks.geo.places import Layers
from tokenworks.geo.projection import GEOGRAPHIC_CRS, PLANE_CRS

# A county that nothing is wrong with; its distances are worked by hand in the tests.
COUNTY: dict[str, Any] = {
    "state": "ks",
    "zone": "z1",
    "latitude_deg": 39.9,
    "longitude_deg": -98.5,
    "population_per_km2": 10.0,
    "hazard_index": 10.0,
    "water": "fresh",
    "attainment": "attainment",
    "nuclear_restricted": False,
    "capital_cost_ratio": 1.0,
    "nuclear_cost_ratio": 1.0,
}
LANDMARKS = [
    ("gas-a", "gas-plant", -98.5, 39.8, 400.0),
    ("gas-b", "gas-plant", -98.4, 39.8, 600.0),
    ("nuclear-a", "nuclear-plant", -97.0, 38.5, 1000.0),
    ("port-a", "port", -98.5, 39.7, None),
]


def line(*points: tuple[float, float], kv: int) -> dict[str, Any]:
    # Short parts, so that the line follows the parallel in the plane too.
    return {"line_kv": kv, "geometry": shapely.segmentize(shapely.LineString(points), 0.05)}


@pytest.fixture
def make_layers() -> Callable[..., Layers]:
    """Layers with the counties given; a county gives what differs from `COUNTY`."""

    def make(*counties: dict[str, Any]) -> Layers:
        rows = [
            COUNTY | {"county_fips": f"{20000 + n}", "name": f"County {n}, KS"} | county
            for n, county in enumerate(counties, start=1)
        ]
        lines = [
            line((-100.0, 40.0), (-97.0, 40.0), kv=230),
            line((-100.0, 40.5), (-97.0, 40.5), kv=500),
        ]
        boxes = [(-99.0, 39.0, -98.0, 41.0), (-98.0, 39.0, -97.0, 41.0), (-97.0, 39.0, -96.0, 41.0)]
        zones = {"zone": ["z1", "z2", "z3"], "geometry": [shapely.box(*box) for box in boxes]}
        names = ("landmark", "kind", "longitude_deg", "latitude_deg", "capacity_mw")
        landmarks = pd.DataFrame(LANDMARKS, columns=list(names)).assign(name="Somewhere")
        return Layers(
            counties=pd.DataFrame(rows),
            landmarks=landmarks,
            lines=gpd.GeoDataFrame(lines, crs=GEOGRAPHIC_CRS).to_crs(PLANE_CRS),
            zones=gpd.GeoDataFrame(zones, crs=GEOGRAPHIC_CRS).to_crs(PLANE_CRS),
            headroom_mw=pd.Series({"z1": 100.0, "z2": 0.0, "z3": 50.0}),
        )

    return make
