"""Carbon and clean matching. Neutral but for what each says: 1,000 h, 1 MW of load."""

from __future__ import annotations

from functools import partial

import pytest

from tokenworks.errors import InputError
from tokenworks.results.tables import tables_of

pytestmark = pytest.mark.slow

near = partial(pytest.approx, rel=1e-9)

# 10 MMBtu/MWh at 0.05 t: half a tonne a MWh, for nothing; the clean one costs 100 USD/MWh.
GAS = {
    "technology": "gas",
    "fuel": "gas",
    "heat_rate_mmbtu_per_mwh": 10.0,
    "co2_tonnes_per_mmbtu": 0.05,
    "upstream_co2_tonnes_per_mmbtu": 0.006,
}
POWER = {
    "power_technologies": [GAS, {"technology": "clean"}],
    "power_costs": [{"technology": "clean", "variable_om_usd_per_mwh": 100.0}],
    "fuel_prices": [{"fuel": "gas", "price_usd_per_mmbtu": 0.0}],
}
STATES = [
    {"jurisdiction": "c"},
    {"jurisdiction": "j", "parent": "c"},
    {"jurisdiction": "k", "parent": "c"},
]


def test_neutral(solve_case):
    assert solve_case(**POWER).usd == near(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("prices", "usd"),
    [
        # 500 t at 40 USD.
        ({"*": 40.0}, 20e3),
        # The state's own price goes before its country's, and that before everyone's.
        ({"*": 10.0, "c": 20.0, "j": 40.0}, 20e3),
        ({"*": 10.0, "c": 20.0, "k": 40.0}, 10e3),
        # From 200 USD a tonne on the clean one is cheaper.
        ({"c": 300.0}, 100e3),
    ],
)
def test_stacks_pay_the_price_of_carbon(solve_case, prices, usd):
    carbon = [{"scope": scope, "price_usd_per_tonne": price} for scope, price in prices.items()]
    answer = solve_case(jurisdictions=STATES, carbon=carbon, **POWER)
    assert answer.usd == near(usd)
    if usd < 100e3:
        assert answer.component("carbon") == near(usd)


GRID = {
    "operations": [{"marginal_co2_kg_per_mwh": [200.0, 600.0]}],
    "interconnection_routes": [{}],
    "power_technologies": [{"technology": "clean"}],
    "power_costs": POWER["power_costs"],
}


@pytest.mark.parametrize(
    ("counted", "carbon", "usd"),
    [
        # The grid is free: 100 t and 300 t, at 40 USD where they count.
        (False, {"price_usd_per_tonne": 40.0}, 0.0),
        (True, {"price_usd_per_tonne": 40.0}, 16e3),
        # At 200 USD its second half costs 120 USD/MWh, more than the clean one.
        (True, {"price_usd_per_tonne": 200.0}, 100 * 200 + 500 * 100.0),
        # 220 t: 100 t in the first half, 120 t, 200 MWh, in the second, 300 MWh clean.
        (False, {"cap_tonnes_per_year": 220.0}, 0.0),
        (True, {"cap_tonnes_per_year": 220.0}, 300 * 100.0),
    ],
)
def test_the_carbon_of_the_grid_counts_where_the_scenario_says_so(solve_case, counted, carbon, usd):
    answer = solve_case({"power.count_grid_co2": counted}, carbon=[carbon], **GRID)
    assert answer.usd == near(usd, abs=1e-6)


@pytest.mark.parametrize(
    ("caps", "clean_mwh"),
    [
        # 300 t are 600 MWh.
        ({"*": 300.0}, 400.0),
        # Two sites of 0.5 MW in two states: all within 200 t, 400 MWh.
        ({"c": 200.0}, 600.0),
        # 50 t in j, 100 MWh, and all 500 MWh of k.
        ({"j": 50.0}, 400.0),
        # Every cap holds: 0 in k, 250 t in j, though the country has 400 t.
        ({"c": 400.0, "k": 0.0}, 500.0),
    ],
)
def test_caps_are_shared_by_the_sites_of_a_jurisdiction(solve_case, caps, clean_mwh):
    answer = solve_case(
        jurisdictions=STATES,
        sites=[
            {"site": "a", "jurisdiction": "j", "max_it_mw": 0.5},
            {"site": "b", "jurisdiction": "k", "max_it_mw": 0.5},
        ],
        carbon=[{"scope": scope, "cap_tonnes_per_year": cap} for scope, cap in caps.items()],
        **POWER,
    )
    assert answer.usd == near(clean_mwh * 100.0)
    tables_of(answer.model, answer.solved)


