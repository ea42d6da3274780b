"""Dispatch of a chosen site, step and day.

The chart is that of `report.plots.dispatch`, a day at a time: all choices are made at once here,
which drawing each by itself would take minutes for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from tokenworks.frames import rows
from tokenworks.plan import Plan
from tokenworks.report.page.drawn import frame_table
from tokenworks.report.page.look import INK, axis, layout, megawatts, month, percent, plotly_text
from tokenworks.report.page.model import Chart, Choice, Trace, Variant
from tokenworks.report.palette import ACCENT, kind_of_power, ordered_by_kind, power_colours

GIVEN = ("generate", "import", "discharge")
# Flow to sign, name, colour and dash of its line; the others are areas.
LINES = {
    "load": (1.0, "load that is due", INK, "solid"),
    "run": (1.0, "load as it is run", INK, "dot"),
    "charge": (-1.0, "into storage", "#6f9a5a", "solid"),
    "shed": (1.0, "shed", ACCENT, "dash"),
}
_RUN = {"load": 1.0, "catch-up": 1.0, "defer": -1.0, "shed": -1.0}
_HOURS_PER_DAY = 24.0
_MOST_ROWS = 60_000  # of dispatch, beyond which some steps are left out
_NOISE_MW = 1e-6


def dispatch_chart(plan: Plan) -> Chart | None:
    """The chart with its lists of sites, steps and days; None where nothing runs."""
    if plan.dispatch.empty:
        return None
    table, left_out = _thinned(placed(plan.dispatch))
    sources = ordered_by_kind(
        table[table["flow"].isin(GIVEN)]["source"].unique(), kind_of_power(plan.inputs)
    )
    base = _base(plan, sources)
    position = {name: n for n, name in enumerate((*sources, *LINES))}
    variants = {
        f"{site}|{month(step)}|{day}": _variant(group, position, f"{site}, {day}")
        for (site, step, day), group in table.groupby(["site", "step_start", "day"], sort=False)
    }
    largest = table[table["flow"] == "load"].sort_values("power_mw").iloc[-1]
    site, step, day = str(largest["site"]), month(largest["step_start"]), str(largest["day"])
    return Chart(
        "dispatch",
        "Power at the meter of the site by hour of the representative day",
        base,
        layout(
            440,
            hovermode="x unified",
            xaxis=axis("hour of the day, UTC", range=[0, 24], dtick=4),
            yaxis=axis("MW at the meter"),
            margin={"t": 40},
        ),
        (
            Choice("Site", _own(table["site"]), site),
            Choice("From", _months(table["step_start"]), step, slider=True),
            Choice("Day", _own(table["day"]), day),
        ),
        variants,
        frame_table("Energy of a year by site, step and source", energy(plan)),
        table_of_traces=True,
        caption="Areas: what gives power, by source. Solid line: load that is due; dotted: load as "
        "it is run, after what waits, catches up or is shed. A representative day stands for the "
        "days of a year like it. " + left_out,
    )


def placed(dispatch: pd.DataFrame) -> pd.DataFrame:
    """Dispatch with the day, first hour and length of every slice.

    A slice is called after its day and first hour, and a part of one has a number besides; the
    lengths of a day's slices go with their weights.
    """
    names = dispatch["slice"].astype(str).str.rpartition("-")
    hour = names[2].str.partition("~")
    found = dispatch.assign(
        day=names[0].to_numpy(),
        order=pd.to_numeric(hour[0]).to_numpy() * 1000.0
        + pd.to_numeric(hour[2], errors="coerce").fillna(0.0).to_numpy(),
    )
    keys = ["site", "step_start", "day"]
    slices = found.drop_duplicates([*keys, "slice"]).sort_values([*keys, "order"])
    whole = slices.groupby(keys)["weight_hours"].transform("sum")
    hours = slices["weight_hours"] / whole * _HOURS_PER_DAY
    ends = hours.groupby([slices[key] for key in keys]).cumsum()
    slices = slices.assign(hours=hours, first_hour=(ends - hours).round(6))
    return found.merge(
        slices[["site", "step_start", "slice", "hours", "first_hour"]],
        on=["site", "step_start", "slice"],
    )


def energy(plan: Plan) -> pd.DataFrame:
    """MWh of a step by site, source and flow."""
    table = plan.dispatch
    mwh = table["power_mw"] * table["weight_hours"]
    keys = [table["site"], table["step_start"], table["flow"], table["source"]]
    return mwh.groupby(keys).sum().rename("energy_mwh").reset_index()


def _thinned(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Rows that a page can hold: all, or those of some steps, the last among them."""
    steps = sorted(table["step_start"].unique())
    if len(table) <= _MOST_ROWS or len(steps) < 2:  # noqa: PLR2004 -- nothing to thin
        return table, ""
    count = max(1, int(len(steps) * _MOST_ROWS / len(table)))
    kept = {steps[round(n)] for n in np.linspace(len(steps) - 1, 0, count)}
    words = f"{len(kept)} of {len(steps)} steps are held here; the run folder has all."
    return table[table["step_start"].isin(kept)], words


