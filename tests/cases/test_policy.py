"""Sovereignty and the owner's limits: tokens served at home, shares of vendors."""

from __future__ import annotations

from functools import partial

import pytest

near = partial(pytest.approx, rel=1e-9)

# Users in a province of c2. Serving them costs 0.1 USD/Mtoken from s, in a state of c1, and 0.2
# from t, in another province of c2; 3.6e6 Mtokens a year: 360,000 and 720,000 USD.
PLACES = {
    "jurisdictions": [
        {"jurisdiction": "c1"},
        {"jurisdiction": "state", "parent": "c1"},
        {"jurisdiction": "c2"},
        {"jurisdiction": "north", "parent": "c2"},
        {"jurisdiction": "south", "parent": "c2"},
    ],
    "sites": [
        {"site": "s", "jurisdiction": "state"},
        {"site": "t", "jurisdiction": "north"},
    ],
    "regions": [{"region": "r", "jurisdiction": "south"}],
    "network": [
        {"site": "s", "cost_usd_per_mtoken": 0.1},
        {"site": "t", "cost_usd_per_mtoken": 0.2},
    ],
}
CHEAP_RENT = {"cloud_prices": [{"rent_usd_per_mtoken": 0.05}]}
QUARTER = {"policy.least_sovereign_fraction": 0.25}


def sovereign(value):
    return {"workloads": [{"sovereign": value}]}


@pytest.mark.parametrize(
    ("options", "tables", "usd"),
    [
        ({}, {}, 360e3),
        ({}, sovereign(False), 360e3),
        ({}, sovereign(True), 720e3),
        # A quarter at home: 0.75 x 360 + 0.25 x 720.
        (QUARTER, {}, 450e3),
        ({"policy.least_sovereign_fraction": 1.0}, {}, 720e3),
        # Rent is 180,000 USD for all; nobody knows where it is, so a quarter is still served at
        # home: 0.75 x 180 + 0.25 x 720. That of a sovereign workload lies in its country.
        (QUARTER, CHEAP_RENT, 315e3),
        (QUARTER, CHEAP_RENT | sovereign(True), 180e3),
    ],
)
def test_tokens_are_served_at_home(solve_case, options, tables, usd):
    assert solve_case(options, **(PLACES | tables)).usd == near(usd)


def test_what_is_unserved_is_not_counted(solve_case):
    # With a value of 0.15 it pays to serve from s alone, but a quarter of what is served must come
    # from t at 0.2: 0.75 x 0.1 + 0.25 x 0.2 = 0.125 is less than 0.15. Three quarters: 0.175 is
    # more, so nothing is served: 540,000 USD.
    worth = {"workloads": [{"unserved_usd_per_mtoken": 0.15}]}
    assert solve_case(QUARTER, **PLACES, **worth).usd == near(450e3)
    three_quarters = {"policy.least_sovereign_fraction": 0.75}
    assert solve_case(three_quarters, **PLACES, **worth).usd == near(540e3)


def test_sovereign_workload_without_a_site_at_home_is_left_unserved(solve_case):
    only_abroad = PLACES | {"sites": PLACES["sites"][:1], "network": PLACES["network"][:1]}
    answer = solve_case(**only_abroad, **sovereign(True))
    assert answer.usd == near(3.6e6)
    assert answer.solved.values.get("flow_mtokens_per_s", {}) == {}


@pytest.mark.parametrize(
    ("most", "design_kw", "usd"),
    [
        (1.0, 1000.0, 100e3),
        (0.6, 1000.0, 120e3),  # 0.6 x 100 + 0.4 x 150
        # By power: with b of 2 MW, x <= 0.6 (x + 2 y) and x + y = 1 give x = 0.75.
        (0.6, 2000.0, 112.5e3),
    ],
)
def test_share_of_a_vendor_is_by_power(solve_case, most, design_kw, usd):
    answer = solve_case(
        {"policy.most_vendor_fraction": most},
        hardware=[
            {"system": "a", "vendor": "A", "capex_usd": 100e3},
            {"system": "b", "vendor": "B", "capex_usd": 150e3, "design_kw": design_kw},
        ],
    )
    assert answer.usd == near(usd)
