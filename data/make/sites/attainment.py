"""Ozone attainment by county, from EPA's Green Book.

Run as ``python data/make/sites/attainment.py phistory.csv [--year 2021]``: prints the lists that
stand in hand/attainment.yaml.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
import yaml

STANDARD = "8-Hour Ozone (2015)"
PARTS = {"W": "whole", "P": "part"}
# Connecticut has planning regions in place of counties since 2022; none of the old counties met it.
WHOLE_STATES = {"09"}

Listed = dict[str, dict[str, list[str]]]


def read_history(path: Path, year: int) -> Listed:
    """Counties, by part and state, that did not meet the standard in a year.

    Parameters
    ----------
    path
        The Green Book's file phistory, as CSV.
    year
        Of the column ``pw_<year>``: W for a whole county, P for part of one, blank for none.

    Raises
    ------
    KeyError
        Where the file has no such columns, or no county of the standard.
    ValueError
        Where a cell holds another letter.
    """
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    column = f"pw_{year}"
    missing = {"pollutant", "fips_state", "fips_cnty", column} - set(table.columns)
    if missing:
        raise KeyError(f"{path.name}: no columns {sorted(missing)}")
    rows = table[(table["pollutant"] == STANDARD) & (table[column] != "")]
    if rows.empty:
        raise KeyError(f"{path.name}: no county of {STANDARD} in {year}")
    unknown = sorted(set(rows[column]) - set(PARTS))
    if unknown:
        raise ValueError(f"{path.name}: {column} holds {unknown}, not W, P or blank")
    found: Listed = {name: {} for name in PARTS.values()}
    ordered = rows.sort_values(["fips_state", "fips_cnty"])
    for state, county, part in zip(
        ordered["fips_state"], ordered["fips_cnty"], ordered[column], strict=True
    ):
        found[PARTS[part]].setdefault(state, []).append(county)
    return found


def nonattainment(listed: Listed, counties: list[str]) -> set[str]:
    """Those of the counties that did not meet the standard, in whole or in part.

    Raises
    ------
    KeyError
        Where a listed county is none of the counties, so that the codes of the two differ.
    """
    named = {
        state + county
        for part in PARTS.values()
        for state, codes in listed[part].items()
        for county in codes
        if state not in WHOLE_STATES
    }
    unknown = sorted(named - set(counties))
    if unknown:
        raise KeyError(f"no such counties: {unknown}")
    return named | {fips for fips in counties if fips[:2] in WHOLE_STATES}


def main() -> None:
    """Print the lists of a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--year", type=int, default=2021)
    options = parser.parse_args()
    found = read_history(options.file, options.year)
    listed = {"standard": STANDARD, "year": options.year, **found}
    print(yaml.safe_dump(listed, sort_keys=False, default_flow_style=None, width=100))


if __name__ == "__main__":
    main()
