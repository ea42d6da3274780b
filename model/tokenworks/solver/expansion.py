"""Rules of a model, as templates, to rows of a matrix: all rows of a constraint at once.

Pyomo keeps one expression for all rows of a constraint, in which indices are placeholders. Here a
placeholder is a column of labels, one for each row; a sum over a set repeats every row once for
each member; and what remains is arithmetic on columns. Only what is linear in the variables and
numeric in the parameters is read; of anything else `UnreadableError` is raised, and Pyomo's own
compiler, which goes row by row, is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from pyomo.core.expr.numeric_expr import (
    DivisionExpression,
    NegationExpression,
    ProductExpression,
    SumExpression,
)
from pyomo.core.expr.template_expr import (
    GetItemExpression,
    IndexTemplate,
    TemplateSumExpression,
)
from pyomo.environ import Param, Set, Var

from tokenworks.lean import members_of, values_of
from tokenworks.solver.labels import Labels, Numbers, Places

Floats = npt.NDArray[np.float64]
Figure = float | Floats


class UnreadableError(Exception):
    """An expression of a kind that is left to Pyomo's compiler."""


@dataclass(frozen=True)
class Frame:
    """Rows over which an expression is read.

    Attributes
    ----------
    size
        How many they are.
    rows
        Row of the constraint that each belongs to; None where they are these rows themselves.
    labels
        Placeholder, by identity, to its label in every row.
    """

    size: int
    rows: Numbers | None
    labels: Mapping[int, Numbers]

    def own_rows(self) -> Numbers:
        """Row of the constraint that each belongs to."""
        return np.arange(self.size, dtype=np.int32) if self.rows is None else self.rows


@dataclass
class Linear:
    """What an expression comes to.

    Attributes
    ----------
    rows, columns, values
        Entries, in pieces.
    constant
        By row.
    """

    rows: list[Numbers]
    columns: list[Numbers]
    values: list[Floats]
    constant: Floats


