"""What is held when the horizon starts, as vintages of their own month of service.

A holding enters service like what a plan builds, only earlier: in a month before the horizon, or,
where it was ordered, in a month of it that nobody can choose any more. Payments before the horizon
are sunk; what is still due, upkeep, resale and what is left at the end count as for any vintage.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from tokenworks import leads
from tokenworks.calendar import months_between
from tokenworks.frames import rows, rows_by
from tokenworks.schema import tables_holdings as kinds
from tokenworks.schema.tables_power import SITE_ASSET


@dataclass(frozen=True)
class Holding:
    """A holding that serves, or will.

    Attributes
    ----------
    kind
        ``site``, ``contract``, ``power`` or ``hardware``, also where it was only ordered.
    site, asset
        Where and what it is.
    month
        Month of the horizon in which it enters service; negative before its start.
    amount
        Blocks, MW, modules or systems.
    """

    kind: str
    site: str
    asset: str
    month: int
    amount: float


def holdings(tables: Mapping[str, pd.DataFrame], start: dt.date) -> list[Holding]:
    """Holdings that serve, in order of the table; permits and what is filed stand in `leads`.

    Parameters
    ----------
    tables
        Input tables.
    start
        First day of the horizon.
    """
    technologies = rows_by(tables["power_technologies"], "technology")
    systems = rows_by(tables["hardware"], "system")
    sites = rows_by(tables["sites"], "site")
    found = []
    for row in rows(tables["holdings"]):
        if row.kind in (kinds.PERMIT, kinds.QUEUE_POSITION):
            continue
        kind, month = row.kind, month_of(row.date, start)
        if kind == kinds.ORDER and row.asset == SITE_ASSET:
            kind, month = kinds.SITE, month + leads.site_stages(sites[row.site]).months
        elif kind == kinds.ORDER and row.asset in systems:
            kind, month = kinds.HARDWARE, month + int(systems[row.asset].lead_months)
        elif kind == kinds.ORDER:
            stages = leads.technology_stages(technologies[row.asset], start)
            kind, month = kinds.POWER, month + stages.months
        amount = row.amount_mw if kind == kinds.CONTRACT else row.amount_count
        asset = "" if kind == kinds.SITE else row.asset
        found.append(Holding(kind, row.site, asset, month, float(amount)))
    return found


def month_of(date: pd.Timestamp, start: dt.date) -> int:
    """Month of the horizon in which a day lies; negative before its start."""
    return round(months_between(start, date.date().replace(day=1)))


def first_services(tables: Mapping[str, pd.DataFrame], start: dt.date) -> set[int]:
    """Months in which what was ordered arrives, and in which open sites can have more blocks."""
    held = holdings(tables, start)
    sites = rows_by(tables["sites"], "site")
    found = {holding.month for holding in held}
    found |= {leads.site_stages(sites[h.site]).months for h in held if h.kind == kinds.SITE}
    return {month for month in found if month >= 0}


def of_kind(held: list[Holding], kind: str) -> dict[tuple[str, str, int], float]:
    """(site, asset, month of service) to the amount held of a kind."""
    found: dict[tuple[str, str, int], float] = {}
    for h in held:
        if h.kind == kind:
            index = h.site, h.asset, h.month
            found[index] = found.get(index, 0.0) + h.amount
    return found
