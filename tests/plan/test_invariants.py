"""A plan that breaks what it must keep is refused: each invariant, broken on purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import tokenworks as tw
from tokenworks.build import build
from tokenworks.errors import SolverError
from tokenworks.plan import Plan
from tokenworks.results.frames import Context
from tokenworks.results.invariants import check
from tokenworks.solver.whole import solve_whole

TWO_SITES = Path(__file__).parents[1] / "golden" / "two-sites" / "two-sites.yaml"
HEADROOM = "tables.zone_headroom[*].firm_headroom_mw"

Change = Callable[[pd.DataFrame], None]


def broken(plan: Plan, table: str, change: Change) -> dict[str, pd.DataFrame]:
    tables = {name: frame.copy() for name, frame in plan.tables.items()}
    change(tables[table])
    return tables


def test_a_sound_plan_passes(context: Context, plan: Plan) -> None:
    check(context, plan.tables)


@pytest.mark.parametrize(
    ("table", "change", "words"),
    [
        ("dispatch", lambda t: t.__setitem__("power_mw", t["power_mw"] * 1.01), "meter of"),
        ("redline_use", lambda t: t.__setitem__("used_mw", t["limit_mw"] + 1.0), "of .* MW"),
        (
            "supply_use",
            lambda t: t.__setitem__("used_count", t["limit_count"] + 1.0),
            "are taken",
        ),
        ("sites", lambda t: t.__setitem__("it_capacity_mw", 0.0), "halls of"),
        ("serving", lambda t: t.__setitem__("peak_utilisation_fraction", 1.1), "utilisation"),
        (
            "power",
            lambda t: t.__setitem__("ordered", t["ordered"] - pd.DateOffset(years=30)),
            "before the horizon",
        ),
        ("carbon_use", lambda t: t.__setitem__("stack_tonnes", 1e6), "CO2 of us in"),
        (
            "dispatch",
            lambda t: t.__setitem__("power_mw", t["power_mw"].where(t["flow"] == "load", 1e3)),
            "not as clean as",
        ),
        ("adequacy", lambda t: t.__setitem__("target_fraction", 1.1), "with a probability of"),
        (
            "routes",
            lambda t: t.__setitem__("granted", t["granted"] + pd.DateOffset(years=30)),
            "permit allows|before it is granted",
        ),
        (
            "costs",
            lambda t: t.__setitem__("present_value_usd", t["present_value_usd"] * 1.01),
            "cost components sum",
        ),
        (
            "costs",
            lambda t: t.__setitem__("line", "revenue"),
            "tokens sold bring",
        ),
        (
            "cost_per_token",
            lambda t: t.__setitem__("present_value_usd", t["present_value_usd"] * 1.01),
            "cost per token allocates",
        ),
    ],
)
def test_a_broken_table_is_refused(
    context: Context, plan: Plan, table: str, change: Change, words: str
) -> None:
    with pytest.raises(SolverError, match=words):
        check(context, broken(plan, table, change))


def test_unmet_demand_is_refused(context: Context, plan: Plan) -> None:
    values = dict(context.solved.values)
    values["flow_mtokens_per_s"] = dict.fromkeys(values["flow_mtokens_per_s"], 0.0)
    worse = Context(context.model, replace(context.solved, values=values))
    with pytest.raises(SolverError, match=r"demand .* met"):
        check(worse, plan.tables)


@pytest.mark.parametrize(
    ("variable", "count", "words"),
    [
        ("build_modules", 0.0, r"gives .* of .* MW"),
        ("retire_modules", 1e6, "more modules retire than"),
    ],
)
def test_power_that_is_not_there_is_refused(variable: str, count: float, words: str) -> None:
    """On a plan without grid, which lives on power of its own."""
    # A contract that is held would be more than no headroom.
    alone = {HEADROOM: 0.0, "tables.holdings": None}
    island = tw.solve(tw.load(TWO_SITES).with_(alone), gap=0.0)
    model = build(island.inputs)
    solved = solve_whole(model, island.scenario.solve)
    check(Context(model, solved), island.tables)
    values = dict(solved.values)
    values[variable] = dict.fromkeys(values[variable], count)
    with pytest.raises(SolverError, match=words):
        check(Context(model, replace(solved, values=values)), island.tables)


def test_a_bound_above_the_objective_is_refused(context: Context, plan: Plan) -> None:
    solved = replace(context.solved, bound_usd=context.solved.objective_usd * 1.01)
    with pytest.raises(SolverError, match="the bound"):
        check(Context(context.model, solved), plan.tables)
