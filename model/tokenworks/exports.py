"""Export rules: whether a system may be shipped to a country on a day, under a licence or a quota.

Rules are data. A rule *fits* a shipment that leaves the United States where

- the day lies within its dates,
- the destination, or what it is part of, is on that day a member of its group of destinations,
- the headquarters of the operator or of its parent lie in its group of headquarters,
- the operator, or its standing, is the one that it names, and
- the system meets all conditions of one of its alternatives.

What a rule leaves blank fits everything. Of the rules that fit, the one of highest precedence
decides; of those that tie, the most restrictive: denied, then licence, quota, allowed. Beyond a
quota the other rules decide (`Status.otherwise`). A condition on a figure that the system does not
state neither holds nor fails: where the decision hangs on it, the effect is `unknown`, which a plan
must not take for allowed. It is unknown too where rules exist and none fits. Without any rules
there is no export control, and everything is allowed.

Only the day of shipment counts: what is installed stays.
"""

from __future__ import annotations

import datetime as dt
import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from tokenworks.frames import lookup, rows
from tokenworks.schema.tables_export import EFFECTS

HOME = "us"  # the country whose law the rules are; within it nothing is exported
UNKNOWN = "unknown"

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
class Shipment:
    """Where a system goes, when and for whom.

    Attributes
    ----------
    destination
        Id of the jurisdiction of the site.
    day
        Day of shipment.
    headquarters
        Jurisdictions of the headquarters of the operator and of its parent.
    operators
        Names of the operator and its standing, such as ``validated-end-user``.
    """

    destination: str
    day: dt.date
    headquarters: tuple[str, ...] = (HOME,)
    operators: tuple[str, ...] = ()


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
        found = _plain(system.get(self.column))
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
        return tuple(n for n in dict.fromkeys(named) if _plain(system.get(n)) is None)


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


def export_status(system: System, shipment: Shipment, book: RuleBook) -> Status:
    """What the rules say of a system's shipment.

    Parameters
    ----------
    system
        Its row of `hardware`: column to value.
    shipment
        Where it goes, when and for whom.
    book
        The rules, from `rule_book`.

    Returns
    -------
    Status
        Allowed for every destination within the United States.
    """
    if not book.rules or HOME in book.with_parents(shipment.destination):
        return Status("allowed")
    reaching = [rule for rule in book.rules if _reaches(rule, shipment, book)]
    fitting = [(rule, rule.meant_for(system)) for rule in reaching]
    return _decided([(rule, meant) for rule, meant in fitting if meant is not False], system)


def quota_use(system: System, unit: str) -> float | None:
    """How much of a quota one system takes; None where its row does not state it.

    Parameters
    ----------
    system
        Its row of `hardware`.
    unit
        ``systems``, ``accelerators``, or ``tpp``: the total processing performance of all its
        accelerators.
    """
    if unit == "systems":
        return 1.0
    factors = [_plain(system.get("accelerators_count"))]
    if unit == "tpp":
        factors.append(_plain(system.get("tpp")))
    return None if None in factors else math.prod(float(factor) for factor in factors)


def _reaches(rule: Rule, shipment: Shipment, book: RuleBook) -> bool:
    """Whether the rule fits the shipment, whatever the system."""
    day = shipment.day
    if not rule.from_date <= day < rule.until_date:
        return False
    if rule.operator and rule.operator not in shipment.operators:
        return False
    group = rule.destination_group
    if group and not book.is_member(shipment.destination, group, day):
        return False
    group = rule.headquarters_group
    return not group or any(book.is_member(seat, group, day) for seat in shipment.headquarters)


def _decided(fitting: Sequence[tuple[Rule, bool | None]], system: System) -> Status:
    """The status by rules in order, each with whether it fits (True) or may fit (None)."""
    at = next((i for i, (_, meant) in enumerate(fitting) if meant), len(fitting))
    doubtful = [rule for rule, _ in fitting[:at]]
    if at == len(fitting):
        return _unknown(doubtful, doubtful, system)
    rule = fitting[at][0]
    if any(_differ(other.status, rule.status) for other in doubtful):
        return _unknown([*doubtful, rule], doubtful, system)
    if rule.status.quota is None:
        return rule.status
    return replace(rule.status, otherwise=_decided(fitting[at + 1 :], system))


def _unknown(between: list[Rule], doubtful: list[Rule], system: System) -> Status:
    lacking = dict.fromkeys(name for rule in doubtful for name in rule.not_stated(system))
    return Status(
        UNKNOWN,
        tuple(rule.rule for rule in between),
        grant_probability_fraction=0.0,
        not_stated=tuple(lacking),
    )


def _differ(one: Status, other: Status) -> bool:
    """Whether two rules say different things; quotas do, for each has an amount of its own."""
    return one != replace(other, rules=one.rules) or one.quota is not None


def _status(row: Any) -> Status:
    """What a rule says where it decides."""
    quota = None
    if row.effect == "quota":
        share = _plain(row.our_share_fraction)
        quota = Quota(
            float(row.quota_count),
            row.quota_unit,
            row.quota_period,
            1.0 if share is None else float(share),
        )
    chance = _plain(row.grant_probability_fraction)
    if row.effect == "denied":
        chance = 0.0
    return Status(
        row.effect,
        (row.rule,),
        int(_plain(row.licence_months) or 0),
        float(_plain(row.licence_cost_usd) or 0.0),
        1.0 if chance is None else float(chance),
        quota,
    )


def _span(row: Any) -> tuple[dt.date, dt.date]:
    """First day, and first day after it, of a row; the ends of time where blank."""
    return _plain(row.from_date) or dt.date.min, _plain(row.until_date) or dt.date.max


def _value(row: Any) -> Any:
    """The one value of a condition."""
    cells = (_plain(row.value_number), _plain(row.value_date), _plain(row.value_text))
    return next((cell for cell in cells if cell is not None), None)


def _plain(cell: Any) -> Any:
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
