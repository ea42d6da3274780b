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
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tokenworks.export_rules import Rule, RuleBook, Status, System, plain

HOME = "us"  # the country whose law the rules are; within it nothing is exported
UNKNOWN = "unknown"


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
    factors = [plain(system.get("accelerators_count"))]
    if unit == "tpp":
        factors.append(plain(system.get("tpp")))
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
