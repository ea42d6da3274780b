"""Make the tables of the scenario `us-quick` that are parts of those of `us`.

Run as ``python data/make/us_quick.py [--data data]`` after `us.py`. Nothing is downloaded; running
it twice on the same tables gives the same bytes. What `us` has no rows for is written by hand in
``data/cases/us-quick`` and is not touched.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from rows import Row, hand_entered, write_table

SITES = (
    "tx-victoria",
    "tx-brazoria",
    "ok-mayes",
    "ga-effingham",
    "in-dearborn",
    "ae-abu-dhabi",
)
ZONES = ("p51", "p65", "p67", "p94", "p107", "ae-abu-dhabi")
REGIONS = ("new-york", "atlanta", "chicago", "dallas", "dubai")
WORKLOADS = ("chat-70b", "public-70b", "agents-r1", "batch-120b")
# Which systems are looked at for which model; the others have no row.
SYSTEMS = {
    "llama2-70b": (
        "b200-8",
        "gb300-nvl72",
        "mi355x-8",
        "amd-like-2028",
        "amd-like-2030",
        "nvidia-2028",
        "nvidia-2030",
        "nvidia-2032",
    ),
    "deepseek-r1": ("gb300-nvl72", "nvidia-2028", "nvidia-2030", "nvidia-2032"),
    "gpt-oss-120b": ("mi355x-8", "amd-like-2030"),
}
# Lengths of an agent's turn, of which deepseek-r1 has points at many others.
AGENTS_TOKENS = (8192, 1024)
HOURS = 4
MEANS = (
    "grid_price_shape",
    "solar_capacity_factor",
    "wind_capacity_factor",
    "pue_overhead_shape",
    "load_shape",
    "net_load_mw",
    "marginal_co2_kg_per_mwh",
)


def demand(data: Path) -> pd.DataFrame:
    """Four workloads in five regions."""
    table = _read(data, "demand")
    return table[table["workload"].isin(WORKLOADS) & table["region"].isin(REGIONS)]


def operating_points(data: Path) -> pd.DataFrame:
    """Points of the systems and models that are looked at, and one request in two stages."""
    table = _read(data, "operating_points")
    kept = pd.Series(False, index=table.index)
    for model, systems in SYSTEMS.items():
        kept |= (table["model"] == model) & table["system"].isin(systems)
    lengths = table[["input_tokens", "output_tokens"]].astype(float)
    of_agents = (lengths["input_tokens"] == AGENTS_TOKENS[0]) & (
        lengths["output_tokens"] == AGENTS_TOKENS[1]
    )
    return _with_hand(
        table[kept & ((table["model"] != "deepseek-r1") | of_agents)], "operating_points"
    )


def interconnection_routes(data: Path) -> pd.DataFrame:
    """Routes of the six sites, and one beside an existing plant."""
    table = _read(data, "interconnection_routes")
    return _with_hand(table[table["site"].isin(SITES)], "interconnection_routes")


def operations(data: Path) -> pd.DataFrame:
    """Representative days of six zones, four hours in one.

    A capacity factor and a price are the mean of their hours; net load, which says when contracts
    are cut, is their highest.
    """
    table = pd.read_parquet(data / "us" / "operations.parquet")
    table = table[table["zone"].isin(ZONES)].copy()
    table["hour_utc"] = table["hour_utc"] // HOURS * HOURS
    same = [c for c in table.columns if c not in (*MEANS, "hour_utc")]
    how = dict.fromkeys(MEANS, "mean") | {"net_load_mw": "max"} | dict.fromkeys(same, "first")
    keys = ["zone", "day", "hour_utc"]
    made = table.groupby(keys, sort=True).agg({c: h for c, h in how.items() if c not in keys})
    return made.reset_index()[list(table.columns)].round(6)


def zone_loads(data: Path) -> pd.DataFrame:
    """Load of the six zones."""
    table = _read(data, "zone_loads")
    return table[table["zone"].isin(ZONES)]


def chronology(data: Path) -> pd.DataFrame:
    """The year of their load, hour by hour."""
    table = pd.read_parquet(data / "us" / "chronology.parquet")
    return table[table["load_region"].isin(zone_loads(data)["load_region"])]


def _read(data: Path, table: str) -> pd.DataFrame:
    """A table of `us`, its cells as they are written."""
    return pd.read_csv(data / "us" / f"{table}.csv", dtype=str, keep_default_na=False)


def _with_hand(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """A part of a table of `us`, and the rows that were written by hand for this scenario."""
    hand = pd.DataFrame(hand_entered("quick", name)[name], dtype=object)
    hand = hand.map(lambda cell: "" if pd.isna(cell) else str(cell))
    return pd.concat([table, hand]).fillna("")


def _rows(table: pd.DataFrame) -> list[Row]:
    return [{str(column): cell for column, cell in row.items()} for row in table.to_dict("records")]


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[1], help="data folder")
    data = parser.parse_args().data
    out = data / "cases" / "us-quick"
    for make in (demand, interconnection_routes, operating_points, operations, zone_loads):
        write_table(make.__name__, _rows(make(data)), out)
    write_table("chronology", chronology(data), out)


if __name__ == "__main__":
    main()
