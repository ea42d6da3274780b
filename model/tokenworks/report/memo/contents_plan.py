"""What is built, with which systems, and how demand is met."""

from __future__ import annotations

from collections.abc import Iterator

from tokenworks.report.memo import blocks as b
from tokenworks.report.memo.drawings import plan_chart
from tokenworks.report.memo.facts import Facts
from tokenworks.report.memo.figures import found, ratio
from tokenworks.report.memo.forms import Form

_MILLION = 1e6


def the_plan(facts: Facts) -> Iterator[b.Block]:
    """Sites, systems, service."""
    yield b.Heading("The plan")
    if facts.builds:
        yield _sites(facts)
        yield plan_chart(facts, "build_out")
        yield _hardware(facts)
    else:
        yield b.Paragraph(("No site is opened, so there is neither power nor hardware to show.",))
    yield _service(facts)


def _sites(facts: Facts) -> b.Table:
    rows: list[tuple[b.Cell, ...]] = []
    inputs = facts.plan.inputs.tables["sites"].set_index("site")
    for site in facts.sites:
        steps = facts.plan.sites[facts.plan.sites["site"] == site]["step_start"]
        first, last = (str(day.date()) for day in (steps.min(), steps.max()))
        mark = facts.mark("sites", site, "max_it_mw", "shell_cost_usd_per_mw", "land_cost_usd")
        rows.append(
            (
                site,
                str(inputs.loc[site, "name"] or ""),
                str(inputs.loc[site, "zone"]),
                str(inputs.loc[site, "jurisdiction"]),
                facts.figure(
                    found("timeline", "date", "least", milestone="ground broken", site=site),
                    "month",
                    words="held or leased",
                ),
                facts.figure(
                    found("timeline", "date", "least", milestone="first token", site=site),
                    "month",
                    words="none",
                ),
                facts.figure(
                    found("sites", "it_capacity_mw", "only", site=site, step_start=first), "mw"
                ),
                facts.figure(
                    found("sites", "it_capacity_mw", "only", site=site, step_start=last), "mw"
                ),
                facts.figure(found("inputs/sites", "max_it_mw", "only", row=site), "mw", mark=mark),
            )
        )
    return b.Table(
        "Sites in the order of their first tokens",
        (
            b.Column("Site"),
            b.Column("Name"),
            b.Column("Grid zone"),
            b.Column("Jurisdiction"),
            b.Column("Ground broken", number=True),
            b.Column("First token", number=True),
            b.Column("IT at first", "MW", number=True),
            b.Column("IT at the end", "MW", number=True),
            b.Column("of at most", "MW", number=True),
        ),
        tuple(rows),
        "Tables sites and timeline; the last column is the input sites.max_it_mw.",
    )


def _hardware(facts: Facts) -> b.Table:
    rows: list[tuple[b.Cell, ...]] = []
    held = facts.plan.hardware
    for site in facts.sites:
        for system in sorted(held[held["site"] == site]["system"].unique()):
            where = {"site": site, "system": system}
            price = facts.mark("hardware", system, "capex_usd")
            rows.append(
                (
                    site,
                    system,
                    facts.figure(found("hardware", "in_service", "least", **where), "month"),
                    facts.figure(found("hardware", "bought_systems", **where), "count"),
                    facts.figure(found("hardware", "sold_systems", **where), "count"),
                    facts.figure(found("hardware", "design_mw", **where), "mw"),
                    facts.figure(found("hardware", "capex_usd", **where), "m", mark=price),
                )
            )
    forms: dict[str, Form] = {
        "bought_systems": "count",
        "sold_systems": "count",
        "design_mw": "mw",
        "capex_usd": "m",
    }
    total = (facts.figure(found("hardware", column), form) for column, form in forms.items())
    rows.append(("all", "", "", *total))
    return b.Table(
        f"Inference systems, prices in dollars of {facts.usd_year}, undiscounted",
        (
            b.Column("Site"),
            b.Column("System"),
            b.Column("First service", number=True),
            b.Column("Bought", number=True),
            b.Column("Sold early", number=True),
            b.Column("Design power", "MW", number=True),
            b.Column("Price", "m USD", number=True),
        ),
        tuple(rows),
        "Table hardware. A mark stands for the confidence of the price.",
        frozenset({len(rows) - 1}),
    )


def _service(facts: Facts) -> b.Table:
    rows: list[tuple[b.Cell, ...]] = []
    names = sorted(facts.plan.flows["workload"].unique())
    for workload in (*names, None):
        where = {} if workload is None else {"workload": workload}
        total = found("flows", "served_mtokens", **where)
        rows.append(
            (
                workload or "all",
                *(
                    facts.figure(
                        ratio(found("flows", "served_mtokens", "sum", how=how, **where), total),
                        "percent",
                    )
                    for how in ("owned", "rented", "unserved")
                ),
                facts.figure(ratio(total, _MILLION), "count"),
                facts.figure(
                    ratio(
                        found("cost_per_token", "present_value_usd", **where),
                        facts.owned_tokens(**where),
                    ),
                    "per_mtoken",
                ),
            )
        )
    return b.Table(
        "How demand is met over the horizon, and what owned tokens cost",
        (
            b.Column("Workload"),
            b.Column("Owned", number=True),
            b.Column("Rented", number=True),
            b.Column("Unserved", number=True),
            b.Column("Output tokens", "trillion", number=True),
            b.Column("Owned cost", f"USD of {facts.usd_year} per million", number=True),
        ),
        tuple(rows),
        "Tables flows and cost_per_token; at each workload's own lengths, and over all a mix.",
        frozenset({len(rows) - 1}),
    )
