"""What every check is made of: a function, the columns and options that it reads, its problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tokenworks.errors import Problem
from tokenworks.io.tables import LoadedTable
from tokenworks.schema.scenario import Scenario

Tables = Mapping[str, LoadedTable]
CheckFunction = Callable[[Tables, Scenario], Iterator[Problem]]


@dataclass(frozen=True)
class Check:
    """A named check of the tables of a scenario, each by itself or against each other.

    Attributes
    ----------
    function
        Yields the problems; it may rely on the columns that it reads being whole.
    columns
        Columns that it relies upon, as ``table.column``, or whole tables by their name.
    options
        Sections or options of the scenario that it reads.
    """

    function: CheckFunction
    columns: tuple[str, ...]
    options: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of the function."""
        return str(getattr(self.function, "__name__", "check"))

    def __call__(self, tables: Tables, scenario: Scenario) -> Iterator[Problem]:
        """The problems found."""
        return self.function(tables, scenario)


def reads(*columns: str, options: tuple[str, ...] = ()) -> Callable[[CheckFunction], Check]:
    """Make a check of a function that reads these columns (or whole tables) and options."""

    def make(function: CheckFunction) -> Check:
        return Check(function, columns, options)

    return make


def rows(loaded: LoadedTable) -> Iterator[Any]:
    """Rows as named tuples; `Index` is the line of the file."""
    return iter(loaded.lines)


def enabled(loaded: LoadedTable) -> list[Any]:
    """Rows that are switched on."""
    return [row for row in rows(loaded) if row.enabled]


def problem_at(loaded: LoadedTable, line: int, column: str, problem: str, remedy: str) -> Problem:
    """A problem of one cell, or of a row or table where line or column are 0 or empty."""
    return Problem(loaded.file, int(line), column, problem, remedy)
