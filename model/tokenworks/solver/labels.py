"""Members of Pyomo's sets as columns of numbers, and the places at which they stand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.integer[Any]]

# Up to so many cells, or so many for a member, a table of all combinations is quicker than a search
# among those there are.
_FEW_CELLS = 2**16
_CELLS_OF_MEMBER = 32


class Labels:
    """Every label that occurs in an index, by number."""

    def __init__(self) -> None:
        self._number: dict[Any, int] = {}
        self._columns: dict[int, tuple[Any, tuple[Numbers, ...]]] = {}

    def numbers(self, labels: Sequence[Any]) -> Numbers:
        """Numbers of some labels."""
        known = self._number
        for label in set(labels):
            known.setdefault(label, len(known))
        return np.fromiter(map(known.__getitem__, labels), np.int32, len(labels))

    def number(self, label: Any) -> int:
        """Number of a label."""
        return self._number.setdefault(label, len(self._number))

    def counts(self, numbers: Numbers) -> npt.NDArray[np.float64]:
        """Labels that are whole numbers, as figures."""
        found, of = np.unique(numbers, return_inverse=True)
        labels = list(self._number)
        return np.array([labels[number] for number in found], dtype=np.float64)[of]

    def counted(self, figures: npt.NDArray[np.float64]) -> Numbers:
        """Figures that are whole, as labels."""
        found, of = np.unique(figures, return_inverse=True)
        return self.numbers([int(figure) for figure in found])[of]

    def columns(self, members: Iterable[Any]) -> tuple[Numbers, ...]:
        """Members of an index, a column for each of its dimensions; none where it is empty."""
        rows = list(members)
        if not rows:
            return ()
        split = list(zip(*rows, strict=True)) if isinstance(rows[0], tuple) else [rows]
        return tuple(self.numbers(column) for column in split)

    def of(self, index: Any) -> tuple[Numbers, ...]:
        """Columns of a Pyomo set, which are made once."""
        if id(index) not in self._columns:
            self._columns[id(index)] = index, self.columns(index)
        return self._columns[id(index)][1]


class Places:
    """Where in an index a combination of labels stands."""

    def __init__(self, columns: tuple[Numbers, ...]) -> None:
        self._shrunk: list[Numbers] = []
        self._sizes: list[int] = []
        for column in columns:
            table = np.full(int(column.max()) + 1, -1, dtype=np.int32)
            table[column] = 0
            present = np.flatnonzero(table == 0)
            table[present] = np.arange(len(present), dtype=np.int32)
            self._shrunk.append(table)
            self._sizes.append(len(present))
        count = len(columns[0]) if columns else 0
        self._table: Numbers | None = None
        if not count:
            return
        keys = self._keys(columns)
        cells = math.prod(self._sizes)
        if cells <= max(_FEW_CELLS, count * _CELLS_OF_MEMBER):
            self._table = np.full(cells, -1, dtype=np.int32)
            self._table[keys] = np.arange(count, dtype=np.int32)
        else:
            self._order = np.argsort(keys, kind="stable")
            self._sorted = keys[self._order]

    def _keys(self, columns: Sequence[Numbers]) -> Numbers:
        """One number for every combination; below zero for one with a label not of the index."""
        keys, known = np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.bool_)
        for column, table, size in zip(columns, self._shrunk, self._sizes, strict=True):
            # A number beyond the table is of a label that was met later.
            place = table.take(column, mode="clip")
            known = known & (place >= 0) & (column < len(table))
            keys = keys * size + place
        return keys if known.all() else np.where(known, keys, -1)

    def at(self, columns: Sequence[Numbers]) -> Numbers:
        """Places of some combinations; below zero where there is none."""
        if not self._shrunk:
            return np.full(len(columns[0]), -1, dtype=np.int32)
        keys = self._keys(columns)
        if self._table is not None:
            places = self._table.take(keys, mode="clip")
        else:
            found = np.searchsorted(self._sorted, keys).clip(max=len(self._sorted) - 1)
            places = np.where(self._sorted[found] == keys, self._order[found], -1)
        return np.where(keys >= 0, places, -1) if keys.min(initial=0) < 0 else places
