"""Steps of a plan as dates, and amounts that hold from step to step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from tokenworks.plan import Plan


def starts(plan: Plan) -> list[pd.Timestamp]:
    """First day of every step, and the end of the horizon."""
    calendar = plan.inputs.calendar
    months = [step.start_month for step in calendar.steps] + [calendar.horizon_months]
    return [pd.Timestamp(calendar.date_of(month)) for month in months]


def by_step(
    plan: Plan, frame: pd.DataFrame, by: str, value: str, order: Sequence[str]
) -> pd.DataFrame:
    """Sums by step (rows, all of them, with the end of the horizon as its last) and by a column."""
    wide = frame.pivot_table(index="step_start", columns=by, values=value, aggfunc="sum")
    dates = pd.DatetimeIndex(starts(plan))
    wide = wide.reindex(index=dates, columns=list(order)).fillna(0.0)
    if len(wide) > 1:
        wide.iloc[-1] = wide.iloc[-2]
    return wide


def stairs(dates: pd.DatetimeIndex, values: np.ndarray) -> tuple[list[pd.Timestamp], list[float]]:
    """Corners of a line that jumps at the start of every step, the last date being the end."""
    x: list[pd.Timestamp] = []
    y: list[float] = []
    for number, (first, last) in enumerate(pairwise(dates)):
        x += [first, last]
        y += [float(values[number])] * 2
    return x, y
