"""Demand by step: means for energy, ends for capacity, and the groups that can be served alike."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tokenworks.calendar import MONTHS_PER_YEAR, Step
from tokenworks.frames import once, rows
from tokenworks.inputs import Inputs


@dataclass(frozen=True)
class StepDemand:
    """A workload's demand of a region in a step.

    Attributes
    ----------
    mean_mtokens_per_s
        Mean over the step, million output tokens a second.
    end_ratio
        Level at the end of the step over its mean (at its start, where demand falls): capacity
        meets the end, energy the mean.
    """

    mean_mtokens_per_s: float
    end_ratio: float


def demand_in_steps(x: Inputs) -> dict[tuple[str, str, int], StepDemand]:
    """Demand of every (workload, region, step) that has any.

    Within a period the level grows as A(1+g)^t; A is such that the period's mean is the table's.
    Time runs by days, so that the period's level does not depend on how it is cut.
    """
    return dict(_in_steps(x.whole))


@once
def _in_steps(x: Inputs) -> dict[tuple[str, str, int], StepDemand]:
    steps_of: dict[str, list[Step]] = {}
    for step in x.calendar.steps:
        steps_of.setdefault(step.period, []).append(step)
    result = {}
    for row in rows(x.tables["demand"]):
        if row.output_tokens_per_s <= 0.0:
            continue
        steps = steps_of[row.period]
        levels = _levels(steps, math.log1p(row.growth_rate))
        seconds = sum(step.seconds for step in steps)
        tokens = sum(m * step.seconds for (m, _), step in zip(levels, steps, strict=True))
        scale = row.output_tokens_per_s / 1e6 * seconds / tokens
        for (mean, peak), step in zip(levels, steps, strict=True):
            result[row.workload, row.region, step.index] = StepDemand(mean * scale, peak / mean)
    return result


def _levels(steps: list[Step], rate: float) -> list[tuple[float, float]]:
    """Mean over each step of a period and its highest level, for a level of 1 at its start."""
    months, seconds = sum(s.months for s in steps), sum(s.seconds for s in steps)
    level, found = 1.0, []
    for step in steps:
        growth = rate * months / MONTHS_PER_YEAR * step.seconds / seconds
        mean = level * (math.expm1(growth) / growth if growth else 1.0)
        found.append((mean, level * math.exp(max(growth, 0.0))))
        level *= math.exp(growth)
    return found


def profiles(x: Inputs) -> dict[str, npt.NDArray[np.float64]]:
    """Profile to its 24 hourly values, UTC."""
    table = x.tables["profiles"].sort_values(["profile", "hour_utc"])
    return {
        str(name): rows["demand_shape"].to_numpy(dtype=np.float64)
        for name, rows in table.groupby("profile")
    }


def peak_hours(shapes: list[npt.NDArray[np.float64]]) -> list[int]:
    """Hours of the day that can hold a coincident peak: those that no other hour dominates.

    Of hours with the same values in every profile the first stands for all.
    """
    matrix = np.array(shapes)
    # Of two hours: whether the first is nowhere below the second.
    covers = (matrix[:, :, None] >= matrix[:, None, :]).all(axis=0)
    dominated = (covers & ~covers.T).any(axis=0)
    repeated = np.triu(covers & covers.T, 1).any(axis=0)
    return [int(hour) for hour in np.flatnonzero(~dominated & ~repeated)]
