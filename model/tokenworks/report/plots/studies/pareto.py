"""What less carbon, or sooner power, costs: the front between two aims."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tokenworks.report.palette import BLUE, FAINT, MUTED_BLUE, RULE
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
from tokenworks.report.plots.wording import dollars, significant

if TYPE_CHECKING:
    import plotly.graph_objects as go

_BILLION = 1e9
_AIMS = {"tonnes": "CO2 over the horizon [tonnes]", "months": "months until power is there"}


def frame(study: StudyFrames) -> pd.DataFrame:
    """Table `pareto` of the study, points with a plan alone, the cheapest first."""
    return result(study, "pareto").dropna(subset="aim").reset_index(drop=True)


def words(study: StudyFrames) -> Words:
    """Title and caption."""
    found = frame(study)
    caption = (
        "Each point is the cheapest plan found under a cap on the other aim; the bar is what is "
        "proven of the least cost under that cap. Hollow points are dominated, or cannot be told "
        "from another within their gap."
    )
    if len(found) <= 1:
        return Words("The front has fewer than two points", caption)
    first, last = found.iloc[0], found.iloc[-1]
    more = float(last["objective_usd"] - first["objective_usd"])
    unit = str(first["unit"])
    title = (
        f"From {significant(float(first['aim']))} to {significant(float(last['aim']))} {unit} "
        f"costs {dollars(more)} more"
    )
    return Words(title, caption)


def _on_front(found: pd.DataFrame) -> pd.Series:
    return found["verdict"].astype(str) == "not dominated"


@in_style
def static(study: StudyFrames) -> Chart:
    """For print."""
    found, said = frame(study), words(study)
    if not len(found):
        return nothing_to_draw(said)
    chart, (axes,) = canvas(said, 3.8)
    low, high = (found[f"cost_usd_{end}"] / _BILLION for end in ("least", "most"))
    axes.vlines(found["aim"], low, high, color=MUTED_BLUE, lw=2.2, alpha=0.8)
    on = _on_front(found)
    cost = found["objective_usd"] / _BILLION
    axes.plot(found["aim"][on], cost[on], color=RULE, lw=1.0, zorder=1)
    axes.scatter(found["aim"][on], cost[on], s=34, color=BLUE, zorder=3)
    axes.scatter(found["aim"][~on], cost[~on], s=30, facecolors="none", edgecolors=FAINT, zorder=3)
    axes.set_xlabel(_AIMS.get(str(found["unit"].iloc[0]), str(found["unit"].iloc[0])))
    axes.set_ylabel("cost, present value [billion USD]")
    axes.xaxis.set_major_formatter(_thousands)
    axes.margins(0.08)
    return chart


def _thousands(value: float, _: float) -> str:
    return f"{value:,.6g}"


def interactive(study: StudyFrames) -> go.Figure:
    """For screens."""
    found, said = frame(study), words(study)
    if not len(found):
        return empty_screen(said)
    figure = screen(said, height=460, showlegend=False)
    cost = found["objective_usd"] / _BILLION
    on = _on_front(found)
    figure.add_scatter(
        x=found["aim"],
        y=cost,
        mode="markers",
        marker={
            "size": 10,
            "color": [BLUE if one else "#ffffff" for one in on],
            "line": {"color": [BLUE if one else FAINT for one in on], "width": 1.4},
        },
        error_y={
            "type": "data",
            "symmetric": False,
            "array": found["cost_usd_most"] / _BILLION - cost,
            "arrayminus": cost - found["cost_usd_least"] / _BILLION,
            "color": MUTED_BLUE,
        },
        hovertext=[plain(f"{r}: {v}") for r, v in zip(found["run"], found["verdict"], strict=True)],
    )
    figure.update_xaxes(title_text=_AIMS.get(str(found["unit"].iloc[0]), ""), tickformat=",")
    figure.update_yaxes(title_text="cost, present value [billion USD]")
    return figure
