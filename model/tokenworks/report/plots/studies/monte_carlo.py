"""How far the answers of drawn inputs lie apart: their distribution, and the base within it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tokenworks.report.palette import ACCENT, BLUE, INK, MUTED_BLUE
from tokenworks.report.plots.studies.measures import StudyFrames, measure, result
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
from tokenworks.report.plots.wording import counted

if TYPE_CHECKING:
    import plotly.graph_objects as go

_BASE, _DRAWS, _DISTRIBUTION = "base", "monte_carlo_draws", "monte_carlo"


def frame(study: StudyFrames) -> pd.DataFrame:
    """Draws with a figure, in order of it.

    Returns
    -------
    DataFrame
        measure, draw, run, value, and the interval value_least to value_most; share_fraction of
        the draws that are at most so much. Of the first measure of the study.
    """
    draws = result(study, _DRAWS)
    known: pd.DataFrame = draws.dropna(subset="value")
    if known.empty:
        return known
    first = known["measure"].iloc[0]
    mine: pd.DataFrame = known[known["measure"] == first]
    mine = mine.sort_values("value", kind="stable", ignore_index=True)
    return mine.assign(share_fraction=(np.arange(len(mine)) + 1.0) / len(mine))


def _base(study: StudyFrames, name: str) -> float | None:
    told = study.results().get(_DISTRIBUTION)
    if told is None:
        return None
    own = told[(told["measure"] == name) & (told["statistic"] == _BASE)]["amount"].dropna()
    return float(own.iloc[0]) if len(own) else None


def words(study: StudyFrames) -> Words:
    """Title and caption."""
    found = frame(study)
    if found.empty:
        return Words("No draw has a plan", "")
    of = measure(str(found["measure"].iloc[0]))
    low, middle, high = (float(found["value"].quantile(q)) for q in (0.1, 0.5, 0.9))
    name, _, unit = of.words.partition(" [")
    title = (
        f"{name[:1].upper()}{name[1:]}: {of.text(middle)} {unit.rstrip(']')} in the middle, four "
        f"fifths of {counted(len(found), 'draw')} between {of.text(low)} and {of.text(high)}"
    )
    return Words(
        title,
        f"Share of the draws whose {of.words} is at most so much; a thin line is what the bounds "
        "prove of each. Red: the base, drawn from nothing. How far each input spreads is an "
        "assumption of the study by its confidence.",
    )


@in_style
def static(study: StudyFrames) -> Chart:
    """For print."""
    found, said = frame(study), words(study)
    if found.empty:
        return nothing_to_draw(said)
    of = measure(str(found["measure"].iloc[0]))
    chart, (axes,) = canvas(said, 3.2)
    share = 100.0 * found["share_fraction"]
    axes.hlines(
        share, found["value_least"] / of.size, found["value_most"] / of.size, color=MUTED_BLUE, lw=1
    )
    axes.step(found["value"] / of.size, share, where="post", color=BLUE, lw=1.4)
    axes.scatter(found["value"] / of.size, share, s=12, color=BLUE, zorder=3)
    base = _base(study, of.column)
    if base is not None:
        axes.axvline(base / of.size, color=ACCENT, lw=1.2)
        axes.annotate(
            "the base",
            (base / of.size, 100.0),
            xytext=(4, -2),
            textcoords="offset points",
            va="top",
            fontsize=7.5,
            color=ACCENT,
        )
    axes.set_xlabel(of.words)
    axes.set_ylabel("share of the draws [%]", color=INK)
    axes.set_ylim(0.0, 104.0)
    return chart


def interactive(study: StudyFrames) -> go.Figure:
    """For screens."""
    found, said = frame(study), words(study)
    if found.empty:
        return empty_screen(said)
    of = measure(str(found["measure"].iloc[0]))
    figure = screen(said, height=420, showlegend=False)
    value = found["value"] / of.size
    figure.add_scatter(
        x=value,
        y=100.0 * found["share_fraction"],
        mode="lines+markers",
        line={"color": BLUE, "shape": "hv", "width": 1.6},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": (found["value_most"] / of.size - value).clip(lower=0.0),
            "arrayminus": (value - found["value_least"] / of.size).clip(lower=0.0),
            "color": MUTED_BLUE,
            "thickness": 1,
        },
        text=[plain(run) for run in found["run"]],
        hovertemplate="%{text}: %{x:,.5g}<extra></extra>",
    )
    base = _base(study, of.column)
    if base is not None:
        figure.add_vline(x=base / of.size, line={"color": ACCENT, "width": 1.5})
        figure.add_annotation(
            x=base / of.size, y=100, text="the base", showarrow=False, xanchor="left", xshift=4
        )
    figure.update_xaxes(title_text=of.words)
    figure.update_yaxes(title_text="share of the draws [%]", range=[0, 104])
    return figure
