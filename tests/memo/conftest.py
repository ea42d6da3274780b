"""A plan of every block, its run folder, and its memo; and programs that open what is written."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import tokenworks as tw
from tokenworks.plan import Plan
from tokenworks.report.memo.blocks import Document
from tokenworks.report.memo.contents import contents
from tokenworks.report.memo.deliver import memo_of_run, solved_usual
from tokenworks.report.memo.facts import Facts, make_facts

GOLDEN = Path(__file__).parents[1] / "golden" / "two-sites" / "two-sites.yaml"


@pytest.fixture(scope="session")
def plan() -> Plan:
    return tw.solve(tw.load(GOLDEN), gap=0.01)


@pytest.fixture(scope="session")
def run(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plan.save(tmp_path_factory.mktemp("run") / "run")


@pytest.fixture(scope="session")
def facts(plan: Plan) -> Facts:
    usual = solved_usual(plan, "grid")
    assert usual.plan, usual.words
    return make_facts(plan, plan.manifest(), usual)


@pytest.fixture(scope="session")
def document(facts: Facts) -> Document:
    return contents(facts)


@pytest.fixture(scope="session")
def workbook(run: Path) -> Path:
    return memo_of_run(run, run.parent / "plan.xlsx", kind="none")


def program(name: str) -> str:
    """A program, or a test that is skipped by name; `.ci/run` does not skip."""
    found = shutil.which(name)
    if not found:
        if os.environ.get("TOKENWORKS_BROWSER") == "required":
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed")
    return found


def converted(source: Path, ending: str, folder: Path) -> Path:
    """A document as LibreOffice converts it."""
    office = program("soffice")
    profile = folder / "profile"
    subprocess.run(
        [
            *(office, f"-env:UserInstallation=file://{profile}", "--headless"),
            *("--convert-to", ending, "--outdir", str(folder), str(source)),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return folder / f"{source.stem}.{ending}"
