"""Air permits: one for all stacks of a site, a cap on twelve months, control and outgrowing.

A turbine `t` of 8.6 MMBtu/MWh emits 0.05 lb of NOx per MMBtu, or 0.009 behind SCR. A mean megawatt
that runs for a year emits 8,760 · 8.6 · 0.05 / 2,000 = 1.8834 short tons, or 0.339012 behind SCR.
So 100 short tons carry 53.09547 MW, or 294.97481 MW behind SCR. Demand is 100 MW of tokens in
periods of 3.6e6 s; what is not served costs 3.6e6 USD for every megawatt and year.
"""

from __future__ import annotations

from functools import partial

import pytest

from tokenworks.errors import InputError
from tokenworks.results.tables import tables_of
from tokenworks.schema.scenario import Solve
from tokenworks.solver.matrix import compile_matrix
from tokenworks.solver.relaxed import Relaxed

pytestmark = pytest.mark.slow

near = partial(pytest.approx, rel=1e-9)

MW_YEAR_USD = 3.6e6
TONS = 8760 * 8.6 * 0.05 / 2000
TONS_SCR = 8760 * 8.6 * 0.009 / 2000
DEMAND = [{"output_tokens_per_s": 100e6}]
TURBINE = {
    "technology": "t",
    "fuel": "gas",
    "heat_rate_mmbtu_per_mwh": 8.6,
    "air_source_category": "simple-cycle",
    "nox_lb_per_mmbtu": 0.05,
    "nox_with_scr_lb_per_mmbtu": 0.009,
    "carbon_monoxide_lb_per_mmbtu": 0.0,
}
GAS = [{"fuel": "gas", "price_usd_per_mmbtu": 0.0}]
MINOR = {
    "route": "minor",
    "asset": "stacks",
    "requirement": "air",
    "nox_cap_short_tons_per_year": 100.0,
}
MAJOR = {"route": "major", "asset": "stacks", "requirement": "air"}


@pytest.fixture
def solve(solve_case):
    def solve(
        *routes, options=None, technologies=(TURBINE,), scr_usd_per_kw=None, sites=None, **tables
    ):
        costs = [
            {"technology": t["technology"], "year": 2030, "scr_capex_usd_per_kw": scr_usd_per_kw}
            for t in technologies
        ]
        answer = solve_case(
            options,
            permit_routes=list(routes),
            power_technologies=list(technologies),
            power_costs=costs,
            fuel_prices=GAS,
            sites=sites or [{"max_it_mw": 1000.0}],
            **({"demand": DEMAND} | tables),
        )
        if answer.value("flow_mtokens_per_s") > 0:
            tables_of(answer.model, answer.solved)  # and with them what holds on every plan
        return answer

    return solve


def unserved(megawatts: float) -> float:
    return (100.0 - megawatts) * MW_YEAR_USD


def test_a_hundred_tons_carry_53_mw_of_turbines(solve):
    answer = solve(MINOR)
    assert pytest.approx(53.09547, abs=1e-5) == 100 / TONS
    assert answer.usd == near(unserved(100 / TONS))


def test_or_295_mw_behind_scr(solve):
    # 100 MW behind SCR emit 33.9 short tons; the catalyst costs 1 USD a kW, 100,000 USD.
    assert pytest.approx(294.97481, abs=1e-5) == 100 / TONS_SCR
    answer = solve(MINOR, scr_usd_per_kw=1.0)
    # Of the two together: x MW behind SCR, 100 - x without: 0.339012 x + 1.8834 (100 - x) = 100.
    behind = (100 * TONS - 100) / (TONS - TONS_SCR)
    assert answer.usd == near(behind * 1e3)
    assert answer.value("capacity_mw", "s", "t+scr", ...) == near(behind)
    demand = [{"output_tokens_per_s": 400e6}]
    full = solve(MINOR, scr_usd_per_kw=1.0, demand=demand)
    assert full.value("capacity_mw", "s", "t+scr", ...) == near(100 / TONS_SCR)
    assert full.usd == near((400 - 100 / TONS_SCR) * MW_YEAR_USD + 100 / TONS_SCR * 1e3)


