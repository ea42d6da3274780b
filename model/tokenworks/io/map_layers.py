"""The layers that ship with the package, as files to frames."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tokenworks.errors import InputError, Problem
from tokenworks.geo.places import Layers
from tokenworks.io.places import shipped_folders, shown_path
from tokenworks.io.tables import read_table
from tokenworks.schema.tables import INPUT_TABLES
from tokenworks.schema.tables_screening import SCREENING_TABLES
from tokenworks.schema.wording import listed

HEADROOM = "zone_headroom"


def layer_folder() -> Path:
    """Folder of the shipped layers."""
    return shipped_folders()[0] / "layers"


def shipped_headroom() -> Path:
    """The shipped table of zone headroom that the screening goes by, CSV or Parquet."""
    stem = shipped_folders()[0] / "us" / HEADROOM
    parquet = stem.with_suffix(".parquet")
    return parquet if parquet.is_file() else stem.with_suffix(".csv")


def shipped_figure_sources() -> pd.DataFrame:
    """`figure_sources` of the shipped scenario `us` but for its sites; empty where none ships."""
    path = shipped_folders()[0] / "us" / "figure_sources.csv"
    table = INPUT_TABLES["figure_sources"]
    if not path.is_file():
        return pd.DataFrame(columns=list(table.names))
    frame = read_table(table, path).frame
    return frame[frame["table"] != "sites"]


def read_layers(folder: Path, headroom_file: Path, year: int) -> Layers:
    """Read the layers.

    Parameters
    ----------
    folder
        Holds `counties.parquet`, `landmarks.csv`, `lines.parquet` and `zones.parquet`.
    headroom_file
        A `zone_headroom` table.
    year
        Year of the headroom; between two rows of a zone it is interpolated.

    Raises
    ------
    InputError
        Where a file is missing or wrong.
    """
    import geopandas as gpd  # noqa: PLC0415 -- slow to import

    shapes = {}
    for name in ("lines", "zones"):
        path = folder / f"{name}.parquet"
        if not path.is_file():
            words = "there is no such file", "install the package again"
            raise InputError([Problem(shown_path(path), 0, "", *words)])
        shapes[name] = gpd.read_parquet(path)
    headroom = headroom_of(read_table(INPUT_TABLES[HEADROOM], headroom_file).frame, year)
    lacking = sorted(set(shapes["zones"]["zone"]) - set(headroom.index))
    if lacking:
        words = f"holds no headroom of the zones {listed(lacking)}", "add a row for each"
        raise InputError([Problem(shown_path(headroom_file), 0, "zone", *words)])
    return Layers(
        counties=read_table(SCREENING_TABLES["counties"], folder / "counties.parquet").frame,
        landmarks=read_table(SCREENING_TABLES["landmarks"], folder / "landmarks.csv").frame,
        lines=shapes["lines"],
        zones=shapes["zones"],
        headroom_mw=headroom,
    )


def headroom_of(table: pd.DataFrame, year: int) -> pd.Series[float]:
    """Firm headroom by zone in a year: interpolated, and outside the years the nearest."""
    wide = table.pivot_table(index="year", columns="zone", values="firm_headroom_mw")
    years = sorted({*wide.index, year})
    filled = wide.reindex(years).interpolate(method="index", limit_direction="both")
    found: pd.Series[float] = filled.T[year]
    return found
