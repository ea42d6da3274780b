"""Megawatts over time: what powers the sites, and which systems they hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from tokenworks.frames import lookup, rows
from tokenworks.plan import Plan
from tokenworks.report.palette import (
    INK,
    PAPER,
    kind_of_power,
    ordered_by_kind,
    power_colours,
    system_colours,
)
from tokenworks.report.plots.steps import by_step, stairs, starts
from tokenworks.report.plots.style import (
    Chart,
    Words,
    canvas,
    empty_screen,
    in_style,
    nothing_to_draw,
    plain,
    screen,
    text_colour,
)
from tokenworks.report.plots.wording import listed, megawatts, month

if TYPE_CHECKING:
    import plotly.graph_objects as go

POWER, HARDWARE = "power", "hardware"
PEAK = "peak load at the meter"
_NOISE_MW = 1e-3
_KW_PER_MW, _MONTHS_PER_YEAR = 1e3, 12
_FOREVER_YEARS = 200.0
_LONGEST_LABEL = 25
_LABELLED_SHARE = 0.09  # of the axis, below which an area is too thin to be written upon


def frame(plan: Plan) -> pd.DataFrame:
    """Capacity in service by step.

    Returns
    -------
    DataFrame
        panel (power or hardware), step_start, site, source (technology, interconnection route or
        system), kind (of power; the vendor of hardware), capacity_mw: nameplate or contracted MW of
        power, design MW of systems.
    """
    power, hardware = _power(plan), _hardware(plan)
    found = pd.concat([part for part in (power, hardware) if len(part)] or [power])
    return found[found["capacity_mw"] > _NOISE_MW].reset_index(drop=True)


def _power(plan: Plan) -> pd.DataFrame:
    kinds, dates = kind_of_power(plan.inputs), starts(plan)
    entries = [
        (POWER, dates[int(step)], site, source, kinds.get(source, ""), megawatts_there)
        for variable in ("capacity_mw", "contracted_mw")
        for (site, source, step), megawatts_there in plan.stocks.get(variable, {}).items()
    ]
    return _framed(entries)


def _hardware(plan: Plan) -> pd.DataFrame:
    x = plan.inputs
    design = lookup(x.tables["hardware"], "system", "design_kw")
    life = lookup(x.tables["hardware"], "system", "life_years")
    vendor = lookup(x.tables["hardware"], "system", "vendor")
    dates = starts(plan)
    amounts: dict[tuple[pd.Timestamp, str, str], float] = defaultdict(float)
    sold = plan.departures[plan.departures["amount_unit"] == "systems"]
    changes = [
        (r.site, r.system, r.in_service, r.in_service, r.bought_systems)
        for r in rows(plan.hardware)
    ]
    changes += [(r.site, r.asset, r.in_service, r.leaves, -r.amount_count) for r in rows(sold)]
    for site, system, in_service, since, count in changes:
        months = round(_MONTHS_PER_YEAR * min(float(life[system]), _FOREVER_YEARS))
        gone = in_service + pd.DateOffset(months=months)
        for first, end in pairwise(dates):
            # In the step in which its life ends it counts by the share of it that is left.
            share = (min(end, gone) - first) / (end - first)
            if since <= first and share > 0.0:
                amounts[first, site, system] += share * count
    return _framed(
        (HARDWARE, date, site, system, str(vendor[system]), count * design[system] / _KW_PER_MW)
        for (date, site, system), count in amounts.items()
    )


def _framed(entries: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    columns = ["panel", "step_start", "site", "source", "kind", "capacity_mw"]
    found = pd.DataFrame(list(entries), columns=columns)
    return found.astype({"step_start": "datetime64[us]", "capacity_mw": "float64"})


def peaks(plan: Plan) -> pd.Series:
    """Sum of the sites' peak loads at the meter by step, MW, as the adequacy check has them."""
    table = plan.tables.get("adequacy", pd.DataFrame(columns=["step_start", "peak_mw"]))
    return table.groupby("step_start")["peak_mw"].sum().reindex(starts(plan)[:-1], fill_value=0.0)


def words(plan: Plan) -> Words:
    """Title and caption."""
    found = frame(plan)
    caption = (
        "Above: MW of power in service, nameplate of what stands on site and contracted MW of the "
        "grid, by technology or kind of contract; the line is the sum of the sites' peak loads at "
        "the meter. Capacity above it is reserve, weather and backup. Below: design MW of the "
        "systems in service, one colour a vendor, lighter for later systems. Steps are those of "
        "the plan."
    )
    hardware = found[found["panel"] == HARDWARE]
    if not len(hardware):
        return Words("Nothing is built: no system enters service", caption)
    by_date = hardware.groupby("step_start")["capacity_mw"].sum()
    most, when = float(by_date.max()), pd.Timestamp(str(by_date.idxmax()))
    power = found[found["panel"] == POWER]
    last = power[power["step_start"] == power["step_start"].max()]
    shares = last.groupby("kind")["capacity_mw"].sum().sort_values(ascending=False)
    first = pd.Timestamp(str(by_date.index.min()))
    title = f"{megawatts(most)} of systems in service by {month(when)}, the first in {month(first)}"
    if len(shares):
        title += f"; powered in the end by {listed([str(k) for k in shares.index], 3)}"
    return Words(title, caption)


