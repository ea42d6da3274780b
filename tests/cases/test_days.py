"""Energy over a day: storage, part load, profiles, growth. Neutral: 1,000 h, 1 MW of load."""

from __future__ import annotations

import math
from functools import partial

import pytest

near = partial(pytest.approx, rel=1e-9)

HALVES = {
    "two slices": lambda night, day: [night, day],
    "hours": lambda night, day: [night] * 6 + [day] * 12 + [night] * 6,
}


@pytest.mark.parametrize("halves", HALVES.values(), ids=HALVES)
@pytest.mark.parametrize(("storage_hours", "battery_mw"), [(12.0, 1 / 0.81), (6.0, 12 / 0.9 / 6)])
def test_a_battery_carries_solar_into_the_night(solve_case, halves, storage_hours, battery_mw):
    # Sun for 12 h. By night the load draws 12 MWh, of which 12/0.9 = 13.333 are taken out of
    # store (round trip 0.81, one way 0.9) and 12/0.81 = 14.815 were put in at the meter:
    #     charging     14.815/12 = 1.2346 MW, so solar is 1 + 1/0.81 = 2.2346 MW
    #     battery      the larger of 1.2346 MW (its power) and 13.333/hours (its energy):
    #                  12 h: 1.2346 MW, 6 h: 2.2222 MW
    # Solar 1,000 USD/kW and 2 USD/MWh on 2.2346·500 h, battery 500 USD/kW and 10 USD/MWh on
    # what it gives back, 1 MW · 500 h. Unserved, 3.6e6 USD, is dearer.
    solar_mw = 1 + 1 / 0.81
    answer = solve_case(
        operations=[{"solar_capacity_factor": halves(0.0, 1.0)}],
        power_technologies=[
            {"technology": "sun", "kind": "solar"},
            {
                "technology": "battery",
                "kind": "storage",
                "storage_hours": storage_hours,
                "round_trip_efficiency_fraction": 0.81,
            },
        ],
        power_costs=[
            {
                "technology": "sun",
                "overnight_capex_usd_per_kw": 1000.0,
                "variable_om_usd_per_mwh": 2.0,
            },
            {
                "technology": "battery",
                "overnight_capex_usd_per_kw": 500.0,
                "variable_om_usd_per_mwh": 10.0,
            },
        ],
    )
    assert answer.value("capacity_mw", "s", "sun", 0) == near(solar_mw)
    assert answer.value("capacity_mw", "s", "battery", 0) == near(battery_mw)
    capital = 1e6 * solar_mw + 0.5e6 * battery_mw
    assert answer.usd == near(capital + 2 * solar_mw * 500 + 10 * 500)


@pytest.mark.parametrize(
    ("halves", "energy_usd"),
    [(lambda a, b: [a, b], 33_255.0), (lambda a, b: [(a + b) / 2], 30_690.0)],
)
def test_energy_of_part_load(solve_case, halves, energy_usd):
    # A system: 300 kW idle, 900 kW at 1 million tokens/s, of which 80 % may be used. Demand is
    # 0.4 on average, 0.2 in the first half of the day and 0.6 in the second.
    #     systems        0.6/0.8                = 0.75, each 1e6 USD
    #     IT load        0.75·0.3 + 0.6·flow    = 0.345 and 0.585 MW
    #     PUE            1 + 0.2·(0.5 and 1.5)  = 1.1 and 1.3
    #     meter                                 = 0.3795 and 0.7605 MW
    #     price          50·(0.8 and 1.2) + 5   = 45 and 65 USD/MWh
    #     energy         500·(0.3795·45 + 0.7605·65)  = 33,255 USD
    # With one slice for the whole day the systems stand on the hourly peak as before, and energy
    # is 1000 · (0.225 + 0.6·0.4) · 1.2 · 55 = 30,690 USD.
    answer = solve_case(
        sites=[{"average_pue_ratio": 1.2}],
        hardware=[{"idle_kw": 300.0, "capex_usd": 1e6}],
        operating_points=[{"full_load_kw": 900.0}],
        workloads=[{"max_utilisation_fraction": 0.8}],
        profiles=[{"demand_shape": [0.5] * 12 + [1.5] * 12}],
        demand=[{"output_tokens_per_s": 0.4e6}],
        operations=[{"grid_price_shape": halves(0.8, 1.2), "pue_overhead_shape": halves(0.5, 1.5)}],
        power_technologies=[],
        interconnection_routes=[{}],
        tariffs=[{"energy_usd_per_mwh": 50.0, "delivery_usd_per_mwh": 5.0}],
    )
    assert answer.value("systems", "s", "h", 0) == near(0.75)
    assert answer.component("grid_energy") + answer.component("grid_delivery") == near(energy_usd)
    assert answer.usd == near(750e3 + energy_usd)


