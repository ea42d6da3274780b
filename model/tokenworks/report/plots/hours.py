"""The hours of a plan's dispatch: which site, which step, which day, and how long each slice is."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tokenworks.frames import lookup, rows
from tokenworks.plan import Plan
from tokenworks.report.palette import kind_of_power

GIVEN = ("generate", "import", "discharge")
LOAD, CHARGE, SHED, DEFER, CATCH_UP = "load", "charge", "shed", "defer", "catch-up"
_HOURS_PER_DAY, _DAYS_PER_YEAR = 24.0, 365.0
_COLUMNS = [
    *("site", "step_start", "period", "day", "days_per_year", "hour_utc", "hours"),
    *("source", "kind", "flow", "power_mw"),
]


@dataclass(frozen=True)
class Shown:
    """What part of a plan's dispatch is shown.

    Attributes
    ----------
    site
        Site.
    step_start
        First day of the step.
    period
        Period of the step.
    """

    site: str
    step_start: pd.Timestamp
    period: str


def shown(plan: Plan, site: str | None, period: str | None) -> Shown | None:
    """The part asked for; by default the last step of the site that takes most energy in it.

    Returns
    -------
    Shown or None
        None where nothing runs.
    """
    table = plan.dispatch[plan.dispatch["flow"] == LOAD]
    calendar = plan.inputs.calendar
    steps = {pd.Timestamp(calendar.date_of(step.start_month)): step for step in calendar.steps}
    periods = table["step_start"].map(lambda day: steps[pd.Timestamp(day)].period)
    table = table.assign(period=periods, mwh=table["power_mw"] * table["weight_hours"])
    table = table[(periods == period) | (period is None)]
    table = table[(table["site"] == site) | (site is None)]
    if not len(table):
        return None
    last = table[table["step_start"] == table["step_start"].max()]
    largest = str(last.groupby("site")["mwh"].sum().idxmax())
    step = pd.Timestamp(last["step_start"].iloc[0])
    return Shown(largest, step, steps[step].period)


def hours_of(plan: Plan, part: Shown | None) -> pd.DataFrame:
    """Flows of a site in a step by hour of each representative day.

    Returns
    -------
    DataFrame
        site, step_start, period, day, days_per_year (for which the day stands), hour_utc (the first
        of the slice), hours (its length), source, kind, flow, power_mw.
    """
    if part is None:
        return pd.DataFrame(columns=_COLUMNS)
    own = plan.dispatch["site"] == part.site
    table = plan.dispatch[own & (plan.dispatch["step_start"] == part.step_start)]
    zone = lookup(plan.inputs.tables["sites"], "site", "zone")[part.site]
    operations = plan.inputs.tables["operations"]
    places = _places(operations[operations["zone"] == zone], table)
    kinds = kind_of_power(plan.inputs)
    merged = table.merge(places, on="slice", how="left").assign(
        period=part.period, kind=table["source"].map(lambda s: kinds.get(s, "")).to_numpy()
    )
    found = merged[_COLUMNS].sort_values(["day", "hour_utc", "flow", "source"], kind="stable")
    return found.reset_index(drop=True)


def _places(operations: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Slice to its day, first hour and length; parts of a slice share it by their weights."""
    length = _HOURS_PER_DAY / operations.groupby("day")["day"].transform("size")
    known = {
        f"{row.day}-{row.hour_utc:02d}": (row.day, float(row.hour_utc), hours)
        for row, hours in zip(rows(operations), length, strict=True)
    }
    weight = operations.drop_duplicates("day").set_index("day")["weight_days"]
    days = (weight / weight.sum() * _DAYS_PER_YEAR).to_dict()
    weights = table.drop_duplicates("slice").set_index("slice")["weight_hours"]
    of = {name: name if name in known else str(name).rpartition("~")[0] for name in weights.index}
    all_parts = weights.groupby(of).sum()
    begun: dict[str, float] = {}
    entries = []
    for name in sorted(weights.index):
        day, first, length_hours = known[of[name]]
        share = float(weights[name] / all_parts[of[name]]) * length_hours
        start = begun.get(of[name], first)
        begun[of[name]] = start + share
        entries.append((name, str(day), days[day], start, share))
    return pd.DataFrame(entries, columns=["slice", "day", "days_per_year", "hour_utc", "hours"])
