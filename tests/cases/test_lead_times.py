"""Months of lead time, summed exactly and mapped to the calendar once.

Demand of 1 million tokens/s that waits d days costs d · 86,400 USD: periods have the calendar's
seconds here, and a period's seconds are shared out among its steps by calendar days. 2030 and
2031 have 365 days each; from their first of January it is

    90 days to the first of April (3 months), 212 to August (7), 243 to September (8),
    273 to October (9), 304 to November (10).
"""

from __future__ import annotations

from functools import partial

import pytest

near = partial(pytest.approx, rel=1e-9)

DAY_USD = 86_400.0
QUARTERS = [{"months": 3, "seconds": None}] * 4
YEARS = [{"months": 12, "seconds": None}] * 2

SEVEN_MONTHS = {
    "building": {"sites": [{"construction_months": 7}]},
    "hardware": {"hardware": [{"lead_months": 7}]},
    "power": {
        "power_technologies": [{"technology": "k", "procurement_months": 3, "build_months": 4}]
    },
    "grid": {"power_technologies": [], "interconnection_routes": [{"route_months": 7}]},
    "permit": {
        "permit_routes": [{"route": "p", "route_months": 7, "required_before": "operation"}]
    },
    "first date": {"hardware": [{"first_order": "2030-05-01", "lead_months": 3}]},
    # Five months in the table, two of slip.
    "late grid": {
        "power_technologies": [],
        "interconnection_routes": [{"route_months": 5, "slip_months": 2}],
    },
    "late permit": {
        "permit_routes": [
            {"route": "p", "route_months": 5, "slip_months": 2, "required_before": "operation"}
        ]
    },
    "late delivery": {
        "power_technologies": [
            {"technology": "k", "procurement_months": 1, "slip_months": 2, "build_months": 4}
        ]
    },
    # Ordered in the first month that lies wholly after the day: June, the fifth.
    "first date within a month": {"hardware": [{"first_order": "2030-05-02", "lead_months": 2}]},
}


@pytest.mark.parametrize("what", SEVEN_MONTHS)
def test_seven_months_in_yearly_periods(solve_case, what):
    answer = solve_case(periods=YEARS, **SEVEN_MONTHS[what])
    assert answer.usd == near(212 * DAY_USD)
    assert 7 in [start for start, _ in answer.steps]


def test_seven_months_in_quarters(solve_case):
    # Two quarters and a month: the third quarter is cut in two.
    answer = solve_case(periods=QUARTERS, **SEVEN_MONTHS["building"])
    assert answer.usd == near(212 * DAY_USD)
    assert answer.steps == [(0, 3), (3, 6), (6, 7), (7, 9), (9, 12)]


@pytest.mark.parametrize(("step_months", "days"), [(1, 212), (3, 273), (12, 365)])
def test_service_is_rounded_up_to_the_step(solve_case, step_months, days):
    answer = solve_case(
        {"time.step_months": step_months}, periods=YEARS, **SEVEN_MONTHS["building"]
    )
    assert answer.usd == near(days * DAY_USD)


def test_exact_seconds_are_shared_out_by_calendar_days(solve_case):
    # A year of 3.65e6 s: 10,000 s a day, of which 212 pass.
    answer = solve_case(periods=[{"seconds": 3.65e6}], **SEVEN_MONTHS["building"])
    assert answer.usd == near(2.12e6)


@pytest.mark.parametrize(("permit_months", "days"), [(3, 304), (12, 365 + 212)])
def test_permits_of_3_and_12_months_differ_in_yearly_periods(solve_case, permit_months, days):
    # Before construction: 3 + 7 = 10 months, 12 + 7 = 19 months.
    answer = solve_case(
        periods=YEARS,
        sites=[{"construction_months": 7}],
        permit_routes=[{"route": "p", "route_months": permit_months}],
    )
    assert answer.usd == near(days * DAY_USD)
    assert answer.value("file_route", "s", "p", 0) == 1.0


