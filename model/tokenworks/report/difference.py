"""Two plans side by side, their difference as an interval."""

from __future__ import annotations

from rich.text import Text

from tokenworks.plan import Plan, difference
from tokenworks.report.terminal import money, new_table, results


def print_difference(plan: Plan, other: Plan, name: str) -> None:
    """Print a plan beside another, and how much dearer the other is."""
    console = results()
    table = new_table(
        f"Against {name}",
        ("", ""),
        ("no plan below", "r"),
        ("the plan found", "r"),
        ("USD per million served", "r"),
        ("owned", "r"),
        ("served", "r"),
    )
    for label, one in (("this plan", plan), (name, other)):
        cost = one.summary.all_served_usd_per_mtoken
        table.add_row(
            label,
            money(one.bound_usd),
            money(one.objective_usd),
            "" if cost is None else f"{cost:.4f}",
            f"{one.summary.owned_share:.0%}",
            f"{one.summary.served_share:.0%}",
        )
    console.print(table)
    found = difference(plan, other)
    text = f"Difference, {name} less this plan: {money(found.low_usd)} to {money(found.high_usd)}"
    verdict = "the two are indistinguishable" if found.indistinguishable else found.verdict
    console.print(Text(f"{text}: {verdict}."))
