"""Execution: the way to the first token, risks that follow from the plan, ageing hardware."""

from __future__ import annotations

from collections.abc import Iterator

from tokenworks.report.memo import blocks as b
from tokenworks.report.memo.drawings import plan_chart
from tokenworks.report.memo.facts import Facts
from tokenworks.report.memo.figures import found, ratio
from tokenworks.report.memo.risks import risks

_MOST_STAGES = 40


def execution(facts: Facts) -> Iterator[b.Block]:
    """What must happen when, and what may go wrong."""
    if not facts.builds:
        return
    yield b.Heading("Execution")
    yield plan_chart(facts, "gantt")
    yield from _path(facts)
    yield _register(facts)
    yield from _obsolescence(facts)


def _path(facts: Facts) -> Iterator[b.Block]:
    """Stages without slack before each site's first token."""
    stages = facts.schedule[facts.schedule["critical"]]
    rows: list[tuple[b.Cell, ...]] = []
    for site, what, stage in zip(stages["site"], stages["what"], stages["stage"], strict=True):
        where = {"site": site, "what": what, "stage": stage}
        rows.append(
            (
                site,
                what,
                stage,
                facts.figure(found("schedule", "starts", "least", **where), "month"),
                facts.figure(found("schedule", "ends", "least", **where), "month"),
                facts.figure(found("schedule", "months", "most", **where), "months"),
            )
        )
    if rows:
        yield b.Table(
            "The critical path: stages of which a month more moves a site's first token by a month",
            (
                b.Column("Site"),
                b.Column("What"),
                b.Column("Stage"),
                b.Column("From", number=True),
                b.Column("To", number=True),
                b.Column("Months", number=True),
            ),
            tuple(rows[:_MOST_STAGES]),
            "By months and precedence, from routes, power, hardware and timeline, as in "
            "plan.plot.gantt(); the plan files and orders as late as still serves.",
        )


def _register(facts: Facts) -> b.Table:
    found_risks = list(risks(facts))
    return b.Table(
        "Risks that follow from the plan, by rule",
        (
            b.Column("Risk"),
            b.Column("Seen in"),
            b.Column("Mitigant"),
            b.Column("Trigger"),
        ),
        tuple((risk.what, risk.seen_in, risk.mitigant, risk.trigger) for risk in found_risks)
        or (("No rule finds a risk", "", "", ""),),
        "Each line is a rule applied to the plan's tables; a risk that no rule knows is not here.",
    )


def _obsolescence(facts: Facts) -> Iterator[b.Block]:
    """How long systems are held, and what follows them."""
    inputs = facts.plan.inputs.tables["hardware"].set_index("system")
    rows: list[tuple[b.Cell, ...]] = []
    for system in sorted(facts.plan.hardware["system"].unique()):
        where = {"system": system}
        bought = found("hardware", "bought_systems", **where)
        first = inputs.loc[system, "first_order"] if system in inputs.index else None
        later = inputs[inputs["first_order"] > first] if first is not None else inputs[:0]
        rows.append(
            (
                system,
                facts.figure(found("hardware", "in_service", "least", **where), "month"),
                facts.figure(found("hardware", "in_service", "most", **where), "month"),
                facts.figure(
                    found("inputs/hardware", "life_years", "only", row=system),
                    "years",
                    mark=facts.mark("hardware", system, "life_years"),
                ),
                facts.figure(ratio(found("hardware", "sold_systems", **where), bought), "percent"),
                facts.figure(
                    found("inputs/hardware", "resale_decay_fraction_per_year", "only", row=system),
                    "percent",
                    mark=facts.mark("hardware", system, "resale_decay_fraction_per_year"),
                    words="no resale",
                ),
                str(len(later)),
            )
        )
    if rows:
        yield b.Table(
            "Hardware obsolescence",
            (
                b.Column("System"),
                b.Column("First service", number=True),
                b.Column("Last service", number=True),
                b.Column("Life", "years", number=True),
                b.Column("Sold early", "of systems", number=True),
                b.Column("Price decay", "per year", number=True),
                b.Column("Later systems", "in the inputs", number=True),
            ),
            tuple(rows),
            "Table hardware; inputs hardware. Generations that nobody has announced are rows of "
            "their own, assumed.",
        )
