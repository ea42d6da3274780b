from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

STRAYS = ("data/stray.csv", "scenarios/stray.yaml")


def build(source: Path, target: str, to: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(to)]
    subprocess.run(command, cwd=source, check=True)
    (built,) = to.iterdir()
    return built


def contents(wheel: Path) -> set[str]:
    names = zipfile.ZipFile(wheel).namelist()
    return {name for name in names if ".dist-info/" not in name}


@pytest.fixture(scope="module")
def checkout(
    root: Path, repository_files: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A git checkout of the repository's files, with strays that git does not track."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in repository_files:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, copy / name)
    subprocess.run(["git", "init", "--quiet"], cwd=copy, check=True)
    subprocess.run(["git", "add", "--all"], cwd=copy, check=True)
    for name in STRAYS:
        (copy / name).write_text("stray", encoding="utf-8")
    return copy


@pytest.fixture(scope="module")
def expected(repository_files: list[str]) -> set[str]:
    """What the wheel must hold: the package, data/ without its scripts, scenarios/."""
    package = {n.removeprefix("model/") for n in repository_files if n.startswith("model/")}
    shipped = {n for n in repository_files if n.startswith(("data/", "scenarios/"))}
    assert shipped
    return package | {f"tokenworks/{n}" for n in shipped if not n.endswith(".py")}


def test_wheel_holds_what_git_tracks(checkout: Path, expected: set[str], tmp_path: Path) -> None:
    wheel = build(checkout, "wheel", tmp_path)
    assert contents(wheel) == expected
    assert "tokenworks/py.typed" in expected


def test_wheel_from_sdist_is_the_same(
    checkout: Path, expected: set[str], repository_files: list[str], tmp_path: Path
) -> None:
    sdist = build(checkout, "sdist", tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    # Scripts of data/ ship here: they say where the tables come from.
    shipped = [n for n in repository_files if n.startswith(("data/", "scenarios/"))]
    assert [name for name in shipped if not (unpacked / name).is_file()] == []
    assert [name for name in STRAYS if (unpacked / name).exists()] == []
    assert contents(build(unpacked, "wheel", tmp_path / "wheel")) == expected


def test_editable_install_holds_no_copy(checkout: Path, tmp_path: Path) -> None:
    backend = "import sys; from hatchling.build import build_editable as b; b(sys.argv[1])"
    subprocess.run([sys.executable, "-c", backend, str(tmp_path)], cwd=checkout, check=True)
    (wheel,) = tmp_path.iterdir()
    assert contents(wheel) == {"_tokenworks.pth"}
