"""The page of a plan: its sections in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version

import pandas as pd

from tokenworks.errors import InputError, Problem
from tokenworks.plan import Plan
from tokenworks.report.figures import confidence_by_figure, counts, rests_on
from tokenworks.report.page.drawn import chart_of, chosen_of
from tokenworks.report.page.head import head, opened_sites
from tokenworks.report.page.hours import dispatch_chart
from tokenworks.report.page.limits import limits_section
from tokenworks.report.page.look import megawatts, month
from tokenworks.report.page.map import PlanMap
from tokenworks.report.page.markup import Column, Markup, joined, table, tag
from tokenworks.report.page.model import Chart, Content, Section
from tokenworks.report.page.tokens import tokens_chart
from tokenworks.report.page.trust import inputs_section
from tokenworks.report.plots import build_out, cost_waterfall, gantt
from tokenworks.report.plots.stages import stages_by_site
from tokenworks.schema.results import RESULT_TABLES
from tokenworks.schema.wording import listed


def plan_content(plan: Plan) -> Content:
    """What the page of a plan holds.

    Raises
    ------
    InputError
        Where the plan comes of a folder in which a table is missing.
    """
    lacking = sorted(set(RESULT_TABLES) - set(plan.tables))
    if lacking:
        words = f"the plan lacks the table {listed(lacking)}", "solve its scenario again"
        raise InputError([Problem(plan.scenario.name, 0, "", *words)])
    scenario = plan.scenario
    figures = confidence_by_figure(plan.inputs)
    return Content(
        title=f"{scenario.title or scenario.name} – tokenworks",
        identity=f"plan {plan.inputs.sha256}",
        head=head(plan, counts(figures)),
        sections=(
            _where(plan),
            *(
                _marked(section, figures, behind)
                for section, behind in (
                    (_capacity(plan), "build_out"),
                    (_cost(plan), "cost"),
                    (_tokens(plan), "tokens"),
                    (_schedule(plan), "schedule"),
                    *((section, "dispatch") for section in _dispatch(plan)),
                    (limits_section(plan), "limits"),
                )
            ),
            inputs_section(plan.inputs, figures),
        ),
        foot=foot(plan),
    )


def _marked(section: Section, figures: pd.DataFrame, behind: str) -> Section:
    """A section whose charts say how much of what they rest on is claimed or assumed."""
    words = rests_on(figures, behind)
    parts = tuple(
        replace(part, caption=f"{part.caption} {words}".strip())
        if isinstance(part, Chart)
        else part
        for part in section.parts
    )
    return replace(section, parts=parts)


def _where(plan: Plan) -> Section:
    words = tag(
        "p",
        "Drag the slider, or move it with the arrow keys, to see a year. Zones are coloured by the "
        "firm megawatts that the grid can still take; a circle's area goes with the IT capacity "
        "energised.",
    )
    parts = words, PlanMap(plan).chart(), _sites_table(plan)
    return Section("where", "Where and when", "Map", parts)


def _capacity(plan: Plan) -> Section:
    label = "Capacity in service by step: power by source, systems by vendor"
    chart = chart_of(build_out.interactive(plan), "build-out", label, build_out.frame(plan))
    return Section("capacity", "Build-out by source and hardware", "Build-out", (chart,))


def _cost(plan: Plan) -> Section:
    owned = sorted(w for w in plan.cost_per_token["workload"].unique() if w)
    names: list[str | None] = [None, *owned] if len(owned) > 1 else [None]
    figures = {name or "": cost_waterfall.interactive(plan, name) for name in names}
    words = {name or "": name or "all workloads (a mix over models)" for name in names}
    frames = [cost_waterfall.frame(plan, name).assign(workload=words[name or ""]) for name in names]
    columns = ["workload", "group", "cost_usd_per_mtoken"]
    label = "Cost per million owned output tokens by group of components"
    chart = chosen_of(
        figures, words, "waterfall", label, "Workload", pd.concat(frames).reindex(columns=columns)
    )
    return Section("cost", "What a token costs", "Cost", (chart, _lines(plan)))


def _lines(plan: Plan) -> Markup:
    """Lines of the objective, which sum to it."""
    usd = plan.costs.groupby("line")["present_value_usd"].sum()
    order = [line for line in ("owned", "rent", "penalty", "revenue", "tax") if line in usd.index]
    meaning = {
        "owned": "cash of owned service, less residual values",
        "rent": "rented capacity",
        "penalty": "value of tokens left unserved",
        "revenue": "tokens sold (received)",
        "tax": "tax that capital bears until it is deducted",
    }
    lines = [[meaning[line], f"{usd[line] / 1e6:,.2f}"] for line in order]
    lines.append(["objective: the sum", f"{plan.objective_usd / 1e6:,.2f}"])
    unit = f"million USD of {plan.scenario.finance.usd_year}, present value"
    return table("From cash to the objective", [Column("line"), Column(unit, number=True)], lines)


def _tokens(plan: Plan) -> Section:
    chart = tokens_chart(plan)
    parts = (chart,) if chart else (tag("p", "The scenario asks for no token.", class_="notice"),)
    return Section("tokens-from", "Where each region's tokens come from", "Tokens", parts)


def _schedule(plan: Plan) -> Section:
    sites = sorted(plan.routes["site"].unique()) if len(plan.routes) else []
    opened = [site for site in sites if site in set(plan.sites["site"])]
    chosen: list[str | None] = [None, *opened] if len(opened) > 1 else [None]
    known = stages_by_site(plan)
    figures = {site or "": gantt.interactive(plan, site, known) for site in chosen}
    words = {site or "": site or "all sites" for site in chosen}
    label = "Permits, procurement and construction, with the critical path to the first token"
    chart = chosen_of(figures, words, "gantt", label, "Site", gantt.frame(plan))
    return Section("schedule", "Permits and construction", "Schedule", (chart,))


def _dispatch(plan: Plan) -> Iterator[Section]:
    chart = dispatch_chart(plan)
    if chart is not None:
        yield Section("dispatch-of", "Dispatch of a site on a day", "Dispatch", (chart,))


def _sites_table(plan: Plan) -> Markup:
    names = dict(zip(*(plan.inputs.tables["sites"][c] for c in ("site", "name")), strict=True))
    columns = [
        *(Column("site"), Column("id"), Column("ground broken"), Column("first token")),
        *(Column("IT MW then", True), Column("IT MW at the end", True)),
        *(Column("grid MW contracted", True), Column("own MW on site", True)),
    ]
    found = opened_sites(plan)
    if found.empty:
        return tag("p", "This plan opens no site.", class_="notice")
    lines = (
        [
            names.get(row["site"]) or row["site"],
            row["site"],
            month(row["ground broken"]),
            month(row["first token"]),
            *(megawatts(row[c]) for c in ("it_mw_first", "it_mw_last", "contracted_mw", "own_mw")),
        ]
        for row in found.to_dict("records")
    )
    return table("Sites that open", columns, lines)


def foot(plan: Plan) -> Markup:
    """Which run this is."""
    seconds = plan.seconds.get("total", 0.0)
    return joined(
        [
            tag(
                "p",
                f"Inputs {plan.inputs.sha256}. Method {plan.method}: {plan.size['rows']:,} rows, "
                f"{plan.size['columns']:,} columns, {seconds:,.1f} s.",
            ),
            tag("p", made_by()),
        ]
    )


def made_by() -> str:
    """What made a page, and what its maps rest on."""
    return (
        f"Page by tokenworks {version('tokenworks')}; it holds all that it shows and asks nothing "
        "of any network. Base of the maps: zones of ReEDS (NLR), Albers, EPSG:5070."
    )
