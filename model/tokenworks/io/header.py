"""The header of a table's file against the table's declaration."""

from __future__ import annotations

from collections.abc import Sequence

from tokenworks.errors import Problem
from tokenworks.schema.columns import Table
from tokenworks.schema.wording import closest, listed, shown
from tokenworks.units import SUFFIX_UNITS, unit_of

_HEADER = 1


def header_problems(table: Table, names: Sequence[str], file: str) -> list[Problem]:
    """What is wrong with the columns of a file.

    Parameters
    ----------
    table
        The declaration. Its optional columns may be left out: they are then blank in every row.
    names
        The columns of the file.
    file
        Its name as shown to the user.
    """
    problems = []
    missing = [c for c in table.columns if c.name not in names and not c.optional]
    taken: set[str] = set()
    absent = [column.name for column in table.columns if column.name not in names]
    for position, name in enumerate(names, start=1):
        if not name:
            words = f"column {position} has no name", "name it, or delete it"
            problems.append(Problem(file, _HEADER, "", *words))
        elif name not in table.names:
            problem, remedy, meant = _unknown(table, name, absent)
            problems.append(Problem(file, _HEADER, name, problem, remedy))
            taken.add(meant)
    for name in dict.fromkeys(names):
        if name and names.count(name) > 1:
            words = f"the column {shown(name)} is there {names.count(name)} times", "keep one"
            problems.append(Problem(file, _HEADER, name, *words))
    for column in missing:
        if column.name not in taken:  # else the misspelt column is one problem, not two
            words = f"the column {shown(column.name)} is missing", f"add it: {column.description}"
            problems.append(Problem(file, _HEADER, column.name, *words))
    return problems


def _unknown(table: Table, name: str, absent: Sequence[str]) -> tuple[str, str, str]:
    """Problem, remedy and the column that was probably meant."""
    problem = f"{shown(name)} is not a column of {shown(table.name)}"
    unit = unit_of(name)
    for candidate in absent:
        expected = unit_of(candidate)
        if unit and expected and unit != expected and _stem(candidate) == _stem(name):
            return (
                f"{problem}: the unit is {unit}, but {expected} is expected",
                f"convert the figures to {expected} and name the column {shown(candidate)}",
                candidate,
            )
    meant = closest(name, absent)
    if meant:
        return problem, f"did you mean {shown(meant)}?", meant
    return problem, f"delete it; the columns are {listed(table.names)}", ""


def _stem(name: str) -> str:
    suffixes = [suffix for suffix in SUFFIX_UNITS if name.endswith(suffix)]
    return name.removesuffix(max(suffixes, key=len)) if suffixes else name
