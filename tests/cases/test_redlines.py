"""Redlines of sites, zones, states and countries, and by share of peak. 1 MW a million tokens/s."""

from __future__ import annotations

from functools import partial

import pytest

from tokenworks.errors import InputError

near = partial(pytest.approx, rel=1e-9)

# 100 MW are asked for; a megawatt left unserved for a year costs 3.6e6 USD.
UNSERVED = 3.6e6

# Sites a and b in the zone y, c in the zone z; a in the state n, b in m, both parts of u; c in v.
PLACES = {
    "jurisdictions": [
        {"jurisdiction": "u"},
        {"jurisdiction": "n", "parent": "u"},
        {"jurisdiction": "m", "parent": "u"},
        {"jurisdiction": "v"},
    ],
    "zones": [{"zone": "y"}, {"zone": "z"}],
    "sites": [
        {"site": "a", "zone": "y", "jurisdiction": "n", "max_it_mw": 30.0, "block_mw": 1.0},
        {"site": "b", "zone": "y", "jurisdiction": "m", "max_it_mw": 30.0, "block_mw": 1.0},
        {"site": "c", "zone": "z", "jurisdiction": "v", "max_it_mw": 30.0, "block_mw": 1.0},
    ],
    "demand": [{"output_tokens_per_s": 100e6}],
}
GRID = {"power_technologies": [], "interconnection_routes": [{"site": s} for s in "abc"]}


def line(scope, place, **limits):
    return {"scope": scope, "id": place, "year": 2030, **limits}


@pytest.mark.parametrize(
    ("scope", "place", "served"),
    # 20 MW where the redline is; 30 at every site outside it.
    [
        ("site", "a", 80.0),
        ("zone", "y", 50.0),
        ("state", "n", 80.0),
        ("country", "u", 50.0),
        ("country", "v", 80.0),
    ],
)
@pytest.mark.parametrize("limit", ["max_contracted_mw", "max_new_load_mw"])
def test_a_redline_binds_what_is_in_its_place(solve_case, limit, scope, place, served):
    answer = solve_case(**PLACES, **GRID, redlines=[line(scope, place, **{limit: 20.0})])
    assert answer.usd == near((100.0 - served) * UNSERVED)


def test_a_place_within_another_binds_with_it(solve_case):
    # 25 MW for u, of which 5 at most in n: 25 there and 30 at c.
    answer = solve_case(
        **PLACES,
        **GRID,
        redlines=[
            line("country", "u", max_new_load_mw=25.0),
            line("state", "n", max_new_load_mw=5.0),
        ],
    )
    assert answer.usd == near(45.0 * UNSERVED)
    flow = {s: answer.value("flow_mtokens_per_s", "w", "r", s, 0) for s in "abc"}
    assert flow["a"] <= 5.0 + 1e-9
    assert flow["a"] + flow["b"] == near(25.0)


def test_new_load_is_what_the_halls_can_draw_whatever_feeds_them(solve_case):
    # Own power at every site. PUE 1.25 on the design day: 20 MW at the meter are 16 MW of halls,
    # in blocks of 5 MW: 15.
    sites = [{"max_it_mw": 30.0, "block_mw": 5.0, "peak_pue_ratio": 1.25, "average_pue_ratio": 1.0}]
    answer = solve_case(
        sites=sites,
        demand=[{"output_tokens_per_s": 30e6}],
        redlines=[line("site", "s", max_new_load_mw=20.0)],
    )
    assert answer.usd == near(15.0 * UNSERVED)
    # A limit on contracts leaves own power alone.
    free = solve_case(
        sites=sites,
        demand=[{"output_tokens_per_s": 30e6}],
        redlines=[line("site", "s", max_contracted_mw=0.0)],
    )
    assert free.usd == 0.0


def test_a_redline_tightens_over_the_years(solve_case):
    # 30 MW in 2030 and 10 in 2032: 30, 20, 10 and 10 may be contracted; halls and contracts cost
    # nothing, so each year serves what its limit lets it.
    answer = solve_case(
        periods=[{}] * 4,
        sites=[{"max_it_mw": 30.0}],
        demand=[{"output_tokens_per_s": 30e6}],
        power_technologies=[],
        interconnection_routes=[{}],
        redlines=[
            line("zone", "z", max_contracted_mw=30.0),
            {"scope": "zone", "id": "z", "year": 2032, "max_contracted_mw": 10.0},
        ],
    )
    assert answer.usd == near((0 + 10 + 20 + 20) * UNSERVED)


