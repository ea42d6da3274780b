"""Export rules that bind: what is denied, licensed, within a quota, and on which day.

The site `s` lies abroad, in `j`. A system costs nothing, and a million tokens/s that are unserved
cost 3.6e6 USD in a year of 3.6e6 s, spread over its 365 days.
"""

from __future__ import annotations

import itertools
from functools import partial

import pytest

from tokenworks.candidates import candidates
from tokenworks.errors import InputError
from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.results import exports as results
from tokenworks.results.frames import Context
from tokenworks.results.tables import tables_of

near = partial(pytest.approx, rel=1e-9)
YEAR_USD = 3.6e6

DENIED = {"rule": "denied", "effect": "denied"}
ALLOWED = {"rule": "allowed", "effect": "allowed"}
LICENCE = {
    "rule": "asks",
    "effect": "licence",
    "licence_months": 3,
    "licence_cost_usd": 100.0,
    "grant_probability_fraction": 1.0,
}
QUOTA = {
    "rule": "quota",
    "effect": "quota",
    "precedence_index": 5,
    "quota_count": 1.0,
    "quota_unit": "systems",
    "quota_period": "year",
    "our_share_fraction": 0.5,
}
SEAT = {"role": "parent", "from_date": "2030-01-01", "jurisdiction": "j"}


def days_usd(days):
    return YEAR_USD * days / 365


def test_what_is_denied_is_no_purchase_and_at_home_nothing_is_exported(solve_case):
    # The site lies in a state of the United States, or abroad, where nothing can be bought.
    places = [{"jurisdiction": "us"}, {"jurisdiction": "us-x", "parent": "us"}, {}]
    tables = {"jurisdictions": places, "export_rules": [DENIED]}
    assert solve_case(sites=[{"jurisdiction": "us-x"}], **tables).usd == near(0.0, abs=1e-6)
    abroad = solve_case(**tables)
    assert abroad.usd == near(YEAR_USD)
    assert not abroad.model.pyomo.PURCHASES
    assert abroad.model.candidates.exports.refused == {("denied", "denied"): 1}


@pytest.mark.slow
def test_where_no_rule_fits_or_a_figure_is_missing_nothing_is_taken_for_allowed(solve_case):
    # The condition asks for a figure that the system does not state; then it states it.
    condition = {"rule": "strong", "hardware_column": "tpp", "comparison": ">=", "value_number": 10}
    tables = {
        "export_rules": [ALLOWED, {"rule": "strong", "effect": "denied", "precedence_index": 1}],
        "export_conditions": [condition],
    }
    unknown = solve_case(**tables)
    assert unknown.usd == near(YEAR_USD)
    assert unknown.model.candidates.exports.refused == {("strong or allowed", "unknown"): 1}
    assert solve_case(hardware=[{"tpp": 9.0}], **tables).usd == near(0.0, abs=1e-6)
    assert solve_case(hardware=[{"tpp": 10.0}], **tables).usd == near(YEAR_USD)
    elsewhere = {
        "jurisdictions": [{}, {"jurisdiction": "k"}],
        "jurisdiction_groups": [{"group": "others", "jurisdiction": "k"}],
        "export_rules": [{**ALLOWED, "destination_group": "others"}],
    }
    assert solve_case(**elsewhere).usd == near(YEAR_USD)


@pytest.mark.parametrize(("months", "days"), [(3, 90), (6, 181), (12, 365)])
def test_a_licence_takes_its_months_before_shipment(solve_case, months, days):
    # January to March have 90 days, January to June 181. One of 12 months comes too late for the
    # year, and is not filed.
    answer = solve_case(export_rules=[{**LICENCE, "licence_months": months}])
    fee = 100.0 if months < 12 else 0.0
    assert answer.usd == near(fee + days_usd(days))


def test_a_licence_runs_beside_the_lead_time_of_the_system(solve_case):
    # 5 months from order to service: the licence of 3 months is filed in the third. 151 days.
    tables = {"hardware": [{"lead_months": 5}], "export_rules": [LICENCE]}
    answer = solve_case({"finance.discount_rate": 0.08}, **tables)
    assert answer.value("file_route", "s", "asks", 2) == near(1.0)
    assert answer.component("permits") == near(100.0 * 1.08 ** (-2.5 / 12))
    assert solve_case(**tables).usd == near(100.0 + days_usd(151))


