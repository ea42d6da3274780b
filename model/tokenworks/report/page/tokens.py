"""Where each region's tokens come from: own sites, rented capacity, nowhere."""

from __future__ import annotations

import pandas as pd

from tokenworks.frames import rows
from tokenworks.plan import Plan
from tokenworks.report.page.drawn import frame_table
from tokenworks.report.page.look import axis, layout, percent, plotly_text
from tokenworks.report.page.model import Chart, Choice, Layout, Trace, Variant
from tokenworks.report.palette import RENTED, UNSERVED, site_colours

ALL = "all workloads"
_BAR_PX, _AROUND_PX = 34, 130
Amounts = dict[str, dict[str, float]]  # region to source to million tokens
# What is not from own sites is hatched too, so that it is told apart without colour.
_HATCHES = {"rented": (RENTED, "/"), "unserved": (UNSERVED, "x")}


def tokens_chart(plan: Plan) -> Chart | None:
    """Share of every region's output tokens by where they come from; None without demand."""
    flows = plan.flows
    if flows.empty or not flows["served_mtokens"].sum() > 0.0:
        return None
    periods = [p for p in plan.inputs.calendar.period_months if p in set(flows["period"])]
    workloads = sorted(flows["workload"].unique())
    asked = flows.groupby("region")["served_mtokens"].sum()
    regions = list(asked.sort_values().index)
    sources = [*_sites(plan), *(how for how in _HATCHES if (flows["how"] == how).any())]
    colours = site_colours(plan.inputs)
    amounts = _amounts(flows)
    variants = {}
    for workload in [ALL, *workloads] if len(workloads) > 1 else workloads:
        for period in periods:
            now = amounts.get((workload, period), {})
            data = [_bar(source, now, regions, colours) for source in sources]
            variants[f"{workload}|{period}"] = Variant(data=data, words=_words(now, period))
    first = next(iter(variants)).split("|")[0] if len(workloads) == 1 else ALL
    chosen = f"{first}|{periods[-1]}"
    words = {ALL: ALL} if len(workloads) > 1 else {}
    return Chart(
        "tokens",
        "Share of each region's output tokens by the site that serves them",
        list(variants[chosen].data or []),
        _layout(len(regions)),
        (
            Choice("Workload", {**words, **{w: w for w in workloads}}, first),
            Choice("Period", {p: p for p in periods}, periods[-1], slider=True),
        ),
        variants,
        frame_table("Output tokens over the horizon, by region and source", totals(plan)),
    )


def totals(plan: Plan) -> pd.DataFrame:
    """Tokens over the horizon by workload and region: from own sites, rented, unserved."""
    flows = plan.flows.assign(source=_source(plan.flows))
    wide = flows.pivot_table(
        index=["workload", "region"],
        columns="source",
        values="served_mtokens",
        aggfunc="sum",
        fill_value=0.0,
        observed=True,
    )
    order = [*_sites(plan), *_HATCHES]
    wide = wide.reindex(columns=[c for c in order if c in wide.columns])
    wide.columns = [f"{name}_mtokens" for name in wide.columns]
    return wide.reset_index()


def _sites(plan: Plan) -> list[str]:
    owned = plan.flows[plan.flows["how"] == "owned"]
    return sorted(str(site) for site in owned["site"].unique())


def _source(flows: pd.DataFrame) -> pd.Series[str]:
    """Site of what is owned, else how it is met; what a site has shed is unserved."""
    return flows["site"].where(flows["how"] == "owned", flows["how"])


def _amounts(flows: pd.DataFrame) -> dict[tuple[str, str], Amounts]:
    """Workload, or all, and period to million tokens by region and source."""
    keys = [flows["workload"], flows["period"], flows["region"], _source(flows).rename("source")]
    found: dict[tuple[str, str], Amounts] = {}
    for row in rows(flows["served_mtokens"].groupby(keys).sum().reset_index()):
        period, region, source, amount = row.period, row.region, row.source, row.served_mtokens
        workload = str(row.workload)
        for which in (workload, ALL):
            by_source = found.setdefault((which, period), {}).setdefault(region, {})
            by_source[source] = by_source.get(source, 0.0) + float(amount)
    return found


def _bar(source: str, now: Amounts, regions: list[str], colours: dict[str, str]) -> Trace:
    asked = {region: sum(by_source.values()) for region, by_source in now.items()}
    amount = [now.get(region, {}).get(source, 0.0) for region in regions]
    share = [
        mine / asked[region] if asked.get(region, 0.0) > 0.0 else 0.0
        for region, mine in zip(regions, amount, strict=True)
    ]
    colour, hatch = _HATCHES.get(source, (colours.get(source, "#9aa0a6"), ""))
    return {
        "type": "bar",
        "orientation": "h",
        "name": plotly_text(source),
        "y": [plotly_text(region) for region in regions],
        "x": [100.0 * part for part in share],
        "text": [percent(part) if part >= 0.08 else "" for part in share],  # noqa: PLR2004
        "textposition": "inside",
        "insidetextanchor": "middle",
        "customdata": [tokens(value) for value in amount],
        "hovertemplate": "%{y}: %{x:.1f} % from %{fullData.name}<br>"
        "%{customdata} in the period<extra></extra>",
        "marker": {
            "color": colour,
            "pattern": {
                "fillmode": "overlay",
                "shape": hatch,
                "fgcolor": "#565d66",
                "size": 6,
                "solidity": 0.25,
            },
            "line": {"color": "#ffffff", "width": 0.6},
        },
    }


def tokens(millions: float) -> str:
    """An amount of tokens in the largest of its words."""
    for size, word in ((1e9, "quadrillion"), (1e6, "trillion"), (1e3, "billion")):
        if millions >= size:
            return f"{millions / size:,.1f} {word} tokens"
    return f"{millions:,.1f} million tokens"


def _words(now: Amounts, period: str) -> str:
    by: dict[str, float] = {}
    for by_source in now.values():
        for source, amount in by_source.items():
            by[source] = by.get(source, 0.0) + amount
    asked = sum(by.values())
    if not asked > 0.0:
        return f"Nothing is asked for in {period}."
    ordered = sorted(by.items(), key=lambda entry: -entry[1])
    parts = [f"{name} {percent(mine / asked)}" for name, mine in ordered if mine > 0.0]
    return f"In {period}, of {tokens(asked)}: " + ", ".join(parts) + "."


def _layout(regions: int) -> Layout:
    return layout(
        _AROUND_PX + _BAR_PX * regions,
        barmode="stack",
        bargap=0.25,
        xaxis=axis("share of the region's output tokens [%]", range=[0, 100]),
        yaxis=axis(type="category", dtick=1),
        legend={"traceorder": "normal"},
    )