def test_a_limit_that_a_row_leaves_blank_is_that_of_the_others(solve_case):
    # The row of 2031 says nothing of contracts: 30 in 2030 and 10 in 2032 make 20 in 2031.
    answer = solve_case(
        periods=[{}] * 3,
        sites=[{"max_it_mw": 30.0}],
        demand=[{"output_tokens_per_s": 30e6}],
        power_technologies=[],
        interconnection_routes=[{}],
        redlines=[
            line("zone", "z", max_contracted_mw=30.0),
            {"scope": "zone", "id": "z", "year": 2031, "max_new_load_mw": 99.0},
            {"scope": "zone", "id": "z", "year": 2032, "max_contracted_mw": 10.0},
        ],
    )
    assert answer.usd == near((0 + 10 + 20) * UNSERVED)


@pytest.mark.slow
def test_a_share_of_the_peak_grows_with_the_zone(solve_case):
    # 5 % of a peak of 200 MW in 2024, which grows to 1.2 times in 2031 and 1.6 times in 2033:
    # 12 MW in 2030 and 2031, 14 in 2032. Without growth 10. An absolute limit of 13 holds as well.
    case = {
        "periods": [{}] * 3,
        "sites": [{"max_it_mw": 30.0, "block_mw": 1.0}],
        "demand": [{"output_tokens_per_s": 30e6}],
        "zone_loads": [{"zone": "z", "peak_load_mw": 200.0}],
    }
    growth = [
        {"zone": "z", "year": 2031, "load_growth_ratio": 1.2},
        {"zone": "z", "year": 2033, "load_growth_ratio": 1.6},
    ]
    share = line("zone", "z", max_peak_share_fraction=0.05)
    grown = solve_case(**case, load_growth=growth, redlines=[share])
    assert grown.usd == near((18 + 18 + 16) * UNSERVED)
    level = solve_case(**case, redlines=[share])
    assert level.usd == near(3 * 20 * UNSERVED)
    both = solve_case(**case, load_growth=growth, redlines=[share | {"max_new_load_mw": 13.0}])
    assert both.usd == near((18 + 18 + 17) * UNSERVED)


def test_contracts_count_at_the_share_that_takes_headroom(solve_case):
    # 10 MW: firm in full, a plant at a half: 15 MW of 20 are fed by 5 firm and 10 of the plant.
    answer = solve_case(
        power_technologies=[],
        demand=[{"output_tokens_per_s": 20e6}],
        interconnection_routes=[
            {"route": "firm"},
            {
                "route": "plant",
                "firmness": "co-located",
                "max_mw": 10.0,
                "headroom_share_fraction": 0.5,
            },
        ],
        redlines=[line("site", "s", max_contracted_mw=10.0)],
    )
    assert answer.usd == near(5.0 * UNSERVED)


@pytest.mark.parametrize("limit_mw", [0.0, 20.0, 60.0])
def test_a_looser_redline_is_no_dearer(solve_case, limit_mw):
    def cost(limit):
        redline = line("country", "u", max_contracted_mw=limit)
        return solve_case(**PLACES, **GRID, redlines=[redline]).usd

    assert cost(limit_mw + 5.0) <= cost(limit_mw) + 1e-6


@pytest.mark.parametrize(
    ("redline", "words"),
    [
        (line("site", "nowhere", max_new_load_mw=1.0), "`nowhere` is no site of the scenario"),
        (line("state", "u", max_new_load_mw=1.0), "`u` is no state.* a `parent`"),
        (line("country", "n", max_new_load_mw=1.0), "`n` is no country.* without a `parent`"),
        (line("zone", "y"), "the row limits nothing"),
        (line("state", "n", max_peak_share_fraction=0.1), "a state has no peak load of its own"),
        (line("zone", "y", max_peak_share_fraction=0.1), "peak load of the zone `y` is not given"),
        (line("planet", "y", max_new_load_mw=1.0), "`planet`"),
    ],
)
def test_a_redline_without_sense_is_refused(solve_case, redline, words):
    with pytest.raises(InputError, match=words):
        solve_case(**PLACES, redlines=[redline])
