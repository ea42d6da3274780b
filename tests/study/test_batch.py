"""A study run in this process: what is done, left alone, done again and read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml
from tests.study.conftest import CAPEX, DEMAND, INFEASIBLE

import tokenworks as tw
from tokenworks.inputs import assemble
from tokenworks.study.progress import Progress, Silent
from tokenworks.study.study import Study

GRID = {DEMAND: [{"scale": 1.0}, {"scale": 0.5}], "price": {"as is": {}, "dear": {CAPEX: 2000}}}


def run(study: Study) -> Study:
    return study.run(workers=0, display=Silent())


def events(study: Study, event: str) -> list[str]:
    return [line["run"] for line in study.store.logged() if line["event"] == event]


def test_a_study_is_run_and_read(solved) -> None:
    study = solved
    frame = study.frame().set_index("run")
    # A system for each million tokens/s, of which 1 or 0.5 million are asked for.
    assert sorted(frame["objective_usd"]) == pytest.approx([500, 1000, 1000, 1000, 2000])
    assert set(frame["status"]) == {"optimal"}
    dear = frame[(frame["price"] == "dear") & (frame[DEMAND] == "x 1.0")].iloc[0]
    assert (dear["difference_low_usd"], dear["difference_high_usd"]) == pytest.approx((1000, 1000))
    assert dear["difference"] == "dearer"
    again = tw.Study.load(study.folder)
    pd.testing.assert_frame_equal(again.frame(), study.frame())
    assert again.plan("base").objective_usd == pytest.approx(1000)
    assert "5 of 5 runs done" in repr(again)


def test_a_failing_run_is_recorded_and_the_rest_goes_on(write_study, tmp_path) -> None:
    cases = {"never": INFEASIBLE, "<script>": {CAPEX: 1500}, "=1+1": {CAPEX: 1600}}
    study = run(Study.load(write_study({"cases": cases}), tmp_path / "out"))
    frame = study.frame().set_index("case")
    assert frame["status"].to_dict() == {
        "base": "optimal",
        "never": "failed",
        "<script>": "optimal",
        "=1+1": "optimal",
    }
    assert "50.0% of its tokens" in frame.loc["never", "error"]
    (failure,) = (tmp_path / "out" / "failed").iterdir()
    assert json.loads(failure.read_text())["exit_status"] == 3
    text = (tmp_path / "out" / "runs.csv").read_text()
    assert ",'=1+1," in text
    assert ",<script>," in text
    assert all(not cell.startswith(("=", "@")) for cell in text.replace("\n", ",").split(","))
    # Infeasible stays infeasible: it is not tried again.
    run(study)
    assert len(events(study, "failed")) == 1


def test_what_is_on_disk_is_left_alone(write_study, tmp_path) -> None:
    path = write_study({"grid": GRID})
    study = run(Study.load(path, tmp_path / "out"))
    assert len(events(study, "solved")) == 5
    run(Study.load(path, tmp_path / "out"))
    assert len(events(study, "solved")) == 5


def test_a_changed_input_runs_again_what_it_touches(write_study, tmp_path) -> None:
    path = write_study({"list": [{CAPEX: 2000}]})
    study = run(Study.load(path, tmp_path / "out"))
    table = path.parent / "hardware.csv"
    changed = table.read_text().replace(",air,1000.0,", ",air,1200.0,")
    assert changed != table.read_text()
    assert study.frame()["objective_usd"].tolist() == pytest.approx([1000, 2000])
    table.write_text(changed)
    study = run(Study.load(path, tmp_path / "out"))
    assert study.frame()["objective_usd"].tolist() == pytest.approx([1200, 2000])
    # A run that sets the price itself is of the same inputs as before.
    (other,) = set(study.frame()["run"]) - {"base"}
    assert sorted(events(study, "solved")) == sorted(["base", "base", other])
    assert events(study, "reused") == [other]
    # Known from then on without looking at its inputs again.
    run(Study.load(path, tmp_path / "out"))
    assert events(study, "reused") == [other]


def test_an_axis_more_runs_what_is_new(write_study, tmp_path) -> None:
    path = write_study({"list": [{CAPEX: 2000}]})
    run(Study.load(path, tmp_path / "out"))
    path.write_text(path.read_text().replace(": 2000", ": 2000\n- finance.discount_rate: 0.1"))
    study = run(Study.load(path, tmp_path / "out"))
    assert len(events(study, "solved")) == 3
    path.write_text(path.read_text().replace(": 2000", ": 3000"))
    study = run(Study.load(path, tmp_path / "out"))
    assert len(events(study, "solved")) == 4
    assert len(study.frame()) == 3


def test_a_run_is_what_the_scenario_with_its_changes_is(write_study, tmp_path) -> None:
    path = write_study({"list": [{CAPEX: {"scale": 2}, DEMAND: {"scale": 0.5}}]})
    study = run(Study.load(path, tmp_path / "out"))
    (made,) = [one for name, one in study.finished().items() if name != "base"]
    scenario = tw.load(path.parent / "case.yaml").with_(made.run.changes)
    assert made.manifest["inputs_sha256"] == assemble(scenario).sha256


def test_a_damaged_run_folder_is_done_again(write_study, tmp_path, monkeypatch) -> None:
    path = write_study({"list": [{CAPEX: 2000}]})
    study = run(Study.load(path, tmp_path / "out"))
    (other,) = set(study.frame()["run"]) - {"base"}
    runs = tmp_path / "out" / "runs"
    (runs / "base" / "manifest.json").write_text("{")
    assert study.frame()["status"].tolist().count("failed") == 1
    table = runs / other / "tables" / "costs.parquet"
    table.write_bytes(table.read_bytes()[:100])
    for many in (2, 1):  # of few runs files are read as they lie, of many they are joined first
        monkeypatch.setattr("tokenworks.study.query.COMPACT_FROM", many)
        with pytest.raises(tw.InputError, match="costs"):
            study.query("select * from costs")
    with pytest.raises(tw.InputError, match="holds no whole run"):
        study.plan(other)
    run(Study.load(path, tmp_path / "out"))
    assert set(study.frame()["status"]) == {"optimal"}
    assert study.plan(other).objective_usd == pytest.approx(2000)


def test_drafts_of_a_killed_batch_are_removed(write_study, tmp_path) -> None:
    path = write_study({"list": [{CAPEX: 2000}]})
    study = run(Study.load(path, tmp_path / "out"))
    draft = tmp_path / "out" / "runs" / ".base-0123456789ab"
    draft.mkdir()
    (draft / "half.parquet").write_text("")
    kept = tmp_path / "out" / "runs" / ".gitkeep"
    kept.write_text("")
    run(study)
    assert not draft.exists()
    assert kept.exists()


class DiesWriting(Silent):
    """Leaves what a worker of a cluster leaves that dies while it writes a run."""

    def __init__(self, draft: Path) -> None:
        self.draft = draft

    def show(self, progress: Progress) -> None:
        if progress.solved == 1 and not self.draft.exists():
            self.draft.mkdir()
            (self.draft / "half.parquet").write_text("")


def test_drafts_of_a_worker_that_died_are_gone_when_the_batch_ends(write_study, tmp_path) -> None:
    draft = tmp_path / "out" / "runs" / ".2000-0123456789ab"
    study = Study.load(write_study({"list": [{CAPEX: 2000}]}), tmp_path / "out")
    display = DiesWriting(draft)
    study.run(workers=0, display=display)
    assert set(study.frame()["status"]) == {"optimal"}
    assert not list(draft.parent.glob(".*"))


def test_a_folder_with_other_files_is_left_alone(write_study, tmp_path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    study = Study.load(write_study({"list": [{CAPEX: 2000}]}), folder)
    with pytest.raises(tw.InputError, match="holds other files"):
        run(study)
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


def test_two_batches_do_not_share_a_folder(write_study, tmp_path) -> None:
    study = Study.load(write_study({"list": [{CAPEX: 2000}]}), tmp_path / "out")
    with study.store.locked(), pytest.raises(tw.InputError, match="another batch"):
        run(study)


@pytest.fixture(scope="module")
def solved(base_folder, tmp_path_factory) -> Study:
    folder = tmp_path_factory.mktemp("solved")
    path = base_folder / "solved.yaml"
    path.write_text(yaml.safe_dump({"name": "small", "base": "case.yaml", "grid": GRID}))
    return run(Study.load(path, folder / "out"))


def test_sql_over_all_runs(solved, monkeypatch) -> None:
    study = solved
    sql = "select run, sum(present_value_usd) as usd from costs group by run order by usd"
    expected = [500.0, 1000.0, 1000.0, 1000.0, 2000.0]
    assert study.query(sql)["usd"].tolist() == pytest.approx(expected)
    monkeypatch.setattr("tokenworks.study.query.COMPACT_FROM", 2)
    assert study.query(sql)["usd"].tolist() == pytest.approx(expected)
    joined = study.query("select count(*) as n from runs join costs using (run)")
    assert joined["n"].item() > 0


def test_a_query_joins_the_tables_that_it_names_and_no_others(solved, monkeypatch) -> None:
    monkeypatch.setattr("tokenworks.study.query.COMPACT_FROM", 2)
    compact = solved.folder / "compact"
    shutil.rmtree(compact, ignore_errors=True)
    solved.query("select count(*) from runs")
    assert not compact.exists()
    solved.query('select count(*) from "Cost_Per_Token" join runs using (run)')
    assert [path.name for path in compact.glob("*.parquet")] == ["cost_per_token.parquet"]
    listed = solved.query("select table_name from information_schema.tables")
    assert {"runs", "costs", "cost_per_token"} <= set(listed["table_name"])


@pytest.mark.parametrize(
    "sql",
    [
        "select * from '/etc/passwd'",
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('../../secret.txt')",
        "copy costs to '../out.csv'",
        "create table mine as select 1",
        "attach 'other.db'",
        "set enable_external_access = true",
        "select 1; select 2",
        "drop view costs",
        "select nonsense from costs",
    ],
)
def test_sql_reads_nothing_else_and_writes_nothing(solved, sql) -> None:
    with pytest.raises(tw.InputError):
        solved.query(sql)
