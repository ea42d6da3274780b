"""Two axes of a grid that change the same figure: a run would have the level of one alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from tokenworks.errors import InputError
from tokenworks.schema.addresses import ANY, CellAddress, DottedKey, parse_address
from tokenworks.schema.cells import ACTIONS
from tokenworks.schema.study import StudySpec
from tokenworks.schema.wording import shown
from tokenworks.study.expand import axis_of

Words = tuple[tuple[str, ...], str, str]  # keys, problem, remedy


def overlap_problems(spec: StudySpec) -> Iterator[Words]:
    """Axes of which a later one hides what an earlier one has set.

    The same address in two axes always does. Addresses that share figures do where the later one
    sets them; one that scales or adds goes on from what the earlier has made.
    """
    axes = {name: _changes(name, levels) for name, levels in spec.grid.items()}
    for (one, before), (other, after) in itertools.combinations(axes.items(), 2):
        for address, values in after.items():
            hidden = [a for a in before if _hides(a, address, values)]
            if hidden:
                words = f"{shown(address)} replaces what the axis {shown(one)} changes"
                if hidden[0] != address:
                    words += f" by {shown(hidden[0])}"
                remedy = "put both into one axis with named levels, or take one out"
                yield ("grid", other), words, remedy


def _changes(name: str, levels: Any) -> dict[str, list[Any]]:
    """Address to its values over the levels of an axis; none of one that is none."""
    if not isinstance(levels, (list, Mapping)):
        return {}
    found: dict[str, list[Any]] = {}
    try:
        for _, changes in axis_of(name, levels):
            for address, value in changes.items():
                found.setdefault(address.strip(), []).append(value)
    except (TypeError, ValueError, AttributeError):
        return {}  # a level that is no change, which is said elsewhere
    return found


def _hides(one: str, other: str, values: list[Any]) -> bool:
    if one == other:
        return True
    sets = any(not (isinstance(v, Mapping) and set(v) <= set(ACTIONS)) for v in values)
    return sets and _share(_parsed(one), _parsed(other))


def _parsed(address: str) -> DottedKey | CellAddress | None:
    try:
        return parse_address(address)
    except InputError:
        return None  # which is said elsewhere


def _share(one: DottedKey | CellAddress | None, other: DottedKey | CellAddress | None) -> bool:
    if not isinstance(one, CellAddress) or not isinstance(other, CellAddress):
        return one == other and one is not None
    if (one.table, one.column) != (other.table, other.column):
        return False
    return all(a == b or ANY in (a, b) for a, b in zip(one.key, other.key, strict=True))
