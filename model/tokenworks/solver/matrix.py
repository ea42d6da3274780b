"""From a Pyomo model to the arrays that HiGHS takes."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.environ import ConcreteModel
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from tokenworks.errors import InfeasibleError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Matrix:
    """min cost·x + offset, row_lower <= A x <= row_upper, lower <= x <= upper, some x whole.

    Attributes
    ----------
    columns, rows
        Pyomo variables and constraints behind columns and rows.
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
