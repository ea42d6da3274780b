"""The memo's content: parts in the order in which a committee reads, numbered once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tokenworks.report.memo import blocks as b
from tokenworks.report.memo.contents_ask import ask
from tokenworks.report.memo.contents_execution import execution
from tokenworks.report.memo.contents_money import money
from tokenworks.report.memo.contents_plan import the_plan
from tokenworks.report.memo.contents_power import power
from tokenworks.report.memo.contents_trust import trust
from tokenworks.report.memo.contents_uncertainty import uncertainty
from tokenworks.report.memo.facts import Facts


def contents(facts: Facts) -> b.Document:
    """The memo of a plan.

    Parameters
    ----------
    facts
        What it says.
    """
    scenario = facts.plan.scenario
    parts = [
        *ask(facts),
        *the_plan(facts),
        *power(facts),
        *money(facts),
        *uncertainty(facts),
        *execution(facts),
        *trust(facts),
    ]
    sha = str(facts.manifest["inputs_sha256"])
    return b.Document(
        title=scenario.title or scenario.name,
        subtitle=scenario.question
        or f"Investment memo of the scenario {scenario.name}: where to build, what powers it, "
        "and what a token then costs",
        identity=f"tokenworks memo: {scenario.name}, inputs {sha[:8]}, solved "
        f"{str(facts.manifest['created'])[:10]}",
        created=str(facts.manifest["created"]),
        blocks=tuple(numbered(parts)),
    )


def numbered(blocks: Iterable[b.Block]) -> Iterable[b.Block]:
    """The blocks, tables and charts with their numbers."""
    tables = charts = 0
    for block in blocks:
        if isinstance(block, b.Table):
            tables += 1
            yield replace(block, number=tables)
        elif isinstance(block, b.Chart):
            charts += 1
            yield replace(block, number=charts)
        else:
            yield block
