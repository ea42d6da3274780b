from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

LONGEST_FUNCTION = 60
LONGEST_FILE = 400

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(source: str) -> Iterator[tuple[str, int]]:
    """Name and length of each function, in lines from `def` to its end, docstring included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.fixture(scope="module")
def sources(root: Path) -> dict[str, str]:
    paths = sorted((root / "model" / "tokenworks").rglob("*.py"))
    assert paths
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in paths}


def test_the_measure_counts_from_def_to_the_last_line() -> None:
    source = "@decorated\ndef outer():\n    '''Doc.'''\n    def inner():\n        return 1\n"
    assert dict(functions(source)) == {"outer": 4, "inner": 2}


def test_functions_are_short(sources: dict[str, str]) -> None:
    lengths = {
        f"{path}: {name}": length
        for path, source in sources.items()
        for name, length in functions(source)
    }
    assert {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION} == {}


def test_files_are_short(sources: dict[str, str]) -> None:
    lengths = {path: len(source.splitlines()) for path, source in sources.items()}
    assert {path: n for path, n in lengths.items() if n > LONGEST_FILE} == {}
