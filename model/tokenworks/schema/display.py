"""What a notebook shows of a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokenworks.markup import card, listed, pairs

if TYPE_CHECKING:
    from tokenworks.schema.scenario import Scenario


def scenario_html(scenario: Scenario) -> str:
    """A scenario: what it asks, from where its tables come, what is overridden."""
    facts = [
        ("objective", "net present value" if scenario.objective == "npv" else "least cost"),
        (
            "discount rate",
            f"{scenario.finance.discount_rate:.1%}, USD of {scenario.finance.usd_year}",
        ),
        ("unserved tokens", str(scenario.unserved)),
        (
            "solved to",
            f"a gap of {scenario.solve.gap:.2%} within {scenario.solve.time_limit_s:,.0f} s",
        ),
        ("tables", f"{len(scenario.tables)} files: {listed(sorted(scenario.tables))}"),
    ]
    if scenario.overrides:
        facts.append(("overridden", listed([str(address) for address in scenario.overrides])))
    return card(f"Scenario {scenario.name}", scenario.title, pairs(facts))
