"""The scenario `us-quick`: a part of `us` in which every block of the model is in use."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pandas as pd
import pytest
from pyomo.environ import ConcreteModel, Constraint, Var

from tokenworks.blocks import hours
from tokenworks.build import BLOCKS
from tokenworks.candidates import Candidates, candidates
from tokenworks.inputs import Inputs, assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.lean import lean

DATA = Path(__file__).parents[2] / "data"
OWN = DATA / "cases" / "us-quick"


@pytest.fixture(scope="module")
def quick() -> Inputs:
    return assemble(load_scenario("us-quick"))


@pytest.fixture(scope="module")
def found(quick: Inputs) -> Candidates:
    return candidates(quick)


def size(m: ConcreteModel) -> int:
    """Rows and columns."""
    return sum(len(part) for part in m.component_objects((Var, Constraint)))


def test_every_block_has_rows_or_columns(quick: Inputs, found: Candidates) -> None:
    m, before, empty = ConcreteModel(), 0, []
    with lean():
        for block in BLOCKS:
            block.add(m, quick, found)
            now = size(m)
            # Hours are sets and parameters alone.
            if now == before and block is not hours:
                empty.append(block.__name__)
            before = now
    assert empty == []


def test_it_is_large_enough_to_mean_something(quick: Inputs) -> None:
    sites = quick.tables["sites"]
    assert len(sites) >= 6
    assert sites["zone"].nunique() >= 4
    assert sites["waterfront"].any()
    assert {"attainment", "nonattainment"} <= set(sites["attainment"].dropna())
    assert (quick.tables["operations"].groupby("zone")["day"].nunique() == 2).all()
    assert {"firm", "flexible", "co-located"} == set(
        quick.tables["interconnection_routes"]["firmness"]
    )
    assert {"NVIDIA", "AMD"} <= set(quick.tables["hardware"]["vendor"])


def test_its_periods_are_those_of_us(quick: Inputs) -> None:
    assert list(quick.loaded["periods"].frame["period"]) == list(
        pd.read_csv(DATA / "us" / "periods.csv")["period"]
    )


@pytest.mark.parametrize(
    "name", ["demand", "interconnection_routes", "operating_points", "operations", "zone_loads"]
)
def test_its_tables_are_made_of_those_of_us(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(str(DATA / "make"))
    us_quick = importlib.import_module("us_quick")
    us_quick.write_table(name, us_quick._rows(getattr(us_quick, name)(DATA)), tmp_path)
    for module in ("us_quick", "rows"):
        sys.modules.pop(module, None)
    file = f"{name}.csv"
    assert (tmp_path / file).read_bytes() == (OWN / file).read_bytes()
