"""The scenario `us` and its cases: complete, every figure with source and confidence, compact."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

from tokenworks.checks import checked_tables
from tokenworks.inputs import Inputs, prepare
from tokenworks.io.overrides import key_text
from tokenworks.io.scenario_files import load_scenario
from tokenworks.report.figures import confidence_by_figure
from tokenworks.schema.columns import Kind, Role
from tokenworks.schema.shorthand import CONFIDENCES

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
CASES = sorted(path.parent.name for path in (ROOT / "scenarios").glob("us-*/scenario.yaml"))
CASES_OF_US = [name for name in CASES if name not in ("us-tiny", "us-quick")]
NUMBERS = (Kind.NUMBER, Kind.INTEGER, Kind.BOOLEAN)


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    scenario = load_scenario("us")
    return prepare(scenario, checked_tables(scenario))


@pytest.fixture(scope="module")
def figures(inputs: Inputs) -> pd.DataFrame:
    return confidence_by_figure(inputs)


@pytest.mark.slow
def test_every_number_of_every_table_is_a_figure(inputs: Inputs, figures: pd.DataFrame) -> None:
    expected = {}
    for name, loaded in inputs.loaded.items():
        columns = [
            c.name
            for c in loaded.table.columns
            if c.kind in NUMBERS
            and c.role in (Role.INPUT, Role.EVIDENCE)
            and c.name not in ("usd_year", "enabled")
        ]
        cells = int(loaded.frame[columns].notna().sum().sum())
        if cells:
            assert "confidence" in loaded.frame.columns, name
            expected[name] = cells
    assert figures["table"].value_counts().to_dict() == expected


def test_every_figure_has_a_confidence_and_a_known_source_or_is_assumed(
    inputs: Inputs, figures: pd.DataFrame
) -> None:
    known = set(inputs.loaded["sources"].frame["source_id"])
    assert set(figures["confidence"]) <= set(CONFIDENCES)
    unsourced = figures[figures["source"] == ""]
    assert set(unsourced["confidence"]) <= {"assumed"}
    cited = set(figures["source"]) - {""}
    assert cited <= known, sorted(cited - known)


def test_sources_are_described_and_used(inputs: Inputs, figures: pd.DataFrame) -> None:
    sources = inputs.loaded["sources"].frame
    own = inputs.loaded["figure_sources"].frame
    notes = " ".join([*sources["citation"], *sources["locator"], *own["note"]])
    cases = {
        source
        for path in (DATA / "us" / "cases").rglob("*.csv")
        for source in pd.read_csv(path, dtype="str").get("source", pd.Series(dtype="str")).dropna()
    }
    frames = [loaded.frame for loaded in inputs.loaded.values()]
    rows = {source for frame in frames if "source" in frame for source in frame["source"]}
    cited = set(figures["source"]) | rows | cases
    for source in sources.itertuples():
        assert re.fullmatch(r"[A-Z][A-Z0-9-]+", source.source_id)
        assert source.citation, source.source_id
        assert source.locator, source.source_id
        assert source.licence, source.source_id
        assert source.source_id in cited or source.source_id in notes, source.source_id


@pytest.mark.slow
def test_figure_sources_name_figures_that_exist(inputs: Inputs, figures: pd.DataFrame) -> None:
    own = inputs.loaded["figure_sources"].frame
    rows = {name: set(key_text(loaded)) for name, loaded in inputs.loaded.items()}
    there = set(zip(figures["table"], figures["row"], figures["column"], strict=True))
    numbers = {(table, column) for table, _, column in there}
    for line in own.itertuples():
        assert line.column in inputs.loaded[line.table].table.names, line
        assert line.row == "*" or line.row in rows[line.table], line
        if line.row != "*" and (line.table, line.column) in numbers:
            assert (line.table, line.row, line.column) in there, line  # the cell is not blank


@pytest.mark.parametrize("name", CASES_OF_US)
def test_a_case_replaces_tables_and_nothing_else(name: str) -> None:
    own = yaml.safe_load((ROOT / "scenarios" / name / "scenario.yaml").read_text(encoding="utf-8"))
    assert set(own) == {"name", "title", "extends", "tables"}
    assert own["extends"] == "us"
    assert own["tables"]


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES_OF_US)
def test_a_case_passes_every_check_and_differs(name: str, inputs: Inputs) -> None:
    scenario = load_scenario(name)
    case = prepare(scenario, checked_tables(scenario))
    changed = [
        table
        for table, loaded in case.loaded.items()
        if not loaded.frame.equals(inputs.loaded[table].frame)
    ]
    own = yaml.safe_load((ROOT / "scenarios" / name / "scenario.yaml").read_text(encoding="utf-8"))
    assert changed == [table for table in case.loaded if table in own["tables"]]


def test_data_are_compact_and_free_of_raw_files() -> None:
    files = [path for path in DATA.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 8e6
    record = yaml.safe_load((DATA / "make" / "files.yaml").read_text(encoding="utf-8"))
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert not digests & set(record.values())
    assert not any("odbl" in name.lower() or "osm" in name.lower() for name in record)


def test_made_from_names_recorded_editions() -> None:
    made = json.loads((DATA / "us" / "made_from.json").read_text(encoding="utf-8"))["sha256"]
    record = yaml.safe_load((DATA / "make" / "files.yaml").read_text(encoding="utf-8"))
    assert made
    assert {name: record[name] for name in made} == made
