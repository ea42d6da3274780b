"""The power part equals PyPSA's, on cases built from the same tables in both."""

from __future__ import annotations

import math

import pytest
from tests.peers.tables import (
    BATTERY,
    ENGINE,
    GAS,
    SHAPE,
    SUN,
    TURBINE,
    TWO_DAYS,
    WIND,
    YEAR,
    cost,
)

pytestmark = pytest.mark.slow  # minutes on a busy machine


def test_engines_and_turbines_by_hours_of_use(same):
    # A screening curve: engines for the base, turbines for the hours of the peak.
    ours = same(
        {"s": [10.0]},
        operations=[{"day": "mean", "pue_overhead_shape": [0.8, 0.9, 1.1, 1.2]}],
        sites=[{"site": "s", "average_pue_ratio": 1.3, "peak_pue_ratio": 1.4}],
        profiles=[SHAPE],
        power_technologies=[TURBINE | {"life_years": 20.0}, ENGINE | {"life_years": 25.0}],
        power_costs=[cost("turbine", 100.0, 1.0), cost("engine", 140.0, 26.0)],
        fuel_prices=GAS,
    )
    assert ours.value("capacity_mw", "s", "turbine", 0) > 1.0
    assert ours.value("capacity_mw", "s", "engine", 0) > 1.0


def test_several_sites_and_periods_with_vintages_and_retirement(same):
    # Growth and decline, lives of two and three years, resale, deposits and months of building;
    # engines get cheaper, and gas is dearer at one site.
    more = {
        "procurement_months": 3,
        "build_months": 9,
        "deposit_fraction": 0.2,
        "resale_fraction": 0.6,
        "resale_decay_fraction_per_year": 0.25,
    }
    ours = same(
        {"s": [0.0, 8.0, 6.0, 3.0], "t": [0.0, 2.0, 4.0, 5.0]},
        {"finance.contingency_fraction": 0.1},
        zones=[{"zone": "z"}, {"zone": "y"}],
        sites=[{"site": "s", "zone": "z"}, {"site": "t", "zone": "y"}],
        periods=[YEAR] * 4,
        profiles=[SHAPE],
        power_technologies=[
            TURBINE | {"life_years": 3.0} | more,
            ENGINE | {"life_years": 2.0} | more,
        ],
        power_costs=[
            cost("turbine", 300.0, 20.0, 2.0),
            cost("engine", 700.0, 30.0, 4.0, year=2030),
            cost("engine", 500.0, 25.0, 3.0, year=2032),
        ],
        fuel_prices=[
            {"fuel": "gas", "zone": "*", "price_usd_per_mmbtu": 4.0},
            {"fuel": "gas", "zone": "y", "price_usd_per_mmbtu": 11.0},
        ],
    )
    assert ours.value("retire_modules", ..., ..., ..., ...) > 1.0


def test_sun_and_storage(same):
    ours = same(
        {"s": [10.0, 14.0]},
        periods=[YEAR] * 2,
        operations=TWO_DAYS,
        power_technologies=[SUN, BATTERY, TURBINE],
        power_costs=[
            cost("sun", 600.0, 6.0),
            cost("battery", 500.0, 5.0, 0.5),
            cost("turbine", 600.0, 10.0, 5.0),
        ],
        fuel_prices=[{"fuel": "gas", "price_usd_per_mmbtu": 15.0}],
    )
    assert ours.value("charge_mw", ..., ..., ..., ...) > 1.0
    assert ours.value("capacity_mw", "s", "turbine", 1) > 1.0


def test_renewables_in_two_zones(same):
    # The windy zone against the sunny one; outages take their share of wind.
    wind = [0.8, 0.5, 0.3, 0.6], [0.2, 0.1, 0.05, 0.3]
    ours = same(
        {"s": [5.0], "t": [7.0]},
        zones=[{"zone": "z"}, {"zone": "y"}],
        sites=[{"site": "s", "zone": "z"}, {"site": "t", "zone": "y"}],
        operations=[
            day | {"zone": zone, "wind_capacity_factor": of_zone}
            for zone, of_zone in zip("zy", wind, strict=True)
            for day in TWO_DAYS
        ],
        power_technologies=[SUN, WIND, TURBINE],
        power_costs=[cost("sun", 700.0, 6.0), cost("wind", 1100.0, 20.0), cost("turbine", 400.0)],
        fuel_prices=[{"fuel": "gas", "price_usd_per_mmbtu": 12.0}],
    )
    assert ours.value("capacity_mw", "s", "wind", 0) > 1.0
    assert ours.value("capacity_mw", "t", "sun", 0) > 1.0


