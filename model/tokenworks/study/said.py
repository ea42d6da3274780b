"""Every change that a study file makes: where it stands, its address, its value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tokenworks.schema.study import StudySpec
from tokenworks.schema.wording import shown
from tokenworks.study.draws import extremes
from tokenworks.study.expand import axis_of, is_address

# Values tried of one address; a longer list is tried run by run.
MOST_TRIED = 200

Keys = tuple[str, ...]
Said = Iterator[tuple[Keys, str, Any]]
Words = tuple[Keys, str, str]  # keys, problem, remedy


def said(spec: StudySpec) -> Said:
    """Every change of a study, once."""
    for name, changes in spec.cases.items():
        yield from _each(("cases", name), changes)
    for number, row in enumerate(spec.rows[:MOST_TRIED]):
        yield from _each(("list", str(number)), row)
    for name, levels in spec.grid.items():
        for label, changes in axis_of(name, levels)[:MOST_TRIED]:
            if is_address(name):
                yield ("grid", name), name, changes[name]
            else:
                yield from _each(("grid", name, str(label)), changes)
    for section in ("latin_hypercube", "sobol"):
        sample = getattr(spec, section)
        for address, draw in sample.addresses.items() if sample else ():
            for value in extremes(draw):
                yield (section, "addresses", address), address, value
    yield from _of_kinds(spec)


def _of_kinds(spec: StudySpec) -> Said:
    for name, end, level in _factors(spec):
        keys = ("tornado", "factors", name, end)
        if is_address(name):
            yield keys, name, level
        else:
            yield from _each(keys, level or {})
    for name, changes in spec.regret.futures.items() if spec.regret else ():
        yield from _each(("regret", "futures", name), changes)
    asked = spec.break_even
    if asked is not None:
        for end, value in (("low", asked.low), ("high", asked.high)):
            level = value if asked.action == "set" else {asked.action: value}
            yield ("break_even", end), asked.address, level
        yield from _each(("break_even", "against"), asked.against or {})


def level_problems(spec: StudySpec) -> Iterator[Words]:
    """Levels of a tornado's named factors that are no changes."""
    for name, end, level in _factors(spec):
        if not is_address(name) and level is not None and not isinstance(level, Mapping):
            remedy = "give changes, such as `{finance.discount_rate: 0.06}`, or name an address"
            yield ("tornado", "factors", name, end), f"{shown(level)} is no change", remedy


def _factors(spec: StudySpec) -> Iterator[tuple[str, str, Any]]:
    for name, swing in spec.tornado.factors.items() if spec.tornado else ():
        yield name, "low", swing.low
        yield name, "high", swing.high


def _each(keys: Keys, changes: Mapping[str, Any]) -> Said:
    for address, value in changes.items():
        yield (*keys, address), address, value
