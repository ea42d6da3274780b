"""Measures of a finished run, with the interval in which that of the best plan lies.

A measure is a figure of the manifest (``objective_usd``), of its summary (``cost_usd_per_mtoken``),
of the tables (``co2_tonnes``, ``months_to_power``), or the megawatts of a part: ``sites[<site>]``,
``power[<technology>]``, ``power[firm]`` or ``power[flexible]``, ``hardware[<system>]``. Only the
objective has a proven interval, [bound, incumbent]; any other is that of the plan that was found.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tokenworks.plan import Plan
from tokenworks.results.summary import Summary
from tokenworks.study.kinds.parts import megawatts
from tokenworks.study.runs import Finished

OBJECTIVE = "objective_usd"
CARBON = "co2_tonnes"
MONTHS = "months_to_power"

DEARER, CHEAPER = "higher", "lower"
SAME = "indistinguishable"
FOUND = "of the plans found"

_PART = re.compile(r"(sites|power|hardware)\[([^\[\]]+)\]")
_COUNTED = ("float", "int")


@dataclass(frozen=True)
class Level:
    """A measure of the best plan of a run: it lies between `low` and `high`, where that is proven.

    Attributes
    ----------
    value
        Of the plan found.
    low, high
        Ends of the interval; both the value where nothing is proven.
    proven
        Whether the interval is.
    """

    value: float
    low: float
    high: float
    proven: bool

    def __sub__(self, other: Level) -> Level:
        """How much more than another: the interval of design 3.1, item 14."""
        return Level(
            self.value - other.value,
            self.low - other.high,
            self.high - other.low,
            self.proven and other.proven,
        )

    @property
    def verdict(self) -> str:
        """Of a difference, in a word: higher, lower, indistinguishable, or only as found."""
        if not self.proven:
            return FOUND
        if self.low > 0.0:
            return DEARER
        return CHEAPER if self.high < 0.0 else SAME

    def moved(self, by: float) -> Level:
        """The same less a number."""
        return Level(self.value - by, self.low - by, self.high - by, self.proven)


def level(run: Finished, measure: str) -> Level | None:
    """A measure of a run; None where it has no plan, or its plan not that figure."""
    if not run.solved:
        return None
    if measure == OBJECTIVE:
        value = float(run.manifest[OBJECTIVE])
        bound = run.manifest.get("bound_usd")
        return Level(value, -math.inf if bound is None else float(bound), value, proven=True)
    value_or_none = _figure(run, measure)
    if value_or_none is None or not math.isfinite(value_or_none):
        return None
    return Level(value_or_none, value_or_none, value_or_none, proven=False)


def said(run: Finished) -> Mapping[str, Any]:
    """What the task of a run has said beside its plan."""
    of_run: Mapping[str, Any] = run.manifest.get("run") or {}
    return of_run


def _figure(run: Finished, measure: str) -> float | None:
    summary: Mapping[str, object] = run.manifest.get("summary") or {}
    found = summary.get(measure, run.manifest.get(measure))
    if isinstance(found, int | float) and not isinstance(found, bool):
        return float(found)
    part = _PART.fullmatch(measure)
    if part:
        return megawatts(run.plan()).get((part[1], part[2]), 0.0)
    if measure == CARBON:
        return co2_tonnes(run.plan())
    if measure == MONTHS:
        return months_to_power(run.plan())
    return None


def known_measure(measure: str) -> bool:
    """Whether there is such a measure."""
    numbers = (
        name
        for name, kind in Summary.__annotations__.items()
        if str(kind).removesuffix(" | None") in _COUNTED
    )
    return measure in (OBJECTIVE, "gap", CARBON, MONTHS, *numbers) or bool(_PART.fullmatch(measure))


def measures_in_words() -> str:
    """The measures there are, for a message."""
    return (
        f"`{OBJECTIVE}`, a figure of a run's summary such as `cost_usd_per_mtoken`, `{CARBON}`, "
        f"`{MONTHS}`, or megawatts: `sites[name]`, `power[technology]`, `hardware[system]`"
    )


def unit_of_measure(measure: str) -> str:
    """What a measure is counted in, for people."""
    if _PART.fullmatch(measure):
        return "MW"
    for suffix, unit in (
        ("usd_per_mtoken", "USD per million tokens"),
        ("_usd", "USD"),
        ("_tonnes", "tonnes"),
        ("months", "months"),
        ("_mw", "MW"),
        ("_share", "share"),
        ("_fraction", "share"),
    ):
        if suffix in measure:
            return unit
    return ""


def co2_tonnes(plan: Plan) -> float:
    """CO2 over the horizon: of the stacks, and of the grid where the scenario counts it [tonnes].

    Of what is rented nothing is known, and nothing is counted.
    """
    used = plan.tables["carbon_use"]
    tonnes = float(used["stack_tonnes"].sum())
    if plan.scenario.power.count_grid_co2:
        tonnes += float(used["grid_tonnes"].sum())
    return tonnes


def months_to_power(plan: Plan) -> float | None:
    """Months from the start of the horizon to the step from which on `power_due_mw` is always run.

    None where a plan never runs so much.
    """
    due = plan.scenario.policy.power_due_mw
    steps, load = plan.inputs.calendar, plan.tables["sites"]
    by_step = load.groupby("step_start")["mean_it_load_mw"].sum()
    by_day = {pd.Timestamp(str(day)).date(): float(mw) for day, mw in by_step.items()}
    found: float | None = None
    for step in reversed(steps.steps):
        start = steps.date_of(step.start_month)
        mean = by_day.get(start, 0.0)
        if mean < due * (1.0 - 1e-6):
            break
        found = float(step.start_month)
    return found
