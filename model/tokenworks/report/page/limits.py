"""What binds: limits by how much of them is used, and when they are reached."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import pandas as pd

from tokenworks.frames import rows
from tokenworks.plan import Plan
from tokenworks.report.page.drawn import frame_table
from tokenworks.report.page.look import axis, layout, megawatts, month, percent, plotly_text
from tokenworks.report.page.markup import Column, Markup, table, tag
from tokenworks.report.page.model import Chart, Section

REACHED = 0.999
_ROW_PX, _AROUND_PX, _MOST_ROWS = 24, 150, 40
_NOTHING = 1e-6
# Light to dark, with a break where the limit is reached.
_SCALE = [
    [0.0, "#f3f5f7"],
    [0.5, "#b9cfe2"],
    [REACHED, "#4c7fae"],
    [REACHED, "#b5564c"],
    [1.0, "#b5564c"],
]


def limits_section(plan: Plan) -> Section:
    """Limits in megawatts by step, other limited things by year, and what relief is worth."""
    use = uses(plan)
    parts: list[Markup | Chart] = [_lead(use)]
    chart = _chart(use)
    if chart is not None:
        parts.append(chart)
    parts.append(_reached(use))
    parts += list(_others(plan))
    parts.append(worth(plan))
    return Section("limits", "What binds, and what relief is worth", "Limits", tuple(parts))


def uses(plan: Plan) -> pd.DataFrame:
    """`redline_use` with the share of each limit that is used."""
    use = plan.redline_use
    share = (use["used_mw"] / use["limit_mw"]).where(
        use["limit_mw"] > 0.0, (use["used_mw"] > _NOTHING).astype(float)
    )
    return use.assign(share=share, limit_of=use["scope"].astype(str) + ": " + use["id"].astype(str))


def _lead(use: pd.DataFrame) -> Markup:
    reached = list(dict.fromkeys(use[use["share"] >= REACHED]["limit_of"]))
    known = use["limit_of"].nunique()
    if not known:
        return tag("p", "No limit in megawatts applies to this plan.")
    if not reached:
        words = f"None of the {known} limits in megawatts is reached in any step."
    else:
        words = f"Of {known} limits in megawatts, {len(reached)} are reached in some step: "
        words += "; ".join(reached) + "."
    return tag(
        "p",
        words,
        " A limit that is reached need not cost anything: what one more unit of it would save is "
        "known only by solving again.",
    )


def _chart(use: pd.DataFrame) -> Chart | None:
    used = use[use["used_mw"] > _NOTHING]
    order = used.groupby("limit_of")["share"].agg(["max", "mean"]).sort_values(["max", "mean"])
    rows_shown = list(order.index)[-_MOST_ROWS:]
    if not rows_shown:
        return None
    steps = sorted(use["step_start"].unique())
    known = {(row.limit_of, row.step_start): row for row in rows(use)}
    cells = [[known.get((name, step)) for step in steps] for name in rows_shown]
    heat = {
        "type": "heatmap",
        "x": [month(step) for step in steps],
        "y": [plotly_text(row) for row in rows_shown],
        "z": [[_used(cell) for cell in line] for line in cells],
        "text": [[_figure(cell) for cell in line] for line in cells],
        "hovertext": [[_hover(cell) for cell in line] for line in cells],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "colorscale": _SCALE,
        "zmin": 0,
        "zmax": 100,
        "xgap": 1,
        "ygap": 1,
        "colorbar": {
            "title": {"text": "used [%]", "side": "right"},
            "thickness": 12,
            "outlinewidth": 0,
        },
        "texttemplate": "%{text}",
        "textfont": {"size": 10},
    }
    label = "Share of each limit that is used, by step, in per cent"
    look = layout(
        _AROUND_PX + _ROW_PX * len(rows_shown),
        margin={"t": 40},
        xaxis=axis("first month of the step", type="category", showgrid=False, tickangle=-45),
        yaxis=axis(type="category", dtick=1, showgrid=False),
    )
    left = use["limit_of"].nunique() - len(rows_shown)
    caption = "Red: the limit is reached. A limit holds at the end of its step. " + (
        f"{left} limits of which nothing is used are left out." if left else ""
    )
    figures = use.drop(columns=["share", "limit_of"])
    return Chart(
        "limits-use", label, [heat], look, table=frame_table(label, figures), caption=caption
    )


def _used(cell: Any) -> float | None:
    return min(100.0 * float(cell.share), 100.0) if cell else None


def _figure(cell: Any) -> str:
    """Per cent used, cut off rather than rounded: 100 is written where the limit is reached."""
    if not cell or cell.share <= _NOTHING:
        return ""
    return "100" if cell.share >= REACHED else f"{math.floor(100.0 * cell.share)}"


def _hover(cell: Any) -> str:
    if cell is None:
        return ""
    used, limit = megawatts(cell.used_mw), megawatts(cell.limit_mw)
    return f"{plotly_text(cell.limit_of)}<br>{month(cell.step_start)}: {used} of {limit} MW"


def _reached(use: pd.DataFrame) -> Markup:
    columns = [
        *(Column("limit"), Column("of"), Column("first reached")),
        *(Column("steps reached", number=True), Column("of steps", number=True)),
        Column("limit then [MW]", number=True),
    ]
    lines = []
    for (scope, name), group in use.groupby(["scope", "id"], sort=False):
        full = group[group["share"] >= REACHED].sort_values("step_start")
        if len(full):
            first = full.iloc[0]
            counts = f"{len(full)}", f"{len(group)}"
            lines.append(
                [scope, name, month(first["step_start"]), *counts, megawatts(first["limit_mw"])]
            )
    return table("Limits in megawatts that are reached", columns, lines)


def _others(plan: Plan) -> Iterable[Markup]:
    """Supplies, quotas, pollutants and carbon, where the plan knows them."""
    supply = plan.supply_use
    taken = supply[supply["used_count"] > _NOTHING]
    if len(taken):
        share = taken["used_count"] / taken["limit_count"].where(taken["limit_count"] > 0.0)
        found = taken.assign(year=taken["year"].astype(str), used=share.fillna(1.0).map(percent))
        yield folded("Limited supplies that are drawn on", found)
    for name, caption in (
        ("export_use", "Export quotas"),
        ("emissions", "Pollutants under air permits"),
        ("carbon_use", "CO2 of sites, and what caps leave to them"),
    ):
        if len(plan.tables[name]):
            yield folded(caption, plan.tables[name])


def folded(caption: str, frame: pd.DataFrame) -> Markup:
    """A long table that is opened by whoever wants it."""
    return tag("details", tag("summary", caption), frame_table(caption, frame))


def worth(plan: Plan) -> Markup:
    """What a megawatt, month, licence or slot more is worth, where the run holds an answer."""
    stored = plan.tables.get("prices")
    if stored is None or stored.empty:
        return tag(
            "p",
            "What one more megawatt, month, licence or slot is worth is not stored in this run: it "
            "takes a solution of its own for each. ",
            tag("code", "tokenworks explain RUN --keep"),
            " solves them, gives each as an interval, and keeps them for this page.",
            class_="notice",
        )
    year = plan.scenario.finance.usd_year
    columns = [
        *(Column("limit"), Column("relief"), Column("binds from"), Column("steps", number=True)),
        Column(f"saves at least [m USD of {year}]", number=True),
        Column(f"at most [m USD of {year}]", number=True),
        Column("which is"),
        Column("estimate with whole decisions fixed [m USD]", number=True),
    ]
    lines = (
        [
            row["what"] or row["address"],
            row["relief"],
            "" if pd.isna(row["binds_from"]) else month(row["binds_from"]),
            "" if pd.isna(row["binds_steps"]) else f"{int(row['binds_steps'])}",
            *(_millions(row[name]) for name in ("low_usd", "high_usd")),
            _proven(row),
            _millions(row["dual_usd"]),
        ]
        for row in stored.to_dict("records")
    )
    return table("What relief is worth, each solved again", columns, lines)


def _millions(usd: Any) -> str:
    return "" if pd.isna(usd) else f"{usd / 1e6:,.3f}"


def _proven(row: Mapping[Hashable, Any]) -> str:
    if pd.isna(row["low_usd"]) or pd.isna(row["high_usd"]):
        return "not solved"
    return "indistinguishable from nothing" if row["indistinguishable"] else "proven"
