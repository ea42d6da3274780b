"""Mutations of the scenario's own file: line and dotted key are named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tokenworks.io import scenario_files, yaml_text


def lines_of(name: str) -> list[str]:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return text.splitlines()[1:]


def parts_of(line: str) -> list[str]:
    return [part.replace(r"\n", "\n") for part in re.split(r"\s*\|\s*", line)]


def title(line: str) -> str:
    return line.split(" | ", maxsplit=1)[0]


def only(problems):
    assert len(problems) == 1, [str(p) for p in problems]
    return problems[0]


@pytest.mark.parametrize("line", lines_of("options.txt"), ids=title)
def test_options(case, problems_of, line):
    _, old, new, place, problem, remedy = parts_of(line)
    row, column = place.split()
    case.edit("scenario", old, new)
    found = only(problems_of(case.write()))
    assert (found.file, found.row, found.column) == ("small.yaml", int(row), column)
    assert problem in found.problem
    assert remedy in found.remedy


@pytest.mark.parametrize("line", lines_of("overrides.txt"), ids=title)
def test_overrides(case, problems_of, line):
    _, text, column, problem, remedy = parts_of(line)
    case.edit("scenario", "tables:\n", f"overrides:\n  {text}\ntables:\n")
    found = only(problems_of(case.write()))
    if column:
        assert (found.file, found.row, found.column) == ("small.yaml", 9, column)
    assert problem in found.problem
    assert remedy in found.remedy


SYNTAX = {
    "tag": ("!!python/object/apply:os.system [ls]", 1, "the tag", "plain value"),
    "custom tag": ("name: !secret x", 1, "the tag `!secret`", "plain value"),
    "standard tag": ("name: !!str x", 1, "the tag", "plain value"),
    "duplicate": ("name: a\ntitle: b\nname: c", 3, "given twice, first in row 1", "keep one"),
    "two documents": ("name: a\n---\nname: b", 2, "second document", "one document"),
    "list": ("- a\n- b", 1, "no `key: value`", "name"),
    "text": ("hello", 1, "no `key: value`", "name"),
    "empty": ("", 0, "empty", "name"),
    "comments": ("# nothing\n", 0, "empty", "name"),
    "number as key": ("name: a\n5: b", 2, "the key `5` is not text", "quotation"),
    "mapping as key": ("name: a\n? {a: 1}\n: b", 2, "not text", "quotation"),
    "tab": ("name: a\nfinance:\n\tusd_year: 2024", 3, "a tab", "blanks"),
    "colon": ("name: a\ntitle: b: c", 2, "a colon", "quote"),
    "open quotation": ("name: a\ntitle: 'b", 2, "not closed", "close"),
    "open bracket": ("name: a\ntitle: [b", 2, "does not fit", "bracket"),
    "control character": ("name: a\ntitle: b\x07", 2, "`\\x07`", "delete"),
    "undefined alias": ("name: a\ntitle: *b", 2, "no anchor", "the value itself"),
    "own alias": ("name: &a [*a]", 1, "its own anchor", "the value itself"),
    "merge key": ("name: a\nfinance: &f {}\ntime:\n  <<: *f", 4, "merge key", "write the keys out"),
    "other version": ("%YAML 2.0\n---\nname: a", 1, "another version", "delete"),
    "deep": ("name: " + "[" * 5000, 1, "deep", "four levels"),
    "long number": ("name: a\nsolve:\n  seed: " + "9" * 5000, 3, "not a number", "number"),
}


@pytest.mark.parametrize("name", SYNTAX)
def test_syntax(case, problems_of, name):
    text, line, problem, remedy = SYNTAX[name]
    case.path.write_text(text, encoding="utf-8")
    found = only(problems_of(case.path))
    assert (found.file, found.row) == ("small.yaml", line)
    assert problem in found.problem
    assert remedy in found.remedy


def test_bomb_of_aliases(case, problems_of):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 20)]
    case.path.write_text("\n".join(lines), encoding="utf-8")
    found = only(problems_of(case.path))
    assert "more than 50,000 values" in found.problem


def test_scenario_not_in_utf_8(case, problems_of):
    case.path.write_bytes("name: a\ntitle: Süd\n".encode("latin-1"))
    found = only(problems_of(case.path))
    assert (found.row, "0xfc" in found.problem) == (2, True)


def test_no_such_scenario(case, problems_of):
    found = only(problems_of(case.folder / "smal.yaml"))
    assert (found.file, found.problem) == ("smal.yaml", "there is no such file")


def test_no_such_shipped_scenario(problems_of):
    found = only(problems_of("us-tyny"))
    assert (found.file, found.row) == ("us-tyny", 0)
    assert "no shipped scenario `us-tyny`" in found.problem
    assert "did you mean `us-tiny`?" in found.remedy


def test_a_folder_is_no_scenario(case, problems_of):
    found = only(problems_of(f"{case.folder}/"))
    assert "is a folder" in found.problem


def test_missing_required_table(case, problems_of):
    del case.tables["regions"]
    found = [p for p in problems_of(case.write()) if p.column == "tables.regions"]
    assert only(found).row == 8
    assert "missing" in only(found).problem
    assert "where users are" in only(found).remedy


def extended(case, text: str, **others: str):
    case.write().rename(case.folder / "base.yaml")
    for name, content in others.items():
        (case.folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    case.path.write_text(text, encoding="utf-8")
    return case.path


def test_fault_in_the_extended_file_names_that_file(case, problems_of):
    case.edit("scenario", "0.08", "8")
    found = only(problems_of(extended(case, "extends: base.yaml\nname: child\n")))
    assert (found.file, found.row, found.column) == ("base.yaml", 5, "finance.discount_rate")


def test_fault_in_the_extending_file_names_this_file(case, problems_of):
    text = "extends: base.yaml\nname: child\nfinance:\n  discount_rate: 8\n"
    found = only(problems_of(extended(case, text)))
    assert (found.file, found.row, found.column) == ("small.yaml", 4, "finance.discount_rate")


def test_a_required_table_taken_away(case, problems_of):
    text = "extends: base.yaml\nname: child\ntables:\n  zones: null\n"
    found = problems_of(extended(case, text))
    assert [p.column for p in found if "missing" in p.problem] == ["tables.zones"]


@pytest.mark.parametrize(
    ("named", "problem", "remedy"),
    [
        ("bse.yaml", "no file `bse.yaml`", "correct the path"),
        ("us-tyny", "no shipped scenario", "us-tiny"),
        ("../base.yaml", "outside the project", "copy"),
        ("/etc/passwd.yaml", "outside the project", "copy"),
        ("[a, b]", "names no scenario", "relative to this one"),
        ("", "names no scenario", "relative to this one"),
        ("small.yaml", "circle: small.yaml → small.yaml", "cut"),
        ("loop.yaml", "circle: small.yaml → loop.yaml → small.yaml", "cut"),
        ("tagged.yaml", "`tagged.yaml` has problems", "see there"),
    ],
)
def test_extends(case, problems_of, named, problem, remedy):
    text = f"name: child\nextends: {named}\n"
    path = extended(case, text, loop="extends: small.yaml\n", tagged="name: !x y\n")
    found = [p for p in problems_of(path) if p.column == "extends"]
    assert (only(found).file, only(found).row) == (
        "loop.yaml" if named == "loop.yaml" else "small.yaml",
        1 if named == "loop.yaml" else 2,
    )
    assert problem in only(found).problem
    assert remedy in only(found).remedy


def test_too_long_a_chain(case, problems_of):
    others = {f"s{i}": f"extends: s{i + 1}.yaml\n" for i in range(scenario_files.LONGEST_CHAIN + 3)}
    found = problems_of(extended(case, "name: child\nextends: s0.yaml\n", **others))
    assert "more than 10 files" in only(found).problem


def test_limits_are_those_that_the_messages_state():
    assert (yaml_text.MOST_NODES, yaml_text.DEEPEST) == (50_000, 30)
