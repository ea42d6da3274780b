"""At which value of an address two plans cost the same, or a target is met."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from tokenworks.report.plots.wording import significant

if TYPE_CHECKING:
    import plotly.graph_objects as go

_ANSWERS, _TRIED = "break_even", "break_even_tried"


def frame(study: StudyFrames) -> pd.DataFrame:
    """Values tried, with the difference there as an interval; blank where a run has no plan."""
    return result(study, _TRIED).sort_values("value", kind="stable", ignore_index=True)


def _answers(study: StudyFrames) -> pd.DataFrame:
    found = study.results().get(_ANSWERS)
    return pd.DataFrame() if found is None else found


def _found(study: StudyFrames) -> list[tuple[float, float]]:
    answers = _answers(study)
    if answers.empty:
        return []
    known = answers.dropna(subset=["break_even_least", "break_even_most"])
    ends = known["break_even_least"].astype(float), known["break_even_most"].astype(float)
    return list(zip(*ends, strict=True))


def _axis(study: StudyFrames) -> str:
    answers = _answers(study)
    if answers.empty:
        return "value"
    address, action = str(answers["address"].iloc[0]), str(answers["action"].iloc[0])
    return f"{address}, {'times' if action == 'scale' else action}"


def words(study: StudyFrames) -> Words:
    """Title and caption."""
    found = frame(study)
    caption = (
        "Dots: the difference at the values that were tried, of the plans found; bars: what the "
        "bounds prove of it. Tinted: where it turns; between its ends the two cannot be told apart."
    )
    if found.empty:
        return Words("Nothing has been tried", caption)
    turns = _found(study)
    if not turns:
        verdict = str(_answers(study)["verdict"].iloc[0]) if len(_answers(study)) else "none"
        return Words(f"No break-even was found: {verdict}", caption)
    between = ", and ".join(f"{significant(a)} and {significant(b)}" for a, b in turns)
    return Words(f"The break-even lies between {between} ({_axis(study)})", caption)


@in_style
def static(study: StudyFrames) -> Chart:
    """For print."""
    found, said = frame(study), words(study)
    known = found.dropna(subset="difference")
    if known.empty:
        return nothing_to_draw(said)
    of = measure(str(known["measure"].iloc[0]))
    chart, (axes,) = canvas(said, 3.0)
    for low, high in _found(study):
        axes.axvspan(low, high, color=ACCENT, alpha=0.18, lw=0)
    axes.axhline(0.0, color=INK, lw=0.8)
    least, most = (known[f"difference_{end}"] / of.size for end in ("least", "most"))
    axes.vlines(known["value"], least, most, color=MUTED_BLUE, lw=2.2)
    axes.plot(known["value"], known["difference"] / of.size, color=BLUE, lw=0.8, ls=":")
    axes.scatter(known["value"], known["difference"] / of.size, s=26, color=BLUE, zorder=3)
    axes.set_xlabel(_axis(study))
    axes.set_ylabel(f"difference of {of.words}")
    return chart


def interactive(study: StudyFrames) -> go.Figure:
    """For screens."""
    found, said = frame(study), words(study)
    known = found.dropna(subset="difference")
    if known.empty:
        return empty_screen(said)
    of = measure(str(known["measure"].iloc[0]))
    figure = screen(said, height=420, showlegend=False)
    value = known["difference"] / of.size
    for low, high in _found(study):
        figure.add_vrect(x0=low, x1=high, fillcolor=ACCENT, opacity=0.18, line_width=0)
    figure.add_hline(y=0.0, line={"color": INK, "width": 1})
    figure.add_scatter(
        x=known["value"],
        y=value,
        mode="markers",
        marker={"color": BLUE, "size": 9},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": (known["difference_most"] / of.size - value).clip(lower=0.0),
            "arrayminus": (value - known["difference_least"] / of.size).clip(lower=0.0),
            "color": MUTED_BLUE,
        },
        text=[plain(verdict) for verdict in known["verdict"]],
        hovertemplate="%{x:,.4g}: %{y:,.4g}<br>%{text}<extra></extra>",
    )
    figure.update_xaxes(title_text=plain(_axis(study)))
    figure.update_yaxes(title_text=f"difference of {of.words}")
    return figure
