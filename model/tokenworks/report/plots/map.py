"""The map of a plan: where the sites lie, how large they become, and what is sent between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from tokenworks.frames import rows
from tokenworks.plan import Plan
from tokenworks.report.palette import ACCENT, BLUE, FAINT, INK, LAND, PAPER, RULE
from tokenworks.report.plots.map_parts import (
    CANDIDATE,
    CHOSEN,
    REGION,
    ZONE,
    ZONE_EDGE,
    Part,
    frame,
    links,
    parts_of,
    renamed,
    size,
    words,
)
from tokenworks.report.plots.map_screen import interactive
from tokenworks.report.plots.style import Chart, canvas, in_style, nothing_to_draw
from tokenworks.report.plots.wording import megawatts

__all__ = ["frame", "interactive", "links", "static", "words"]

_SMALLER = 0.55


@in_style
def static(plan: Plan) -> Chart:
    """For print."""
    found, said = frame(plan), words(plan)
    if not len(found):
        return nothing_to_draw(said)
    parts = parts_of(plan, found)
    ratios = [np.ptp(part.x_km) / np.ptp(part.y_km) for part in parts]
    # Where nothing is built a panel only shows who asks, and may be smaller.
    built = [bool((part.places["kind"] == CHOSEN).any()) for part in parts]
    if any(built):
        ratios = [r * (1.0 if own else _SMALLER) for r, own in zip(ratios, built, strict=True)]
    height = min(5.6, 8.4 / sum(ratios))
    chart, panels = canvas(said, height, panels=(1, len(parts)), width_ratios=ratios)
    most = float(found["it_capacity_mw"].max())
    for axes, part in zip(panels, parts, strict=True):
        _draw(axes, part, most)
        _draw_links(axes, part, links(plan))
    return chart


def _draw(axes: Axes, part: Part, most_mw: float) -> None:
    for shapes, colour, edge, width in (
        (part.country, LAND, RULE, 0.5),
        ([shape for _, shape in part.zones], ZONE, ZONE_EDGE, 0.7),
    ):
        for shape in shapes:
            for ring in _rings(shape):
                axes.fill(ring[:, 0], ring[:, 1], facecolor=colour, edgecolor=edge, lw=width)
    for label, line in part.panel.grid:
        axes.plot(line[:, 0], line[:, 1], color=RULE, lw=0.5, zorder=1)
        _degree(axes, label, line, part)
    for kind, marker, area in ((REGION, "s", 12.0), (CANDIDATE, "o", 22.0)):
        mine = part.places[part.places["kind"] == kind]
        face = "#b9bec5" if kind == REGION else PAPER
        axes.scatter(
            mine["x_km"],
            mine["y_km"],
            marker=marker,
            s=area,
            c=face,
            edgecolors=FAINT,
            lw=0.7,
            zorder=4,
        )
    chosen = part.places[part.places["kind"] == CHOSEN]
    axes.scatter(
        chosen["x_km"],
        chosen["y_km"],
        s=[size(mw, most_mw) for mw in chosen["it_capacity_mw"]],
        c=BLUE,
        alpha=0.85,
        edgecolors=PAPER,
        lw=0.8,
        zorder=5,
    )
    _label(axes, part, most_mw)
    axes.set_xlim(*part.x_km)
    axes.set_ylim(*part.y_km)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(bool(part.panel.grid))
    axes.spines[:].set_color(RULE)


def _rings(shape: Any) -> list[Any]:
    import shapely  # noqa: PLC0415 -- slow to import

    parts = [one for one in shapely.get_parts(shape) if one.geom_type == "Polygon"]
    return [shapely.get_coordinates(one.exterior) / 1e3 for one in parts]


def _degree(axes: Axes, label: str, line: Any, part: Part) -> None:
    """The label of a line of the grid, where the line enters the picture."""
    (x0, x1), (y0, y1) = part.x_km, part.y_km
    inside = line[(line[:, 0] > x0) & (line[:, 0] < x1) & (line[:, 1] > y0) & (line[:, 1] < y1)]
    if len(inside):
        axes.text(
            inside[0, 0],
            inside[0, 1],
            f" {label}",
            fontsize=6.5,
            color=FAINT,
            va="bottom",
            clip_on=True,
        )


def _label(axes: Axes, part: Part, most_mw: float) -> None:
    """Names of sites and regions, each moved down until it covers no other."""
    low = 0.032 * float(np.ptp(part.y_km))
    taken: list[tuple[float, float]] = []
    order = part.places.sort_values(["it_capacity_mw", "name"], ascending=[False, True])
    for row in renamed(order):
        if row.kind == CANDIDATE:
            continue
        y = row.y_km
        while any(abs(y - b) < low and abs(row.x_km - a) < 9.0 * low for a, b in taken):
            y -= 0.5 * low
        taken.append((row.x_km, y))
        chosen = row.kind == CHOSEN
        radius = np.sqrt(size(row.it_capacity_mw, most_mw) / np.pi) if chosen else 2.0
        text = f"{row.name_}, {megawatts(row.it_capacity_mw)}" if chosen else row.name_
        axes.annotate(
            text,
            (row.x_km, y),
            xytext=(radius + 3.0, 0),
            textcoords="offset points",
            va="center",
            fontsize=7.5 if chosen else 6.5,
            fontweight="bold" if chosen else "normal",
            color=INK if chosen else FAINT,
            zorder=6,
        )


def _draw_links(axes: Axes, part: Part, sent: pd.DataFrame) -> None:
    place = part.places.set_index("name")[["x_km", "y_km"]]
    most = float(sent["mean_gbps"].max()) if len(sent) else 0.0
    for row in rows(sent):
        if row.from_site in place.index and row.to_site in place.index and most > 0.0:
            ends = place.loc[[row.from_site, row.to_site]]
            width = 0.6 + 3.0 * row.mean_gbps / most
            axes.plot(ends["x_km"], ends["y_km"], color=ACCENT, lw=width, alpha=0.7, zorder=3)
