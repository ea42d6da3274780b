"""Gas at a site: the lateral, its months, firm transport; the cost of plant by place."""

from __future__ import annotations

from functools import partial

import pytest

near = partial(pytest.approx, rel=1e-9)

# An engine at 10 MMBtu/MWh and 4 USD/MMBtu: 40 USD/MWh; without it power costs 100 USD/MWh.
GAS = {
    "periods": [{}, {}],
    "demand": [{}],
    "sites": [{"gas_plant_km": 5.0}],
    "power_technologies": [
        {
            "technology": "engine",
            "fuel": "gas",
            "heat_rate_mmbtu_per_mwh": 10.0,
            "needs_gas": True,
        },
        {"technology": "dear"},
    ],
    "power_costs": [{"technology": "dear", "variable_om_usd_per_mwh": 100.0}],
    "fuel_prices": [{"fuel": "gas", "price_usd_per_mmbtu": 4.0}],
}


def connection(**columns):
    return GAS | {"gas_connections": [{"jurisdiction": "j"} | columns]}


@pytest.mark.parametrize(
    ("per_km", "usd"),
    [
        (10e3, 50e3 + 80e3),  # 50,000 USD and 2,000 MWh at 40
        (30e3, 200e3),  # 150,000 + 80,000 are dearer than 2,000 MWh at 100
    ],
)
def test_a_lateral_is_laid_where_it_pays(solve_case, per_km, usd):
    assert solve_case(**connection(lateral_cost_usd_per_km=per_km)).usd == near(usd)


def test_half_a_lateral_is_none(solve_case):
    # Gas access for 100 MW, and 1 MW of load: the whole of it is laid and paid all the same.
    tables = connection(lateral_cost_usd_per_km=10e3)
    tables["sites"] = [{"gas_plant_km": 5.0, "gas_access_mw": 100.0}]
    answer = solve_case(**tables)
    assert answer.usd == near(130e3)
    assert answer.value("lay_lateral", "s", ...) == near(1.0)


def test_gas_waits_for_its_lateral(solve_case):
    # A year from the order to gas: the first year costs 100,000 USD, the second 40,000. The pipe
    # is paid over the year of laying, and has its contingency.
    tables = connection(lateral_cost_usd_per_km=1e3, lateral_months=12)
    answer = solve_case(
        {"finance.discount_rate": 0.08, "finance.contingency_fraction": 0.1}, **tables
    )
    middles = [1.08 ** (-(month + 0.5) / 12) for month in range(24)]
    first, second = sum(middles[:12]) / 12, sum(middles[12:]) / 12
    assert answer.usd == near(1.1 * 5e3 * first + 100e3 * first + 40e3 * second)
    # The months count where another figure holds the cost as well.
    tables = connection(lateral_months=12, lateral_cost_usd_per_km=1e3, lateral_included=True)
    answer = solve_case(**tables)
    assert answer.usd == near(140e3)
    assert answer.value("lay_lateral") == 0.0


@pytest.mark.parametrize(("included", "usd"), [(False, 90e3), (True, 80e3)])
def test_transport_is_paid_once(solve_case, included, usd):
    # 0.5 USD/MMBtu on 20,000 MMBtu, unless the price of the fuel holds it.
    tables = connection(firm_transport_usd_per_mmbtu=0.5, transport_included=included)
    assert solve_case(**tables).usd == near(usd)


def test_what_burns_gas_of_its_own_pays_no_transport(solve_case):
    tables = connection(firm_transport_usd_per_mmbtu=0.5)
    engine = GAS["power_technologies"][0] | {"needs_gas": False}
    tables["power_technologies"] = [engine, GAS["power_technologies"][1]]
    assert solve_case(**tables).usd == near(80e3)


def test_a_states_own_row_goes_before_its_countrys(solve_case):
    tables = GAS | {
        "jurisdictions": [{"jurisdiction": "j", "parent": "us"}, {"jurisdiction": "us"}],
        "gas_connections": [
            {"jurisdiction": "us", "firm_transport_usd_per_mmbtu": 3.0},
            {"jurisdiction": "j", "firm_transport_usd_per_mmbtu": 0.5},
        ],
    }
    assert solve_case(**tables).usd == near(90e3)
    tables["gas_connections"].pop()
    assert solve_case(**tables).usd == near(140e3)


@pytest.mark.parametrize(("region", "usd"), [("gas", 0.9e6), ("nuclear", 1.2e6), ("", 1e6)])
def test_capital_is_that_of_the_place(solve_case, region, usd):
    answer = solve_case(
        sites=[{"capital_cost_ratio": 0.9, "nuclear_cost_ratio": 1.2}],
        power_technologies=[{"technology": "k", "cost_region": region}],
        power_costs=[{"technology": "k", "overnight_capex_usd_per_kw": 1000.0}],
    )
    assert answer.usd == near(usd)
