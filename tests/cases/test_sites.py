"""Which sites are opened, and what rules them out. Neutral scenario: see tests/conftest.py."""

from __future__ import annotations

from functools import partial

import pytest

near = partial(pytest.approx, rel=1e-9)


@pytest.mark.parametrize(
    ("opening_a", "usd", "opened"), [(100.0, 160.0, {"b"}), (40.0, 130.0, {"a", "b"})]
)
def test_opening_a_site(solve_case, opening_a, usd, opened):
    # One second, so that a rate of 10 million tokens/s is 10 million tokens; USD per million:
    #
    #             opening   east (10)   west (20)
    #     a     100 or 40           1           5
    #     b            60           8           1
    #
    # only a     100 + 10·1 + 20·5 = 210    40 + 110 = 150
    # only b      60 + 10·8 + 20·1 = 160               160
    # both  100 + 60 + 10·1 + 20·1 = 190   100 +  30 = 130
    answer = solve_case(
        {"unserved": "forbidden"},
        periods=[{"seconds": 1.0}],
        sites=[
            {"site": "a", "opening_cost_usd": opening_a},
            {"site": "b", "opening_cost_usd": 60.0},
        ],
        regions=[{"region": "east"}, {"region": "west"}],
        network=[
            {"site": "a", "region": "east", "cost_usd_per_mtoken": 1.0},
            {"site": "a", "region": "west", "cost_usd_per_mtoken": 5.0},
            {"site": "b", "region": "east", "cost_usd_per_mtoken": 8.0},
            {"site": "b", "region": "west", "cost_usd_per_mtoken": 1.0},
        ],
        demand=[
            {"region": "east", "output_tokens_per_s": 10e6},
            {"region": "west", "output_tokens_per_s": 20e6},
        ],
    )
    assert answer.usd == answer.solved.bound_usd == near(usd)
    assert {s for s in ("a", "b") if answer.value("is_open", s, 0) == 1.0} == opened
    assert answer.value("flow_mtokens_per_s", "w", "west", "b", 0) == near(20.0)
    assert answer.line("penalty") == 0.0


@pytest.mark.parametrize(("most_a_mw", "usd"), [(30.0, 10.0), (20.0, 110.0)])
def test_a_cap_on_it_load_forces_a_second_site(solve_case, most_a_mw, usd):
    # 30 MW of demand. Site a costs 10, site b 100: a alone if it holds 30 MW, else both.
    answer = solve_case(
        sites=[
            {"site": "a", "max_it_mw": most_a_mw, "opening_cost_usd": 10.0},
            {"site": "b", "max_it_mw": 20.0, "opening_cost_usd": 100.0},
        ],
        demand=[{"output_tokens_per_s": 30e6}],
    )
    assert answer.usd == near(usd)


def test_halls_are_built_in_whole_blocks(solve_case):
    # 25 MW of demand at 1,000 USD/MW of shell: three blocks of 10 MW, 30,000 USD. A fourth does
    # not fit in 35 MW, so that of 40 MW of demand 10 are unserved: 10 · 3.6e6 s · 1 USD.
    site = {"max_it_mw": 35.0, "block_mw": 10.0, "shell_cost_usd_per_mw": 1000.0}
    answer = solve_case(sites=[site], demand=[{"output_tokens_per_s": 25e6}])
    assert answer.usd == near(30e3)
    answer = solve_case(sites=[site], demand=[{"output_tokens_per_s": 40e6}])
    assert answer.usd == near(30e3 + 36e6)


@pytest.mark.parametrize(("headroom_mw", "usd"), [(37.5, 375e3), (25.0, 975e3)])
def test_zone_headroom_forces_a_second_site(solve_case, headroom_mw, usd):
    # 30 MW of IT at PUE 1.25 draw 37.5 MW for 1,000 h. Zone za sells at 10 USD/MWh, zb at 50,
    # and a site in zb costs 100,000.
    #
    # headroom 37.5   37.5 · 1000 · 10                              = 375,000
    # headroom 25     25 · 1000 · 10 + 12.5 · 1000 · 50 + 100,000   = 975,000
    answer = solve_case(
        power_technologies=[],
        zones=[{"zone": "za"}, {"zone": "zb"}],
        zone_headroom=[{"zone": "za", "firm_headroom_mw": headroom_mw}],
        tariffs=[
            {"zone": "za", "energy_usd_per_mwh": 10.0},
            {"zone": "zb", "energy_usd_per_mwh": 50.0},
        ],
        sites=[
            {"site": "a", "zone": "za", "average_pue_ratio": 1.25},
            {"site": "b", "zone": "zb", "average_pue_ratio": 1.25, "opening_cost_usd": 1e5},
        ],
        interconnection_routes=[{"site": "a"}, {"site": "b"}],
        demand=[{"output_tokens_per_s": 30e6}],
    )
    assert answer.usd == near(usd)
    assert answer.value("is_open", "b", 0) == float(headroom_mw < 30.0)