def _base(plan: Plan, sources: Iterable[str]) -> list[Trace]:
    """A trace without points for every source, and for every line."""
    colours = power_colours(plan.inputs)
    common: Trace = {"type": "scatter", "mode": "lines", "x": [], "y": []}
    common["hovertemplate"] = "%{y:,.1f} MW"
    areas = [
        common
        | {
            "name": plotly_text(source),
            "stackgroup": "given",
            "line": {"width": 0, "shape": "hv"},
            "fillcolor": colours.get(source, "#9aa0a6"),
        }
        for source in sources
    ]
    lines = [
        common
        | {"name": name, "line": {"width": 1.8, "dash": dash, "shape": "hv", "color": colour}}
        for _, name, colour, dash in LINES.values()
    ]
    return [*areas, *lines]


def _variant(group: pd.DataFrame, position: Mapping[str, int], words: str) -> Variant:
    """What one site gives and takes on one day of one step."""
    hours = sorted(set(group["first_hour"]))
    place = {hour: n for n, hour in enumerate(hours)}
    x = [*hours, _HOURS_PER_DAY]
    sums: dict[str, list[float]] = {}
    for row in rows(group):
        names = [(row.source, 1.0)] if row.flow in GIVEN else []
        names += [(row.flow, LINES[row.flow][0])] if row.flow in LINES else []
        names += [("run", _RUN[row.flow])] if row.flow in _RUN else []
        for name, sign in names:
            line = sums.setdefault(name, [0.0] * len(hours))
            line[place[row.first_hour]] += sign * float(row.power_mw)
    if "run" in sums and sums["run"] == sums.get("load"):
        del sums["run"]
    traces = {
        position[name]: {"x": x, "y": [*line, line[-1]]}
        for name, line in sums.items()
        if name in position and max(map(abs, line)) > _NOISE_MW
    }
    return Variant(traces, words=f"{words}: {_words(group)}")


def _words(group: pd.DataFrame) -> str:
    mwh = group["power_mw"] * group["hours"]
    given = mwh[group["flow"].isin(GIVEN)].groupby(group["source"]).sum()
    load = group[group["flow"] == "load"].groupby("first_hour")["power_mw"].sum()
    peak = f"peak load {megawatts(float(load.max()) if len(load) else 0.0)} MW"
    if not given.sum() > 0.0:
        return f"{peak}."
    shares = (given / given.sum()).sort_values(ascending=False)
    parts = [f"{source} {percent(float(share))}" for source, share in shares.items()]
    return f"{peak}; of the day's energy " + ", ".join(parts) + "."


def _own(values: pd.Series[str]) -> dict[str, str]:
    return {str(value): str(value) for value in sorted(values.unique())}


def _months(values: pd.Series[pd.Timestamp]) -> dict[str, str]:
    return {month(step): month(step) for step in sorted(values.unique())}
