"""Fronts, by hand and by enumeration."""

from __future__ import annotations

import itertools
import math
from functools import partial

import pytest

from tokenworks.schema.study_kinds import Pareto
from tokenworks.study.kinds.pareto import Point, proven, verdict

pytestmark = pytest.mark.slow

near = partial(pytest.approx, rel=1e-6)

# Gas for nothing at half a tonne a MWh, and a clean source at 100 USD/MWh; 1,000 MWh.
CLEAN = {
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


def test_front_of_carbon_by_hand(write_scenario, run_kind):
    # A tonne less is two MWh cleaner: 200 USD; from 500 t for nothing to 0 t for 100,000 USD.
    found = run_kind(write_scenario(**CLEAN), "pareto", points=5)
    front = found["pareto"]
    assert front["aim"].tolist() == pytest.approx([500.0, 375.0, 250.0, 125.0, 0.0], abs=1e-3)
    assert front["objective_usd"].tolist() == pytest.approx([0, 25e3, 50e3, 75e3, 100e3], abs=1.0)
    assert front["usd_per_unit_least"].tolist()[1:] == near([200.0] * 4, rel=1e-4)
    assert front["verdict"].tolist() == ["not dominated"] * 5
    assert found.rounds == 2


@pytest.mark.slow
def test_cheapest_end_is_the_cleanest_of_the_cheapest(write_scenario, run_kind):
    # A clean source for nothing: the cheapest plan has no CO2, and the front is one point.
    free = CLEAN | {"power_costs": [{"technology": "clean"}]}
    front = run_kind(write_scenario(**free), "pareto", points=4)["pareto"]
    assert front["aim"].tolist() == pytest.approx([0.0], abs=1e-3)


@pytest.mark.slow
def test_least_may_be_stated(write_scenario, run_kind):
    front = run_kind(write_scenario(**CLEAN), "pareto", points=3, least=400.0)["pareto"]
    assert front["aim"].tolist() == pytest.approx([500.0, 450.0, 400.0], abs=1e-3)


@pytest.mark.slow
def test_front_of_whole_modules_is_that_of_enumeration(write_scenario, run_kind):
    # Three clean modules of 0.25, 0.25 and 0.5 MW at 20,000, 30,000 and 80,000 USD, each built or
    # not; gas does the rest. What runs at no cost runs.
    sizes = {"one": (0.25, 20e3), "two": (0.25, 30e3), "three": (0.5, 80e3)}
    tables = {
        "power_technologies": [
            CLEAN["power_technologies"][0],
            *(
                {"technology": k, "module_mw": mw, "max_site_mw": mw, "kind": "thermal"}
                for k, (mw, _) in sizes.items()
            ),
        ],
        "power_costs": [
            {"technology": k, "overnight_capex_usd_per_kw": usd / mw / 1e3}
            for k, (mw, usd) in sizes.items()
        ],
        "fuel_prices": CLEAN["fuel_prices"],
    }
    options = {"power.whole_module_fraction": 0.0}
    front = run_kind(write_scenario(options, **tables), "pareto", points=9)["pareto"]
    built = [
        (sum(usd for _, usd in some), 500.0 * (1.0 - sum(mw for mw, _ in some)))
        for n in range(4)
        for some in itertools.combinations(sizes.values(), n)
    ]
    for row in front.to_dict("records"):
        room = math.inf if math.isnan(row["cap"]) else row["cap"]
        assert row["objective_usd"] == pytest.approx(
            min(usd for usd, tonnes in built if tonnes <= room + 1e-3), abs=1.0
        )
    found = {(round(r["objective_usd"]), round(r["aim"])) for r in front.to_dict("records")}
    efficient = {
        (usd, tonnes)
        for usd, tonnes in built
        if not any(u <= usd and t <= tonnes and (u, t) != (usd, tonnes) for u, t in built)
    }
    assert {(round(u), round(t)) for u, t in efficient} <= found
    kept = front[front["verdict"] == "not dominated"]
    assert {(round(r["objective_usd"]), round(r["aim"])) for r in kept.to_dict("records")} <= {
        (round(u), round(t)) for u, t in efficient
    }


@pytest.mark.slow
def test_tighter_cap_is_no_cheaper(write_scenario, run_kind):
    front = run_kind(write_scenario(**CLEAN), "pareto", points=6)["pareto"]
    assert front["objective_usd"].is_monotonic_increasing
    assert front["cost_usd_most"].is_monotonic_increasing
    assert front["cost_usd_least"].is_monotonic_increasing


@pytest.mark.slow
def test_months_to_power(write_scenario, run_kind):
    # Three years; a hall for 1,000 USD a year of upkeep serves what rent does for 500: rented for
    # three years, 1,500 USD; power by month 24, 12 or 0 costs 500 USD more each.
    case = write_scenario(
        periods=[{}, {}, {}],
        hardware=[{"fixed_om_usd_per_year": 1000.0}],
        cloud_prices=[{"rent_usd_per_mtoken": 500.0 / 3.6e6}],
    )
    front = run_kind(case, "pareto", against="months_to_power", points=11)["pareto"]
    capped = front[front["cap"].notna()]
    assert capped["aim"].tolist() == [24.0, 12.0, 0.0]
    assert capped["objective_usd"].tolist() == near([2000.0, 2500.0, 3000.0])


def point(run, cap, aim, objective, bound):
    return Point(run, cap, aim, objective, bound)


def test_what_one_point_proves_counts_for_others():
    points = [
        point("a", math.inf, 10.0, 100.0, 99.0),
        point("b", 8.0, 5.0, 104.0, 98.0),  # its bound is worse than the one under a looser cap
        point("c", 6.0, 6.0, 106.0, 103.0),  # b keeps that cap too, for less
    ]
    assert proven(points, 1) == (99.0, 104.0)
    assert proven(points, 2) == (103.0, 104.0)
    assert verdict(points, 0) == "within its gap of c" or verdict(points, 0) == "not dominated"
    assert verdict(points, 2) == "dominated by b"


def test_point_within_its_gap_of_a_cleaner_one_is_said_so():
    points = [point("a", math.inf, 10.0, 100.0, 99.0), point("b", 5.0, 5.0, 100.5, 99.5)]
    assert verdict(points, 0) == "within its gap of b"
    assert verdict(points, 1) == "not dominated"
    assert Pareto().points == 11
