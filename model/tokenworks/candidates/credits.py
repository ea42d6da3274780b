"""Which tax credit a module gets, by the dates on which it is built and placed in service."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from tokenworks.candidates.supply import VARIANT
from tokenworks.frames import NamedRow, given, rows
from tokenworks.inputs import Inputs


@dataclass(frozen=True)
class Credit:
    """A tax credit.

    Attributes
    ----------
    name
        Id; blank where there is none.
    investment_fraction
        Share of the capital, paid in the month of service.
    production_usd_per_mwh, production_years
        Paid on what is generated, for so many years of service.
    """

    name: str = ""
    investment_fraction: float = 0.0
    production_usd_per_mwh: float = 0.0
    production_years: float = 0.0


class Credits:
    """Tax credits of a scenario.

    Of the credits whose dates fit, the one counts of which construction has to start soonest: so
    that rates which fall with the start of construction are rows beneath each other.
    """

    def __init__(self, x: Inputs) -> None:
        self._rows: dict[str, list[NamedRow]] = {}
        for row in rows(x.tables["tax_credits"]):
            self._rows.setdefault(row.technology, []).append(row)
        for known in self._rows.values():
            known.sort(key=_last_start)

    def of(self, technology: str, built: dt.date, service: dt.date) -> Credit:
        """Credit of a technology, or of the one that it is a variant of."""
        base = technology.partition(VARIANT)[0]
        for row in self._rows.get(technology, self._rows.get(base, [])):
            in_time = pd.Timestamp(built) < _last_start(row)
            begun = pd.isna(row.from_date) or row.from_date <= pd.Timestamp(service)
            ended = pd.notna(row.until_date) and row.until_date <= pd.Timestamp(service)
            if in_time and begun and not ended:
                return Credit(
                    row.credit,
                    given(row.investment_credit_fraction, 0.0),
                    given(row.production_credit_usd_per_mwh, 0.0),
                    given(row.production_credit_years, 0.0),
                )
        return Credit()


def _last_start(row: NamedRow) -> pd.Timestamp:
    """First day on which construction may no longer start."""
    return pd.Timestamp(given(row.construction_until_date, pd.Timestamp.max))
