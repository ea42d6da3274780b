"""Regret, by hand: two systems to choose from, two futures of their upkeep."""

from __future__ import annotations

from functools import partial

import pytest

from tokenworks.errors import InputError

pytestmark = pytest.mark.slow

near = partial(pytest.approx, rel=1e-5)

# 3.6e6 Mtokens: h costs 100,000 and no upkeep, g 50,000 and upkeep of 20,000, or 90,000 when dear.
CASE = {
    "hardware": [
        {"system": "h", "capex_usd": 100e3},
        {"system": "g", "capex_usd": 50e3, "fixed_om_usd_per_year": 20e3},
    ]
}
FUTURES = {"plain": {}, "dear": {"tables.hardware[g].fixed_om_usd_per_year": 90e3}}


def cell(frame, plan, future):
    (row,) = frame[(frame["plan_for"] == plan) & (frame["future"] == future)].to_dict("records")
    return row


def test_regret_by_hand(write_scenario, run_kind):
    found = run_kind(
        write_scenario(**CASE),
        "regret",
        futures=FUTURES,
        probabilities={"plain": 0.75, "dear": 0.25},
    )
    cross = found["regret"]
    # In plain g is best, 70,000, and h costs 100,000; in dear h is best, 100,000, g costs 140,000.
    assert cell(cross, "plain", "plain")["regret_usd"] == 0.0
    assert cell(cross, "dear", "plain")["regret_usd"] == near(30e3)
    assert cell(cross, "plain", "dear")["regret_usd_least"] == near(40e3)
    assert cell(cross, "plain", "dear")["regret_usd_most"] == near(40e3)
    plans = found["regret_plans"].set_index("plan_for")
    assert plans["largest_regret_usd_most"].to_dict() == near({"plain": 40e3, "dear": 30e3})
    # 0.25 x 40,000 and 0.75 x 30,000.
    assert plans["expected_regret_usd_most"].to_dict() == near({"plain": 10e3, "dear": 22.5e3})
    assert plans["verdict"].to_dict() == {"plain": "more regret", "dear": "least largest regret"}


@pytest.mark.slow
def test_first_commitments_alone_leave_the_rest_free(write_scenario, run_kind):
    # Nothing is ordered before month 0: every plan is free, and there is no regret.
    found = run_kind(write_scenario(**CASE), "regret", futures=FUTURES, held_until_months=0)
    assert found["regret"]["regret_usd"].tolist() == pytest.approx([0.0] * 4, abs=1e-3)


@pytest.mark.slow
def test_what_a_future_has_not_is_said_and_given_up(write_scenario, run_kind):
    # Of the second future g is gone: its one system cannot be had, and nothing else was ordered,
    # so that all is unserved at 1 USD a Mtoken.
    futures = {"plain": {}, "without": {"tables.hardware[g].enabled": False}}
    row = cell(
        run_kind(write_scenario(**CASE), "regret", futures=futures)["regret"], "plain", "without"
    )
    assert "1 systems of `g` at `s`" in row["not_kept"]
    assert "cannot be had" in row["not_kept"]
    assert row["regret_usd"] == near(3.6e6 - 100e3)
    assert row["verdict"].endswith("as far as it can be kept")


@pytest.mark.slow
def test_what_does_not_fit_is_cut_to_what_does(write_scenario, run_kind):
    # Only 0.4 MW fit in the second future: of the one system of the first 0.4 are kept.
    case = write_scenario(
        hardware=[{"capex_usd": 100e3}], sites=[{"max_it_mw": 1.0, "block_mw": 0.1}]
    )
    futures = {"plain": {}, "small": {"tables.sites[s].max_it_mw": 0.4}}
    row = cell(run_kind(case, "regret", futures=futures)["regret"], "plain", "small")
    assert "0.4 of 1 systems of `h` at `s`" in row["not_kept"]
    assert row["regret_usd"] == pytest.approx(0.0, abs=1.0)


@pytest.mark.slow
def test_infeasible_combination_is_said_in_words(write_scenario, run_kind):
    # The plan rents nothing and has no room to serve twice the demand: forbidden to leave unserved.
    case = write_scenario({"unserved": "forbidden"}, hardware=[{"capex_usd": 100e3}])
    futures = {"plain": {}, "twice": {"tables.demand[*].output_tokens_per_s": {"scale": 2.0}}}
    found = run_kind(case, "regret", futures=futures)
    row = cell(found["regret"], "plain", "twice")
    assert row["verdict"].startswith("no plan: ") or "of" in row["not_kept"]


@pytest.mark.slow
def test_order_is_carried_by_its_date_into_a_longer_lead(write_scenario, run_kind):
    # Ordered at the start for the second year; in the other future it takes two years, and serves
    # from the third on.
    case = write_scenario(
        periods=[{}, {}, {}],
        demand=[{"output_tokens_per_s": [0.0, 1e6, 1e6]}],
        hardware=[{"capex_usd": 100e3, "lead_months": 12}],
    )
    futures = {"soon": {}, "late": {"tables.hardware[h].lead_months": 24}}
    found = run_kind(case, "regret", futures=futures)
    row = cell(found["regret"], "soon", "late")
    assert row["cost_usd"] == near(100e3 + 3.6e6)
    assert row["not_kept"] == ""


def test_probabilities_are_of_all_futures(write_scenario, run_kind):
    with pytest.raises(InputError, match="of 1 futures and sum to"):
        run_kind(write_scenario(), "regret", futures=FUTURES, probabilities={"plain": 0.5})
