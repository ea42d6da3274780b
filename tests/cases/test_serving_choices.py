"""Model variants, several software stacks at a site, an interoperability layer, warm spares."""

from __future__ import annotations

from functools import partial
from itertools import combinations

import pytest

near = partial(pytest.approx, rel=1e-9)

# Two workloads, demand 1 each. A system costs 100,000 USD and serves 1 on the model m and 2 on the
# leaner variant n.
VARIANTS = {
    "models": [{"model": "m"}, {"model": "n"}],
    "hardware": [{"capex_usd": 100e3}],
    "operating_points": [
        {"point": "h-m", "model": "m", "output_tokens_per_s": 1e6},
        {"point": "h-n", "model": "n", "output_tokens_per_s": 2e6},
    ],
    "workloads": [{"workload": "v"}, {"workload": "w"}],
    "demand": [{"workload": "v"}, {"workload": "w"}],
}


@pytest.mark.parametrize(
    ("accepted", "usd"),
    [
        ([], 200e3),  # one system each
        ([{"workload": "v", "model": "n"}], 150e3),  # half a system for v
        ([{"workload": "v", "model": "n"}, {"workload": "w", "model": "n"}], 100e3),
    ],
)
def test_a_workload_takes_the_variants_it_accepts(solve_case, accepted, usd):
    assert solve_case(**VARIANTS, accepted_models=accepted).usd == near(usd)


# Demand 1 of the model m and 1 of n. System a costs 100,000 USD and serves 1 on m but 0.5 on n; b,
# of another stack, costs as much and serves 1 on n.
STACKS = {
    "models": [{"model": "m"}, {"model": "n"}],
    "hardware": [
        {"system": "a", "capex_usd": 100e3, "software_stack": "x"},
        {"system": "b", "capex_usd": 100e3, "software_stack": "y"},
    ],
    "operating_points": [
        {"system": "a", "model": "m"},
        {"system": "a", "model": "n", "output_tokens_per_s": 0.5e6},
        {"system": "b", "model": "n"},
    ],
    "workloads": [{"workload": "v", "model": "m"}, {"workload": "w", "model": "n"}],
    "demand": [{"workload": "v"}, {"workload": "w"}],
}


def stacks(usd):
    return [{"stack": k, "site_cost_usd_per_year": usd} for k in ("x", "y")]


@pytest.mark.parametrize(
    ("options", "each_usd", "usd"),
    [
        ({}, 0.0, 200e3),  # one of each, stacks for nothing
        ({}, 60e3, 320e3),  # one of each and two stacks: 200 + 120; a alone: 100 + 200 + 60 = 360
        ({}, 120e3, 420e3),  # a alone: 300 + 120; both 200 + 240 = 440
        # The layer costs 50,000 USD in place of the stacks and a fifth of the throughput:
        # 200/0.8 + 50.
        ({"cost": 50e3, "loss": 0.2}, 60e3, 300e3),
        # Neither: two vendors at the price of none.
        ({"cost": 0.0, "loss": 0.0}, 120e3, 200e3),
    ],
)
def test_stacks_at_a_site(solve_case, options, each_usd, usd):
    layer = {
        "serving.interoperability_layer": True,
        "serving.interoperability_cost_usd_per_site_year": options.get("cost"),
        "serving.interoperability_throughput_loss_fraction": options.get("loss"),
    }
    answer = solve_case(layer if options else {}, **STACKS, software_stacks=stacks(each_usd))
    assert answer.usd == near(usd)


def test_a_stack_is_paid_at_every_site_and_only_while_it_serves(solve_case):
    # Two years, demand only in the second, of v and of w; each region is in reach of one site
    # alone. Stack x runs at s and y at t for one year: 60,000 USD each, and 200,000 of systems.
    tables = STACKS | {
        "periods": [{}, {}],
        "sites": [{"site": "s"}, {"site": "t"}],
        "regions": [{"region": "east"}, {"region": "west"}],
        "network": [
            {"site": "s", "region": "west", "rtt_ms": 1e7},
            {"site": "t", "region": "east", "rtt_ms": 1e7},
        ],
        "demand": [
            {"workload": "v", "region": "east", "output_tokens_per_s": [0.0, 1e6]},
            {"workload": "w", "region": "west", "output_tokens_per_s": [0.0, 1e6]},
        ],
    }
    answer = solve_case(**tables, software_stacks=stacks(60e3))
    assert answer.usd == near(320e3)
    assert answer.value("run_stack", "s", "x", 1) == answer.value("run_stack", "t", "y", 1) == 1.0
    assert answer.value("run_stack") == near(2.0)


