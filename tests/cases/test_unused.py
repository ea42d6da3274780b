"""Sites, systems and contracts that can be of no use are never made, and the answer is the same."""

from __future__ import annotations

from functools import partial

import pytest

from tokenworks.candidates import candidates, sites
from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario

near = partial(pytest.approx, rel=1e-9)

# Site b lies 600 ms from the users, who wait no more than 500.
FAR = {
    "sites": [{"site": "s"}, {"site": "b"}],
    "network": [
        {"site": "s", "region": "r", "rtt_ms": 10.0},
        {"site": "b", "region": "r", "rtt_ms": 600.0},
    ],
    "workloads": [{"ttft_limit_ms": 500.0}],
    "hardware": [{"capex_usd": 100e3}],
}


def made(path):
    return candidates(assemble(load_scenario(path)))


def test_a_site_beyond_every_latency_is_never_made(write_scenario, solved):
    path = write_scenario(**FAR)
    found = made(path)
    assert found.unused == {"b"}
    assert set(found.siting.first_step) == {"s"}
    assert {site for site, *_ in (*found.assets.builds, *found.assets.purchases)} == {"s"}
    assert solved(path).usd == near(100e3)  # one system


def test_a_system_without_demand_is_never_made(write_scenario, solved):
    # The workload v, which alone is of the model n, has no demand: nothing else runs on `other`.
    path = write_scenario(
        models=[{"model": "m"}, {"model": "n"}],
        workloads=[{"workload": "w", "model": "m"}, {"workload": "v", "model": "n"}],
        demand=[{"workload": "w"}],
        hardware=[{"system": "h", "capex_usd": 100e3}, {"system": "other"}],
        operating_points=[{"system": "h", "model": "m"}, {"system": "other", "model": "n"}],
    )
    assert {system for _, system, _ in made(path).assets.purchases} == {"h"}
    assert solved(path).usd == near(100e3)


# Two years of 1,000 hours. In the first the zone has no headroom; in the second it has 5 MW. Grid
# power costs nothing, the source on site 10 USD/MWh: the first year costs 1 MW·1,000 h·10.
FULL = {
    "periods": [{"period": "y1"}, {"period": "y2"}],
    "zone_headroom": [
        {"year": 2030, "firm_headroom_mw": 0.0},
        {"year": 2031, "firm_headroom_mw": 5.0},
    ],
    "interconnection_routes": [{"route": "g"}],
    "power_technologies": [{"technology": "engine"}],
    "power_costs": [{"technology": "engine", "variable_om_usd_per_mwh": 10.0}],
}


@pytest.mark.parametrize("pruned", [True, False])
def test_no_contract_starts_while_the_zone_is_full(write_scenario, solved, monkeypatch, pruned):
    if not pruned:
        monkeypatch.setattr(sites, "has_room", lambda _: lambda *_: True)
    path = write_scenario(**FULL)
    found = made(path).siting
    assert [e for _, _, e in found.contracts] == ([1] if pruned else [0, 1])
    assert [e for _, _, e in found.full] == ([0] if pruned else [])
    assert solved(path).usd == near(10e3)
