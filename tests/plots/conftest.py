from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import tokenworks as tw
from tokenworks.plan import Plan

TWO_SITES = Path(__file__).parents[1] / "golden" / "two-sites" / "two-sites.yaml"
SCRIPT = "<script>alert(1)</script>"
FORMULA = "=1+1 $a$ & $b_1^2$"


@pytest.fixture(scope="session")
def plan() -> Plan:
    """A plan that uses every block."""
    return tw.solve(tw.load(TWO_SITES))


@pytest.fixture(scope="session")
def nothing_built(write_scenario: Callable[..., Path]) -> Plan:
    """A plan that leaves all demand unserved, which is cheaper than any system."""
    path = write_scenario({}, hardware=[{"system": "h", "capex_usd": 1e12}])
    return tw.solve(tw.load(path))


@pytest.fixture(scope="session")
def odd_names(write_scenario: Callable[..., Path]) -> Plan:
    """One site without a grid, with names that a page and a chart must not take for their own."""
    path = write_scenario(
        {"title": SCRIPT},
        sites=[{"site": SCRIPT, "construction_months": 3, "name": FORMULA}],
        regions=[{"region": FORMULA}],
        power_technologies=[{"technology": "<b>engine</b>", "procurement_months": 2}],
        workloads=[{"workload": "$w$"}],
        demand=[{"workload": "$w$", "region": FORMULA, "output_tokens_per_s": 1e7}],
        periods=[{"months": 12}, {"months": 12}],
    )
    return tw.solve(tw.load(path))


@pytest.fixture(params=["plan", "nothing_built", "odd_names"])
def any_plan(request: pytest.FixtureRequest) -> Plan:
    found: Plan = request.getfixturevalue(request.param)
    return found
