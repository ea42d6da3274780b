"""Run folders of older versions, damaged ones, and ones that were changed since."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml

import tokenworks as tw
from tokenworks.io.run_folder import HASH, MANIFEST, SCENARIO, STORED, is_whole, stored_sha256


@pytest.fixture(scope="module")
def saved(write_scenario, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("saved") / "run"
    return tw.solve(tw.load(write_scenario(hardware=[{"capex_usd": 1000.0}]))).save(folder)


@pytest.fixture
def older(saved, tmp_path) -> Callable[..., Path]:
    """A run folder as a version without some options and columns would have written it."""

    def written(options: tuple[str, ...] = (), columns: tuple[str, ...] = ()) -> Path:
        folder = Path(shutil.copytree(saved, tmp_path / "run"))
        data = yaml.safe_load((folder / SCENARIO).read_text())
        for section, _, name in (option.partition(".") for option in options):
            del data[section][name]
        (folder / SCENARIO).write_text(yaml.safe_dump(data, sort_keys=False))
        for name, _, column in (column.partition(".") for column in columns):
            path = folder / "inputs" / f"{name}.parquet"
            pd.read_parquet(path).drop(columns=column).to_parquet(path, index=False)
        manifest = json.loads((folder / MANIFEST).read_text())
        manifest |= {HASH: "0" * 64, STORED: stored_sha256(folder)}
        (folder / MANIFEST).write_text(json.dumps(manifest))
        return folder

    return written


def test_what_this_version_adds_and_leaves_as_it_was_is_no_obstacle(saved, older) -> None:
    folder = older(("time.step_months", "finance.residuals"), ("hardware.dense_fp4_tflops",))
    plan = tw.read_plan(folder)
    now = tw.read_plan(saved)
    assert plan.objective_usd == now.objective_usd
    assert plan.scenario.time.step_months == now.scenario.time.step_months
    # It is known by the inputs that it was solved with.
    assert plan.inputs.sha256 == "0" * 64


def test_an_option_that_decides_something_is(older) -> None:
    with pytest.raises(
        tw.InputError, match=r"solved without: `finance.discount_rate`.* — solve it"
    ):
        tw.read_plan(older(("finance.discount_rate", "time.step_months")))


def test_inputs_that_are_read_otherwise_are(older) -> None:
    with pytest.raises(tw.InputError, match="reads its inputs in another way — solve it again"):
        tw.read_plan(older())


def test_a_column_that_must_be_there_is(older) -> None:
    with pytest.raises(
        tw.InputError, match=r"written by tokenworks .*; this version does not take"
    ):
        tw.read_plan(older(columns=("hardware.capex_usd",)))


def test_result_tables_of_another_version_are(older) -> None:
    folder = older(("time.step_months",))
    path = folder / "tables" / "costs.parquet"
    frame = pd.read_parquet(path)
    frame.drop(columns="component").to_parquet(path, index=False)
    with pytest.raises(tw.InputError, match=r"result tables have no `costs\.component`"):
        tw.read_plan(folder)


@pytest.mark.parametrize("name", ["tables/costs.parquet", "inputs/hardware.parquet", "stocks.json"])
@pytest.mark.parametrize("length", [0, 100, None])
def test_a_damaged_file_is_told_in_words(saved, tmp_path, name, length) -> None:
    folder = Path(shutil.copytree(saved, tmp_path / "run"))
    manifest = json.loads((folder / MANIFEST).read_text())
    assert is_whole(folder, manifest)
    path = folder / name
    if length is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:length])
    assert not is_whole(folder, manifest) or path.stat().st_size == length
    with pytest.raises(tw.InputError):
        tw.read_plan(folder)
