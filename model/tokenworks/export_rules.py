"""Export rules as data: what a rule, its conditions and its groups hold, read from the tables.

What the rules say of a shipment stands in `exports`.
"""

from __future__ import annotations

import datetime as dt
import math
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from tokenworks.frames import lookup, rows
from tokenworks.schema.tables_export import EFFECTS

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
    "before": operator.lt,
    "after": operator.gt,
}

# A system: columns of `hardware` to values; a column that is missing or blank is not stated.
System = Mapping[str, Any]


@dataclass(frozen=True)
class Quota:
    """An amount that may be shipped.

    Attributes
    ----------
    amount
        The whole quota, in `unit`.
    unit
        What it counts: ``systems``, ``accelerators`` or ``tpp`` (see `quota_use`).
    period
        ``year`` for every calendar year, ``cumulative`` for the rule's whole time.
    our_share_fraction
        Share of it that the plan may use.
    """

    amount: float
    unit: str
    period: str
    our_share_fraction: float

    @property
    def ours(self) -> float:
        """The part of it that the plan may use."""
        return self.amount * self.our_share_fraction


@dataclass(frozen=True)
class Status:
    """What the rules say of a shipment.

    Attributes
    ----------
    effect
        ``allowed``, ``quota``, ``licence``, ``denied`` or ``unknown``.
    rules
        The rule that decides; where the effect is unknown, those between which it is open.
    licence_months
        From filing to grant; 0 where nothing is filed.
    licence_cost_usd
        Cost of it, in the table's dollars.
    grant_probability_fraction
        Chance of the grant; 1 where nothing is filed, 0 where denied or unknown.
    quota
        The amount, where the effect is a quota.
    otherwise
        What holds beyond the quota.
    not_stated
        Columns of `hardware` whose figures are missing and would decide.
    """

    effect: str
    rules: tuple[str, ...] = ()
    licence_months: int = 0
    licence_cost_usd: float = 0.0
    grant_probability_fraction: float = 1.0
    quota: Quota | None = None
    otherwise: Status | None = None
    not_stated: tuple[str, ...] = ()


@dataclass(frozen=True)
class Condition:
    """A hardware column, a comparison and the value that it is compared with."""

    column: str
    comparison: str
    value: Any

    def holds(self, system: System) -> bool | None:
        """Whether it holds; None where the system does not state the figure."""
        found = plain(system.get(self.column))
        return None if found is None else _COMPARE[self.comparison](found, self.value)


@dataclass(frozen=True)
class Membership:
    """A jurisdiction's time in a group."""

    jurisdiction: str
    from_date: dt.date
    until_date: dt.date


@dataclass(frozen=True)
class Rule:
    """An export rule with its conditions, by alternative; see the table `export_rules`."""

    rule: str
    from_date: dt.date
    until_date: dt.date
    precedence: int
    destination_group: str
    headquarters_group: str
    operator: str
    status: Status
    alternatives: tuple[tuple[Condition, ...], ...]

    @property
    def order(self) -> tuple[int, int, str]:
        """Rules sorted by it: the one that goes before comes first."""
        return (-self.precedence, -EFFECTS.index(self.status.effect), self.rule)

    def meant_for(self, system: System) -> bool | None:
        """Whether the system meets the conditions; None where that is not stated."""
        if not self.alternatives:
            return True
        met = [_all(c.holds(system) for c in conditions) for conditions in self.alternatives]
        return True if True in met else None if None in met else False

    def not_stated(self, system: System) -> tuple[str, ...]:
        """Columns of its conditions that the system does not state."""
        named = [c.column for conditions in self.alternatives for c in conditions]
        return tuple(n for n in dict.fromkeys(named) if plain(system.get(n)) is None)


