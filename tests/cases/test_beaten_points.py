"""A point that another of its system beats wherever it serves is not made; nothing changes."""

from __future__ import annotations

from functools import partial

import pytest

from tokenworks.candidates import candidates, serving
from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario

near = partial(pytest.approx, rel=1e-9)

# Demand 1 near and 1 far. A system costs 100,000 USD; the quick point serves 1 within 100 ms, the
# strong one 2 within 300 ms. The limit is 500 ms.
POINTS = {
    "hardware": [{"capex_usd": 100e3}],
    "operating_points": [
        {"point": "quick", "ttft_ms": 100.0, "output_tokens_per_s": 1e6},
        {"point": "strong", "ttft_ms": 300.0, "output_tokens_per_s": 2e6},
    ],
    "workloads": [{"ttft_limit_ms": 500.0}],
    "regions": [{"region": "near"}, {"region": "far"}],
    "demand": [{"region": "near"}, {"region": "far"}],
}


def network(far_ms):
    return [
        {"site": "s", "region": "near", "rtt_ms": 10.0},
        {"site": "s", "region": "far", "rtt_ms": far_ms},
    ]


CASES = [
    # 300 + 150 ms: the strong point reaches both, and half as many systems do: 2/2 = 1.
    (150.0, {"strong"}, 100e3),
    # 300 + 250 ms is too late: near is served by half a system, far by one at the quick point.
    (250.0, {"quick", "strong"}, 150e3),
    # Neither reaches far, which stays unserved at 3.6e6 USD.
    (450.0, {"strong"}, 50e3 + 3.6e6),
]


@pytest.mark.parametrize(("far_ms", "kept", "usd"), CASES)
def test_latency_no_longer_counts_once_it_is_met(write_scenario, solved, far_ms, kept, usd):
    path = write_scenario(network=network(far_ms), **POINTS)
    made = candidates(assemble(load_scenario(path))).serving.serves
    assert {point for _, _, point, _, _ in made} == kept
    assert solved(path).usd == near(usd)


@pytest.mark.parametrize(("far_ms", "usd"), [(far_ms, usd) for far_ms, _, usd in CASES])
def test_the_objective_is_the_same_with_all_points(
    write_scenario, solved, monkeypatch, far_ms, usd
):
    monkeypatch.setattr(serving, "beats_where_it_serves", lambda *_: False)
    path = write_scenario(network=network(far_ms), **POINTS)
    made = candidates(assemble(load_scenario(path))).serving.serves
    assert {point for _, _, point, _, _ in made} == {"quick", "strong"}
    assert solved(path).usd == near(usd)
