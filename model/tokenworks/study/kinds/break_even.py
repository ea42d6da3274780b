"""Break-even: the value of an address at which a measure meets a target, or that of another plan.

Because plans are proven to a gap, the answer is an interval. At every value tried the sign of the
difference is certain, or it is not; between two neighbours of certain and opposite signs lies a
break-even, wherever the values between them whose sign is not certain may lie. Those two are drawn
together by bisection from either side. What lies between two values that were tried is seen by
more values alone: a measure that turns back between them is not.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tokenworks.errors import InputError
from tokenworks.schema.study_kinds import BreakEven
from tokenworks.study.kinds.measures import Level, level, unit_of_measure
from tokenworks.study.kinds.sections import measure_problems, problem, section_of
from tokenworks.study.runs import Finished, Prepared, Run, run_id

TRIED = (
    "value",
    "measure",
    "unit",
    "difference",
    "difference_least",
    "difference_most",
    "verdict",
)
ANSWERS = (
    "address",
    "action",
    "measure",
    "low",
    "high",
    "break_even_least",
    "break_even_most",
    "runs_count",
    "verdict",
)
NONE = "none in the range"


@dataclass(frozen=True)
class Tried:
    """A value that was tried: the difference there, None where a run has no plan."""

    value: float
    difference: Level | None
    why: str = ""

    @property
    def sign(self) -> int:
        """Certain sign of the difference; 0 where it is not certain."""
        d = self.difference
        if d is None:
            return 0
        return 1 if d.low > 0.0 else -1 if d.high < 0.0 else 0


@dataclass(frozen=True)
class Bracket:
    """Two neighbours of certain and opposite signs, and the values between them without one."""

    left: Tried
    right: Tried
    between: tuple[Tried, ...]


class Search:
    """Both ends of the range first, then halves of what is not known yet."""

    def first(self, study: Prepared) -> Sequence[Run]:
        """Runs at both ends."""
        asked = section_of(study, BreakEven)
        _check(study, asked)
        return [run for value in (asked.low, asked.high) for run in runs_at(asked, value)]

    def further(self, study: Prepared, finished: Mapping[str, Finished]) -> Sequence[Run]:
        """Runs at the middles of what is left, until it is narrow enough."""
        asked = section_of(study, BreakEven)
        tried = tried_values(asked, finished)
        each = len(runs_at(asked, asked.low))
        left = asked.most_runs // each - len(tried)
        values = [v for v in next_values(asked, tried) if v not in {t.value for t in tried}]
        return [run for value in values[: max(0, left)] for run in runs_at(asked, value)]

    def frames(
        self, study: Prepared, finished: Mapping[str, Finished]
    ) -> Mapping[str, pd.DataFrame]:
        """Tables ``break_even``, the answers, and ``break_even_tried``, the values tried."""
        asked = section_of(study, BreakEven)
        tried = tried_values(asked, finished)
        unit = unit_of_measure(asked.measure)
        values = pd.DataFrame([_tried(asked, unit, one) for one in tried], columns=[*TRIED])
        answers = pd.DataFrame(_answers(asked, tried), columns=[*ANSWERS])
        return {"break_even": answers, "break_even_tried": values}


def _check(study: Prepared, asked: BreakEven) -> None:
    problems = measure_problems(study, "break_even.measure", asked.measure)
    if (asked.target is None) == (asked.against is None):
        what = "both `target` and `against` are given" if asked.target is not None else "neither is"
        problems.append(
            problem(study, "break_even.target", what, "give a `target`, or changes `against` it")
        )
    if not asked.low < asked.high:
        problems.append(
            problem(study, "break_even.low", "it is not below `high`", "give a range to search")
        )
    if problems:
        raise InputError(problems)


def runs_at(asked: BreakEven, value: float) -> list[Run]:
    """The run at a value, and where two scenarios are compared that of the other there."""
    number: Any = int(value) if float(value).is_integer() else value
    own = {asked.address: number if asked.action == "set" else {asked.action: number}}
    sides: list[tuple[str, dict[str, Any]]] = [("base", own)]
    if asked.against is not None:
        sides.append(("against", {**asked.against, **own}))
    found = []
    for side, changes in sides:
        labels = {asked.address: number} | ({"side": side} if asked.against is not None else {})
        found.append(Run(run_id(changes, labels), changes, labels))
    return found


def tried_values(asked: BreakEven, finished: Mapping[str, Finished]) -> list[Tried]:
    """The values that all runs have ended at, ascending."""
    values = {
        float(run.run.labels[asked.address])
        for run in finished.values()
        if asked.address in run.run.labels
    }
    return [
        _at(asked, value, finished)
        for value in sorted(values)
        if all(run.id in finished for run in runs_at(asked, value))
    ]


def _at(asked: BreakEven, value: float, finished: Mapping[str, Finished]) -> Tried:
    runs = [finished[run.id] for run in runs_at(asked, value)]
    levels = [level(run, asked.measure) for run in runs]
    if any(found is None for found in levels):
        why = next((run.error for run in runs if not run.solved), "no such figure")
        return Tried(value, None, why)
    own, *other = (found for found in levels if found is not None)
    if other:
        return Tried(value, own - other[0])
    return Tried(value, own.moved(asked.target or 0.0))


def brackets(tried: Sequence[Tried]) -> list[Bracket]:
    """Where the sign turns, as far as it is known."""
    certain = [n for n, one in enumerate(tried) if one.sign]
    return [
        Bracket(tried[a], tried[b], tuple(tried[a + 1 : b]))
        for a, b in itertools.pairwise(certain)
        if tried[a].sign != tried[b].sign
    ]


def next_values(asked: BreakEven, tried: Sequence[Tried]) -> list[float]:
    """Middles of what is wider than the tolerance, on both sides of what is not certain."""
    narrow = asked.tolerance_fraction * (asked.high - asked.low)
    found: list[float] = []
    for bracket in brackets(tried):
        inner = bracket.between
        gaps = (
            [(bracket.left.value, inner[0].value), (inner[-1].value, bracket.right.value)]
            if inner
            else [(bracket.left.value, bracket.right.value)]
        )
        found += [(a + b) / 2.0 for a, b in gaps if b - a > narrow]
    return found


def _tried(asked: BreakEven, unit: str, one: Tried) -> dict[str, Any]:
    d = one.difference
    blank = math.nan
    return {
        "value": one.value,
        "measure": asked.measure,
        "unit": unit,
        "difference": blank if d is None else d.value,
        "difference_least": blank if d is None else d.low,
        "difference_most": blank if d is None else d.high,
        "verdict": f"no plan: {one.why}" if d is None else d.verdict,
    }


def _answers(asked: BreakEven, tried: Sequence[Tried]) -> list[dict[str, Any]]:
    common = {
        "address": asked.address,
        "action": asked.action,
        "measure": asked.measure,
        "low": asked.low,
        "high": asked.high,
        "runs_count": len(tried) * len(runs_at(asked, asked.low)),
    }
    found = brackets(tried)
    if not found:
        blank = {"break_even_least": math.nan, "break_even_most": math.nan}
        return [{**common, **blank, "verdict": _why_none(tried)}]
    return [
        {
            **common,
            "break_even_least": one.left.value,
            "break_even_most": one.right.value,
            "verdict": _verdict(asked, one),
        }
        for one in found
    ]


def _verdict(asked: BreakEven, one: Bracket) -> str:
    goes = "falls below" if one.left.sign > 0 else "rises above"
    what = "the target" if asked.against is None else "that of the other scenario"
    words = f"{asked.measure} {goes} {what} between the two"
    if any(t.difference is None for t in one.between):
        return f"{words}; some values between them have no plan"
    if one.left.difference is not None and not one.left.difference.proven:
        return f"{words}, of the plans found"
    return words


def _why_none(tried: Sequence[Tried]) -> str:
    signs = {one.sign for one in tried}
    if any(one.difference is None for one in tried) and not signs - {0}:
        return "no plan at the values tried"
    if signs == {1}:
        return f"{NONE}: it is higher everywhere that was tried"
    if signs == {-1}:
        return f"{NONE}: it is lower everywhere that was tried"
    if signs - {0}:
        return "not to be told: at one end the difference is within the gap; solve to a smaller gap"
    return "not to be told: the difference is within the gap everywhere; solve to a smaller gap"