def test_headroom_is_shared_by_a_zones_sites_and_interpolated_between_years(solve_case):
    # Two sites, 30 MW of demand, 10 MW of headroom in 2030 and 30 in 2032, hence 20 in 2031.
    # Unserved: 20, 10 and 0 million tokens/s for 3.6e6 s at 1 USD.
    answer = solve_case(
        periods=[{}, {}, {}],
        power_technologies=[],
        sites=[{"site": "a"}, {"site": "b"}],
        interconnection_routes=[{"site": "a"}, {"site": "b"}],
        zone_headroom=[
            {"year": 2030, "firm_headroom_mw": 10.0},
            {"year": 2032, "firm_headroom_mw": 30.0},
        ],
        demand=[{"output_tokens_per_s": 30e6}],
    )
    assert [answer.value("unserved_mtokens_per_s", "w", "r", e) for e in range(3)] == near(
        [20.0, 10.0, 0.0], abs=1e-9
    )
    assert answer.usd == near(30 * 3.6e6)


def test_a_route_is_filed_once_and_limits_its_contract(solve_case):
    # Two ways to the grid, of 3 and 5 MW, for 100 and 1,000 USD and 2 and 7 USD/kW. 6 MW of
    # demand take 3 MW of each: 1,100 + 3000·2 + 3000·7 = 28,100 USD.
    answer = solve_case(
        power_technologies=[],
        interconnection_routes=[
            {"route": "small", "max_mw": 3.0, "cost_usd": 100.0, "cost_usd_per_kw": 2.0},
            {"route": "large", "max_mw": 5.0, "cost_usd": 1000.0, "cost_usd_per_kw": 7.0},
        ],
        demand=[{"output_tokens_per_s": 6e6}],
    )
    assert answer.usd == near(28_100.0)
    assert answer.component("interconnection") == near(1100.0)
    assert answer.component("connection_works") == near(27e3)


@pytest.mark.parametrize(("limit_ms", "usd"), [(116.0, 100.0), (117.0, 0.0)])
def test_latency_excludes_a_far_site(solve_case, limit_ms, usd):
    # On the equator ten degrees of longitude are 6378.137 km · 10π/180 = 1113.1949 km (WGS 84).
    # To the far site: 5 + 0.01·1113.1949 = 16.13 ms there and back, 90 ms in the system and
    # 10 ms in the queue: 116.13 ms. To the near one: 105 ms, but it costs 100 USD to open.
    answer = solve_case(
        {
            "latency.base_ms": 5.0,
            "latency.round_trip_ms_per_km": 0.01,
            "latency.queue_ms": 10.0,
        },
        sites=[
            {"site": "far", "longitude_deg": 10.0},
            {"site": "near", "opening_cost_usd": 100.0},
        ],
        operating_points=[{"ttft_ms": 90.0}],
        workloads=[{"ttft_limit_ms": limit_ms}],
    )
    assert answer.usd == near(usd)


def test_a_measured_round_trip_overrides_the_distance_rule(solve_case):
    # 50 ms measured to a site at no distance, and 49 ms allowed: the demand stays unserved.
    answer = solve_case(
        network=[{"rtt_ms": 50.0}],
        workloads=[{"ttft_limit_ms": 49.0}],
    )
    assert answer.usd == near(3.6e6)
    assert answer.value("flow_mtokens_per_s") == 0.0


@pytest.mark.parametrize(
    ("hall", "usd"),
    [
        ({}, 100.0),
        ({"hall_density_kw_per_rack": 119.0}, 300.0),
        ({"liquid_cooling": False}, 300.0),
        ({"hall_density_kw_per_rack": 40.0, "liquid_cooling": False}, 300.0),
        ({"hall_density_kw_per_rack": 39.0}, 3.6e6),
    ],
)
def test_density_and_cooling_exclude_a_rack(solve_case, hall, usd):
    # One system is needed: liquid at 120 kW/rack for 100 USD, or air at 40 kW/rack for 300.
    answer = solve_case(
        sites=[hall],
        hardware=[
            {"system": "l", "rack_kw_per_rack": 120.0, "cooling": "liquid", "capex_usd": 100.0},
            {"system": "a", "rack_kw_per_rack": 40.0, "cooling": "air", "capex_usd": 300.0},
        ],
    )
    assert answer.usd == near(usd)
