"""First stage: make the compact extracts from the files that their publishers offer.

Run as ``python data/make/extract.py --source DIR --out DIR2 [--only NAME ...] [--renew]``. The
second stage (``us.py``, ``us_tiny.py``) reads what this one writes. `official/README.md` says which
file of which publisher each extract needs and where in DIR it is looked for. Nothing is downloaded;
the same files give the same bytes. A file whose sha256 is not the recorded one, of which none is
recorded, or that lacks a column, is refused.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
from official import (
    eia930,
    geonames,
    ibm_latency,
    mlperf,
    places,
    plants,
    prices,
    reeds_costs,
    reeds_network,
    reeds_siting,
    reeds_zones,
    zone_load,
)
from official.reading import RECORD, Official

Extract = Callable[[Official], pd.DataFrame]

# Every module lists its extracts: name of the file to the function that makes it.
MODULES = (
    reeds_zones,
    reeds_network,
    reeds_costs,
    reeds_siting,
    zone_load,
    eia930,
    plants,
    prices,
    places,
    mlperf,
    geonames,
    ibm_latency,
)
EXTRACTS: dict[str, Extract] = {name: make for m in MODULES for name, make in m.EXTRACTS.items()}


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write an extract as CSV, Parquet or GeoJSON, whichever its name ends in."""
    if path.suffix == ".parquet":
        frame.to_parquet(path, compression="zstd", compression_level=19)
    elif isinstance(frame, gpd.GeoDataFrame):
        path.write_text(frame.to_json(drop_id=True) + "\n", encoding="utf-8", newline="\n")
    else:
        frame.to_csv(path, index=False, lineterminator="\n")


def main(arguments: list[str] | None = None) -> None:
    """Read the publishers' files and write the extracts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder of publishers' files")
    parser.add_argument("--out", type=Path, required=True, help="folder of extracts")
    parser.add_argument("--only", nargs="+", choices=EXTRACTS, metavar="NAME", help="extracts")
    parser.add_argument("--renew", action="store_true", help="take and record other editions")
    parser.add_argument("--record", type=Path, default=RECORD, help="file of recorded editions")
    options = parser.parse_args(arguments)
    official = Official(options.source, renew=options.renew, record=options.record)
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.only or EXTRACTS:
        frame = EXTRACTS[name](official)
        write(frame, options.out / name)
        print(f"{name}: {len(frame):,} rows")
    if options.renew:
        official.write_record()


if __name__ == "__main__":
    main()
