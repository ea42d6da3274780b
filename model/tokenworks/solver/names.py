"""Columns and rows of a matrix by what they stand for, made when they are asked for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate
from typing import Any, overload

import numpy as np
import numpy.typing as npt


class Name:
    """What a column or row stands for; it answers as Pyomo's own objects do."""

    __slots__ = ("_component", "_index")

    def __init__(self, component: Any, index: Any) -> None:
        self._component = component
        self._index = index

    def parent_component(self) -> Any:
        """Variable or constraint."""
        return self._component

    def index(self) -> Any:
        """Index of it."""
        return self._index

    @property
    def name(self) -> str:
        """Name with the index."""
        return str(self._component[self._index].name)


class Names(Sequence[Name]):
    """Members of components, one component after the other.

    Parameters
    ----------
    components
        Variables or constraints.
    kept
        Places of those that are left, among all members of all components, ascending.
    """

    def __init__(self, components: Sequence[Any], kept: npt.NDArray[np.int64]) -> None:
        self._components = list(components)
        self._kept = kept
        self._ends = list(accumulate(len(component) for component in components))
        self._members: dict[int, list[Any]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[Name]:
        bounds = np.searchsorted(self._kept, [0, *self._ends])
        starts = [0, *self._ends]
        for n, component in enumerate(self._components):
            members = self._of(n)
            for place in (self._kept[bounds[n] : bounds[n + 1]] - starts[n]).tolist():
                yield Name(component, members[place])

    @overload
    def __getitem__(self, at: int) -> Name: ...
    @overload
    def __getitem__(self, at: slice) -> list[Name]: ...
    def __getitem__(self, at: int | slice) -> Name | list[Name]:
        if isinstance(at, slice):
            return [self[n] for n in range(*at.indices(len(self)))]
        place = int(self._kept[at])
        n = bisect_right(self._ends, place)
        members = self._of(n)
        return Name(self._components[n], members[place - self._ends[n]])

    def kinds(self, places: Collection[str]) -> npt.NDArray[np.int64]:
        """By member a number, the same for those that differ in places and whole numbers alone.

        Whole numbers in an index are of steps. A label that holds the name of a place, as of a
        connection called after its site, counts as the place's.

        Parameters
        ----------
        places
            Names of sites.
        """
        found = np.zeros(len(self._kept), dtype=np.int64)
        bounds, first = np.searchsorted(self._kept, [0, *self._ends]), 0
        starts = [0, *self._ends]
        for n in range(len(self._components)):
            own = slice(bounds[n], bounds[n + 1])
            if own.start == own.stop:
                continue
            codes = _codes(self._of(n), places)[self._kept[own] - starts[n]]
            found[own] = first + codes
            first += int(codes.max()) + 1
        return found

    def of(self, components: Collection[str]) -> npt.NDArray[np.bool_]:
        """By member, whether its component is one of those that are named."""
        found = np.zeros(len(self._kept), dtype=np.bool_)
        bounds = np.searchsorted(self._kept, [0, *self._ends])
        for n, component in enumerate(self._components):
            found[bounds[n] : bounds[n + 1]] = component.local_name in components
        return found

    def _of(self, n: int) -> list[Any]:
        """Indices of a component."""
        if n not in self._members:
            self._members[n] = list(self._components[n].index_set())
        return self._members[n]


def _codes(members: Sequence[Any], places: Collection[str]) -> npt.NDArray[np.int64]:
    """Numbers of indices by their labels, but for places and whole numbers."""
    codes = np.zeros(len(members), dtype=np.int64)
    for labels in zip(*members, strict=True) if isinstance(members[0], tuple) else [members]:
        number: dict[Any, int] = {}
        of = {one: number.setdefault(kind_of(one, places), len(number)) for one in set(labels)}
        if len(number) > 1:
            codes = codes * len(number) + np.fromiter(
                map(of.__getitem__, labels), np.int64, len(labels)
            )
    return np.asarray(np.unique(codes, return_inverse=True)[1], dtype=np.int64)


def labels_of(index: Any) -> tuple[Any, ...]:
    """Labels of an index, of which Pyomo gives one alone as it is."""
    return index if isinstance(index, tuple) else (index,)


def kind_of(label: Any, places: Collection[str]) -> Any:
    """A label without the place that it names, the longest there is, and of whole numbers nothing.

    Of an index of several labels, those of each.
    """
    if isinstance(label, tuple):
        return tuple(kind_of(one, places) for one in label)
    if not isinstance(label, str):
        return None
    named = max((name for name in places if name in label), key=len, default="")
    return label.replace(named, "") if named else label
