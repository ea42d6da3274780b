"""One small mutation of a table each: file, row and column are named, and what would be right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

MUTATIONS = Path(__file__).with_name("mutations.txt").read_text(encoding="utf-8")
LINES = MUTATIONS.splitlines()[1:]


def parts_of(line: str) -> list[str]:
    cells = re.split(r"\s*\|\s*", line)
    return [cell.replace(r"\n", "\n").replace(r"\0", "\0") for cell in cells]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.split(" | ")[0])
def test_a_mutation_is_answered_where_it_is(case, problems_of, line):
    _, table, old, new, place, problem, remedy = parts_of(line)
    case.edit(table, old, new)
    found = problems_of(case.write())
    assert len(found) == 1, [str(p) for p in found]
    where, _, column = place.partition(" ")
    file, _, row = where.partition(":")
    expected = (f"tables/{file}.csv", int(row), column)
    assert (found[0].file, found[0].row, found[0].column) == expected
    assert problem in found[0].problem
    assert remedy in found[0].remedy
