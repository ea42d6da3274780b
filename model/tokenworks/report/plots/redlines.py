"""Limits of sites, zones, states and countries, and how much of each the plan uses over time."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from tokenworks.plan import Plan
from tokenworks.report.palette import ACCENT, BLUE, INK, MUTED_BLUE
from tokenworks.report.plots.steps import stairs, starts
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
from tokenworks.report.plots.wording import capital, counted, listed, month, percent

if TYPE_CHECKING:
    import plotly.graph_objects as go

_MOST, _COLUMNS, _MOST_YEARS = 9, 3, 5
_BINDS = 0.999
_NOISE_MW = 1e-6


def frame(plan: Plan) -> pd.DataFrame:
    """Limits that are used at all, the tightest first.

    Returns
    -------
    DataFrame
        scope, id, step_start, limit_mw, used_mw, used_fraction (of a limit of nothing 1 where
        anything is used), most_used_fraction over all steps.
    """
    table = plan.redline_use.copy()
    used, limit = table["used_mw"].to_numpy(), table["limit_mw"].to_numpy()
    none = limit <= _NOISE_MW
    share = np.where(none, (used > _NOISE_MW).astype(float), used / np.where(none, 1.0, limit))
    table["used_fraction"] = share
    keys = ["scope", "id"]
    table["most_used_fraction"] = table.groupby(keys)["used_fraction"].transform("max")
    anything = table.groupby(keys)["used_mw"].transform("max") > _NOISE_MW
    table = table[anything]
    order = ["most_used_fraction", *keys, "step_start"]
    ordered = table.sort_values(order, ascending=[False, True, True, True], kind="stable")
    return ordered.reset_index(drop=True)


def words(plan: Plan) -> Words:
    """Title and caption."""
    found = frame(plan)
    limits = found.drop_duplicates(["scope", "id"])
    caption = (
        "Area: MW used; line: the limit in MW, where it lies within the picture. Red where it is "
        "used up. The name says what is limited and where, the figure the most that is used of it."
    )
    more = len(limits) - _MOST
    if more > 0:
        caption += f" {counted(more, 'limit')} further from use are left out."
    if not len(limits):
        return Words("No limit is touched: nothing is contracted or built", caption)
    binding = limits[limits["most_used_fraction"] >= _BINDS]
    if not len(binding):
        most = limits.iloc[0]
        share = percent(float(most["most_used_fraction"]))
        return Words(f"No limit is used up; the tightest is {_name(most)}, {share} used", caption)
    names = [_name(row) for _, row in binding.iterrows()]
    first = found[found["used_fraction"] >= _BINDS]["step_start"].min()
    verb = "is" if len(names) == 1 else "are"
    title = f"{listed(names, 3)} {verb} used up, the first from {month(pd.Timestamp(first))}"
    return Words(capital(title), caption)


def _name(row: pd.Series) -> str:
    return f"{row['scope']} {row['id']}"


def _tightest(found: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    groups = found.groupby(["scope", "id"], sort=False)
    return [(f"{scope}\n{name}", rows) for (scope, name), rows in groups][:_MOST]


def _over_time(
    plan: Plan, rows: pd.DataFrame, column: str
) -> tuple[list[pd.Timestamp], list[float]]:
    """A column as corners of stairs, from step to step, where there is a figure."""
    dates = pd.DatetimeIndex(starts(plan))
    values = rows.groupby("step_start")[column].sum().reindex(dates[:-1])
    filled = values.fillna(0.0) if column == "used_mw" else values.bfill().ffill()
    return stairs(dates, filled.to_numpy())


@in_style
def static(plan: Plan) -> Chart:
    """For print: a small panel for each of the tightest limits."""
    found, said = frame(plan), words(plan)
    chosen = _tightest(found)
    if not chosen:
        return nothing_to_draw(said)
    columns = min(_COLUMNS, len(chosen))
    lines = math.ceil(len(chosen) / columns)
    chart, panels = canvas(said, 1.55 * lines + 0.2, panels=(lines, columns), sharex=True)
    for axes, (name, rows) in zip(panels, chosen, strict=False):
        _panel(axes, plan, name, rows)
    for axes in panels[len(chosen) :]:
        axes.set_axis_off()
    for axes in panels[::columns]:
        axes.set_ylabel("MW", fontsize=7.5)
    return chart


def _panel(axes: Axes, plan: Plan, name: str, rows: pd.DataFrame) -> None:
    x, used = _over_time(plan, rows, "used_mw")
    _, limit = _over_time(plan, rows, "limit_mw")
    most = float(rows["most_used_fraction"].iloc[0])
    binds = most >= _BINDS
    axes.fill_between(np.asarray(x), used, color=ACCENT if binds else MUTED_BLUE, alpha=0.75, lw=0)
    axes.plot(np.asarray(x), limit, color=BLUE, lw=1.3)
    top = max(used)
    shown = min(max(limit), 1.7 * top)
    axes.set_ylim(0.0, max(shown, top) * 1.08)
    axes.margins(x=0.0)
    colour = ACCENT if binds else INK
    axes.set_title(f"{name}: {percent(most)} used", fontsize=7.5, fontweight="bold", color=colour)
    years = sorted({day.year for day in x})[1:]
    shown_years = years[:: max(1, math.ceil(len(years) / _MOST_YEARS))]
    days = [
        dt.date(year, 1, 1).toordinal() - dt.date(1970, 1, 1).toordinal() for year in shown_years
    ]
    axes.set_xticks(days, [str(year) for year in shown_years])
    axes.yaxis.set_major_formatter(_thousands)
    axes.locator_params(axis="y", nbins=4)
    axes.tick_params(labelsize=7)


def _thousands(value: float, _: float) -> str:
    return f"{value:,.4g}"


def interactive(plan: Plan) -> go.Figure:
    """For screens: one limit at a time, chosen from a list, the tightest first."""
    found, said = frame(plan), words(plan)
    groups = [
        (f"{scope}: {name}", rows)
        for (scope, name), rows in found.groupby(["scope", "id"], sort=False)
    ]
    if not groups:
        return empty_screen(said)
    figure = screen(said, height=440, hovermode="x unified")
    buttons = []
    for number, (name, rows) in enumerate(groups):
        x, used = _over_time(plan, rows, "used_mw")
        _, limit = _over_time(plan, rows, "limit_mw")
        most = float(rows["most_used_fraction"].iloc[0])
        colour = ACCENT if most >= _BINDS else MUTED_BLUE
        figure.add_scatter(
            x=x,
            y=used,
            name="used",
            fill="tozeroy",
            mode="lines",
            visible=number == 0,
            line={"color": colour, "width": 1},
            hovertemplate="%{y:,.1f} MW",
        )
        figure.add_scatter(
            x=x,
            y=limit,
            name="limit",
            mode="lines",
            visible=number == 0,
            line={"color": BLUE, "width": 2},
            hovertemplate="%{y:,.1f} MW",
        )
        visible = [n // 2 == number for n in range(2 * len(groups))]
        label = plain(f"{name} ({percent(most)} used)")
        buttons.append({"label": label, "method": "restyle", "args": [{"visible": visible}]})
    figure.update_layout(
        updatemenus=[
            {"buttons": buttons, "x": 0.0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"}
        ]
    )
    figure.update_yaxes(title_text="MW", rangemode="tozero")
    return figure
