"""Firm and flexible headroom of the zones, and the parts that they are made of.

Firm: a NERC region has over, in a year, what its plants and the completed part of its queue count
as firm, less others' coincident peak with its reserve. What it lacks in the first year, when the
lights are on, is settled: regions of the same interconnection that have capacity over lend it
first, plants newer than the file, demand response and scarcity make up the rest. What a region has
over is shared by load, and a zone can only take what its own plants and its links bring.

Flexible: a load that may be cut for a share of its energy fits below the peak that the region was
built for. That room, grown with the load, comes on top of the firm headroom, or has to make up
for what the region lacks first.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from gathered import Gathered
from rows import Row, hand_entered, sourced

from grid.capacity import QUEUE_YEARS, capacity_frame, queue_frame
from grid.loads import growth_frame, hourly_load, load_frame
from grid.zones import link_frame, zone_frame

DEFAULT = "default"
ROOM = "headroom_mw_{:g}pct"
PERCENT = 100


def headroom_tables(
    gathered: Gathered, case: str = "baseline"
) -> dict[str, list[Row] | pd.DataFrame]:
    """Rows of the headroom and of its parts, by table, where others grow as in a case."""
    hand: dict[str, Any] = hand_entered("grid", "headroom")
    balance = balances(gathered, hand, case)
    firm = balance.assign(firm_headroom_mw=firm_headroom(balance))
    later = firm[firm["year"] > hand["first_year"]]
    return {
        "zone_headroom": _rows(later, ["zone", "year", "firm_headroom_mw"], "HEADROOM-OF-ZONES"),
        "zone_balance": _rows(balance, list(balance.columns), "HEADROOM-OF-ZONES"),
        "flexible_headroom": _flexible(gathered, later, hand, case),
    }


def firm_headroom(balance: pd.DataFrame) -> pd.Series:
    """What the region has over for the zone, as far as it can be delivered."""
    least = balance[["region_share_mw", "deliverable_mw"]].min(axis=1)
    return least.clip(lower=0.0)


def balances(gathered: Gathered, hand: dict[str, Any], case: str = "baseline") -> pd.DataFrame:
    """Parts of the firm headroom by zone and year, the first year in them."""
    zone = zone_frame(gathered)
    years = range(hand["first_year"], hand["last_year"] + 1)
    grown = growth_frame(gathered, case)
    parts = [_year(gathered, hand, zone, grown, year) for year in years]
    # What was lacking in the first year is as in the baseline: a case changes what comes after.
    today = _year(gathered, hand, zone, growth_frame(gathered, "baseline"), hand["first_year"])
    settled = _settled(zone, today)
    done = [_shared(zone, part, settled) for part in parts]
    columns = [
        *("zone", "year", "existing_firm_mw", "queue_firm_mw", "others_peak_mw"),
        *("reserve_margin_fraction", "settled_mw", "region_share_mw", "import_limit_mw"),
        "deliverable_mw",
    ]
    joined = pd.concat(done).reset_index()
    order = {name: position for position, name in enumerate(zone.index)}
    joined = joined.sort_values(
        ["zone", "year"], key=lambda c: c.map(order) if c.name == "zone" else c, kind="stable"
    )
    return joined[columns].reset_index(drop=True)


def _year(
    gathered: Gathered, hand: dict[str, Any], zone: pd.DataFrame, growth: pd.Series, year: int
) -> pd.DataFrame:
    """Plants, queue, peak and margin of every zone in a year, before regions are balanced."""
    load = load_frame(gathered)
    grown = np.array([float(growth[state, year]) for state in zone["state"]])
    margin = gathered.frame("prm_annual.csv", ("nerc_region", "t", "nerc"))
    margin = margin[margin["t"] == year].set_index("nerc_region")["nerc"]
    coincident = zone["nercr"].map(_coincidence(gathered, zone, load))
    return pd.DataFrame(
        {
            "year": year,
            "existing_firm_mw": _existing(gathered, hand, year).round(1),
            "queue_firm_mw": _queue(gathered, hand, zone, year).round(1),
            "others_peak_mw": (load["peak_mw_2024_est"] * coincident * grown).round(1),
            "reserve_margin_fraction": zone["nercr"].map(margin).astype("float64"),
            "import_limit_mw": _imports(gathered, zone, year).round(1),
        },
        index=zone.index,
    )


def _coincidence(gathered: Gathered, zone: pd.DataFrame, load: pd.DataFrame) -> pd.Series:
    """Peak of a NERC region over the sum of its zones' peaks, in the hours of 2023."""
    hourly = hourly_load(gathered)
    of_zone = pd.DataFrame(
        {
            name: hourly[load.loc[name, "load_region"]] * load.loc[name, "avg_mw_2024"]
            for name in zone.index
        }
    )
    regions = of_zone.T.groupby(zone["nercr"]).sum()
    return regions.max(axis=1) / of_zone.max().groupby(zone["nercr"]).sum()


def _existing(gathered: Gathered, hand: dict[str, Any], year: int) -> pd.Series:
    """Firm megawatts of the plants in service that are still there in a year."""
    capacity = capacity_frame(gathered).fillna(0.0)
    share = pd.Series(hand["firm_share"])
    loss = pd.Series(hand["retired_per_year"]).reindex(capacity.columns).fillna(0.0)
    left = (1.0 - loss) ** (year - hand["plants_of_year"])
    return (capacity * share[capacity.columns] * left).sum(axis=1)


