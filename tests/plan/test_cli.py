"""The command line as its user meets it: output, exit status, nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


def tokenworks(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "tokenworks", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "COLUMNS": "100"},
    )


def extending(two_sites: Path, folder: Path, text: str) -> Path:
    """A scenario beside a copy of the two-site case, which it extends."""
    for file in two_sites.parent.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    path = folder / "mine.yaml"
    path.write_text(f"name: mine\nextends: two-sites.yaml\n{text}")
    return path


def test_solve_prints_the_plan_and_writes_its_folder(two_sites: Path, tmp_path: Path) -> None:
    scenario = extending(two_sites, tmp_path, "solve: {gap: 0.0}\n")
    done = tokenworks("solve", scenario.name, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for heading in ("What opens when", "What powers it", "Which hardware it holds", "How demand"):
        assert heading in done.stdout
    assert "Of " in done.stdout
    assert "assumed" in done.stdout
    (run,) = (tmp_path / "runs").iterdir()
    assert run.name.startswith("mine-")
    assert (run / "manifest.json").exists()
    assert f"run folder: runs/{run.name}" in done.stderr


def test_json_prints_the_manifest_alone(two_sites: Path, tmp_path: Path) -> None:
    scenario = extending(two_sites, tmp_path, "")
    options = ("--json", "--out", "here", "--gap", "0.1")
    done = tokenworks("solve", scenario.name, *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    manifest = json.loads(done.stdout)
    written = json.loads((tmp_path / "here" / "manifest.json").read_text())
    keys = {"scenario", "status", "objective_usd", "bound_usd", "gap", "gap_controllable", "method"}
    keys |= {"seconds", "columns", "rows", "nonzeros", "inputs_sha256", "versions", "created"}
    assert keys <= set(manifest)
    assert manifest["objective_usd"] == written["objective_usd"]


@pytest.mark.slow
def test_hours_of_a_year_are_in_the_manifest_and_the_folder(
    write_scenario: Callable[..., Path], tmp_path: Path
) -> None:
    # An engine at 20 USD/MWh feeds 1 MW all year: 8,760 MWh and 175,200 USD, and nothing is shed.
    scenario = write_scenario(
        power_technologies=[{"technology": "k"}],
        power_costs=[{"technology": "k", "variable_om_usd_per_mwh": 20.0}],
    )
    options = ("--chronological", "--json", "--out", "here")
    done = tokenworks("solve", str(scenario), *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["chronological"]
    assert found == json.loads((tmp_path / "here" / "manifest.json").read_text())["chronological"]
    (year,) = found["years"]
    assert (year["site"], year["step_start"]) == ("s", "2030-01-01")
    assert year["energy_usd"] == found["energy_usd"] == pytest.approx(175_200.0)
    assert (found["shed_mwh"], year["worst_day_of_year"]) == (0.0, None)
    tables = {file.stem for file in (tmp_path / "here" / "tables").iterdir()}
    assert {"chronological_years", "chronological_shortfall"} <= tables
    words = tokenworks("solve", str(scenario), "--chronological", cwd=tmp_path)
    assert "No hour of a year goes short." in words.stdout


def test_wrong_input_ends_with_2_and_leaves_nothing(two_sites: Path, tmp_path: Path) -> None:
    text = "finance: {discount_rat: 0.1}\noverrides: {'tables.sites[*].max_it_mw': -5}\n"
    scenario = extending(two_sites, tmp_path, text)
    before = sorted(tmp_path.iterdir())
    for command in ("check", "solve"):
        done = tokenworks(command, scenario.name, cwd=tmp_path)
        assert done.returncode == 2
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        assert "2 problems in the input" in done.stderr
        assert "mine.yaml, row 3, finance.discount_rat" in done.stderr
        assert sorted(tmp_path.iterdir()) == before


def test_infeasible_ends_with_3_and_says_what_cannot_be_met(
    two_sites: Path, tmp_path: Path
) -> None:
    text = (
        "unserved: forbidden\noverrides:\n"
        "  tables.cloud_prices[*].max_output_tokens_per_s: 1.0\n"
        "  tables.sites[*].construction_months: 12\n"
    )
    scenario = extending(two_sites, tmp_path, text)
    done = tokenworks("solve", scenario.name, cwd=tmp_path)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "of its tokens can be neither served in time nor rented" in done.stderr
    assert "can be energised from" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.slow
def test_stopped_without_a_plan_ends_with_4(tmp_path: Path) -> None:
    done = tokenworks("solve", "us-tiny", "--time-limit", "0.01", cwd=tmp_path)
    assert done.returncode == 4, done.stdout + done.stderr
    assert "before any plan was found; a longer time limit" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_existing_folder_is_refused_before_solving(two_sites: Path, tmp_path: Path) -> None:
    scenario = extending(two_sites, tmp_path, "")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("ten years of work")
    done = tokenworks("solve", scenario.name, "--out", "mine", cwd=tmp_path)
    assert done.returncode == 2
    assert "never overwritten" in done.stderr
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "ten years of work"


@pytest.mark.slow
def test_check_counts_what_is_assumed(tmp_path: Path) -> None:
    done = tokenworks("check", "us-tiny", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for words in ("all figures", "measured", "disabled power_technologies", "assumed options"):
        assert words in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [("solve",), ("solve", "a", "b"), ("fly",), ("--fly",)])
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = tokenworks(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_us_tiny_solves_to_its_gap(tmp_path: Path) -> None:
    done = tokenworks("solve", "us-tiny", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    manifest = json.loads(done.stdout)
    assert manifest["status"] == "optimal"
    assert manifest["gap"] <= 0.001


@pytest.mark.slow
def test_check_prints_titles_as_they_are(two_sites: Path, tmp_path: Path) -> None:
    scenario = extending(two_sites, tmp_path, 'title: "costs of [grid] and [/bold] in [red]"\n')
    done = tokenworks("check", scenario.name, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "costs of [grid] and [/bold] in [red]" in done.stdout


@pytest.mark.slow
def test_check_traces_figures_and_warns(two_sites: Path, tmp_path: Path) -> None:
    scenario = extending(two_sites, tmp_path, "")
    done = tokenworks("check", scenario.name, "--trace", "4", "--seed", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    words = " ".join(done.stdout.split())
    assert "4 figures drawn at random (seed 2)" in words
    # The case's air and nuclear permits are those of the country that `b` lies outside of.
    assert "no route of air for stacks; no route of nuclear for nuclear;" in words
    assert "at b: taken to need none" in words
    again = tokenworks("check", scenario.name, "--trace", "4", "--seed", "2", cwd=tmp_path)
    assert again.stdout == done.stdout
