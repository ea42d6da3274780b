"""A figure over the levels of a study: lines over one axis, a heat map over two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tokenworks.report.palette import BLUE, FAINT, LINES, PAPER, series_colours
from tokenworks.report.plots.studies.measures import (
    COST,
    StudyFrames,
    column_of,
    levels,
    measure,
)
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

_SHADES = "Blues"
_LIGHT_END = 0.55
_MOST_LINES = 14
_BASE = "base"


def frame(
    study: StudyFrames, value: str = COST, x: str | None = None, by: str | None = None
) -> pd.DataFrame:
    """A figure by run.

    Parameters
    ----------
    study
        A study that has been run.
    value
        Column of its frame.
    x, by
        Axes: the first two of the study where None.

    Returns
    -------
    DataFrame
        run, x, by (blank where the study has one axis), value; runs without a plan have no value.
    """
    table = study.frame()
    numbers = [str(c) for c in table.columns if pd.api.types.is_numeric_dtype(table[c])]
    column_of(study, value, numbers)
    known = levels(table)
    axes = [name for name in known if len(table[name].dropna().drop_duplicates()) > 1] or known
    first = column_of(study, x, known) if x else next((a for a in axes if a != by), known[0])
    second = column_of(study, by, known) if by else next((a for a in axes if a != first), "")
    found = pd.DataFrame(
        {
            "run": table["run"],
            "x": table[first],
            "by": table[second] if second else "",
            "value": table[value],
        }
    )
    # The base stands at the end, so that levels keep the order in which the study names them.
    found = pd.concat([found[found["run"] != _BASE], found[found["run"] == _BASE]])
    found = found[found["x"].notna()].reset_index(drop=True)
    found.attrs = {"x": first, "by": second, "value": value}
    return found


def words(
    study: StudyFrames, value: str = COST, x: str | None = None, by: str | None = None
) -> Words:
    """Title and caption."""
    found = frame(study, value, x, by)
    said, what = measure(value), found.attrs["x"]
    over = f"{what} and {found.attrs['by']}" if found.attrs["by"] else what
    caption = f"{said.words} of the study {study.name}, over {over}. Each mark is a solved plan."
    failed = int(found["value"].isna().sum())
    if failed:
        caption += f" {failed} of {len(found)} runs have no such figure."
    known = found.dropna(subset="value")
    if not len(known):
        return Words("No run has a plan yet", caption)
    ordered = known.sort_values("value", kind="stable")
    low, high = ordered.iloc[0], ordered.iloc[-1]
    name = said.words.partition(" [")[0]
    unit = said.words.partition(" [")[2].rstrip("]")
    title = f"{name[:1].upper()}{name[1:]} from {said.text(float(low['value']))} to "
    title += f"{said.text(float(high['value']))} {unit}: least at {what} {low['x']}, most at "
    return Words(f"{title}{high['x']}", caption)


def _positions(values: pd.Series) -> tuple[list[object], dict[object, float], bool]:
    """Levels in order, their places on an axis, and whether the axis is of numbers."""
    numbers = pd.to_numeric(values, errors="coerce")
    if numbers.notna().all():
        ordered = sorted(set(numbers))
        return list(ordered), {level: float(level) for level in ordered}, True
    texts = list(dict.fromkeys(values.astype(str)))
    return list(texts), {text: float(n) for n, text in enumerate(texts)}, False


@in_style
def static(
    study: StudyFrames, value: str = COST, x: str | None = None, by: str | None = None
) -> Chart:
    """Lines for print."""
    found, said = frame(study, value, x, by), words(study, value, x, by)
    if not found["value"].notna().any():
        return nothing_to_draw(said)
    of, (ordered, places, numeric) = measure(value), _positions(found["x"])
    chart, (axes,) = canvas(said, 3.6)
    groups = list(found.groupby("by", sort=False))[:_MOST_LINES]
    colours = series_colours([str(name) for name, _ in groups])
    for number, (name, rows) in enumerate(groups):
        at = [places[float(v) if numeric else str(v)] for v in rows["x"]]
        line = sorted(zip(at, rows["value"] / of.size, strict=True))
        style = LINES[number // 7 % len(LINES)][0]
        axes.plot(
            *zip(*line, strict=True), style, marker="o", ms=4, color=colours[str(name)], lw=1.5
        )
        if found.attrs["by"]:
            known = [point for point in line if np.isfinite(point[1])]
            if known:
                axes.annotate(
                    str(name),
                    known[-1],
                    xytext=(6, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=7.5,
                    color=colours[str(name)],
                )
    if not numeric:
        axes.set_xticks(range(len(ordered)), [str(level) for level in ordered])
    axes.set_xlabel(found.attrs["x"])
    axes.set_ylabel(of.words)
    axes.margins(x=0.08, y=0.1)
    return chart


@in_style
def heat_static(
    study: StudyFrames, value: str = COST, x: str | None = None, by: str | None = None
) -> Chart:
    """A heat map for print."""
    found, said = frame(study, value, x, by), words(study, value, x, by)
    if not found["value"].notna().any() or not found.attrs["by"]:
        return static(study, value, x, by)
    of, wide = measure(value), _wide(found)
    chart, (axes,) = canvas(said, 0.36 * len(wide) + 1.2)
    shown = wide.to_numpy(dtype=float) / of.size
    image = axes.imshow(shown, aspect="auto", cmap=_SHADES, origin="lower")
    middle = float(np.nanmin(shown)) + _LIGHT_END * float(np.ptp(shown[np.isfinite(shown)]))
    for (row, column), cell in np.ndenumerate(shown):
        colour = PAPER if np.isfinite(cell) and cell > middle else FAINT
        axes.text(
            column,
            row,
            of.text(cell * of.size),
            ha="center",
            va="center",
            fontsize=7.5,
            color=colour,
        )
    axes.set_xticks(range(wide.shape[1]), [str(level) for level in wide.columns])
    axes.set_yticks(range(wide.shape[0]), [str(level) for level in wide.index])
    axes.set_xlabel(found.attrs["x"])
    axes.set_ylabel(found.attrs["by"])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    bar = chart.colorbar(image, ax=axes, shrink=0.8, label=of.words)
    bar.outline.set_visible(False)
    return chart


def _wide(found: pd.DataFrame) -> pd.DataFrame:
    wide = found.pivot_table(index="by", columns="x", values="value", aggfunc="first", dropna=False)
    columns, _, _ = _positions(found["x"])
    rows, _, _ = _positions(found["by"].dropna())
    return wide.reindex(index=[r for r in rows if r in wide.index], columns=columns)


def interactive(
    study: StudyFrames, value: str = COST, x: str | None = None, by: str | None = None
) -> go.Figure:
    """Lines for screens."""
    found, said = frame(study, value, x, by), words(study, value, x, by)
    if not found["value"].notna().any():
        return empty_screen(said)
    of, (_, _, numeric) = measure(value), _positions(found["x"])
    figure = screen(said, height=440, showlegend=bool(found.attrs["by"]))
    groups = list(found.groupby("by", sort=False))
    colours = series_colours([str(name) for name, _ in groups])
    for number, (name, rows) in enumerate(groups):
        ordered = rows.sort_values("x") if numeric else rows
        figure.add_scatter(
            x=ordered["x"] if numeric else [plain(level) for level in ordered["x"]],
            y=ordered["value"] / of.size,
            mode="lines+markers",
            name=plain(name),
            line={"color": colours[str(name)], "dash": LINES[number // 7 % len(LINES)][1]},
            hovertext=[plain(run) for run in ordered["run"]],
        )
    figure.update_xaxes(
        title_text=plain(found.attrs["x"]), type="linear" if numeric else "category"
    )
    figure.update_yaxes(title_text=of.words)
    return figure


def heat_interactive(
    study: StudyFrames, value: str = COST, x: str | None = None, by: str | None = None
) -> go.Figure:
    """A heat map for screens."""
    found, said = frame(study, value, x, by), words(study, value, x, by)
    if not found["value"].notna().any() or not found.attrs["by"]:
        return interactive(study, value, x, by)
    of, wide = measure(value), _wide(found)
    figure = screen(said, height=160 + 42 * len(wide))
    figure.add_heatmap(
        z=wide.to_numpy(dtype=float) / of.size,
        x=[plain(level) for level in wide.columns],
        y=[plain(level) for level in wide.index],
        colorscale=[[0.0, "#eef3f8"], [1.0, BLUE]],
        text=[[of.text(cell) for cell in row] for row in wide.to_numpy(dtype=float)],
        texttemplate="%{text}",
        colorbar={"title": {"text": of.words, "side": "right"}},
    )
    figure.update_xaxes(title_text=plain(found.attrs["x"]), type="category")
    figure.update_yaxes(title_text=plain(found.attrs["by"]), type="category")
    return figure
