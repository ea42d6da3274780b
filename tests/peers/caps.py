"""Prices and caps of CO2 in PyPSA: carriers that emit, and global constraints on them.

A carrier is what a technology burns at a site, or what the site draws from the grid; it has one
figure of emissions for every scope, since a cap of a state counts the sites of that state only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from tests.peers.peer import Peer


def scopes_of(peer: Peer, site: str) -> list[str]:
    """The site's jurisdiction, what that is part of, and everywhere."""
    table = peer.x.tables["jurisdictions"].set_index("jurisdiction")["parent"]
    at = peer.x.tables["sites"].set_index("site").loc[site, "jurisdiction"]
    chain = []
    while isinstance(at, str) and at:
        chain.append(at)
        at = table[at]
    return [*chain, "*"]


def price(peer: Peer, site: str, e: Any) -> float:
    """USD a tonne, by the nearest scope that has one."""
    priced = peer.x.tables["carbon"].dropna(subset="price_usd_per_tonne")["scope"].to_list()
    nearest = next((q for q in scopes_of(peer, site) if q in priced), None)
    if nearest is None:
        return 0.0
    return peer.yearly("carbon", "price_usd_per_tonne", e.years, scope=nearest)


def tonnes_per_mwh(row: Any) -> float:
    per_mmbtu = row.co2_tonnes_per_mmbtu
    return 0.0 if pd.isna(per_mmbtu) else per_mmbtu * row.heat_rate_mmbtu_per_mwh


def grid_tonnes_per_mwh(peer: Peer, hour: dict[str, Any]) -> float:
    counted = peer.x.scenario.power.count_grid_co2
    return hour["marginal_co2_kg_per_mwh"] / 1e3 if counted else 0.0


def grid_attributes(peer: Peer, site: str) -> dict[str, Any]:
    """A tonne burnt for every tonne that the grid emits."""
    if not peer.x.scenario.power.count_grid_co2:
        return {}
    efficiency = peer.series(site, lambda _, hour: 1.0 / grid_tonnes_per_mwh(peer, hour))
    return {"carrier": f"grid at {site}", "efficiency": efficiency}


def add_carriers(peer: Peer) -> None:
    capped = peer.x.tables["carbon"].dropna(subset="cap_tonnes_per_year")["scope"].unique()
    emitted: dict[str, dict[str, float]] = {}
    for site in peer.x.tables["sites"]["site"]:
        within = {f"co2 of {q}": float(q in scopes_of(peer, site)) for q in capped}
        for row in peer.x.tables["power_technologies"].itertuples():
            blank = pd.isna(row.co2_tonnes_per_mmbtu)
            tonnes = 0.0 if blank else row.co2_tonnes_per_mmbtu
            emitted[f"{row.technology} at {site}"] = {q: tonnes * n for q, n in within.items()}
        emitted[f"grid at {site}"] = within
    peer.network.add("Carrier", [*emitted, "AC"])  # that of a bus
    for scope in capped:
        figures = {carrier: of[f"co2 of {scope}"] for carrier, of in emitted.items()}
        peer.network.carriers[f"co2 of {scope}"] = pd.Series(figures | {"AC": 0.0})


def add_caps(peer: Peer) -> None:
    """A global constraint for every scope and period.

    PyPSA has them for one investment period or for all; a cap on some of several is no case.
    """
    table = peer.x.tables["carbon"].dropna(subset="cap_tonnes_per_year")
    for scope in table["scope"].unique():
        for name, (first, end) in peer.x.calendar.period_months.items():
            tonnes = sum(
                peer.yearly("carbon", "cap_tonnes_per_year", peer.year_of(m), scope=scope) / 12.0
                for m in range(first, end)
            )
            steps = [e.index for e in peer.steps if first <= e.start_month < end]
            periods = peer.periods_of(steps)
            everything = periods == list(peer.network.investment_periods)
            assert everything or len(periods) == 1
            peer.network.add(
                "GlobalConstraint",
                f"co2 of {scope} in {name}",
                type="primary_energy",
                carrier_attribute=f"co2 of {scope}",
                sense="<=",
                constant=tonnes,
                investment_period=np.nan if everything else periods[0],
            )
