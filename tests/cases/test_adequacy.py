"""Cover of the peak with units out. Neutral but for what each case says: 1,000 h, MW for MW."""

from __future__ import annotations

from functools import partial

import pytest

from tokenworks.errors import InputError
from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.results.tables import tables_of

pytestmark = pytest.mark.slow

near = partial(pytest.approx, rel=1e-9)


def island(load_mw, site_mw=None, **technology):
    """Units at 100 USD/kW for so much load; unserved load is far dearer."""
    return {
        "sites": [{"max_it_mw": site_mw or load_mw}],
        "demand": [{"output_tokens_per_s": load_mw * 1e6}],
        "power_technologies": [{"technology": "k", "forced_outage_fraction": 0.05, **technology}],
        "power_costs": [{"technology": "k", "overnight_capex_usd_per_kw": 100.0}],
    }


WHOLE = {"power.adequacy": True, "power.whole_module_fraction": 0.0}


def cover(answer):
    """The only row of the table `adequacy`."""
    tables, _ = tables_of(answer.model, answer.solved)
    (row,) = tables["adequacy"].itertuples()
    return row


@pytest.mark.parametrize(
    ("options", "planned", "units", "availability"),
    [
        # By the mean 300/(10·0.95) = 31.6, so 32: no more than 2 out, in 78.6 % of cases.
        ({}, 0.0, 32, 0.7861),
        ({"power.availability_target_fraction": 0.998}, 0.0, 36, 0.99819),
        # One more in planned outage, which its column asks for: 37.
        ({"power.availability_target_fraction": 0.998}, 0.02, 37, 0.99819),
        # Unless the scenario says otherwise.
        (
            {"power.availability_target_fraction": 0.998, "power.planned_outage_units": 0},
            0.02,
            36,
            0.99819,
        ),
    ],
)
def test_an_island_holds_spare_units(solve_case, options, planned, units, availability):
    tables = island(300.0, module_mw=10.0, planned_outage_fraction=planned)
    answer = solve_case(WHOLE | options, **tables)
    assert answer.usd == near(units * 10e3 * 100.0)
    row = cover(answer)
    assert row.units_count == near(units)
    assert row.needed_mw == near(300.0)
    assert row.availability_fraction == pytest.approx(availability, abs=1e-4)


@pytest.mark.parametrize(
    ("needed", "units"),
    # Fewest n with P(more than n - needed of them out) <= 0.2 %, at 5 % each:
    #     n 2, 3 | 4, 5 leave one less each than 5 with 2 spare: P(>1 of 2) = 0.25 %, so 3 for 1
    #     6: P(>2 of 6) = 0.22 %, so 3 are spared; 7 leave 4
    [(1, 3), (2, 4), (3, 5), (4, 7), (5, 8), (8, 11), (9, 13)],
)
def test_every_whole_count_has_its_own_spares(solve_case, needed, units):
    options = WHOLE | {"power.availability_target_fraction": 0.998}
    answer = solve_case(options, **island(float(needed), 40.0))
    assert answer.usd == near(units * 100e3)


def test_own_units_cover_what_the_firm_grid_does_not(solve_case):
    # 200 of 300 MW by grid. For 100 MW of 10 MW units: 14 leave 10, P(>4 of 14) = 0.04 % while
    # P(>3 of 13) = 0.31 %.
    options = WHOLE | {"power.availability_target_fraction": 0.998}
    tables = island(300.0, module_mw=10.0)
    answer = solve_case(options, interconnection_routes=[{"max_mw": 200.0}], **tables)
    assert answer.usd == near(14 * 10e3 * 100.0)
    row = cover(answer)
    assert (row.firm_grid_mw, row.needed_mw) == (near(200.0), near(100.0))