@pytest.mark.parametrize(("chance", "usd"), [(0.5, 100.0), (0.49, YEAR_USD)])
@pytest.mark.slow
def test_a_licence_less_likely_than_asked_is_not_to_be_had(solve_case, chance, usd):
    rule = {**LICENCE, "licence_months": 0, "grant_probability_fraction": chance}
    answer = solve_case(export_rules=[rule])
    assert answer.usd == near(usd)
    kept_out = answer.model.candidates.exports.refused
    assert kept_out == ({} if chance == 0.5 else {("asks", "licence too unlikely"): 1})
    easy = {"exports.least_grant_probability_fraction": 0.4}
    assert solve_case(easy, export_rules=[rule]).usd == near(100.0)


def test_a_licence_is_for_a_site_and_a_rule_and_covers_all_that_is_shipped(solve_case):
    # Halls of 1 MW, demand 2 for two years: a licence for each site, 200 USD, though each gets its
    # systems in both years. With a hall of 2 MW one site is enough: 100 USD.
    rule = {**LICENCE, "licence_months": 0}
    tables = {"periods": [{}, {}], "export_rules": [rule]}
    tables["demand"] = [{"output_tokens_per_s": [1.5e6, 2e6]}]
    small = [{"max_it_mw": 1.0}, {"site": "t", "max_it_mw": 1.0}]
    assert solve_case(sites=small, **tables).usd == near(200.0)
    assert solve_case(sites=[{"max_it_mw": 2.0}], **tables).usd == near(100.0)


def test_a_licence_is_filed_from_the_first_day_of_its_rule(solve_case):
    # Denied, but from March on by licence, which takes 2 months: from May on, after 120 days.
    rule = {**LICENCE, "licence_months": 2, "from_date": "2030-03-01", "precedence_index": 5}
    answer = solve_case(export_rules=[DENIED, rule])
    assert answer.usd == near(100.0 + days_usd(120))
    assert answer.value("file_route", "s", "asks", 2) == near(1.0)


@pytest.mark.parametrize(("period", "unserved"), [("year", 2.5), ("cumulative", 3.0)])
def test_a_quota_is_for_each_calendar_year_or_for_all(solve_case, period, unserved):
    # Demand 2 in two years, half a system a year: 0.5 and then 1 are served; or 0.5 in both.
    answer = solve_case(
        periods=[{}, {}],
        demand=[{"output_tokens_per_s": 2e6}],
        export_rules=[DENIED, {**QUOTA, "quota_period": period}],
    )
    assert answer.usd == near(unserved * YEAR_USD)


@pytest.mark.parametrize(
    ("unit", "count", "served"),
    [
        ("systems", 1.0, 0.5),
        ("accelerators", 6.0, 0.375),  # half of 6, at 8 a system
        ("tpp", 4000.0, 0.25),  # half of 4,000, at 8 of 1,000 a system
    ],
)
@pytest.mark.slow
def test_a_quota_counts_systems_accelerators_or_performance(solve_case, unit, count, served):
    answer = solve_case(
        hardware=[{"accelerators_count": 8, "tpp": 1000.0}],
        export_rules=[DENIED, {**QUOTA, "quota_unit": unit, "quota_count": count}],
    )
    assert answer.usd == near((1.0 - served) * YEAR_USD)
    [row] = tables_of(answer.model, answer.solved)[0]["export_use"].to_dict("records")
    assert (row["rule"], row["year"], row["unit"]) == ("quota", "2030", unit)
    assert (row["quota_count"], row["used_count"]) == near((count / 2, count / 2))


def test_a_quota_in_what_the_system_does_not_state_is_none(solve_case):
    answer = solve_case(export_rules=[DENIED, {**QUOTA, "quota_unit": "tpp"}])
    assert answer.usd == near(YEAR_USD)
    assert ("quota", "quota in tpp, which it does not state") in (
        answer.model.candidates.exports.refused
    )


