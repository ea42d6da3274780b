"""Monte Carlo: draws by confidence, alike for a seed, and a distribution known by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tokenworks.errors import InputError
from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.study.kinds.spreads import changes_of, factors, groups_of

SPREADS = {"measured": 0.05, "published": 0.1, "claimed": 0.3, "assumed": 0.3}
CASE = {
    "hardware": [
        {"system": "h", "capex_usd": 100e3, "confidence": "published", "source": "s1"},
        {"system": "g", "capex_usd": 900e3, "confidence": "assumed"},
    ],
    "sources": [{"source_id": "s1", "citation": "A list of prices", "licence": "none"}],
}
COLUMNS = ["hardware.capex_usd"]


@pytest.fixture
def groups(write_scenario):
    x = assemble(load_scenario(write_scenario(**CASE)))
    return groups_of(x, COLUMNS, SPREADS)


def test_figures_of_one_confidence_and_source_are_one_group(groups):
    assert {(g.source, g.confidence, g.spread_fraction) for g in groups} == {
        ("s1", "published", 0.1),
        ("", "assumed", 0.3),
    }
    assert sorted(a for g in groups for a in g.addresses) == [
        "tables.hardware[g].capex_usd",
        "tables.hardware[h].capex_usd",
    ]


def test_draws_stay_within_the_spread_and_fill_it(groups):
    drawn = factors(groups, 1000, 7, 0.5)
    for place, group in enumerate(groups):
        most = 1.0 + group.spread_fraction
        assert drawn[:, place].min() >= 1.0 / most
        assert drawn[:, place].max() <= most
        assert np.median(drawn[:, place]) == pytest.approx(1.0, abs=0.02)


def test_draws_are_alike_for_a_seed_and_common_to_other_groups(groups):
    both, one = factors(groups, 20, 3, 0.5), factors(groups[:1], 20, 3, 0.5)
    assert (both[:, 0] == one[:, 0]).all()
    assert (both == factors(groups, 20, 3, 0.5)).all()
    assert (both != factors(groups, 20, 4, 0.5)).any()
    assert changes_of(groups[:1], one[0]).keys() == set(groups[0].addresses)


def test_figures_of_a_source_move_together(groups):
    # Two groups of one source: their normal variables have half of the variance in common.
    other = replace(groups[0], column="fixed_om_usd_per_year", source="s1")
    same = replace(groups[0], column="capex_usd", source="s1")
    drawn = np.log(factors([same, other], 4000, 1, 0.5))
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(0.48, abs=0.05)  # a little less than 0.5
    alone = np.log(factors([same, other], 4000, 1, 0.0))
    assert abs(np.corrcoef(alone.T)[0, 1]) < 0.05


@pytest.mark.slow
def test_distribution_is_that_of_the_figure(write_scenario, run_kind):
    # One system of 100,000 USD, assumed: its cost is drawn, and the answer is that cost.
    case = write_scenario(hardware=[{"capex_usd": 100e3}])
    section = {"count": 15, "seed": 2, "columns": COLUMNS, "measures": ["objective_usd"]}
    found = run_kind(case, "monte_carlo", **section)
    lines = found["monte_carlo"].set_index("statistic")["amount"]
    assert lines["base"] == pytest.approx(100e3)
    assert lines["percentile 50"] == pytest.approx(100e3, rel=0.03)
    assert 100e3 / 1.3 <= lines["percentile 5"] < lines["percentile 95"] <= 130e3
    (share,) = found["monte_carlo_shares"].to_dict("records")
    assert (share["table"], share["share_fraction"]) == ("hardware", 1.0)
    assert share["largest_rank_correlation"] == pytest.approx(1.0)
    assert len(found["monte_carlo_draws"]) == 15


@pytest.mark.slow
def test_base_plan_may_be_held(write_scenario, run_kind):
    # Solved anew the cheaper of two is taken in every draw; held, the base's, which is no cheaper.
    case = write_scenario(
        hardware=[
            {"system": "h", "capex_usd": 100e3, "confidence": "assumed"},
            {"system": "g", "capex_usd": 101e3, "confidence": "claimed", "source": "s1"},
        ],
        sources=CASE["sources"],
    )
    section = {"count": 8, "seed": 5, "columns": COLUMNS, "measures": ["objective_usd"]}
    free = run_kind(case, "monte_carlo", **section)["monte_carlo_draws"]["value"]
    kept = run_kind(case, "monte_carlo", held=True, **section)["monte_carlo_draws"]["value"]
    assert (kept >= free - 1.0).all()
    assert (kept > free + 1.0).any()


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"columns": ["hardware.name"]}, "`hardware.name` is no figure"),
        ({"measures": ["beauty"]}, "no measure is called"),
        ({"columns": COLUMNS, "spread_fraction": {"assumed": 0.0}}, "no figure of the base"),
    ],
)
def test_wrong_input_is_said(write_scenario, run_kind, section, words):
    with pytest.raises(InputError, match=words):
        run_kind(write_scenario(), "monte_carlo", count=2, seed=0, **section)


def test_a_figure_that_the_scenario_gives_is_drawn_around_what_it_gives(write_scenario):
    address = "tables.hardware[h].capex_usd"
    scenario = load_scenario(write_scenario(**CASE)).with_({address: 300e3})
    groups = groups_of(assemble(scenario), COLUMNS, SPREADS)
    row = np.array([1.1 if address in group.addresses else 1.0 for group in groups])
    assert (row != 1.0).any()
    drawn = assemble(scenario.with_(changes_of(groups, row))).tables["hardware"]
    found = drawn.set_index("system")["capex_usd"]
    assert found["h"] == pytest.approx(330e3)
    assert found["g"] == pytest.approx(900e3)
