"""Panels of a map beside each other: their shares of the width, their axes, their labels' sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tokenworks.report.page.look import axis
from tokenworks.report.page.model import Trace
from tokenworks.report.page.places import Panel, Place

# Of the width, what the narrower of two panels has at least, and what lies between them.
_LEAST_SHARE, _BETWEEN = 0.25, 0.03
_LETTER_PX = 7.5

Domain = tuple[float, float]


def domains(panels: Sequence[Panel], places: Sequence[Place]) -> list[Domain]:
    """Part of the width that each panel has: the more, the more of the places lie in it."""
    if len(panels) < 2:  # noqa: PLR2004 -- nothing to share
        return [(0.0, 1.0)] * len(panels)
    inside = sum(place.panel == panels[1].name for place in places)
    share = inside / len(places) if places else 0.0
    edge = 1.0 - min(max(share, _LEAST_SHARE), 1.0 - _LEAST_SHARE)
    return [(0.0, edge - _BETWEEN), (edge, 1.0)]


def panel_axes(
    panels: Sequence[Panel], axes: Mapping[str, Trace], parts: Sequence[Domain]
) -> dict[str, Any]:
    """Axes of the layout: kilometres, as long upwards as across, without lines or ticks."""
    found: dict[str, Any] = {}
    plain = axis(visible=False, showgrid=False, zeroline=False)
    for panel, part in zip(panels, parts, strict=True):
        number = axes[panel.name]["xaxis"].removeprefix("x")
        found[f"xaxis{number}"] = plain | {
            "domain": list(part),
            "range": list(panel.x_km),
            "constrain": "domain",
        }
        found[f"yaxis{number}"] = plain | {
            "range": list(panel.y_km),
            "scaleanchor": f"x{number}",
            "anchor": f"x{number}",
            "constrain": "domain",
        }
    return found


def letter_km(panel: Panel, part: Domain, width_px: float, height_px: float) -> float:
    """Kilometres that a letter of a label takes, where the map is so many pixels large."""
    across = (panel.x_km[1] - panel.x_km[0]) / ((part[1] - part[0]) * width_px)
    upwards = (panel.y_km[1] - panel.y_km[0]) / height_px
    return _LETTER_PX * max(across, upwards)
