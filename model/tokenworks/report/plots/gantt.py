"""Permits, procurement and construction by site, with what sets the date of the first token."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from tokenworks.plan import Plan
from tokenworks.report.palette import BLUE, FAINT, INK, PAPER, RULE, STAGE_COLOURS, lightened
from tokenworks.report.plots.stages import (
    CONSTRUCTION,
    PROCUREMENT,
    SiteStages,
    Stage,
    critical_chain,
    is_critical,
    stages_by_site,
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
from tokenworks.report.plots.wording import counted, listed, month

if TYPE_CHECKING:
    import plotly.graph_objects as go

COLUMNS = [
    *("site", "what", "stage", "starts", "ends", "months", "after"),
    *("needed_for_first_token", "slack_months", "critical"),
]
# Print shows whole sites, in order of first token, up to so many rows.
_MOST_ROWS = 46
_ROW_IN, _PIXELS = 0.19, 20


@dataclass(frozen=True)
class _Line:
    """A line of the picture: a site's heading, or bars of one thing."""

    label: str
    heading: bool
    stages: tuple[Stage, ...]


def frame(plan: Plan, site: str | None = None) -> pd.DataFrame:
    """Stages with their dates, what they wait for and their slack.

    Parameters
    ----------
    plan
        A plan.
    site
        One site; all where None.

    Returns
    -------
    DataFrame
        site, what, stage, starts, ends, months, after (what must have ended before),
        needed_for_first_token, slack_months (by which it could be longer without moving the site's
        earliest first token) and critical.
    """
    entries = [
        (
            s.site,
            s.what,
            s.stage,
            pd.Timestamp(s.starts),
            pd.Timestamp(s.ends),
            s.months,
            "; ".join(f"{what} ({stage})" for what, stage in s.after),
            not math.isnan(s.slack_months),
            s.slack_months,
            is_critical(s),
        )
        for found in _chosen(plan, site)
        for s in found.stages
    ]
    return pd.DataFrame(entries, columns=COLUMNS)


def _chosen(
    plan: Plan, site: str | None, known: Sequence[SiteStages] | None = None
) -> list[SiteStages]:
    stages = stages_by_site(plan) if known is None else known
    return [found for found in stages if site in (None, found.site)]


def words(plan: Plan, site: str | None = None) -> Words:
    """Title and caption."""
    return _words(plan, _chosen(plan, site))


def _words(plan: Plan, chosen: list[SiteStages], left_out: int = 0) -> Words:
    caption = (
        "Bars are stages between their dates in the plan, which files and orders as late as still "
        "serves; the colour is the kind of stage. Dark edges and bold names: the critical path by "
        "months and precedence, of which a month more moves the site's earliest first token by a "
        "month; pale bars come after it. Diamonds: first tokens; the line: the plan's first. Of "
        "each thing the first delivery is shown."
    )
    if left_out:
        caption += f" {counted(left_out, 'later site')} left out."
    first = next((found for found in chosen if found.first_token), None)
    if first is None or first.first_token is None:
        return Words("No token is served from an own site: nothing leads to one", caption)
    title = f"First token in {month(pd.Timestamp(first.first_token))} at {first.site}"
    if first.earliest_month is None:
        return Words(f"{title}, which is held when the horizon starts", caption)
    chain = critical_chain(first)
    if sum(stage.months for stage in chain):
        names = list(dict.fromkeys(_named(stage) for stage in chain))
        title += f"; {listed(names, 4)} set the date" if len(names) > 1 else f"; {names[0]} sets it"
    late = first.months_late(plan.inputs.calendar.start)
    if late:
        title += f", {counted(late, 'month')} later than the stages ask for"
    return Words(title, caption)


def _named(stage: Stage) -> str:
    named = {"site construction": "construction of the site"}
    return named.get(stage.stage, f"{stage.what} ({stage.stage})")