@pytest.mark.parametrize(
    ("required_before", "days", "filed"),
    [("commitment", 365, 0), ("construction", 243, 0), ("operation", 212, 2)],
)
def test_the_stage_that_waits_for_a_permit(solve_case, required_before, days, filed):
    # Permit 5 months, procurement 4, building 3:
    #     commitment     5 + 4 + 3       = 12
    #     construction   max(5, 4) + 3   =  8
    #     operation      max(5, 4 + 3)   =  7, filed in month 2, the latest that serves
    answer = solve_case(
        periods=YEARS,
        power_technologies=[{"technology": "k", "procurement_months": 4, "build_months": 3}],
        permit_routes=[
            {
                "route": "p",
                "asset": "k",
                "requirement": "air",
                "route_months": 5,
                "required_before": required_before,
            }
        ],
    )
    assert answer.usd == near(days * DAY_USD)
    assert answer.value("file_route", "s", "p", filed) == 1.0


def test_every_requirement_needs_its_permit(solve_case):
    # Air: max(6, 4) + 3 = 9 months. Water, before commitment: 2 + 4 + 3 = 9 too, filed at once;
    # the site's building permit, before operation: 8. All three cost 10 USD in all.
    rows = [("air", "k", 6, "construction", 1.0), ("water", "k", 2, "commitment", 2.0)]
    rows += [("building", "site", 8, "operation", 7.0)]
    answer = solve_case(
        periods=YEARS,
        power_technologies=[{"technology": "k", "procurement_months": 4, "build_months": 3}],
        permit_routes=[
            {
                "route": f"p-{requirement}",
                "requirement": requirement,
                "asset": asset,
                "route_months": months,
                "required_before": before,
                "cost_usd": usd,
            }
            for requirement, asset, months, before, usd in rows
        ],
    )
    assert answer.usd == near(273 * DAY_USD + 10.0)


@pytest.mark.parametrize(("fast_usd", "route"), [(23e6, "fast"), (24e6, "slow")])
def test_months_are_bought_by_a_dearer_route(solve_case, fast_usd, route):
    # Nine months sooner are 365 - 90 = 275 days, worth 23.76 million USD.
    answer = solve_case(
        periods=YEARS,
        permit_routes=[
            {"route": "fast", "route_months": 3, "cost_usd": fast_usd},
            {"route": "slow", "route_months": 12},
        ],
    )
    assert answer.usd == near(min(90 * DAY_USD + fast_usd, 365 * DAY_USD))
    assert answer.value("file_route", "s", route, 0) == 1.0


def test_a_parents_route_holds_and_a_neighbours_does_not(solve_case):
    # The site lies in tx, a part of us: it needs the permit of us, and not that of va.
    answer = solve_case(
        jurisdictions=[
            {"jurisdiction": "us"},
            {"jurisdiction": "tx", "parent": "us"},
            {"jurisdiction": "va", "parent": "us"},
        ],
        sites=[{"jurisdiction": "tx"}],
        permit_routes=[
            {"route": "federal", "jurisdiction": "us", "cost_usd": 5.0},
            {"route": "state", "jurisdiction": "va", "requirement": "land", "cost_usd": 50.0},
        ],
    )
    assert answer.usd == near(5.0)


def test_what_cannot_be_ready_within_the_horizon_is_not_offered(solve_case):
    # The permit is granted on the last day: 12 months of 12.
    answer = solve_case(permit_routes=[{"route": "p", "route_months": 12}])
    assert answer.usd == near(3.6e6)
    assert answer.value("open_site") == 0.0


AIR = [
    {"route": "easy", "route_months": 3, "attainment": "attainment"},
    {"route": "hard", "route_months": 9, "attainment": "nonattainment"},
]


@pytest.mark.parametrize(
    ("attainment", "days"), [("attainment", 90), ("nonattainment", 273), ("", 90)]
)
def test_a_permit_follows_the_air_of_the_site(solve_case, attainment, days):
    # Three months where the county's air attains the limits, nine elsewhere; blank attains them.
    answer = solve_case(periods=YEARS, sites=[{"attainment": attainment}], permit_routes=AIR)
    assert answer.usd == near(days * DAY_USD)


@pytest.mark.parametrize(("replaces", "days"), [("", 90), ("nation", 212)])
def test_a_states_route_takes_the_place_of_the_nations(solve_case, replaces, days):
    # The nation's takes three months, the state's seven; both are there unless one replaces the
    # other.
    answer = solve_case(
        periods=YEARS,
        jurisdictions=[{"jurisdiction": "n"}, {"jurisdiction": "j", "parent": "n"}],
        permit_routes=[
            {"route": "nation", "jurisdiction": "n", "route_months": 3},
            {"route": "state", "jurisdiction": "j", "route_months": 7, "replaces": replaces},
        ],
    )
    assert answer.usd == near(days * DAY_USD)