def test_idle_systems_draw_power_that_is_paid(solve_case):
    # Utilisation may reach 50 %: 2 systems at 1e6 USD for a demand of 1. They draw
    # 2·0.3 + 0.7·1 = 1.3 MW: 1,000 h at 100 USD/MWh are 130,000 USD a year. In the second year
    # demand is 0.4, of which 0.8 systems take care; the other 1.2 leave for nothing, and
    # 0.8·0.3 + 0.7·0.4 = 0.52 MW are paid, 52,000 USD.
    answer = solve_case(
        periods=[{}, {}],
        hardware=[{"idle_kw": 300.0, "capex_usd": 1e6}],
        workloads=[{"max_utilisation_fraction": 0.5}],
        demand=[{"output_tokens_per_s": [1e6, 0.4e6]}],
        power_costs=[{"technology": "free", "variable_om_usd_per_mwh": 100.0}],
    )
    assert answer.value("sell_systems", "s", "h", 0, 1) == near(1.2)
    assert answer.usd == near(2e6 + 130e3 + 52e3)


EAST = [1.5] * 12 + [0.5] * 12
WEST = [0.5] * 12 + [1.5] * 12
REGIONS = {
    "regions": [{"region": "east"}, {"region": "west"}],
    "profiles": [
        {"profile": "east", "demand_shape": EAST},
        {"profile": "west", "demand_shape": WEST},
    ],
    "demand": [
        {"region": "east", "profile": "east"},
        {"region": "west", "profile": "west"},
    ],
    "hardware": [{"capex_usd": 1e6}],
}


def test_two_time_zones_share_systems_on_the_coincident_peak(solve_case):
    # Each peaks at 1.5, together they are 2 in every hour: two systems at 1e6 USD.
    answer = solve_case(**REGIONS)
    assert answer.usd == near(2e6)
    assert answer.value("systems", "s", "h", 0) == near(2.0)


def test_systems_of_two_sites_are_not_shared(solve_case):
    # Round trips keep each region to its own site: 1.5 systems at each.
    answer = solve_case(
        sites=[{"site": "a"}, {"site": "b"}],
        network=[
            {"site": "a", "region": "west", "rtt_ms": 90.0},
            {"site": "b", "region": "east", "rtt_ms": 90.0},
        ],
        workloads=[{"ttft_limit_ms": 80.0}],
        **REGIONS,
    )
    assert answer.usd == near(3e6)


def test_two_workloads_share_systems_but_not_their_peaks(solve_case):
    # A system is assigned to a workload for the whole step: 1.5 for each, though they peak at
    # different hours.
    answer = solve_case(
        workloads=[{"workload": "w1"}, {"workload": "w2"}],
        demand=[
            {"workload": "w1", "profile": "east"},
            {"workload": "w2", "profile": "west"},
        ],
        profiles=REGIONS["profiles"],
        hardware=REGIONS["hardware"],
    )
    assert answer.usd == near(3e6)


GROWTH = {
    "hardware": [{"capex_usd": 100e3}],
    "demand": [{"growth_rate": 1.0}],
    "power_technologies": [],
    "interconnection_routes": [{}],
    "tariffs": [{"energy_usd_per_mwh": 50.0, "capacity_usd_per_kw_month": 10.0}],
}


def test_growth_within_a_period(solve_case):
    # Doubling within the year at a mean of 1: A·2^t with A/ln 2 = 1, so A = 0.6931 and the end
    # is 1.3863. Systems meet the end; energy is the mean, 1 MW · 1,000 h · 50 = 50,000 USD.
    # Without adequacy the grid is contracted for the mean: 1 MW · 12 · 10,000 = 120,000 USD;
    # with it for the end.
    end = 2 * math.log(2)
    answer = solve_case(**GROWTH)
    assert answer.usd == near(100e3 * end + 50e3 + 120e3)
    answer = solve_case({"power.adequacy": True}, **GROWTH)
    assert answer.usd == near(100e3 * end + 50e3 + 120e3 * end)


def test_where_demand_falls_capacity_meets_the_start(solve_case):
    # Halving at a mean of 1: the mirror image, so the start is 1.3863.
    tables = GROWTH | {"demand": [{"growth_rate": -0.5}]}
    answer = solve_case({"power.adequacy": True}, **tables)
    assert answer.usd == near((100e3 + 120e3) * 2 * math.log(2) + 50e3)


def test_growth_over_the_steps_of_a_period(solve_case):
    # The site is ready in July, after t = 181/365 of the year. 2^t has the mean 1/ln2, so the
    # level starts at ln2 and ends at 2·ln2, and the first half's tokens are (2^t-1) of the year's
    # 3.65e6. The first half is unserved; the systems meet the end of the second.
    answer = solve_case(
        periods=[{"seconds": 3.65e6}],
        sites=[{"construction_months": 6}],
        hardware=GROWTH["hardware"],
        demand=GROWTH["demand"],
    )
    assert answer.line("penalty") == near((2 ** (181 / 365) - 1) * 3.65e6)
    assert answer.line("owned") == near(100e3 * 2 * math.log(2))