def _queue(gathered: Gathered, hand: dict[str, Any], zone: pd.DataFrame, year: int) -> pd.Series:
    """Firm megawatts of queued plants that get built by a year.

    The queue ends in its last year; after it the mean pace of its years goes on.
    """
    queue = queue_frame(gathered)
    first, last = QUEUE_YEARS[0], QUEUE_YEARS[-1]
    queued = queue[min(max(year, first), last)]
    queued = queued + (queue[last] - queue[first]) / (last - first) * max(year - last, 0)
    kind = queue.index.get_level_values("kind")
    built = hand["completion"]
    share = np.array([built.get(k, built[DEFAULT]) * hand["firm_share"][k] for k in kind])
    return (queued * share).groupby(level="zone").sum().reindex(zone.index).fillna(0.0)


def _imports(gathered: Gathered, zone: pd.DataFrame, year: int) -> pd.Series:
    """Sum of the limits of the links that are in service in a year, into each zone."""
    links = link_frame(gathered)
    links = links[~(links["year_online"] > year)]
    into = pd.concat(
        [
            links.set_index("zone_to")["mw_forward"],
            links.set_index("zone_from")["mw_reverse"],
        ]
    )
    return into.groupby(level=0).sum().reindex(zone.index).fillna(0.0)


def _need(part: pd.DataFrame) -> pd.Series:
    return part["others_peak_mw"] * (1.0 + part["reserve_margin_fraction"])


def _over(part: pd.DataFrame) -> pd.Series:
    """Firm megawatts of a zone beyond others' peak and its reserve; below zero where it imports."""
    return part["existing_firm_mw"] + part["queue_firm_mw"] - _need(part)


def _settled(zone: pd.DataFrame, first: pd.DataFrame) -> pd.Series:
    """What each region is given for its lack in the first year (above 0) or lends (below 0)."""
    over = _over(first).groupby(zone["nercr"]).sum()
    grid = zone.groupby("nercr")["interconnect"].first()
    lacking = (-over).clip(lower=0.0)
    lending = over.clip(lower=0.0)
    asked = lacking.groupby(grid).sum()
    offered = lending.groupby(grid).sum()
    lent = (asked / offered.where(offered > 0.0)).fillna(0.0).clip(upper=1.0)
    return lacking - lending * grid.map(lent)


def _shared(zone: pd.DataFrame, part: pd.DataFrame, settled: pd.Series) -> pd.DataFrame:
    """The year's part with what the region has over, shared by load, and what can be delivered."""
    region = zone["nercr"]
    weight = part["others_peak_mw"] / part["others_peak_mw"].groupby(region).transform("sum")
    of_settled = (region.map(settled) * weight).round(1)
    over = _over(part)
    total = (over + of_settled).groupby(region).transform("sum")
    return part.assign(
        settled_mw=of_settled,
        region_share_mw=(total * weight).round(1),
        deliverable_mw=(over + part["import_limit_mw"]).round(1),
    )


def _flexible(
    gathered: Gathered, later: pd.DataFrame, hand: dict[str, Any], case: str
) -> pd.DataFrame:
    """Rows of `flexible_headroom`: firm headroom in it, net of others' growth."""
    zone = zone_frame(gathered)
    growth = growth_frame(gathered, case)
    state = later["zone"].map(zone["state"])
    grown = np.array([float(growth[s, y]) for s, y in zip(state, later["year"], strict=True)])
    lacking = later["region_share_mw"].clip(upper=0.0)
    parts = []
    for fraction in hand["curtailed_fractions"]:
        room = later["zone"].map(room_of_zones(gathered, fraction, hand)).round(1)
        flexible = (later["firm_headroom_mw"] + room * grown + lacking).clip(lower=0.0)
        parts.append(
            pd.DataFrame(
                {
                    "zone": later["zone"],
                    "year": later["year"].astype("int64"),
                    "curtailed_fraction": fraction,
                    "flexible_headroom_mw": flexible.round(1),
                    "measured_room_mw": room,
                    "source": "HEADROOM-OF-ZONES",
                    "confidence": "assumed",
                }
            )
        )
    frame = pd.concat(parts)
    return frame.sort_index(kind="stable").reset_index(drop=True)


def room_of_zones(gathered: Gathered, fraction: float, hand: dict[str, Any]) -> pd.Series:
    """Room below the seasonal peaks of 2020 to 2024, of regions shared among zones by load.

    Regions that no zone names, and those whose measurements are invalid, give none.
    """
    column = ROOM.format(fraction * PERCENT)
    room = gathered.frame("eia930_curtailment_headroom.csv", ("region", column))
    room = room[~room["region"].isin(hand["invalid_regions"])].set_index("region")[column]
    load = load_frame(gathered)
    measured = gathered.frame("eia930_curtailment_headroom.csv", ("region", "mean_mw"))
    size = measured.set_index("region")["mean_mw"]
    # A zone's load in a region: its own load, spread over its regions by their size.
    shares = []
    for zone in load.itertuples():
        names = zone.eia930_regions.split()
        total = float(size[names].sum())
        shares += [(zone.Index, n, zone.avg_mw_2024 * float(size[n]) / total) for n in names]
    share = pd.DataFrame(shares, columns=["zone", "region", "mw"])
    share["part"] = share["mw"] / share.groupby("region")["mw"].transform("sum")
    share["room"] = share["part"] * share["region"].map(room).fillna(0.0)
    return share.groupby("zone")["room"].sum()


def _rows(frame: pd.DataFrame, columns: list[str], source: str) -> list[Row]:
    """Rows of a frame, whole numbers as such, all assumed."""
    return [
        sourced(
            {
                name: int(value) if name == "year" else value if name == "zone" else float(value)
                for name, value in zip(columns, values, strict=True)
            },
            source,
            "assumed",
        )
        for values in frame[columns].itertuples(index=False)
    ]
