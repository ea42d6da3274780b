"""Power plants in service and in the queue, by zone and kind."""

from __future__ import annotations

import pandas as pd
from gathered import Gathered
from rows import Row, assumed, sourced

from grid.zones import zone_frame

QUEUE_YEARS = (2026, 2027, 2028, 2029, 2030)
# Columns of the gathered file to kinds of plant.
PLANT_KINDS = {
    "gas_cc": "gas-combined-cycle",
    "gas_ct": "gas-combustion-turbine",
    "gas_other": "gas-other",
    "coal": "coal",
    "nuclear": "nuclear",
    "hydro": "hydro",
    "pumped_hydro": "pumped-hydro",
    "solar": "solar",
    "wind": "wind",
    "battery": "battery",
    "oil": "oil",
    "biomass": "biomass",
    "geothermal": "geothermal",
    "other": "other",
}
QUEUE_KINDS = {
    "battery": "battery",
    "biomass": "biomass",
    "coal": "coal",
    "gas": "gas",
    "geothermal": "geothermal",
    "h2": "hydrogen",
    "hydro": "hydro",
    "nuclear": "nuclear",
    "pumped-hydro": "pumped-hydro",
    "pv": "solar",
    "wind-ofs": "wind-offshore",
    "wind-ons": "wind-onshore",
}


def capacity_frame(gathered: Gathered) -> pd.DataFrame:
    """Megawatts in service, zone by kind; nothing (NaN) for zones that the source lacks."""
    frame = gathered.frame("zone_capacity_existing_202311.csv", ("zone", *PLANT_KINDS))
    by_zone = frame.set_index("zone").rename(columns=PLANT_KINDS)
    return by_zone.reindex(zone_frame(gathered).index)


def queue_frame(gathered: Gathered) -> pd.DataFrame:
    """Megawatts queued up to each year, by zone and kind."""
    years = [str(year) for year in QUEUE_YEARS]
    frame = gathered.frame("zone_queue_2026_2030.csv", ("zone", "tg", *years))
    unknown = sorted(set(frame["tg"]) - set(QUEUE_KINDS))
    if unknown:
        raise KeyError(f"zone_queue_2026_2030.csv: unknown kinds {unknown}")
    order = {zone: position for position, zone in enumerate(zone_frame(gathered).index)}
    frame = frame.assign(kind=frame["tg"].map(QUEUE_KINDS), order=frame["zone"].map(order))
    frame = frame.sort_values(["order", "kind"]).set_index(["zone", "kind"])
    return frame[years].rename(columns=int)


def zone_capacity(gathered: Gathered) -> list[Row]:
    """Rows of `zone_capacity`: every kind in every zone.

    A zone that the source lacks has no plant of a megawatt in it; its rows say zero, `assumed`.
    """
    rows = []
    for zone, plants in capacity_frame(gathered).iterrows():
        for kind, found in plants.items():
            missing = bool(pd.isna(found))
            row = {
                "zone": str(zone),
                "kind": str(kind),
                "capacity_mw": 0.0 if missing else round(float(found), 1),
            }
            published = sourced(row, "EIA-POWER-PLANTS-2023", "published")
            rows.append(assumed(row) if missing else published)
    return rows


def zone_queue(gathered: Gathered) -> list[Row]:
    """Rows of `zone_queue`; a kind that nobody queued in a zone has none."""
    rows = []
    for key, queued in queue_frame(gathered).iterrows():
        zone, kind = key
        for year in QUEUE_YEARS:
            row = {"zone": zone, "kind": kind, "year": year, "queued_mw": float(queued[year])}
            rows.append(sourced(row, "REEDS-2026", "published"))
    return rows
