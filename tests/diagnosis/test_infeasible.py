"""Hand-solved scenarios without a plan: what conflicts, and the least that makes them feasible.

In the neutral case one system draws 1 MW and serves 1 million tokens/s, so that tokens/s, systems
and MW are one number.
"""

from __future__ import annotations

import pytest
import yaml

from tokenworks.candidates import candidates
from tokenworks.diagnosis.infeasible import explain_scenario
from tokenworks.diagnosis.quick import quick_findings
from tokenworks.diagnosis.wording import change_lines, step_words
from tokenworks.errors import InfeasibleError
from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.plan import solve
from tokenworks.report.explain import print_infeasibility

pytestmark = pytest.mark.slow

FORBIDDEN = {"unserved": "forbidden"}
SMALL_BLOCKS = {"sites": [{"max_it_mw": 10.0, "block_mw": 1.0}]}


@pytest.fixture
def explained(write_scenario):
    """The explanation of a case, every repair of which was written down and solved."""

    def explain(options=None, /, **tables):
        path = write_scenario({**FORBIDDEN, **(options or {})}, **tables)
        inputs = assemble(load_scenario(path))
        found = explain_scenario(inputs)
        for number, repair in enumerate(found.repairs):
            lines = change_lines(inputs, repair.steps)
            text = "\n".join([f"name: repaired\nextends: {path.name}", *lines])
            assert set(yaml.safe_load(text)) <= {"name", "extends", "overrides", "policy", "power"}
            copy = path.parent / f"repaired-{number}.yaml"
            copy.write_text(text, encoding="utf-8")
            assert solve(load_scenario(copy)).status == "optimal"
        return found

    return explain


def words(found):
    return [[step_words(found.inputs, step) for step in repair.steps] for repair in found.repairs]


def test_a_redline_is_raised_by_what_is_missing(explained, capsys):
    # 6 MW of load under a redline of 4 MW: 2 MW more.
    found = explained(
        **SMALL_BLOCKS,
        demand=[{"output_tokens_per_s": 6e6}],
        redlines=[{"scope": "zone", "id": "z", "year": 2030, "max_new_load_mw": 4.0}],
    )
    assert found.status == "infeasible"
    assert found.shortfall.shares == {("w", "r", "y1"): pytest.approx(1 / 3)}
    assert words(found) == [
        ["raise the redline of zone `z` on new load by 2 MW in the row of 2030"]
    ]
    assert found.conflict.irreducible
    assert [knob.addresses for knob in found.conflict.knobs] == [
        ("tables.redlines[zone,z,2030].max_new_load_mw",)
    ]
    print_infeasibility(found)
    printed = " ".join(capsys.readouterr().out.split())  # a long path breaks the line
    assert "redlines.csv, row 2, max_new_load_mw = 4" in printed
    assert '"tables.redlines[zone,z,2030].max_new_load_mw": 6' in printed


@pytest.mark.slow
def test_months_are_shortened_to_the_last_that_serve(explained):
    # Demand from the second year; building takes 18 months, and may take 12.
    found = explained(
        periods=[{}, {}],
        sites=[{"construction_months": 18}],
        demand=[{"output_tokens_per_s": [0.0, 1e6]}],
    )
    assert words(found) == [["shorten the construction of site `s` by 6 months, from 18 to 12"]]
    assert "2031-07-01" in found.findings[0].words


@pytest.mark.slow
def test_either_of_two_zones_can_give_the_headroom_that_both_lack(explained):
    # 8 MW over grid alone: 5 in one zone and 2.5 in the other.
    found = explained(
        {"power.adequacy": True},
        zones=[{"zone": "z"}, {"zone": "y"}],
        zone_headroom=[
            {"zone": "z", "firm_headroom_mw": 5.0},
            {"zone": "y", "firm_headroom_mw": 2.5},
        ],
        power_technologies=[],
        power_costs=[],
        sites=[
            {"site": "a", "zone": "z", "max_it_mw": 10.0, "block_mw": 0.5},
            {"site": "b", "zone": "y", "max_it_mw": 10.0, "block_mw": 0.5},
        ],
        interconnection_routes=[
            {"route": "ga", "site": "a", "firmness": "firm", "max_mw": 100.0},
            {"route": "gb", "site": "b", "firmness": "firm", "max_mw": 100.0},
        ],
        demand=[{"output_tokens_per_s": 8e6}],
    )
    said = {line for repair in words(found) for line in repair}
    assert {f"raise the firm headroom of zone `{z}` by 0.5 MW in every year" for z in "zy"} <= said
    assert {knob.family for knob in found.conflict.knobs} >= {"grid headroom"}


@pytest.mark.slow
def test_a_budget_is_raised_by_the_price_of_what_is_missing(explained):
    # Three systems at 1 million USD, and a budget of 2 million.
    found = explained(
        {"policy.most_capital_usd": 2e6},
        **SMALL_BLOCKS,
        hardware=[{"capex_usd": 1e6}],
        demand=[{"output_tokens_per_s": 3e6}],
    )
    assert words(found) == [["raise the most capital that may be paid by 1,000,000 USD"]]
    assert "2,000,000 USD" in found.findings[0].words


def test_supply_that_is_too_small_is_found_without_a_solver(write_scenario):
    path = write_scenario(
        FORBIDDEN,
        **SMALL_BLOCKS,
        demand=[{"output_tokens_per_s": 5e6}],
        supply=[{"supply": "chips", "year": 2030, "limit_count": 3.0, "counted_in": "systems"}],
        supply_uses=[{"supply": "chips", "asset": "h", "units_per_asset_count": 1.0}],
    )
    inputs = assemble(load_scenario(path))
    found = quick_findings(inputs, candidates(inputs))
    assert ["at least 5 of the supply `chips`" in one.words for one in found] == [True]


