"""Firm headroom of the zones: what completed queue projects leave after others' growth."""

from __future__ import annotations

from typing import Any

import pandas as pd
from gathered import Gathered
from rows import Row, hand_entered, sourced

BASE_YEAR = 2026  # the grid is taken to be in balance then
LAST_QUEUE_YEAR = 2030


def zone_headroom(gathered: Gathered, zones: dict[str, str]) -> list[Row]:
    """Headroom of one buyer by zone and year.

    The zone is in balance at the start. Since then ``A`` firm megawatts were added by projects of
    the queue at their completion rate, and others' peak grew by ``G``. A new firm contract needs
    its reserve too, so the zone can still sign ``A / (1 + margin) - G``, of which one buyer gets
    a share.

    Parameters
    ----------
    gathered
        The gathered files.
    zones
        State of each zone.
    """
    hand: dict[str, Any] = hand_entered("tiny", "place")["headroom"]
    queue = gathered.frame(
        "zone_queue_2026_2030.csv", ("zone", "tg", "2026", "2027", "2028", "2029", "2030")
    )
    peak = gathered.frame("zone_load.csv", ("zone", "peak_mw_2024_est")).set_index("zone")[
        "peak_mw_2024_est"
    ]
    region = gathered.frame("zones.csv", ("zone", "nercr")).set_index("zone")["nercr"]
    growth = _baseline(
        gathered.frame("load_growth_aeo2026.csv", ("state", "year", "mult_vs_2024", "case"))
    )
    margin = gathered.frame("prm_annual.csv", ("nerc_region", "t", "nerc")).set_index(
        ["nerc_region", "t"]
    )["nerc"]
    rows = []
    for zone, state in zones.items():
        others = 1.0 - hand["large_load_share_of_growth"][state]
        for year in hand["years"]:
            added = _added_firm_mw(queue[queue["zone"] == zone], year, hand)
            grown = float(peak[zone]) * (growth[state, year] - growth[state, BASE_YEAR]) * others
            left = max(added / (1.0 + float(margin[region[zone], year])) - grown, 0.0)
            row = {
                "zone": zone,
                "year": year,
                "firm_headroom_mw": round(left * hand["buyer_fraction"], 1),
            }
            rows.append(sourced(row, "REEDS-2026", "assumed"))
    return rows


def _baseline(growth: pd.DataFrame) -> dict[tuple[str, int], float]:
    """Load over that of 2024, by state and year."""
    kept = growth[growth["case"] == "baseline"]
    return {
        (str(state), int(year)): float(value)
        for state, year, value in zip(
            kept["state"], kept["year"], kept["mult_vs_2024"], strict=True
        )
    }


def _added_firm_mw(queue: pd.DataFrame, year: int, hand: dict[str, Any]) -> float:
    """Firm megawatts that the zone's queue adds from the base year to a year.

    The queue ends in its last year; after it the pace of its last step goes on.
    """
    steps = {
        str(y): queue[str(y)] - queue[str(BASE_YEAR)] for y in range(BASE_YEAR, LAST_QUEUE_YEAR + 1)
    }
    nameplate = steps[str(min(year, LAST_QUEUE_YEAR))].copy()
    pace = queue[str(LAST_QUEUE_YEAR)] - queue[str(LAST_QUEUE_YEAR - 1)]
    nameplate += pace * max(year - LAST_QUEUE_YEAR, 0)
    firm = queue["tg"].map(hand["accreditation"]).fillna(0.0)
    return float((nameplate * firm).sum() * hand["completion_fraction"])