@pytest.mark.parametrize(
    ("load_mw", "modules"), [(100.0, 115.0), (50.0, 61.0), (30.5, 38.5), (3.0, 8.0)]
)
def test_small_modules_climb_a_coarse_staircase(solve_case, load_mw, modules):
    # 1 MW modules at 5 %, one in planned outage, 99.9 %: for 100 MW it takes 115, of which 15 are
    # spared. Levels stand at 0.6, 0.36, 0.216 and 0.13 of these 115:
    #     up to 15 spare 5, up to 25 spare 6, up to 42 spare 8, up to 69 spare 11, up to 115 15
    answer = solve_case(
        {"power.adequacy": True, "power.availability_target_fraction": 0.999},
        **island(load_mw, 100.0, planned_outage_fraction=0.01),
    )
    assert answer.usd == near(modules * 100e3)
    assert cover(answer).availability_fraction >= 0.999


@pytest.mark.parametrize(("others", "units"), [(0, 2), (1, 3)])
def test_technologies_share_the_allowed_failure(solve_case, others, units):
    # 1 MW of units at 10 %, and 1.5 % to fail: 2 do, both out in 1 %. Where another technology
    # could stand beside them, each has 0.75 %, and it takes 3, all out in 0.1 %.
    tables = island(1.0, 40.0, forced_outage_fraction=0.1)
    for number in range(others):
        other = {"technology": f"other{number}", "forced_outage_fraction": 0.1}
        tables["power_technologies"].append(other)
        cost = {"technology": other["technology"], "overnight_capex_usd_per_kw": 200.0}
        tables["power_costs"].append(cost)
    answer = solve_case(WHOLE | {"power.availability_target_fraction": 0.985}, **tables)
    assert answer.usd == near(units * 100e3)
    assert cover(answer).availability_fraction == near(1.0 - 0.1**units)


def test_units_out_are_looked_at_together(solve_case):
    # 3 MW: 2 of 2 MW, 1,000 USD each for one of them allowed at the site, and 1 MW units. With
    # 8 % to fail, 4 % each, at 20 %: the large one is good for nothing alone (out in 20 %), and
    # 1 MW units leave 3 of 6 (P(>3 of 6) = 1.7 %, P(>2 of 5) = 5.8 %). So 6 it is, though 5 of
    # them and the large one, dearer, would do.
    answer = solve_case(
        WHOLE | {"power.availability_target_fraction": 0.92},
        sites=[{"max_it_mw": 40.0}],
        demand=[{"output_tokens_per_s": 3e6}],
        power_technologies=[
            {"technology": "one", "forced_outage_fraction": 0.2},
            {
                "technology": "two",
                "module_mw": 2.0,
                "forced_outage_fraction": 0.2,
                "max_site_mw": 2.0,
            },
        ],
        power_costs=[
            {"technology": "one", "overnight_capex_usd_per_kw": 100.0},
            {"technology": "two", "overnight_capex_usd_per_kw": 0.5},
        ],
    )
    assert answer.usd == near(600e3)
    assert cover(answer).availability_fraction >= 0.983


def test_storage_counts_by_the_hours_it_lasts(solve_case):
    # 1 MW of peak, energy free from a source that counts for nothing. A battery of 4 h with a
    # credit of 0.8: 1.25 MW; where 10 h are critical it counts 0.4 of that, and 3.125 MW are
    # built, at 100 USD/kW; where 2 h are, in full.
    def usd(hours):
        return solve_case(
            {"power.adequacy": True, "power.critical_duration_hours": hours},
            power_technologies=[
                {"technology": "free", "capacity_credit_fraction": 0.0},
                {
                    "technology": "battery",
                    "kind": "storage",
                    "storage_hours": 4.0,
                    "capacity_credit_fraction": 0.8,
                },
            ],
            power_costs=[{"technology": "battery", "overnight_capex_usd_per_kw": 100.0}],
        ).usd

    assert usd(0.0) == near(125e3)
    assert usd(10.0) == near(312.5e3)
    assert usd(2.0) == near(125e3)


def test_ratings_are_those_of_the_design_day(solve_case):
    # A module of 1 MW gives 0.8 on the design day: by the mean 1/(0.8·0.95) of them for 1 MW.
    answer = solve_case(
        {"power.adequacy": True}, **island(1.0, 40.0, design_day_rating_fraction=0.8)
    )
    assert answer.usd == near(100e3 / 0.76)
    # Unit by unit 5 MW, the site's most, are 6.25 modules. 9 leave 6 and 10 leave 7, so the highest
    # level has 10, of which 3 are spare; so has the one below, 0.6 of 10. 6.25 + 3 = 9.25.
    answer = solve_case(
        {"power.adequacy": True, "power.availability_target_fraction": 0.998},
        **island(5.0, 5.0, design_day_rating_fraction=0.8),
    )
    assert answer.usd == near(9.25 * 100e3)
    assert cover(answer).units_mw == near(9.25 * 0.8)


