"""Pages as files: whole or not at all, and nothing of others is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tokenworks.errors import InputError
from tokenworks.report.page import markup
from tokenworks.report.page.markup import Column, filled, joined, script_json, table, tag
from tokenworks.report.page.write import checked, explore_folder


def page_of(identity: str) -> str:
    return f'<head><meta name="tokenworks-page" content="{identity}"></head>'


def test_a_page_of_the_same_plan_is_replaced_and_no_other_file(tmp_path: Path) -> None:
    path = tmp_path / "plan.html"
    checked(path, "plan 1", force=False)
    path.write_text(page_of("plan 1"))
    assert checked(path, "plan 1", force=False) == path
    for other in (page_of("plan 2"), "my notes", ""):
        path.write_text(other)
        with pytest.raises(InputError, match="--force"):
            checked(path, "plan 1", force=False)
        assert checked(path, "plan 1", force=True) == path


def test_a_page_is_html_and_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"end it in \.html"):
        checked(tmp_path / "plan.pdf", "plan 1", force=True)
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        checked(tmp_path / "folder.html", "plan 1", force=True)


def test_a_folder_without_a_run_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither a run nor a study"):
        explore_folder(tmp_path, tmp_path / "plan.html")
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(InputError):
        explore_folder(tmp_path, tmp_path / "plan.html")
    assert [file.name for file in tmp_path.iterdir()] == ["manifest.json"]


def test_text_stays_text() -> None:
    made = tag("td", "<b>\"&'", title='"><script>')
    assert made == ('<td title="&quot;&gt;&lt;script&gt;">&lt;b&gt;&quot;&amp;&#x27;</td>')
    assert tag("p", made).count("<td") == 1
    assert joined(["<", tag("b", ">")]) == "&lt;<b>&gt;</b>"
    assert "&lt;i&gt;" in table("<i>", [Column("<u>")], [["<s>"]])


def test_json_cannot_leave_its_script() -> None:
    text = script_json(
        {"</script><!--": "\u2028\u2029&", "number": 1.23456789, "none": float("nan")}
    )
    for bad in ("<", ">", "&", "\u2028", "\u2029"):
        assert bad not in text
    assert '"number":1.23457' in text
    assert '"none":null' in text


def test_what_is_filled_in_is_not_filled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "own_file", "{{a}} {{b}} %s".__mod__)
    values = {"a": markup.Markup("{{b}}"), "b": markup.Markup("x")}
    assert filled("any", values) == "{{b}} x any"
    with pytest.raises(KeyError):
        filled("any", {"a": markup.Markup("")})


def test_a_long_table_says_what_it_leaves_out() -> None:
    made = table("t", [Column("n", True)], ([n] for n in range(10)), most=3)
    assert made.count("<tr>") == 4
    assert "7 more rows" in made
