"""What moves the answer most: each factor alone at its low and high level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tokenworks.report.palette import ACCENT, BLUE, FAINT, INK, MUTED_BLUE
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

if TYPE_CHECKING:
    import plotly.graph_objects as go

_ENDS = (("low", MUTED_BLUE), ("high", BLUE))
_BAR_IN = 0.42


def frame(study: StudyFrames) -> pd.DataFrame:
    """Table `tornado` of the study, the widest swing first."""
    return result(study, "tornado").sort_values("rank", kind="stable").reset_index(drop=True)


def words(study: StudyFrames) -> Words:
    """Title and caption."""
    found = frame(study)
    if not len(found):
        return Words("No factor has been tried", "")
    of = measure(str(found["measure"].iloc[0]))
    caption = (
        f"Change of {of.words} from the base when one factor alone goes to its low (light) or high "
        "(dark) level, the widest swing first. A thin line is what the bounds prove of the change, "
        "where they do; * marks a factor whose swing cannot be told from nothing."
    )
    swing = found.dropna(subset="swing")
    if not len(swing):
        return Words("No factor has a plan at both its ends", caption)
    widest = swing.iloc[0]
    name, _, unit = of.words.partition(" [")
    amount = f"{of.text(float(widest['swing']))} {unit.rstrip(']')}"
    return Words(f"{widest['factor']} moves it most, by {amount} ({name})", caption)


def _name(row: pd.Series) -> str:
    told = "" if str(row["verdict"]) != "indistinguishable" else " *"
    return f"{row['factor']}{told}"


def _level(text: object) -> str:
    """A level without the address of the one figure that it changes, which the factor names."""
    address, _, level = str(text).rpartition(" = ")
    return level if ", " not in address else str(text)


@in_style
def static(study: StudyFrames) -> Chart:
    """For print."""
    found, said = frame(study), words(study)
    if not len(found):
        return nothing_to_draw(said)
    of = measure(str(found["measure"].iloc[0]))
    chart, (axes,) = canvas(said, _BAR_IN * len(found) + 0.9)
    for at, (_, row) in enumerate(found.iterrows()):
        for end, colour in _ENDS:
            change = float(row[f"{end}_change"]) / of.size
            if not np.isfinite(change):
                axes.text(
                    0.0, at, f" {row[f'{end}_verdict']}", va="center", fontsize=7, color=ACCENT
                )
                continue
            axes.barh(at, change, height=0.62, color=colour, alpha=0.9)
            proven = [float(row[f"{end}_change_{side}"]) / of.size for side in ("least", "most")]
            axes.plot(proven, [at, at], color=INK, lw=0.8)
            axes.annotate(
                _level(row[f"{end}_level"]),
                (change, float(at)),
                xytext=(4 if change >= 0 else -4, 0),
                textcoords="offset points",
                ha="left" if change >= 0 else "right",
                va="center",
                fontsize=7,
                color=FAINT,
            )
    axes.axvline(0.0, color=INK, lw=0.8)
    axes.set_yticks(range(len(found)), [_name(row) for _, row in found.iterrows()])
    axes.invert_yaxis()
    axes.margins(x=0.18)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    base = of.text(float(found["base_value"].iloc[0]))
    axes.set_xlabel(f"change of {of.words} from the base, {base}")
    return chart


def interactive(study: StudyFrames) -> go.Figure:
    """For screens."""
    found, said = frame(study), words(study)
    if not len(found):
        return empty_screen(said)
    of = measure(str(found["measure"].iloc[0]))
    figure = screen(said, height=140 + 40 * len(found), barmode="overlay")
    names = [plain(_name(row)) for _, row in found.iterrows()]
    for end, colour in _ENDS:
        change = pd.to_numeric(found[f"{end}_change"]) / of.size
        least, most = (
            pd.to_numeric(found[f"{end}_change_{side}"]) / of.size for side in ("least", "most")
        )
        figure.add_bar(
            x=change,
            error_x={
                "type": "data",
                "symmetric": False,
                "array": (most - change).clip(lower=0.0),
                "arrayminus": (change - least).clip(lower=0.0),
                "color": INK,
                "thickness": 1.2,
            },
            y=names,
            orientation="h",
            name=end,
            marker_color=colour,
            text=[plain(_level(level)) for level in found[f"{end}_level"]],
            textposition="outside",
            hovertext=[plain(verdict) for verdict in found[f"{end}_verdict"]],
        )
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_xaxes(title_text=f"change of {of.words} from the base")
    return figure
