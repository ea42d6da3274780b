"""Sovereignty and the owner's limits: tokens served at home, shares of vendors."""

from __future__ import annotations

from functools import partial

import pytest

from tokenworks.errors import InfeasibleError

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


@pytest.mark.parametrize("rate", [0.0, 0.08])
@pytest.mark.slow
def test_budget_is_undiscounted_and_over_the_whole_horizon(solve_case, rate):
    # Demand 1 in the first of two years, 2 in the second, at 100,000 USD for the first system's
    # hall and 100,000 for each system: 300,000 USD in all. 250,000 buy 1.5 systems: half of the
    # second year's second million tokens/s is unserved, 1.8e6 USD, whatever the discount rate.
    tables = {
        "periods": [{}, {}],
        "sites": [{"opening_cost_usd": 100e3}],
        "hardware": [{"capex_usd": 100e3}],
        "demand": [{"output_tokens_per_s": [1e6, 2e6]}],
    }
    options = {"finance.discount_rate": rate}
    free = solve_case(options, **tables)
    enough = solve_case(options | {"policy.most_capital_usd": 300e3}, **tables)
    assert enough.usd == near(free.usd)
    short = solve_case(options | {"policy.most_capital_usd": 250e3}, **tables)
    assert short.value("buy_systems") == near(1.5)
    assert short.value("unserved_mtokens_per_s", ..., ..., 1) == near(0.5)
    if rate == 0.0:
        assert free.usd == near(300e3)
        assert short.usd == near(250e3 + 1.8e6)


def test_budget_buys_the_contingency_too_and_rents_beyond_it(solve_case):
    # A megawatt of shell at 100,000 USD and a tenth of contingency, and 90,000 of system: 200,000.
    # A budget of 100,000 builds half of it (in one block of 0.5 MW); the other half is rented at 1
    # USD/Mtoken: 100,000 + 1.8e6. Rent, lease and energy are no capital.
    answer = solve_case(
        {"policy.most_capital_usd": 100e3, "finance.contingency_fraction": 0.1},
        sites=[{"max_it_mw": 10.0, "block_mw": 0.5, "shell_cost_usd_per_mw": 100e3}],
        hardware=[{"capex_usd": 90e3}],
        cloud_prices=[{"rent_usd_per_mtoken": 1.0}],
        workloads=[{"unserved_usd_per_mtoken": 2.0}],
    )
    assert answer.usd == near(100e3 + 1.8e6)


def test_no_budget_at_all_leaves_the_rented_hall(solve_case):
    # A free system in a rented hall of 1 MW at 10 USD/kW-month: 120,000 USD, and no capital.
    answer = solve_case(
        {"policy.most_capital_usd": 0.0},
        sites=[{"max_it_mw": 1.0, "lease_usd_per_kw_month": 10.0}],
    )
    assert answer.usd == near(120e3)


# A site that can be energised from the second of three years on, and serves for 1,000 USD a year
# what can be rented for 500: 3.6e6 Mtokens at 0.5 USD a thousand.
LATE = {
    "periods": [{}, {}, {}],
    "sites": [{"construction_months": 12}],
    "hardware": [{"fixed_om_usd_per_year": 1000.0}],
    "cloud_prices": [{"rent_usd_per_mtoken": 500.0 / 3.6e6}],
}


@pytest.mark.parametrize(
    ("due", "load_mw", "usd"),
    [
        (1200, 1.0, 1500.0),  # after the horizon
        (35, 1.0, 500.0 + 500.0 + 1000.0),  # in the third year alone
        (24, 1.0, 500.0 + 500.0 + 1000.0),
        (23, 1.0, 500.0 + 1000.0 + 1000.0),
        # Of a quarter of a megawatt a quarter is served; a system costs what it costs.
        (12, 0.25, 500.0 + 2 * (0.25 * 1000.0 + 0.75 * 500.0)),
    ],
)
def test_power_is_there_by_a_date(solve_case, due, load_mw, usd):
    options = {"policy.power_due_months": due, "policy.power_due_mw": load_mw}
    assert solve_case(options, **LATE).usd == near(usd)


def test_power_before_any_site_can_be_energised_is_refused_in_words(solve_case):
    with pytest.raises(InfeasibleError, match="1 MW from 2030-01-01 on, and no site can be"):
        solve_case({"policy.power_due_months": 11}, **LATE)
