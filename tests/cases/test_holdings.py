"""What is already held when the horizon starts, kind by kind, by hand.

The horizon starts on 1 January 2030. What is built costs 1,000 USD a piece here, so that the cost
says what was built anew; a million tokens/s that are unserved cost 3.6e6 USD a year.
"""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest

from tokenworks.dated import DatedDiscounting
from tokenworks.errors import InputError
from tokenworks.io.scenario_files import load_scenario
from tokenworks.plan import solve
from tokenworks.results.cashflow import monthly_cash
from tokenworks.results.frames import Context
from tokenworks.results.tables import tables_of
from tokenworks.study.holdings import holdings_of

pytestmark = pytest.mark.slow

near = partial(pytest.approx, rel=1e-9)

OPEN = {"holding": "halls", "kind": "site", "site": "s", "date": "2028-01-01", "amount_count": 1}
SYSTEMS = {**OPEN, "holding": "systems", "kind": "hardware", "asset": "h"}
MODULES = {**OPEN, "holding": "modules", "kind": "power", "asset": "free"}
NEW_SITE = {"opening_cost_usd": 5e3, "land_cost_usd": 1e3, "construction_months": 6}


def test_an_open_site_serves_from_the_first_day_and_its_blocks_are_paid(solve_case):
    # Half a year of construction: 181 days unserved, and 6,000 USD for opening and land. Held, it
    # costs nothing; a second block takes the half year, but no second opening.
    site = {**NEW_SITE, "max_it_mw": 2.0, "block_mw": 1.0, "shell_cost_usd_per_mw": 2e3}
    assert solve_case(sites=[site]).usd == near(8e3 + 3.6e6 * 181 / 365)
    assert solve_case(sites=[site], holdings=[OPEN]).usd == near(0.0, abs=1e-6)
    often = {"time.arrival_months": 6}
    demand = [{"output_tokens_per_s": 2e6}]
    more = solve_case(often, sites=[site], holdings=[OPEN], demand=demand)
    assert more.usd == near(2e3 + 3.6e6 * 181 / 365)


def test_an_open_site_needs_no_permit_of_its_own(solve_case):
    permits = [{"route": "build", "route_months": 6, "cost_usd": 500.0}]
    answer = solve_case(permit_routes=permits, holdings=[OPEN])
    assert answer.usd == near(0.0, abs=1e-6)


def test_blocks_on_order_arrive_later_and_what_is_still_due_is_paid(solve_case):
    # Ground broken 4 months before the horizon, 6 months of construction: energised after 2, that
    # is 59 days. Of the shell 2 of 6 months are still due: 6,000 * 2/6.
    site = {**NEW_SITE, "max_it_mw": 1.0, "shell_cost_usd_per_mw": 6e3}
    order = {**OPEN, "kind": "order", "asset": "site", "date": "2029-09-01"}
    assert solve_case(sites=[site], holdings=[order]).usd == near(2e3 + 3.6e6 * 59 / 365)


def test_systems_in_service_serve_for_the_life_that_remains(solve_case):
    # Bought two years before, with a life of 2.5 years: half of the first year is served by it, the
    # other by half a new one at 1,000 USD, which serves the other half alone. Upkeep is of both.
    hardware = [{"capex_usd": 1e3, "life_years": 2.5, "fixed_om_usd_per_year": 100.0}]
    answer = solve_case(hardware=hardware, holdings=[OPEN, SYSTEMS])
    assert answer.usd == near(500.0 + 50.0 + 50.0)
    assert answer.value("buy_systems", "s", "h", 0) == near(0.5)


def test_systems_in_service_can_be_sold_on_the_first_day(solve_case):
    # Nobody asks for them: sold at 2 years of age for 1,000 * 0.8 * 0.5² each.
    hardware = [{"capex_usd": 1e3, "resale_fraction": 0.8, "resale_decay_fraction_per_year": 0.5}]
    answer = solve_case(
        hardware=hardware,
        demand=[{"output_tokens_per_s": 1.0}],
        holdings=[OPEN, {**SYSTEMS, "amount_count": 3}],
    )
    assert answer.usd == near(-200.0 * 3, rel=1e-5)
    [row] = tables_of(answer.model, answer.solved)[0]["departures"].to_dict("records")
    assert (row["asset"], row["amount_unit"]) == ("h", "systems")
    assert [str(row[day].date()) for day in ("in_service", "leaves")] == [
        "2028-01-01",
        "2030-01-01",
    ]


def test_systems_on_order_are_paid_on_delivery(solve_case):
    # Ordered 5 months before, 6 of lead: delivered after one month, 31 days, and paid then.
    hardware = [{"capex_usd": 1e3, "lead_months": 6}]
    order = {**SYSTEMS, "kind": "order", "date": "2029-08-01"}
    answer = solve_case(hardware=hardware, holdings=[OPEN, order])
    assert answer.usd == near(1e3 + 3.6e6 * 31 / 365)


