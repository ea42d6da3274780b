"""Ways to ship systems: what the export rules leave open for a destination and system, by month.

A system is shipped on the day on which it enters service, the first of a month; what is installed
stays, whatever the rules become. A shipment has its *ways*, each a rule: within a quota, or under
a licence. Beyond a quota the rules say what holds otherwise, so there may be several; a shipment
that is allowed, be it beyond a quota, needs none.

A licence is filed from the first day of its rule on and granted its months later. One that is less
likely to be granted than the scenario asks (`exports.least_grant_probability_fraction`) counts as
not to be had; one that is at least so likely is counted upon: a plan is deterministic.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from tokenworks import leads
from tokenworks.calendar import add_months, whole_months_until
from tokenworks.export_rules import Quota, Rule, Status, plain, rule_book
from tokenworks.exports import HOME, Shipment, export_status, quota_use
from tokenworks.frames import NamedRow, rows, rows_by
from tokenworks.schema.tables_export import LICENCE
from tokenworks.schema.tables_power import SITE_ASSET

OPERATOR = "operator"


@dataclass(frozen=True)
class Way:
    """A rule by which a system may be shipped.

    Attributes
    ----------
    rule
        The rule.
    quota
        The amount, where it sets one; else it asks for a licence.
    use
        What one system takes of the quota.
    licence_months, licence_cost_usd
        From filing to grant, and what it costs in the month of filing.
    """

    rule: str
    quota: Quota | None = None
    use: float = 0.0
    licence_months: int = 0
    licence_cost_usd: float = 0.0


@dataclass(frozen=True)
class Open:
    """What is open to a shipment.

    Attributes
    ----------
    free
        Whether it needs neither quota nor licence.
    ways
        Its ways, where it is not free; without any it cannot be.
    refused
        Rules that keep it out, each with why.
    """

    free: bool
    ways: tuple[Way, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()

    @property
    def possible(self) -> bool:
        """Whether anything can be shipped."""
        return self.free or bool(self.ways)

    @property
    def names(self) -> set[str]:
        """Rules of its ways; a free one has a name of its own."""
        return {way.rule for way in self.ways} | ({""} if self.free else set())


FREE = Open(free=True)


class Shipments:
    """Ways of every shipment of a scenario.

    Parameters
    ----------
    tables
        The export tables, `jurisdictions` and `hardware`.
    start
        First day of the horizon, from which months are counted.
    least_probability
        Licences that are less likely to be granted count as not to be had.
    """

    def __init__(
        self, tables: Mapping[str, pd.DataFrame], start: dt.date, least_probability: float
    ) -> None:
        self.book = rule_book(tables)
        self.start = start
        self.least_probability = least_probability
        self.systems = {
            name: row._asdict() for name, row in rows_by(tables["hardware"], "system").items()
        }
        self._seats = [(row.role, _day(row.from_date), row.jurisdiction) for row in _seats(tables)]
        self._standings = [
            (row.standing, _day(row.from_date), plain(row.until_date) or dt.date.max)
            for row in rows(tables["operator_standings"])
        ]
        self._rules = {rule.rule: rule for rule in self.book.rules}
        self._known: dict[tuple[str, str, int], Open] = {}

    def is_home(self, destination: str) -> bool:
        """Whether nothing that goes there is an export, or no rules are given."""
        return not self.book.rules or HOME in self.book.with_parents(destination)

    def at(self, destination: str, system: str, month: int) -> Open:
        """What is open to a system's shipment on the first day of a month."""
        if self.is_home(destination):
            return FREE
        index = destination, system, month
        if index not in self._known:
            status = self.status(destination, system, add_months(self.start, month))
            self._known[index] = self._open(status, system, month)
        return self._known[index]

    def status(self, destination: str, system: str, day: dt.date) -> Status:
        """What the rules say of a shipment on a day."""
        shipment = Shipment(destination, day, self._headquarters(day), self._operators(day))
        return export_status(self.systems[system], shipment, self.book)

    def first_months(self, destination: str, system: str) -> list[int]:
        """Months from which a way is open that was not a month before, in order."""
        if self.is_home(destination):
            return [0]
        found, before = [], set[str]()
        for month in self._months:
            now = self.at(destination, system, month).names
            if now - before:
                found.append(month)
            before = now
        return found

    def first_filing(self, rule: str) -> int:
        """First month in which a licence under a rule can be filed."""
        begins = self._rules[rule].from_date
        return 0 if begins <= self.start else whole_months_until(self.start, begins)

    @cached_property
    def _months(self) -> list[int]:
        """Months at which something may change."""
        days = {*self.book.change_days(), *(day for _, day, _ in self._seats)}
        days |= {day for _, *span in self._standings for day in span}
        found = {0} | {
            whole_months_until(self.start, day)
            for day in days - {dt.date.min, dt.date.max}
            if day > self.start
        }
        return sorted(
            found
            | {
                self.first_filing(rule.rule) + rule.status.licence_months
                for rule in self.book.rules
                if rule.status.effect == LICENCE
            }
        )

    def _open(self, status: Status, system: str, month: int) -> Open:
        ways, refused = [], []
        for part in _chain(status):
            words = " or ".join(part.rules) or "no rule"
            if part.effect == "allowed":
                return FREE
            if part.quota is not None:
                use = quota_use(self.systems[system], part.quota.unit)
                if use is None:
                    refused.append((words, f"quota in {part.quota.unit}, which it does not state"))
                else:
                    ways.append(Way(words, part.quota, use))
            elif part.effect == LICENCE:
                why = self._why_no_licence(self._rules[words], month)
                if why:
                    refused.append((words, why))
                else:
                    ways.append(
                        Way(
                            words,
                            licence_months=part.licence_months,
                            licence_cost_usd=part.licence_cost_usd,
                        )
                    )
            else:
                refused.append((words, part.effect))
        return Open(free=False, ways=tuple(ways), refused=tuple(refused))

    def _why_no_licence(self, rule: Rule, month: int) -> str:
        """Why a licence cannot be counted upon in a month; nothing where it can."""
        if rule.status.grant_probability_fraction < self.least_probability:
            return "licence too unlikely"
        if month < self.first_filing(rule.rule) + rule.status.licence_months:
            return "licence not granted in time"
        return ""

    def _headquarters(self, day: dt.date) -> tuple[str, ...]:
        """Where the operator and its parent have their headquarters on a day."""
        seats: dict[str, str] = {OPERATOR: HOME}
        first: set[str] = set()
        for role, begins, place in self._seats:  # in order of date
            if begins <= day or role not in first:
                seats[role] = place
                first.add(role)
        return tuple(seats.values())

    def _operators(self, day: dt.date) -> tuple[str, ...]:
        return tuple(name for name, begins, ends in self._standings if begins <= day < ends)


