"""What a prefill sends to a decode at another site, and how long that takes."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tokenworks.candidates.points import by_distance_ms
from tokenworks.frames import rows
from tokenworks.geo.distance import distances_km
from tokenworks.inputs import Inputs

BITS_PER_BYTE = 8
_MS_PER_S = 1e3


@dataclass(frozen=True)
class Link:
    """A way from one site to another.

    Attributes
    ----------
    capacity_gbps
        Most that it carries.
    rtt_ms
        Round trip.
    usd_per_gb
        Cost of what is sent.
    """

    capacity_gbps: float
    rtt_ms: float
    usd_per_gb: float

    def transfer_ms(self, gigabytes: float) -> float:
        """Wait for what is sent: a round trip, and all of it at the link's full rate."""
        return self.rtt_ms + gigabytes * BITS_PER_BYTE / self.capacity_gbps * _MS_PER_S


def links(x: Inputs) -> dict[tuple[str, str], Link]:
    """(from, to) to the link between two sites."""
    sites = x.tables["sites"].set_index("site")
    table = x.tables["site_links"]
    if table.empty:
        return {}
    number = {site: i for i, site in enumerate(sites.index)}
    latitudes, longitudes = sites["latitude_deg"].tolist(), sites["longitude_deg"].tolist()
    kilometres = distances_km(latitudes, longitudes, latitudes, longitudes)
    found = {}
    for row in rows(table):
        apart = float(kilometres[number[row.from_site], number[row.to_site]])
        trip = by_distance_ms(x, apart) if pd.isna(row.rtt_ms) else row.rtt_ms
        price = 0.0 if pd.isna(row.cost_usd_per_gb) else row.cost_usd_per_gb
        found[row.from_site, row.to_site] = Link(row.capacity_gbps, trip, price)
    return found