class Reader:
    """Reads templates of one model.

    Attributes
    ----------
    variables
        Variable to its first column, in the order in which they were met.
    count
        Columns so far.
    """

    def __init__(self) -> None:
        self.variables: dict[Any, int] = {}
        self.count = 0
        self._labels = Labels()
        self._places: dict[int, Places] = {}
        self._made: dict[tuple[int, Any], Any] = {}
        self._families: dict[int, tuple[Numbers, Numbers, tuple[Numbers, ...]]] = {}

    def read(self, expression: Any, indices: Sequence[Any], index: Any) -> Linear:
        """All rows of an expression over an index.

        Parameters
        ----------
        expression, indices
            Template and its placeholders.
        index
            Set that these stand for; None for a single row.
        """
        labels: dict[int, Numbers] = {}
        size = 1
        if index is not None:
            columns = self._labels.of(index)
            size = len(index)
            labels = {id(t): column for t, column in zip(indices, columns, strict=True)}
        found = Linear([], [], [], np.zeros(size))
        self._add(expression, Frame(size, None, labels), 1.0, found)
        return found

    def _add(self, e: Any, frame: Frame, times: Figure, into: Linear) -> None:
        """Add an expression so many times."""
        if not _varies(e):
            self._add_constant(self._figure(e, frame) * times, frame, into)
        elif isinstance(e, SumExpression):
            for term in e.args:
                self._add(term, frame, times, into)
        elif isinstance(e, NegationExpression):
            self._add(e.args[0], frame, -times, into)
        elif isinstance(e, (ProductExpression, DivisionExpression)):
            self._add_product(e, frame, times, into)
        elif isinstance(e, TemplateSumExpression):
            term, *sets = e.template_args()
            for placeholders, members in zip(e.template_iters(), sets, strict=True):
                frame, of = self._over(placeholders, members, frame)
                times = times if isinstance(times, float) else times[of]
            self._add(term, frame, times, into)
        elif isinstance(e, GetItemExpression) and _kind(e) is Var:
            into.rows.append(frame.own_rows())
            into.columns.append(self._column(e, frame))
            into.values.append(np.broadcast_to(np.asarray(times, dtype=np.float64), frame.size))
        else:
            raise UnreadableError(f"{type(e)}: {e}")

    def _add_product(self, e: Any, frame: Frame, times: Figure, into: Linear) -> None:
        """Add a product or quotient of which one part varies."""
        left, right = e.args
        divided = isinstance(e, DivisionExpression)
        if _varies(left) and not divided:
            left, right = right, left
        if _varies(right if divided else left):
            raise UnreadableError(str(e))
        if divided:
            self._add(left, frame, times / self._figure(right, frame), into)
        else:
            self._add(right, frame, times * self._figure(left, frame), into)

    def _add_constant(self, figure: Figure, frame: Frame, into: Linear) -> None:
        if isinstance(figure, float) and figure == 0.0:
            return
        weights = np.broadcast_to(np.asarray(figure, dtype=np.float64), frame.size)
        if frame.rows is None:
            into.constant += weights
        else:
            into.constant += np.bincount(frame.rows, weights, len(into.constant))

    def figures(self, e: Any, indices: Sequence[Any], index: Any) -> Floats:
        """An expression without variables, by row."""
        if _varies(e):
            raise UnreadableError(str(e))
        return self.read(e, indices, index).constant

    def _figure(self, e: Any, frame: Frame) -> Figure:
        """An expression without variables."""
        if isinstance(e, (int, float)):
            return float(e)
        if isinstance(e, IndexTemplate):
            return self._labels.counts(frame.labels[id(e)])
        if isinstance(e, GetItemExpression) and _kind(e) is Param:
            return self._looked_up(e, frame, _figures)  # type: ignore[no-any-return]
        if isinstance(e, NegationExpression):
            return -self._figure(e.args[0], frame)
        if isinstance(e, (ProductExpression, DivisionExpression, SumExpression)):
            first, *others = (self._figure(term, frame) for term in e.args)
            for other in others:
                if isinstance(e, ProductExpression):
                    first = first * other
                elif isinstance(e, DivisionExpression):
                    first = first / other
                else:
                    first = first + other
            return first
        raise UnreadableError(f"{type(e)}: {e}")

    def _looked_up(self, e: Any, frame: Frame, make: Any) -> Any:
        """Values of a parameter, as what is made of them all."""
        parameter = e.args[0]
        key = id(parameter), make
        if key not in self._made:
            self._made[key] = make(list(values_of(parameter).values()))
        return self._made[key][self._place(e, frame)]

    def _column(self, e: Any, frame: Frame) -> Numbers:
        variable = e.args[0]
        if variable not in self.variables:
            self.variables[variable] = self.count
            self.count += len(variable)
        return self.variables[variable] + self._place(e, frame)

    def _place(self, e: Any, frame: Frame) -> Numbers:
        """Place in a component's index that every row asks for."""
        component, *asked = e.args
        columns = self._columns_of(component)
        given = [self._label(one, frame) for one in asked]
        if len(given) == len(columns) and all(map(_same, given, columns)):
            return np.arange(frame.size, dtype=np.int32)
        if id(component) not in self._places:
            self._places[id(component)] = Places(columns)
        places = self._places[id(component)].at(given)
        if len(places) and places.min() < 0:
            raise KeyError(f"{component.name} has no such index as {e} asks for")
        return places

    def _columns_of(self, component: Any) -> tuple[Numbers, ...]:
        """Columns of the index of a component's values, in their order."""
        index = component.index_set()
        if component.ctype is Param:
            keys = list(values_of(component))
            if keys != list(index):
                return self._labels.columns(keys)
        return self._labels.of(index)

    def _label(self, e: Any, frame: Frame) -> Numbers:
        """Labels that an index asks for."""
        if isinstance(e, IndexTemplate):
            return frame.labels[id(e)]
        if isinstance(e, GetItemExpression) and _kind(e) is Param:
            return self._looked_up(e, frame, self._labels.numbers)  # type: ignore[no-any-return]
        if isinstance(e, (str, int)):
            return np.full(frame.size, self._labels.number(e))
        counts = self._figure(e, frame)  # a step before or after
        return self._labels.counted(np.broadcast_to(counts, frame.size))

    def _over(self, placeholders: Any, members: Any, frame: Frame) -> tuple[Frame, Numbers]:
        """Rows repeated once for each member of a set, and which row each of them was."""
        if isinstance(members, GetItemExpression):
            if _kind(members) is not Set:
                raise UnreadableError(str(members))
            starts, lengths, columns = self._family(members.args[0])
            place = self._place(members, frame)
            first, count = starts[place], lengths[place]
        else:
            columns = self._labels.of(members)
            count = np.full(frame.size, len(members), dtype=np.int32)
            first = np.zeros(frame.size, dtype=np.int32)
        of = np.repeat(np.arange(frame.size, dtype=np.int32), count)
        ends = np.cumsum(count, dtype=np.int32)
        member = np.arange(len(of), dtype=np.int32) - np.repeat(ends - count - first, count)
        labels = {template: column[of] for template, column in frame.labels.items()}
        for template, column in zip(placeholders, columns, strict=bool(columns)):
            labels[id(template)] = column[member]
        if not columns:
            labels |= {id(template): of for template in placeholders}  # no rows, whatever they hold
        return Frame(len(of), of if frame.rows is None else frame.rows[of], labels), of

    def _family(self, family: Any) -> tuple[Numbers, Numbers, tuple[Numbers, ...]]:
        """Of an indexed set: where the members of each index begin, how many, and their columns."""
        if id(family) not in self._families:
            of_index = members_of(family)
            lengths = np.fromiter(map(len, of_index), np.int32, len(of_index))
            columns = self._labels.columns(chain.from_iterable(of_index))
            starts = np.cumsum(lengths, dtype=np.int32) - lengths
            self._families[id(family)] = starts, lengths, columns
        return self._families[id(family)]


def _figures(values: list[Any]) -> Floats:
    return np.array(values, dtype=np.float64)


def _varies(e: Any) -> bool:
    return hasattr(e, "is_potentially_variable") and bool(e.is_potentially_variable())


def _kind(e: Any) -> Any:
    return getattr(e.args[0], "ctype", None)


def _same(one: Numbers, other: Numbers) -> bool:
    return one is other
