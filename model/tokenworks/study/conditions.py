"""Exclusions of a study: conditions as data, never code.

A condition maps an axis or an address to what its level must be for the condition to hold: a value,
a list of values, or limits (`above`, `below`, `at_least`, `at_most`, `not`). Limits look at the
number of a level, of a factor or of a summand alike; ``{scale: {above: 1.2}}`` at a factor alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tokenworks.schema.cells import ACTIONS

LIMITS: dict[str, Callable[[Any, Any], bool]] = {
    "above": lambda value, limit: value > limit,
    "below": lambda value, limit: value < limit,
    "at_least": lambda value, limit: value >= limit,
    "at_most": lambda value, limit: value <= limit,
}
NOT = "not"


def excluded(
    conditions: Sequence[Mapping[str, Any]],
    labels: Mapping[str, Any],
    changes: Mapping[str, Any],
) -> bool:
    """Whether a run with these levels meets all parts of any condition."""
    return any(
        all(_holds(name, wanted, labels, changes) for name, wanted in condition.items())
        for condition in conditions
    )


def _holds(name: str, wanted: Any, labels: Mapping[str, Any], changes: Mapping[str, Any]) -> bool:
    # A level by its name, and by its value, where the run has either.
    levels = [of[name] for of in (labels, changes) if name in of]
    return any(_meets(level, wanted) for level in levels)


def _meets(level: Any, wanted: Any) -> bool:
    if isinstance(wanted, list):
        return any(_same(level, one) for one in wanted)
    if not isinstance(wanted, Mapping):
        return _same(level, wanted)
    action = next((key for key in ACTIONS if isinstance(wanted.get(key), Mapping)), None)
    if action is not None:
        of_action = isinstance(level, Mapping) and action in level
        return of_action and _meets(level[action], wanted[action])
    if not set(wanted) <= {*LIMITS, NOT}:
        return _same(level, wanted)
    if NOT in wanted and _meets(level, wanted[NOT]):
        return False
    number = next(iter(level.values())) if isinstance(level, Mapping) and level else level
    return all(
        _compares(number, limit, LIMITS[name]) for name, limit in wanted.items() if name != NOT
    )


def _compares(value: Any, limit: Any, meets: Callable[[Any, Any], bool]) -> bool:
    value, limit = _ordered(value), _ordered(limit)
    try:
        return meets(value, limit)
    except TypeError:
        return False  # a word is neither above nor below a number


def _ordered(value: Any) -> Any:
    """Dates as their text, which sorts as they do."""
    return value.isoformat() if isinstance(value, dt.date) else value


def _same(level: Any, wanted: Any) -> bool:
    if isinstance(level, bool) is not isinstance(wanted, bool):
        return False
    return bool(_ordered(level) == _ordered(wanted))
