"""The neutral scenario that every case changes: see tests/conftest.py."""

from __future__ import annotations


def test_everything_is_free(solve_case):
    answer = solve_case()
    assert answer.usd == answer.solved.bound_usd == 0.0
    assert answer.steps == [(0, 12)]
    assert answer.value("flow_mtokens_per_s", "w", "r", "s", 0) == 1.0


def test_without_power_everything_is_unserved(solve_case):
    # 1 million tokens/s for 3.6e6 s at 1 USD a million.
    answer = solve_case(power_technologies=[])
    assert answer.costs() == {("penalty", "unserved"): 3.6e6}


def test_what_draws_no_power_needs_none(solve_case):
    # Systems of 0 kW, as in a classical case of facility location: 7 USD for the one.
    answer = solve_case(power_technologies=[], hardware=[{"design_kw": 0.0, "capex_usd": 7.0}])
    assert answer.usd == 7.0
