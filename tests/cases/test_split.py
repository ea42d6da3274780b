"""Prefill and decode apart: on other hardware, at other sites, over links of limited Gbps.

A request has 1,000 tokens of input and 1,000 of output, so that 1 million output tokens/s are 1,000
requests/s. `pre` reads 2 million input tokens/s, twice what that asks for; `dec` writes 1 million.
A token of input leaves 1,000 bytes: 1 MB or 8 Mbit of a request, 8 Gbit/s at 1,000 requests/s.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import pytest

from tokenworks.errors import InputError, SolverError
from tokenworks.results.tables import tables_of

pytestmark = pytest.mark.slow

near = partial(pytest.approx, rel=1e-9, abs=1e-6)

PRE = {"system": "pre", "capex_usd": 10e3}
DEC = {"system": "dec", "capex_usd": 30e3}
READ = {"point": "read", "system": "pre", "stage": "prefill", "input_tokens_per_s": 2e6}
WRITE = {"point": "write", "system": "dec", "stage": "decode"}
SPLIT = {"hardware": [PRE, DEC], "operating_points": [READ, WRITE]}

# `pre` is cooled by liquid, which only `near` has; the racks of `dec` only go to `far`.
TWO_SITES = {
    "sites": [
        {"site": "near", "hall_density_kw_per_rack": 100.0},
        {"site": "far", "liquid_cooling": False},
    ],
    "hardware": [
        PRE | {"rack_kw_per_rack": 50.0, "cooling": "liquid"},
        DEC | {"rack_kw_per_rack": 500.0},
    ],
    "operating_points": [READ, WRITE],
    "models": [{"kv_bytes_per_token": 1000.0}],
}
ALL_UNSERVED = 3.6e6


def link(**cells):
    return [{"from_site": "near", "to_site": "far"} | cells]


@pytest.mark.parametrize(
    ("requests", "systems"),
    [
        # 1,000 requests/s of 1,000 tokens: half of a `pre`.
        ({}, 0.5),
        # Half of the input is cached: a quarter.
        ({"cached_fraction": 0.5}, 0.25),
        # 2,000 requests/s of 500 tokens each, after 2,000 of input: 4 million, two of them.
        ({"input_tokens": 2000.0, "output_tokens": 500.0}, 2.0),
    ],
)
def test_each_stage_has_its_own_systems_at_a_site(solve_case, requests, systems):
    # One `dec` at 30,000 USD, and so many `pre` at 10,000.
    answer = solve_case(
        {"serving.length_tolerance_fraction": 1.0, "serving.cached_tolerance_fraction": 1.0},
        workloads=[requests],
        **SPLIT,
    )
    assert answer.usd == near(30e3 + systems * 10e3)
    assert answer.value("systems", "s", "pre", 0) == near(systems)


def test_a_stage_alone_serves_nothing(write_scenario, solved):
    # Nothing to decode with: the check says so.
    path = write_scenario(hardware=[PRE, {"system": "h"}], operating_points=[READ, {"model": "m"}])
    assert solved(path).usd == near(0.0)  # by `h`, which is free
    with pytest.raises(InputError, match="fit one stage of `w` alone"):
        solved(write_scenario(hardware=[PRE], operating_points=[READ]))


def test_both_stages_are_of_one_model(write_scenario, solved, solve_case):
    # `v` is accepted beside `m`, but what `m` has read `v` cannot go on with.
    models = [{"model": "m"}, {"model": "v"}]
    accepted = [{"workload": "w", "model": "v"}]
    apart = {"models": models, "accepted_models": accepted, "hardware": [PRE, DEC]}
    with pytest.raises(InputError, match="fit one stage of `w` alone"):
        solved(write_scenario(**apart, operating_points=[READ, WRITE | {"model": "v"}]))
    # With both stages of both: `v` is read by half the systems, 2,500 USD, and written by twice as
    # `v` is read twice as fast, and written half as fast: read as `v` and written as `m` it would
    # be 2,500 + 30,000 USD, but all of `m` is 5,000 + 30,000 and all of `v` 2,500 + 60,000.
    points = [
        READ,
        WRITE,
        {**READ, "point": "v-read", "model": "v", "input_tokens_per_s": 4e6},
        {**WRITE, "point": "v-write", "model": "v", "output_tokens_per_s": 0.5e6},
    ]
    assert solve_case(**apart, operating_points=points).usd == near(35e3)


@pytest.mark.parametrize(("sovereign", "usd"), [(False, 35e3), (True, ALL_UNSERVED)])
def test_what_is_sovereign_is_prefilled_at_home(solve_case, sovereign, usd):
    abroad, home = TWO_SITES["sites"]
    answer = solve_case(
        **TWO_SITES
        | {
            "jurisdictions": [{"jurisdiction": "here"}, {"jurisdiction": "there"}],
            "sites": [abroad | {"jurisdiction": "there"}, home | {"jurisdiction": "here"}],
            "regions": [{"jurisdiction": "here"}],
            "workloads": [{"sovereign": sovereign}],
            "site_links": link(),
        }
    )
    assert answer.usd == near(usd)


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"operating_points": [READ | {"ttft_ms": None}, WRITE]}, "ttft_ms.*needs this figure"),
        ({"operating_points": [READ, WRITE | {"ttft_ms": 5.0}]}, "ttft_ms.*has no such figure"),
        (
            {"operating_points": [READ | {"output_tokens_per_s": 1.0}, WRITE]},
            "output_tokens_per_s.*has no such figure.*leave the cell blank",
        ),
        ({"site_links": [{"from_site": "far", "to_site": "far"}]}, "leads from `far` to itself"),
        ({"site_links": [{"from_site": "far", "to_site": "fra"}]}, "there is no site `fra`"),
        (
            {"models": [{}], "site_links": [{"from_site": "far", "to_site": "near"}]},
            "is blank, here and in `models` for `m`",
        ),
        (
            {"workloads": [{"cached_fraction": 1.0}]},
            "no operating point of an enabled system fits|fit one stage",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(write_scenario, solved, tables, words):
    options = {"serving.cached_tolerance_fraction": 1.0}
    with pytest.raises(InputError, match=words):
        solved(write_scenario(options, **TWO_SITES | tables))


@pytest.mark.parametrize(
    ("whole_usd", "usd"),
    [
        (34e3, 34e3),  # at 34,000 USD a system that does all of it is cheaper
        (36e3, 35e3),  # at 36,000 half a `pre` and a `dec` are
    ],
)
def test_the_split_is_made_where_it_is_cheaper(solve_case, whole_usd, usd):
    answer = solve_case(
        hardware=[PRE, DEC, {"system": "both", "capex_usd": whole_usd}],
        operating_points=[READ, WRITE, {"system": "both"}],
    )
    assert answer.usd == near(usd)


def test_both_ways_are_mixed_where_the_hall_is_small(solve_case):
    # Demand 2 in a hall of 1.75 MW. All of it in `both`: 1 MW and 20,000 USD for each million a
    # second; split: half a `pre` of 0.2 MW and a `dec` of 0.4 MW, 0.5 MW and 35,000 USD. With y in
    # `both`: y + 0.5·(2 - y) = 1.75, y = 1.5: 1.5·20,000 + 0.5·35,000 = 47,500 USD.
    answer = solve_case(
        sites=[{"max_it_mw": 1.75}],
        hardware=[
            PRE | {"design_kw": 200.0},
            DEC | {"design_kw": 400.0},
            {"system": "both", "capex_usd": 20e3},
        ],
        operating_points=[READ, WRITE, {"system": "both"}],
        demand=[{"output_tokens_per_s": 2e6}],
    )
    assert answer.usd == near(47.5e3)
    assert answer.value("systems", "s", "both", 0) == near(1.5)


def test_systems_are_shared_between_the_stages(solve_case):
    # A `pre` writes too, but slowly: 0.5 million/s. Alone it needs 0.5 + 2 systems at 10,000 USD.
    answer = solve_case(
        hardware=[PRE],
        operating_points=[READ, WRITE | {"system": "pre", "output_tokens_per_s": 0.5e6}],
    )
    assert answer.usd == near(25e3)
    assert answer.value("systems", "s", "pre", 0) == near(2.5)


@pytest.mark.parametrize("capacity_gbps", [0.8, 4.0, 7.992, 8.0, 12.0])
def test_a_link_carries_its_gbps_and_no_more(solve_case, capacity_gbps):
    # 8 Gbit/s for all of the demand: 4 serve half of it, 8 just all, 12 no more.
    answer = solve_case(site_links=link(capacity_gbps=capacity_gbps), **TWO_SITES)
    served = min(1.0, capacity_gbps / 8.0)
    assert answer.value("flow_mtokens_per_s") == near(served)
    assert answer.usd == near(35e3 * served + ALL_UNSERVED * (1.0 - served))


def test_sites_without_a_link_send_nothing(solve_case):
    assert solve_case(**TWO_SITES).usd == near(ALL_UNSERVED)
    back = [{"from_site": "far", "to_site": "near"}]  # the other way round
    assert solve_case(site_links=back, **TWO_SITES).usd == near(ALL_UNSERVED)


def test_a_workload_may_say_what_its_cache_holds(solve_case):
    # 4,000 bytes where its model has 1,000: 32 Gbit/s for all, so that 8 serve a quarter; with
    # three quarters of the input in the cache of either site, all of it, by an eighth of a `pre`.
    def usd(**workload):
        workloads = [{"kv_bytes_per_token": 4000.0} | workload]
        options = {"serving.cached_tolerance_fraction": 1.0}
        links = link(capacity_gbps=8.0)
        return solve_case(options, site_links=links, workloads=workloads, **TWO_SITES).usd

    assert usd() == near(0.25 * 35e3 + 0.75 * ALL_UNSERVED)
    assert usd(cached_fraction=0.75) == near(30e3 + 0.125 * 10e3)


def test_a_link_holds_the_peak_of_all_that_it_carries(solve_case):
    # Half of the demand by day, half by night, each at twice its mean: 8 Gbit/s at any hour, though
    # each has 8 in its own peak. Both stages follow the demand of their region: one workload needs
    # half a `pre` and a `dec` by day and by night; two workloads do not share theirs by the hour.
    tables = {
        "profiles": [
            {"profile": "day", "demand_shape": [2.0] * 12 + [0.0] * 12},
            {"profile": "night", "demand_shape": [0.0] * 12 + [2.0] * 12},
        ],
        "regions": [{"region": "east"}, {"region": "west"}],
        "workloads": [{"workload": "chat"}, {"workload": "code"}],
        **TWO_SITES,
    }

    def usd(of_east, of_west, gbps):
        demand = [
            {"region": "east", "profile": "day", "workload": of_east},
            {"region": "west", "profile": "night", "workload": of_west},
        ]
        demand = [row | {"output_tokens_per_s": 0.5e6} for row in demand]
        return solve_case(demand=demand, site_links=link(capacity_gbps=gbps), **tables).usd

    assert usd("chat", "chat", 8.0) == near(35e3)
    assert usd("chat", "code", 8.0) == near(70e3)
    # At 6 Gbit/s a quarter of either stays unserved.
    assert usd("chat", "code", 6.0) == near(0.75 * 70e3 + 0.25 * ALL_UNSERVED)


def test_a_link_meets_the_demand_at_the_end_of_the_step(solve_case):
    # Demand grows by 50 % in the year: A(1.5^t), mean 1, so that it ends at
    # 1.5·ln(1.5)/0.5 = 1.216395 times its mean, and asks for 9.731162 Gbit/s.
    demand = [{"growth_rate": 0.5}]
    for gbps, all_of_it in ((9.7312, True), (9.7311, False)):
        answer = solve_case(demand=demand, site_links=link(capacity_gbps=gbps), **TWO_SITES)
        assert (answer.value("unserved_mtokens_per_s") < 1e-9) is all_of_it


@pytest.mark.parametrize(("limit_ms", "served"), [(480.5, True), (479.5, False)])
@pytest.mark.parametrize("by_distance", [True, False])
def test_the_first_token_waits_for_the_transfer(solve_case, limit_ms, served, by_distance):
    # Queue 20 + prefill 300 + round trip to its site 60 + round trip to the decode 20 + 8 Mbit
    # through 0.1 Gbit/s 80 = 480 ms. The demand is small enough for such a link.
    answer = solve_case(
        {"latency.queue_ms": 20.0, "latency.base_ms": 20.0 if by_distance else 0.0},
        **TWO_SITES
        | {
            "operating_points": [READ | {"ttft_ms": 300.0}, WRITE | {"tpot_ms": 50.0}],
            "workloads": [{"ttft_limit_ms": limit_ms, "tpot_limit_ms": 50.0}],
            "network": [{"site": "near", "rtt_ms": 60.0}],
            "site_links": link(capacity_gbps=0.1, rtt_ms=None if by_distance else 20.0),
            "demand": [{"output_tokens_per_s": 0.01e6}],
        },
    )
    assert answer.usd == near(350.0 if served else 0.01 * ALL_UNSERVED)


def test_only_decode_is_held_to_the_time_per_token(solve_case):
    # The first token takes 300 ms, which is no time per output token; at 51 ms a token `dec` is
    # too slow, and the slower of two points of another tier has to serve.
    quick = {"point": "quick", "system": "dec", "stage": "decode", "output_tokens_per_s": 0.5e6}
    answer = solve_case(
        hardware=[PRE, DEC],
        operating_points=[READ | {"ttft_ms": 300.0}, WRITE | {"tpot_ms": 51.0}, quick],
        workloads=[{"ttft_limit_ms": 300.0, "tpot_limit_ms": 50.0}],
    )
    assert answer.usd == near(5e3 + 60e3)


def test_what_is_sent_is_paid_by_the_gigabyte(solve_case):
    # A gigabyte for every million tokens: 3.6 million in the year at 0.01 USD.
    answer = solve_case(site_links=link(cost_usd_per_gb=0.01), **TWO_SITES)
    assert answer.component("transfers") == near(36e3)
    assert answer.usd == near(35e3 + 36e3)


def test_a_dear_link_is_worth_less_than_dear_systems(solve_case):
    # `far` may hold dear prefill of its own, 80,000 USD a system, half of one: 40,000 USD, against
    # 5,000 and what is sent: cheaper up to 35,000 USD, 0.0097222 USD/GB.
    tables = TWO_SITES | {
        "hardware": [*TWO_SITES["hardware"], {"system": "dear", "capex_usd": 80e3}],
        "operating_points": [READ, WRITE, READ | {"point": "dear-read", "system": "dear"}],
    }
    cheap = solve_case(site_links=link(cost_usd_per_gb=0.0097), **tables)
    dear = solve_case(site_links=link(cost_usd_per_gb=0.0098), **tables)
    assert cheap.usd == near(35e3 + 0.0097 * 3.6e6)
    assert dear.usd == near(70e3)


# At half of their throughput: one `pre` of 0.2 MW idle and 1 MW at full load takes
# 0.2 + 0.5·0.8 = 0.6 MW; two `dec` of 0.1 and 0.5 MW take 0.2 + 0.4 = 0.6 MW.
POWERED = TWO_SITES | {
    "hardware": [
        TWO_SITES["hardware"][0] | {"idle_kw": 200.0},
        TWO_SITES["hardware"][1] | {"idle_kw": 100.0, "design_kw": 500.0},
    ],
    "workloads": [{"max_utilisation_fraction": 0.5}],
    "power_technologies": [{"technology": "plant", "module_mw": 0.1}],
    "power_costs": [
        {
            "technology": "plant",
            "variable_om_usd_per_mwh": 10.0,
            "overnight_capex_usd_per_kw": 1.0,
        }
    ],
    "site_links": link(capacity_gbps=9.0, cost_usd_per_gb=0.001),
}


@pytest.fixture(scope="module")
def powered(solve_case):
    return solve_case(**POWERED)


def test_both_stages_count_in_the_peak(solve_case):
    # On the design day a PUE of 1.5 asks for 1.5·0.6 MW at either site, 1,800 kW in all, where the
    # year, at a PUE of 1, needs 1,200.
    sites = [row | {"average_pue_ratio": 1.0, "peak_pue_ratio": 1.5} for row in POWERED["sites"]]
    answer = solve_case({"power.adequacy": True}, **POWERED | {"sites": sites})
    assert answer.component("power_capital") == near(1.8e3)
    assert answer.value("capacity_mw", "near", "plant", 0) == near(0.9)


def test_both_stages_draw_power_at_their_sites(powered):
    # 1.2 MW for 1,000 hours at 10 USD/MWh, 1,200 kW of plant, systems for 10,000 + 60,000 USD,
    # 3.6 million GB.
    assert powered.value("load_mw", "near", ..., ..., 0) == near(0.4)
    assert powered.value("load_mw", "far", ..., ..., 0) == near(0.4)
    assert powered.component("variable_om") == near(12e3)
    assert powered.usd == near(12e3 + 1.2e3 + 70e3 + 3.6e3)


def test_results_count_both_stages(powered):
    tables, summary = tables_of(powered.model, powered.solved)
    serving = tables["serving"].set_index("stage")
    assert serving["site"].to_dict() == {"prefill": "near", "decode": "far"}
    assert serving["mean_mtokens_per_s"].to_dict() == near({"prefill": 1.0, "decode": 1.0})
    assert serving["peak_utilisation_fraction"].to_dict() == near({"prefill": 0.5, "decode": 0.5})
    [sent] = tables["transfers"].to_dict("records")
    assert (sent["from_site"], sent["to_site"]) == ("near", "far")
    assert sent["mean_gbps"] == sent["peak_gbps"] == near(8.0)
    assert sent["link_capacity_gbps"] == 9.0
    # All cost over 3.6 million tokens, the prefill's systems, plant and transfers among it.
    cost = tables["cost_per_token"]
    assert cost["present_value_usd"].sum() == near(powered.usd)
    assert set(cost["workload"]) == {"w"}
    assert summary.cost_usd_per_mtoken == near(powered.usd / 3.6e6)
    of_prefill = cost[cost["system"] == "pre"].set_index("component")["present_value_usd"]
    assert of_prefill.to_dict() == near(
        {"hardware_capital": 10e3, "power_capital": 600.0, "variable_om": 6e3, "transfers": 3.6e3}
    )
    # 1.2 MWh an hour for 3.6 million requests an hour: a third of a Wh each.
    assert summary.wh_per_request_by_workload["w"] == near(1 / 3)


@pytest.mark.parametrize(
    ("stages", "factor", "words"),
    [
        ({"read"}, 0.9, "prefilled beyond what is decoded"),
        # 9.6 Gbit/s over a link of 9.
        ({"read", "write"}, 1.2, "link near to far, 2030-01-01: 9.6"),
    ],
)
def test_a_plan_that_breaks_the_split_is_refused(powered, stages, factor, words):
    values = dict(powered.solved.values)
    name = "serve_mtokens_per_s"
    values[name] = {
        index: value * (factor if index[2] in stages else 1.0)
        for index, value in values[name].items()
    }
    with pytest.raises(SolverError, match=words):
        tables_of(powered.model, replace(powered.solved, values=values))


def test_a_sovereign_prefill_abroad_is_refused(powered):
    # The plan of a workload that was free to be prefilled abroad, had it not been.
    x = powered.model.inputs
    tables = {
        **x.tables,
        "workloads": x.tables["workloads"].assign(sovereign=True),
        "jurisdictions": pd.DataFrame({"jurisdiction": ["j", "k"], "parent": ["", ""]}),
        "sites": x.tables["sites"].assign(jurisdiction=["k", "j"]),
        "regions": x.tables["regions"].assign(jurisdiction="j"),
    }
    model = replace(powered.model, inputs=replace(x, tables=tables))
    with pytest.raises(SolverError, match="w of r is prefilled abroad, at near"):
        tables_of(model, powered.solved)


def test_both_stages_gain_by_software(solve_case):
    # Throughput of `pre` and `dec` doubles from the day of their measurement: half of 35,000 USD.
    points = [row | {"measured_on": "2028-06-01"} for row in (READ, WRITE)]
    answer = solve_case(
        {"serving.software_uplift": True, "serving.most_software_uplift_ratio": 4.0},
        hardware=[row | {"software_stack": "stack"} for row in (PRE, DEC)],
        operating_points=points,
        software_efficiency=[
            {"software_stack": "stack", "year": 2028, "efficiency_index": 1.0},
            {"software_stack": "stack", "year": 2030, "efficiency_index": 2.0},
        ],
    )
    assert answer.usd == near(17.5e3)
