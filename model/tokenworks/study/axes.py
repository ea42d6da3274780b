"""Axes of a grid and conditions of a study: what can be wrong with them, and how many runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tokenworks.schema.cells import ACTIONS
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.study import StudySpec
from tokenworks.schema.wording import listed, shown, suggestion
from tokenworks.study.conditions import LIMITS, NOT
from tokenworks.study.expand import is_address
from tokenworks.study.frame import RESERVED
from tokenworks.study.runs import BASE

Words = tuple[tuple[str, ...], str, str]  # keys, problem, remedy

_LISTED = "give a list of values, or a mapping of level names to values"
_NAMED = "give a mapping of level names to changes, such as `low: {finance.discount_rate: 0.06}`"


def grid_size(spec: StudySpec) -> int:
    """How many combinations the grid has, before exclusions."""
    size = 1
    for levels in spec.grid.values():
        size *= len(levels) if isinstance(levels, (list, Mapping)) else 1
    return size if spec.grid else 0


def grid_problems(spec: StudySpec) -> Iterator[Words]:
    """What is wrong with axes and exclusions."""
    for name, levels in spec.grid.items():
        if name in RESERVED:
            words = f"the frame of a study has a column {shown(name)} of its own"
            yield ("grid", name), words, "give the axis another name"
        yield from _axis_problems(("grid", name), name, levels)
    if BASE in spec.cases:
        yield ("cases", BASE), f"{shown(BASE)} is what the base itself is called", "rename the case"
    known = {"case", *spec.grid, *(a for changes in spec.cases.values() for a in changes)}
    known |= {a for row in spec.rows for a in row}
    known |= {
        address
        for levels in spec.grid.values()
        if isinstance(levels, Mapping)
        for changes in levels.values()
        if isinstance(changes, Mapping) and not set(changes) <= set(ACTIONS)
        for address in changes
    }
    for sample in (spec.latin_hypercube, spec.sobol):
        known |= set(sample.addresses) if sample else set()
    for number, condition in enumerate(spec.exclude):
        keys = ("exclude", str(number))
        if not condition:
            yield keys, "the condition is empty, and would leave out every run", "name an axis"
        for name, wanted in condition.items():
            if name not in known:
                yield (
                    (*keys, name),
                    f"no run has an axis or address {shown(name)}",
                    suggestion(name, sorted(known)),
                )
            yield from _limit_problems((*keys, name), wanted)


def _axis_problems(keys: tuple[str, ...], name: str, levels: Any) -> Iterator[Words]:
    address = is_address(name)
    if not isinstance(levels, (list, Mapping)):
        yield keys, f"{shown(levels)} is one value", _LISTED if address else _NAMED
    elif not levels:
        yield keys, "has no levels", _LISTED if address else _NAMED
    elif isinstance(levels, list):
        if not address:
            remedy = suggestion(name, list(Scenario.model_fields))
            yield (
                keys,
                f"{shown(name)} is no address, and its levels have no names",
                (f"{_NAMED}; for an address, {remedy}"),
            )
        elif any(levels[n] in levels[:n] for n in range(len(levels))):
            yield keys, "a level stands twice", "keep each once"
    elif address and set(levels) <= set(ACTIONS):
        words = f"{listed(levels)} would be read as names of levels"
        yield keys, words, "write a list, such as `[{scale: 0.8}, {scale: 1.2}]`"
    elif not address:
        for level, changes in levels.items():
            if changes is not None and not isinstance(changes, Mapping):
                yield (*keys, str(level)), f"{shown(changes)} is no change", _NAMED


def _limit_problems(keys: tuple[str, ...], wanted: Any) -> Iterator[Words]:
    if not isinstance(wanted, Mapping):
        return
    allowed = (*LIMITS, NOT, *ACTIONS)
    unknown = [key for key in wanted if key not in allowed]
    if unknown or not wanted:
        words = ", ".join(map(str, unknown)) or "{}"
        yield keys, f"{shown(words)} is no condition", f"choose one of {listed(allowed)}"
