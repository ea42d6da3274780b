"""Writes the layers as the package ships them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import yaml
from gathered import Gathered
from rows import MAKE, Row

from sites.layers import (
    county_rows,
    high_voltage_lines,
    landmark_rows,
    write_geo,
    zone_outlines,
)
from tokenworks.io.table_text import table_bytes
from tokenworks.schema.tables import INPUT_TABLES
from tokenworks.schema.tables_screening import SCREENING_TABLES

ENDINGS = {"counties": ".parquet", "landmarks": ".csv"}


def write_layers(gathered: Gathered, folder: Path) -> None:
    """Write counties, landmarks, lines and zone outlines, and where their figures come from."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {"counties": county_rows(gathered), "landmarks": landmark_rows(gathered)}
    for name, rows in made.items():
        suffix = ENDINGS[name]
        given = [{k: v for k, v in row.items() if v != ""} for row in rows]
        content = table_bytes(SCREENING_TABLES[name], given, suffix)
        (folder / f"{name}{suffix}").write_bytes(content)
    zones = zone_outlines(gathered)
    write_geo(zones, folder / "zones.parquet")
    write_geo(high_voltage_lines(gathered, zones), folder / "lines.parquet")
    file = MAKE / "sites" / "hand" / "layers.yaml"
    cited: list[Row] = yaml.safe_load(file.read_text(encoding="utf-8"))["figure_sources"]
    content = table_bytes(INPUT_TABLES["figure_sources"], cited, ".csv")
    (folder / "figure_sources.csv").write_bytes(content)


def headroom_file(rows: list[Row] | pd.DataFrame, folder: Path) -> Path:
    """The zones' headroom as a file, so that it is read as the shipped one is."""
    records = rows.to_dict("records") if isinstance(rows, pd.DataFrame) else rows
    path = folder / "zone_headroom.csv"
    path.write_bytes(table_bytes(INPUT_TABLES["zone_headroom"], records, ".csv"))
    return path
