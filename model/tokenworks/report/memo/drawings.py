"""Charts of the memo: what they show and how they are described to who cannot see them."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import Any, Literal

import pandas as pd

from tokenworks.frames import rows
from tokenworks.report.figures import rests_on
from tokenworks.report.memo import blocks as b
from tokenworks.report.memo.canvas import Canvas, Picture
from tokenworks.report.memo.facts import Facts
from tokenworks.report.memo.style import BLUE, GREY, SERIES
from tokenworks.report.plots.style import Words
from tokenworks.tax import recovery_years


def spend_chart(facts: Facts) -> b.Chart:
    """Capital by quarter and component."""
    frame = spend_by_quarter(facts)
    table = frame.pivot_table(index="quarter", columns="group", values="usd", aggfunc="sum")
    table = table.fillna(0.0)[[g for g in facts.capital_groups if g in table.columns]]
    with Canvas(6.9, 2.6) as canvas:
        base = pd.Series(0.0, index=table.index)
        places = range(len(table))
        for position, group in enumerate(table.columns):
            canvas.axes.bar(
                places,
                table[group],
                bottom=base,
                width=0.85,
                color=SERIES[position % len(SERIES)],
                label=str(group),
            )
            base += table[group]
        canvas.axes.set_xticks(
            [p for p, quarter in enumerate(table.index) if str(quarter).endswith("1")] or [0],
            [str(q)[:4] for q in table.index if str(q).endswith("1")] or [str(table.index[0])],
        )
        canvas.money_axis(f"USD of {facts.usd_year} a quarter")
        canvas.legend()
        picture = canvas.picture()
    most = base.idxmax()
    chart = b.Chart(
        "Capital paid by quarter, undiscounted; colours are components, contingency apart.",
        f"Stacked bars by quarter from {table.index[0]} to {table.index[-1]}; the dearest is "
        f"{most} with {base.max() / 1e6:,.0f} million USD.",
        picture,
    )
    return marked(facts, chart, "capital")


def spend_by_quarter(facts: Facts) -> pd.DataFrame:
    """Capital by quarter and group of components, every quarter of the spend present, USD."""
    years = facts.plan.scenario.proforma.plant_recovery_years
    paid = facts.plan.cash_by_month.query("line == 'owned'")
    paid = paid[[recovery_years(c, years) is not None for c in paid["component"]]]
    group = {c: g for g, parts in facts.capital_groups.items() for c in parts}
    frame = pd.DataFrame(
        {
            "quarter": paid["month"].dt.to_period("Q"),
            "group": paid["component"].map(group),
            "usd": paid["cash_usd"],
        }
    )
    summed = frame.groupby(["quarter", "group"], as_index=False)[["usd"]].sum()
    quarters = pd.period_range(summed["quarter"].min(), summed["quarter"].max(), freq="Q")
    blank = pd.DataFrame({"quarter": quarters, "group": summed["group"].iloc[0], "usd": 0.0})
    whole: pd.DataFrame = pd.concat([summed, blank])
    return whole.groupby(["quarter", "group"], as_index=False)[["usd"]].sum()


def cash_chart(facts: Facts) -> b.Chart:
    """Cash of the project by year, and its sum."""
    frame = facts.proforma.statement
    cash, total = frame["project_cash_usd"], frame["project_cash_usd"].cumsum()
    with Canvas(6.9, 2.4) as canvas:
        colours = [BLUE if usd >= 0.0 else SERIES[3] for usd in cash]
        canvas.axes.bar(frame["year"], cash, color=colours, width=0.7, label="of the year")
        canvas.axes.plot(
            frame["year"], total, color=GREY, marker="o", markersize=3, label="since the start"
        )
        canvas.axes.axhline(0.0, color=GREY, linewidth=0.6)
        canvas.money_axis("USD of each year")
        canvas.whole_years(frame["year"])
        canvas.legend()
        picture = canvas.picture()
    chart = b.Chart(
        "Cash of the project after tax: bars by year, orange where it costs; line since the start.",
        "Bars by year: "
        + ", ".join(f"{y} {v / 1e6:,.0f}" for y, v in zip(frame["year"], cash, strict=True))
        + " million USD.",
        picture,
    )
    return marked(facts, chart, "cash")


def tornado_chart(facts: Facts) -> b.Chart:
    """Cost of a million tokens when one driver changes."""
    frame = facts.book.frames["sensitivities"]
    base = float(frame["base_usd_per_mtoken"].iloc[0])
    with Canvas(6.9, 0.3 * len(frame) + 0.7) as canvas:
        for place, row in enumerate(rows(frame)):
            for usd, colour in (
                (row.low_usd_per_mtoken, SERIES[2]),
                (row.high_usd_per_mtoken, BLUE),
            ):
                canvas.axes.barh(place, usd - base, left=base, color=colour, height=0.65)
                side = 1 if usd >= base else -1
                if abs(usd - base) > 0.0:
                    canvas.axes.annotate(
                        f"{usd:,.4f}",
                        (usd, place),
                        xytext=(3 * side, 0),
                        textcoords="offset points",
                        va="center",
                        ha="left" if side > 0 else "right",
                    )
        labels = [f"{row.driver} ({row.change})" for row in rows(frame)]
        canvas.axes.set_yticks(range(len(frame)), labels)
        canvas.axes.axvline(base, color=GREY, linewidth=0.8)
        canvas.axes.invert_yaxis()
        canvas.axes.margins(x=0.15)
        canvas.axes.set_xlabel(f"USD of {facts.usd_year} per million owned output tokens")
        picture = canvas.picture()
    chart = b.Chart(
        "Tornado: owned cost when one driver changes and the plan does not; pale is better, dark "
        "is worse, the line is the plan.",
        "Horizontal bars, the longest first: "
        + ", ".join(
            f"{row.driver} {row.low_usd_per_mtoken:,.4f} to {row.high_usd_per_mtoken:,.4f}"
            for row in rows(frame)
        )
        + ".",
        picture,
    )
    return marked(facts, chart, "cost")


def plan_chart(facts: Facts, name: Literal["build_out", "cost_waterfall", "gantt"]) -> b.Chart:
    """A chart of `plan.plot`."""
    drawn: Any = import_module(f"tokenworks.report.plots.{name}")
    chart = drawn_chart(drawn.words(facts.plan), drawn.static(facts.plan))
    return marked(facts, chart, _BEHIND[name])


_BEHIND = {"build_out": "build_out", "cost_waterfall": "cost", "gantt": "schedule"}


def marked(facts: Facts, chart: b.Chart, behind: str) -> b.Chart:
    """A chart whose caption says how much of what it rests on is claimed or assumed."""
    words = rests_on(facts.used_inputs, behind)
    return replace(chart, caption=f"{chart.caption} {words}".strip())


def drawn_chart(said: Words, figure: Any) -> b.Chart:
    """A chart of `report.plots`: its finding as the caption, and words for who cannot see it."""
    caption = f"{said.title.rstrip('.')}. {said.caption}".strip()
    return b.Chart(caption, caption, Picture(figure.without_words()))
