"""What every near-optimal plan holds, and what can be had otherwise: megawatts of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tokenworks.report.palette import BLUE, FAINT, INK, RULE
from tokenworks.report.plots.studies.measures import StudyFrames, result
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
from tokenworks.report.plots.wording import counted, listed, megawatts

if TYPE_CHECKING:
    import plotly.graph_objects as go

_BASE = "base"
_ROW_IN, _ROW_PX, _MOST_ROWS = 0.24, 24, 40
_NOTHING_MW = 1e-3
_PARTS = {"sites": "site", "power": "power", "hardware": "system"}


def frame(study: StudyFrames) -> pd.DataFrame:
    """Megawatts of every site, source and system in every plan, with what is proven of all.

    Returns
    -------
    DataFrame
        part, name, run, amount_mw, and least_mw and most_mw: no plan within the slack has less or
        more; blank where that was not searched. The base's largest first within their part.
    """
    groups = result(study, "alternative_groups")
    ranges = study.results().get("alternative_ranges")
    if ranges is None or ranges.empty:
        ranges = pd.DataFrame({"part": [], "name": [], "least_mw": [], "most_mw": []})
    found = groups.merge(
        ranges[["part", "name", "least_mw", "most_mw"]], on=["part", "name"], how="left"
    )
    if found.empty:
        return found
    base = found[found["run"] == _BASE].set_index(["part", "name"])["amount_mw"]
    most = found.groupby(["part", "name"])["amount_mw"].max()
    keys = list(zip(found["part"], found["name"], strict=True))
    found = found.assign(
        place=[list(_PARTS).index(part) for part in found["part"]],
        of_base=[-float(base.get(key, 0.0)) for key in keys],
        at_most=[-float(most.get(key, 0.0)) for key in keys],
    )
    order = ["place", "of_base", "at_most", "name", "run"]
    return found.sort_values(order, kind="stable", ignore_index=True).drop(columns=order[:3])


def words(study: StudyFrames) -> Words:
    """Title and caption."""
    found = frame(study)
    caption = (
        "MW of each site (IT at the end), source of power and system (entering over the horizon). "
        "Filled: the base; hollow: the other plans within the slack. Bar: no plan within the slack "
        "has less or more, where that was searched."
    )
    if found.empty:
        return Words("No alternative has been found", caption)
    plans = found["run"].nunique() - 1
    things = found.drop_duplicates(["part", "name"])
    needed = things[things["least_mw"] > _NOTHING_MW]
    others = f"{counted(plans, 'other plan')} cost{'s' if plans == 1 else ''} little more"
    if needed.empty:
        return Words(f"{others}; nothing is needed in all of them", caption)
    named = [f"{row['name']} (≥ {megawatts(row['least_mw'])})" for _, row in needed.iterrows()]
    return Words(f"{others}; all of them need {listed(named, 3)}", caption)


def _things(found: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    groups = found.groupby(["part", "name"], sort=False)
    return [(f"{_PARTS[str(part)]} {name}", rows) for (part, name), rows in groups][:_MOST_ROWS]


def _ends(rows: pd.DataFrame) -> tuple[float, float] | None:
    low, high = (float(rows[c].iloc[0]) for c in ("least_mw", "most_mw"))
    return (low, high) if np.isfinite(low) and np.isfinite(high) else None


@in_style
def static(study: StudyFrames) -> Chart:
    """For print."""
    found, said = frame(study), words(study)
    if found.empty:
        return nothing_to_draw(said)
    things = _things(found)
    chart, (axes,) = canvas(said, _ROW_IN * len(things) + 0.8)
    for at, (_, rows) in enumerate(things):
        ends = _ends(rows)
        if ends:
            axes.plot(ends, [at, at], color=RULE, lw=5, solid_capstyle="butt", zorder=1)
        base = rows["run"] == _BASE
        others = rows[~base]["amount_mw"]
        axes.scatter(
            others, [at] * len(others), s=26, facecolors="none", edgecolors=INK, lw=0.8, zorder=2
        )
        own = rows[base]["amount_mw"]
        axes.scatter(own, [at] * len(own), s=26, color=BLUE, zorder=3)
    axes.set_yticks(range(len(things)), [name for name, _ in things])
    axes.set_ylim(len(things) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=True, axis="y", color="#eceef0", lw=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("MW", color=FAINT)
    axes.set_xlim(left=0.0)
    axes.margins(x=0.04)
    return chart


def interactive(study: StudyFrames) -> go.Figure:
    """For screens."""
    found, said = frame(study), words(study)
    if found.empty:
        return empty_screen(said)
    things = _things(found)
    names = [plain(name) for name, _ in things]
    figure = screen(said, height=150 + _ROW_PX * len(things))
    line: tuple[list[float | None], list[str | None]] = ([], [])
    for name, (_, rows) in zip(names, things, strict=True):
        ends = _ends(rows)
        if ends:
            line[0].extend((*ends, None))
            line[1].extend((name, name, None))
    figure.add_scatter(
        x=line[0],
        y=line[1],
        mode="lines",
        name="what is proven of all",
        line={"color": RULE, "width": 7},
        hovertemplate="%{y}: %{x:,.1f} MW<extra></extra>",
    )
    for name, own, colour, symbol in (
        ("other plans", False, INK, "circle-open"),
        ("the base", True, BLUE, "circle"),
    ):
        points = [
            (float(row["amount_mw"]), label, plain(row["run"]))
            for label, (_, rows) in zip(names, things, strict=True)
            for _, row in rows[(rows["run"] == _BASE) == own].iterrows()
        ]
        figure.add_scatter(
            x=[point[0] for point in points],
            y=[point[1] for point in points],
            text=[point[2] for point in points],
            mode="markers",
            name=name,
            marker={"color": colour, "symbol": symbol, "size": 8},
            hovertemplate="%{y}: %{x:,.1f} MW<br>%{text}<extra></extra>",
        )
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=names[::-1], dtick=1)
    figure.update_xaxes(title_text="MW", rangemode="tozero")
    return figure
