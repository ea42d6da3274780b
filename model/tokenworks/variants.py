"""What a plan is held against: business as usual, and a horizon some years longer."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Literal

import pandas as pd

from tokenworks.calendar import MONTHS_PER_YEAR, months_between
from tokenworks.frames import rows
from tokenworks.inputs import Inputs, prepare
from tokenworks.io.tables import LoadedTable

Usual = Literal["rent", "grid"]


def business_as_usual(x: Inputs, kind: Usual) -> dict[str, Any]:
    """Changes, as `Scenario.with_` takes them, that make a scenario one of business as usual.

    Parameters
    ----------
    x
        Inputs of the scenario.
    kind
        ``rent``: nothing is built, all that the cloud offers can be rented. ``grid``: sites with
        firm grid power alone, and systems that are for sale at the start of the horizon, of
        whichever vendors; the cloud stays on offer. In both, what is neither owned nor rented is
        unserved. What is held is part of the usual business on the grid, and of none that rents.
        Neither is asked for power by a date (`policy.power_due_months`): to be late is what the
        usual business costs.
    """
    if kind == "rent":
        return {"tables.sites[*].enabled": False, "policy.power_due_months": None}
    never = x.tables["periods"]["end"].max().date()
    changes: dict[str, Any] = {
        "tables.power_technologies[*].first_order": never,
        "policy.most_vendor_fraction": None,
        "policy.power_due_months": None,
    }
    for row in rows(x.tables["hardware"]):
        if row.first_order > pd.Timestamp(x.calendar.start):
            changes[f"tables.hardware[{row.system}].first_order"] = never
    routes = x.tables["interconnection_routes"]
    held = set(x.tables["holdings"]["asset"])
    for row in rows(routes[(routes["firmness"] != "firm") & ~routes["route"].isin(held)]):
        changes[f"tables.interconnection_routes[{row.route}].max_mw"] = 0.0
    return changes


def longer_horizon(x: Inputs, years: int) -> Inputs:
    """The same inputs with one more period at the end.

    Demand stays at the level that the last period ends with; every row that is keyed by period is
    that of the last one; prices by year go on as they do beyond their last year. So nothing new is
    asked for, and what was built for the last year runs on instead of being valued.

    Parameters
    ----------
    x
        Inputs of a scenario.
    years
        Length of the period.
    """
    table = x.loaded["periods"]
    last = table.frame.sort_values("end").iloc[-1]
    name = _unused(f"{last['period']}-on", set(table.frame["period"]))
    end = last["end"] + pd.DateOffset(years=years)
    months = months_between(last["start"].date(), last["end"].date())
    seconds = last["seconds"] / months * MONTHS_PER_YEAR * years
    added = {"period": name, "start": last["end"], "end": end, "seconds": seconds}
    loaded = {
        other: _carried_on(one, str(last["period"]), name, months)
        for other, one in x.loaded.items()
    }
    of_last = table.frame[table.frame["period"] == last["period"]]
    loaded["periods"] = _with_rows(table, of_last.assign(**added))
    return prepare(x.scenario, loaded)


def _carried_on(loaded: LoadedTable, last: str, name: str, months: float) -> LoadedTable:
    """The table with the rows of the last period once more, for the period after it."""
    columns = [c.name for c in loaded.table.columns if c.refers_to == "periods.period"]
    for column in columns:
        copied = loaded.frame[loaded.frame[column] == last].assign(**{column: name})
        if loaded.table.name == "demand":
            rises = [_end_over_mean(rate, months) for rate in copied["growth_rate"]]
            level = copied["output_tokens_per_s"] * rises
            copied = copied.assign(output_tokens_per_s=level, growth_rate=0.0)
        loaded = _with_rows(loaded, copied)
    return loaded


def _end_over_mean(growth_rate: float, months: float) -> float:
    """Level at the end of a period over its mean, for a level that grows as (1+g)^t."""
    growth = math.log1p(growth_rate) * months / MONTHS_PER_YEAR
    return growth / -math.expm1(-growth) if growth else 1.0


def _with_rows(loaded: LoadedTable, added: pd.DataFrame) -> LoadedTable:
    lines = range(int(loaded.frame.index.max()) + 1, int(loaded.frame.index.max()) + 1 + len(added))
    return replace(loaded, frame=pd.concat([loaded.frame, added.set_axis(list(lines))]))


def _unused(name: str, taken: set[str]) -> str:
    return name if name not in taken else _unused(f"{name}-on", taken)