def test_a_period_has_the_cap_of_its_months(solve_case):
    # Half a year of 500 h has 150 of 300 t, 300 MWh; 200 MWh are clean.
    answer = solve_case(
        periods=[{"months": 6, "seconds": 1.8e6}, {"months": 6, "seconds": 1.8e6}],
        carbon=[{"cap_tonnes_per_year": 300.0}],
        **POWER,
    )
    assert answer.usd == near(2 * 200 * 100.0)


def test_emissions_by_token_and_request(solve_case):
    # 500 t over 3.6e6 million tokens: 138.9 g a million, and a thousandth of that for a request
    # of 1,000. Upstream 10 · 0.006 = 0.06 t/MWh, 60 t.
    answer = solve_case(**POWER)
    tables, summary = tables_of(answer.model, answer.solved)
    (row,) = tables["carbon_use"].itertuples()
    assert (row.stack_tonnes, row.grid_tonnes, row.upstream_tonnes) == (near(500), 0.0, near(60))
    assert summary.co2_g_per_mtoken_by_workload["w"] == near(500e6 / 3.6e6)
    assert summary.co2_g_per_request_by_workload["w"] == near(500e6 / 3.6e6 / 1000)
    assert summary.upstream_co2_g_per_request_by_workload["w"] == near(60e6 / 3.6e6 / 1000)


def test_emissions_of_the_grid_are_those_of_the_hour_drawn(solve_case):
    answer = solve_case(**GRID | {"power_technologies": [], "power_costs": []})
    tables, _ = tables_of(answer.model, answer.solved)
    (row,) = tables["carbon_use"].itertuples()
    assert row.grid_tonnes == near(500 * 0.2 + 500 * 0.6)


NIGHT = {
    **POWER,
    "operations": [{"solar_capacity_factor": [0.0, 1.0]}],
    "power_technologies": [*POWER["power_technologies"], {"technology": "sun", "kind": "solar"}],
}
BATTERY = {"technology": "battery", "kind": "storage", "storage_hours": 24.0}


@pytest.mark.parametrize(
    ("shares", "usd"),
    [
        # 60 % of every hour: 300 MWh clean by night, for nothing by day.
        ({"hourly_fraction": 0.6}, 300 * 100.0),
        # 60 % of the year: 500 MWh by day, 100 MWh by night.
        ({"yearly_fraction": 0.6}, 100 * 100.0),
        ({"yearly_fraction": 0.4}, 0.0),
        # Both hold.
        ({"yearly_fraction": 0.9, "hourly_fraction": 0.6}, 400 * 100.0),
        ({"hourly_fraction": 1.0}, 500 * 100.0),
    ],
)
def test_supply_is_matched_by_the_hour_or_by_the_year(solve_case, shares, usd):
    answer = solve_case(clean_matching=[shares], **NIGHT)
    assert answer.usd == near(usd, abs=1e-6)
    tables_of(answer.model, answer.solved)


@pytest.mark.parametrize("share", ["hourly_fraction", "yearly_fraction"])
def test_a_battery_makes_nothing_clean(solve_case, share):
    # A free battery without loss, and no sun: charged with gas it gives gas. Half of 1,000 MWh is
    # clean, at 100 USD.
    tables = POWER | {"power_technologies": [*POWER["power_technologies"], BATTERY]}
    tables["operations"] = [{"grid_price_shape": [1.0, 1.0]}]
    assert solve_case(clean_matching=[{share: 0.5}], **tables).usd == near(50e3)
    # With the sun by day it carries the night.
    night = NIGHT | {"power_technologies": [*NIGHT["power_technologies"], BATTERY]}
    assert solve_case(clean_matching=[{share: 1.0}], **night).usd == near(0.0, abs=1e-6)


