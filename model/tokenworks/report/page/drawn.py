"""Charts of `report.plots` as charts of the page, each with its table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from tokenworks.report.page.look import FONT
from tokenworks.report.page.markup import Column, Markup, table
from tokenworks.report.page.model import Chart, Choice, Layout, Trace, Variant
from tokenworks.units import SUFFIX_UNITS

if TYPE_CHECKING:
    import plotly.graph_objects as go

_TOP_PX = 34
_FIGURES = 4


def chart_of(
    figure: go.Figure, name: str, label: str, figures: pd.DataFrame, *, title: bool = True
) -> Chart:
    """A plotly figure of the house as a chart of the page.

    Parameters
    ----------
    figure
        With title and caption in `layout.meta`, which the page sets itself.
    name, label
        As in `Chart`.
    figures
        The frame that it draws.
    title
        False where the title changes with what is chosen, and is told below the controls.
    """
    data, look, said = parts_of(figure)
    return Chart(
        name,
        label,
        data,
        look,
        table=frame_table(label, figures),
        title=said.get("title", "") if title else "",
        caption=said.get("caption", ""),
    )


def chosen_of(
    figures: Mapping[str, go.Figure],
    words: Mapping[str, str],
    name: str,
    label: str,
    choice: str,
    table_frame: pd.DataFrame,
) -> Chart:
    """A chart of the house for each of some things, of which one is chosen.

    Parameters
    ----------
    figures
        Thing to its figure; the first is shown first.
    words
        Thing to the words to choose it by.
    name, label
        As in `Chart`.
    choice
        What is chosen.
    table_frame
        The figures of all of them.
    """
    first = next(iter(figures))
    chart = chart_of(figures[first], name, label, table_frame, title=False)
    variants = {}
    for key, figure in figures.items():
        data, look, said = parts_of(figure)
        variants[key] = Variant(data=data, layout=look, words=said.get("title", ""))
    choices = (Choice(choice, {key: words[key] for key in figures}, first),)
    return Chart(
        name,
        label,
        chart.data,
        chart.layout,
        choices if len(figures) > 1 else (),
        variants if len(figures) > 1 else {},
        chart.table,
        title="" if len(figures) > 1 else variants[first].words,
        caption=chart.caption,
    )


def parts_of(figure: go.Figure) -> tuple[list[Trace], Layout, dict[str, str]]:
    """Traces, layout without what the page sets itself, and the words of a figure."""
    whole: dict[str, Any] = figure.to_plotly_json()
    look: Layout = dict(whole["layout"])
    said = look.pop("meta", None) or {}
    look.pop("title", None)
    look.pop("template", None)
    look["font"] = {**look.get("font", {}), "family": FONT}
    look["margin"] = {**look.get("margin", {}), "t": _TOP_PX}
    look["autosize"] = True
    return [dict(trace) for trace in whole["data"]], look, said


def frame_table(caption: str, frame: pd.DataFrame) -> Markup:
    """A frame as a table: units in the headings, numbers to four figures, months of dates."""
    columns = [Column(heading(str(c)), number=_is_number(frame[c])) for c in frame.columns]
    lines = ([shown(value) for value in row] for row in frame.itertuples(index=False))
    return table(caption, columns, lines)


def heading(column: str) -> str:
    """A column's name in words, with its unit."""
    fitting = [s for s in SUFFIX_UNITS if column.endswith(s) and s.startswith("_")]
    if not fitting:
        return column.replace("_", " ")
    suffix = max(fitting, key=len)
    unit, words = SUFFIX_UNITS[suffix], column.removesuffix(suffix).replace("_", " ")
    return words if unit == "1" else f"{words} [{unit}]"


def shown(value: Any) -> str:
    """A cell in few characters."""
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m}"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return {"True": "yes", "False": "no"}.get(str(value), str(value))
    if float(value).is_integer():
        return f"{value:,.0f}"
    rounded = float(f"{value:.{_FIGURES}g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 10.0**_FIGURES else f"{rounded:,.10g}"


def _is_number(column: pd.Series[Any]) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
