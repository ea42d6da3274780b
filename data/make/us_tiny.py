"""Make the tables of the scenario `us-tiny` from gathered public files.

Run as ``python data/make/us_tiny.py --source DIR [--out data]``. Nothing is downloaded; running
it twice on the same files gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from gathered import Gathered
from rows import Row, hand_entered, write_table
from tiny.demand import demand_tables
from tiny.headroom import zone_headroom
from tiny.operations import operations
from tiny.place import counties, place_tables, price_index
from tiny.power import power_tables
from tiny.tokens import token_tables

COMMON = (
    "price_index",
    "power_technologies",
    "power_costs",
    "fuel_prices",
    "permit_routes",
    "hardware",
    "models",
    "operating_points",
    "workloads",
    "cloud_prices",
    "sources",
    "figure_sources",
)


def all_tables(gathered: Gathered) -> dict[str, list[Row]]:
    """Rows of every table, by table."""
    county = counties(gathered, hand_entered("tiny", "place"))
    zones = dict(sorted(zip(county["zone"], county["state"], strict=True)))
    return {
        **place_tables(gathered),
        **demand_tables(gathered),
        "zone_headroom": zone_headroom(gathered, zones),
        "operations": operations(gathered, zones),
        "price_index": price_index(),
        **power_tables(gathered, zones),
        **token_tables(gathered),
        "sources": hand_entered("tiny", "sources")["sources"],
        "figure_sources": hand_entered("tiny", "figure_sources")["figure_sources"],
    }


def main() -> None:
    """Read the gathered files and write the tables and what they were made from."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder of gathered files")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1], help="data folder")
    parser.add_argument("--renew", action="store_true", help="take and record other editions")
    options = parser.parse_args()
    gathered = Gathered(options.source, renew=options.renew)
    folders = {"common": options.out / "common", "us-tiny": options.out / "us-tiny"}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    for table, rows in all_tables(gathered).items():
        write_table(table, rows, folders["common" if table in COMMON else "us-tiny"])
    made_from = {"sha256": dict(sorted(gathered.sha256.items()))}
    text = json.dumps(made_from, indent=2) + "\n"
    (folders["us-tiny"] / "made_from.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