def first_services(
    tables: Mapping[str, pd.DataFrame], start: dt.date, least_probability: float
) -> set[int]:
    """Months at which export rules first let systems enter service abroad; see `leads`."""
    shipments = Shipments(tables, start, least_probability)
    permits = leads.permits_by_site(tables)
    found: set[int] = set()
    for site in rows(tables["sites"]):
        if shipments.is_home(site.jurisdiction):
            continue
        routes = permits.get((site.site, SITE_ASSET), [])
        opened = leads.earliest_service(leads.site_stages(site), routes)
        for system in rows(tables["hardware"]):
            ready = leads.first_month(system.first_order, start) + int(system.lead_months)
            months = shipments.first_months(site.jurisdiction, system.system)
            found |= {max(opened, ready, month) for month in months}
    return found


def quota_span(period: str, year: int) -> str:
    """What a quota is counted over: a calendar year, or all of its rule's time."""
    return str(year) if period == "year" else period


def _seats(tables: Mapping[str, pd.DataFrame]) -> Iterator[NamedRow]:
    return rows(tables["operator_seats"].sort_values("from_date"))


def _day(cell: object) -> dt.date:
    found = plain(cell)
    return found if isinstance(found, dt.date) else dt.date.min


def _chain(status: Status) -> Iterator[Status]:
    """The status and what holds beyond its quotas."""
    part: Status | None = status
    while part is not None:
        yield part
        part = part.otherwise
