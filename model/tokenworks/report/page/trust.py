"""Sources and confidence of the inputs that a plan rests on."""

from __future__ import annotations

import pandas as pd

from tokenworks.inputs import Inputs
from tokenworks.report.figures import counts, option_confidence
from tokenworks.report.page.look import SOFT, axis, layout, percent
from tokenworks.report.page.markup import Column, Markup, table
from tokenworks.report.page.model import Chart, Section
from tokenworks.report.palette import CONFIDENCE_COLOURS
from tokenworks.schema.shorthand import CONFIDENCES

_BAR_PX, _AROUND_PX = 22, 110


def inputs_section(inputs: Inputs, figures: pd.DataFrame) -> Section:
    """Figures by confidence, doubtful columns, options that are assumed, and sources.

    Parameters
    ----------
    inputs
        Of the plan.
    figures
        `tokenworks.report.figures.confidence_by_figure` of them.
    """
    parts = (
        _chart(figures),
        _doubtful(figures),
        _options(inputs),
        _sources(inputs, figures),
    )
    return Section("inputs", "Sources and confidence of the inputs", "Inputs", parts)


def _chart(figures: pd.DataFrame) -> Chart:
    count = pd.crosstab(figures["table"], figures["confidence"])
    count = count.reindex(columns=list(CONFIDENCES), fill_value=0)
    share = count.div(count.sum(axis=1), axis=0)
    order = list(share.sort_values(list(CONFIDENCES), kind="stable").index)
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": confidence,
            "y": order,
            "x": (share.loc[order, confidence] * 100.0).tolist(),
            "customdata": count.loc[order, confidence].tolist(),
            "hovertemplate": f"%{{y}}: %{{customdata:,}} figures {confidence}<extra></extra>",
            "marker": {
                "color": CONFIDENCE_COLOURS[confidence],
                "line": {"color": SOFT, "width": 0.4},
            },
        }
        for confidence in CONFIDENCES
    ]
    ends = [
        {
            "x": 101,
            "y": name,
            "text": f"{int(count.loc[name].sum()):,}",
            "xanchor": "left",
            "showarrow": False,
            "font": {"size": 11, "color": SOFT},
        }
        for name in order
    ]
    look = layout(
        _AROUND_PX + _BAR_PX * len(order),
        barmode="stack",
        bargap=0.25,
        xaxis=axis(
            "share of the table's figures [%]; their number at the bar's end", range=[0, 110]
        ),
        yaxis=axis(type="category", dtick=1),
        annotations=ends,
    )
    columns = [
        Column("table"),
        *(Column(c, number=True) for c in CONFIDENCES),
        Column("all", number=True),
    ]
    lines = [
        [name, *(f"{count.loc[name, c]:,}" for c in CONFIDENCES), f"{int(count.loc[name].sum()):,}"]
        for name in reversed(order)
    ]
    total = counts(figures)
    lines.append(["all", *(f"{total[c]:,}" for c in CONFIDENCES), f"{len(figures):,}"])
    label = "Figures of each input table by confidence"
    return Chart("confidence", label, data, look, table=table(label, columns, lines))


def _doubtful(figures: pd.DataFrame) -> Markup:
    doubtful = figures[figures["confidence"].isin(("claimed", "assumed"))]
    columns = [
        Column("table"),
        Column("confidence"),
        Column("columns (figures)"),
    ]
    lines = []
    for (name, confidence), group in doubtful.groupby(["table", "confidence"], sort=True):
        by = group["column"].value_counts(sort=False)
        text = ", ".join(f"{column} ({count:,})" for column, count in by.items())
        lines.append([name, confidence, text])
    return table("What is claimed or assumed", columns, lines)


def _options(inputs: Inputs) -> Markup:
    columns = [Column("option"), Column("value", number=True), Column("confidence")]
    lines = ([k, value, trust] for k, (value, trust) in option_confidence(inputs).items())
    return table("Options of the scenario", columns, lines)


def _sources(inputs: Inputs, figures: pd.DataFrame) -> Markup:
    known = inputs.tables["sources"]
    used = figures["source"].value_counts()
    words = {row["source_id"]: row for row in known.to_dict("records")} if len(known) else {}
    columns = [
        *(Column("source"), Column("figures", number=True), Column("share", number=True)),
        *(Column("citation"), Column("where in it"), Column("licence")),
    ]
    lines = []
    for source, count in used.items():
        row = words.get(source, {})
        cells = (str(row.get(c) or "") for c in ("citation", "locator", "licence"))
        share = percent(int(count) / len(figures), 1)
        lines.append([str(source) or "none named", f"{count:,}", share, *cells])
    return table("Sources, by how many figures they give", columns, lines)
