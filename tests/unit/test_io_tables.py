"""Reading tables, overriding figures, writing run folders."""

from __future__ import annotations

import json
import time
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest

from tokenworks.errors import InputError
from tokenworks.io import run_folder
from tokenworks.io.overrides import apply_overrides, read_tables
from tokenworks.io.ranges import to_pandera
from tokenworks.io.run_folder import check_run_folder, hash_inputs, write_run
from tokenworks.io.scenario_files import load_scenario
from tokenworks.io.tables import LoadedTable, empty_table, read_table
from tokenworks.schema.tables import INPUT_TABLES

HARDWARE = INPUT_TABLES["hardware"]


@pytest.fixture(scope="module")
def shipped() -> dict[str, LoadedTable]:
    return read_tables(load_scenario("us-tiny"))


def written(tmp_path: Path, name: str, text: str) -> LoadedTable:
    path = tmp_path / f"{name}.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return read_table(INPUT_TABLES[name], path)


def test_types_blanks_and_lines(tmp_path):
    text = (
        "confidence, system,accelerators_count,design_kw,idle_kw,rack_kw_per_rack,cooling,"
        "capex_usd,fixed_om_usd_per_year,life_years,lead_months,first_order,memory_gb,"
        "resale_fraction,resale_decay_fraction_per_year,enabled,usd_year\r\n"
        "\r\n"
        "assumed,  a b ,,1.5e1,.5,+40.,air,0,0,5,6.0,2026-07-01,1100,0.6,0.35,FALSE,2024\r\n"
        "assumed,c,8,15,0,40,liquid,1,0,5,6,,1100,0.6,0.35,True,2024"
    )
    frame = written(tmp_path, "hardware", text).frame
    assert tuple(frame.columns) == HARDWARE.names
    assert frame.index.tolist() == [3, 4]
    assert frame["system"].tolist() == ["a b", "c"]
    assert frame["vendor"].tolist() == ["", ""]
    assert frame["design_kw"].tolist() == [15.0, 15.0]
    assert frame["enabled"].tolist() == [False, True]
    assert frame["lead_months"].tolist() == [6, 6]
    assert frame["first_order"].isna().tolist() == [False, True]
    expected = {"system": "str", "design_kw": "float64", "lead_months": "int64", "enabled": "bool"}
    expected |= {"first_order": "datetime64[us]", "accelerators_count": "Int64"}
    assert {name: str(frame[name].dtype) for name in expected} == expected


def test_lines_of_cells_that_span_lines(tmp_path):
    text = 'zone,name,confidence\na,"two\nlines",assumed\nb,,assumed\n'
    assert written(tmp_path, "zones", text).frame.index.tolist() == [2, 4]


def test_csv_and_parquet_read_alike(tmp_path, shipped):
    for name, loaded in shipped.items():
        path = tmp_path / f"{name}.parquet"
        loaded.frame.to_parquet(path, index=False)
        again = read_table(INPUT_TABLES[name], path)
        pd.testing.assert_frame_equal(
            again.frame.reset_index(drop=True), loaded.frame.reset_index(drop=True)
        )


def test_an_empty_table_has_the_right_types(shipped):
    for name, table in INPUT_TABLES.items():
        frame = empty_table(table).frame
        assert tuple(frame.columns) == table.names
        assert (frame.dtypes == shipped[name].frame.dtypes).all()


def test_pandera_accepts_what_was_read(shipped):
    for name, table in INPUT_TABLES.items():
        to_pandera(table).validate(shipped[name].frame, lazy=True)


def test_pandera_carries_the_units():
    columns = to_pandera(HARDWARE).columns
    assert columns["design_kw"].metadata == {"unit": "kW", "role": "input"}


def test_reading_is_quick():
    scenario = load_scenario("us-tiny")
    read_tables(scenario)
    start = time.perf_counter()
    read_tables(scenario)
    assert time.perf_counter() - start < 2.0  # a tenth of it on an idle machine


def test_overrides_set_scale_and_add_in_order(shipped):
    site, other = shipped["sites"].frame["site"][:2]
    changed = apply_overrides(
        shipped,
        {
            f"tables.sites[{site}].max_it_mw": 100,
            "tables.sites[*].max_it_mw": {"scale": 2},
            f"tables.sites[{site}].construction_months": {"add": 3},
            f"tables.sites[{other}].enabled": False,
        },
    )
    before = shipped["sites"].frame.set_index("site")
    after = changed["sites"].frame.set_index("site")
    assert after.loc[site, "max_it_mw"] == 200.0
    assert after.loc[other, "max_it_mw"] == 2 * before.loc[other, "max_it_mw"]
    assert after.loc[site, "construction_months"] == before.loc[site, "construction_months"] + 3
    assert not after.loc[other, "enabled"]
    assert (after.dtypes == before.dtypes).all()


def source(address: str) -> list[str]:
    return [f"override: tables.{address}", "assumed"]


def test_overrides_are_recorded_as_assumed(shipped):
    changed = apply_overrides(
        shipped,
        {
            "tables.sites[*].latitude_deg": {"add": 0.5},
            "tables.price_index[2024].price_index": 100,
        },
    )
    frame = changed["figure_sources"].frame
    ours = frame[frame["source"].str.startswith("override: ")]
    assert ours[["table", "row", "column", "source", "confidence", "note"]].to_numpy().tolist() == [
        [*["sites", "*", "latitude_deg"], *source("sites[*].latitude_deg"), "raised by 0.5"],
        [
            *["price_index", "2024", "price_index"],
            *source("price_index[2024].price_index"),
            "set to 100",
        ],
    ]
    assert not frame.duplicated(["table", "row", "column"]).any()
    assert frame.index.is_unique
    to_pandera(INPUT_TABLES["figure_sources"]).validate(frame)


