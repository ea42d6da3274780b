"""Make the layers of the screening from the files of their sources.

Run as ``python data/make/layers.py --source DIR [--out data/layers] [--renew]``. Nothing is
downloaded; the same files give the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from gathered import RECORD, Gathered
from sites.shipped import write_layers


def main() -> None:
    """Read the source files, write the layers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder of source files")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "layers")
    parser.add_argument("--renew", action="store_true", help="take and record other editions")
    options = parser.parse_args()
    gathered = Gathered(options.source, renew=options.renew, record=RECORD)
    write_layers(gathered, options.out)
    for path in sorted(options.out.iterdir()):
        print(f"{path.name}: {path.stat().st_size:,} bytes")
    if options.renew:
        gathered.write_record()


if __name__ == "__main__":
    main()
