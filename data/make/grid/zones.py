"""Zones and the links between them."""

from __future__ import annotations

from typing import Any

import pandas as pd
from gathered import Gathered
from rows import Row, hand_entered, sourced

SOURCE = "REEDS-2026"
KM_PER_MILE = 1.609344
USD_PER_MUSD = 1e6
LINK_USD_YEAR = 2024
LINK_KINDS = {"AC": "alternating-current", "HVDC": "direct-current", "B2B": "back-to-back"}
# Lines whose ends ReEDS took from a map made of OpenStreetMap: they stay out.
ENDS_FROM_OPENSTREETMAP = ("sunzia",)


def zone_frame(gathered: Gathered) -> pd.DataFrame:
    """The zones in the order of their numbers, by id."""
    frame = gathered.frame(
        "zones.csv",
        (
            *("zone", "nercr", "transreg", "state", "interconnect", "hurdlereg"),
            *("lat", "lon", "cendiv"),
        ),
    )
    number = frame["zone"].str.removeprefix("p").astype(int)
    return frame.iloc[number.argsort(kind="stable")].set_index("zone")


def zones(gathered: Gathered) -> list[Row]:
    """Rows of `zones`: where a zone lies and who runs its grid."""
    hand: dict[str, Any] = hand_entered("grid", "zones")
    rows = []
    for zone in zone_frame(gathered).itertuples():
        state = hand["states"][zone.state]
        utility = hand["operators"].get(zone.hurdlereg, zone.hurdlereg)
        place = hand["places"].get(zone.Index)
        row = {
            "zone": zone.Index,
            "name": f"{state}, {place} (ReEDS {zone.Index})"
            if place
            else f"{state} (ReEDS {zone.Index})",
            "operator": utility,
            "state": zone.state,
            "interconnection": zone.interconnect,
            "nerc_region": zone.nercr,
            "census_division": zone.cendiv.replace("_", " "),
            "latitude_deg": round(float(zone.lat), 4),
            "longitude_deg": round(float(zone.lon), 4),
        }
        rows.append(sourced(row, SOURCE, "published"))
    return rows


def link_frame(gathered: Gathered) -> pd.DataFrame:
    """Links between zones, those without a name under their kind."""
    frame = gathered.frame(
        "zone_links.csv",
        (
            *("zone_from", "zone_to", "type", "mw_forward", "mw_reverse", "new_line_kv"),
            *("new_line_miles", "new_line_cost_musd2024", "name", "year_online"),
        ),
        text=("name",),
    )
    frame = frame[~frame["name"].isin(ENDS_FROM_OPENSTREETMAP)]
    unknown = sorted(set(frame["type"]) - set(LINK_KINDS))
    if unknown:
        raise KeyError(f"zone_links.csv: unknown kinds of link {unknown}")
    kind = frame["type"].map(LINK_KINDS)
    name = frame["name"].str.replace("_", "-").where(frame["name"].notna(), kind)
    return frame.assign(kind=kind, link=name)


def zone_links(gathered: Gathered) -> list[Row]:
    """Rows of `zone_links`."""
    rows = []
    for link in link_frame(gathered).itertuples():
        row = {
            "from_zone": link.zone_from,
            "to_zone": link.zone_to,
            "link": link.link,
            "kind": link.kind,
            "forward_mw": float(link.mw_forward),
            "reverse_mw": float(link.mw_reverse),
            "in_service_year": "" if pd.isna(link.year_online) else int(link.year_online),
            "new_line_kv": _or_blank(link.new_line_kv),
            "new_line_km": _or_blank(link.new_line_miles, KM_PER_MILE),
            "new_line_cost_usd": _or_blank(link.new_line_cost_musd2024, USD_PER_MUSD),
            "usd_year": LINK_USD_YEAR,
        }
        rows.append(sourced(row, SOURCE, "published"))
    return rows


def _or_blank(value: float, factor: float = 1.0) -> float | str:
    return "" if pd.isna(value) else round(float(value) * factor, 1)