def test_load_above_all_halls_is_found_without_a_solver(write_scenario):
    path = write_scenario(FORBIDDEN, **SMALL_BLOCKS, demand=[{"output_tokens_per_s": 12e6}])
    inputs = assemble(load_scenario(path))
    (found,) = quick_findings(inputs, candidates(inputs))
    assert "takes 12.0 MW" in found.words
    assert "2.0 MW are short" in found.words


def test_a_first_token_that_comes_too_late_is_found_without_a_solver(write_scenario):
    path = write_scenario(
        {**FORBIDDEN, "latency.base_ms": 30.0},
        workloads=[{"ttft_limit_ms": 100.0}, {"workload": "far", "ttft_limit_ms": 20.0}],
        demand=[
            {"output_tokens_per_s": 1e6},
            {"workload": "far", "output_tokens_per_s": 1e6},
        ],
        cloud_prices=[
            {"workload": "far", "rent_usd_per_mtoken": 1.0, "max_output_tokens_per_s": 5e5}
        ],
    )
    inputs = assemble(load_scenario(path))
    (found,) = quick_findings(inputs, candidates(inputs))
    assert "within 20 ms, and takes 30.0 ms" in found.words
    assert "0.5 are short" in found.words


def test_what_is_held_above_a_redline_has_no_plan_even_where_tokens_may_wait(write_scenario):
    path = write_scenario(
        **SMALL_BLOCKS,
        holdings=[{"holding": "hall", "kind": "site", "site": "s", "asset": "",
                   "date": "2029-01-01", "amount_count": 3}],
        redlines=[{"scope": "zone", "id": "z", "year": 2030, "max_new_load_mw": 1.0}],
    )  # fmt: skip
    inputs = assemble(load_scenario(path))
    found = explain_scenario(inputs)
    assert "allows 1 MW of load" in found.findings[0].words
    assert found.status == "infeasible"
    assert [knob.family for knob in found.conflict.knobs] == ["redlines"]


def test_a_feasible_scenario_is_said_to_be(explained, capsys):
    found = explained()
    assert (found.status, found.repairs, found.conflict) == ("feasible", (), None)
    print_infeasibility(found)
    assert "feasible: all its limits can be met together" in capsys.readouterr().out


def test_solving_points_to_the_explanation(write_scenario):
    path = write_scenario(FORBIDDEN, **SMALL_BLOCKS, demand=[{"output_tokens_per_s": 12e6}])
    with pytest.raises(InfeasibleError, match="tokenworks explain"):
        solve(load_scenario(path))


# 10 MMBtu/MWh at 0.05 t: the 1,000 MWh of the year are 500 t.
ONLY_GAS = {
    "power_technologies": [
        {
            "technology": "gas",
            "fuel": "gas",
            "heat_rate_mmbtu_per_mwh": 10.0,
            "co2_tonnes_per_mmbtu": 0.05,
        }
    ],
    "fuel_prices": [{"fuel": "gas", "price_usd_per_mmbtu": 0.0}],
}


def test_a_cap_on_carbon_is_raised_by_the_tonnes_that_are_missing(explained):
    found = explained(carbon=[{"scope": "j", "cap_tonnes_per_year": 300.0}], **ONLY_GAS)
    assert words(found) == [["raise the yearly cap on CO2 of `j` by 200 tonnes in every year"]]
    assert [knob.addresses for knob in found.conflict.knobs] == [
        ("tables.carbon[j,*].cap_tonnes_per_year",)
    ]


def test_a_cap_of_half_a_year_is_raised_by_the_tonnes_of_a_year(explained):
    # 250 t in each half, of which 150 t are allowed: 200 tonnes a year are missing.
    found = explained(
        periods=[{"months": 6, "seconds": 1.8e6}, {"months": 6, "seconds": 1.8e6}],
        carbon=[{"scope": "*", "cap_tonnes_per_year": 300.0}],
        **ONLY_GAS,
    )
    assert words(found) == [
        ["raise the yearly cap on CO2 of all sites by 200 tonnes in every year"]
    ]


def test_a_share_of_clean_supply_is_lowered_to_what_there_is(explained):
    # Nothing is clean: of 80 % nothing can be met, and the least change is none at all.
    found = explained(clean_matching=[{"yearly_fraction": 0.8}], **ONLY_GAS)
    (knob,) = found.conflict.knobs
    assert knob.addresses[0].startswith("tables.clean_matching[*,")
    assert words(found)[0][0].startswith("lower the least share of the load of all sites met")


def test_what_only_the_hours_forbid_is_no_plan(explained, capsys):
    found = explained({"policy.most_co2_tonnes": 400.0}, **ONLY_GAS)
    assert found.status == "infeasible"
    assert found.hours_asked
    assert words(found) == [["raise the most CO2 of all sites by 100 tonnes"]]
    fits = explained({"policy.most_co2_tonnes": 600.0}, **ONLY_GAS)
    assert fits.status == "feasible"
    print_infeasibility(fits)
    assert "all its limits can be met together" in capsys.readouterr().out


def test_of_a_large_scenario_the_hours_are_not_asked_and_that_is_said(
    explained, capsys, monkeypatch
):
    monkeypatch.setattr("tokenworks.diagnosis.infeasible.MOST_SITE_SLICES", 1)
    found = explained()
    assert (found.status, found.hours_asked) == ("feasible", False)
    print_infeasibility(found)
    assert "as far as investment tells" in " ".join(capsys.readouterr().out.split())
