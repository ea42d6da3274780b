"""Halls: rented ones beside a campus, retrofits, refresh, and the pace of commissioning."""

from __future__ import annotations

from functools import partial

import pytest

near = partial(pytest.approx, rel=1e-9)

# Four ways to serve one workload for a year; a system of 1 MW costs 100,000 USD and serves 1.
#     campus    up to 10 MW in one block: 400,000 to open, 10,000 USD/MW of shell; 500,000 in all
#     racks     colocation in blocks of 1 MW: 10 USD/kW-month, 120,000 for each block
#     edge      up to 0.3 MW in modules of 0.1 MW at 200,000 USD/MW: 20,000 each
#     cloud     0.1 USD for a million tokens, 3.6e6 of them for a demand of 1: 360,000
FOUR_WAYS = {
    "sites": [
        {
            "site": "campus",
            "max_it_mw": 10.0,
            "opening_cost_usd": 400e3,
            "shell_cost_usd_per_mw": 10e3,
        },
        {"site": "racks", "max_it_mw": 5.0, "block_mw": 1.0, "lease_usd_per_kw_month": 10.0},
        {"site": "edge", "max_it_mw": 0.3, "block_mw": 0.1, "shell_cost_usd_per_mw": 200e3},
    ],
    "hardware": [{"capex_usd": 100e3}],
    "cloud_prices": [{"rent_usd_per_mtoken": 0.1}],
}


@pytest.mark.parametrize(
    ("demand", "way", "usd"),
    [
        (0.05, "cloud", 18e3),  # a module and its share of a system: 20 + 5
        (0.3, "edge", 90e3),  # 60 + 30; cloud 108, racks 120 + 30
        (1.0, "racks", 220e3),  # 120 + 100; cloud 360, edge and cloud 90 + 252, campus 600
        (5.0, "campus", 1000e3),  # 500 + 500; racks 600 + 500
    ],
)
def test_campus_racks_edge_and_cloud_compete(solve_case, demand, way, usd):
    answer = solve_case(**FOUR_WAYS, demand=[{"output_tokens_per_s": demand * 1e6}])
    assert answer.usd == near(usd)
    served = {site: answer.value("flow_mtokens_per_s", ..., ..., site, ...) for site in SITES}
    served["cloud"] = answer.value("rent_mtokens_per_s")
    assert {name for name, flow in served.items() if flow > 1e-6} == {way}


SITES = ("campus", "racks", "edge")


def test_rent_runs_from_energising_to_the_end_and_energy_is_paid_beside_it(solve_case):
    # Demand from the second of three years on: 24 months of 10 USD/kW on a block of 1 MW, 240,000
    # USD, and 1 MW for 2 x 1,000 hours at 50 USD/MWh by the tariff: 100,000.
    answer = solve_case(
        periods=[{}, {}, {}],
        sites=[{"max_it_mw": 1.0, "lease_usd_per_kw_month": 10.0}],
        power_technologies=[{"technology": "none", "max_site_mw": 0.0}],
        interconnection_routes=[{}],
        tariffs=[{"energy_usd_per_mwh": 50.0}],
        demand=[{"output_tokens_per_s": [0.0, 1e6, 1e6]}],
    )
    assert answer.component("site_lease") == near(240e3)
    assert answer.usd == near(340e3)


# A hall of 1 MW that is cooled by air, full of one generation; three times as good a one, cooled by
# liquid, can be ordered from 2031. Without it 2 million tokens/s are unserved then: 7.2e6 USD.
GENERATIONS = {
    "periods": [{}, {}],
    "sites": [{"max_it_mw": 1.0, "liquid_cooling": False, "hall_density_kw_per_rack": 40.0}],
    "hardware": [
        {
            "system": "old",
            "capex_usd": 100e3,
            "life_years": 5.0,
            "resale_fraction": 0.5,
            "resale_decay_fraction_per_year": 0.2,
            "rack_kw_per_rack": 40.0,
        },
        {
            "system": "new",
            "capex_usd": 300e3,
            "cooling": "liquid",
            "first_order": "2031-01-01",
            "rack_kw_per_rack": 120.0,
        },
    ],
    "operating_points": [
        {"system": "old", "output_tokens_per_s": 1e6},
        {"system": "new", "output_tokens_per_s": 3e6},
    ],
    "demand": [{"output_tokens_per_s": [1e6, 3e6]}],
}
RETROFIT = {
    "site": "*",
    "cost_usd_per_mw": 50e3,
    "retrofit_months": 12,
    "hall_density_kw_per_rack": 120.0,
    "liquid_cooling": True,
}
KEPT = 100e3 + 7.2e6
# The old is sold for 0.4 of its price after a year.
REFRESHED = 100e3 - 40e3 + 300e3


@pytest.mark.parametrize(
    ("retrofits", "usd"),
    [
        ([], KEPT),
        ([RETROFIT], REFRESHED + 50e3),
        # Half of the hall is worth it at any price below 3.6e6 USD for each million tokens/s more:
        # a megawatt brings 2, less the systems' 260,000 USD.
        ([RETROFIT | {"cost_usd_per_mw": 6.9e6}], REFRESHED + 6.9e6),
        ([RETROFIT | {"cost_usd_per_mw": 7.0e6}], KEPT),
        # 13 months from an energised hall end after the start of the second year; the next date of
        # arrival is past the horizon.
        ([RETROFIT | {"retrofit_months": 13}], KEPT),
        ([RETROFIT | {"hall_density_kw_per_rack": 119.0}], KEPT),
        ([RETROFIT | {"liquid_cooling": False}], KEPT),
        # The site's own row comes before the one for all.
        ([RETROFIT, RETROFIT | {"site": "s", "cost_usd_per_mw": 60e3}], REFRESHED + 60e3),
    ],
)
def test_refresh_needs_a_retrofit(solve_case, retrofits, usd):
    answer = solve_case(**GENERATIONS, hall_retrofits=retrofits)
    assert answer.usd == near(usd)
    assert answer.value("systems", "s", "new", 1) == near(0.0 if usd == KEPT else 1.0, abs=1e-9)


