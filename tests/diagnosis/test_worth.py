"""What one unit more is worth, hand-solved; what binds is told from the plan's own tables.

In the neutral case one system draws 1 MW and serves 1 million tokens/s, and leaving that unserved
for the year of 3.6e6 s costs 3.6e6 USD.
"""

from __future__ import annotations

import pandas as pd
import pytest

import tokenworks as tw
from tokenworks.diagnosis.worth import explain_plan
from tokenworks.io.scenario_files import load_scenario
from tokenworks.plan import solve
from tokenworks.report.explain import print_explanation
from tokenworks.schema.results_prices import PRICES

USD_PER_MW = 3.6e6


@pytest.fixture
def explained(write_scenario):
    def explain(options=None, /, units=1.0, **tables):
        return explain_plan(solve(load_scenario(write_scenario(options, **tables))), units=units)

    return explain


def of(found, address):
    (worth,) = (one for one in found.worths if address in one.knob.addresses)
    return worth


def test_a_megawatt_under_a_redline_saves_what_it_lets_be_served(explained, capsys):
    # 6 MW of demand under 4 MW of load: one more megawatt saves the penalty of a million tokens/s.
    found = explained(
        sites=[{"max_it_mw": 10.0, "block_mw": 0.5}],
        demand=[{"output_tokens_per_s": 6e6}],
        redlines=[{"scope": "zone", "id": "z", "year": 2030, "max_new_load_mw": 4.0}],
    )
    worth = of(found, "tables.redlines[zone,z,2030].max_new_load_mw")
    assert worth.saves.low_usd == pytest.approx(USD_PER_MW)
    assert worth.saves.high_usd == pytest.approx(USD_PER_MW)
    assert not worth.saves.indistinguishable
    # With blocks fixed the limit on their load has nothing to give.
    assert worth.dual_usd == pytest.approx(0.0)
    print_explanation(found)
    assert "3.60 m USD" in capsys.readouterr().out


@pytest.mark.slow
def test_a_unit_of_supply_has_a_dual_beside_what_is_re_solved(explained):
    found = explained(
        sites=[{"max_it_mw": 10.0}],
        demand=[{"output_tokens_per_s": 6e6}],
        supply=[{"supply": "chips", "year": 2030, "limit_count": 3.0, "counted_in": "systems"}],
        supply_uses=[{"supply": "chips", "asset": "h", "units_per_asset_count": 1.0}],
        units=2.0,
    )
    worth = of(found, "tables.supply[chips,*].limit_count")
    assert worth.amount == 2.0
    assert worth.saves.low_usd == pytest.approx(2.0 * USD_PER_MW)
    assert worth.dual_usd == pytest.approx(2.0 * USD_PER_MW)


@pytest.mark.slow
def test_a_month_sooner_saves_a_month_of_the_penalty(explained):
    # Seconds of the year are shared out by days; the hall comes in July, a month sooner in June.
    found = explained(sites=[{"max_it_mw": 10.0, "construction_months": 6}])
    worth = of(found, "tables.sites[s].construction_months")
    assert worth.bound.first == pd.Timestamp("2030-07-01")
    assert worth.saves.low_usd == pytest.approx(USD_PER_MW * 30 / 365)
    assert worth.saves.high_usd == pytest.approx(USD_PER_MW * 30 / 365)


def test_where_nothing_binds_nothing_is_listed(explained, capsys):
    found = explained(sites=[{"max_it_mw": 10.0, "block_mw": 0.5}])
    assert found.worths == ()
    print_explanation(found)
    assert "nothing binds" in capsys.readouterr().out
    assert list(found.prices.columns) == list(PRICES.names)


def test_prices_are_kept_with_the_run_and_read_again(explained, tmp_path):
    found = explained(
        sites=[{"max_it_mw": 4.0, "block_mw": 1.0}], demand=[{"output_tokens_per_s": 6e6}]
    )
    folder = found.plan.save(tmp_path / "run")
    found.save(folder)
    again = tw.read_plan(folder)
    assert again.prices["low_usd"].tolist() == pytest.approx([USD_PER_MW])
    assert again.prices["indistinguishable"].tolist() == [False]
    assert found.as_dict()["prices"][0]["address"] == "tables.sites[s].max_it_mw"
    assert not list((folder / "tables").glob(".*"))


# 10 MMBtu/MWh at 0.05 t: half a tonne a MWh, for nothing; the clean one costs 100 USD/MWh.
STACKS = {
    "power_technologies": [
        {
            "technology": "gas",
            "fuel": "gas",
            "heat_rate_mmbtu_per_mwh": 10.0,
            "co2_tonnes_per_mmbtu": 0.05,
        },
        {"technology": "clean"},
    ],
    "power_costs": [{"technology": "clean", "variable_om_usd_per_mwh": 100.0}],
    "fuel_prices": [{"fuel": "gas", "price_usd_per_mmbtu": 0.0}],
}


@pytest.mark.slow
def test_a_tonne_under_a_cap_saves_the_clean_energy_that_it_replaces(explained, capsys):
    # 1,000 MWh of load, of which 300 t are 600; one more tonne is 2 MWh at 100 USD.
    found = explained(carbon=[{"scope": "j", "cap_tonnes_per_year": 300.0}], **STACKS)
    worth = of(found, "tables.carbon[j,*].cap_tonnes_per_year")
    assert worth.saves.low_usd == pytest.approx(200.0)
    assert worth.saves.high_usd == pytest.approx(200.0)
    print_explanation(found)
    told = capsys.readouterr().out
    assert "the yearly cap on CO2 of `j`" in told


@pytest.mark.slow
def test_the_owners_limit_on_carbon_is_listed_as_any_other(explained):
    found = explained({"policy.most_co2_tonnes": 300.0}, **STACKS)
    worth = of(found, "policy.most_co2_tonnes")
    assert worth.saves.low_usd == pytest.approx(200.0)
    assert worth.bound.first == pd.Timestamp("2030-01-01")


def test_a_cap_that_leaves_room_is_not_listed(explained):
    found = explained(carbon=[{"scope": "*", "cap_tonnes_per_year": 600.0}], **STACKS)
    assert not [one for one in found.worths if "carbon" in one.knob.addresses[0]]
