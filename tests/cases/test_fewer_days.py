"""Fewer representative days in a solved case, and states that bar reactors."""

from __future__ import annotations

from functools import partial

import pytest

from tokenworks.errors import InputError

near = partial(pytest.approx, rel=1e-9)

# A hot day of 65 and a mild one of 300; energy costs 2 USD/MWh times the shape.
TWO_DAYS = {
    "tariffs": [{"energy_usd_per_mwh": 2.0}],
    "interconnection_routes": [{}],
    "power_technologies": [],
}


def days(hot_mw, mild_mw):
    hot, mild = 2.0, (365.0 - 65.0 * 2.0) / 300.0
    return [
        {"day": "hot", "weight_days": 65, "grid_price_shape": hot, "net_load_mw": hot_mw},
        {"day": "mild", "weight_days": 300, "grid_price_shape": mild, "net_load_mw": mild_mw},
    ]


@pytest.mark.parametrize(("count", "hot_mw", "mild_mw"), [(1, 9.0, 5.0), (1, 5.0, 9.0), (2, 9, 5)])
def test_energy_costs_the_mean_whichever_day_stands_for_the_year(
    solve_case, count, hot_mw, mild_mw
):
    # 1 MW for 1,000 hours at a mean of 2 USD/MWh: shapes keep their mean of 1.
    answer = solve_case(
        {"time.representative_days": count}, operations=days(hot_mw, mild_mw), **TWO_DAYS
    )
    assert answer.usd == near(2000.0)
    kept = set(answer.inputs.tables["operations"]["day"])
    assert kept == ({"hot", "mild"} if count == 2 else {"hot" if hot_mw > mild_mw else "mild"})


@pytest.mark.parametrize(
    ("hot_mw", "solar_mw", "usd"), [(9.0, 365 / 65, 3650.0 / 65), (1.0, 0.0, 2000.0)]
)
def test_the_day_of_the_peak_decides_what_solar_can_do(solve_case, hot_mw, solar_mw, usd):
    # Sun is on the 65 hot days only, all day: a mean of 65/365, which the hot day has in every hour
    # if it stands for the year. Solar at 0.01 USD/kW then needs 365/65 MW for a load of 1 MW:
    # 1,000 kW x 365/65 x 0.01 = 3,650/65 = 56.15 USD, less than 1,000 h of grid at 2 USD/MWh. The
    # mild day has no sun, which nothing can be scaled up from: all is bought, 2,000 USD.
    operations = days(hot_mw, 5.0)
    operations[0]["solar_capacity_factor"] = 1.0
    operations[1]["solar_capacity_factor"] = 0.0
    tables = TWO_DAYS | {
        "power_technologies": [{"technology": "sun", "kind": "solar"}],
        "power_costs": [{"technology": "sun", "overnight_capex_usd_per_kw": 0.01}],
    }
    answer = solve_case({"time.representative_days": 1}, operations=operations, **tables)
    solar = answer.inputs.tables["operations"]["solar_capacity_factor"]
    assert list(solar) == near([65 / 365 if solar_mw else 0.0] * 24)
    assert answer.value("capacity_mw", "s", "sun", 0) == near(solar_mw)
    assert answer.usd == near(usd)


def test_fewer_days_need_the_net_load(solve_case):
    blank = [{**row, "net_load_mw": ""} for row in days(9.0, 5.0)]
    with pytest.raises(InputError, match=r"net_load_mw: it is blank, but zone `z` has 2 days"):
        solve_case({"time.representative_days": 1}, operations=blank, **TWO_DAYS)
    solve_case({"time.representative_days": 2}, operations=blank, **TWO_DAYS)


REACTOR = {
    "power_technologies": [{"technology": "reactor"}],
    "permit_routes": [{"route": "licence", "asset": "reactor", "requirement": "nuclear"}],
}


@pytest.mark.parametrize(("barred", "usd"), [("", 0.0), (False, 0.0), (True, 3.6e6)])
def test_a_site_whose_law_bars_reactors_has_none(solve_case, barred, usd):
    # The reactor is free; without it all tokens go unserved, 3.6e6 USD.
    answer = solve_case(sites=[{"nuclear_restricted": barred}], **REACTOR)
    assert answer.usd == near(usd)


def test_the_law_bars_nothing_else(solve_case):
    permits = [{**REACTOR["permit_routes"][0], "requirement": "air"}]
    answer = solve_case(
        sites=[{"nuclear_restricted": True}],
        power_technologies=REACTOR["power_technologies"],
        permit_routes=permits,
    )
    assert answer.usd == near(0.0)
