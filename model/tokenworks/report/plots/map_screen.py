"""The map of a plan for screens: plain axes in projected kilometres, so that nothing is fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tokenworks.frames import rows
from tokenworks.plan import Plan
from tokenworks.report.page.outlines import as_path
from tokenworks.report.palette import ACCENT, BLUE, FAINT, LAND, PAPER, RULE
from tokenworks.report.plots.map_parts import (
    CANDIDATE,
    CHOSEN,
    REGION,
    ZONE,
    ZONE_EDGE,
    Part,
    frame,
    hover,
    links,
    parts_of,
    renamed,
    size,
    words,
)
from tokenworks.report.plots.style import empty_screen, plain, screen

if TYPE_CHECKING:
    import plotly.graph_objects as go

_PIXELS_PER_POINT = 1.1
_MARK_PIXELS = {REGION: 6.0, CANDIDATE: 8.0}


def interactive(plan: Plan) -> go.Figure:
    """For screens: plain axes in projected kilometres, so that nothing is fetched."""
    from plotly.subplots import make_subplots  # noqa: PLC0415 -- slow to import

    found, said = frame(plan), words(plan)
    if not len(found):
        return empty_screen(said)
    parts = parts_of(plan, found)
    ratios = [float(np.ptp(part.x_km) / np.ptp(part.y_km)) for part in parts]
    figure = make_subplots(cols=len(parts), column_widths=[r / sum(ratios) for r in ratios])
    most = float(found["it_capacity_mw"].max())
    for column, part in enumerate(parts, start=1):
        _trace_outlines(figure, column, part)
        _trace_links(figure, column, part, links(plan))
        _trace_places(figure, column, part, most)
        figure.update_xaxes(range=list(part.x_km), visible=False, col=column)
        anchor = "x" if column == 1 else f"x{column}"
        figure.update_yaxes(range=list(part.y_km), visible=False, scaleanchor=anchor, col=column)
    screen(said, height=560, figure=figure, showlegend=False, hovermode="closest", dragmode="pan")
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return figure


def _trace_outlines(figure: go.Figure, column: int, part: Part) -> None:
    shapes = [("", shape, LAND, RULE) for shape in part.country]
    shapes += [(zone, shape, ZONE, ZONE_EDGE) for zone, shape in part.zones]
    for name, shape, colour, edge in shapes:
        east, north = as_path(shape)
        figure.add_scatter(
            x=east,
            y=north,
            mode="lines",
            fill="toself",
            fillcolor=colour,
            line={"color": edge, "width": 0.7},
            hoverinfo="text" if name else "skip",
            text=f"zone {plain(name)}" if name else None,
            hoveron="fills",
            row=1,
            col=column,
        )
    for _, line in part.panel.grid:
        figure.add_scatter(
            x=line[:, 0],
            y=line[:, 1],
            mode="lines",
            line={"color": RULE, "width": 0.6},
            hoverinfo="skip",
            row=1,
            col=column,
        )


def _trace_links(figure: go.Figure, column: int, part: Part, sent: pd.DataFrame) -> None:
    place = part.places.set_index("name")[["x_km", "y_km"]]
    most = float(sent["mean_gbps"].max()) if len(sent) else 0.0
    for row in rows(sent):
        if row.from_site in place.index and row.to_site in place.index and most > 0.0:
            ends = place.loc[[row.from_site, row.to_site]]
            said = f"{plain(row.from_site)} to {plain(row.to_site)}: {row.mean_gbps:,.2f} Gbps"
            figure.add_scatter(
                x=ends["x_km"],
                y=ends["y_km"],
                mode="lines",
                line={"color": ACCENT, "width": 1 + 4 * row.mean_gbps / most},
                hoverinfo="text",
                text=said,
                row=1,
                col=column,
            )


def _trace_places(figure: go.Figure, column: int, part: Part, most_mw: float) -> None:
    styles = {REGION: ("square", "#b9bec5"), CANDIDATE: ("circle", PAPER), CHOSEN: ("circle", BLUE)}
    for kind, (symbol, colour) in styles.items():
        mine = part.places[part.places["kind"] == kind]
        sizes = [
            2.0 * _PIXELS_PER_POINT * np.sqrt(size(mw, most_mw) / np.pi)
            if kind == CHOSEN
            else _MARK_PIXELS[kind]
            for mw in mine["it_capacity_mw"]
        ]
        figure.add_scatter(
            x=mine["x_km"],
            y=mine["y_km"],
            mode="markers+text" if kind == CHOSEN else "markers",
            marker={
                "symbol": symbol,
                "color": colour,
                "size": sizes,
                "line": {"color": PAPER if kind == CHOSEN else FAINT, "width": 1},
            },
            text=[plain(row.name_) for row in renamed(mine)],
            textposition="middle right",
            hovertext=[hover(row) for row in renamed(mine)],
            hoverinfo="text",
            row=1,
            col=column,
        )
