"""Charts of many runs together: lines through all figures, one figure against another."""

from __future__ import annotations

import math
import textwrap
from typing import Any

import numpy as np
import pandas as pd

from tokenworks.report.page.look import BLUE, INK, SOFT, axis, layout, plotly_text
from tokenworks.report.page.model import Chart, Choice, Layout, Trace, Variant
from tokenworks.report.palette import ACCENT
from tokenworks.report.plots.studies.measures import level_words
from tokenworks.report.study_view import RUN, StudyView, in_unit
from tokenworks.study.runs import BASE

MOST_LINES, _MOST_LEVELS, _MOST_MEASURES = 300, 24, 6
_ALL = "all"
# Which way a figure is better; of the others it depends.
BETTER = {
    **dict.fromkeys(("objective_usd", "cost_usd_per_mtoken", "all_served_usd_per_mtoken"), -1),
    **dict.fromkeys(("served_share", "tokens_per_s_per_mw", "net_present_value_usd"), 1),
    "first_token_months": -1,
}
_AGAINST = ("first_token_months", "served_share", "peak_it_mw")
_PALE = "#dfe2e6"
_TICKS = 5
_TITLE_LETTERS, _TICK_LETTERS = 18, 22


def parallel_chart(view: StudyView) -> Chart | None:
    """A line for every run through its levels and its figures; a level can be picked out.

    Lines of a Cartesian chart, not plotly's own parallel coordinates: these print, need no WebGL,
    and ask for no leave to compile code within the page.
    """
    runs = view.solved.head(MOST_LINES)
    axes = _axes(view, runs)
    if len(runs) < 2 or len(axes) < 2:  # noqa: PLR2004 -- nothing to compare
        return None
    heights = [_scaled(values) for _, values, _ in axes]
    colours = _by_cost(runs)
    names = [view.named(run) for run in runs[RUN]]
    data = [
        _line([height[n] for height in heights], colours[n], names[n], axes, n)
        for n in range(len(runs))
    ]
    levels = _levels(view, runs)
    variants = {_ALL: Variant(words=f"All {len(runs)} runs.")}
    for number, (label, level) in enumerate(levels):
        inside = [level_words(v) == level for v in runs[label]]
        variants[str(number)] = Variant(
            {
                n: {"line": {"color": colours[n] if kept else _PALE, "width": 2.2 if kept else 1}}
                for n, kept in enumerate(inside)
            },
            words=f"{sum(inside)} of {len(runs)} runs have {label} {level}.",
        )
    picked = {_ALL: "all runs"} | {
        str(n): f"{label} = {level}" for n, (label, level) in enumerate(levels)
    }
    left = len(view.solved) - len(runs)
    return Chart(
        "parallel",
        "Levels and figures of every run, a line for each",
        data,
        _parallel_layout(axes),
        (Choice("Pick out", picked, _ALL),),
        variants,
        caption="A line is a run; the darker, the cheaper. Each axis runs from its least at the "
        "foot to its most at the top."
        + _alike(view, runs)
        + (f" {left} runs are left out." if left else ""),
    )


def _axes(view: StudyView, runs: pd.DataFrame) -> list[tuple[str, list[float], list[Any]]]:
    """Axes: name, position of every run, and tick words by position."""
    found: list[tuple[str, list[float], list[Any]]] = []
    for label in view.labels:
        words = [level_words(v) for v in runs[label]]
        levels = _in_order(words)
        if len(levels) > 1:
            position = {level: float(n) for n, level in enumerate(levels)}
            ticks = [(position[level], level or "–") for level in levels]
            found.append((label, [position[w] for w in words], ticks))
    for measure in list(view.measures)[:_MOST_MEASURES]:
        values = in_unit(runs[measure], measure)
        if values.notna().all() and _told_apart(values):
            ends = np.linspace(float(values.min()), float(values.max()), _TICKS)
            ticks = [(float(v), _written(v)) for v in ends]
            found.append((view.measures[measure], values.tolist(), ticks))
    return found


