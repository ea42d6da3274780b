"""Near-optimal alternatives, by hand and by enumeration."""

from __future__ import annotations

import itertools
from functools import partial

import numpy as np
import pytest

from tokenworks.build import build
from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.solver.farthest import Asked, farthest
from tokenworks.solver.whole import solve_whole

near = partial(pytest.approx, rel=1e-4)

# 1 MW of load; halls of 1 MW open for 100,000, 101,000, 101,500 and 110,000 USD.
OPENING = {"a": 100e3, "b": 101e3, "c": 101.5e3, "d": 110e3}
SITES = {
    "sites": [
        {"site": s, "opening_cost_usd": usd, "max_it_mw": 1.0, "block_mw": 1.0}
        for s, usd in OPENING.items()
    ]
}
# Systems at 100,000 and 105,000 USD for the same tokens, mixed at will.
SYSTEMS = {"hardware": [{"system": "h", "capex_usd": 100e3}, {"system": "g", "capex_usd": 105e3}]}


def test_farthest_mixture_by_hand(write_scenario, run_kind):
    # A share y of g costs 100,000 + 5,000 y, of 102,000 at most: y <= 0.4, and 0.4 of all moves.
    found = run_kind(
        write_scenario(**SYSTEMS), "alternatives", count=1, differ_in=["hardware"], gap=0.0
    )
    (row,) = found["alternatives"].to_dict("records")
    assert row["differs_in_hardware_fraction"] == near(0.4)
    assert row["most_distance_fraction"] == near(0.4)
    assert row["objective_usd"] <= row["most_usd"] * (1 + 1e-6)
    assert row["above_best_usd_most"] == near(2000.0)
    assert row["verdict"] == "an alternative"
    # 102,000 USD buy 1.02 of h, and 0.4 of g beside 0.6 of h, which serve 1 together.
    ranges = found["alternative_ranges"].set_index("name")
    assert ranges["least_mw"].to_dict() == pytest.approx({"g": 0.0, "h": 0.6}, abs=1e-4)
    assert ranges["most_mw"].to_dict() == pytest.approx({"g": 0.4, "h": 1.02}, abs=1e-4)


@pytest.mark.slow
def test_alternatives_are_the_sites_within_the_slack(write_scenario, run_kind):
    # b and c are within 2 % of a, d is not, and two halls cost twice as much.
    found = run_kind(write_scenario(**SITES), "alternatives", count=8, differ_in=["sites"])
    table = found["alternatives"]
    kept = table[table["verdict"] == "an alternative"]
    assert sorted(kept["objective_usd"].round()) == [101e3, 101.5e3]
    assert kept["differs_in_sites_fraction"].tolist() == near([1.0, 1.0])
    groups = found["alternative_groups"].query("amount_mw > 0 and part == 'sites'")
    assert sorted(groups["name"]) == ["a", "b", "c"]
    # The search that found nothing new says of which plan its own is another.
    assert table["verdict"].iloc[-1].startswith("no other than ")


@pytest.mark.slow
def test_no_plan_but_one_is_said(write_scenario, run_kind):
    case = write_scenario(sites=[{"opening_cost_usd": 100e3}])
    found = run_kind(case, "alternatives", count=2, differ_in=["sites"])
    # The hall is the only one; the source of power costs nothing, and more of it is another plan.
    table = found["alternatives"].set_index("looked_for")
    assert table.loc["sites", "verdict"] == "no other than base"
    assert table.loc["sites", "most_distance_fraction"] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.slow
def test_plan_that_builds_nothing_has_alternatives_too(write_scenario, run_kind):
    # Renting costs 360,000 USD; own service 363,000.
    case = write_scenario(
        hardware=[{"capex_usd": 363e3}], cloud_prices=[{"rent_usd_per_mtoken": 0.1}]
    )
    found = run_kind(case, "alternatives", count=2, differ_in=["hardware"])
    (row, *_) = found["alternatives"].to_dict("records")
    assert row["verdict"] == "an alternative"
    # 360,000 and 2 % buy 1.0116 systems: the farthest plan from none.
    assert 363e3 - 1.0 <= row["objective_usd"] <= 367.2e3 + 1.0


@pytest.mark.slow
@pytest.mark.parametrize("known", [["a"], ["a", "b"], ["a", "b", "ab"]])
def test_farthest_is_that_of_enumeration(write_scenario, known):
    # Halls of 1 MW at four sites, each open or not; 2 MW of load at 1 USD a Mtoken unserved, which
    # nobody wants; budget 215,000 USD: any two of a, b, c and some with d.
    case = write_scenario(
        demand=[{"output_tokens_per_s": 2e6}],
        sites=[
            {"site": s, "opening_cost_usd": usd, "max_it_mw": 1.0, "block_mw": 1.0}
            for s, usd in OPENING.items()
        ],
    )
    model = build(assemble(load_scenario(case)))
    options = model.inputs.scenario.solve
    best = solve_whole(model, options)
    figures = [{("it_capacity_mw", (s, 0)): 1.0} for s in OPENING]
    plans = [
        np.array([float(s in some) for s in OPENING])
        for n in range(5)
        for some in itertools.combinations(OPENING, n)
    ]
    usd = np.array(list(OPENING.values()))
    most = 215e3
    cheap = [p for p in plans if p @ usd + 3.6e6 * max(0.0, 2.0 - p.sum()) <= most]
    seen = np.array([[float(s in name) for s in OPENING] for name in known])
    found = farthest(model, Asked(most, best.bound_usd, figures, seen), options)
    by_hand = max(min(np.abs(p - q).sum() for q in seen) for p in cheap)
    assert found.distance == near(by_hand)
    assert found.most_distance >= by_hand - 1e-6
    assert found.solved.objective_usd <= most + 1e-3
    # Of the plans as far, with the same halls, the cheapest.
    assert found.solved.objective_usd in [near(p @ usd) for p in cheap]


@pytest.mark.slow
def test_a_study_ends_alike_every_time(write_scenario, run_kind):
    case = write_scenario(**SYSTEMS, **SITES)
    one, other = (
        run_kind(case, "alternatives", count=4, slack_fraction=0.05)["alternatives"]
        for _ in range(2)
    )
    assert one.equals(other)
    assert (one["verdict"] == "an alternative").sum() >= 4
