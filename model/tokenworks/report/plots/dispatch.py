"""How a site is powered hour by hour on its representative days."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from tokenworks.errors import InputError, Problem
from tokenworks.frames import rows_by
from tokenworks.geo.projection import Floats
from tokenworks.plan import Plan
from tokenworks.report.palette import ACCENT, INK, PAPER, ordered_by_kind, power_colours
from tokenworks.report.plots.hours import (
    CATCH_UP,
    CHARGE,
    DEFER,
    GIVEN,
    LOAD,
    SHED,
    Shown,
    hours_of,
    shown,
)
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
from tokenworks.report.plots.wording import listed, megawatts, month, percent
from tokenworks.schema.wording import listed as quoted

if TYPE_CHECKING:
    import plotly.graph_objects as go

DUE, RUN, STORED = "load that is due", "load as it is run", "stored at least"
_MOST_DAYS, _RARE_DAYS = 8, 3
_NOISE_MW = 1e-6


def frame(
    plan: Plan, site: str | None = None, period: str | None = None, day: str | None = None
) -> pd.DataFrame:
    """Flows by hour of representative days.

    Parameters
    ----------
    plan
        A plan.
    site, period
        Which; by default the site that takes most energy in the last step. Of a period with several
        steps the last is shown.
    day
        One representative day; all where None.

    Returns
    -------
    DataFrame
        site, step_start, period, day, days_per_year, hour_utc, hours, source, kind, flow (load that
        is due, generate, import, charge, discharge, shed, defer, catch-up) and power_mw at the
        meter.

    Raises
    ------
    InputError
        Where the site's zone has no such day.
    """
    found = hours_of(plan, shown(plan, site, period))
    if day is None or not len(found):
        return found
    days = list(dict.fromkeys(found["day"]))
    if day not in days:
        problem = f"there is no representative day {day!r}", f"name one of {quoted(days)}"
        raise InputError([Problem(plan.scenario.name, 0, "day", *problem)])
    return found[found["day"] == day].reset_index(drop=True)


def words(
    plan: Plan, site: str | None = None, period: str | None = None, day: str | None = None
) -> Words:
    """Title and caption."""
    found = frame(plan, site, period, day)
    caption = (
        "MW at the meter by hour (UTC) of representative days; under each name the days of a year "
        "that it stands for. Areas: what gives power, by source; below zero what storage takes. "
        "Solid line: load that is due; dashed: load as it is run, after what waits, catches up or "
        "is shed."
    )
    part = shown(plan, site, period)
    if part is None or not len(found):
        return Words("Nothing runs here: no site takes power", caption)
    days = _days(found)
    left = found["day"].nunique() - len(days)
    if left:
        caption += f" Shown are the rarest and the commonest days; {left} more are left out."
    return Words(_finding(found, part), caption)


def _finding(found: pd.DataFrame, part: Shown) -> str:
    energy = found.assign(mwh=found["power_mw"] * found["hours"] * found["days_per_year"])
    given = energy[energy["flow"].isin(GIVEN)].groupby("kind")["mwh"].sum()
    due = found[found["flow"] == LOAD]
    title = f"{part.site} from {month(part.step_start)}: "
    if given.sum() > 0.0:
        shares = (given / given.sum()).sort_values(ascending=False)
        named = [f"{kind} gives {percent(float(share))}" for kind, share in shares.items()]
        title += f"{listed(named, 3)} of the energy; "
    shed = float(energy.loc[energy["flow"] == SHED, "mwh"].sum())
    if shed > _NOISE_MW:
        title += f"{shed / 1e3:,.1f} GWh a year are shed; "
    return title + f"peak load {megawatts(float(due['power_mw'].max()))}"


def _days(found: pd.DataFrame) -> list[str]:
    """Days to draw: all, or the rarest, which are the hard ones, and the commonest."""
    weights = found.drop_duplicates("day").set_index("day")["days_per_year"]
    if len(weights) <= _MOST_DAYS:
        return [str(day) for day in weights.index]
    ordered = weights.sort_values(kind="stable").index
    chosen = {*ordered[:_RARE_DAYS], *ordered[-(_MOST_DAYS - _RARE_DAYS) :]}
    return [str(day) for day in weights.index if day in chosen]


def _series(found: pd.DataFrame, day: str) -> tuple[list[float], pd.DataFrame]:
    """Bounds of the slices of a day, and a column of MW for every line and area."""
    of_day = found[found["day"] == day]
    hours = of_day.drop_duplicates("hour_utc").sort_values("hour_utc")
    bounds = [*hours["hour_utc"], float((hours["hour_utc"] + hours["hours"]).iloc[-1])]
    wide = pd.DataFrame(index=hours["hour_utc"].to_numpy())
    given = of_day[of_day["flow"].isin(GIVEN)]
    for source in given["source"].unique():
        wide[source] = given[given["source"] == source].groupby("hour_utc")["power_mw"].sum()
    sums = of_day.groupby(["flow", "hour_utc"])["power_mw"].sum()
    known = set(of_day["flow"])
    for flow in (LOAD, CHARGE, SHED, DEFER, CATCH_UP):
        wide[f"flow {flow}"] = sums[flow] if flow in known else 0.0
    wide = wide.fillna(0.0)
    wide[DUE] = wide[f"flow {LOAD}"]
    wide[RUN] = wide[DUE] + wide[f"flow {CATCH_UP}"] - wide[f"flow {DEFER}"] - wide[f"flow {SHED}"]
    return bounds, wide


def stored_mwh(plan: Plan, found: pd.DataFrame, day: str) -> tuple[list[float], list[float]]:
    """Energy in storage at the bounds of a day's slices, above its least: a day ends as it began.

    Half of the loss of a round trip is counted on the way in and half on the way out, by the square
    root of its efficiency, as the block `storage` does.
    """
    of_day = found[(found["day"] == day) & (found["kind"] == "storage")]
    bounds, wide = _series(found, day)
    change = np.zeros(len(wide))
    known = rows_by(plan.inputs.tables["power_technologies"], "technology")
    for source, own in of_day.groupby("source"):
        one_way = math.sqrt(known[source].round_trip_efficiency_fraction)
        for flow, factor in ((CHARGE, one_way), ("discharge", -1.0 / one_way)):
            power = own[own["flow"] == flow].groupby("hour_utc")["power_mw"].sum()
            change += factor * power.reindex(wide.index, fill_value=0.0).to_numpy()
    level = np.concatenate([[0.0], np.cumsum(change * np.diff(bounds))])
    return bounds, (level - level.min()).tolist()


@in_style
def static(
    plan: Plan, site: str | None = None, period: str | None = None, day: str | None = None
) -> Chart:
    """For print."""
    found, said = frame(plan, site, period, day), words(plan, site, period, day)
    if not len(found):
        return nothing_to_draw(said)
    days = _days(found)
    stores = (found["kind"] == "storage").any()
    ratios = [3.2, 1.0] if stores else [1.0]
    chart, panels = canvas(
        said,
        4.3 if stores else 3.4,
        panels=(len(ratios), len(days)),
        sharex="col",
        sharey="row",
        height_ratios=ratios,
    )
    for number, name in enumerate(days):
        weight = float(found.loc[found["day"] == name, "days_per_year"].iloc[0])
        panels[number].set_title(f"{name}\n{weight:,.1f} days", fontsize=7.5)
        _draw_day(panels[number], plan, found, name)
        if stores:
            below = panels[len(days) + number]
            bounds, level = stored_mwh(plan, found, name)
            below.fill_between(bounds, level, color="#9dbf8a", lw=0)
            below.set_ylim(bottom=0.0)
        # A day begins with its first slice, which may span midnight.
        first = float(found.loc[found["day"] == name, "hour_utc"].min())
        ticks = [first, first + 12.0, first + 24.0]
        bottom = panels[-len(days) + number]
        bottom.set_xlim(first, first + 24.0)
        bottom.set_xticks(ticks, [f"{hour % 24.0:.0f}" for hour in ticks])
    panels[0].set_ylabel("MW at the meter")
    panels[-len(days)].set_xlabel("hour of the day, UTC", loc="left")
    if stores:
        panels[len(days)].set_ylabel("stored at\nleast [MWh]")
    if not (found["flow"] == CHARGE).any():
        panels[0].set_ylim(bottom=0.0)
    _legend(panels[len(days) - 1], panels[: len(days)])
    return chart


def _draw_day(axes: Axes, plan: Plan, found: pd.DataFrame, day: str) -> None:
    bounds, wide = _series(found, day)
    colours = power_colours(plan.inputs)
    kinds = dict(zip(found["source"], found["kind"], strict=True))
    base = np.zeros(len(wide))
    sources = [s for s in wide.columns if s in colours]
    for source in ordered_by_kind(sources, kinds):
        base = _area(axes, bounds, base, wide[source].to_numpy(), colours[source], source)
    if wide[f"flow {SHED}"].sum() > _NOISE_MW:
        shed = wide[f"flow {SHED}"].to_numpy()
        top = np.append(base + shed, (base + shed)[-1])
        axes.fill_between(
            bounds,
            np.append(base, base[-1]),
            top,
            step="post",
            facecolor=PAPER,
            edgecolor=ACCENT,
            hatch="////",
            lw=0.0,
            label="shed",
        )
    charged = wide[f"flow {CHARGE}"].to_numpy()
    if charged.sum() > _NOISE_MW:
        _area(axes, bounds, np.zeros(len(wide)), -charged, "#9dbf8a", "into storage")
        axes.axhline(0.0, color=INK, lw=0.5)
    for name, style, width in ((DUE, "-", 1.2), (RUN, (0, (2, 1.2)), 1.0)):
        values = wide[name].to_numpy()
        if name == DUE or np.abs(values - wide[DUE].to_numpy()).max() > _NOISE_MW:
            axes.step(
                bounds,
                [*values, values[-1]],
                where="post",
                color=INK,
                lw=width,
                ls=style,
                label=name,
            )


def _area(
    axes: Axes, bounds: list[float], base: Floats, values: Floats, colour: str, name: str
) -> Floats:
    top: Floats = base + values
    axes.fill_between(
        bounds,
        np.append(base, base[-1]),
        np.append(top, top[-1]),
        step="post",
        color=colour,
        lw=0,
        label=name,
    )
    return top


def _legend(last: Axes, panels: list[Axes]) -> None:
    """One legend beside the last panel of what stands in any."""
    handles: dict[str, Any] = {}
    for axes in panels:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    last.legend(
        list(handles.values())[::-1],
        list(handles)[::-1],
        loc="upper left",
        bbox_to_anchor=(1.02, 1.0),
        frameon=False,
        fontsize=7.5,
        handlelength=1.2,
    )


def interactive(
    plan: Plan, site: str | None = None, period: str | None = None, day: str | None = None
) -> go.Figure:
    """For screens: the days one after the other."""
    found, said = frame(plan, site, period, day), words(plan, site, period, day)
    if not len(found):
        return empty_screen(said)
    days = _days(found)
    figure = screen(said, height=460, hovermode="x unified")
    colours = power_colours(plan.inputs)
    kinds = dict(zip(found["source"], found["kind"], strict=True))
    x, columns = _laid_out(found, days)
    sources = [s for s in columns if s in colours]
    for source in ordered_by_kind(sources, kinds):
        figure.add_scatter(
            x=x,
            y=columns[source],
            stackgroup="given",
            name=plain(source),
            mode="lines",
            line={"width": 0, "shape": "hv"},
            fillcolor=colours[source],
            hovertemplate="%{y:,.1f} MW",
        )
    lines = {DUE: (columns[DUE], "solid", INK), RUN: (columns[RUN], "dot", INK)}
    lines["into storage"] = (-columns[f"flow {CHARGE}"], "solid", "#6f9a5a")
    lines["shed"] = (columns[f"flow {SHED}"], "dash", ACCENT)
    for name, (values, dash, colour) in lines.items():
        if name == DUE or values.abs().sum() > _NOISE_MW:
            figure.add_scatter(
                x=x,
                y=values,
                name=name,
                mode="lines",
                line={"width": 1.6, "dash": dash, "shape": "hv", "color": colour},
                hovertemplate="%{y:,.1f} MW",
            )
    for number in range(1, len(days)):
        figure.add_vline(x=24.0 * number, line={"color": "#ffffff", "width": 3})
    figure.update_xaxes(
        tickvals=[24.0 * n + 12.0 for n in range(len(days))],
        ticktext=[plain(name) for name in days],
    )
    figure.update_yaxes(title_text="MW at the meter")
    return figure


def _laid_out(found: pd.DataFrame, days: list[str]) -> tuple[list[float], pd.DataFrame]:
    """Days side by side: hours from the first, and a column of MW for every line and area."""
    x: list[float] = []
    parts = []
    for number, name in enumerate(days):
        bounds, wide = _series(found, name)
        closed = pd.concat([wide, wide.tail(1)])
        parts.append(closed)
        x += [24.0 * number + hour - bounds[0] for hour in bounds]
    return x, pd.concat(parts, ignore_index=True).fillna(0.0)
