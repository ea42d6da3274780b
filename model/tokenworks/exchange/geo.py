"""A plan on the map: sites as points, flows and links as lines, as GeoParquet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from tokenworks.exchange.files import written_beside
from tokenworks.frames import lookup
from tokenworks.plan import Plan

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

CRS = "EPSG:4326"
WHATS = ("sites", "flows", "links")


def sites(plan: Plan) -> GeoDataFrame:
    """Every candidate site as a point, with what the plan makes of it at the end of the horizon."""
    import geopandas as gpd  # noqa: PLC0415 -- takes a second

    places = plan.inputs.tables["sites"][
        ["site", "name", "zone", "jurisdiction", "max_it_mw", "longitude_deg", "latitude_deg"]
    ]
    used = plan.tables["sites"].sort_values("step_start")
    last = used.groupby("site", as_index=False).last()
    first = used.groupby("site")["step_start"].min().rename("energised_from").reset_index()
    columns = ["site", "it_capacity_mw", "design_load_mw", "contracted_mw", "own_capacity_mw"]
    frame = places.merge(first, how="left", on="site").merge(last[columns], how="left", on="site")
    frame["chosen"] = frame["energised_from"].notna()
    filled = columns[1:]
    frame[filled] = frame[filled].fillna(0.0)
    points = gpd.points_from_xy(frame.pop("longitude_deg"), frame.pop("latitude_deg"), crs=CRS)
    return gpd.GeoDataFrame(frame, geometry=points)


def flows(plan: Plan) -> GeoDataFrame:
    """Tokens from site to region as lines, by workload and period."""
    served = plan.tables["flows"]
    owned = served[(served["how"] == "owned") & (served["served_mtokens"] > 0.0)]
    keys = ["workload", "site", "region", "period"]
    frame = owned.groupby(keys)["served_mtokens"].sum().reset_index()
    return _lines(plan, frame, ("site", "sites"), ("region", "regions"))


def links(plan: Plan) -> GeoDataFrame:
    """Key-value caches from site to site as lines, by workload and period."""
    sent = plan.tables["transfers"]
    between = sent[sent["from_site"] != sent["to_site"]]
    keys = ["workload", "from_site", "to_site", "period"]
    frame = between.groupby(keys, as_index=False, sort=True)[
        ["peak_gbps", "link_capacity_gbps"]
    ].max()
    return _lines(plan, frame, ("from_site", "sites"), ("to_site", "sites"))


def _lines(
    plan: Plan, frame: pd.DataFrame, start: tuple[str, str], end: tuple[str, str]
) -> GeoDataFrame:
    """Straight lines in degrees between two columns of ids; no distance is taken of them."""
    import geopandas as gpd  # noqa: PLC0415 -- takes a second
    from shapely import LineString  # noqa: PLC0415 -- with it

    def place(column: str, table: str) -> list[tuple[Any, Any]]:
        located = plan.inputs.tables[table]
        key = located.columns[0]
        x, y = lookup(located, key, "longitude_deg"), lookup(located, key, "latitude_deg")
        return [(x[one], y[one]) for one in frame[column]]

    ends = zip(place(*start), place(*end), strict=True)
    return gpd.GeoDataFrame(frame, geometry=[LineString(pair) for pair in ends], crs=CRS)


def write_geoparquet(plan: Plan, path: Path | str, what: str, force: bool = False) -> Path:
    """Write sites, flows or links as GeoParquet."""
    frame = {"sites": sites, "flows": flows, "links": links}[what](plan)
    with written_beside(Path(path), force) as draft:
        frame.to_parquet(draft, index=False)
    return Path(path)