def _told_apart(values: pd.Series[float]) -> bool:
    """Whether figures differ as they are written: an axis of noise would look like a finding."""
    return len(values) > 0 and _written(values.min()) != _written(values.max())


def _written(value: float) -> str:
    return f"{value:.4g}"


def _alike(view: StudyView, runs: pd.DataFrame) -> str:
    """Figures that are the same in all runs, in words; empty where there are none."""
    found = []
    for measure in list(view.measures)[:_MOST_MEASURES]:
        values = in_unit(runs[measure], measure)
        if len(values) and values.notna().all() and not _told_apart(values):
            found.append(f"{view.measures[measure]} {_written(values.min())}")
    return f" The same in all runs: {', '.join(found)}." if found else ""


def _in_order(words: list[str]) -> list[str]:
    """Levels in the order of their numbers where all have one, else of the study."""
    levels = list(dict.fromkeys(words))
    try:
        return sorted(levels, key=lambda word: float(word.removeprefix("x").removeprefix("+")))
    except ValueError:
        return levels


def _levels(view: StudyView, runs: pd.DataFrame) -> list[tuple[str, str]]:
    found = []
    for label in view.labels:
        levels = _in_order([level_words(v) for v in runs[label]])
        if 1 < len(levels) <= _MOST_LEVELS:
            found += [(label, level) for level in levels if level]
    return found


def _scaled(values: list[float]) -> list[float]:
    low, high = min(values), max(values)
    return [(v - low) / (high - low) if high > low else 0.5 for v in values]


def _by_cost(runs: pd.DataFrame) -> list[str]:
    from plotly.colors import sample_colorscale  # noqa: PLC0415 -- slow to import

    costs = runs["objective_usd"].tolist()
    shades: list[str] = sample_colorscale("Cividis", [0.85 * s for s in _scaled(costs)])
    return shades


def _line(
    heights: list[float],
    colour: str,
    name: str,
    axes: list[tuple[str, list[float], list[Any]]],
    number: int,
) -> Trace:
    words = "<br>".join(
        f"{plotly_text(title)}: {plotly_text(_at(values[number], ticks))}"
        for title, values, ticks in axes
    )
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(range(len(heights))),
        "y": heights,
        "name": plotly_text(name),
        "line": {"color": colour, "width": 1.6},
        "marker": {"size": 4},
        "hovertemplate": f"<b>{plotly_text(name)}</b><br>{words}<extra></extra>",
        "showlegend": False,
    }


def _at(value: float, ticks: list[Any]) -> str:
    return str(dict(ticks).get(value, _written(value)))


def _parallel_layout(axes: list[tuple[str, list[float], list[Any]]]) -> Layout:
    notes: list[dict[str, Any]] = []
    for number, (title, values, ticks) in enumerate(axes):
        low, high = min(values), max(values)
        common = {"x": number, "xref": "x", "yref": "y", "showarrow": False}
        words = "<br>".join(plotly_text(line) for line in textwrap.wrap(title, _TITLE_LETTERS))
        notes.append(common | {"y": 1.06, "text": f"<b>{words}</b>", "yanchor": "bottom"})
        notes += [
            common
            | {
                "y": (position - low) / (high - low),
                "text": plotly_text(textwrap.shorten(word, _TICK_LETTERS, placeholder="…")),
                "xanchor": "right",
                "xshift": -7,
                "font": {"size": 11, "color": SOFT},
                "bgcolor": "rgba(255,255,255,0.75)",
            }
            for position, word in ticks
        ]
    lines = [
        {"type": "line", "x0": n, "x1": n, "y0": 0, "y1": 1, "line": {"color": INK, "width": 1}}
        for n in range(len(axes))
    ]
    return layout(
        460,
        margin={"l": 140, "r": 80, "t": 100, "b": 20},
        xaxis=axis(visible=False, range=[-0.15, len(axes) - 0.85], fixedrange=True),
        yaxis=axis(visible=False, range=[-0.06, 1.08], fixedrange=True),
        annotations=notes,
        shapes=lines,
    )


