"""Reading, merging, changing and writing scenarios."""

from __future__ import annotations

import datetime as dt
import pickle
from pathlib import Path

import numpy as np
import pytest

from tokenworks.errors import InputError
from tokenworks.io.places import find_scenario, shipped_folders, shipped_scenarios
from tokenworks.io.scenario_files import load_scenario, scenario_to_yaml
from tokenworks.schema.addresses import CellAddress, DottedKey, parse_address
from tokenworks.schema.scenario import Scenario

BASE = """\
name: base
finance:
  discount_rate: 1e-1
  usd_year: 2024
  base_date: 2026-01-01
overrides:
  tables.sites[a].max_it_mw: {scale: 2}
  tables.sites[b].max_it_mw: 5
tables:
  sites: data/sites.csv
  zones: data/zones.csv
"""

CHILD = """\
extends: ../base.yaml
name: child
finance:
  discount_rate: 0.05
  base_date: null
overrides:
  tables.sites[a].max_it_mw: {add: 3}
tables:
  sites: own.csv
  zones: null
"""


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "studies").mkdir()
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    path = tmp_path / "studies" / "child.yaml"
    path.write_text(CHILD, encoding="utf-8")
    return path


def problems(call, *arguments):
    with pytest.raises(InputError) as error:
        call(*arguments)
    return error.value.problems


def test_extends_merges_mappings_and_replaces_scalars(child):
    scenario = load_scenario(child)
    assert scenario.name == "child"
    assert (scenario.finance.discount_rate, scenario.finance.usd_year) == (0.05, 2024)


def test_null_removes(child):
    scenario = load_scenario(child)
    assert scenario.finance.base_date is None
    assert "zones" not in scenario.tables


def test_tables_resolve_against_the_file_that_names_them(child, tmp_path):
    assert load_scenario("base.yaml").tables["sites"] == tmp_path / "data/sites.csv"
    assert load_scenario(child).tables == {"sites": tmp_path / "studies/own.csv"}


def test_an_override_set_anew_replaces_and_comes_last(child):
    overrides = load_scenario(child).overrides
    assert list(overrides.items()) == [
        ("tables.sites[b].max_it_mw", 5),
        ("tables.sites[a].max_it_mw", {"add": 3}),
    ]


@pytest.mark.usefixtures("child")
def test_origin_says_where_an_option_was_written():
    scenario = load_scenario("studies/child.yaml")
    assert scenario.origin("finance.discount_rate") == ("studies/child.yaml", 4)
    assert scenario.origin("finance.usd_year") == ("base.yaml", 4)
    assert scenario.origin("tables.sites[b].max_it_mw") == ("base.yaml", 8)
    assert scenario.origin("latency.base_ms") == ("studies/child.yaml", 0)


def test_a_written_scenario_reads_as_the_same(child, tmp_path):
    scenario = load_scenario(child)
    text = scenario_to_yaml(scenario)
    (tmp_path / "again.yaml").write_text(text, encoding="utf-8")
    again = load_scenario("again.yaml")
    assert again == scenario
    assert scenario_to_yaml(again) == text


def test_a_run_folders_scenario_points_at_its_own_inputs(child):
    text = scenario_to_yaml(load_scenario(child), {"sites": "inputs/sites.parquet"})
    assert "sites: inputs/sites.parquet" in text
    assert "overrides: {}" in text  # they are in force in inputs/


def test_shipped_scenarios_are_found_by_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "us-tiny" in shipped_scenarios()
    assert find_scenario("us-tiny") == shipped_folders()[1] / "us-tiny/scenario.yaml"
    assert load_scenario("us-tiny").name == "us-tiny"


def test_a_users_scenario_may_extend_a_shipped_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("extends: us-tiny\nname: mine\n", encoding="utf-8")
    assert load_scenario("mine.yaml").tables == load_scenario("us-tiny").tables
    written = scenario_to_yaml(load_scenario("mine.yaml"))
    Path("again.yaml").write_text(written, encoding="utf-8")
    assert load_scenario("again.yaml") == load_scenario("mine.yaml")


