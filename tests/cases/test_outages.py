"""Planned outages, least output and ramps. Neutral but for what each says: 1,000 h, 1 MW."""

from __future__ import annotations

from functools import partial

import pandas as pd
import pytest

from tokenworks.days import with_outage_day
from tokenworks.errors import InputError

near = partial(pytest.approx, rel=1e-9)

# 200 h of little net load at half the grid's price, 800 h of much: 100 USD/MWh on average.
LOW = {"day": "low", "weight_days": 73, "grid_price_shape": 0.5, "net_load_mw": 1.0}
HIGH = {"day": "high", "weight_days": 292, "grid_price_shape": 1.125, "net_load_mw": 9.0}
DEAR = {"technology": "dear"}


def plant():
    """A unit of 1 MW for 50,000 USD that is out a tenth of the time, beside the grid."""
    return {
        "power_technologies": [
            {"technology": "k", "planned_outage_fraction": 0.1, "max_site_mw": 1.0}
        ],
        "power_costs": [{"technology": "k", "overnight_capex_usd_per_kw": 50.0}],
        "interconnection_routes": [{}],
        "tariffs": [{"energy_usd_per_mwh": 100.0}],
    }


def test_outages_are_spread_evenly_where_net_load_is_not_known(solve_case):
    # A tenth of 1,000 MWh from the grid at its mean price, 100 USD/MWh.
    days = [{**day, "net_load_mw": None} for day in (LOW, HIGH)]
    answer = solve_case(sites=[{"max_it_mw": 1.0}], operations=days, **plant())
    assert answer.usd == near(50e3 + 100 * 100.0)


@pytest.mark.parametrize(
    ("site_mw", "energy_usd"),
    [
        # A unit as large as its site stands still: 36.5 of the 73 days of least net load, 100 MWh
        # at 50 USD.
        (1.0, 5000.0),
        # Of ten units one at a time, a tenth of them on every day of the year.
        (10.0, 100 * 100.0),
        # Of four one at a time: a quarter out on the 73 days, 50 MWh at 50 USD, and the other
        # 50 MWh on days of much net load, at 112.5 USD.
        (4.0, 50 * 50.0 + 50 * 112.5),
    ],
)
def test_outages_lie_on_the_days_of_least_net_load(solve_case, site_mw, energy_usd):
    answer = solve_case(sites=[{"max_it_mw": site_mw}], operations=[HIGH, LOW], **plant())
    assert answer.usd == near(50e3 + energy_usd)


@pytest.mark.parametrize(("outage_day", "usd"), [(False, 55e3), (True, 50e3 + 2.5e3 + 50e3)])
def test_an_outage_day_has_its_true_weight(solve_case, outage_day, usd):
    # The grid carries 0.5 MW. On 73 days with half the unit out it carries the other half: 5,000
    # USD. In truth the unit is out on 36.5 days, 100 h: 0.5 MW from the grid at 50 USD, and 0.5 MW
    # from what costs 1,000 USD/MWh.
    tables = plant()
    tables["power_technologies"].append(DEAR)
    tables["power_costs"].append({"technology": "dear", "variable_om_usd_per_mwh": 1000.0})
    tables["interconnection_routes"] = [{"max_mw": 0.5}]
    answer = solve_case(
        {"time.outage_day": outage_day},
        sites=[{"max_it_mw": 1.0}],
        operations=[HIGH, LOW],
        **tables,
    )
    assert answer.usd == near(usd)


def test_an_outage_day_needs_the_net_load(solve_case):
    blank = [{**day, "net_load_mw": None} for day in (LOW, HIGH)]
    with pytest.raises(InputError, match=r"net_load_mw: it is blank, but `time.outage_day`"):
        solve_case({"time.outage_day": True}, operations=blank, **plant())


def test_a_day_is_cut_where_outages_end():
    # A tenth of 365 days is 36.5: the 20 of the least net load, and 16.5 of the 145 that follow.
    days = pd.DataFrame(
        {
            "zone": "z",
            "day": ["a", "b", "c"],
            "hour_utc": 0,
            "weight_days": [145.0, 20.0, 200.0],
            "net_load_mw": [5.0, 1.0, 9.0],
        }
    )
    cut = with_outage_day(days, 0.1).set_index("day")["weight_days"]
    assert cut.to_dict() == {"a": 128.5, "a-outage": 16.5, "b": 20.0, "c": 200.0}
    # Nothing is cut where they end with a day, or are none.
    assert len(with_outage_day(days, 20.0 / 365.0)) == 3
    assert len(with_outage_day(days, 0.0)) == 3


@pytest.mark.parametrize(
    ("technology", "whole", "usd"),
    [
        # A module of 1.5 MW for 30,000 USD carries 0.5 MW in one half of the day, 1.5 MW in the
        # other, for nothing.
        ({}, True, 30e3),
        # At half its output or more no more than 1 MW can be online for the 0.5 MW of the one
        # half. The other lacks 0.5 MW for 500 h at 100 USD/MWh.
        ({"minimum_load_fraction": 0.5}, True, 30e3 + 25e3),
        # Small modules start and stop.
        ({"minimum_load_fraction": 0.5}, False, 30e3),
        # 5 % an hour over the 12 h from middle to middle: 0.6 of 1.5 MW is 0.9, of the 1.0 MW that
        # load changes by; 0.1 MW for 500 h at 100 USD/MWh.
        ({"ramp_fraction_per_hour": 0.05}, True, 30e3 + 5e3),
        ({"ramp_fraction_per_hour": 0.05}, False, 30e3),
        # 1/12 an hour is all of it in 12 h.
        ({"ramp_fraction_per_hour": 1 / 12}, True, 30e3),
        # Both: 1 MW online may change by 0.6 MW, and does by 0.5 MW.
        ({"minimum_load_fraction": 0.5, "ramp_fraction_per_hour": 0.05}, True, 30e3 + 25e3),
    ],
)
def test_large_modules_have_a_least_output_and_ramps(solve_case, technology, whole, usd):
    answer = solve_case(
        {"power.whole_module_fraction": 0.1 if whole else 10.0},
        sites=[{"max_it_mw": 10.0}],
        profiles=[{"demand_shape": [0.5] * 12 + [1.5] * 12}],
        operations=[{"grid_price_shape": [1.0, 1.0]}],
        power_technologies=[{"technology": "k", "module_mw": 1.5, **technology}, DEAR],
        power_costs=[
            {"technology": "k", "overnight_capex_usd_per_kw": 20.0},
            {"technology": "dear", "variable_om_usd_per_mwh": 100.0},
        ],
    )
    assert answer.usd == near(usd)


def test_a_least_output_is_of_thermal_units(solve_case):
    with pytest.raises(InputError, match=r"minimum_load_fraction: a least output of 0.5, but"):
        solve_case(
            power_technologies=[{"technology": "k", "kind": "solar", "minimum_load_fraction": 0.5}]
        )
