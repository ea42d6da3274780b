"""Make the tables of the scenario `us` and its named cases from the files of their sources.

Run as ``python data/make/us.py --source DIR [--out data] [--only THEME ...] [--renew]``. Nothing is
downloaded; running it twice on the same files gives the same bytes. A source file whose sha256 is
not the recorded one, or that lacks a column, is refused.
"""

from __future__ import annotations

import argparse
import json
from importlib import import_module
from pathlib import Path

from gathered import RECORD, Gathered
from rows import hand_entered, write_table

# Every theme is a package beside this file with `tables(gathered)`: path below the scenario's
# folder, without its ending, to rows. The last part of the path is the name of the table.
THEMES = ("grid", "power", "hardware", "demand", "sites")
CITING = ("sources", "figure_sources")


def write_theme(theme: str, gathered: Gathered, folder: Path) -> list[str]:
    """Write the tables of a theme; returns their paths, and says how many rows each has."""
    tables = import_module(theme).tables(gathered)
    for name, rows in tables.items():
        path = folder / name
        write_table(path.name, rows, path.parent)
        print(f"{theme}: {name}, {len(rows):,} rows")
    return sorted(tables)


def write_citations(folder: Path) -> None:
    """Write `sources` and `figure_sources`, gathered from every theme's hand-entered file."""
    for table in CITING:
        rows = [row for theme in ("", *THEMES) for row in _cited(theme, table)]
        write_table(table, rows, folder)


def _cited(theme: str, table: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = hand_entered(theme, "sources").get(table) or []
    return found


def main() -> None:
    """Read the source files; write the tables, and what they were made from."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder of source files")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1], help="data folder")
    parser.add_argument("--only", nargs="*", choices=THEMES, default=THEMES, help="themes to make")
    parser.add_argument("--renew", action="store_true", help="take and record other editions")
    parser.add_argument("--record", type=Path, default=RECORD, help="file of recorded editions")
    options = parser.parse_args()
    gathered = Gathered(options.source, renew=options.renew, record=options.record)
    folder = options.out / "us"
    for theme in options.only:
        write_theme(theme, gathered, folder)
    write_citations(folder)
    if tuple(options.only) == THEMES:
        text = json.dumps({"sha256": dict(sorted(gathered.sha256.items()))}, indent=2) + "\n"
        (folder / "made_from.json").write_text(text, encoding="utf-8", newline="\n")
    if options.renew:
        gathered.write_record()


if __name__ == "__main__":
    main()
