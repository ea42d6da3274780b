from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import pytest

# Patterns are written so that they do not match their own text here.
PLACES = {
    "path of one machine": r"(?<![\w./~}-])/(?:work|root|home|Users|tmp|opt)/\w",
    "path of a Windows machine": r"\b[A-Z]:\\+Users\\",
    "package registry": r"\b(?:py[p]i|python[h]osted|ana[c]onda|np[m]js)\.(?:org|com)\b",
    "choice of a package registry": r"--(?:extra-)?index[-]url|--find[-]links|\bPIP_INDEX[_]URL",
}
LOCK_FILES = {
    "Pipfile.lock",
    "conda-lock.yml",
    "pdm.lock",
    "pixi.lock",
    "poetry.lock",
    "pylock.toml",
    "uv.lock",
}


def places(text: str) -> list[str]:
    return [name for name, pattern in PLACES.items() if re.search(pattern, text)]


def test_no_file_names_a_machine_or_a_registry(root: Path, repository_files: list[str]) -> None:
    assert repository_files
    found = {}
    for name in repository_files:
        content = (root / name).read_bytes()
        if b"\0" not in content:
            found[name] = places(content.decode("utf-8"))
    assert {name: what for name, what in found.items() if what} == {}


def test_no_lock_files(repository_files: list[str]) -> None:
    assert [n for n in repository_files if PurePosixPath(n).name in LOCK_FILES] == []


def test_pins_are_plain_versions(root: Path) -> None:
    lines = (root / ".ci" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    pin = re.compile(r"[a-z0-9-]+==[0-9][0-9.]*(?:\.post[0-9]+)?(?: ; [a-z_]+ [<>=!]+ \"[\w.]+\")?")
    assert [line for line in pins if not pin.fullmatch(line)] == []
    assert pins == sorted(pins, key=lambda line: line.partition("==")[0])


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("see /" + "root/x", "path of one machine"),
        ('"/' + "home/someone/data", "path of one machine"),
        ("C:" + r"\Users\someone", "path of a Windows machine"),
        ("https://" + "pypi" + ".org/simple", "package registry"),
        ("pip install --index" + "-url x", "choice of a package registry"),
    ],
)
def test_patterns_find_what_they_name(text: str, what: str) -> None:
    assert places(text) == [what]


@pytest.mark.parametrize("text", ["data/root/x", "https://example.com/home/page", "../work/x"])
def test_patterns_leave_other_text_alone(text: str) -> None:
    assert places(text) == []
