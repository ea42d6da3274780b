"""Cash by calendar year: what is spent on what, and what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tokenworks.plan import Plan
from tokenworks.report.components import GROUPS
from tokenworks.report.palette import BLUE, INK, PAPER, group_colour
from tokenworks.report.plots.style import (
    Chart,
    Words,
    canvas,
    empty_screen,
    in_style,
    nothing_to_draw,
    plain,
    screen,
)
from tokenworks.report.plots.wording import dollars

if TYPE_CHECKING:
    import plotly.graph_objects as go

RENT, REVENUE, DAMAGES, OTHER = "rented capacity", "revenue", "contracted damages", "other"
NET = "net cash, summed up"
_COLOURS = {RENT: group_colour(RENT), REVENUE: "#4f8a7a", DAMAGES: "#b5564c"}
_NOISE_USD, _BILLION = 0.5, 1e9


def frame(plan: Plan) -> pd.DataFrame:
    """Cash by year and group, undiscounted real dollars.

    Returns
    -------
    DataFrame
        year, group, cash_usd: received positive, paid negative. The value that is left at the end
        is no cash, nor is the worth of tokens that nobody serves, but for contracted damages at
        maximum net present value.
    """
    cash = plan.cashflow
    earns = plan.scenario.objective == "npv"
    cash = cash[cash["line"].isin(["owned", "rent", "revenue", *(["penalty"] if earns else [])])]
    of_component = {part: name for name, parts in GROUPS.items() for part in parts}
    of_line = {"rent": RENT, "revenue": REVENUE, "penalty": DAMAGES}
    group = [
        of_line.get(line, of_component.get(component, OTHER))
        for line, component in zip(cash["line"], cash["component"], strict=True)
    ]
    sums = cash.assign(group=group).groupby(["year", "group"], as_index=False)["cash_usd"].sum()
    sums["cash_usd"] = -sums["cash_usd"]
    order = {name: number for number, name in enumerate((REVENUE, *GROUPS, OTHER, RENT, DAMAGES))}
    sums = sums[sums["cash_usd"].abs() > _NOISE_USD]
    sums = sums.assign(order=sums["group"].map(order)).sort_values(["year", "order"], kind="stable")
    tidy: pd.DataFrame = sums.reset_index(drop=True)[["year", "group", "cash_usd"]]
    return tidy


def words(plan: Plan) -> Words:
    """Title and caption."""
    found = frame(plan)
    year = plan.scenario.finance.usd_year
    caption = (
        f"Billion USD of {year} by calendar year, real and undiscounted: paid below zero, received "
        "above; the colour is what for. The line sums net cash up. Values left at the end of "
        "the horizon and the worth of unserved tokens are no cash."
    )
    if not len(found):
        return Words("No cash moves", caption)
    net = found.groupby("year")["cash_usd"].sum()
    deepest, when = float(net.cumsum().min()), int(str(net.cumsum().idxmin()))
    title = f"{dollars(-deepest)} are paid in by {when}" if deepest < 0 else "No money is paid in"
    spent = found[found["cash_usd"] < 0.0]
    if len(spent):
        by = spent.groupby("year")["cash_usd"].sum()
        title += f"; the dearest year is {int(str(by.idxmin()))} with {dollars(-float(by.min()))}"
    if float(net.sum()) > 0.0:
        title += f"; {dollars(float(net.sum()))} are left over"
    return Words(title, caption)


def _colour(group: str) -> str:
    return _COLOURS.get(group, group_colour(group))


def _wide(found: pd.DataFrame) -> pd.DataFrame:
    years = range(int(found["year"].min()), int(found["year"].max()) + 1)
    wide = found.pivot_table(index="year", columns="group", values="cash_usd", aggfunc="sum")
    groups = [g for g in (REVENUE, *GROUPS, OTHER, RENT, DAMAGES) if g in wide.columns]
    return wide.reindex(index=list(years), columns=groups).fillna(0.0) / _BILLION


@in_style
def static(plan: Plan) -> Chart:
    """For print."""
    found, said = frame(plan), words(plan)
    if not len(found):
        return nothing_to_draw(said)
    wide = _wide(found)
    chart, (axes, below) = canvas(said, 5.0, panels=(2, 1), sharex=True, height_ratios=[2.2, 1.0])
    up, down = np.zeros(len(wide)), np.zeros(len(wide))
    for group in wide.columns:
        values = wide[group].to_numpy()
        base = np.where(values >= 0.0, up, down)
        axes.bar(
            wide.index,
            values,
            0.72,
            bottom=base,
            color=_colour(group),
            label=group,
            ec=PAPER,
            lw=0.3,
        )
        up, down = up + np.maximum(values, 0.0), down + np.minimum(values, 0.0)
    total = wide.sum(axis=1).cumsum()
    below.plot(wide.index, total, color=INK, lw=1.3, marker="o", ms=3)
    below.annotate(
        dollars(float(total.iloc[-1]) * _BILLION),
        (float(wide.index[-1]), float(total.iloc[-1])),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        fontsize=7.5,
        fontweight="bold",
        annotation_clip=False,
    )
    unit = f"billion USD of {plan.scenario.finance.usd_year}"
    for one, name in ((axes, "Cash in each year"), (below, "Net cash, summed up")):
        one.axhline(0.0, color=BLUE, lw=0.8)
        one.set_title(name, fontsize=8.5)
        one.set_ylabel(unit, fontsize=7.5)
    below.set_xticks(list(wide.index), [str(year) for year in wide.index])
    below.margins(y=0.15)
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(1.005, 1.02),
        frameon=False,
        fontsize=7.5,
        handlelength=1.1,
    )
    return chart


def interactive(plan: Plan) -> go.Figure:
    """For screens."""
    found, said = frame(plan), words(plan)
    if not len(found):
        return empty_screen(said)
    wide = _wide(found)
    figure = screen(said, height=480, barmode="relative", hovermode="x unified")
    for group in wide.columns:
        figure.add_bar(
            x=list(wide.index),
            y=wide[group],
            name=plain(group),
            marker_color=_colour(group),
            hovertemplate="%{y:,.3f} bn",
        )
    figure.add_scatter(
        x=list(wide.index),
        y=wide.sum(axis=1).cumsum(),
        name=NET,
        mode="lines+markers",
        line={"color": INK, "width": 2},
        hovertemplate="%{y:,.3f} bn",
    )
    figure.update_xaxes(type="linear", dtick=1, tickformat="d")
    figure.update_yaxes(title_text=f"billion USD of {plan.scenario.finance.usd_year}")
    return figure
