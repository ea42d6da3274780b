"""The picture of a screening: where the candidates are, and what the others fell to."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from tokenworks.geo.places import COORDINATES, HIGH_VOLTAGE_KV, Layers
from tokenworks.geo.projection import to_plane
from tokenworks.geo.screening import EXCLUSIONS, KEPT, NOT_ASKED, NOT_CHOSEN, Screened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_IN, HEIGHT_IN, DOTS_PER_IN = 14.0, 7.8, 120
_PAPER, _INK, _FAINT = "#ffffff", "#22262b", "#6b727b"
_LEFT = "#d9dbde"
_LAND, _BORDER = "#f4f3ef", "#ffffff"
_LINE_230, _LINE_345 = "#c9cdd3", "#8f97a3"
_SUITABLE = "#9dbfa0"
# Muted, apart in lightness too; one for every exclusion in order.
_REASONS = (
    *("#54457f", "#9a7cc0", "#d98f8f", "#a8422a", "#5f8fc9"),
    *("#dd9f3d", "#a3a06a", "#4f7d7d", "#c07fb8", "#777777"),
)
# Places within a part of the country are shown close up, but never closer than this.
_LEAST_SIDE_M, _ROOM_AROUND, _MOST_OF_COUNTRY = 300_000.0, 1.4, 0.7
_DOT, _LARGE_DOT, _MANY = 6.5, 26.0, 500
_SCORE_COLOURS = "YlGnBu"
_NOTES = (
    "Headroom, thresholds and weights are assumed, and the distance to a gas-fired plant of 100 MW "
    "stands for that to a pipeline.",
    "Sources: ReEDS zones and county data (NLR); HIFLD lines; EIA power plants, November 2023; "
    "USACE principal ports; FEMA National Risk Index;",
    "EPA Green Book, February 2021; Census county boundaries. Projection: Albers, EPSG:5070.",
)
_STANDS_FOR = {
    "counties": "A county is shown at its centroid and stands for land in it; it is no parcel.",
    "parcels": "A parcel has the hazard, density and air of the county with the nearest centroid.",
}
_SETTINGS = {
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
}


def draw(screened: Screened, layers: Layers, what: str) -> bytes:
    """The picture as PNG; the same screening gives the same bytes.

    Parameters
    ----------
    screened
        The places judged.
    layers
        Lines and zone outlines.
    what
        What the places are.
    """
    import matplotlib as mpl  # noqa: PLC0415 -- slow to import
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    settings: Any = {**mpl.rcParamsDefault, **_SETTINGS}
    with mpl.rc_context(settings):
        figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DOTS_PER_IN, facecolor=_PAPER)
        FigureCanvasAgg(figure)
        place = figure.add_axes((0.005, 0.115, 0.68, 0.79))
        funnel = figure.add_axes((0.81, 0.33, 0.185, 0.53))
        _map(figure, place, screened, layers)
        _funnel(funnel, screened)
        _words(figure, screened, what)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def colours() -> dict[str, str]:
    """Colour of every outcome but the candidates, which are coloured by score."""
    reasons = {e.name: c for e, c in zip(EXCLUSIONS, _REASONS, strict=True)}
    return reasons | {NOT_CHOSEN: _SUITABLE}


def _map(figure: Figure, axes: Axes, screened: Screened, layers: Layers) -> None:
    from matplotlib.collections import LineCollection, PolyCollection  # noqa: PLC0415

    outlines = [shapely.get_coordinates(ring) for ring in _rings(layers.zones.geometry.to_numpy())]
    axes.add_collection(PolyCollection(outlines, facecolor=_LAND, edgecolor=_BORDER, linewidth=0.9))
    volt = layers.lines["line_kv"].to_numpy()
    paths = [shapely.get_coordinates(line) for line in layers.lines.geometry]
    for high, colour, width in ((False, _LINE_230, 0.35), (True, _LINE_345, 0.55)):
        drawn = zip(paths, volt >= HIGH_VOLTAGE_KV, strict=True)
        segments = [path for path, is_high in drawn if is_high == high]
        axes.add_collection(LineCollection(segments, colors=colour, linewidths=width))
    places = screened.places
    metres = to_plane(*(places[name].to_numpy() for name in COORDINATES))
    size = _DOT if len(places) > _MANY else _LARGE_DOT
    for outcome, colour in colours().items():
        own = (places["outcome"] == outcome).to_numpy()
        east, north = metres[own].T
        axes.scatter(east, north, s=size, c=colour, linewidths=0, zorder=3)
    chosen = (places["outcome"] == KEPT).to_numpy()
    scores = places.loc[chosen, "score_index"]
    east, north = metres[chosen].T
    dots = axes.scatter(
        east,
        north,
        s=46,
        c=scores,
        cmap=_SCORE_COLOURS,
        vmin=min(scores.min(), scores.max() - 1) - 5,
        edgecolors=_INK,
        linewidths=0.7,
        zorder=4,
    )
    _frame(axes, _shown_part(np.vstack(outlines), metres))
    _score_bar(figure, dots)


def _rings(shapes: Any) -> list[Any]:
    polygons = shapely.get_parts(shapes)
    return [shapely.get_exterior_ring(polygon) for polygon in polygons]


def _shown_part(country: Any, places: Any) -> Any:
    """Corners of what is shown: the country, or the surroundings of places that lie together."""
    low, high = places.min(axis=0), places.max(axis=0)
    side = np.maximum(high - low, _LEAST_SIDE_M) * _ROOM_AROUND
    if (side > np.ptp(country, axis=0) * _MOST_OF_COUNTRY).any():
        return country
    # The same shape as the country's, so that the picture is filled.
    whole = np.ptp(country, axis=0)
    half = whole * (side / whole).max() / 2
    return np.vstack([(low + high) / 2 - half, (low + high) / 2 + half])


def _frame(axes: Axes, points: Any) -> None:
    low, high = points.min(axis=0), points.max(axis=0)
    room = 0.015 * (high - low)
    axes.set_xlim(low[0] - room[0], high[0] + room[0])
    axes.set_ylim(low[1] - room[1], high[1] + room[1])
    axes.set_aspect("equal")
    axes.set_axis_off()


def _score_bar(figure: Figure, dots: Any) -> None:
    axes = figure.add_axes((0.81, 0.235, 0.155, 0.016))
    bar = figure.colorbar(dots, cax=axes, orientation="horizontal")
    bar.outline.set_visible(False)
    axes.tick_params(length=2, labelsize=8.5)
    axes.set_title("score of the candidates (0 to 100)", fontsize=9, loc="left", pad=4)


def _funnel(axes: Axes, screened: Screened) -> None:
    """Bars of what is left after each step; what the step took out stands at its end."""
    rows = screened.funnel[screened.funnel["rule"] != NOT_ASKED].reset_index(drop=True)
    shades = [_LEFT, *(colours()[step] for step in rows["step"][1:])]
    height = np.arange(len(rows))
    before = rows["left_count"] + rows["removed_count"]
    axes.barh(height, rows["left_count"], color=_LEFT, height=0.68)
    axes.barh(height, rows["removed_count"], left=rows["left_count"], color=shades, height=0.68)
    most = float(before.max())
    for at, row in enumerate(rows.to_dict("records")):
        text = f"{row['left_count']:,}"
        if row["removed_count"]:
            text = f"−{row['removed_count']:,} → {text}"
        axes.text(before.iloc[at] + 0.03 * most, at, text, va="center", fontsize=8.5)
    axes.set_yticks(height, rows["step"], fontsize=9)
    axes.invert_yaxis()
    axes.set_xlim(0, most * 1.55)
    axes.set_xticks([])
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _words(figure: Figure, screened: Screened, what: str) -> None:
    chosen = screened.candidates
    title = (
        f"{_counted(len(chosen), 'candidate site')} in "
        f"{_counted(chosen['zone'].nunique(), 'grid zone')}, "
        f"out of {len(screened.places):,} {what}"
    )
    figure.text(0.02, 0.955, title, fontsize=15, fontweight="bold", va="center")
    figure.text(
        0.02,
        0.918,
        "Circles are candidates, small dots the others in the colours of the funnel; "
        "grey lines are 230 kV (light) and 345 kV and more (dark).",
        fontsize=9.5,
        color=_INK,
        va="center",
    )
    figure.text(0.725, 0.885, "What is left after each step", fontsize=10.5, fontweight="bold")
    notes = "\n".join((_STANDS_FOR[what], *_NOTES))
    figure.text(0.02, 0.02, notes, fontsize=8.5, color=_FAINT, va="bottom", linespacing=1.5)
