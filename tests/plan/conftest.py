from __future__ import annotations

from pathlib import Path

import pytest

import tokenworks as tw
from tokenworks.build import build
from tokenworks.plan import Plan
from tokenworks.results.frames import Context
from tokenworks.solver.whole import solve_whole

TWO_SITES = Path(__file__).parents[1] / "golden" / "two-sites" / "two-sites.yaml"


@pytest.fixture(scope="session")
def two_sites() -> Path:
    """A small case that uses every block."""
    return TWO_SITES


@pytest.fixture(scope="session")
def plan() -> Plan:
    return tw.solve(tw.load(TWO_SITES), gap=0.0)


@pytest.fixture(scope="session")
def context(plan: Plan) -> Context:
    model = build(plan.inputs)
    return Context(model, solve_whole(model, plan.scenario.solve))
