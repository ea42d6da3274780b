"""What each axis of a study moves: its cheapest against its dearest level, the others averaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tokenworks.frames import rows
from tokenworks.report.palette import BLUE, FAINT, INK, MUTED_BLUE
from tokenworks.report.plots.studies.measures import StudyFrames, level_words, levels
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

_BILLION = 1e9
_BAR_IN = 0.42
_SAME = "indistinguishable"


def frame(study: StudyFrames) -> pd.DataFrame:
    """Of every axis the levels with the least and the most mean cost, over all that else differs.

    Returns
    -------
    DataFrame
        axis, cheapest_level, mean_there_usd, dearest_level, mean_at_dearest_usd, and the swing
        as an interval: mean bound of the dearer level less mean incumbent of the cheaper, and mean
        incumbent less mean bound; the widest first.
    """
    table = study.frame()
    runs = table[table["objective_usd"].notna()]
    lines = []
    for label in levels(table):
        words = runs[label].map(level_words)
        mine = runs[words != ""].assign(level=words[words != ""])
        means = mine.groupby("level")[["objective_usd", "bound_usd"]].mean()
        if len(means) < 2 or means["bound_usd"].isna().any():  # noqa: PLR2004 -- nothing to compare
            continue
        ordered = list(rows(means.sort_values("objective_usd", kind="stable").reset_index()))
        low, high = ordered[0], ordered[-1]
        least, most = high.bound_usd - low.objective_usd, high.objective_usd - low.bound_usd
        lines.append(
            {
                "axis": label,
                "cheapest_level": low.level,
                "mean_there_usd": low.objective_usd,
                "dearest_level": high.level,
                "mean_at_dearest_usd": high.objective_usd,
                "swing_least_usd": least,
                "swing_most_usd": most,
                "verdict": _SAME if least <= 0.0 else "dearer",
            }
        )
    found = pd.DataFrame(lines)
    if not len(found):
        return found
    return found.sort_values("swing_most_usd", ascending=False, kind="stable", ignore_index=True)


def words(study: StudyFrames) -> Words:
    """Title and caption."""
    found = frame(study)
    caption = (
        "Mean present value of the plans found at the cheapest and at the dearest level of each "
        "axis, over all that else differs between the runs. * marks an axis whose swing the bounds "
        "cannot tell from nothing."
    )
    if not len(found):
        return Words("No axis has two levels with plans", caption)
    first = found.iloc[0]
    least, most = (dollars(max(0.0, float(first[f"swing_{end}_usd"]))) for end in ("least", "most"))
    swing = least if least == most else f"{least} to {most}"
    return Words(
        f"{first['axis']} moves the cost most: {first['dearest_level']} is dearer than "
        f"{first['cheapest_level']} by {swing}",
        caption,
    )


def _names(found: pd.DataFrame) -> list[str]:
    marks = (" *" if verdict == _SAME else "" for verdict in found["verdict"])
    return [f"{name}{mark}" for name, mark in zip(found["axis"], marks, strict=True)]


@in_style
def static(study: StudyFrames) -> Chart:
    """For print."""
    found, said = frame(study), words(study)
    if not len(found):
        return nothing_to_draw(said)
    chart, (axes,) = canvas(said, _BAR_IN * len(found) + 0.9)
    for at, row in enumerate(rows(found)):
        low, high = row.mean_there_usd / _BILLION, row.mean_at_dearest_usd / _BILLION
        axes.barh(at, high - low, left=low, height=0.5, color=MUTED_BLUE)
        for value, level, side in (
            (low, row.cheapest_level, "right"),
            (high, row.dearest_level, "left"),
        ):
            axes.plot([value, value], [at - 0.25, at + 0.25], color=BLUE, lw=1.4)
            axes.annotate(
                str(level),
                (value, float(at)),
                xytext=(-4 if side == "right" else 4, 0),
                textcoords="offset points",
                ha=side,
                va="center",
                fontsize=7,
                color=FAINT,
            )
    axes.set_yticks(range(len(found)), _names(found))
    axes.invert_yaxis()
    axes.use_sticky_edges = False
    axes.margins(x=0.22)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("mean present value of the plans [billion USD]")
    return chart


def interactive(study: StudyFrames) -> go.Figure:
    """For screens."""
    found, said = frame(study), words(study)
    if not len(found):
        return empty_screen(said)
    figure = screen(said, height=140 + 40 * len(found), showlegend=False)
    low, high = (found[c] / _BILLION for c in ("mean_there_usd", "mean_at_dearest_usd"))
    figure.add_bar(
        y=[plain(name) for name in _names(found)],
        x=high - low,
        base=low,
        orientation="h",
        marker={"color": MUTED_BLUE, "line": {"color": BLUE, "width": 1}},
        text=[
            plain(f"{a} → {b}")
            for a, b in zip(found["cheapest_level"], found["dearest_level"], strict=True)
        ],
        customdata=[
            [dollars(float(a)), dollars(float(b))]
            for a, b in zip(found["swing_least_usd"], found["swing_most_usd"], strict=True)
        ],
        hovertemplate="%{y}: %{text}<br>swing proven between %{customdata[0]} and "
        "%{customdata[1]}<extra></extra>",
    )
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_xaxes(title_text="mean present value of the plans [billion USD]")
    return figure
