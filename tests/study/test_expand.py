"""Which runs a study file makes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tokenworks.schema.study import Draw, Sample, StudySpec
from tokenworks.study.conditions import excluded
from tokenworks.study.expand import sweep_runs
from tokenworks.study.export import csv_text
from tokenworks.study.runs import run_id
from tokenworks.study.samples import points, values

RATE = "finance.discount_rate"
GAS = "tables.fuel_prices[*].price_usd_per_mmbtu"


def spec(**data: Any) -> StudySpec:
    return StudySpec.model_validate({"name": "x", "base": "us-tiny", **data})


def test_the_grid_is_walked_as_a_snake() -> None:
    grid = {RATE: [0.05, 0.06, 0.07], "gas": {"as is": {}, "dear": {GAS: {"scale": 2}}}}
    levels = [tuple(run.labels.values()) for run in sweep_runs(spec(grid=grid))[1:]]
    assert levels == [
        (0.05, "as is"),
        (0.05, "dear"),
        (0.06, "dear"),
        (0.06, "as is"),
        (0.07, "as is"),
        (0.07, "dear"),
    ]


def test_what_changes_nothing_is_the_base() -> None:
    grid = {"gas": {"as is": {}, "dear": {GAS: {"scale": 2}}}}
    runs = sweep_runs(spec(grid=grid))
    assert [(run.id == "base", run.labels) for run in runs] == [
        (True, {"gas": "as is"}),
        (False, {"gas": "dear"}),
    ]


def test_two_runs_that_change_the_same_are_one() -> None:
    runs = sweep_runs(spec(cases={"dear": {RATE: 0.1}}, list=[{RATE: 0.1}, {RATE: 0.2}]))
    assert [run.changes for run in runs] == [{}, {RATE: 0.1}, {RATE: 0.2}]


def test_the_name_of_a_run_does_not_hang_on_its_place() -> None:
    one = sweep_runs(spec(list=[{RATE: 0.1}, {RATE: 0.2}]))
    other = sweep_runs(spec(list=[{RATE: 0.2}, {RATE: 0.3}, {RATE: 0.1}]))
    assert {run.id for run in one} < {run.id for run in other}


def test_names_of_runs_are_names_of_folders() -> None:
    changes = {RATE: 0.1}
    for level in ("../../etc", "=1+1", "<script>", "Österreich", ".", "", "a/b", "x" * 300):
        name = run_id(changes, {"case": level})
        assert "/" not in name
        assert not name.startswith((".", "="))
        assert len(name) < 60


@pytest.mark.parametrize(
    ("condition", "left_out"),
    [
        ({"gas": "dear"}, True),
        ({"gas": ["cheap", "dear"]}, True),
        ({"gas": {"not": "dear"}}, False),
        ({"gas": "dear", RATE: {"above": 0.1}}, False),
        ({RATE: {"at_least": 0.1, "at_most": 0.1}}, True),
        ({GAS: {"scale": {"above": 1.5}}}, True),
        ({GAS: {"add": {"above": 1.5}}}, False),
        ({GAS: {"scale": 2}}, True),
        ({"unserved": {"above": 3}}, False),
        ({"from": {"below": dt.date(2030, 1, 1)}}, True),
        ({"on": 1}, False),
    ],
)
def test_conditions(condition: dict[str, Any], left_out: bool) -> None:
    labels = {"gas": "dear", RATE: 0.1, "unserved": "priced", "on": True, "from": "2029-05-01"}
    assert excluded([condition], labels, {GAS: {"scale": 2}, RATE: 0.1}) is left_out


def test_samples_are_the_same_for_the_same_seed() -> None:
    sample = Sample(count=5, seed=3, addresses={RATE: Draw(low=0.05, high=0.1)})
    for method in ("latin hypercube", "sobol"):
        assert list(points(sample, method)) == list(points(sample, method))
        other = sample.model_copy(update={"seed": 4})
        assert list(points(sample, method)) != list(points(other, method))
        assert all(0.05 <= point[RATE] <= 0.1 for point in points(sample, method))


def test_a_latin_hypercube_has_one_point_in_every_layer() -> None:
    sample = Sample(count=10, seed=1, addresses={RATE: Draw(low=0, high=10)})
    layers = sorted(int(point[RATE]) for point in points(sample, "latin hypercube"))
    assert layers == list(range(10))


SHARES = np.array([0.0, 0.5, 1.0])


@pytest.mark.parametrize(
    ("draw", "expected"),
    [
        (Draw(low=2, high=4), [2, 3, 4]),
        (Draw(low=1, high=100, distribution="loguniform"), [1, 10, 100]),
        (Draw(low=0, high=2, mode=1, distribution="triangular"), [0, 1, 2]),
        (Draw(low=1, high=3, whole=True), [1, 2, 3]),
        (Draw(choices=["a", "b", "c"]), ["a", "b", "c"]),
    ],
)
def test_quantiles(draw: Draw, expected: list[Any]) -> None:
    found = values(draw, SHARES)
    if isinstance(expected[0], str):
        assert found == expected
    else:
        assert found == pytest.approx(expected, abs=1e-3)


def test_a_spreadsheet_runs_nothing() -> None:
    frame = pd.DataFrame({"=a": ["=1+1", "-2", "@x", " +3", "\t=4", "a=b"], "usd": [-1.5] * 6})
    lines = csv_text(frame).splitlines()
    assert lines[0] == "'=a,usd"
    firsts = [line.rsplit(",", 1)[0].strip('"') for line in lines[1:]]
    assert firsts == ["'=1+1", "'-2", "'@x", "' +3", "'\t=4", "a=b"]
    assert all(line.endswith(",-1.5") for line in lines[1:])


def test_a_normal_draw_is_cut_at_its_ends() -> None:
    draw = Draw(distribution="normal", mean=1, standard_deviation=1, low=0)
    found = values(draw, SHARES)
    assert found[0] == pytest.approx(0.0, abs=1e-6)
    assert 1.0 < found[1] < 1.4  # the median of what is left
    assert values(Draw(scale=Draw(low=1, high=3)), SHARES)[1] == {"scale": pytest.approx(2)}
