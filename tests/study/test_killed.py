"""SIGKILL at random moments of `solve`, `batch` and `memo`: nothing half-written has its name."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from tests.study.conftest import CAPEX
from tests.study.killing import (
    Victim,
    command,
    file_is_whole,
    frame_of,
    run_is_whole,
    runs_are_whole,
    study_is_readable,
)

from tokenworks.study.progress import Silent
from tokenworks.study.store import Store
from tokenworks.study.study import Study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for what is left in /proc"),
]

MOMENTS = 20
SUFFIXES = (".docx", ".xlsx", ".html", ".pdf")
PRICES = [{CAPEX: float(price)} for price in (1100, 1200, 1300)]
many = pytest.mark.nightly


def some(count: int) -> list[object]:
    """One moment, while files are written, and all of them in a test that is run by night."""
    return [pytest.param([1], id="one"), pytest.param(range(count), id="all", marks=many)]


@pytest.fixture(scope="module")
def golden(root, tmp_path_factory) -> Path:
    """The small golden case, in a folder of its own."""
    folder = tmp_path_factory.mktemp("golden") / "two-sites"
    shutil.copytree(root / "tests" / "golden" / "two-sites", folder)
    return folder / "two-sites.yaml"


@pytest.fixture(scope="module")
def run(golden) -> Path:
    """A run of the golden case."""
    folder = golden.parent / "run"
    Victim(command("solve", golden, "--gap", "0.01", "--out", folder), folder.parent).undisturbed()
    return folder


@pytest.mark.parametrize("moments", some(MOMENTS))
def test_solve(golden, tmp_path, moments) -> None:
    out = tmp_path / "runs" / "run"
    victim = Victim(command("solve", golden, "--gap", "0.01", "--out", out), tmp_path / "runs")
    if len(moments) > 1:
        victim.undisturbed()
        shutil.rmtree(out)
    alive = 0
    for seed in moments:
        alive += victim.killed(seed)
        runs_are_whole(out.parent)
        shutil.rmtree(out, ignore_errors=True)
    assert alive >= len(moments) // 4  # others had ended by then


@pytest.mark.parametrize("moments", some(MOMENTS))
def test_memo(run, tmp_path, moments) -> None:
    to = tmp_path / "memo.docx"
    whole = Victim(command("memo", run, "--to", to, "--business-as-usual", "none"), tmp_path)
    if len(moments) > 1:
        whole.undisturbed()
    file_is_whole(to)
    alive = 0
    for seed in moments:
        copy = Path(shutil.copytree(run, tmp_path / f"{seed}" / "run"))
        to = copy.parent / f"memo{SUFFIXES[seed // 2 % len(SUFFIXES)]}"
        arguments = command("memo", copy, "--to", to, "--business-as-usual", "none", "--force")
        # A file has its name some milliseconds after its hidden one.
        victim = Victim(arguments, copy.parent, whole.seconds, writing_s=0.02)
        alive += victim.killed(seed)
        file_is_whole(to)
        run_is_whole(copy)
    assert alive >= len(moments) // 4  # others had ended by then


@pytest.mark.parametrize("moments", some(MOMENTS))
def test_batch_resumes_to_the_same_frame(
    write_study: Callable[..., Path], tmp_path, moments
) -> None:
    path = write_study({"list": PRICES})
    whole = Victim(command("batch", path, "--out", tmp_path / "whole", "--workers", "2"), tmp_path)
    if len(moments) > 1:
        whole.undisturbed()
    else:
        Study.load(path, tmp_path / "whole").run(workers=0, display=Silent())
    expected = frame_of(tmp_path / "whole")
    alive = 0
    for seed in moments:
        out = tmp_path / f"killed-{seed}"
        victim = Victim(command("batch", path, "--out", out, "--workers", "2"), out, whole.seconds)
        alive += victim.killed(seed)
        study_is_readable(out)
        victim.undisturbed()
        pd.testing.assert_frame_equal(frame_of(out), expected)
        study_is_readable(out)
        assert victim.drafts() == []
        events = (line["run"] for line in Store(out).logged() if line["event"] == "solved")
        # One is done again whose folder had its name before its worker could say so, or never was.
        assert max(Counter(events).values()) == 1
    assert alive >= len(moments) // 4  # others had ended by then