def test_with_changes_options_tables_and_figures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    scenario = Scenario(name="plain")
    changed = scenario.with_(
        {
            "finance.discount_rate": np.float64(0.1),
            "time.step_months": np.int64(3),
            "finance.base_date": "2026-01-01",
            "tables.sites": "sites.csv",
            "tables.sites[*].max_it_mw": {"scale": 2},
        }
    )
    assert scenario == Scenario(name="plain")
    assert changed.finance.discount_rate == 0.1
    assert changed.finance.base_date == dt.date(2026, 1, 1)
    assert changed.tables == {"sites": tmp_path / "sites.csv"}
    assert changed.overrides == {"tables.sites[*].max_it_mw": {"scale": 2}}
    reset = changed.with_(
        {
            "finance": {"discount_rate": None},
            "tables.sites": None,
            "tables.sites[*].max_it_mw": None,
        }
    )
    assert reset.finance.discount_rate == scenario.finance.discount_rate
    assert (reset.tables, reset.overrides) == ({}, {})


def test_with_scales_what_the_scenario_itself_gives():
    address = "tables.sites[a].max_it_mw"
    scenario = Scenario(name="plain", overrides={address: 40.0})
    assert scenario.with_({address: {"scale": 1.5}}).overrides == {address: 60.0}
    assert scenario.with_({address: {"add": -5}}).overrides == {address: 35.0}
    assert scenario.with_({address: 7}).overrides == {address: 7}
    every = address.replace("[a]", "[*]")
    both = Scenario(name="plain", overrides={every: 10.0, address: 40.0})
    assert both.with_({every: {"scale": 2}}).overrides == {every: 20.0, address: 80.0}
    assert both.with_({address: {"scale": 2}}).overrides == {every: 10.0, address: 80.0}
    with pytest.raises(InputError, match="much"):
        scenario.with_({address: {"scale": "much"}})


def test_with_finds_an_override_however_it_is_spelled():
    # A file may write [*] for every row; the address in full is [*,*], zone and year.
    short, full = (f"tables.zone_headroom[{key}].firm_headroom_mw" for key in ("*", "*,*"))
    scenario = Scenario(name="plain", overrides={short: {"scale": 0.5}})
    assert scenario.with_({short: None}).overrides == {}
    assert scenario.with_({short: 3}).overrides == {full: 3}


def test_with_lets_later_changes_win():
    scenario = Scenario(name="plain").with_({"tables.sites[*].max_it_mw": 3})
    scenario = scenario.with_({"tables.sites[a].max_it_mw": 4})
    scenario = scenario.with_({"tables.sites[*].max_it_mw": 5})
    assert list(scenario.overrides.values()) == [4, 5]


def test_with_answers_every_wrong_change_by_its_address():
    changes = {
        "finance.discount_rat": 1,
        "finance.usd_year": 1,
        "latency": 3,
        "tables.site": "x.csv",
        "tables.sites.max_it_mw": 3,
        "tables.sites[a,b].max_it_mw": 3,
        "unserved": "never",
        "nonsense[": 1,
    }
    found = problems(Scenario(name="plain").with_, changes)
    assert {p.file for p in found} == {"with_"}
    assert {p.column for p in found} == set(changes)
    assert all(p.problem and p.remedy for p in found)


def test_scenarios_survive_pickling(child):
    scenario = load_scenario(child)
    again = pickle.loads(pickle.dumps(scenario))  # noqa: S301 -- our own bytes
    assert again == scenario
    assert again.origin("finance.usd_year") == ("base.yaml", 4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("finance.discount_rate", DottedKey(("finance", "discount_rate"))),
        ("tables.sites", DottedKey(("tables", "sites"))),
        (
            "tables.sites[tx-brazoria].max_it_mw",
            CellAddress("sites", ("tx-brazoria",), "max_it_mw"),
        ),
        ("tables.hardware[*].capex_usd", CellAddress("hardware", ("*",), "capex_usd")),
        (
            " tables.demand[chat, *, 2028-h1].growth_rate ",
            CellAddress("demand", ("chat", "*", "2028-h1"), "growth_rate"),
        ),
        ("tables.demand[*].growth_rate", CellAddress("demand", ("*", "*", "*"), "growth_rate")),
    ],
)
def test_addresses(text, expected):
    found = parse_address(text)
    assert found == expected
    assert parse_address(str(found)) == expected
