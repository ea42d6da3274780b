"""All runs of a study at once: a line for each over its levels and figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tokenworks.report.palette import ACCENT, BLUE, RULE
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
from tokenworks.report.plots.wording import counted

if TYPE_CHECKING:
    import plotly.graph_objects as go

FIGURES = (COST, "objective_usd", "served_share", "first_token_months", "peak_it_mw")


def frame(study: StudyFrames, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Runs with a plan, and the columns that differ between them; the last one colours.

    Parameters
    ----------
    study
        A study that has been run.
    columns
        Columns of its frame; its levels and the best-known figures where None.
    """
    table = study.frame()
    names = [str(name) for name in table.columns]
    wanted = list(columns) if columns is not None else [*levels(table), *FIGURES]
    chosen = [column_of(study, name, names) for name in wanted if name in names or columns]
    found = table[table["objective_usd"].notna()]
    # What is the same in all runs says nothing of any.
    differing = [c for c in chosen if len(found[c].drop_duplicates()) > 1]
    tidy: pd.DataFrame = found[["run", *differing]].reset_index(drop=True)
    return tidy


def words(study: StudyFrames, columns: Sequence[str] | None = None) -> Words:
    """Title and caption."""
    found = frame(study, columns)
    caption = (
        "Each line is a run of the study; each axis has its own scale, with its unit in its name. "
        "The colour follows the last axis: red the lowest quarter, blue the rest in print, a "
        "scale on screens."
    )
    return Words(f"{counted(len(found), 'run')} of {study.name}, side by side", caption)


def _scaled(column: pd.Series) -> tuple[np.ndarray[Any, Any], list[tuple[float, str]]]:
    """Places between 0 and 1, and what is written at which."""
    numbers = pd.to_numeric(column, errors="coerce")
    if numbers.notna().any():
        of = measure(str(column.name))
        low, high = float(numbers.min()), float(numbers.max())
        places = ((numbers - low) / ((high - low) or 1.0)).to_numpy()
        return places, [(0.0, of.text(low)), (1.0, of.text(high))]
    texts = list(dict.fromkeys(column.astype(str)))
    last = max(len(texts) - 1, 1)
    at = {text: n / last for n, text in enumerate(texts)}
    return column.astype(str).map(at).to_numpy(dtype=float), [(p, t) for t, p in at.items()]


@in_style
def static(study: StudyFrames, columns: Sequence[str] | None = None) -> Chart:
    """For print."""
    found, said = frame(study, columns), words(study, columns)
    names = [str(name) for name in found.columns[1:]]
    if len(names) <= 1:
        return nothing_to_draw(said)
    chart, (axes,) = canvas(said, 3.8)
    places = [_scaled(found[name]) for name in names]
    matrix = np.column_stack([at for at, _ in places])
    low = matrix[:, -1] <= np.nanquantile(matrix[:, -1], 0.25)
    for line, best in zip(matrix, low, strict=True):
        axes.plot(line, color=ACCENT if best else BLUE, alpha=0.8 if best else 0.35, lw=1.2)
    for number, (name, (_, ticks)) in enumerate(zip(names, places, strict=True)):
        axes.axvline(number, color=RULE, lw=0.8, zorder=0)
        for at, text in ticks:
            axes.text(number + 0.02, at, text, fontsize=7, va="center")
        axes.text(
            number,
            1.09,
            measure(name).words.replace(" [", "\n["),
            fontsize=7.5,
            ha="center",
            va="bottom",
        )
    axes.set_ylim(-0.06, 1.06)
    axes.set_xlim(-0.15, len(names) - 0.6)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    return chart


def interactive(study: StudyFrames, columns: Sequence[str] | None = None) -> go.Figure:
    """For screens: axes that can be brushed and moved."""
    found, said = frame(study, columns), words(study, columns)
    names = [str(name) for name in found.columns[1:]]
    if len(names) <= 1:
        return empty_screen(said)
    dimensions = []
    for name in names:
        of = measure(name)
        numbers = pd.to_numeric(found[name], errors="coerce")
        if numbers.notna().any():
            dimensions.append({"label": plain(of.words), "values": (numbers / of.size).tolist()})
            continue
        texts = list(dict.fromkeys(found[name].astype(str)))
        dimensions.append(
            {
                "label": plain(name),
                "values": [texts.index(text) for text in found[name].astype(str)],
                "tickvals": list(range(len(texts))),
                "ticktext": [plain(text) for text in texts],
            }
        )
    figure = screen(said, height=480, margin={"l": 90, "r": 60, "t": 110, "b": 30})
    figure.add_parcoords(
        dimensions=dimensions,
        line={"color": dimensions[-1]["values"], "colorscale": [[0, ACCENT], [1, BLUE]]},
    )
    return figure