@dataclass(frozen=True)
class RuleBook:
    """Rules in the order in which they decide, memberships by group, parents of jurisdictions."""

    rules: tuple[Rule, ...]
    groups: Mapping[str, tuple[Membership, ...]] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)

    def is_member(self, jurisdiction: str, group: str, day: dt.date) -> bool:
        """Whether a jurisdiction, or what it is part of, is in the group on that day."""
        places = self.with_parents(jurisdiction)
        return any(
            m.jurisdiction in places and m.from_date <= day < m.until_date
            for m in self.groups.get(group, ())
        )

    def with_parents(self, jurisdiction: str) -> tuple[str, ...]:
        """The jurisdiction, what it is part of, and so on."""
        places = [jurisdiction]
        while self.parents.get(places[-1]):
            places.append(self.parents[places[-1]])
        return tuple(places)

    def change_days(self) -> tuple[dt.date, ...]:
        """Days on which a rule or a membership begins or ends: between them nothing changes."""
        spans = [(r.from_date, r.until_date) for r in self.rules]
        spans += [(m.from_date, m.until_date) for g in self.groups.values() for m in g]
        days = {day for span in spans for day in span}
        return tuple(sorted(days - {dt.date.min, dt.date.max}))


def rule_book(tables: Mapping[str, pd.DataFrame]) -> RuleBook:
    """Rules, groups and parents from checked tables.

    Parameters
    ----------
    tables
        Frames of `export_rules`, `export_conditions`, `jurisdiction_groups` and `jurisdictions`.
    """
    groups: dict[str, tuple[Membership, ...]] = {}
    for row in rows(tables["jurisdiction_groups"]):
        member = Membership(row.jurisdiction, *_span(row))
        groups[row.group] = (*groups.get(row.group, ()), member)
    alternatives: dict[str, dict[int, tuple[Condition, ...]]] = {}
    for row in rows(tables["export_conditions"]):
        of_rule = alternatives.setdefault(row.rule, {})
        condition = Condition(row.hardware_column, row.comparison, _value(row))
        number = int(row.alternative_index)
        of_rule[number] = (*of_rule.get(number, ()), condition)
    rules = [
        Rule(
            row.rule,
            *_span(row),
            precedence=int(row.precedence_index),
            destination_group=row.destination_group,
            headquarters_group=row.headquarters_group,
            operator=row.operator,
            status=_status(row),
            alternatives=tuple(alternatives.get(row.rule, {}).values()),
        )
        for row in rows(tables["export_rules"])
    ]
    return RuleBook(
        rules=tuple(sorted(rules, key=lambda rule: rule.order)),
        groups=groups,
        parents=lookup(tables["jurisdictions"], "jurisdiction", "parent"),
    )


def _status(row: Any) -> Status:
    """What a rule says where it decides."""
    quota = None
    if row.effect == "quota":
        quota = Quota(
            float(row.quota_count),
            row.quota_unit,
            row.quota_period,
            float(row.our_share_fraction),
        )
    chance = plain(row.grant_probability_fraction)
    if row.effect == "denied":
        chance = 0.0
    return Status(
        row.effect,
        (row.rule,),
        int(plain(row.licence_months) or 0),
        float(plain(row.licence_cost_usd) or 0.0),
        1.0 if chance is None else float(chance),
        quota,
    )


def _span(row: Any) -> tuple[dt.date, dt.date]:
    """First day, and first day after it, of a row; the ends of time where blank."""
    return plain(row.from_date) or dt.date.min, plain(row.until_date) or dt.date.max


def _value(row: Any) -> Any:
    """The one value of a condition."""
    cells = (plain(row.value_number), plain(row.value_date), plain(row.value_text))
    return next((cell for cell in cells if cell is not None), None)


def plain(cell: Any) -> Any:
    """A cell as a number, a date or text; true and false as those words; None where blank."""
    if cell is None or cell is pd.NaT or cell is pd.NA or cell == "":
        return None
    if isinstance(cell, float) and math.isnan(cell):
        return None
    if hasattr(cell, "item"):
        cell = cell.item()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, dt.datetime):
        return cell.date()
    return cell


def _all(values: Iterable[bool | None]) -> bool | None:
    """Three-valued "and": false where one is, else unknown where one is."""
    found = list(values)
    return False if False in found else None if None in found else True