def scatter_chart(view: StudyView) -> Chart | None:
    """One figure of the runs against another, with those that no other run betters in both."""
    runs, measures = view.solved, list(view.measures.items())[:_MOST_MEASURES]
    varied = {m: words for m, words in measures if _told_apart(in_unit(runs[m], m).dropna())}
    if len(runs) < 2 or len(varied) < 2:  # noqa: PLR2004 -- nothing to compare
        return None
    variants = {
        f"{x}|{y}": _against(runs, (x, y), (across, upwards))
        for x, across in varied.items()
        for y, upwards in varied.items()
    }
    first = next(iter(varied))
    others = [m for m in varied if m != first]
    second = next((m for m in _AGAINST if m in others), others[0])
    start = variants[f"{second}|{first}"]
    names = [plotly_text(view.named(run)) for run in runs[RUN]]
    data = _cloud(names, [run == BASE for run in runs[RUN]])
    return Chart(
        "scatter",
        "One figure of the runs against another",
        [trace | dict(start.traces[n]) for n, trace in enumerate(data)],
        start.layout or {},
        (Choice("Across", varied, second), Choice("Upwards", varied, first)),
        variants,
        caption="A dot is a run, the diamond the base; the line joins the runs that no other "
        "betters in both figures, where it is plain which way is better. Figures are those of the "
        "plans found; what is proven of their present values stands in the table of runs.",
    )


def _against(runs: pd.DataFrame, measures: tuple[str, str], words: tuple[str, str]) -> Variant:
    x, y = (in_unit(runs[m], m) for m in measures)
    base = (runs[RUN] == BASE).tolist()
    front = undominated(x, y, (BETTER.get(measures[0], 0), BETTER.get(measures[1], 0)))
    told = f"{words[1]} against {words[0]} of {len(runs)} runs"
    told += f"; no other run betters {len(front)} of them in both." if front else "."
    line = sorted((float(x.iloc[n]), float(y.iloc[n])) for n in front)
    moved: dict[int, Trace] = {
        0: {"x": [point[0] for point in line], "y": [point[1] for point in line]},
        1: {"x": x.where(~pd.Series(base)).tolist(), "y": y.tolist()},
        2: {"x": x[base].tolist(), "y": y[base].tolist()},
    }
    look = layout(470, xaxis=axis(words[0]), yaxis=axis(words[1]), margin={"t": 40, "l": 80})
    return Variant(moved, layout=look, words=told)


def undominated(x: pd.Series[float], y: pd.Series[float], better: tuple[int, int]) -> list[int]:
    """Positions of what nothing else betters in one figure without being worse in the other.

    Parameters
    ----------
    x, y
        Figures.
    better
        For each of them 1 where more is better, -1 where less is, 0 where neither is plain; then
        there is no front.
    """
    if not all(better):
        return []
    points = [
        (n, a * better[0], b * better[1])
        for n, (a, b) in enumerate(zip(x, y, strict=True))
        if not (math.isnan(a) or math.isnan(b))
    ]
    found, best = [], -float("inf")
    for n, _, b in sorted(points, key=lambda point: (-point[1], -point[2])):
        if b > best:
            found.append(n)
            best = b
    return found


def _cloud(names: list[str], base: list[bool]) -> list[Trace]:
    def dots(name: str, text: list[str], **marker: Any) -> Trace:
        return {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "text": text,
            "hovertemplate": "<b>%{text}</b><br>%{x:,.5g}; %{y:,.5g}<extra></extra>",
            "marker": {"opacity": 0.85, "line": {"color": "#ffffff", "width": 1}, **marker},
        }

    line: Trace = {"type": "scatter", "mode": "lines", "name": "not bettered", "hoverinfo": "skip"}
    line["line"] = {"color": SOFT, "width": 1.2, "dash": "dot"}
    of_base = [name for name, is_base in zip(names, base, strict=True) if is_base]
    return [
        line,
        dots("runs", names, size=9, color=BLUE),
        dots("the base", of_base, size=13, symbol="diamond", color=ACCENT),
    ]