GAS = {"technology": "gas", "fuel": "gas", "heat_rate_mmbtu_per_mwh": 1.0, "needs_gas": True}


@pytest.mark.parametrize(
    ("share", "on_site", "grid_mw", "usd"),
    [
        # 10 MW of gas at 100 USD/kW.
        (0.0, False, 0.0, 1.0e6),
        # 4 MW without the pipeline at 300 USD/kW, 6 MW of gas.
        (0.4, False, 0.0, 1.8e6),
        # Fuel on site, so it is gas again.
        (0.4, True, 0.0, 1.0e6),
        # 3 MW of firm grid, free, 1 MW of the dear, 6 MW of gas.
        (0.4, False, 3.0, 0.9e6),
        (1.0, False, 0.0, 3.0e6),
    ],
)
def test_a_pipeline_fails_as_a_whole(solve_case, share, on_site, grid_mw, usd):
    # Load is met at no cost of energy by a source that counts for nothing.
    answer = solve_case(
        {"power.adequacy": True, "power.gas_contingency_fraction": share},
        demand=[{"output_tokens_per_s": 10e6}],
        interconnection_routes=[{"max_mw": grid_mw}] if grid_mw else [],
        power_technologies=[
            {"technology": "free", "capacity_credit_fraction": 0.0},
            {**GAS, "fuel_on_site": on_site},
            {"technology": "other"},
        ],
        power_costs=[
            {"technology": "gas", "overnight_capex_usd_per_kw": 100.0},
            {"technology": "other", "overnight_capex_usd_per_kw": 300.0},
        ],
        fuel_prices=[{"fuel": "gas", "price_usd_per_mmbtu": 0.0}],
    )
    assert answer.usd == near(usd)


def test_spare_units_of_gas_do_not_help_where_the_pipeline_fails(solve_case):
    # 5 MW, half of it without gas, units of 1 MW at 5 % and 99.6 %, so 0.2 % for each kind.
    # Whole counts: 5 MW from both; other 2.5 MW. 8 units leave 5, 5 leave 3, 7 leave 4, 4 leave 2
    # (P(>2 of 5) = 0.12 %, P(>2 of 6) = 0.22 %, P(>3 of 8) = 0.04 %).
    #     other 5 (3 firm) and gas 4 (2 firm): 5·300 + 4·100 = 1,900 kUSD
    #     other 7 (4) and gas 3 (1): 2,400; other 8 (5): 2,400
    answer = solve_case(
        WHOLE
        | {"power.availability_target_fraction": 0.996, "power.gas_contingency_fraction": 0.5},
        sites=[{"max_it_mw": 40.0}],
        demand=[{"output_tokens_per_s": 5e6}],
        power_technologies=[
            {**GAS, "forced_outage_fraction": 0.05},
            {"technology": "other", "forced_outage_fraction": 0.05},
        ],
        power_costs=[
            {"technology": "gas", "overnight_capex_usd_per_kw": 100.0},
            {"technology": "other", "overnight_capex_usd_per_kw": 300.0},
        ],
        fuel_prices=[{"fuel": "gas", "price_usd_per_mmbtu": 0.0}],
    )
    assert answer.usd == near(1.9e6)


@pytest.mark.parametrize(
    ("technology", "words"),
    [
        (
            {"forced_outage_fraction": 0.4, "planned_outage_fraction": 0.6},
            r"planned_outage_fraction: `k` is out of service all the time: 0.6 planned and 0.4",
        ),
        ({"fuel_on_site": True}, r"fuel_on_site: `k` draws on no pipeline .* set `needs_gas`"),
    ],
)
def test_nonsense_is_refused(write_scenario, technology, words):
    path = write_scenario(power_technologies=[{"technology": "k", **technology}])
    with pytest.raises(InputError, match=words):
        assemble(load_scenario(path))
