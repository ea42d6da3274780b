"""The two-site case of `tests/golden/two-sites`, and what every block attaches to its model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pyomo.environ import ConcreteModel, Constraint, Param, Set, Var

from tokenworks.blocks.terms import CostTerm, attach
from tokenworks.build import BLOCKS
from tokenworks.candidates import candidates
from tokenworks.inputs import Inputs, assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.lean import lean
from tokenworks.schema.scenario import Scenario

GOLDEN = Path(__file__).parents[1] / "golden"

TwoSitesWith = Callable[[Mapping[str, Any]], Inputs]


@dataclass(frozen=True)
class Attached:
    """What a block added to a model, by name."""

    name: str
    doc: str
    model: ConcreteModel
    sets: dict[str, Any]
    params: dict[str, Any]
    variables: dict[str, Any]
    constraints: dict[str, Any]
    costs: tuple[CostTerm, ...]


def attach_blocks(x: Inputs) -> dict[str, Attached]:
    """Attach every block to one model, as `build` does, and keep what each of them added."""
    c, m = candidates(x), ConcreteModel()
    found, known = {}, set()
    with lean():
        for block in BLOCKS:
            block.add(m, x, c)
            costs = tuple(t for cost in block.costs(m, x, c) for t in attach(m, cost))
            new = [v for v in m.component_objects() if v.name not in known]
            known |= {v.name for v in new}
            found[short_name(block)] = Attached(
                short_name(block),
                block.__doc__ or "",
                m,
                *({v.name: v for v in new if v.ctype is kind} for kind in KINDS),
                costs,
            )
    return found


KINDS = (Set, Param, Var, Constraint)


def short_name(block: ModuleType) -> str:
    return block.__name__.rpartition(".")[2]


@pytest.fixture(scope="session")
def golden() -> Path:
    return GOLDEN


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return load_scenario(GOLDEN / "two-sites" / "two-sites.yaml")


@pytest.fixture(scope="session")
def two_sites(scenario: Scenario) -> Inputs:
    return assemble(scenario)


@pytest.fixture(scope="session")
def two_sites_with(scenario: Scenario) -> TwoSitesWith:
    """The two-site case with some options and cells changed, as `Scenario.with_` takes them."""
    return lambda changes: assemble(scenario.with_(changes))


@pytest.fixture(scope="session")
def attached(two_sites: Inputs) -> dict[str, Attached]:
    return attach_blocks(two_sites)


@pytest.fixture(scope="session")
def attached_whole(two_sites_with: TwoSitesWith) -> dict[str, Attached]:
    """The same with whole systems and modules, at the greatest net present value."""
    whole = {
        "serving.whole_systems": True,
        "power.whole_module_fraction": 0.0,
        "objective": "npv",
    }
    return attach_blocks(two_sites_with(whole))