def test_retrofit_is_bounded_by_the_hall_that_stands(solve_case):
    # Two blocks of 1 MW at 1,000 USD; one stands from the first year. A retrofit takes a year, so
    # the second block would have to stand a year early to be retrofitted by the second.
    # Demand 1 and then 6, new systems alone serve 3: both blocks from the start, both retrofitted:
    # 2 x 1,000 + 2 x 50,000 + 2 x 300,000, and the old one's 100,000 less 40,000.
    answer = solve_case(
        **GENERATIONS
        | {
            "sites": [
                GENERATIONS["sites"][0]
                | {"max_it_mw": 2.0, "block_mw": 1.0, "shell_cost_usd_per_mw": 1e3}
            ],
            "demand": [{"output_tokens_per_s": [1e6, 6e6]}],
        },
        hall_retrofits=[RETROFIT],
    )
    assert answer.usd == near(2e3 + 100e3 + 600e3 + 60e3)
    assert answer.value("blocks", "s", 0) == near(2.0)


def test_retrofit_keeps_its_value_as_a_shell_does(solve_case):
    # Done after one of two years, with a life of 4: 3 of 4 parts are left, 37,500 of 50,000 USD;
    # contingency of a tenth has none. The old system's resale is as before, the new one's is 0.
    answer = solve_case(
        {"finance.residuals": True, "finance.contingency_fraction": 0.1},
        **GENERATIONS | {"sites": [GENERATIONS["sites"][0] | {"shell_life_years": 4.0}]},
        hall_retrofits=[RETROFIT],
    )
    assert answer.component("hall_retrofit_residual") == near(-37.5e3)
    assert answer.component("hall_retrofit_contingency") == near(5e3)
    assert answer.usd == near(REFRESHED + 50e3 + 5e3 - 37.5e3)


@pytest.mark.parametrize(("usd_per_mwh", "usd"), [(300.0, 570e3), (100.0, 300e3)])
def test_refresh_pays_where_the_new_generation_is_better(solve_case, usd_per_mwh, usd):
    # The old draws 1 MW and the new one 0.2 MW for the same tokens, 1,000 hours a year.
    #     keep       100,000 + 2,000 x price
    #     refresh    100,000 + 1,000 x price - 40,000 + 150,000 + 200 x price
    # At 300 USD/MWh 700,000 against 570,000; at 100, 300,000 against 330,000.
    old = GENERATIONS["hardware"][0]
    answer = solve_case(
        periods=[{}, {}],
        hardware=[
            old,
            {
                "system": "new",
                "capex_usd": 150e3,
                "first_order": "2031-01-01",
                "design_kw": 200.0,
            },
        ],
        power_costs=[{"technology": "free", "variable_om_usd_per_mwh": usd_per_mwh}],
    )
    assert answer.usd == near(usd)


def ramp(rate, hall_mw, **more):
    site = {"max_it_mw": hall_mw, "commissioning_mw_per_month": rate}
    return {"sites": [site], "hardware": [{"capex_usd": 100e3}]} | more


# Twice the mean in one half of the day, nothing in the other.
HALF_DAY = [{"profile": "flat", "demand_shape": [2.0] * 12 + [0.0] * 12}]


@pytest.mark.parametrize(
    ("tables", "usd"),
    [
        (ramp(None, 1.0), 100e3),
        # 1 MW at 0.5 MW a month, of K = 6 MW in the year: an eighth is missing on the first chord
        # (a twelfth, exactly), so an eighth of 3.6e6 is unserved.
        (ramp(0.5, 1.0), 100e3 + 450e3),
        # In a larger hall D systems serve 7/8 D on average: 8/7 of a system serve all.
        (ramp(0.5, 2.0), 100e3 * 8 / 7),
        # The second year is served in full.
        (ramp(0.5, 1.0, periods=[{}, {}]), 100e3 + 450e3),
        # 0.05 MW a month let in K = 0.6, half of it on average: 0.7 unserved. In the second year
        # 0.4 more, on the third chord: 5/8 x 0.4 - 6/32 x 0.6 = 0.1375 unserved.
        (ramp(0.05, 1.0, periods=[{}, {}]), 100e3 + 0.7 * 3.6e6 + 0.1375 * 3.6e6),
        # 2 MW for hours of twice the mean: 3/8 x 2 - 2/32 x 6 = 0.375 are missing, so of the mean
        # (2 - 0.375) / 2 = 0.8125 is served.
        (ramp(0.5, 2.0, profiles=HALF_DAY), 200e3 + 0.1875 * 3.6e6),
    ],
)
def test_systems_ramp_up_by_the_commissioning_rate(solve_case, tables, usd):
    assert solve_case(**tables).usd == near(usd)


def test_a_longer_step_is_no_way_around_the_rate(solve_case):
    # The same year in quarters: K = 1.5 MW. 1 MW in the first lies on the chord between 0.75 and
    # 1.125: 5/8 x 1 - 6/32 x 1.5 = 0.34375 missing for a quarter, 0.0859 of a year (a twelfth is
    # 0.0833). Quarters of 2030 by days: 90 of 365.
    answer = solve_case({"time.arrival_months": 3}, **ramp(0.5, 1.0))
    assert answer.usd == near(100e3 + 0.34375 * 90 / 365 * 3.6e6)
