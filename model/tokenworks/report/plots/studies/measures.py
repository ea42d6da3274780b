"""What a study's charts ask of a study, and the words and units of what it measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from tokenworks.errors import InputError, Problem
from tokenworks.report.plots.wording import significant
from tokenworks.schema.wording import listed

COST = "cost_usd_per_mtoken"
_STATUS, _RUN = "status", "run"


class StudyFrames(Protocol):
    """A study as its charts see it."""

    @property
    def name(self) -> str:
        """Name of the study."""

    def frame(self) -> pd.DataFrame:
        """One row a run: `run`, its levels, `status`, and its figures."""

    def results(self) -> Mapping[str, pd.DataFrame]:
        """Frames of the study's kind by name."""


@dataclass(frozen=True)
class Measure:
    """A column of a study's frame as it is drawn.

    Attributes
    ----------
    column
        Its name in the frame.
    words
        Its name with the unit.
    size
        What one unit of the drawing is in units of the column.
    """

    column: str
    words: str
    size: float = 1.0

    def text(self, value: float) -> str:
        """A value as it is written."""
        return "no plan" if not np.isfinite(value) else significant(value / self.size, 3)


_KNOWN = {
    COST: ("cost of owned tokens [USD per million]", 1.0),
    "zero_residual_usd_per_mtoken": ("cost without residual values [USD per million tokens]", 1.0),
    "all_served_usd_per_mtoken": ("cost with what is rented [USD per million tokens]", 1.0),
    "objective_usd": ("objective, present value [billion USD]", 1e9),
    "bound_usd": ("bound, present value [billion USD]", 1e9),
    "owned_usd": ("owned service, present value [billion USD]", 1e9),
    "rent_usd": ("rent, present value [billion USD]", 1e9),
    "penalty_usd": ("unserved tokens, present value [billion USD]", 1e9),
    "net_present_value_usd": ("net present value [billion USD]", 1e9),
    "served_share": ("share of demand served [%]", 0.01),
    "owned_share": ("share of demand served by own systems [%]", 0.01),
    "first_token_months": ("first token [months]", 1.0),
    "peak_it_mw": ("largest design load [MW]", 1.0),
    "co2_tonnes": ("CO2 [thousand tonnes]", 1e3),
}


def measure(column: str) -> Measure:
    """A measure by its column."""
    words, size = _KNOWN.get(column, (column.replace("_", " "), 1.0))
    return Measure(column, words, size)


def levels(frame: pd.DataFrame) -> list[str]:
    """Columns of a study's frame that say how a run differs from its base."""
    columns = [str(name) for name in frame.columns]
    return [c for c in columns[: columns.index(_STATUS)] if c != _RUN]


def level_words(level: object) -> str:
    """A level as it is written; blank where a run has none."""
    if level is None or (isinstance(level, float) and level != level):  # noqa: PLR0124 -- no number
        return ""
    return f"{level:g}" if isinstance(level, float) else str(level)


def column_of(study: StudyFrames, name: str, names: list[str]) -> str:
    """A column of the frame.

    Raises
    ------
    InputError
        Where there is none of that name.
    """
    if name in names:
        return name
    words = f"there is no column {name!r}", f"name one of {listed(names)}"
    raise InputError([Problem(study.name, 0, "", *words)])


def result(study: StudyFrames, name: str) -> pd.DataFrame:
    """A frame of the study's kind.

    Raises
    ------
    InputError
        Where the study is of another kind, or has not been run.
    """
    found = study.results()
    if name in found:
        return found[name]
    has = listed(sorted(found)) if found else "none: run it first"
    words = f"the study has no table `{name}`", f"it has {has}"
    raise InputError([Problem(study.name, 0, "", *words)])