@pytest.mark.parametrize(("fee", "usd"), [(1e6, 1e6), (6e6, 1.5 * YEAR_USD)])
@pytest.mark.slow
def test_beyond_a_quota_the_other_rules_decide(solve_case, fee, usd):
    # Demand 2, of which the quota lets half a system go. The rest needs the licence, or is
    # unserved: 1.5 * 3.6e6 = 5.4e6. Where the rest is allowed the quota is none.
    tables = {"demand": [{"output_tokens_per_s": 2e6}]}
    licence = {**LICENCE, "licence_months": 0, "licence_cost_usd": fee}
    assert solve_case(export_rules=[licence, QUOTA], **tables).usd == near(usd)
    free = solve_case(export_rules=[ALLOWED, QUOTA], **tables)
    assert free.usd == near(0.0, abs=1e-6)
    assert not free.model.pyomo.CONTROLLED


def test_all_sites_share_a_quota_and_licences_are_chosen_as_by_brute_force(solve_case):
    # Three sites of 1 MW in three countries, demand 3. One system goes by the quota; each country
    # has a licence of its own. Every subset of licences is tried by hand.
    fees = {"j": 2e6, "k": 3e6, "l": 5e6}
    places = [{"jurisdiction": place} for place in fees]
    rules = [
        {
            **LICENCE,
            "rule": f"asks-{place}",
            "licence_months": 0,
            "licence_cost_usd": fee,
            "destination_group": place,
        }
        for place, fee in fees.items()
    ]
    answer = solve_case(
        jurisdictions=places,
        jurisdiction_groups=[{"group": place, "jurisdiction": place} for place in fees],
        sites=[{"site": f"s{place}", "max_it_mw": 1.0, "jurisdiction": place} for place in fees],
        export_rules=[*rules, {**QUOTA, "our_share_fraction": 1.0}],
        demand=[{"output_tokens_per_s": 3e6}],
    )
    subsets = [s for count in range(4) for s in itertools.combinations(fees.values(), count)]
    least = min(sum(s) + (3 - min(3, len(s) + 1)) * YEAR_USD for s in subsets)
    assert answer.usd == near(least) == 5e6


def test_what_is_installed_stays(solve_case):
    # Denied from 2031 on. Demand 1, then 2, at 100,000 USD a system: both are bought in 2030.
    answer = solve_case(
        periods=[{}, {}],
        hardware=[{"capex_usd": 100e3}],
        demand=[{"output_tokens_per_s": [1e6, 2e6]}],
        export_rules=[
            ALLOWED,
            {**DENIED, "precedence_index": 1, "from_date": "2031-01-01"},
        ],
    )
    assert answer.usd == near(200e3)
    assert answer.value("buy_systems", "s", "h", 0) == near(2.0)


def test_a_rule_that_ends_lets_shipments_go_on_its_day(solve_case):
    # In periods of a year: denied until 1 April, 90 days.
    rules = [ALLOWED, {**DENIED, "precedence_index": 1, "until_date": "2030-04-01"}]
    assert solve_case(export_rules=rules).usd == near(days_usd(90))


MOVING = {
    "jurisdictions": [{}, {"jurisdiction": "us"}, {"jurisdiction": "rival"}],
    "jurisdiction_groups": [{"group": "rivals", "jurisdiction": "rival"}],
    "export_rules": [
        ALLOWED,
        {**DENIED, "precedence_index": 1, "headquarters_group": "rivals"},
    ],
}


@pytest.mark.parametrize("role", ["operator", "parent"])
@pytest.mark.slow
def test_headquarters_of_operator_and_parent_count_by_date(solve_case, role):
    # In a rival's land until 1 April; without rows the operator's seat is in the United States.
    seats = [
        {"role": role, "from_date": "2029-01-01", "jurisdiction": "rival"},
        {"role": role, "from_date": "2030-04-01", "jurisdiction": "us"},
    ]
    assert solve_case(operator_seats=seats, **MOVING).usd == near(days_usd(90))
    assert solve_case(operator_seats=seats[:1], **MOVING).usd == near(YEAR_USD)
    assert solve_case(**MOVING).usd == near(0.0, abs=1e-6)