@pytest.mark.parametrize("share", ["hourly_fraction", "yearly_fraction"])
def test_a_share_of_the_load_at_the_meter(solve_case, share):
    # The peak of 1.5 takes 1.5 systems, which draw 0.2 MW idle and 0.8 MW above it on average.
    # With a PUE of 1.1 in the one half of the day and of 1.3 in the other:
    #     1.1 · (0.2 + 0.4) = 0.66 MW, 1.3 · (0.2 + 1.2) = 1.82 MW; 500 h each, 1,240 MWh
    answer = solve_case(
        sites=[{"average_pue_ratio": 1.2}],
        hardware=[{"idle_kw": 200.0 / 1.5}],
        operating_points=[{"full_load_kw": 200.0 / 1.5 + 800.0}],
        profiles=[{"demand_shape": [0.5] * 12 + [1.5] * 12}],
        operations=[{"pue_overhead_shape": [0.5, 1.5]}],
        clean_matching=[{share: 0.6}],
        **POWER,
    )
    assert answer.usd == near(0.6 * 1240 * 100.0)
    tables_of(answer.model, answer.solved)


def test_grid_power_is_not_clean_and_a_sites_own_share_goes_first(solve_case):
    tables = GRID | {"operations": []}
    everyone, own = {"hourly_fraction": 0.9}, {"site": "s", "hourly_fraction": 0.3}
    assert solve_case(clean_matching=[everyone], **tables).usd == near(90e3)
    assert solve_case(clean_matching=[everyone, own], **tables).usd == near(30e3)
    # A row that leaves the share blank asks for nothing, so everyone's holds.
    blank = {"site": "s", "yearly_fraction": 0.1}
    assert solve_case(clean_matching=[everyone, blank], **tables).usd == near(90e3)


@pytest.mark.parametrize(
    ("options", "tables", "words"),
    [
        (
            {},
            {"power_technologies": [{"technology": "k", "co2_tonnes_per_mmbtu": 0.1}]},
            r"co2_tonnes_per_mmbtu: `k` has CO2 at the stack, but burns no fuel",
        ),
        (
            {"power.count_grid_co2": True},
            {"carbon": [{"price_usd_per_tonne": 1.0}]},
            r"marginal_co2_kg_per_mwh: it is blank, but `power.count_grid_co2` counts",
        ),
        ({}, {"carbon": [{"scope": "x"}]}, r"scope: there is no jurisdiction `x`"),
        ({}, {"clean_matching": [{"site": "x"}]}, r"site: there is no site `x`"),
        (
            {},
            {"clean_matching": [{"hourly_fraction": 1.5}]},
            r"hourly_fraction: `1.5` is above 1",
        ),
    ],
)
def test_nonsense_is_refused(solve_case, options, tables, words):
    with pytest.raises(InputError, match=words):
        solve_case(options, **tables)


@pytest.mark.parametrize(
    ("most", "usd"),
    [
        # Two years of 1,000 MWh at half a tonne: 1,000 t. What is left out runs cleanly at 100
        # USD/MWh, in whichever year: 400 t less are 800 MWh.
        (1000.0, 0.0),
        (600.0, 80e3),
        (0.0, 200e3),
    ],
)
def test_limit_on_co2_is_over_the_whole_horizon(solve_case, most, usd):
    answer = solve_case({"policy.most_co2_tonnes": most}, periods=[{}, {}], **POWER)
    assert answer.usd == near(usd, abs=1e-6)
    tables_of(answer.model, answer.solved)


def test_limit_on_co2_counts_the_grid_where_the_scenario_says_so(solve_case):
    # The grid is free: 100 t and 300 t. 220 t as in the cap of a year above.
    free = solve_case({"policy.most_co2_tonnes": 220.0}, **GRID)
    counted = {"policy.most_co2_tonnes": 220.0, "power.count_grid_co2": True}
    assert free.usd == near(0.0, abs=1e-6)
    assert solve_case(counted, **GRID).usd == near(300 * 100.0)
