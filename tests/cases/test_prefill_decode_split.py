"""The shipped scenario `prefill-decode-split` against what was published of the split.

A server of H200 reads 16,500 tokens/s, 0.61111 requests/s of 27,000; one of H20 reads
a = 6,300/27,000 = 0.23333 and writes d = 695/1,000 = 0.695 requests/s.
"""

from __future__ import annotations

from functools import partial

import pytest

from tokenworks.io.scenario_files import load_scenario

pytestmark = pytest.mark.slow

near = partial(pytest.approx, rel=1e-6)

ALONE = {
    "tables.sites[far-away].enabled": False,
    "tables.sites[near-users].max_it_mw": 12 * 0.01096,
    "tables.sites[near-users].block_mw": 12 * 0.01096,
}
# H20 that reads in 20 s, of 10 allowed, reads nothing.
NAIVE = {"tables.operating_points[h20-read].ttft_ms": 20000}
DENSE = {"tables.models[hybrid-1t].kv_bytes_per_token": 24167 * 59.93 / 4.66}


@pytest.fixture(scope="module")
def answer(solved):
    scenario = load_scenario("prefill-decode-split")
    return {
        name: solved(scenario, changes)
        for name, changes in {"split": {}, "alone": ALONE, "naive": NAIVE, "dense": DENSE}.items()
    }


def requests_per_s(answer):
    return answer.value("flow_mtokens_per_s") * 1e6 / 1000


def test_throughput_on_unlike_hardware(answer):
    # Twelve of H20: 12/(1/a + 1/d) = 12/(4.285714 + 1.438849) = 2.096230 requests/s.
    alone = requests_per_s(answer["alone"])
    assert alone == near(2.096230)
    # Four of H200 read 2.444444 and n of eight H20 read the rest of what the others write:
    # 2.444444 + n·a = (8 - n)·d, n = (5.56 - 2.444444)/0.928333 = 3.356074: 3.227528 requests/s.
    split = requests_per_s(answer["split"])
    assert split == near(3.227528)
    assert split / alone == pytest.approx(1.54, abs=0.005)  # published
    # Where H20 reads nothing, 2.444444.
    assert split / requests_per_s(answer["naive"]) == pytest.approx(1.32, abs=0.005)  # published


def test_throughput_at_equal_cost(answer):
    # 4·290 + 8·144 = 2,312 and 12·144 = 1,728 thousand USD for them.
    usd = {name: answer[name].component("hardware_capital") for name in ("split", "alone")}
    assert usd == near({"split": 2.312e6, "alone": 1.728e6})
    per_usd = {name: requests_per_s(answer[name]) / usd[name] for name in usd}
    assert per_usd["split"] / per_usd["alone"] == pytest.approx(1.15, abs=0.005)  # published


def test_what_goes_through_the_link(answer):
    def sent_gbps(name, bytes_per_token):
        sent = sum(
            flow
            for (site, *_, group, _), flow in answer[name]
            .solved.values["serve_mtokens_per_s"]
            .items()
            if site == "far-away" and group.endswith("@near-users")
        )
        return sent * 1e6 / 1000 * 27000 * bytes_per_token * 8 / 1e9

    # 4 servers of 3.19 Gbit/s; 13 published.
    assert sent_gbps("split", 24167) == pytest.approx(12.76, abs=0.005)
    # 12.86 times as much would be 164: the link is full, and what it cannot carry stays.
    assert sent_gbps("dense", 24167 * 59.93 / 4.66) == near(100.0)
    assert requests_per_s(answer["dense"]) == pytest.approx(3.021, abs=0.001)


def test_pools_of_free_size_at_equal_cost(solved):
    # A request/s takes 1/0.611111 = 1.636364 of H200, 474,545 USD, and 1/0.695 = 1.438849 of H20,
    # 207,194 USD: 2.312e6/681,740 = 3.391326 requests/s. On H20 alone 5.724563 of them, 824,337
    # USD: 2.804678.
    halls = {
        f"tables.sites[{site}].{size}": 1.0
        for site in ("far-away", "near-users")
        for size in ("max_it_mw", "block_mw")
    }
    scenario = load_scenario("prefill-decode-split")
    free = {**halls, "policy.most_capital_usd": 2.312e6}
    split = requests_per_s(solved(scenario, free))
    assert split == near(3.391326)
    alone = requests_per_s(solved(scenario, {**free, "tables.sites[far-away].enabled": False}))
    assert alone == near(2.804678)
    assert split / alone == pytest.approx(1.209, abs=0.001)