def test_the_seat_of_the_other_role_stays_where_it_is(solve_case):
    # The parent moves to the United States; the operator itself stays a rival's.
    seats = [
        {"role": "operator", "from_date": "2029-01-01", "jurisdiction": "rival"},
        {"role": "parent", "from_date": "2029-01-01", "jurisdiction": "us"},
    ]
    assert solve_case(operator_seats=seats, **MOVING).usd == near(YEAR_USD)


def test_a_standing_counts_from_its_day(solve_case):
    # A validated end user from 1 April on; until then denied. It ends on 1 July, which changes
    # nothing for what is installed.
    rules = [
        DENIED,
        {**ALLOWED, "precedence_index": 1, "operator": "validated-end-user"},
    ]
    standing = {
        "standing": "validated-end-user",
        "from_date": "2030-04-01",
        "until_date": "2030-07-01",
    }
    assert solve_case(export_rules=rules).usd == near(YEAR_USD)
    answer = solve_case(export_rules=rules, operator_standings=[standing])
    assert answer.usd == near(days_usd(90))


def test_members_of_a_group_count_by_date(solve_case):
    answer = solve_case(
        jurisdiction_groups=[{"group": "far", "jurisdiction": "j", "until_date": "2030-04-01"}],
        export_rules=[
            ALLOWED,
            {**DENIED, "precedence_index": 1, "destination_group": "far"},
        ],
    )
    assert answer.usd == near(days_usd(90))


def test_licences_stand_among_the_routes(solve_case):
    answer = solve_case(export_rules=[LICENCE])
    [row] = tables_of(answer.model, answer.solved)[0]["routes"].to_dict("records")
    assert (row["site"], row["route"], row["requirement"]) == ("s", "asks", "export")
    assert (str(row["filed"].date()), str(row["granted"].date())) == ("2030-01-01", "2030-04-01")


@pytest.mark.slow
def test_a_plan_that_ships_without_licence_or_beyond_a_quota_is_found_out(solve_case):
    licensed = solve_case(hardware=[{"capex_usd": 1e3}], export_rules=[LICENCE])
    tables, _ = tables_of(licensed.model, licensed.solved)
    context = Context(licensed.model, licensed.solved)
    assert list(results.broken(context, tables)) == []
    [words] = results.broken(context, {**tables, "routes": tables["routes"][:0]})
    assert "1.0 h to s on 2030-04-01 are shipped, which asks does not let go" in words
    limited = solve_case(export_rules=[DENIED, QUOTA])
    tables, _ = tables_of(limited.model, limited.solved)
    more = tables["hardware"].assign(bought_systems=0.6)
    [words] = results.broken(Context(limited.model, limited.solved), {**tables, "hardware": more})
    assert "0.6 systems of 0.5" in words


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        (
            {"export_rules": [LICENCE], "hardware": [{"design_kw": 0.0}]},
            r"row 2, design_kw: `h` draws no power, so that no licence could bound it",
        ),
        (
            {"export_rules": [LICENCE], "permit_routes": [{"route": "asks"}]},
            r"row 2, rule: a route of the table `permit_routes` is called `asks` too",
        ),
        (
            {"operator_seats": [{**SEAT, "role": "owner"}]},
            r"row 2, role: `owner` is not one of the words allowed here",
        ),
        (
            {"operator_seats": [{**SEAT, "from_date": None}]},
            r"row 2, from_date: the cell is blank",
        ),
        (
            {
                "operator_seats": [
                    {"role": "parent", "from_date": "2030-01-01", "jurisdiction": "q"}
                ]
            },
            r"row 2, jurisdiction: there is no jurisdiction `q`",
        ),
        (
            {
                "operator_standings": [
                    {"standing": "x", "from_date": "2030-01-01", "until_date": "2029-01-01"}
                ]
            },
            r"row 2, until_date: the standing never holds",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(solve_case, tables, words):
    with pytest.raises(InputError, match=words):
        solve_case(**tables)


def test_nothing_of_it_is_made_without_rules(write_scenario):
    x = assemble(load_scenario(write_scenario()))
    assert candidates(x).exports.ways == {}
    assert candidates(x).exports.refused == {}
