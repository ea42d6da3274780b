"""A plan that breaks what it must keep is refused: each invariant, broken on purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from tokenworks.errors import SolverError
from tokenworks.plan import Plan
from tokenworks.results.frames import Context
from tokenworks.results.invariants import check

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
        ("sites", lambda t: t.__setitem__("it_capacity_mw", 0.0), "halls of"),
        ("serving", lambda t: t.__setitem__("peak_utilisation_fraction", 1.1), "utilisation"),
        (
            "power",
            lambda t: t.__setitem__("ordered", t["ordered"] - pd.DateOffset(years=30)),
            "before the horizon",
        ),
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


def test_a_bound_above_the_objective_is_refused(context: Context, plan: Plan) -> None:
    solved = replace(context.solved, bound_usd=context.solved.objective_usd * 1.01)
    with pytest.raises(SolverError, match="the bound"):
        check(Context(context.model, solved), plan.tables)