def test_a_catalyst_that_costs_nothing_is_part_of_the_plant(solve):
    answer = solve(MINOR, scr_usd_per_kw=0.0, demand=[{"output_tokens_per_s": 400e6}])
    assert answer.usd == near((400 - 100 / TONS_SCR) * MW_YEAR_USD)
    assert {k for _, k, _ in answer.solved.values["capacity_mw"]} == {"t"}


def test_without_air_permits_nothing_is_capped_and_no_variant_made(solve):
    answer = solve(scr_usd_per_kw=1.0)
    assert answer.usd == near(0.0)
    assert not {k for _, k, _ in answer.solved.values["capacity_mw"]} - {"t"}


def test_the_cap_is_of_the_site_not_of_each_technology(solve):
    # A second turbine of the same rates emits into the same 100 short tons; another site has its
    # own permit and its own tons.
    two = [TURBINE, TURBINE | {"technology": "u"}]
    assert solve(MINOR, technologies=two).usd == near(unserved(100 / TONS))
    sites = [{"site": "s", "max_it_mw": 1000.0}, {"site": "v", "max_it_mw": 1000.0}]
    cost = MINOR | {"cost_usd": 7.0}
    assert solve(cost, sites=sites).usd == near(14.0)


def test_carbon_monoxide_binds_as_well(solve):
    # 50 short tons of it at 0.1 lb: 50 · 2,000 / (8,760 · 8.6 · 0.1) = 13.27 MW.
    turbine = TURBINE | {"carbon_monoxide_lb_per_mmbtu": 0.1}
    minor = MINOR | {"carbon_monoxide_cap_short_tons_per_year": 50.0}
    answer = solve(minor, technologies=[turbine])
    assert answer.usd == near(unserved(50 * 2000 / (8760 * 8.6 * 0.1)))


def test_starts_and_tests_count_without_control(solve):
    # 200 hours a year at full load and 0.05 lb, the catalyst being cold, whatever runs. 400 MW are
    # asked for; a megawatt behind SCR that is there and runs all year emits
    # 0.339012 + 200 · 8.6 · 0.05 / 2,000 = 0.382012 short tons.
    turbine = TURBINE | {"air_start_hours_per_year": 200.0}
    demand = [{"output_tokens_per_s": 400e6}]
    answer = solve(MINOR, technologies=[turbine], scr_usd_per_kw=1.0, demand=demand)
    assert answer.value("capacity_mw", "s", "t+scr", ...) == near(100 / (TONS_SCR + 0.043))


def test_a_standing_reserve_uses_up_tons(solve):
    # Each turbine counts for half its capacity on the design day, so 2 MW stand for each that is
    # asked for: x MW run all year and 2 x start for 100 hours. A megawatt there emits
    # 100 · 8.6 · 0.05 / 2,000 = 0.0215 short tons: x = 100 / (1.8834 + 2 · 0.0215).
    turbine = TURBINE | {"air_start_hours_per_year": 100.0, "capacity_credit_fraction": 0.5}
    answer = solve(MINOR, technologies=[turbine], options={"power.adequacy": True})
    assert answer.usd == near(unserved(100 / (TONS + 0.043)))


@pytest.mark.parametrize(
    ("major_usd", "filed"),
    [
        # 46.90453 MW in the second year are worth 168.86 million USD.
        (168e6, True),
        (169e6, False),
    ],
)
def test_a_site_outgrows_its_limit_by_the_major_permit(solve, major_usd, filed):
    # The minor permit at once, the major after 12 months, for the whole source from its grant on.
    major = MAJOR | {"route_months": 12, "cost_usd": major_usd}
    answer = solve(MINOR, major, periods=[{"months": 12}, {"months": 12}])
    first = unserved(100 / TONS)
    assert answer.usd == near(first + (major_usd if filed else first))
    assert answer.value("file_route", "s", "major", ...) == near(float(filed))


