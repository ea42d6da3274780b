"""Capacitated facility location reaches the published optima.

The instances are J. E. Beasley's, of the OR-Library (cap41 to cap74 of the capacitated warehouse
location problems; "An algorithm for solving large capacitated warehouse location problems",
European Journal of Operational Research 33, 1988), and so are the optima. `cap44` and `cap63` stand
beside this test as the scenarios that `convert` makes of them; the OR-Library's files themselves
are not ours to ship, and are read from the folder of shared cases where there is one.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cases.facility.convert import options_of, read_instance, tables_of

HERE = Path(__file__).parent
KEPT = ("cap44", "cap63")
OPTIMA_USD = {
    "cap41": 1040444.375,
    "cap42": 1098000.45,
    "cap43": 1153000.45,
    "cap44": 1235500.45,
    "cap51": 1025208.225,
    "cap61": 932615.75,
    "cap62": 977799.4,
    "cap63": 1014062.05,
    "cap64": 1045650.25,
    "cap71": 932615.75,
    "cap72": 977799.4,
    "cap73": 1010641.45,
    "cap74": 1034976.975,
}


def shared_text(name: str) -> str:
    """An OR-Library file of the shared cases; the test is skipped where it is not at hand."""
    root = HERE.parents[2]
    shared = Path(os.environ.get("TOKENWORKS_SHARED") or root.parent / "shared")
    path = shared / "cases" / "facility_location" / f"{name}.txt"
    if not path.is_file():
        pytest.skip(f"{name}.txt of the OR-Library is not in the folder of shared cases")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", KEPT)
def test_kept_instance_reaches_the_published_optimum(name: str, solved: Callable[..., Any]) -> None:
    answer = solved(HERE / name / "scenario.yaml")
    assert answer.solved.objective_usd == pytest.approx(OPTIMA_USD[name], abs=1e-4)
    assert answer.solved.bound_usd == pytest.approx(OPTIMA_USD[name], abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", OPTIMA_USD)
def test_instance_reaches_the_published_optimum(name: str, solve_case: Callable[..., Any]) -> None:
    answer = solve_case(options_of(name), **tables_of(read_instance(shared_text(name))))
    assert answer.solved.objective_usd == pytest.approx(OPTIMA_USD[name], abs=1e-4)
    assert answer.solved.bound_usd == pytest.approx(OPTIMA_USD[name], abs=1e-4)


@pytest.mark.parametrize("name", KEPT)
def test_kept_instance_is_what_the_converter_makes(name: str) -> None:
    made = tables_of(read_instance(shared_text(name)))
    for table in ("sites", "regions", "network", "demand"):
        with (HERE / name / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            kept = list(csv.DictReader(file))
        texts = [{column: str(value) for column, value in row.items()} for row in made[table]]
        assert [{column: row[column] for column in texts[0]} for row in kept] == texts


def test_instances_are_read_across_broken_lines() -> None:
    found = read_instance("2 1\n 10 5.\n 20 7. \n 8\n 16.\n 24. \n")
    assert (found.capacity, found.fixed_usd) == ((10.0, 20.0), (5.0, 7.0))
    assert (found.demand, found.serving_usd) == ((8.0,), ((16.0, 24.0),))
