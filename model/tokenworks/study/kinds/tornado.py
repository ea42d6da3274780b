"""A tornado: each factor alone at its low and at its high level, the widest swing first."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from tokenworks.errors import InputError
from tokenworks.schema.study_kinds import Swing, Tornado
from tokenworks.study.expand import axis_of
from tokenworks.study.kinds.measures import Level, level, unit_of_measure
from tokenworks.study.kinds.sections import measure_problems, section_of
from tokenworks.study.runs import BASE, Finished, Prepared, Run, run_id

COLUMNS = (
    "rank",
    "factor",
    "low_level",
    "high_level",
    "measure",
    "unit",
    "base_value",
    "low_value",
    "high_value",
    "low_change",
    "low_change_least",
    "low_change_most",
    "low_verdict",
    "high_change",
    "high_change_least",
    "high_change_most",
    "high_verdict",
    "swing",
    "swing_least",
    "swing_most",
    "verdict",
)


class OneByOne:
    """Two runs a factor, all in the first round."""

    def first(self, study: Prepared) -> Sequence[Run]:
        """A run for every level of every factor."""
        asked = section_of(study, Tornado)
        problems = measure_problems(study, "tornado.measure", asked.measure)
        if problems:
            raise InputError(problems)
        return [run for name, swing in asked.factors.items() for run in runs_of(name, swing)]

    def further(self, study: Prepared, finished: Mapping[str, Finished]) -> Sequence[Run]:
        """None: all runs are known beforehand."""
        del study, finished
        return ()

    def frames(
        self, study: Prepared, finished: Mapping[str, Finished]
    ) -> Mapping[str, pd.DataFrame]:
        """Table ``tornado``: a factor, what either level makes of the measure, and how far apart.

        Changes are intervals [least, most]: of the objective what the bounds prove, of any other
        measure the figure of the plans found. A factor at which a run has no plan stands first, as
        nothing moves more.
        """
        asked = section_of(study, Tornado)
        base = level(finished[BASE], asked.measure) if BASE in finished else None
        entries = []
        for name, swing in asked.factors.items():
            low, high = (finished.get(run.id) for run in runs_of(name, swing))
            entries.append(_entry(asked.measure, name, swing, base, (low, high)))
        entries.sort(key=lambda entry: (-entry["swing"], entry["factor"]))
        frame = pd.DataFrame(
            [{"rank": n, **entry} for n, entry in enumerate(entries, start=1)], columns=[*COLUMNS]
        )
        return {"tornado": frame.replace({"swing": {math.inf: math.nan}})}


def runs_of(name: str, swing: Swing) -> list[Run]:
    """The run at the low level and the one at the high one."""
    found = []
    for end in ("low", "high"):
        [(_, changes)] = axis_of(name, {end: getattr(swing, end)})
        labels = {"factor": name, "level": end}
        found.append(Run(run_id(changes, labels), changes, labels))
    return found


def _entry(
    measure: str,
    name: str,
    swing: Swing,
    base: Level | None,
    ends: tuple[Finished | None, Finished | None],
) -> dict[str, Any]:
    levels = [None if end is None else level(end, measure) for end in ends]
    entry: dict[str, Any] = {
        "factor": name,
        "low_level": in_words(swing.low),
        "high_level": in_words(swing.high),
        "measure": measure,
        "unit": unit_of_measure(measure),
        "base_value": math.nan if base is None else base.value,
    }
    for word, found, end in zip(("low", "high"), levels, ends, strict=True):
        moved = None if found is None or base is None else found - base
        entry |= {
            f"{word}_value": math.nan if found is None else found.value,
            **_change(f"{word}_change", moved),
            f"{word}_verdict": _why(end) if moved is None else moved.verdict,
        }
    low, high = levels
    if low is None or high is None:
        nothing = {"swing": math.inf, "swing_least": math.nan, "swing_most": math.nan}
        return {**entry, **nothing, "verdict": "no plan at one end"}
    apart = high - low
    return {**entry, **_swing(apart), "verdict": apart.verdict}


def _change(name: str, moved: Level | None) -> dict[str, float]:
    if moved is None:
        return {name: math.nan, f"{name}_least": math.nan, f"{name}_most": math.nan}
    return {name: moved.value, f"{name}_least": moved.low, f"{name}_most": moved.high}


def _swing(apart: Level) -> dict[str, float]:
    """How far apart the two ends lie, whichever is higher."""
    least = max(0.0, apart.low, -apart.high)
    most = max(abs(apart.low), abs(apart.high))
    return {"swing": abs(apart.value), "swing_least": least, "swing_most": most}


def _why(end: Finished | None) -> str:
    if end is None:
        return "not run"
    return "no such figure" if end.solved else f"no plan: {end.error}"


def in_words(value: Any) -> str:
    """A level as it is shown: a figure, a factor, a summand, or changes."""
    if not isinstance(value, Mapping):
        return (
            "blank" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
        )
    if len(value) == 1 and next(iter(value)) in ("scale", "add"):
        action, number = next(iter(value.items()))
        return f"× {number:g}" if action == "scale" else f"{number:+g}"
    return ", ".join(f"{address} = {in_words(one)}" for address, one in value.items())