ENGINE = {
    "power_technologies": [
        {
            "technology": "engine",
            "procurement_months": 4,
            "build_months": 2,
            "deposit_fraction": 0.25,
        }
    ],
    "power_costs": [{"technology": "engine", "overnight_capex_usd_per_kw": 1.0}],
}


def test_modules_in_service_are_paid_and_those_on_order_have_their_rest_due(solve_case):
    # Held: nothing. On order since September, 6 months: in service in March, after 59 days; the
    # deposit is sunk, 750 USD of 1,000 due in January and February.
    held = {**MODULES, "asset": "engine"}
    assert solve_case(holdings=[OPEN, held], **ENGINE).usd == near(0.0, abs=1e-6)
    order = {**held, "kind": "order", "date": "2029-09-01"}
    answer = solve_case(holdings=[OPEN, order], **ENGINE)
    assert answer.usd == near(750.0 + 3.6e6 * 59 / 365)


GRID = {
    "power_technologies": [{"technology": "dear"}],
    "power_costs": [{"technology": "dear", "variable_om_usd_per_mwh": 100.0}],
    "interconnection_routes": [{"max_mw": 1.0, "route_months": 24, "cost_usd": 9e3}],
}


def test_a_contract_runs_since_its_date_and_can_be_given_up_within_its_term(solve_case):
    # 1 MW of grid at no cost saves 1,000 MWh at 100 USD. Where the capacity charge is 10 USD a
    # kW-month, 120,000 in the year, it is better given up for 1 USD a kW, within 36 months.
    contract = {
        **OPEN,
        "holding": "contract",
        "kind": "contract",
        "asset": "grid-s",
        "amount_count": None,
        "amount_mw": 1.0,
    }
    assert solve_case(**GRID).usd == near(100e3)
    assert solve_case(holdings=[OPEN, contract], **GRID).usd == near(0.0, abs=1e-6)
    for term, fee in [(36, 1e3), (24, 0.0)]:
        tariff = {
            "capacity_usd_per_kw_month": 10.0,
            "term_months": term,
            "exit_fee_usd_per_kw": 1.0,
        }
        answer = solve_case(holdings=[OPEN, contract], tariffs=[tariff], **GRID)
        assert answer.usd == near(100e3 + fee)


def test_more_is_contracted_over_a_route_that_is_held(write_scenario):
    # 1 MW is held; the other megawatt of the demand is signed over the same route at once, for
    # 1 USD a kW: the route was filed before the horizon, as the plan's tables say.
    contract = {
        **OPEN,
        "holding": "contract",
        "kind": "contract",
        "asset": "grid-s",
        "amount_count": None,
        "amount_mw": 1.0,
    }
    demand = [{"output_tokens_per_s": 2e6}]
    routes = [{**GRID["interconnection_routes"][0], "max_mw": 2.0, "cost_usd_per_kw": 1.0}]
    tables = {**GRID, "interconnection_routes": routes}
    path = write_scenario(demand=demand, holdings=[OPEN, contract], **tables)
    plan = solve(load_scenario(path))
    assert plan.objective_usd == near(1e3)
    grid = plan.power[plan.power["kind"] == "grid"]
    assert grid["entering_mw"].tolist() == near([1.0, 1.0])
    assert (grid["ordered"].dt.year < 2030).all()


@pytest.mark.parametrize(
    ("kind", "day", "months"),
    [
        # Granted: at once. Filed 20 months before: 4 left of 24.
        ("permit", "2029-06-01", 0),
        ("queue-position", "2028-05-01", 4),
    ],
)
def test_a_permit_granted_or_a_queue_position_is_worth_its_months(solve_case, kind, day, months):
    # January to April have 120 of 365 days, in which the dear power runs.
    route = {
        **OPEN,
        "holding": "route",
        "kind": kind,
        "asset": "grid-s",
        "date": day,
        "amount_count": None,
    }
    answer = solve_case(holdings=[OPEN, route], **GRID)
    assert answer.usd == near(100e3 * (120 / 365 if months else 0.0), abs=1e-6)


def test_a_contract_over_a_held_place_in_the_queue_was_ordered_with_it(write_scenario):
    place = {
        **OPEN,
        "holding": "route",
        "kind": "queue-position",
        "asset": "grid-s",
        "date": "2028-05-01",
        "amount_count": None,
    }
    plan = solve(load_scenario(write_scenario(holdings=[OPEN, place], **GRID)))
    ordered = plan.power.query("source == 'grid-s'")["ordered"]
    assert [day.date() for day in ordered] == [dt.date(2028, 5, 1)]


