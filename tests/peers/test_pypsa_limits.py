"""Caps on carbon, outages, ramps and least output are PyPSA's, and bind."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from tests.peers.tables import BATTERY, ENGINE, GAS, SHAPE, SUN, TURBINE, TWO_DAYS, YEAR, cost

pytestmark = [
    pytest.mark.slow,  # minutes on a busy machine
    # What pandas has to say of PyPSA's way to pick components with ramps.
    pytest.mark.filterwarnings("ignore:Treating an array-like"),
]

CO2 = {"co2_tonnes_per_mmbtu": 0.053}
CARBON_SITES: dict[str, Any] = {
    "jurisdictions": [
        {"jurisdiction": "c"},
        {"jurisdiction": "j", "parent": "c"},
        {"jurisdiction": "k", "parent": "c"},
    ],
    "zones": [{"zone": "z"}, {"zone": "y"}],
    "sites": [
        {"site": "s", "zone": "z", "jurisdiction": "j"},
        {"site": "t", "zone": "y", "jurisdiction": "k"},
        {"site": "u", "zone": "y", "jurisdiction": "k"},
    ],
}


def test_a_carbon_cap_over_several_sites_and_periods(same, ours):
    # Turbines emit 0.48 t/MWh, engines 0.37 t, the sun nothing and only at times. A cap of the
    # country tightens over three years, and one of a state holds in it besides.
    loads = {"s": [10.0, 12.0, 14.0], "t": [6.0, 6.0, 7.0], "u": [3.0, 3.0, 3.0]}
    country = [
        {"scope": "c", "year": year, "cap_tonnes_per_year": tonnes}
        for year, tonnes in [(2030, 70e3), (2032, 50e3)]
    ]
    state = [{"scope": "k", "cap_tonnes_per_year": 22e3}]
    tables = CARBON_SITES | {
        "periods": [YEAR] * 3,
        "operations": [
            day | {"zone": zone, "grid_price_shape": [0.8, 1.2, 1.0, 1.0]}
            for zone in "zy"
            for day in TWO_DAYS
        ],
        "power_technologies": [TURBINE | CO2, ENGINE | CO2 | {"life_years": 2.0}, SUN],
        "power_costs": [cost("turbine", 100.0), cost("engine", 800.0, 20.0), cost("sun", 1500.0)],
        "fuel_prices": GAS,
        "tariffs": [{"zone": zone, "energy_usd_per_mwh": 150.0} for zone in "zy"],
        "interconnection_routes": [{"site": s, "max_mw": 12.0} for s in "stu"],
    }
    usd = [same(loads, carbon=[*country, *state], **tables).usd]
    # Without the state's, without the country's, without any: each is cheaper than with both.
    usd += [ours(loads, carbon=caps, **tables).usd for caps in (country, state, [])]
    assert usd[0] > usd[1] * 1.001 > usd[3]
    assert usd[0] > usd[2] * 1.001 > usd[3]


def test_a_carbon_cap_over_a_period_of_several_years_counts_the_grid(same, ours):
    # One period of three years has three times the yearly cap, and PyPSA one constraint over all
    # its investment periods; what the grid emits in the hour counts, and is paid for.
    loads = {"s": [10.0], "t": [6.0]}
    tables: dict[str, Any] = {
        "zones": [{"zone": "z"}, {"zone": "y"}],
        "sites": [{"site": "s", "zone": "z"}, {"site": "t", "zone": "y"}],
        "periods": [YEAR | {"months": 36}],
        "operations": [
            day | {"zone": zone, "marginal_co2_kg_per_mwh": [400.0 * dirt, 300.0, 100.0, 500.0]}
            for zone, dirt in [("z", 1.0), ("y", 2.0)]
            for day in TWO_DAYS
        ],
        # The sun comes a year late, so that the first year emits what the others save.
        "power_technologies": [TURBINE | CO2, SUN | {"build_months": 12}, BATTERY],
        "power_costs": [cost("turbine", 200.0), cost("sun", 900.0), cost("battery", 500.0, 5.0)],
        "fuel_prices": GAS,
        "tariffs": [{"zone": zone, "energy_usd_per_mwh": 45.0} for zone in "zy"],
        "interconnection_routes": [{"site": s} for s in "st"],
    }
    counted = {"power.count_grid_co2": True}
    price = {"price_usd_per_tonne": 5.0}
    usd = [
        of(loads, counted, carbon=[price | {"cap_tonnes_per_year": cap}], **tables).usd
        for of, cap in ((same, 34e3), (ours, 36e3), (ours, 1e6))
    ]
    assert all(tight > loose * 1.001 for tight, loose in pairwise(usd))


def test_planned_outages_as_derating(same, ours):
    # A reactor of 8 MW is one of four at s, of which one is out on the 60 days of least net load
    # and for the rest of its tenth of the year after them. At t it carries nearly all, and its
    # tenth lies within the 60 days. Batteries are out on most days.
    net = {"mild": (60, 1.0), "bright": (205, 3.0), "dull": (100, 5.0)}
    reactor = {"technology": "reactor", "module_mw": 8.0, "forced_outage_fraction": 0.05}
    loads = {"s": [18.0], "t": [5.0]}

    def tables(planned: float) -> dict[str, Any]:
        return {
            "sites": [{"site": "s", "max_it_mw": 32.0}, {"site": "t", "max_it_mw": 10.0}],
            "operations": [
                {
                    "day": day,
                    "weight_days": weight,
                    "net_load_mw": load,
                    "solar_capacity_factor": [0.0, 0.3, 0.8, 0.1],
                }
                for day, (weight, load) in net.items()
            ],
            "profiles": [SHAPE],
            "power_technologies": [
                reactor | {"planned_outage_fraction": planned},
                SUN,
                BATTERY | {"planned_outage_fraction": planned / 4},
                TURBINE,
            ],
            "power_costs": [
                cost("reactor", 1000.0, 80.0, 3.0),
                cost("sun", 700.0),
                cost("battery", 200.0, 2.0),
                cost("turbine", 300.0),
            ],
            "fuel_prices": [{"fuel": "gas", "price_usd_per_mmbtu": 15.0}],
        }

    answer = same(loads, **tables(0.1))
    assert answer.value("capacity_mw", ..., "reactor", ...) > 1.0
    assert answer.usd > ours(loads, **tables(0.0)).usd * 1.001


def test_planned_outages_spread_evenly_where_net_load_is_not_known(same, ours):
    def tables(planned: float) -> dict[str, Any]:
        return {
            "operations": TWO_DAYS,
            "power_technologies": [
                ENGINE | {"planned_outage_fraction": planned, "forced_outage_fraction": 0.05}
            ],
            "power_costs": [cost("engine", 900.0, 20.0)],
            "fuel_prices": GAS,
        }

    # All of it in service carries the load: a tenth out makes it 1/0.9 as large.
    loads = {"s": [9.0], "t": [3.0]}
    assert same(loads, **tables(0.1)).usd > ours(loads, **tables(0.0)).usd * 1.001


def stiff(**reactor: Any) -> dict[str, Any]:
    """Reactors of 4 MW beside turbines, at sites with a peak of load at the end of the day."""
    return {
        "sites": [{"site": s, "max_it_mw": 30.0} for s in "st"],
        "operations": TWO_DAYS,
        "profiles": [SHAPE],
        "power_technologies": [
            {
                "technology": "reactor",
                "module_mw": 4.0,
                "forced_outage_fraction": 0.05,
                "life_years": 40.0,
            }
            | reactor,
            TURBINE,
            SUN,
        ],
        "power_costs": [
            cost("reactor", 1500.0, 80.0, 3.0),
            cost("turbine", 300.0),
            cost("sun", 700.0),
        ],
        "fuel_prices": [{"fuel": "gas", "price_usd_per_mmbtu": 12.0}],
    }


WHOLE = {"power.whole_module_fraction": 0.1}


def test_ramp_limits_of_large_modules(same, ours):
    # 4 % an hour over the 6 h from slice to slice. PyPSA's own `ramp_limit_up` and `..._down` are
    # the model's rows where all that is in service may be online, as it may without a least
    # output; the row from the last hour of a day to its first is added to PyPSA.
    loads = {"s": [10.0, 12.0], "t": [6.0, 5.0]}
    years = [YEAR] * 2
    answer = same(loads, WHOLE, periods=years, **stiff(ramp_fraction_per_hour=0.04))
    assert answer.value("capacity_mw", ..., "reactor", ...) > 1.0
    assert answer.usd > ours(loads, WHOLE, periods=years, **stiff()).usd * 1.001


# A least output is that of PyPSA's committable modules with two changes by hand, since they are
# another program: theirs are online in whole numbers, ours in any; theirs by the hour, ours all
# day.


def test_minimum_load_of_large_modules(same, ours):
    loads = {"s": [10.0], "t": [6.0]}
    answer = same(loads, WHOLE, **stiff(minimum_load_fraction=0.6))
    assert answer.value("capacity_mw", ..., "reactor", ...) > 1.0
    assert answer.usd > ours(loads, WHOLE, **stiff()).usd * 1.001


def test_minimum_load_and_ramp_limits_together(same, ours):
    # Half of what is online is the least, and 42 % of it the most change in 6 h: both bind.
    loads = {"s": [10.0], "t": [6.0]}
    least, ramp = {"minimum_load_fraction": 0.5}, {"ramp_fraction_per_hour": 0.07}
    usd = same(loads, WHOLE, **stiff(**least, **ramp)).usd
    assert usd > ours(loads, WHOLE, **stiff(**least)).usd * 1.001
    assert usd > ours(loads, WHOLE, **stiff(**ramp)).usd * 1.001
