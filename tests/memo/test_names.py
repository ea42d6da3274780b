"""Names that are markup, formulas or mathematics elsewhere are text in every format."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import docx
import openpyxl
import pytest
from tests.conftest import write_files
from tests.memo.conftest import program

import tokenworks as tw
from tokenworks.errors import InputError
from tokenworks.plan import Plan
from tokenworks.report.memo.deliver import content, memo_of_run, write_whole
from tokenworks.report.memo.facts import Facts, Usual, make_facts
from tokenworks.stored import read_plan

pytestmark = pytest.mark.slow

LONG = "a-name-that-does-not-end-" + "x" * 60
NAMES = (
    *("<script>alert(1)</script>", "=1+1", "@sum", "$x^2$", "#let x = 1", "*bold* _and_ more"),
    *(LONG, "Αθήνα-Київ", 'quote"back\\slash', "http://example.org", "{curly} & <b>"),
)
ORDINARY = "東京"  # no font need have these letters


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("names")
    sites = [
        {
            "site": name,
            "name": f"{ORDINARY} {name}",
            "max_it_mw": 1.0,
            "land_cost_usd": 1000.0,
            "shell_cost_usd_per_mw": 5e3,
        }
        for name in NAMES
    ]
    path = write_files(
        folder,
        {"title": "=1+1 <script> $t$ #let *b*", "question": "<b>@why</b> $q$"},
        {
            "sites": sites,
            "demand": [{"output_tokens_per_s": len(NAMES) * 1e6}],
            "hardware": [{"capex_usd": 1e5}],
            "workloads": [{"unserved_usd_per_mtoken": 1e3, "sold_usd_per_mtoken": 1.0}],
        },
    )
    plan: Plan = tw.solve(tw.load(path))
    assert set(plan.sites["site"]) == set(NAMES)
    return plan.save(folder / "run")


@pytest.fixture(scope="module")
def facts(run: Path) -> Facts:
    plan = read_plan(run)
    return make_facts(plan, plan.manifest(), Usual(None, "none", "None was asked for."))


def written(facts: Facts, to: Path) -> Path:
    write_whole(to, content(facts, to.suffix))
    return to


@pytest.mark.parametrize("name", ["memo.odt", "memo", "memo.PDFX", "folder"])
def test_another_ending_is_answered_in_words(run: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"ends in \.docx, \.pdf, \.html or \.xlsx"):
        memo_of_run(run, tmp_path / name)


def test_a_file_that_exists_is_kept_unless_forced(run: Path, tmp_path: Path) -> None:
    to = tmp_path / "memo.html"
    to.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="replace this one with --force"):
        memo_of_run(run, to, kind="none")
    assert to.read_text(encoding="utf-8") == "mine"
    memo_of_run(run, to, kind="none", force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["memo.html"]
    assert to.read_bytes().startswith(b"<!doctype html>")


def test_the_page_has_no_markup_of_theirs(facts: Facts, tmp_path: Path) -> None:
    text = written(facts, tmp_path / "memo.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script" not in text
    assert "<b>@" not in text
    for name in ("=1+1", "@sum", "$x^2$", "#let x = 1", "*bold* _and_ more", LONG, ORDINARY):
        assert name in text
    assert not re.findall(r"(?:src|href)=\"(?!data:)", text)


def test_word_holds_them_as_text(facts: Facts, tmp_path: Path) -> None:
    to = written(facts, tmp_path / "memo.docx")
    made = docx.Document(str(to))
    cells = {c.text for table in made.tables for row in table.rows for c in row.cells}
    for name in NAMES:
        assert name in cells, name
    assert made.paragraphs[0].text == "=1+1 <script> $t$ #let *b*"
    heads = [p for p in made.paragraphs if p.style.name == "Heading 1"]
    assert len(heads) >= 6
    xml = made.element.xml
    assert xml.count("SEQ Table") == len(re.findall(r"Caption", xml)) - xml.count("SEQ Figure")
    assert xml.count("w:tblHeader") == xml.count("SEQ Table")
    assert all(shape.get("descr") for shape in made.element.iter() if shape.tag.endswith("}docPr"))
    footer = made.sections[0].footer.paragraphs[0]._p.xml
    assert "NUMPAGES" in footer
    assert "case, inputs" in footer


def test_pdf_holds_them_as_text(facts: Facts, tmp_path: Path) -> None:
    to = written(facts, tmp_path / "memo.pdf")
    text = subprocess.run(
        [program("pdftotext"), str(to), "-"], check=True, capture_output=True
    ).stdout.decode()
    flat = re.sub(r"[\s\u200b]", "", text)
    for name in (*(set(NAMES) - {LONG}), LONG[:24], "<script>$t$#let*b*"):
        assert re.sub(r"\s", "", name) in flat, name
    assert re.search(r"page 1 of \d+", text)
    assert "Install a font that has them" in text.replace("\n", " ") or ORDINARY in text


def test_the_workbook_holds_them_as_text(facts: Facts, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(facts, tmp_path / "plan.xlsx"))
    sites = book["t sites"]
    held = {row[0].value: row[0].data_type for row in sites.iter_rows(min_row=2)}
    assert set(held) == set(NAMES)
    assert set(held.values()) == {"s"}
    theirs = re.compile("|".join(map(re.escape, NAMES)))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.hyperlink is None
                assert cell.data_type != "f" or not theirs.search(str(cell.value)[1:])


def test_a_plan_that_builds_nothing_has_a_memo(tmp_path: Path) -> None:
    path = write_files(tmp_path, {}, {"sites": [{"land_cost_usd": 1e12}]})
    folder = tw.solve(tw.load(path)).save(tmp_path / "run")
    for ending in ("html", "docx", "pdf", "xlsx"):
        memo_of_run(folder, tmp_path / f"memo.{ending}", kind="none")
    text = (tmp_path / "memo.html").read_text(encoding="utf-8")
    assert "Build nothing yet" in text


def test_the_greatest_value_and_a_plan_in_memory_have_a_memo(tmp_path: Path) -> None:
    path = write_files(
        tmp_path,
        {"objective": "npv"},
        {
            "hardware": [{"capex_usd": 1e5}],
            "workloads": [{"sold_usd_per_mtoken": 2.0, "damages_usd_per_mtoken": 1.0}],
        },
    )
    plan = tw.solve(tw.load(path))
    assert plan.memo(tmp_path / "memo.html").is_file()
    assert plan.to_excel(tmp_path / "plan.xlsx").is_file()
    with pytest.raises(InputError, match=r"ends in \.xlsx"):
        plan.to_excel(tmp_path / "plan.pdf")