def test_the_major_permit_asks_for_control_of_the_whole_source(solve):
    # Under the minor permit the turbines may lack SCR, under the major none may: all 100 MW are
    # built behind SCR (1,000 USD a MW), also those of the first year. Served then are all 100 MW.
    major = MAJOR | {"route_months": 12, "needs_scr": True}
    small = MINOR | {"nox_cap_short_tons_per_year": 10.0}
    answer = solve(small, major, scr_usd_per_kw=1.0, periods=[{"months": 12}, {"months": 12}])
    first = 10 / TONS_SCR  # 29.49748 MW in the first year
    assert answer.usd == near(unserved(first) + 100e3)
    assert answer.value("capacity_mw", "s", "t", ...) == near(0.0)


def test_a_permit_lets_only_what_it_covers_emit_in_a_relaxation_too(solve):
    # Control costs more than what it saves, so 10 short tons are all: 10 / 1.8834 = 5.31 MW. A
    # relaxation that lets a little of the major permit allow what runs under a little of the minor
    # serves all 100 MW.
    small = MINOR | {"nox_cap_short_tons_per_year": 10.0}
    answer = solve(small, MAJOR | {"needs_scr": True}, scr_usd_per_kw=1e6)
    assert answer.usd == near(unserved(10 / TONS))
    relaxed = Relaxed(compile_matrix(answer.model.pyomo), Solve())
    assert relaxed.solve().objective == near(unserved(10 / TONS))
    answer.model.pyomo.emissions_are_covered.deactivate()
    weak = Relaxed(compile_matrix(answer.model.pyomo), Solve())
    assert weak.solve().objective == pytest.approx(0.0, abs=1.0)


def test_what_can_have_no_control_is_as_clean_as_it_can_be(solve):
    turbine = TURBINE | {"nox_with_scr_lb_per_mmbtu": None}
    assert solve(MAJOR | {"needs_scr": True}, technologies=[turbine]).usd == near(0.0)


def test_two_permits_are_not_held_at_once(solve):
    # One of 100 short tons of NOx and 20 of carbon monoxide, one the other way round. At 0.05 lb of
    # each, either allows 20 / 1.8834 = 10.62 MW, and both no more.
    turbine = TURBINE | {"carbon_monoxide_lb_per_mmbtu": 0.05}
    one = MINOR | {"carbon_monoxide_cap_short_tons_per_year": 20.0}
    other = {
        **MINOR,
        "route": "other",
        "nox_cap_short_tons_per_year": 20.0,
        "carbon_monoxide_cap_short_tons_per_year": 100.0,
    }
    answer = solve(one, other, technologies=[turbine])
    assert answer.usd == near(unserved(20 / TONS))


THRESHOLDS = [
    {"rule": "psd", "source_category": "simple-cycle", "major_source_short_tons_per_year": 250.0},
    {"rule": "psd", "source_category": "steam-electric", "major_source_short_tons_per_year": 100.0},
]


def test_a_limit_covers_the_sources_whose_threshold_it_stays_below(solve):
    # 200 short tons are below 250 for the simple turbine, and not below 100 for the combined one,
    # which needs the major permit at 5 USD more, or is left out.
    combined = TURBINE | {"technology": "c", "air_source_category": "steam-electric"}
    minor = MINOR | {"nox_cap_short_tons_per_year": 200.0, "air_rule": "psd"}
    major = MAJOR | {"cost_usd": 5.0}
    tables = {"air_permit_thresholds": THRESHOLDS}
    assert solve(minor, major, **tables).usd == near(0.0)
    assert solve(minor, major, technologies=[combined], **tables).usd == near(5.0)
    # One whose caps no threshold is above at all covers nothing: the site stays dark.
    tables["air_permit_thresholds"] = [
        row | {"major_source_short_tons_per_year": 150.0} for row in THRESHOLDS[1:]
    ] + THRESHOLDS[:1]
    alone = solve(minor, technologies=[TURBINE | {"max_site_mw": 1.0}, combined], **tables)
    assert alone.usd == near(unserved(1.0))


OFFSETS = [
    {
        "rule": "severe",
        "source_category": "any",
        "major_source_short_tons_per_year": 25.0,
        "offset_ratio": 1.3,
    }
]


