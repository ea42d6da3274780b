"""From a Pyomo model to the arrays that HiGHS takes."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.core.expr.numvalue import is_constant
from pyomo.environ import ConcreteModel, Constraint, Objective, value
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from tokenworks.errors import InfeasibleError
from tokenworks.lean import made, uncollected, untouched
from tokenworks.solver.expansion import Linear, Reader, UnreadableError
from tokenworks.solver.names import Names

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Matrix:
    """min cost·x + offset, row_lower <= A x <= row_upper, lower <= x <= upper, some x whole.

    Attributes
    ----------
    columns, rows
        What stands behind them: each tells its Pyomo component and its index.
    a
        Matrix A, compressed by column (scipy).
    whole
        True where a column is integer.
    """

    columns: Sequence[Any]
    rows: Sequence[Any]
    cost: Floats
    offset: float
    lower: Floats
    upper: Floats
    whole: npt.NDArray[np.bool_]
    a: Any
    row_lower: Floats
    row_upper: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows), len(self.columns)

    def with_cost(self, cost: Floats) -> Matrix:
        """The same rows under another objective without offset."""
        return replace(self, cost=cost, offset=0.0)

    def relaxed(self) -> Matrix:
        """The same program with every column continuous."""
        return replace(self, whole=np.zeros(len(self.columns), dtype=np.bool_))

    def fixed(self, values: Floats) -> Matrix:
        """The linear program that is left once whole columns stand at the given values."""
        rounded = np.round(values)
        return replace(
            self.relaxed(),
            lower=np.where(self.whole, rounded, self.lower),
            upper=np.where(self.whole, rounded, self.upper),
        )


def compile_matrix(model: ConcreteModel) -> Matrix:
    """Compile a linear Pyomo model.

    Raises
    ------
    InfeasibleError
        Where a constraint without variables cannot hold, named by its index.
    """
    try:
        with uncollected():
            return expanded(model)
    except UnreadableError:
        return compiled_by_row(model)


@dataclass
class _Rows:
    """Rows as they are gathered, a piece for every constraint."""

    constraints: list[Any] = field(default_factory=list)
    kept: list[Any] = field(default_factory=list)
    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    entries: list[tuple[Any, Any, Floats]] = field(default_factory=list)
    count: int = 0


def expanded(model: ConcreteModel) -> Matrix:
    """Compile a model whose rules are templates, a constraint at a time.

    Columns and rows stand in the order of Pyomo's own compiler.

    Raises
    ------
    UnreadableError
        Where something is left to that compiler.
    """
    reader, rows = Reader(), _Rows()
    cost = reader.read(_objective(model), (), None)
    for constraint in model.component_objects(Constraint, active=True):
        _append(constraint, reader, rows)
    a = _sparse(rows.entries, (rows.count, reader.count))
    c = _sparse([_joined(cost)], (1, reader.count))
    used = (np.diff(a.indptr) > 0) | (np.diff(c.indptr) > 0)
    columns = _Columns(list(reader.variables))
    offset = float(cost.constant[0])
    stood = np.zeros(rows.count)
    fixed = columns.fixed & used
    if fixed.any():
        offset += float((c[:, fixed] @ columns.values[fixed])[0])
        stood = a[:, fixed] @ columns.values[fixed]
    kept = np.flatnonzero(used & ~fixed)
    if len(kept) < reader.count:
        a, c = a[:, kept], c[:, kept]
    return Matrix(
        columns=Names(columns.variables, kept),
        rows=Names(rows.constraints, np.concatenate([*rows.kept, np.zeros(0, dtype=np.int64)])),
        cost=np.asarray(c.todense(), dtype=np.float64).ravel(),
        offset=offset,
        lower=columns.lower[kept],
        upper=columns.upper[kept],
        whole=columns.whole[kept],
        a=a,
        row_lower=np.concatenate([*rows.lower, np.zeros(0)]) - stood,
        row_upper=np.concatenate([*rows.upper, np.zeros(0)]) - stood,
    )


def _objective(model: ConcreteModel) -> Any:
    """The objective as a template or a figure."""
    objective = next(model.component_data_objects(Objective, active=True))
    if hasattr(objective, "template_expr"):
        return objective.template_expr()[0]
    if not is_constant(objective.expr):
        raise UnreadableError(objective.name)
    return float(value(objective.expr))


class _Columns:
    """What variables say of their columns."""

    def __init__(self, variables: list[Any]) -> None:
        self.variables = variables
        count = sum(map(len, variables))
        self.lower, self.upper = np.full(count, -np.inf), np.full(count, np.inf)
        self.whole, self.fixed = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
        self.values = np.zeros(count)
        start = 0
        for variable in variables:
            pattern = untouched(variable)
            if pattern is not None:
                self._say(slice(start, start + len(variable)), pattern)
            touched = made(variable)
            if touched:
                place = {index: n for n, index in enumerate(variable.index_set(), start=start)}
                for index, one in touched:
                    self._say(place[index], one)
            start += len(variable)

    def _say(self, at: Any, one: Any) -> None:
        low, high = one.bounds
        self.lower[at] = -np.inf if low is None else low
        self.upper[at] = np.inf if high is None else high
        self.whole[at] = not one.is_continuous()
        self.fixed[at] = one.fixed
        self.values[at] = one.value if one.fixed else 0.0


def _append(constraint: Any, reader: Reader, rows: _Rows) -> None:
    """Append the rows of a constraint, without those that hold no variable."""
    if not len(constraint):
        return
    if not all(one.active and hasattr(one, "template_expr") for _, one in made(constraint)):
        raise UnreadableError(constraint.name)
    index, count = constraint.index_set(), len(constraint)
    example = untouched(constraint) or made(constraint)[0][1]
    low, body, high = example.to_bounded_expression()
    indices = example.template_expr()[1]
    found = reader.read(body, indices, index)
    lower = np.full(count, -np.inf) if low is None else reader.figures(low, indices, index)
    upper = np.full(count, np.inf) if high is None else reader.figures(high, indices, index)
    lower, upper = lower - found.constant, upper - found.constant
    if low is not None and high is not None and (lower != upper).any():
        raise UnreadableError(constraint.name)
    at, columns, values = _joined(found)
    there = np.zeros(count, dtype=np.bool_)
    there[at] = True
    broken = np.flatnonzero(~there & ((lower > 0.0) | (upper < 0.0)))
    if len(broken):
        name = constraint[list(index)[broken[0]]].name
        message = f"no variable could meet the constraint '{name}'"
        raise InfeasibleError([message])
    if not there.all():
        place = np.cumsum(there) - 1
        at, lower, upper = place[at], lower[there], upper[there]
    at, columns = (at + rows.count).astype(np.int32), columns.astype(np.int32, copy=False)
    rows.entries.append((at, columns, values))
    rows.kept.append(np.flatnonzero(there) + sum(map(len, rows.constraints)))
    rows.constraints.append(constraint)
    rows.lower.append(lower)
    rows.upper.append(upper)
    rows.count += len(lower)


def _joined(found: Linear) -> tuple[Any, Any, Floats]:
    """Entries of an expression: rows, columns, values."""
    if not found.rows:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    return np.concatenate(found.rows), np.concatenate(found.columns), np.concatenate(found.values)


def _sparse(entries: list[tuple[Any, Any, Floats]], shape: tuple[int, int]) -> Any:
    """Entries compressed by column: those of one place summed, zeros left out."""
    empty = np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0)
    rows, columns, values = (np.concatenate(part) for part in zip(empty, *entries, strict=True))
    a = sp.coo_array((values, (rows, columns)), shape).tocsc()
    a.sum_duplicates()
    a.eliminate_zeros()
    return a


def compiled_by_row(model: ConcreteModel) -> Matrix:
    """Compile a model by Pyomo's own compiler, which expands every row by itself."""
    try:
        with _quiet():
            form = LinearStandardFormCompiler().write(model, mixed_form=True)
    except InfeasibleConstraintException as error:
        raise InfeasibleError([f"no variable could meet {error}"]) from error
    bound_types = np.array([row.bound_type for row in form.rows], dtype=np.int64)
    rhs = np.asarray(form.rhs, dtype=np.float64)
    bounds = [column.bounds for column in form.columns]
    return Matrix(
        columns=form.columns,
        rows=[row.constraint for row in form.rows],
        cost=np.asarray(form.c.todense(), dtype=np.float64).ravel(),
        offset=float(form.c_offset[0]),
        lower=np.array([-np.inf if lo is None else lo for lo, _ in bounds], dtype=np.float64),
        upper=np.array([np.inf if up is None else up for _, up in bounds], dtype=np.float64),
        whole=np.array([not column.is_continuous() for column in form.columns], dtype=np.bool_),
        a=form.A,
        # 0 an equality, 1 an upper, -1 a lower bound.
        row_lower=np.where(bound_types == 1, -np.inf, rhs),
        row_upper=np.where(bound_types == -1, np.inf, rhs),
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep one message off standard output: Pyomo 6.10 calls a method that it has deprecated."""

    def others(record: logging.LogRecord) -> bool:
        return "sparse_iteritems" not in record.getMessage()

    logger = logging.getLogger("pyomo.core.base.param")
    logger.addFilter(others)
    try:
        yield
    finally:
        logger.removeFilter(others)