def test_modules_need_the_permit_that_they_were_built_under(solve_case):
    permit = {**OPEN, "holding": "air", "kind": "permit", "asset": "air", "amount_count": None}
    tables = {
        "permit_routes": [{"route": "air", "asset": "free", "requirement": "air"}],
        "holdings": [OPEN, MODULES],
    }
    with pytest.raises(InputError, match="`free` at `s` has no air permit"):
        solve_case(**tables)
    tables["holdings"] = [OPEN, MODULES, permit]
    assert solve_case(**tables).usd == near(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"site": "t"}, "there is no site `t`"),
        ({"asset": "g"}, "there is no `g` in `hardware`, which `hardware` asks for"),
        (
            {"date": "2030-01-01"},
            "2030-01-01 is not before the horizon, which starts on 2030-01-01",
        ),
        ({"amount_count": None}, "`systems` holds nothing"),
        ({"amount_mw": 1.0}, "the kind `hardware` has no `amount_mw`"),
        ({"amount_count": 200}, "systems of 200 MW are held at `s`, which has room for 100 MW"),
        ({"kind": "order"}, "what was ordered on 2028-01-01 arrived before the horizon"),
        ({"kind": "site", "asset": ""}, "blocks of 200 MW are held at `s`"),
        ({"kind": "site", "asset": "", "amount_count": 0.5}, "0.5 blocks are not whole"),
        ({"kind": "site"}, "the blocks of a site have no asset"),
        ({"kind": "contract"}, "there is no `h` in `interconnection_routes`"),
    ],
)
def test_what_cannot_be_held_is_refused(solve_case, changes, words):
    with pytest.raises(InputError, match=words):
        solve_case(holdings=[OPEN, {**SYSTEMS, **changes}])


def test_what_serves_stands_at_an_open_site(solve_case):
    with pytest.raises(InputError, match="no blocks of `s` are held, where `h` serves"):
        solve_case(holdings=[SYSTEMS])


# A campus that grows: halls at once, grid with a term, an engine ordered in the first year, a
# permit filed then for the third, systems that wear out, all with residuals at 8 %.
GROWING = {
    "sites": [
        {
            "opening_cost_usd": 5e3,
            "land_cost_usd": 1e3,
            "max_it_mw": 4.0,
            "block_mw": 1.0,
            "shell_cost_usd_per_mw": 2e3,
            "shell_life_years": 20.0,
            "construction_months": 0,
        }
    ],
    "hardware": [
        {
            "capex_usd": 1e4,
            "life_years": 2.0,
            "lead_months": 0,
            "fixed_om_usd_per_year": 100.0,
            "resale_fraction": 0.7,
            "resale_decay_fraction_per_year": 0.3,
        }
    ],
    "power_technologies": [
        {"technology": "dear"},
        {
            "technology": "engine",
            "procurement_months": 4,
            "build_months": 8,
            "deposit_fraction": 0.25,
            "life_years": 20.0,
        },
        {
            "technology": "fine",
            "life_years": 20.0,
        },
    ],
    "power_costs": [
        {"technology": "dear", "variable_om_usd_per_mwh": 100.0},
        {
            "technology": "engine",
            "overnight_capex_usd_per_kw": 20.0,
            "variable_om_usd_per_mwh": 20.0,
        },
        {"technology": "fine", "overnight_capex_usd_per_kw": 10.0},
    ],
    "permit_routes": [
        {
            "route": "slow",
            "asset": "fine",
            "requirement": "air",
            "required_before": "operation",
            "route_months": 24,
            "cost_usd": 300.0,
        }
    ],
    "interconnection_routes": [{"max_mw": 1.0, "cost_usd": 1e3, "cost_usd_per_kw": 1.0}],
    "tariffs": [{"capacity_usd_per_kw_month": 1.0, "term_months": 24, "exit_fee_usd_per_kw": 5.0}],
}
OPTIONS = {
    "finance.residuals": True,
    "finance.discount_rate": 0.08,
    "finance.base_date": "2030-01-01",
    "time.step_months": 12,
}


def test_a_plan_made_again_a_year_later_costs_what_the_first_said_of_the_rest(
    write_scenario, solved
):
    # The first plan is solved over three years, the second over the last two of them from what the
    # first holds after one. Its cost is the first one's cash from 2031 on, discounted alike.
    demand = [{"output_tokens_per_s": [1e6, 2e6, 4e6]}]
    first = write_scenario(OPTIONS, periods=[{}] * 3, demand=demand, **GROWING)
    before = solved(first)
    cash = monthly_cash(Context(before.model, before.solved))
    factors = DatedDiscounting(before.inputs.discounting).factors()
    rest = sum(float(payments[12:] @ factors[12:]) for payments in cash.values())
    plan = solve(load_scenario(first))
    held = holdings_of(plan, dt.date(2031, 1, 1))
    assert {"site", "contract", "hardware", "permit", "queue-position", "order"} <= set(
        held["kind"]
    )
    later = [
        {"period": f"y{year}", "start": f"203{year}-01-01", "end": f"203{year + 1}-01-01"}
        for year in (1, 2)
    ]
    table = held.astype(object).where(held.notna(), None).to_dict("records")
    for row in table:
        row["date"] = row["date"].date()
    demand = [{"output_tokens_per_s": [2e6, 4e6]}]
    second = write_scenario(OPTIONS, periods=later, demand=demand, holdings=table, **GROWING)
    assert rest == pytest.approx(solved(second).usd, rel=1e-6)
