"""What every result table is made from, and the frame that its declaration asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import pandas as pd

from tokenworks.build import Model
from tokenworks.calendar import Step
from tokenworks.schema.columns import Kind, Table
from tokenworks.solver.whole import Solved

# Below this a value is the solver's noise, not part of the plan: systems, MW and Mtokens/s alike.
NOISE = 1e-7

DTYPES = {
    Kind.TEXT: "str",
    Kind.NUMBER: "float64",
    Kind.INTEGER: "int64",
    Kind.BOOLEAN: "bool",
    Kind.DATE: "datetime64[us]",
}


@dataclass(frozen=True)
class Context:
    """A solved model."""

    model: Model
    solved: Solved

    def plan_values(self, variable: str) -> dict[Any, float]:
        """Values of a variable that are part of the plan, by index."""
        return {i: v for i, v in self.all_values(variable).items() if abs(v) > NOISE}

    def all_values(self, variable: str) -> Mapping[Any, float]:
        """Values of a variable, by index; none where the solver was never given it."""
        return self.solved.values.get(variable, {})  # noqa: PD011 -- no frame

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Steps of the calendar."""
        return self.model.inputs.calendar.steps

    @cached_property
    def vintages(self) -> tuple[Step, ...]:
        """Steps, and what is held, by when something enters service."""
        return self.model.inputs.calendar.vintages

    def held(self, variable: str) -> set[tuple[str, str, pd.Timestamp]]:
        """(site, asset, day of service) of what a variable by vintage says of holdings."""
        return {
            (s, a, pd.Timestamp(self.start(v))) for s, a, v in self.plan_values(variable) if v < 0
        }

    def start(self, step: int) -> dt.date:
        """First day of a step, or of the vintage of what is held."""
        return self.date(self.vintages[step].start_month)

    def date(self, month: int) -> dt.date:
        """First day of a month."""
        return self.model.inputs.calendar.date_of(month)


def frame(table: Table, rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """Rows as the table declares them: columns in order, dtypes by kind, sorted by key."""
    listed = list(rows)
    if not listed:
        return _empty(table).copy()
    made = pd.DataFrame(listed, columns=list(table.names))
    made = made.astype({c.name: DTYPES[c.kind] for c in table.columns})
    return made.sort_values(list(table.key), ignore_index=True, kind="stable")


@cache
def _empty(table: Table) -> pd.DataFrame:
    """A table without rows; to make one takes milliseconds, and small plans have a dozen."""
    return pd.DataFrame({c.name: pd.Series(dtype=DTYPES[c.kind]) for c in table.columns})
