"""Tornado, by hand."""

from __future__ import annotations

from functools import partial

import pytest
from tests.kinds.conftest import prepared

from tokenworks.errors import InputError
from tokenworks.io.scenario_files import load_scenario
from tokenworks.study.kinds import kind_of

pytestmark = pytest.mark.slow

near = partial(pytest.approx, rel=1e-9)
CAPEX = "tables.hardware[h].capex_usd"
UPKEEP = "tables.hardware[h].fixed_om_usd_per_year"
# One year of 1 MW: a system at 100,000 USD and 10,000 of upkeep.
CASE = {"hardware": [{"capex_usd": 100e3, "fixed_om_usd_per_year": 10e3}]}


@pytest.mark.slow
def test_factors_are_sorted_by_swing(write_scenario, run_kind):
    found = run_kind(
        write_scenario(**CASE),
        "tornado",
        factors={
            UPKEEP: {"low": 5e3, "high": {"add": 10e3}},
            CAPEX: {"low": {"scale": 0.5}, "high": {"scale": 1.5}},
            "all": {"low": {CAPEX: 60e3, UPKEEP: 10e3}, "high": {CAPEX: 110e3, UPKEEP: 30e3}},
            "nothing": {"low": {}, "high": {}},
        },
    )["tornado"]
    # 110,000 USD: capital 50,000 to 150,000; all 70,000 to 140,000; upkeep 5,000 to 20,000.
    assert found["factor"].tolist() == [CAPEX, "all", UPKEEP, "nothing"]
    assert found["swing"].tolist() == near([100e3, 70e3, 15e3, 0.0])
    assert found["low_change"].tolist() == near([-50e3, -40e3, -5e3, 0.0])
    assert found["high_change"].tolist() == near([50e3, 30e3, 10e3, 0.0])
    assert found["base_value"].tolist() == near([110e3] * 4)
    assert found["low_level"].tolist()[::2] == ["× 0.5", "5000"]
    assert found["high_verdict"].tolist() == ["higher"] * 3 + ["indistinguishable"]
    assert found["verdict"].tolist() == ["higher"] * 3 + ["indistinguishable"]


def test_swing_within_the_gap_is_said_to_be_none(write_scenario, run_kind):
    # Bounds of a tenth of the cost less: 1 % more capital cannot be told from none.
    path = write_scenario(**CASE)
    base = run_kind(path, "tornado", factors={CAPEX: {"low": {"scale": 0.99}, "high": 101e3}})
    for run in base.finished.values():
        run.manifest["bound_usd"] *= 0.9

    study = prepared(
        load_scenario(path), "tornado", factors={CAPEX: {"low": {"scale": 0.99}, "high": 101e3}}
    )
    (row,) = kind_of("tornado").frames(study, base.finished)["tornado"].to_dict("records")
    assert row["verdict"] == row["low_verdict"] == "indistinguishable"
    assert row["swing"] == near(2e3)
    assert row["swing_least"] == 0.0
    # [0.9 x 111,000 - 109,000, 111,000 - 0.9 x 109,000]
    assert row["swing_most"] == near(111e3 - 0.9 * 109e3)


@pytest.mark.slow
def test_a_level_without_a_plan_stands_first_with_the_reason(write_scenario, run_kind):
    found = run_kind(
        write_scenario({"unserved": "forbidden"}, **CASE),
        "tornado",
        factors={
            CAPEX: {"low": {"scale": 0.5}, "high": {"scale": 1.5}},
            "tables.sites[s].max_it_mw": {"low": {"scale": 0.001}, "high": {"scale": 1.5}},
        },
    )["tornado"]
    assert found["factor"].iloc[0].startswith("tables.sites")
    assert found["low_verdict"].iloc[0].startswith("no plan: ")
    assert found["swing"].isna().tolist() == [True, False]


def test_another_measure_is_of_the_plans_found(write_scenario, run_kind):
    found = run_kind(
        write_scenario(**CASE),
        "tornado",
        measure="cost_usd_per_mtoken",
        factors={CAPEX: {"low": {"scale": 0.5}, "high": {"scale": 1.5}}},
    )["tornado"]
    # 110,000 USD over 3.6e6 million tokens.
    assert found["base_value"].iloc[0] == near(110e3 / 3.6e6)
    assert found["swing"].iloc[0] == near(100e3 / 3.6e6)
    assert found["verdict"].iloc[0] == "of the plans found"


def test_no_such_measure_is_wrong_input(write_scenario, run_kind):
    with pytest.raises(InputError, match="no measure is called `beauty`"):
        run_kind(
            write_scenario(**CASE),
            "tornado",
            measure="beauty",
            factors={CAPEX: {"low": 1, "high": 2}},
        )
