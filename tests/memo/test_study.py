"""The memo of a study: what it found, found again in its folder, and the memo of its base."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pandas as pd
import pytest
import yaml
from tests.memo.conftest import program

import tokenworks as tw
from tokenworks.errors import InputError
from tokenworks.report.memo.blocks import Document, Heading, Strip, Table
from tokenworks.report.memo.contents_study import study_document
from tokenworks.report.memo.deliver import memo_of_folder
from tokenworks.report.memo.figures import Found
from tokenworks.report.memo.forms import shown
from tokenworks.report.memo.study_facts import StudyFacts, study_facts
from tokenworks.report.memo.varied import varied
from tokenworks.report.study_view import StudyView, view_of
from tokenworks.study.runs import Finished, Run

SCRIPT, FORMULA = "<script>alert(1)</script>", "=1+1"
DEMAND = "tables.demand[*].output_tokens_per_s"
CAPEX = "tables.hardware[h].capex_usd"
RATE = "finance.discount_rate"
STUDY = {
    "name": "odd",
    "title": FORMULA,
    "question": SCRIPT,
    "base": "case.yaml",
    "grid": {
        SCRIPT: {FORMULA: {}, "more": {DEMAND: {"scale": 1.2}}},
        CAPEX: [{"scale": 0.5}, {"scale": 2.0}],
    },
    "cases": {"none": {"unserved": "forbidden", "tables.sites[s].max_it_mw": 0.5}},
}


@pytest.fixture(scope="module")
def folder(write_scenario: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = write_scenario(hardware=[{"system": "h", "capex_usd": 1000.0}])
    path = base.with_name("study.yaml")
    path.write_text(yaml.safe_dump(STUDY, sort_keys=False), encoding="utf-8")
    to = tmp_path_factory.mktemp("study") / "odd"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(base.parent)
        return tw.Study.load(path, to).run(workers=0).folder


@pytest.fixture(scope="module")
def facts(folder: Path) -> StudyFacts:
    return study_facts(view_of(tw.Study.load(folder)))


@pytest.fixture(scope="module")
def document(facts: StudyFacts) -> Document:
    return study_document(facts, None)


def table(document: Document, words: str) -> Table:
    [found] = [b for b in document.blocks if isinstance(b, Table) and words in b.caption]
    return found


@pytest.mark.slow
def test_every_figure_of_a_study_is_found_again_in_its_folder(
    document: Document, folder: Path
) -> None:
    runs = pd.read_csv(folder / "runs.csv", index_col="run")
    figures = [figure for figure in document.figures() if figure.value is not None]
    assert len(figures) > 30
    for figure in figures:
        reference = figure.reference
        assert isinstance(reference, Found)
        assert reference.table == "study/runs"
        where = dict(reference.rows)
        if reference.how == "only":
            (run,) = where["run"]
            again = runs.loc[run, reference.column]
        elif reference.how == "count":
            ((column, values),) = where.items()
            again = runs[column].isin(values).sum()
        else:
            again = {"least": "min", "most": "max"}[reference.how]
            again = getattr(runs[reference.column], again)()
        assert figure.value == pytest.approx(again, rel=1e-9), str(reference)
        assert figure.text == shown(float(again), figure.form)


@pytest.mark.slow
def test_a_study_says_what_it_varied_and_holds_differences_as_intervals(
    document: Document, facts: StudyFacts
) -> None:
    changes = {(row[0], row[1]): row[2] for row in table(document, "change of the base").rows}
    assert changes[SCRIPT, FORMULA] == "as in the base"
    assert changes[SCRIPT, "more"] == f"{DEMAND}: × 1.2"
    assert changes[CAPEX, ""] == "× 0.5 or × 2"
    runs = table(document, "Runs with a plan")
    assert len(runs.rows) == 5
    between = [row[7] for row in runs.rows if row[0] != "base"]
    assert all(isinstance(cell, tuple) and cell[1] == " to " for cell in between)
    (failed,) = table(document, "without a plan").rows
    assert failed[:2] == ("none", "failed")
    [strip] = [block for block in document.blocks if isinstance(block, Strip)]
    assert len(strip.items) == 6
    assert document.title == FORMULA
    assert facts.earning is False


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".html", ".docx", ".pdf", ".xlsx"])
def test_a_study_is_written_in_every_format_with_names_as_text(
    folder: Path, tmp_path: Path, ending: str
) -> None:
    to = tw.Study.load(folder).memo(tmp_path / f"memo{ending}", usual="none")
    with pytest.raises(InputError, match="--force"):
        memo_of_folder(folder, to, kind="none")
    if ending == ".html":
        text = to.read_text(encoding="utf-8")
        assert "<script" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert text.index("What the study found") < text.index("Recommendation and ask")
    elif ending == ".docx":
        made = docx.Document(str(to))
        cells = {c.text for t in made.tables for row in t.rows for c in row.cells}
        assert {SCRIPT, FORMULA} <= cells
    elif ending == ".pdf":
        told = subprocess.run(
            [program("pdftotext"), str(to), "-"], check=True, capture_output=True
        ).stdout.decode()
        flat = told.replace("\u200b", "")
        assert SCRIPT in flat
        assert "Recommendation and ask" in flat
    else:
        book = openpyxl.load_workbook(to)
        assert book.sheetnames[:3] == ["Study", "Varied", "Runs"]
        assert {"Summary", "Terms"} <= set(book.sheetnames)
        values = [c for row in book["Varied"].iter_rows() for c in row]
        assert FORMULA in [c.value for c in values]
        assert all(c.data_type != "f" for c in values)
        live = [c.value for row in book["Study"].iter_rows() for c in row if c.data_type == "f"]
        assert any("MIN('Runs'!" in str(formula) for formula in live)


@pytest.mark.slow
def test_a_base_without_a_plan_leaves_the_study_alone(facts: StudyFacts) -> None:
    failed = Finished(Run("base", {}, {"case": "base"}), error="<b>nothing fits</b>")
    frame = facts.view.frame[facts.view.frame["run"] != "base"]
    known = {**facts.view.finished, "base": failed}
    view = StudyView("odd", "sweep", "", frame, {}, facts.view.folders, "study 1", finished=known)
    document = study_document(study_facts(view), None)
    heads = [block.text for block in document.blocks if isinstance(block, Heading)]
    assert heads[-1] == "The plan of the base"
    assert "<b>nothing fits</b>" in str(document.blocks[-1])


def test_a_study_without_plans_or_with_a_damaged_folder_is_answered_in_words(
    tmp_path: Path,
) -> None:
    hurt = tmp_path / "hurt"
    entry = {"id": "base", "labels": {}, "changes": {}, "task": "solve", "options": {}}
    entry |= {"needs": [], "status": "solved"}
    hurt.mkdir()
    (hurt / "study.yaml").write_text("name: odd\nbase: base.yaml\n", encoding="utf-8")
    index = {"study": "odd", "kind": "sweep", "runs": [entry]}
    (hurt / "index.json").write_text(json.dumps(index), encoding="utf-8")
    with pytest.raises(InputError, match="no run of the study has a plan yet"):
        memo_of_folder(hurt, tmp_path / "memo.html")
    (hurt / "results").mkdir()
    (hurt / "results" / "tornado.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="cannot be read"):
        tw.Study.load(hurt).results()
    (hurt / "index.json").write_text('{"study": "odd", "runs": [{"id": 3}]}', encoding="utf-8")
    with pytest.raises(InputError, match="missing or damaged"):
        memo_of_folder(hurt, tmp_path / "memo.html")
    assert not list(tmp_path.glob("*memo*"))


def changed(label: dict[str, Any], changes: dict[str, Any]) -> Finished:
    run = Run("-".join(map(str, label.values())), changes, label)
    return Finished(run, Path("x"), {})


def test_values_that_one_axis_draws_stand_in_one_line() -> None:
    finished = {
        str(n): changed({"draw": n}, {CAPEX: {"scale": 0.5 + n / 10}, RATE: 0.1}) for n in range(20)
    }
    frame = pd.DataFrame({"run": list(finished), "draw": range(20), "status": "optimal"})
    view = StudyView("n", "sweep", "", frame, {}, {}, "study 1", finished=finished)
    lines = {row[0]: row[2] for row in varied(view).itertuples(index=False)}
    assert lines[CAPEX] == "× 0.5 to × 2.4"
    assert lines[RATE] == "0.1"
