"""What can go wrong, as values that a person can act on.

The tree::

    TokenworksError
    ├── InputError          wrong input; holds every problem found            exit status 2
    ├── InfeasibleError     no plan meets all demands and limits together     exit status 3
    ├── NoIncumbentError    stopped by a limit before any plan was found      exit status 4
    └── SolverError         the solver failed, or a plan broke an invariant   exit status 1
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in the input, and what would be right.

    Attributes
    ----------
    file
        The file as the user named it.
    row
        Line of a YAML or CSV file, 1 for a header, counted as an editor counts; 0 where no line
        applies (a missing file, a whole table).
    column
        Column of a table or dotted key of a scenario; empty where none applies.
    problem
        What is wrong, with the offending value.
    remedy
        What would be right.
    """

    file: str
    row: int
    column: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        """One line: file, row, column, problem, remedy."""
        place = self.file
        if self.row:
            place += f", row {self.row}"
        if self.column:
            place += f", {self.column}"
        return f"{place}: {self.problem} — {self.remedy}"


class TokenworksError(Exception):
    """Root of every error that tokenworks raises on purpose."""

    exit_status = 1


class InputError(TokenworksError):
    """The input is wrong; `problems` lists everything found, in the order of files and rows."""

    exit_status = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''} in the input"
        super().__init__("\n".join([head, *map(str, self.problems)]))


class InfeasibleError(TokenworksError):
    """No plan meets all demands and limits together; `reasons` says which, in the input's words."""

    exit_status = 3

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons: tuple[str, ...] = tuple(reasons)
        super().__init__("\n".join(["no plan meets all of the input's limits", *self.reasons]))


class NoIncumbentError(TokenworksError):
    """A limit stopped the solver before it had found any plan; the message says what would help."""

    exit_status = 4
    would_help = (
        "a longer time limit (solve.time_limit_s, --time-limit), fewer days "
        "(time.representative_days) or fewer service dates (time.step_months: 6 or 12) would help"
    )

    def __str__(self) -> str:
        return f"{super().__str__()}; {self.would_help}"


class SolverError(TokenworksError):
    """The solver failed, or a returned plan broke one of the invariants checked on every plan."""

    exit_status = 1
