"""The order of permits: what follows what, what satisfies two, what is refused and filed again.

The one source of power is a reactor `k` that takes 3 months to procure and 12 to build; every
permit is for it, and the site itself needs none. Demand of 1 million tokens/s that waits d days
costs d · 86,400 USD. From the first of January 2030 it is

    455 days to the first of April 2031 (15 months), 669 to November 2031 (22),
    730 to January 2032 (24), 912 to July 2032 (30), 1,096 to January 2033 (36).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from tokenworks.errors import InputError
from tokenworks.solver.whole import solve_whole

pytestmark = pytest.mark.slow

near = partial(pytest.approx, rel=1e-9)

DAY_USD = 86_400.0
YEARS = [{"months": 12, "seconds": None}] * 4
REACTOR = {"technology": "k", "procurement_months": 3, "build_months": 12}

FIRST = {"route": "first", "asset": "k", "requirement": "nuclear", "route_months": 10}
SECOND = {
    "route": "second",
    "asset": "k",
    "requirement": "nuclear-operation",
    "required_before": "operation",
    "follows": "nuclear",
}
BOTH = {
    "route": "both",
    "asset": "k",
    "requirement": "nuclear",
    "also_satisfies": "nuclear-operation",
}


@pytest.fixture
def solve(solve_case):
    def solve(*routes, options=None, **tables):
        case = {"periods": YEARS, "power_technologies": [REACTOR], **tables}
        return solve_case(options, permit_routes=list(routes), **case)

    return solve


@pytest.mark.parametrize(
    ("second_months", "days"),
    [
        # The operating licence is filed with the grant in month 10 and granted in month 18, while
        # the reactor is built until month 22.
        (8, 669),
        # 10 + 20 = 30 months, longer than 22.
        (20, 912),
    ],
)
def test_an_operating_licence_is_filed_once_construction_is_permitted(solve, second_months, days):
    answer = solve(FIRST, SECOND | {"route_months": second_months})
    assert answer.usd == near(days * DAY_USD)
    assert answer.value("file_route", "s", "first", 0) == near(1.0)


def test_filed_no_earlier_than_the_grant_that_it_follows(solve):
    # Without the order both would be filed at once: max(10 + 12, 20) = 22 months, 669 days.
    routes = [FIRST, SECOND | {"route_months": 20}]
    answer = solve(*routes)
    assert answer.value("file_route", "s", "second", 10) == near(1.0)
    assert solve(FIRST, routes[1] | {"follows": ""}).usd == near(669 * DAY_USD)


@pytest.mark.parametrize(
    ("both_months", "both_usd", "days", "filed"),
    [
        # Combined: 12 + 12 = 24 months, a year sooner than 10 + 26; its 366 days are worth
        # 31.6 million USD.
        (12, 31e6, 730, "both"),
        (12, 32e6, 1096, "first"),
        # A longer one is worth nothing: 24 + 12 = 36 months as well.
        (24, 1.0, 1096, "first"),
    ],
)
def test_a_combined_licence_against_two_steps(solve, both_months, both_usd, days, filed):
    combined = BOTH | {"route_months": both_months, "cost_usd": both_usd}
    answer = solve(FIRST, SECOND | {"route_months": 26}, combined)
    paid = both_usd if filed == "both" else 0.0
    assert answer.usd == near(days * DAY_USD + paid)
    assert answer.value("file_route", "s", filed, 0) == near(1.0)
    if filed == "first":
        assert answer.value("file_route", "s", "second", 10) == near(1.0)


@pytest.mark.parametrize(("template_usd", "filed"), [(23e6, "template"), (24e6, "both")])
def test_a_template_costs_money_and_saves_months(solve, template_usd, filed):
    # Filed at once, 12 + 12 = 24 months; by the template 3 + 12 = 15, as procurement takes 3:
    # 730 - 455 = 275 days sooner, worth 23.76 million USD.
    template = BOTH | {"route": "template", "route_months": 3, "cost_usd": template_usd}
    answer = solve(BOTH | {"route_months": 12}, template)
    assert answer.usd == near(min(730 * DAY_USD, 455 * DAY_USD + template_usd))
    assert answer.value("file_route", "s", filed, 0) == near(1.0)


def test_a_second_requirement_needs_a_grant_even_where_one_route_alone_satisfies_it(solve):
    # The first route is for construction alone; only the combined one is for operation too.
    answer = solve(FIRST, BOTH | {"route_months": 18, "cost_usd": 5.0})
    assert answer.usd == near(912 * DAY_USD + 5.0)


def test_a_chain_of_three(solve):
    # Water (4), then land (4), then construction (2), all before construction: 10 + 12 = 22 months.
    chain = [
        FIRST | {"route_months": 2, "follows": "land"},
        FIRST | {"route": "l", "requirement": "land", "route_months": 4, "follows": "water"},
        FIRST | {"route": "w", "requirement": "water", "route_months": 4},
    ]
    answer = solve(*chain)
    assert answer.usd == near(669 * DAY_USD)
    cells = answer.solved.values["file_route"].items()
    filed = {name: month for (_, name, month), value in cells if value > 0.5}
    assert (filed["w"], filed["l"], filed["first"]) == (0, 4, 8)


def test_filing_early_and_not_using_it(write_scenario, solved):
    # A dear permit granted after 10 months for a reactor that nothing makes worth building: the
    # filing is fixed, costs its 7 USD, and the demand stays unserved for 1,461 days.
    path = write_scenario(
        periods=YEARS,
        power_technologies=[REACTOR],
        power_costs=[{"technology": "k", "year": 2030, "overnight_capex_usd_per_kw": 1e9}],
        permit_routes=[FIRST | {"cost_usd": 7.0}],
    )
    idle = solved(path)
    assert idle.usd == near(1461 * DAY_USD)
    idle.model.pyomo.file_route["s", "first", 0].fix(1)
    again = replace(idle, solved=solve_whole(idle.model, idle.inputs.scenario.solve))
    assert again.usd == near(1461 * DAY_USD + 7.0)
    assert again.value("build_modules") == 0.0


@pytest.mark.parametrize(
    ("chance", "days", "usd"),
    [
        (None, 669, 90.0),
        (1.0, 669, 90.0),
        # One filing in two is granted: two on average, 20 months + 12 = 32 (974 days), 180 USD.
        (0.5, 974, 180.0),
        # 10 / 0.9 = 11.1 months, which is 12, + 12 = 24; 90 / 0.9 = 100 USD.
        (0.9, 730, 100.0),
    ],
)
def test_a_refused_filing_is_filed_again(solve, chance, days, usd):
    answer = solve(FIRST | {"probability_fraction": chance, "cost_usd": 90.0})
    assert answer.usd == near(days * DAY_USD + usd)


@pytest.mark.parametrize(("transferable", "residuals", "left"), [(True, True, 1), (True, False, 0)])
def test_a_transferable_permit_keeps_the_cost_of_one_filing(solve, transferable, residuals, left):
    # Half the filings are refused: 2 · 90 USD are paid in the middle of month 0, and 90 kept to the
    # end of the fourth year, at 10 % a year: 180 · 1.1^(-1/24) - 90 · 1.1^-4.
    route = FIRST | {"cost_usd": 90.0, "probability_fraction": 0.5, "transferable": transferable}
    options = {"finance.discount_rate": 0.1, "finance.residuals": residuals}
    answer = solve(route, options=options)
    assert answer.component("permits") == near(180 * 1.1 ** (-1 / 24))
    if left:
        assert answer.component("permit_residual") == near(-90 * 1.1**-4)
    kept = {component for _, component in answer.costs()}
    assert ("permit_residual" in kept) == bool(left)


@pytest.mark.parametrize(("water", "days"), [("fresh", 59), ("", 59), ("limited", 212)])
def test_water_permits_by_the_water_of_the_site(solve_case, water, days):
    # Everywhere two months; where water is limited its permit takes seven.
    routes = [
        {"route": "building", "route_months": 2},
        {"route": "water", "requirement": "water", "route_months": 7, "water": "limited"},
    ]
    answer = solve_case(periods=YEARS[:2], sites=[{"water": water}], permit_routes=routes)
    assert answer.usd == near(days * DAY_USD)


CIRCLE = [FIRST | {"follows": "land"}, FIRST | {"route": "l", "requirement": "land"}]


@pytest.mark.parametrize(
    ("routes", "words"),
    [
        (
            [FIRST | {"follows": "nuclear"}],
            r"the permits of `k` wait for each other: nuclear → nuc",
        ),
        (
            [CIRCLE[0], CIRCLE[1] | {"follows": "nuclear"}],
            r"the permits of `k` wait for each other: nuclear → land → nuclear",
        ),
        (
            [BOTH | {"follows": "nuclear-operation"}],
            r"wait for each other: nuclear-operation → nuclear-operation",
        ),
        ([SECOND], r"granted, but `k` has no route of `nuclear` at `s`"),
        ([BOTH | {"also_satisfies": "nuclear"}], r"`nuclear` is the route's requirement already"),
        ([FIRST | {"probability_fraction": 0.0}], r"`0` is not above 0"),
        ([FIRST | {"slip_months": -1}], r"`-1` is below 0"),
    ],
)
def test_orders_that_make_no_sense_are_refused(solve, routes, words):
    with pytest.raises(InputError, match=words):
        solve(*routes)