def _stacks(plan: Plan) -> list[tuple[str, str, pd.DataFrame, dict[str, str]]]:
    """Panel, name, MW by step and source in order of stacking, colour by source."""
    found = frame(plan)
    kinds = kind_of_power(plan.inputs)
    power, hardware = (found[found["panel"] == panel] for panel in (POWER, HARDWARE))
    # Contracts of many sites are one area: the kind of contract matters, not its name.
    power = power.assign(
        source=[
            k if str(k).endswith(" grid") else s
            for s, k in zip(power["source"], power["kind"], strict=True)
        ]
    )
    kinds |= {kind: kind for kind in power["kind"]}
    colours = power_colours(plan.inputs)
    colours |= {kinds[s]: c for s, c in colours.items() if kinds[s].endswith(" grid")}
    order = [s for s in plan.inputs.tables["hardware"]["system"] if s in set(hardware["source"])]
    return [
        (
            POWER,
            "Power in service [MW]",
            by_step(plan, power, "source", "capacity_mw", ordered_by_kind(power["source"], kinds)),
            colours,
        ),
        (
            HARDWARE,
            "Systems in service [design MW]",
            by_step(plan, hardware, "source", "capacity_mw", order),
            system_colours(plan.inputs),
        ),
    ]


@in_style
def static(plan: Plan) -> Chart:
    """For print."""
    said = words(plan)
    if not len(frame(plan)):
        return nothing_to_draw(said)
    chart, panels = canvas(said, 5.6, panels=(2, 1), sharex=True)
    for axes, (panel, name, wide, colours) in zip(panels, _stacks(plan), strict=True):
        axes.set_title(name, fontsize=8.5)
        _areas(axes, wide, colours)
        if panel == POWER:
            dates = pd.DatetimeIndex(starts(plan))
            x, y = stairs(dates, peaks(plan).to_numpy())
            axes.plot(np.asarray(x), y, color=INK, lw=1.1, label=PEAK)
        axes.set_ylim(bottom=0.0)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        handles, labels = axes.get_legend_handles_labels()
        axes.legend(
            handles[::-1],
            labels[::-1],
            loc="upper left",
            bbox_to_anchor=(1.005, 1.02),
            frameon=False,
            fontsize=7.5,
            handlelength=1.1,
            labelspacing=0.35,
        )
    return chart


def _areas(axes: Axes, wide: pd.DataFrame, colours: Mapping[str, str]) -> None:
    """Stacked areas, the thick ones with their name in them."""
    base = np.zeros(len(wide))
    top = float(wide.sum(axis=1).max())
    dates = wide.index
    for source in wide.columns:
        values = wide[source].to_numpy()
        axes.fill_between(
            dates,
            base,
            base + values,
            step="post",
            color=colours[source],
            lw=0.3,
            edgecolor=PAPER,
            label=source,
        )
        widest = int(np.argmax(values[:-1])) if len(values) > 1 else 0
        if values[widest] > _LABELLED_SHARE * top and len(source) <= _LONGEST_LABEL:
            late = np.flatnonzero(values[:-1] > 0.75 * values[widest])
            at = int(late[len(late) // 2])
            x = dates[at] + (dates[at + 1] - dates[at]) / 2
            axes.text(
                x,
                base[at] + values[at] / 2,
                source,
                ha="center",
                va="center",
                fontsize=7,
                color=text_colour(colours[source]),
                clip_on=True,
            )
        base = base + values
    axes.set_xlim(dates[0], dates[-1])


def interactive(plan: Plan) -> go.Figure:
    """For screens."""
    from plotly.subplots import make_subplots  # noqa: PLC0415 -- slow to import

    said = words(plan)
    if not len(frame(plan)):
        return empty_screen(said)
    stacks = _stacks(plan)
    figure = make_subplots(
        rows=2,
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.09,
        subplot_titles=[name for _, name, _, _ in stacks],
    )
    for row, (panel, _, wide, colours) in enumerate(stacks, start=1):
        for source in wide.columns:
            x, y = stairs(pd.DatetimeIndex(wide.index), wide[source].to_numpy())
            figure.add_scatter(
                x=x,
                y=y,
                row=row,
                col=1,
                stackgroup=panel,
                name=plain(source),
                mode="lines",
                line={"width": 0.3, "color": PAPER},
                fillcolor=colours[source],
                legendgroup=panel,
                legendgrouptitle_text=panel if source == wide.columns[0] else None,
                hovertemplate="%{y:,.0f} MW",
            )
        if panel == POWER:
            x, y = stairs(pd.DatetimeIndex(starts(plan)), peaks(plan).to_numpy())
            figure.add_scatter(
                x=x,
                y=y,
                row=row,
                col=1,
                name=PEAK,
                mode="lines",
                legendgroup=panel,
                line={"width": 1.5, "color": INK},
                hovertemplate="%{y:,.0f} MW",
            )
    screen(said, height=640, figure=figure, hovermode="x unified")
    figure.update_yaxes(title_text="MW", rangemode="tozero", tickformat=",.0f")
    return figure