@pytest.mark.parametrize(("offset_usd", "bought"), [(1e6, True), (1.5e6, False)])
def test_offsets_are_retired_for_what_a_major_source_emits(solve, offset_usd, bought):
    # 100 MW emit 188.34 short tons; 1.3 of each are retired. A megawatt's 1.8834 · 1.3 = 2.44842
    # tons cost less than its 3.6 million USD of tokens below 1.4703 million USD a ton.
    major = MAJOR | {"air_rule": "severe", "offset_cost_usd_per_short_ton": offset_usd}
    answer = solve(major, air_permit_thresholds=OFFSETS)
    paid = 100 * TONS * 1.3 * offset_usd
    assert answer.usd == near(paid if bought else unserved(0.0))
    assert answer.component("air_offsets") == near(paid if bought else 0.0)


def test_a_minor_permit_needs_no_offsets_and_they_lift_no_cap(solve):
    # 20 short tons under the minor permit, free; offsets only count once the major one is held.
    minor = MINOR | {"nox_cap_short_tons_per_year": 20.0, "air_rule": "severe"}
    major = MAJOR | {
        "air_rule": "severe",
        "offset_cost_usd_per_short_ton": 1e6,
        "cost_usd": 1e9,
    }
    answer = solve(minor, major, air_permit_thresholds=OFFSETS)
    assert answer.usd == near(unserved(20 / TONS))


def test_a_variant_and_its_technology_share_the_limit_of_the_site(solve):
    # At most 60 MW of the turbine, with SCR or without.
    turbine = TURBINE | {"max_site_mw": 60.0}
    answer = solve(MINOR, technologies=[turbine], scr_usd_per_kw=1.0)
    behind = (60 * TONS - 100) / (TONS - TONS_SCR)
    assert answer.usd == near(unserved(60) + behind * 1e3)


def test_a_permit_of_a_technology_is_for_its_variant_too(solve):
    # Land for the turbine, 7 USD, is filed once for both.
    land = {"route": "land", "asset": "t", "requirement": "land", "cost_usd": 7.0}
    answer = solve(MINOR, land, scr_usd_per_kw=1.0)
    behind = (100 * TONS - 100) / (TONS - TONS_SCR)
    assert answer.usd == near(behind * 1e3 + 7.0)


@pytest.mark.parametrize(
    ("routes", "changes", "words"),
    [
        ([{**MINOR, "requirement": "land"}], {}, "`stacks` have air permits only"),
        ([{**MINOR, "asset": "site"}], {}, "the asset is `site`, but the permit of all stacks"),
        ([{**MAJOR, "asset": "t"}], {}, "`t` has a stack, and a site has one air permit for all"),
        (
            [{**MINOR, "nox_cap_short_tons_per_year": 250.0, "air_rule": "psd"}],
            {},
            "a cap of 250 short tons is no less than any threshold of `psd`: `simple-cycle 250`",
        ),
        ([{**MINOR, "air_rule": "pds"}], {}, "there is no rule `pds`"),
        (
            [{**MINOR, "offset_cost_usd_per_short_ton": 1.0}],
            {},
            "a capped permit is no major one, so it takes no offsets",
        ),
        (
            [{**MAJOR, "offset_cost_usd_per_short_ton": 1.0, "air_rule": "psd"}],
            {},
            "the rule `psd` has no `offset_ratio`",
        ),
        ([MINOR], {"nox_with_scr_lb_per_mmbtu": 0.06}, "0.06 is more than 0.05 without"),
        ([MINOR], {"technology": "t+scr"}, "ids that end in `\\+scr` are those of variants"),
    ],
)
def test_air_permits_that_make_no_sense_are_refused(solve, routes, changes, words):
    with pytest.raises(InputError, match=words):
        solve(*routes, technologies=[TURBINE | changes], air_permit_thresholds=THRESHOLDS)


def test_control_has_a_cost_in_all_years_or_in_none(solve_case):
    costs = [
        {"technology": "t", "year": 2030, "scr_capex_usd_per_kw": 1.0},
        {"technology": "t", "year": 2031},
    ]
    with pytest.raises(InputError, match="other years have a cost of SCR"):
        solve_case(power_technologies=[TURBINE], power_costs=costs, fuel_prices=GAS)
