"""The terminal summary of a plan under branches of an uncertain future."""

from __future__ import annotations

import pandas as pd
from rich.table import Table as RichTable
from rich.text import Text

from tokenworks.frames import rows
from tokenworks.plan import Plan
from tokenworks.report.terminal import new_table, print_plan, results
from tokenworks.shown import proof_in_words
from tokenworks.study.branches import BranchedPlan


def print_answer(plan: Plan | BranchedPlan) -> None:
    """Print a plan, or the plans of all branches with what they share and what knowing is worth."""
    if isinstance(plan, Plan):
        print_plan(plan)
        return
    console = results()
    console.print(_head(plan))
    console.print(_branches(plan))
    console.print(_measures(plan))
    console.print(_commitments(plan))
    for name, of_branch in plan.plans.items():
        console.print(Text(f"\nIn the branch {name}", style="bold"))
        print_plan(of_branch)


def _head(plan: BranchedPlan) -> Text:
    text = Text()
    text.append(plan.scenario.name, style="bold")
    text.append(f"  {plan.scenario.title}\n")
    text.append(f"{plan.status} in {plan.seconds['total']:.1f} s: expected cost ")
    text.append(_money(plan.objective_usd), style="bold")
    text.append(
        f" present value, {proof_in_words(plan.gap, 'above')}; {plan.size['rows']:,} rows, "
        f"{plan.size['columns']:,} columns\n"
    )
    return text


def _branches(plan: BranchedPlan) -> RichTable:
    table = new_table(
        "Branches [million USD, present value]",
        ("branch", ""),
        ("chance", "r"),
        ("known from", ""),
        ("cost", "r"),
        ("known from the start", "r"),
        ("regret", "r"),
        ("least regret", "r"),
    )
    for row in rows(plan.branches):
        table.add_row(
            row.branch,
            f"{row.probability_fraction:.0%}",
            f"{row.known_from:%Y-%m}",
            _millions(row.cost_usd),
            _millions(row.known_cost_usd),
            _millions(row.regret_usd),
            _millions(row.careful_regret_usd),
        )
    return table


def _measures(plan: BranchedPlan) -> RichTable:
    table = new_table("Under uncertainty", ("measure", ""), ("value", "r"), ("proven between", "r"))
    for row in rows(plan.measures):
        proven = pd.notna(row.low_usd)
        between = f"{_money(row.low_usd)} and {_money(row.high_usd)}" if proven else ""
        table.add_row(row.measure, _money(row.amount_usd), between)
    return table


def _commitments(plan: BranchedPlan) -> RichTable:
    table = new_table(
        "Decided before anything is known",
        ("plan of", ""),
        ("date", ""),
        ("site", ""),
        ("what", ""),
        ("amount", "r"),
    )
    for row in rows(plan.commitments):
        what = f"{row.milestone}: {row.what}"
        amount = f"{row.amount_count:,.4g} {row.amount_unit}"
        table.add_row(row.plan, f"{row.date:%Y-%m}", row.site, what, amount)
    return table


def _money(usd: float) -> str:
    return f"${usd / 1e6:,.2f} million"


def _millions(usd: float) -> str:
    return f"{usd / 1e6:,.2f}"
