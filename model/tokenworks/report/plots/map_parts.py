"""Where the sites of a plan lie, how large they become, and what is sent between them.

The conterminous states are drawn in the plane of EPSG:5070 with their grid zones, everything else
in a plane that keeps distances from its midst, with a grid of degrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tokenworks.frames import lookup, rows
from tokenworks.plan import Plan
from tokenworks.report.page.outlines import zone_outlines
from tokenworks.report.page.places import STATES, Panel, Projection
from tokenworks.report.plots.style import (
    Words,
    plain,
)
from tokenworks.report.plots.wording import counted, listed, megawatts, month

if TYPE_CHECKING:
    pass

CHOSEN, CANDIDATE, REGION = "site", "candidate not chosen", "region of users"
_LARGEST_PT2, _SMALLEST_PT2 = 900.0, 30.0
_ROOM, _LEAST_SIDE_KM, _MOST_OF_COUNTRY = 1.35, 700.0, 0.75
ZONE, ZONE_EDGE = "#dbe3ea", "#ffffff"
_COLUMNS = [
    *("kind", "name", "panel", "longitude_deg", "latitude_deg", "x_km", "y_km"),
    *("zone", "it_capacity_mw", "first_token"),
]


def frame(plan: Plan) -> pd.DataFrame:
    """Sites, candidates and regions with their places.

    Returns
    -------
    DataFrame
        kind (site, candidate not chosen, region of users), name, panel, longitude_deg,
        latitude_deg, x_km and y_km (projected), zone, it_capacity_mw at the end of the horizon and
        first_token. What has no coordinates is left out.
    """
    x = plan.inputs
    sites, regions = x.tables["sites"], x.tables["regions"]
    end = plan.sites.sort_values("step_start").drop_duplicates("site", keep="last")
    capacity = lookup(end, "site", "it_capacity_mw")
    tokens = plan.timeline[plan.timeline["milestone"] == "first token"]
    first = lookup(tokens, "site", "date")
    projection = _projection(plan)
    placed, users = projection.by_name(sites, "site"), projection.by_name(regions, "region")
    entries = []
    for row in rows(sites):
        if row.site in placed:
            kind = CHOSEN if row.site in capacity else CANDIDATE
            place = placed[row.site]
            entries.append(
                (
                    *(kind, row.site, place.panel, row.longitude_deg, row.latitude_deg),
                    *(place.x_km, place.y_km, row.zone),
                    *(capacity.get(row.site, 0.0), first.get(row.site)),
                )
            )
    asking = set(plan.flows["region"])
    for row in rows(regions):
        if row.region in users and row.region in asking:
            place = users[row.region]
            where = (row.longitude_deg, row.latitude_deg, place.x_km, place.y_km)
            entries.append((REGION, row.region, place.panel, *where, "", 0.0, None))
    found = pd.DataFrame(entries, columns=_COLUMNS)
    return found.astype({"first_token": "datetime64[us]", "it_capacity_mw": "float64"})


def links(plan: Plan) -> pd.DataFrame:
    """What is sent from one site to another.

    Returns
    -------
    DataFrame
        from_site, to_site and mean_gbps: the most of all steps, of all workloads together.
    """
    sent = plan.transfers[plan.transfers["from_site"] != plan.transfers["to_site"]]
    pair = ["from_site", "to_site"]
    summed = sent.groupby([*pair, "step_start"], as_index=False)["mean_gbps"].sum()
    most: pd.DataFrame = summed.groupby(pair, as_index=False)["mean_gbps"].max()
    return most


def _projection(plan: Plan) -> Projection:
    points = [
        (float(row.longitude_deg), float(row.latitude_deg))
        for name in ("sites", "regions")
        for row in rows(plan.inputs.tables[name])
    ]
    return Projection(points)


def words(plan: Plan) -> Words:
    """Title and caption."""
    found = frame(plan)
    caption = (
        "Filled circles are sites, their area the MW of IT load at the end of the horizon; hollow "
        "ones candidates that are not chosen; small squares regions of users. Red lines: what is "
        "sent between sites, as wide as its mean Gbps. Tinted: grid zones of the scenario. "
        "Projection: Albers, EPSG:5070; elsewhere equidistant from the midst, with degrees."
    )
    chosen = found[found["kind"] == CHOSEN].sort_values("it_capacity_mw", ascending=False)
    others = int((found["kind"] == CANDIDATE).sum())
    if not len(chosen):
        return Words(f"None of {counted(others, 'candidate')} is built", caption)
    total = megawatts(float(chosen["it_capacity_mw"].sum()))
    place = f"{counted(len(chosen), 'site')} of {len(chosen) + others}"
    names = listed(
        [f"{row.name_} with {megawatts(row.it_capacity_mw)}" for row in renamed(chosen)], 2
    )
    if len(chosen) == 1:
        beside = (
            f"chosen among {counted(others + 1, 'candidate')}" if others else "the only candidate"
        )
        return Words(f"{names} of IT load, {beside}", caption)
    title = f"{place} chosen, {total} of IT load in the end; the largest {names}"
    return Words(title, caption)


def renamed(found: pd.DataFrame) -> Any:
    """Rows whose name is `name_`: a named tuple has a `name` of its own in some tools."""
    return rows(found.rename(columns={"name": "name_"}))


@dataclass(frozen=True)
class Part:
    """A panel with what lies in it: its range, outlines and places."""

    panel: Panel
    x_km: tuple[float, float]
    y_km: tuple[float, float]
    country: tuple[Any, ...]
    zones: tuple[tuple[str, Any], ...]
    places: pd.DataFrame


def parts_of(plan: Plan, found: pd.DataFrame) -> list[Part]:
    """Panels with what lies in them."""
    projection = _projection(plan)
    places = projection.by_name(plan.inputs.tables["sites"], "site")
    asking = set(plan.flows["region"])
    regions = projection.by_name(plan.inputs.tables["regions"], "region")
    users = [place for region, place in regions.items() if region in asking]
    parts = []
    for panel in projection.panels([*places.values(), *users]):
        mine = found[found["panel"] == panel.name]
        if panel.name != STATES:
            parts.append(Part(panel, panel.x_km, panel.y_km, (), (), mine))
            continue
        sites = plan.inputs.tables["sites"]
        by_zone: dict[str, list[Any]] = {}
        for site, zone in zip(sites["site"], sites["zone"], strict=True):
            by_zone.setdefault(zone, []).extend([places[site]] if site in places else [])
        zones = zone_outlines(plan.inputs.tables["zones"], by_zone)
        x_km, y_km = _near(mine, panel)
        parts.append(Part(panel, x_km, y_km, _country(), tuple(zones.items()), mine))
    return parts


def _country() -> tuple[Any, ...]:
    from tokenworks.report.page.outlines import state_outlines  # noqa: PLC0415 -- reads a layer

    return tuple(state_outlines())


def _near(places: pd.DataFrame, panel: Panel) -> tuple[tuple[float, float], tuple[float, float]]:
    """The surroundings of places that lie together, else all of the country."""
    whole = np.array([panel.x_km, panel.y_km])
    points = places[["x_km", "y_km"]].to_numpy()
    low, high = points.min(axis=0), points.max(axis=0)
    side = np.maximum((high - low) * _ROOM, _LEAST_SIDE_KM)
    extent = np.ptp(whole, axis=1)
    scale = float((side / extent).max())
    if scale > _MOST_OF_COUNTRY:
        return panel.x_km, panel.y_km
    half, middle = extent * scale / 2.0, (low + high) / 2.0
    (x0, y0), (x1, y1) = middle - half, middle + half
    return (float(x0), float(x1)), (float(y0), float(y1))


def hover(row: Any) -> str:
    """What is said of a place under the pointer."""
    said = f"{plain(row.name_)}, {row.kind}"
    if row.kind != CHOSEN:
        return said
    token = f"first token {month(row.first_token)}" if pd.notna(row.first_token) else "no token"
    return f"{said}<br>{megawatts(row.it_capacity_mw)} of IT load in the end<br>{token}"


def size(mw: float, most_mw: float) -> float:
    """Area of a site's circle, square points."""
    return max(_SMALLEST_PT2, _LARGEST_PT2 * mw / most_mw) if most_mw > 0.0 else _SMALLEST_PT2