def _lines(chosen: list[SiteStages], most_rows: int | None) -> tuple[list[_Line], int]:
    """Lines of the picture, and how many sites are left out of it."""
    lines: list[_Line] = []
    for number, found in enumerate(chosen):
        of_site = [_Line(found.site, True, ())]
        joined: dict[str, list[Stage]] = {}
        for stage in found.stages:
            powers = stage.stage in (PROCUREMENT, CONSTRUCTION)
            joined.setdefault(f"{stage.what}|{powers or stage.stage}", []).append(stage)
        of_site += [_Line(_label(stages), False, tuple(stages)) for stages in joined.values()]
        if most_rows is not None and lines and len(lines) + len(of_site) > most_rows:
            return lines, len(chosen) - number
        lines += of_site
    return lines, 0


def _label(stages: list[Stage]) -> str:
    first = stages[0]
    if first.stage in (PROCUREMENT, CONSTRUCTION):
        return first.what
    return "construction" if first.what == first.site else first.what


@in_style
def static(plan: Plan, site: str | None = None) -> Chart:
    """For print."""
    chosen = _chosen(plan, site)
    lines, left_out = _lines(chosen, _MOST_ROWS)
    said = _words(plan, chosen, left_out)
    if not lines:
        return nothing_to_draw(said)
    chart, (axes,) = canvas(said, _ROW_IN * len(lines) + 0.55)
    tokens = {found.site: found.first_token for found in chosen}
    by_site, start = {found.site: found for found in chosen}, plan.inputs.calendar.start
    for at, line in enumerate(lines):
        if line.heading:
            _heading(axes, at, tokens[line.label], _first(by_site[line.label], start))
        for stage in line.stages:
            _bar(axes, at, stage)
    names = (
        axes.set_yticks(range(len(lines)), [line.label for line in lines])
        and axes.get_yticklabels()
    )
    for name, line in zip(names, lines, strict=True):
        critical = any(is_critical(stage) for stage in line.stages)
        name.set(
            fontweight="bold" if line.heading or critical else "normal",
            color=BLUE if line.heading else INK,
            fontsize=8.0 if line.heading else 7.0,
        )
    _first_line(axes, [day for day in tokens.values() if day])
    axes.set_ylim(len(lines) - 0.4, -0.9)
    axes.tick_params(axis="y", length=0)
    axes.xaxis_date()
    axes.spines["left"].set_visible(False)
    shown = dict.fromkeys(stage.stage for line in lines for stage in line.stages)
    handles = [
        Patch(facecolor=colour, label=kind)
        for kind, colour in STAGE_COLOURS.items()
        if kind in shown
    ]
    axes.legend(
        handles=handles,
        ncols=len(handles),
        loc="lower left",
        bbox_to_anchor=(-0.01, 1.0),
        frameon=False,
        fontsize=7.2,
        handlelength=1.0,
        columnspacing=1.0,
        handletextpad=0.4,
    )
    return chart


def _first(found: SiteStages, start: dt.date) -> str:
    """What is said of a site's first token."""
    if found.first_token is None:
        return "no token"
    late = found.months_late(start)
    waits = f", {counted(late, 'month')} later than its stages ask for" if late else ""
    return f"first token {month(pd.Timestamp(found.first_token))}{waits}"


def _heading(axes: Axes, at: int, token: dt.date | None, text: str) -> None:
    axes.axhline(at - 0.5, color=RULE, lw=0.6)
    if token:
        day = _day(token)
        axes.plot([day], [at], marker="D", ms=5, color=BLUE, zorder=5)
        axes.annotate(
            text,
            (day, at),
            xytext=(-6, 0),
            textcoords="offset points",
            va="center",
            ha="right",
            fontsize=7,
            color=BLUE,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.8},
        )


def _bar(axes: Axes, at: int, stage: Stage) -> None:
    colour = STAGE_COLOURS[stage.stage]
    critical, needed = is_critical(stage), not math.isnan(stage.slack_months)
    begins, ends = _day(stage.starts), _day(stage.ends)
    axes.barh(
        at,
        ends - begins,
        left=begins,
        height=0.62,
        color=colour if needed else lightened(colour, 0.5),
        edgecolor=INK if critical else PAPER,
        lw=1.5 if critical else 0.4,
        zorder=4 if critical else 3,
    )
    if stage.stage != PROCUREMENT and stage.months:
        axes.annotate(
            f"{stage.months:.0f} mo",
            (ends, at),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=6.5,
            color=FAINT,
            zorder=6,
        )


