"""Tables of the grid, made from the files of their sources."""

from __future__ import annotations

import pandas as pd
from gathered import Gathered
from rows import Row

from grid.capacity import zone_capacity, zone_queue
from grid.headroom import headroom_tables
from grid.loads import chronology, chronology_days, load_growth, zone_loads
from grid.operations import operations
from grid.prices import fuel_prices, tariffs
from grid.zones import zone_links, zones


def tables(gathered: Gathered) -> dict[str, list[Row] | pd.DataFrame]:
    """Rows of every table of the grid, by path below the scenario's folder.

    Parameters
    ----------
    gathered
        The gathered files.
    """
    return {
        "zones": zones(gathered),
        "zone_links": zone_links(gathered),
        "zone_loads": zone_loads(gathered),
        "load_growth": load_growth(gathered, "baseline"),
        **_case_of_growth(gathered, "high"),
        **_case_of_growth(gathered, "low"),
        "zone_capacity": zone_capacity(gathered),
        "zone_queue": zone_queue(gathered),
        **headroom_tables(gathered),
        "fuel_prices": fuel_prices(gathered, "base"),
        "cases/gas-high/fuel_prices": fuel_prices(gathered, "gas-high"),
        "cases/gas-low/fuel_prices": fuel_prices(gathered, "gas-low"),
        "tariffs": tariffs(gathered),
        "operations": operations(gathered),
        "chronology": chronology(gathered),
        "chronology_days": chronology_days(gathered),
    }


def _case_of_growth(gathered: Gathered, case: str) -> dict[str, list[Row] | pd.DataFrame]:
    """Others' growth in a case of the outlook, and the headroom that it leaves."""
    headroom = headroom_tables(gathered, case)
    made = {
        "load_growth": load_growth(gathered, case),
        "zone_balance": headroom["zone_balance"],
        "zone_headroom": headroom["zone_headroom"],
        "flexible_headroom": headroom["flexible_headroom"],
    }
    return {f"cases/growth-{case}/{name}": rows for name, rows in made.items()}
