"""The map's traces, as plotly takes them: Cartesian, so that nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from tokenworks.report.page.look import (
    AMBER,
    BLUE,
    HEADROOM_COLOURS,
    INK,
    PAPER,
    PURPLE,
    SOFT,
    legend_only,
    plotly_text,
)
from tokenworks.report.page.map_state import BUILDING, OPEN, SiteState
from tokenworks.report.page.model import Trace
from tokenworks.report.page.outlines import as_path
from tokenworks.report.page.places import Panel, Place

# Upper ends of the classes of firm headroom; the last has none.
HEADROOM_MW = (0.0, 100.0, 300.0, 1000.0, 3000.0)
_LEAST_DOT, _LARGEST_DOT, _LONGEST = 12.0, 34.0, 26
_Box = tuple[float, float, float, float]
_LABEL_SIDES = ("middle right", "middle left", "top center", "bottom center")


def axes_of(panels: Sequence[Panel]) -> dict[str, dict[str, str]]:
    """Panel to the names of its axes."""
    names = ("", "2")
    return {
        p.name: {"xaxis": f"x{n}", "yaxis": f"y{n}"} for p, n in zip(panels, names, strict=False)
    }


def headroom_class(mw: float | None) -> int:
    """Class of a zone's firm headroom."""
    return sum((mw or 0.0) > end for end in HEADROOM_MW)


def headroom_legend() -> list[Trace]:
    """A legend entry for every class."""
    ends = [f"{mw:,.0f}" for mw in HEADROOM_MW]
    words = ["none", *(f"{a}–{b}" for a, b in pairwise(ends)), f"over {ends[-1]}"]
    return [
        legend_only(
            f"{name} MW" if name != "none" else "no firm headroom",
            mode="markers",
            marker={
                "symbol": "square",
                "size": 12,
                "color": colour,
                "line": {"color": SOFT, "width": 0.5},
            },
            legend="legend2",
        )
        for name, colour in zip(words, HEADROOM_COLOURS, strict=True)
    ]


def land(shapes: Iterable[Any]) -> list[Trace]:
    """States, as what lies under everything."""
    traces = []
    for shape in shapes:
        x, y = as_path(shape)
        traces.append(_still(x, y, mode="lines", line={"color": "#ffffff", "width": 0}))
        traces[-1] |= {"fill": "toself", "fillcolor": "#f8f8f6"}
    return traces


def borders(shapes: Iterable[Any]) -> Trace:
    """Borders of states above the zones' fill."""
    x: list[float | None] = []
    y: list[float | None] = []
    for shape in shapes:
        east, north = as_path(shape)
        x += [*east, None]
        y += [*north, None]
    return _still(x, y, mode="lines", line={"color": "#8d949c", "width": 0.8})


def zone_fill(shape: Any, mw: float | None) -> Trace:
    """A zone coloured by its headroom."""
    x, y = as_path(shape)
    trace = _still(x, y, mode="lines", line={"color": "#ffffff", "width": 0.8})
    return trace | {"fill": "toself", "fillcolor": zone_fill_colour(mw)}


def zone_fill_colour(mw: float | None) -> str:
    """Colour of a zone with so much firm headroom."""
    return HEADROOM_COLOURS[headroom_class(mw)]


def degrees(panel: Panel) -> list[Trace]:
    """A grid of degrees where no outline is at hand."""
    x: list[float | None] = []
    y: list[float | None] = []
    labels: list[tuple[float, float, str]] = []
    for words, line in panel.grid:
        inside = [
            (float(e), float(n))
            for e, n in line
            if panel.x_km[0] <= e <= panel.x_km[1] and panel.y_km[0] <= n <= panel.y_km[1]
        ]
        if not inside:
            continue
        x += [*(point[0] for point in inside), None]
        y += [*(point[1] for point in inside), None]
        labels.append((*inside[0], words))
    lines = _still(x, y, mode="lines", line={"color": "#e1e4e8", "width": 1})
    marks = _still([p[0] for p in labels], [p[1] for p in labels], mode="text")
    marks |= {"text": [p[2] for p in labels], "textfont": {"size": 10, "color": "#7a828b"}}
    return [lines, marks | {"textposition": "top right"}]


