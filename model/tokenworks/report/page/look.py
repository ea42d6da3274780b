"""How charts of the page look, and how texts get into them."""

from __future__ import annotations

import html
from typing import Any

import pandas as pd

from tokenworks.report.page.model import Layout, Trace

INK, SOFT, RULE, BLUE, PAPER = "#22262b", "#565d66", "#d5d9de", "#1f3b5c", "#ffffff"
AMBER, PURPLE = "#d98324", "#7a4f9c"
_FEW_MW = 10.0
FONT = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Open Sans", "DejaVu Sans", sans-serif'
# From light to dark, so that they differ for every eye and in print.
HEADROOM_COLOURS = ("#ead9c0", "#d9e6df", "#b3d3ca", "#82bab3", "#4f9c9b", "#2b7a80")


def plotly_text(text: object) -> str:
    """A text as plotly shows it: without this it reads tags in it, and drops what it cannot."""
    return html.escape(str(text), quote=False)


def layout(height: int, **more: Any) -> Layout:
    """Layout in the style of the house; `more` goes one level into what it replaces."""
    base: Layout = {
        "height": height,
        "autosize": True,
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "margin": {"l": 64, "r": 16, "t": 16, "b": 48},
        "hoverlabel": {"align": "left", "font": {"family": FONT, "size": 13}},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "xanchor": "left"},
        "hovermode": "closest",
        "uirevision": "kept",
        "transition": {"duration": 0},
    }
    for key, value in more.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        base[key] = {**base[key], **value} if both else value
    return base


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """An axis with its unit in the title."""
    return {
        "title": {"text": title, "standoff": 8},
        "gridcolor": "#e8eaed",
        "zerolinecolor": RULE,
        "linecolor": RULE,
        "automargin": True,
        **more,
    }


def legend_only(name: str, **trace: Any) -> Trace:
    """A trace that stands in the legend alone."""
    return {"type": "scatter", "x": [None], "y": [None], "name": name, "hoverinfo": "skip", **trace}


def percent(share: float, digits: int = 0) -> str:
    """A share in per cent."""
    return f"{share * 100:.{digits}f} %"


def month(date: Any) -> str:
    """A date as year and month; a dash where there is none."""
    return "–" if pd.isna(date) else f"{pd.Timestamp(date):%Y-%m}"


def megawatts(value: float) -> str:
    """Megawatts, with a digit more where they are few."""
    return f"{value:,.0f}" if abs(value) >= _FEW_MW or value == 0 else f"{value:,.1f}"
