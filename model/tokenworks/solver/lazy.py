"""Rows of which few bind: they stand aside until a point breaks them.

Of the hours in which a system could peak one or two bind, and which ones is known only at the
optimum. Without any of them hardware would cost nothing, and a search would start from there; so
those that are some column's dearest stand from the start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tokenworks.solver.matrix import Floats
from tokenworks.solver.parts import Indices

# By how much a point may break a row that stands aside, relative to the row's terms.
BROKEN = 1e-7


class LazyRows:
    """Rows of a program of which some stand in a solver and the others wait.

    Parameters
    ----------
    a
        All rows, compressed by row.
    lower, upper
        Of the rows.
    names
        (constraint, index) of every row.
    places
        Constraint to the place of the index in which its rows are alike but for their hour; None
        where a row is like no other, and none of them stands from the start.

    Attributes
    ----------
    waits
        True where a row stands in no solver yet.
    """

    def __init__(
        self,
        a: Any,
        lower: Floats,
        upper: Floats,
        names: Sequence[tuple[str, Any]],
        places: Mapping[str, int | None],
    ) -> None:
        self._a, self._lower, self._upper = a, lower, upper
        self.waits = waiting(a, names, places)

    def broken(self, columns: Floats) -> Indices:
        """Rows that wait and that a point breaks; they wait no more."""
        if not self.waits.any():
            return np.zeros(0, dtype=np.int64)
        activity = self._a @ columns
        beyond = np.maximum(activity - self._upper, self._lower - activity)
        rows = np.flatnonzero(self.waits & (beyond > BROKEN))
        terms = abs(self._a[rows]) @ np.abs(columns)
        found: Indices = rows[beyond[rows] > BROKEN * np.maximum(1.0, terms)]
        self.waits[found] = False
        return found


def waiting(
    a: Any, names: Sequence[tuple[str, Any]], places: Mapping[str, int | None]
) -> npt.NDArray[np.bool_]:
    """True for rows that need not stand from the start; parameters as of `LazyRows`."""
    waits = np.zeros(len(names), dtype=np.bool_)
    alike: dict[tuple[str, tuple[Any, ...]], int] = {}
    rows, groups = [], []
    for row, (name, index) in enumerate(names):
        if name not in places:
            continue
        waits[row] = True
        place = places[name]
        if place is not None:
            key = name, (*index[:place], *index[place + 1 :])
            rows.append(row)
            groups.append(alike.setdefault(key, len(alike)))
    waits[_dearest(a, np.array(rows, dtype=np.int64), np.array(groups, dtype=np.int64))] = False
    return waits


def _dearest(a: Any, rows: Indices, groups: Indices) -> Indices:
    """Of some rows those in which some column has its largest coefficient within the group."""
    if not len(rows):
        return rows
    entries = a[rows].tocoo()
    positive = entries.data > 0.0
    of, column, value = entries.row[positive], entries.col[positive], entries.data[positive]
    # By group and column the largest first, and of equals the earliest row.
    order = np.lexsort((of, -value, column, groups[of]))
    key = np.stack([groups[of], column])[:, order]
    first = np.append(True, (key[:, 1:] != key[:, :-1]).any(axis=0))
    dearest: Indices = rows[np.unique(of[order[first]])]
    return dearest