def test_firm_and_flexible_import(same):
    # A flexible contract is cut in the 100 · 6 hours of highest net load, 600/8760 of the year,
    # and comes a year before the firm one; turbines fill the hours in which it is cut.
    days = [
        TWO_DAYS[0] | {"net_load_mw": [1.0, 2.0, 3.0, 4.0], "grid_price_shape": 0.95},
        TWO_DAYS[1] | {"net_load_mw": [2.0, 4.0, 6.0, 9.0], "grid_price_shape": 1.1325},
    ]
    ours = same(
        {"s": [6.0, 9.0]},
        periods=[YEAR] * 2,
        operations=days,
        tariffs=[
            {"energy_usd_per_mwh": 50.0, "delivery_usd_per_mwh": 4.0, "year": 2030},
            {"energy_usd_per_mwh": 70.0, "capacity_usd_per_kw_month": 3.0, "year": 2031},
        ],
        interconnection_routes=[
            {"route": "firm", "route_months": 12, "cost_usd_per_kw": 160.0, "max_mw": 8.0},
            {
                "route": "flexible",
                "firmness": "flexible",
                "curtailed_fraction": 600 / 8760,
                "cost_usd_per_kw": 30.0,
                "max_mw": 5.0,
            },
        ],
        power_technologies=[TURBINE],
        power_costs=[cost("turbine", 200.0)],
        fuel_prices=[{"fuel": "gas", "price_usd_per_mmbtu": 20.0}],
        flexible_headroom=[
            {"zone": "z", "year": 2030, "curtailed_fraction": 0.0, "flexible_headroom_mw": 1e6},
        ],
    )
    assert ours.value("contracted_mw", "s", "flexible", 0) > 1.0
    assert ours.value("contracted_mw", "s", "firm", 1) > 1.0
    assert ours.value("generate_mw", "s", "turbine", 1, ...) > 0.1


def test_integer_modules(same):
    # Engines of 3 MW and reactors of 8 MW come whole, batteries of 0.1 MW do not.
    reactor = {"technology": "reactor", "module_mw": 8.0, "life_years": 60.0}
    ours = same(
        {"s": [10.0, 15.0], "t": [4.0, 7.0]},
        {"power.whole_module_fraction": 0.05},
        sites=[{"site": s, "max_it_mw": 30.0} for s in "st"],
        periods=[{"months": 24, "seconds": None}] * 2,
        operations=TWO_DAYS,
        profiles=[SHAPE],
        power_technologies=[
            reactor,
            ENGINE | {"module_mw": 3.0, "life_years": 20.0},
            BATTERY | {"module_mw": 0.1},
        ],
        power_costs=[
            cost("reactor", 3000.0, 80.0, 3.0),
            cost("engine", 900.0, 15.0, 4.0),
            cost("battery", 200.0, 2.0),
        ],
        fuel_prices=[{"fuel": "gas", "price_usd_per_mmbtu": 9.0}],
    )
    for technology, module_mw in [("reactor", 8.0), ("engine", 3.0)]:
        for s in "st":
            count = ours.value("capacity_mw", s, technology, 1) / module_mw
            assert math.isclose(count, round(count), abs_tol=1e-6)
    assert ours.value("build_modules", ..., "reactor", ...) > 0.5
    assert ours.value("build_modules", ..., "engine", ...) > 0.5


def test_minimum_take_term_and_exit_fee(same):
    # 80 % of the contract is paid for whether drawn or not; given up within its two years it costs
    # a fee; engines compete in the third year, when little is asked for.
    ours = same(
        {"s": [10.0, 9.0, 3.0]},
        periods=[YEAR] * 3,
        operations=[{"grid_price_shape": [0.7, 0.9, 1.1, 1.3]}],
        profiles=[SHAPE],
        tariffs=[
            {
                "energy_usd_per_mwh": 45.0,
                "delivery_usd_per_mwh": 5.0,
                "capacity_usd_per_kw_month": 6.0,
                "minimum_take_fraction": 0.8,
                "term_months": 30,
                "exit_fee_usd_per_kw": 20.0,
            }
        ],
        interconnection_routes=[{"route": "firm", "cost_usd_per_kw": 50.0}],
        power_technologies=[ENGINE | {"life_years": 4.0}],
        power_costs=[cost("engine", 700.0, 20.0, 4.0)],
        fuel_prices=GAS,
    )
    assert ours.value("unused_take_mw", "s", "firm", ...) > 0.01
    assert ours.value("give_up_mw", ..., ..., ..., ...) > 1.0


def test_limits_of_gas_access_and_of_technologies(same):
    # Limits hold in whole modules, here of half a megawatt.
    ours = same(
        {"s": [6.0], "t": [6.0]},
        sites=[
            {"site": "s", "gas_access_mw": 4.0, "average_pue_ratio": 1.2},
            {"site": "t", "gas_access_mw": 1.5, "average_pue_ratio": 1.1},
        ],
        operations=TWO_DAYS,
        tariffs=[{"energy_usd_per_mwh": 120.0}],
        interconnection_routes=[{"route": f"grid-{s}", "site": s} for s in "st"],
        power_technologies=[
            TURBINE | {"life_years": 20.0, "module_mw": 0.5},
            ENGINE | {"life_years": 20.0, "module_mw": 0.5, "max_site_mw": 2.5},
            SUN | {"max_site_mw": 3.0},
        ],
        power_costs=[cost("turbine", 300.0), cost("engine", 400.0), cost("sun", 600.0)],
        fuel_prices=GAS,
    )
    assert math.isclose(ours.value("capacity_mw", "s", "turbine", 0), 1.5, rel_tol=1e-6)
    assert math.isclose(ours.value("capacity_mw", "t", "sun", 0), 3.0, rel_tol=1e-6)
