"""The runs of a sweep: cases, grid, list and samples, less what is excluded."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tokenworks.schema.scenario import Scenario
from tokenworks.schema.study import StudySpec
from tokenworks.study.conditions import excluded
from tokenworks.study.runs import BASE, Run, canonical, in_order, run_id
from tokenworks.study.samples import points

# An axis: the levels, each with what the run is labelled by and what it changes.
Axis = list[tuple[Any, dict[str, Any]]]


def sweep_runs(spec: StudySpec) -> list[Run]:
    """Runs in the order of the file: the base, cases, grid, list, samples.

    The grid is walked as a snake, so that one run differs from the next in one axis. What changes
    the same as a run before it is left out; what changes nothing is the base, and gives it its
    labels.
    """
    found: dict[str, Run] = {canonical([]): Run(BASE, {}, {"case": BASE})}
    for labels, changes in _wanted(spec):
        if excluded(spec.exclude, labels, changes):
            continue
        key = canonical(in_order(changes))
        if not changes:
            if found[key].labels == {"case": BASE}:
                found[key] = Run(BASE, {}, labels)
            continue
        if key not in found:
            found[key] = Run(run_id(changes, labels), changes, labels)
    return list(found.values())


def _wanted(spec: StudySpec) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Labels and changes of every run that the sections make."""
    for name, changes in spec.cases.items():
        yield {"case": name}, dict(changes)
    if spec.grid:
        axes = {name: axis_of(name, levels) for name, levels in spec.grid.items()}
        for combination in _snake(list(axes.values())):
            labels = {name: label for name, (label, _) in zip(axes, combination, strict=True)}
            changes = {}
            for _, of_level in combination:
                changes.update(of_level)
            yield labels, changes
    for row in spec.rows:
        yield dict(row), dict(row)
    for sample, method in ((spec.latin_hypercube, "latin hypercube"), (spec.sobol, "sobol")):
        if sample is not None:
            for point in points(sample, method):
                yield dict(point), dict(point)


def axis_of(name: str, levels: Any) -> Axis:
    """Levels of an axis: label and changes.

    Parameters
    ----------
    name
        Address, or a name of the study's own.
    levels
        List of values, or mapping of level names to values or, where the name is no address, to
        changes.
    """
    if isinstance(levels, Mapping):
        if is_address(name):
            return [(str(level), {name: value}) for level, value in levels.items()]
        return [(str(level), dict(changes or {})) for level, changes in levels.items()]
    return [(value, {name: value}) for value in levels]


def is_address(name: str) -> bool:
    """Whether the name of an axis is an address of a scenario, and not a name of its own."""
    head = name.strip().partition(".")[0].partition("[")[0]
    return "." in name or "[" in name or head in Scenario.model_fields


def _snake(axes: list[Axis]) -> Iterable[tuple[tuple[Any, dict[str, Any]], ...]]:
    """All combinations, the last axis fastest, each next to the one before it."""
    places = itertools.product(*(range(len(axis)) for axis in axes))
    for place in places:
        turned = []
        before = 0  # rank of the axes so far: an odd one walks the next axis backwards
        for axis, at in zip(axes, place, strict=True):
            turned.append(axis[len(axis) - 1 - at] if before % 2 else axis[at])
            before = before * len(axis) + at
        yield tuple(turned)
