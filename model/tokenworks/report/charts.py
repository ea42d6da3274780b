"""Charts of the inputs: how far they can be trusted, and what the catalogue costs and serves.

Every function returns a matplotlib `Figure` of its own and leaves no state behind.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from tokenworks.frames import rows
from tokenworks.inputs import Inputs
from tokenworks.levelised import COMPONENTS, levelised_costs
from tokenworks.report.figures import confidence_by_figure
from tokenworks.report.palette import (
    ACCENT,
    BLUE,
    CONFIDENCE_COLOURS,
    INK,
    MUTED_BLUE,
    RULE,
    SERIES,
)
from tokenworks.schema.shorthand import CONFIDENCES
from tokenworks.schema.tables_hardware import SERVE
from tokenworks.yearly import Yearly

COLOUR_BY_COMPONENT = dict(
    zip(COMPONENTS, (BLUE, MUTED_BLUE, CONFIDENCE_COLOURS["claimed"], ACCENT), strict=True)
)
HOURLY_COLUMNS = {
    "load_shape": "load of the zone over its yearly mean",
    "grid_price_shape": "price of energy over its yearly mean",
    "solar_capacity_factor": "output of solar over its capacity",
    "wind_capacity_factor": "output of wind over its capacity",
}
_BAR_INCHES = 0.26
_WIDTH_INCHES = 10.0
_MARKERS = "osD^v<>ph*"


def confidence_chart(inputs: Inputs) -> Figure:
    """Share of each table's figures by confidence, with the number of figures at the bar's end."""
    figures = confidence_by_figure(inputs)
    counts = pd.crosstab(figures["table"], figures["confidence"])
    counts = counts.reindex(columns=list(CONFIDENCES), fill_value=0)
    trust = counts.div(counts.sum(axis=1), axis=0)
    order = trust.sort_values(list(CONFIDENCES), kind="stable").index
    figure, axes = _figure(len(order) * _BAR_INCHES + 1.2)
    left = np.zeros(len(order))
    for confidence in CONFIDENCES:
        share = trust.loc[order, confidence].to_numpy()
        axes.barh(order, share, left=left, label=confidence, color=CONFIDENCE_COLOURS[confidence])
        left = left + share
    for position, name in enumerate(order):
        text = f"{int(counts.loc[name].sum()):,}"
        axes.text(1.01, position, text, va="center", fontsize=8, color=INK)
    axes.set_xlim(0.0, 1.0)
    axes.xaxis.set_major_formatter(_percent)
    axes.set_title("Figures by confidence, and how many a table holds", loc="left", color=INK)
    figure.legend(ncols=4, frameon=False, loc="outside lower left", fontsize=8)
    return figure


def cost_chart(inputs: Inputs, year: int) -> Figure:
    """Levelised cost of a token by system, one panel for each workload, at each one's best site.

    Components are stacked; the throughput per megawatt at the meter stands at the bar's end.
    """
    costs = levelised_costs(inputs, year)
    best = costs.sort_values("cost_usd_per_mtoken").drop_duplicates(["workload", "system"])
    workloads = sorted(best["workload"].unique())
    tallest = max(int((best["workload"] == w).sum()) for w in workloads)
    figure, panels = _panels(len(workloads), tallest * _BAR_INCHES + 0.9, columns=2)
    for axes, workload in zip(panels, workloads, strict=True):
        mine = best[best["workload"] == workload].iloc[::-1]
        left = np.zeros(len(mine))
        for component in COMPONENTS:
            usd = mine[f"{component}_usd_per_mtoken"].to_numpy()
            colour = COLOUR_BY_COMPONENT[component]
            axes.barh(mine["system"], usd, 0.75, left=left, label=component, color=colour)
            left = left + usd
        for position, row in enumerate(rows(mine)):
            text = (
                f" {row.cost_usd_per_mtoken:.3g}   {row.output_tokens_per_s_per_mw / 1e6:.2g} M/s"
            )
            axes.text(row.cost_usd_per_mtoken, position, text, va="center", fontsize=8, color=INK)
        axes.margins(x=0.3)
        axes.set_ylim(len(mine) - tallest - 0.6, len(mine) - 0.4)  # from the top of the panel
        axes.set_title(
            f"{workload}: USD per million output tokens; million tokens/s per MW",
            loc="left",
            fontsize=9,
            color=INK,
        )
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, ncols=4, frameon=False, loc="outside lower left", fontsize=8)
    return figure


def throughput_chart(inputs: Inputs) -> Figure:
    """Most tokens/s of a kW at each speed of answering, one panel for each model that is served.

    Each line is the frontier of a system's operating points: the most throughput at so many
    milliseconds per output token or fewer. Systems are compared by design power, since that is what
    a site has to supply; points of a single stage, and assumed ones, of later generations, are left
    out.
    """
    measured = inputs.tables["operating_points"]
    whole = measured["stage"] == SERVE
    measured = measured[(measured["confidence"] != "assumed") & whole]
    points = measured.merge(inputs.tables["hardware"][["system", "design_kw"]], on="system")
    points = points[points["design_kw"] > 0.0]
    points = points.assign(per_kw=points["output_tokens_per_s"] / points["design_kw"])
    served = set(inputs.tables["workloads"]["model"])
    models = [m for m in points["model"].value_counts().index if m in served]
    systems = sorted(points[points["model"].isin(models)]["system"].unique())
    figure, panels = _panels(len(models), 3.0, columns=2)
    for axes, model in zip(panels, models, strict=True):
        for number, system in enumerate(systems):
            mine = points[(points["model"] == model) & (points["system"] == system)]
            line = mine.sort_values("tpot_ms").assign(most=lambda rows: rows["per_kw"].cummax())
            axes.step(
                line["tpot_ms"],
                line["most"],
                where="post",
                marker=_MARKERS[number % len(_MARKERS)],
                markersize=3.5,
                linewidth=1.0,
                label=system,
                color=_palette(number),
            )
        axes.set_xscale("log")
        axes.set_yscale("log")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            axis.set_major_formatter(lambda value, _: f"{value:,.0f}")
            axis.set_minor_formatter(NullFormatter())
        axes.set_xlabel("milliseconds per output token, at most", fontsize=8, color=INK)
        axes.set_title(f"{model}: output tokens/s per kW of design power", loc="left", fontsize=9)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, ncols=7, frameon=False, loc="outside lower left", fontsize=8)
    return figure


def power_cost_chart(inputs: Inputs) -> Figure:
    """Overnight capital cost of every power technology by year of order."""
    costs = inputs.tables["power_costs"]
    years = list(range(int(costs["year"].min()), int(costs["year"].max()) + 1))
    series = Yearly(costs, ["technology"], "overnight_capex_usd_per_kw")
    figure, axes = _figure(4.6)
    names = sorted(costs["technology"].unique())
    ends = _spread([series.at((name,), years[-1]) for name in names])
    for number, (name, end) in enumerate(zip(names, ends, strict=True)):
        values = [series.at((name,), year) for year in years]
        axes.plot(years, values, color=_palette(number), linewidth=1.4)
        axes.text(years[-1] + 0.1, end, name, va="center", fontsize=7.5, color=_palette(number))
    axes.set_yscale("log")
    axes.set_xlim(years[0], years[-1] + 2.2)
    axes.set_xticks(years)
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(lambda usd, _: f"{usd:,.0f}")
    axes.yaxis.set_minor_formatter(NullFormatter())
    usd_year = inputs.scenario.finance.usd_year
    axes.set_title(
        f"Overnight capital cost by year of order, USD of {usd_year} per kW (logarithmic)",
        loc="left",
        color=INK,
    )
    return figure


def operations_chart(inputs: Inputs, zone: str, days: tuple[str, ...]) -> Figure:
    """Load, price, sun and wind of a zone on some of its representative days, hour by hour."""
    hours = inputs.tables["operations"]
    hours = hours[hours["zone"] == zone].sort_values("hour_utc")
    figure, panels = _panels(len(HOURLY_COLUMNS), 1.7)
    for axes, (column, words) in zip(panels, HOURLY_COLUMNS.items(), strict=True):
        for number, day in enumerate(days):
            mine = hours[hours["day"] == day]
            axes.step(
                mine["hour_utc"], mine[column], where="post", label=day, color=_palette(number)
            )
        axes.set_xlim(0, 23)
        axes.set_ylim(bottom=0.0)
        axes.set_title(words, loc="left", fontsize=9, color=INK)
    panels[-1].set_xlabel(f"hour of the day, UTC; zone {zone}", fontsize=8, color=INK)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, ncols=6, frameon=False, loc="outside lower left", fontsize=8)
    return figure


def _spread(values: list[float], least_ratio: float = 1.11) -> list[float]:
    """Heights of labels on a logarithmic axis, moved up until none covers another."""
    order = sorted(range(len(values)), key=lambda i: (values[i], i))
    placed = list(values)
    for lower, upper in pairwise(order):
        placed[upper] = max(placed[upper], placed[lower] * least_ratio)
    return placed


def _palette(number: int) -> str:
    return SERIES[number % len(SERIES)]


def _percent(share: float, _: Any) -> str:
    return f"{share:.0%}"


def _figure(height_inches: float) -> tuple[Figure, Axes]:
    figure, (axes,) = _panels(1, height_inches)
    return figure, axes


def _panels(count: int, height_inches: float, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure of panels in so many columns, in the house's style."""
    lines = -(-count // columns)
    size = (_WIDTH_INCHES * (1.0 if columns == 1 else 1.3), height_inches * lines)
    figure = Figure(figsize=size, layout="constrained")
    panels = [figure.add_subplot(lines, columns, number + 1) for number in range(count)]
    for axes in panels:
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(RULE)
        axes.tick_params(labelsize=8, colors=INK, length=2)
    return figure, panels