def test_wildcards_in_part_of_a_key(shipped):
    workload = shipped["demand"].frame["workload"].iloc[0]
    address = f"tables.demand[{workload},*,*].output_tokens_per_s"
    changed = apply_overrides(shipped, {address: {"scale": 0}})
    frame = changed["demand"].frame
    hit = frame["workload"] == workload
    assert (frame.loc[hit, "output_tokens_per_s"] == 0).all()
    assert (frame.loc[~hit, "output_tokens_per_s"] > 0).any()


def test_the_hash_depends_on_content_alone(shipped, tmp_path):
    scenario = load_scenario("us-tiny")
    digest = hash_inputs(scenario, shipped)
    shuffled = {
        name: LoadedTable(t.table, "elsewhere", t.frame.sample(frac=1, random_state=1))
        for name, t in reversed(shipped.items())
    }
    moved = scenario.with_({"tables.sites": tmp_path / "x.csv"})
    assert hash_inputs(moved, shuffled) == digest
    assert len(digest) == 64


def test_the_hash_changes_with_options_and_figures(shipped):
    scenario = load_scenario("us-tiny")
    digests = {
        hash_inputs(scenario, shipped),
        hash_inputs(scenario.with_({"finance.discount_rate": 0.07}), shipped),
        hash_inputs(scenario, apply_overrides(shipped, {"tables.sites[*].block_mw": 1})),
    }
    assert len(digests) == 3


MANIFEST = {"scenario": "x", "inputs_sha256": "abc", "gap": np.float64(0.5), "bound_usd": np.inf}
FRAME = pd.DataFrame({"a": [1.0, 2.0]}, index=[5, 6])


def files_of(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_a_run_folder_holds_what_the_contract_says(tmp_path):
    folder = write_run(
        tmp_path / "runs/x", MANIFEST, "name: x\n", {"sites": FRAME}, {"costs": FRAME}
    )
    assert files_of(tmp_path) == [
        "runs/x/inputs/sites.parquet",
        "runs/x/manifest.json",
        "runs/x/scenario.yaml",
        "runs/x/stocks.json",
        "runs/x/tables/costs.parquet",
    ]
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    files, stored = manifest.pop("files"), manifest.pop("stored_sha256")
    assert manifest == {"scenario": "x", "inputs_sha256": "abc", "gap": 0.5, "bound_usd": None}
    # By its files' sizes a damaged folder is known, by the digest one that was changed.
    others = [path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json"]
    assert files == {p.relative_to(folder).as_posix(): p.stat().st_size for p in others}
    assert len(stored) == 64
    assert pd.read_parquet(folder / "tables/costs.parquet")["a"].tolist() == [1.0, 2.0]


def test_geometry_is_written_as_geoparquet(tmp_path):
    points = geopandas.points_from_xy([-95.0], [29.0])
    sites = geopandas.GeoDataFrame({"site": ["a"]}, geometry=points, crs="EPSG:4326")
    folder = write_run(tmp_path / "x", MANIFEST, "", {}, {}, {"sites": sites})
    again = geopandas.read_parquet(folder / "tables/sites.parquet")
    assert again.crs == "EPSG:4326"


def test_a_run_of_the_same_inputs_is_replaced(tmp_path):
    write_run(tmp_path / "x", MANIFEST, "old", {}, {"costs": FRAME})
    write_run(tmp_path / "x", MANIFEST, "new", {}, {})
    assert files_of(tmp_path) == ["x/manifest.json", "x/scenario.yaml", "x/stocks.json"]
    assert (tmp_path / "x/scenario.yaml").read_text(encoding="utf-8") == "new"


@pytest.mark.parametrize("held", ["manifest.json", "notes.txt"])
def test_any_other_folder_is_never_overwritten(tmp_path, held):
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / held).write_text('{"inputs_sha256": "other"}', encoding="utf-8")
    with pytest.raises(InputError) as error:
        write_run(folder, MANIFEST, "", {}, {})
    assert "never overwritten" in error.value.problems[0].problem
    assert "another folder" in error.value.problems[0].remedy
    assert files_of(tmp_path) == [f"x/{held}"]


def test_an_empty_folder_may_be_filled_and_a_file_not(tmp_path):
    (tmp_path / "x").mkdir()
    write_run(tmp_path / "x", MANIFEST, "", {}, {})
    (tmp_path / "y").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="not a folder"):
        check_run_folder(tmp_path / "y", "abc")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_nothing_is_left_of_a_run_that_could_not_be_written(tmp_path, monkeypatch, error):
    def fail(*_args, **_kwargs):
        raise error

    monkeypatch.setattr(pd.DataFrame, "to_parquet", fail)
    expected = InputError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        write_run(tmp_path / "runs/deep/x", MANIFEST, "", {"sites": FRAME}, {})
    assert list(tmp_path.iterdir()) == []


def test_the_old_run_stays_when_the_new_one_cannot_take_its_place(tmp_path, monkeypatch):
    write_run(tmp_path / "x", MANIFEST, "old", {}, {})

    def fail(*_args):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(run_folder.Path, "replace", fail)
    with pytest.raises(InputError):
        write_run(tmp_path / "x", MANIFEST, "new", {}, {})
    assert (tmp_path / "x/scenario.yaml").read_text(encoding="utf-8") == "old"
    assert files_of(tmp_path) == ["x/manifest.json", "x/scenario.yaml", "x/stocks.json"]