def points(places: Sequence[Place], **more: Any) -> Trace:
    """Markers at places of one panel."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [place.x_km for place in places],
        "y": [place.y_km for place in places],
        "hovertemplate": "%{hovertext}<extra></extra>",
        **more,
    }


def site_markers(states: Sequence[SiteState], most_mw: float) -> dict[str, Any]:
    """Markers of sites: area by energised megawatts, hollow where nothing is open."""
    opened = [state.status == OPEN for state in states]
    sizes = [
        max(_LEAST_DOT, _LARGEST_DOT * (s.it_mw / most_mw) ** 0.5) if o and most_mw else 10.0
        for s, o in zip(states, opened, strict=True)
    ]
    return {
        "size": sizes,
        "symbol": ["circle" if o else "circle-open" for o in opened],
        "color": [
            BLUE if o or s.status == BUILDING else SOFT for s, o in zip(states, opened, strict=True)
        ],
        "line": {
            "color": [
                "#ffffff" if o else BLUE if s.status == BUILDING else SOFT
                for s, o in zip(states, opened, strict=True)
            ],
            "width": [
                1.5 if o else 3 if s.status == BUILDING else 1.5
                for s, o in zip(states, opened, strict=True)
            ],
        },
        "opacity": 0.88,
    }


def reactor_markers(states: Sequence[SiteState]) -> dict[str, Any]:
    """Triangles: full in the year of a delivery, hollow where reactors stand, none elsewhere."""
    return {
        "symbol": ["triangle-up" if s.delivered_mw else "triangle-up-open" for s in states],
        "size": [17.0 if s.delivered_mw else 13.0 if s.reactor_mw else 0.0 for s in states],
        "color": AMBER,
        "line": {"color": "#6e3d00", "width": 1.2},
    }


def link_line(one: Place, other: Place, gbps: float) -> Trace:
    """A link for key-value caches: dotted where it is only offered."""
    used = gbps > 0.0
    trace = _still([one.x_km, other.x_km], [one.y_km, other.y_km], mode="lines")
    return trace | {
        "line": {
            "color": PURPLE if used else "#a9a2b3",
            "width": 3.5 if used else 1.5,
            "dash": "solid" if used else "dot",
        }
    }


def key(*, links: bool, reactors: bool) -> list[Trace]:
    """Legend entries of the markers."""
    line = {"color": "#ffffff", "width": 1.5}
    entries = [
        legend_only(
            "open site, area by MW",
            mode="markers",
            marker={"size": 16, "color": BLUE, "line": line},
        ),
        legend_only(
            "under construction",
            mode="markers",
            marker={"size": 10, "symbol": "circle-open", "color": BLUE, "line": {"width": 3}},
        ),
        legend_only(
            "candidate",
            mode="markers",
            marker={"size": 10, "symbol": "circle-open", "color": SOFT, "line": {"width": 1.5}},
        ),
        legend_only(
            "users", mode="markers", marker={"size": 7, "symbol": "diamond", "color": "#b08f3c"}
        ),
    ]
    if reactors:
        entries.append(
            legend_only(
                "reactors delivered",
                mode="markers",
                marker={
                    "size": 14,
                    "symbol": "triangle-up",
                    "color": AMBER,
                    "line": {"color": "#6e3d00", "width": 1.2},
                },
            )
        )
    if links:
        entries.append(
            legend_only(
                "link in use (dotted: offered)", mode="lines", line={"color": PURPLE, "width": 3.5}
            )
        )
    return entries


def shortened(name: str) -> str:
    """A name short enough to stand on the map; the table has all of it."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1].rstrip(' ,')}…"


def label_font(size: int) -> dict[str, Any]:
    """Type of labels, with a pale edge so that they read on dark zones too."""
    edge = ", ".join([f"0px 0px 3px {PAPER}"] * 5)  # one alone is too faint
    return {"size": size, "color": INK, "shadow": edge}


def label_sides(
    panel: Panel, places: Sequence[Place], widths_km: Sequence[float], height_km: float
) -> list[str]:
    """Side of each point on which its label covers least, one after the other."""
    far = 10.0 * (panel.x_km[1] - panel.x_km[0])
    # What lies beyond the panel's sides is as bad to cover as another label.
    edges = [(panel.x_km[1], -far, far, far), (-far, -far, panel.x_km[0], far)]
    taken: list[tuple[float, float, float, float]] = [
        (
            p.x_km - height_km / 2,
            p.y_km - height_km / 2,
            p.x_km + height_km / 2,
            p.y_km + height_km / 2,
        )
        for p in places
    ]
    chosen = []
    for place, width in zip(places, widths_km, strict=True):
        boxes = {side: _box(place, side, width, height_km) for side in _LABEL_SIDES}
        best = min(boxes, key=lambda side: _covered(boxes[side], [*taken, *edges]))
        taken.append(boxes[best])
        chosen.append(best)
    return chosen


def _box(place: Place, side: str, width: float, height: float) -> tuple[float, float, float, float]:
    x, y, off = place.x_km, place.y_km, height * 0.8
    if side == "middle right":
        return x + off, y - height / 2, x + off + width, y + height / 2
    if side == "middle left":
        return x - off - width, y - height / 2, x - off, y + height / 2
    middle = y + off + height / 2 if side == "top center" else y - off - height / 2
    return x - width / 2, middle - height / 2, x + width / 2, middle + height / 2


def _covered(box: _Box, others: Sequence[_Box]) -> float:
    return sum(_overlap(box, other) for other in others)


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    return wide * high if wide > 0 and high > 0 else 0.0


def texts(names: Mapping[str, str], sites: Sequence[str], states: Sequence[SiteState]) -> list[str]:
    """Label of every site: its name, and its megawatts once it is open."""
    return [
        f"<b>{plotly_text(shortened(names[site]))}</b><br>{state.it_mw:,.0f} MW"
        if state.status == OPEN
        else plotly_text(shortened(names[site]))
        for site, state in zip(sites, states, strict=True)
    ]


def _still(x: Sequence[float | None], y: Sequence[float | None], **more: Any) -> Trace:
    return {
        "type": "scatter",
        "x": list(x),
        "y": list(y),
        "hoverinfo": "skip",
        "showlegend": False,
        "textfont": {"color": INK},
        **more,
    }
