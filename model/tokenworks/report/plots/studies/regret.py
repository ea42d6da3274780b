"""What each plan costs too much in a future that it was not made for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tokenworks.report.palette import ACCENT, FAINT, INK, PAPER
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
from tokenworks.report.plots.wording import dollars

if TYPE_CHECKING:
    import plotly.graph_objects as go

_DARK = 0.6


def frame(study: StudyFrames) -> pd.DataFrame:
    """Table `regret` of the study: a plan in a future."""
    return result(study, "regret")


def words(study: StudyFrames) -> Words:
    """Title and caption."""
    found = frame(study)
    caption = (
        "Rows: the plan made for a future; columns: the future that comes. The figure is how much "
        "more the plan costs there than the best plan for it, present value; the darker, the more. "
        "~ marks a regret that the bounds cannot tell from nothing."
    )
    known = found.dropna(subset="regret_usd")
    whole = known.groupby("plan_for")["future"].nunique()
    whole = whole[whole == found["future"].nunique()]
    if not len(whole):
        return Words("No plan holds in every future", caption)
    largest = known[known["plan_for"].isin(whole.index)].groupby("plan_for")["regret_usd"].max()
    most = dollars(float(largest.min()))
    return Words(f"The plan for {largest.idxmin()} is regretted least: at most {most}", caption)


def _wide(found: pd.DataFrame, column: str) -> pd.DataFrame:
    order = list(dict.fromkeys(found["plan_for"]))
    futures = list(dict.fromkeys(found["future"]))
    wide = found.pivot(index="plan_for", columns="future", values=column)  # noqa: PD010 -- texts
    return wide.reindex(index=order, columns=futures)


def _texts(found: pd.DataFrame) -> list[list[str]]:
    usd, verdict = _wide(found, "regret_usd"), _wide(found, "verdict")
    return [
        [_text(float(value), str(said)) for value, said in zip(row, why, strict=True)]
        for row, why in zip(usd.to_numpy(), verdict.to_numpy(), strict=True)
    ]


def _text(usd: float, verdict: str) -> str:
    if not np.isfinite(usd):
        return "no plan"
    if verdict == "its own future":
        return "best"
    return dollars(usd) + (" ~" if verdict.startswith("indistinguishable") else "")


@in_style
def static(study: StudyFrames) -> Chart:
    """A table for print, tinted by regret."""
    found, said = frame(study), words(study)
    if not len(found):
        return nothing_to_draw(said)
    usd = _wide(found, "regret_usd")
    chart, (axes,) = canvas(said, 0.42 * len(usd) + 0.8)
    shown = usd.to_numpy(dtype=float)
    most = float(np.nanmax(shown)) if np.isfinite(shown).any() else 1.0
    axes.imshow(shown, aspect="auto", cmap="Reds", vmin=0.0, vmax=1.25 * (most or 1.0))
    for row, texts in enumerate(_texts(found)):
        for column, text in enumerate(texts):
            dark = np.isfinite(shown[row, column]) and shown[row, column] > _DARK * most
            colour = PAPER if dark else (FAINT if text in ("best", "no plan") else INK)
            axes.text(column, row, text, ha="center", va="center", fontsize=8, color=colour)
    axes.set_xticks(range(usd.shape[1]), [str(name) for name in usd.columns])
    axes.set_yticks(range(usd.shape[0]), [f"plan for {name}" for name in usd.index])
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return chart


def interactive(study: StudyFrames) -> go.Figure:
    """For screens."""
    found, said = frame(study), words(study)
    if not len(found):
        return empty_screen(said)
    usd = _wide(found, "regret_usd")
    figure = screen(said, height=160 + 48 * len(usd))
    figure.add_heatmap(
        z=usd.to_numpy(dtype=float) / 1e6,
        x=[plain(name) for name in usd.columns],
        y=[plain(f"plan for {name}") for name in usd.index],
        colorscale=[[0.0, PAPER], [1.0, ACCENT]],
        text=[[plain(text) for text in row] for row in _texts(found)],
        texttemplate="%{text}",
        colorbar={"title": {"text": "million USD", "side": "right"}},
    )
    figure.update_xaxes(type="category", side="top")
    figure.update_yaxes(type="category", autorange="reversed")
    return figure
