"""Holdings of a plan on a day, from which a re-planning starts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from tokenworks.frames import lookup, rows
from tokenworks.plan import Plan
from tokenworks.schema import tables_holdings as kinds
from tokenworks.schema.tables_power import SITE_ASSET

# Less than this is the solver's noise.
LEAST = 1e-6
Entry = tuple[str, str, str, pd.Timestamp, float | None, float | None]


def holdings_of(plan: Plan, date: dt.date) -> pd.DataFrame:
    """What a plan holds on a day, as the table `holdings` of a scenario that starts then.

    Parameters
    ----------
    plan
        A solved plan.
    date
        The day; what the plan does on it is still to be decided.

    Returns
    -------
    DataFrame
        A row for every vintage that serves, every order that arrives later and every route filed.
    """
    day = pd.Timestamp(date)
    entries = [*_blocks(plan, day), *_power(plan, day), *_systems(plan, day), *_routes(plan, day)]
    columns = ["kind", "site", "asset", "date", "amount_count", "amount_mw"]
    frame = pd.DataFrame(entries, columns=columns)
    numbers = range(1, len(frame) + 1)
    frame.insert(0, "holding", [f"held-{n}" for n in numbers])
    return frame.assign(name="", source="", confidence="assumed")


def _blocks(plan: Plan, day: pd.Timestamp) -> Iterator[Entry]:
    months = lookup(plan.inputs.tables["sites"], "site", "construction_months")
    energised = plan.timeline[plan.timeline["milestone"] == "blocks energised"]
    for row in rows(energised):
        broken = row.date - pd.DateOffset(months=int(months[row.site]))
        count = float(round(row.amount_count))
        if count and row.date < day:
            yield kinds.SITE, row.site, "", row.date, count, None
        elif count and broken < day:
            yield kinds.ORDER, row.site, SITE_ASSET, broken, count, None


def _power(plan: Plan, day: pd.Timestamp) -> Iterator[Entry]:
    left = _left(plan, day)
    for row in rows(plan.power):
        entered = row.entering_mw if row.kind == "grid" else row.entering_modules
        amount = entered - left.get((row.site, row.source, row.in_service), 0.0)
        if amount <= LEAST:
            continue
        if row.kind == "grid":
            if row.in_service < day:
                yield kinds.CONTRACT, row.site, row.source, row.in_service, None, amount
        elif row.in_service < day:
            yield kinds.POWER, row.site, row.source, row.in_service, amount, None
        elif row.ordered < day:
            yield kinds.ORDER, row.site, row.source, row.ordered, amount, None


def _systems(plan: Plan, day: pd.Timestamp) -> Iterator[Entry]:
    left = _left(plan, day)
    for row in rows(plan.hardware):
        amount = row.bought_systems - left.get((row.site, row.system, row.in_service), 0.0)
        if amount > LEAST and row.in_service < day:
            yield kinds.HARDWARE, row.site, row.system, row.in_service, amount, None
        elif amount > LEAST and row.ordered < day:
            yield kinds.ORDER, row.site, row.system, row.ordered, amount, None


def _routes(plan: Plan, day: pd.Timestamp) -> Iterator[Entry]:
    for row in rows(plan.routes):
        if row.granted < day:
            yield kinds.PERMIT, row.site, row.route, row.granted, None, None
        elif row.filed < day:
            yield kinds.QUEUE_POSITION, row.site, row.route, row.filed, None, None


def _left(plan: Plan, day: pd.Timestamp) -> dict[tuple[str, str, pd.Timestamp], float]:
    """What has left before a day, by site, asset and day of service."""
    gone = plan.departures[plan.departures["leaves"] < day]
    found: dict[tuple[str, str, pd.Timestamp], float] = {}
    for row in rows(gone):
        index = row.site, row.asset, row.in_service
        found[index] = found.get(index, 0.0) + row.amount_count
    return found
