"""Laws of plans under branches, on the two-site case with all its blocks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tokenworks.io.scenario_files import load_scenario
from tokenworks.plan import solve as solve_alone
from tokenworks.schema.scenario import Scenario
from tokenworks.study.branches import BranchedPlan, solve

TWO_SITES = Path(__file__).parents[1] / "golden" / "two-sites" / "two-sites.yaml"
GAP = 1e-6


def with_branches(
    folder: Path, branches: list[Mapping[str, Any]], changes: list[Mapping[str, Any]]
) -> Scenario:
    for name, rows in (("branches", branches), ("branch_changes", changes)):
        columns = {"confidence": "assumed"}
        frame = pd.DataFrame([{**row, **columns} for row in rows])
        if name == "branch_changes" and not len(frame):
            frame = pd.DataFrame(
                columns=["change", "branch", "address", "operation", "value", "confidence"]
            )
        frame.to_csv(folder / f"{name}.csv", index=False)
    tables = {f"tables.{n}": str(folder / f"{n}.csv") for n in ("branches", "branch_changes")}
    return load_scenario(TWO_SITES).with_({**tables, "solve.gap": GAP})


def branched(scenario: Scenario) -> BranchedPlan:
    plan = solve(scenario)
    assert isinstance(plan, BranchedPlan)
    return plan


def horizon_start() -> str:
    periods = pd.read_csv(TWO_SITES.parent / "periods.csv")
    return str(periods["start"].min())


def later() -> str:
    periods = pd.read_csv(TWO_SITES.parent / "periods.csv").sort_values("start")
    return str(periods["start"].iloc[1])


def gas(factor: float) -> dict[str, Any]:
    return {
        "change": "gas",
        "branch": "other",
        "address": "tables.fuel_prices[*].price_usd_per_mmbtu",
        "operation": "scale",
        "value": factor,
    }


def pair(day: str) -> list[dict[str, Any]]:
    return [
        {"branch": "base", "probability_fraction": 0.7, "reveals_on": ""},
        {"branch": "other", "probability_fraction": 0.3, "reveals_on": day},
    ]


@pytest.mark.slow
def test_branches_that_are_alike_cost_what_one_does(tmp_path: Path) -> None:
    plan = branched(with_branches(tmp_path, pair(later()), []))
    alone = solve_alone(load_scenario(TWO_SITES).with_({"solve.gap": GAP}))
    # A reveal may cut a step, which lets capacity follow demand more closely: never dearer.
    assert plan.objective_usd <= alone.objective_usd * (1 + 2 * GAP)
    noise = 3 * GAP * plan.objective_usd
    assert plan.branches["regret_usd"].tolist() == pytest.approx([0.0, 0.0], abs=noise)


@pytest.mark.slow
def test_what_is_known_from_the_start_shares_nothing(tmp_path: Path) -> None:
    plan = branched(with_branches(tmp_path, pair(horizon_start()), [gas(3.0)]))
    table = plan.branches
    known = (table["probability_fraction"] * table["known_cost_usd"]).sum()
    assert plan.objective_usd == pytest.approx(known, rel=3 * GAP)


@pytest.mark.slow
def test_knowing_is_never_worth_less_than_nothing(tmp_path: Path) -> None:
    plan = branched(with_branches(tmp_path, pair(later()), [gas(3.0)]))
    measure = plan.measures.set_index("measure")
    worth = measure.loc["value of perfect information"]
    assert worth["high_usd"] >= -1e-12 * plan.objective_usd  # a difference of sums, rounded
    least = measure.amount_usd["least possible largest regret"]
    assert least <= measure.amount_usd["largest regret"] + 3 * GAP * plan.objective_usd
    for name in ("flows", "dispatch", "hardware"):
        first, second = (p.tables[name] for p in plan.plans.values())
        key = "step_start" if "step_start" in first else "in_service"
        shared = [t[t[key] < pd.Timestamp(later())].reset_index(drop=True) for t in (first, second)]
        pd.testing.assert_frame_equal(*shared)