def test_layer_spares_systems_without_a_stack(solve_case):
    # A system of no stack neither loses throughput nor pays for the layer.
    layer = {
        "serving.interoperability_layer": True,
        "serving.interoperability_cost_usd_per_site_year": 50e3,
        "serving.interoperability_throughput_loss_fraction": 0.2,
    }
    hardware = {"capex_usd": 100e3}
    assert solve_case(layer, hardware=[hardware]).usd == near(100e3)
    # 100/0.8 + 50.
    assert solve_case(layer, hardware=[hardware | {"software_stack": "x"}]).usd == near(175e3)


def test_warm_spares_are_bought_and_idle(solve_case):
    # A quarter more than the one that serves: 125,000 USD. Of 1 MW at full load and 0.2 idle: 0.8
    # above idle and 1.25 x 0.2 of idle, 1.05 MW for 1,000 hours at 10 USD/MWh: 10,500 USD.
    answer = solve_case(
        {"serving.warm_spare_fraction": 0.25},
        hardware=[{"capex_usd": 100e3, "idle_kw": 200.0}],
        power_technologies=[{"technology": "plant", "fuel": "gas", "heat_rate_mmbtu_per_mwh": 1.0}],
        fuel_prices=[{"fuel": "gas", "price_usd_per_mmbtu": 10.0}],
    )
    assert answer.usd == near(135.5e3)
    assert answer.value("systems", "s", "h", 0) == near(1.25)
    assert answer.value("assign_systems") == near(1.0)


# Three vendors with a stack each, three models, demand 1 of each; a system of 100,000 USD serves
# a model more or less fast.
SPEEDS = {"a": (1.0, 0.6, 0.3), "b": (0.4, 1.0, 0.7), "c": (0.5, 0.5, 1.0)}
MODELS = ("m", "n", "o")


def vendors(names):
    return {
        "models": [{"model": model} for model in MODELS],
        "hardware": [{"system": v, "capex_usd": 100e3, "software_stack": f"{v}-x"} for v in names],
        "operating_points": [
            {"system": v, "model": model, "output_tokens_per_s": speed * 1e6}
            for v in names
            for model, speed in zip(MODELS, SPEEDS[v], strict=True)
        ],
        "workloads": [{"workload": f"w-{model}", "model": model} for model in MODELS],
        "demand": [{"workload": f"w-{model}"} for model in MODELS],
    }


@pytest.mark.parametrize("stack_usd", [20e3, 50e3, 150e3])
def test_stacks_by_enumeration(solve_case, stack_usd):
    # Of every set of vendors: each model on the fastest of them, and the stack of each.
    sets = [s for n in (1, 2, 3) for s in combinations(SPEEDS, n)]
    best = min(
        sum(100e3 / max(SPEEDS[v][i] for v in names) for i in range(3)) + stack_usd * len(names)
        for names in sets
    )
    stacks = [{"stack": f"{v}-x", "site_cost_usd_per_year": stack_usd} for v in SPEEDS]
    assert solve_case(**vendors(SPEEDS), software_stacks=stacks).usd == near(best)


def test_more_asked_of_serving_is_no_cheaper(solve_case):
    # Each in turn, on the same case: spares, dearer stacks, slower commissioning, a vendor's share.
    def usd(options=None, rate=None, stack_usd=20e3):
        kit = vendors(SPEEDS)
        for row in kit["hardware"]:
            row["vendor"] = row["system"]
        stacks = [{"stack": f"{v}-x", "site_cost_usd_per_year": stack_usd} for v in SPEEDS]
        sites = [{"max_it_mw": 10.0, "commissioning_mw_per_month": rate}]
        return solve_case(options, **kit, software_stacks=stacks, sites=sites).usd

    least = usd()
    assert usd({"serving.warm_spare_fraction": 0.1}) > least
    assert usd(stack_usd=30e3) > least
    assert usd(rate=0.5) > usd(rate=5.0) > least
    assert usd({"policy.most_vendor_fraction": 0.34}) >= least