def _day(date: dt.date) -> float:
    """A date on matplotlib's axis: days since 1970."""
    return float(date.toordinal() - dt.date(1970, 1, 1).toordinal())


def _first_line(axes: Axes, tokens: list[dt.date]) -> None:
    if tokens:
        axes.axvline(_day(min(tokens)), color=BLUE, lw=1.0, ls=(0, (4, 2)), zorder=2)


def interactive(
    plan: Plan, site: str | None = None, known: Sequence[SiteStages] | None = None
) -> go.Figure:
    """For screens; `known` are the stages of all sites, for who draws site after site."""
    chosen = _chosen(plan, site, known)
    lines, _ = _lines(chosen, None)
    said = _words(plan, chosen)
    if not lines:
        return empty_screen(said)
    figure = screen(
        said, height=150 + _PIXELS * len(lines), barmode="overlay", legend_orientation="h"
    )
    for kind in STAGE_COLOURS:
        bars = [(at, s) for at, line in enumerate(lines) for s in line.stages if s.stage == kind]
        if bars:
            figure.add_bar(**_bars(kind, bars))
    by_site, start = {found.site: found for found in chosen}, plan.inputs.calendar.start
    headings = [(at, by_site[line.label]) for at, line in enumerate(lines) if line.heading]
    shown = [(at, found, found.first_token) for at, found in headings if found.first_token]
    figure.add_scatter(
        x=[str(token) for *_, token in shown],
        y=[at for at, *_ in shown],
        mode="markers+text",
        marker={"symbol": "diamond", "size": 10, "color": BLUE},
        name="first token",
        text=[_first(found, start) for _, found, _ in shown],
        textposition="middle left",
        hoverinfo="skip",
    )
    if shown:
        first = str(min(token for *_, token in shown))
        figure.add_vline(x=first, line={"color": BLUE, "width": 1, "dash": "dash"})
    figure.update_yaxes(
        tickvals=list(range(len(lines))),
        range=[len(lines) - 0.4, -0.9],
        showgrid=False,
        ticktext=[
            f"<b>{plain(line.label)}</b>"
            if line.heading or any(map(is_critical, line.stages))
            else plain(line.label)
            for line in lines
        ],
    )
    figure.update_xaxes(type="date", showgrid=True)
    figure.update_layout(legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0})
    return figure


def _bars(kind: str, bars: list[tuple[int, Stage]]) -> dict[str, Any]:
    colour = STAGE_COLOURS[kind]
    stages = [stage for _, stage in bars]
    needed = [not math.isnan(stage.slack_months) for stage in stages]
    return {
        "base": [str(stage.starts) for stage in stages],
        "x": [86_400e3 * (stage.ends - stage.starts).days for stage in stages],
        "y": [at for at, _ in bars],
        "orientation": "h",
        "name": kind,
        "width": 0.62,
        "marker": {
            "color": [colour if one else lightened(colour, 0.5) for one in needed],
            "line": {
                "color": [INK if is_critical(stage) else PAPER for stage in stages],
                "width": [2 if is_critical(stage) else 0.5 for stage in stages],
            },
        },
        "customdata": [
            [plain(s.site), plain(s.what), str(s.starts), str(s.ends), f"{s.months:.0f}", _slack(s)]
            for s in stages
        ],
        "hovertemplate": "%{customdata[0]}: %{customdata[1]}<br>%{customdata[2]} to "
        "%{customdata[3]}, %{customdata[4]} months<br>%{customdata[5]}<extra></extra>",
    }


def _slack(stage: Stage) -> str:
    if math.isnan(stage.slack_months):
        return "not needed for the first token"
    return (
        "on the critical path" if is_critical(stage) else f"slack {stage.slack_months:.0f} months"
    )
