"""Make the tables of the scenario `us` and its named cases from the files of their sources.

Run as ``python data/make/us.py --source DIR [--out data] [--only THEME ...] [--renew]``. Nothing is
downloaded; running it twice on the same files gives the same bytes. A source file whose sha256 is
not the recorded one, or that lacks a column, is refused.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pandas as pd
from gathered import RECORD, Gathered
from rows import Row, hand_entered, write_table

Rows = list[Row] | pd.DataFrame

# Every theme is a package beside this file with `tables(gathered)`: path below the scenario's
# folder, without its ending, to rows. The last part of the path is the name of the table. Rows of
# a table that several themes give are put one after another, in the order of the themes.
THEMES = ("grid", "power", "hardware", "demand", "abroad", "sites")
# Tables of which every theme may hold rows in a hand-entered file: file to tables.
SHARED = {"sources": ("sources", "figure_sources"), "supply": ("supply", "supply_uses")}


# Path of a table to theme to rows.
Parts = dict[str, dict[str, Rows]]


def themed_tables(themes: Sequence[str], gathered: Gathered) -> Parts:
    """Rows of every table, theme by theme."""
    parts: Parts = {}
    for theme in themes:
        for name, rows in import_module(theme).tables(gathered).items():
            print(f"{theme}: {name}, {len(rows):,} rows")
            parts.setdefault(name, {})[theme] = rows
    return parts


def entered_tables() -> Parts:
    """Rows of the tables that every theme adds to by hand."""
    parts: Parts = {}
    for file, names in SHARED.items():
        for theme in ("", *THEMES):
            entered = hand_entered(theme, file)
            for name in names:
                parts.setdefault(name, {})[f"{theme}/hand"] = entered.get(name) or []
    return parts


def completed_cases(parts: Parts) -> Parts:
    """Every table, those of a case with the rows that other themes give to the base table.

    A case file takes the place of the whole table; the theme that makes the case makes all of its
    own rows, and knows nothing of the others'.
    """
    whole = dict(parts)
    for name, of_case in parts.items():
        base = parts.get(Path(name).name, {})
        if "/" in name:
            others = {theme: rows for theme, rows in base.items() if theme not in of_case}
            whole[name] = {**of_case, **others}
    return whole


def joined(parts: list[Rows]) -> Rows:
    """One table of the parts that themes give; a column that a part lacks is blank there."""
    if any(isinstance(part, pd.DataFrame) for part in parts):
        return pd.concat([pd.DataFrame(part) for part in parts], ignore_index=True)
    rows = [row for part in parts for row in part]
    names = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name, "") for name in names} for row in rows]


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
    parts = themed_tables(options.only, gathered)
    for name, entered in entered_tables().items():
        parts[name] = {**parts.get(name, {}), **entered}
    for name, of_themes in completed_cases(parts).items():
        rows = joined(list(of_themes.values()))
        if len(rows):
            write_table(Path(name).name, rows, (folder / name).parent)
    if tuple(options.only) == THEMES:
        text = json.dumps({"sha256": dict(sorted(gathered.sha256.items()))}, indent=2) + "\n"
        (folder / "made_from.json").write_text(text, encoding="utf-8", newline="\n")
    if options.renew:
        gathered.write_record()


if __name__ == "__main__":
    main()
