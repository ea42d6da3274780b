"""A model solved with columns held at given values, as far as it has a plan with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from tokenworks.build import Model
from tokenworks.errors import InfeasibleError, NoIncumbentError
from tokenworks.schema.scenario import Solve
from tokenworks.solver.decomposed import solve_decomposed
from tokenworks.solver.highs import Status, run
from tokenworks.solver.matrix import Floats, Matrix, compile_matrix
from tokenworks.solver.method import is_decomposed
from tokenworks.solver.whole import Solved, solve_whole

# By how much a continuous column may leave its value, for the rounding of the plan it comes from.
ROUNDING = 1e-6
# What counts as left: less is the solver's noise.
LEFT = 1e-5
# Of what is left, what a search for less need not find.
GAP = 0.01

Name = tuple[str, Any]


@dataclass(frozen=True)
class Held:
    """A solution with columns held.

    Attributes
    ----------
    solved
        The plan.
    left
        (Variable, index) to the value held and the one that was possible, where they differ.
    """

    solved: Solved
    left: Mapping[Name, tuple[float, float]]


def solve_held(
    model: Model, wanted: Mapping[Name, float], weights: Mapping[Name, float], options: Solve
) -> Held:
    """Solve with columns at the values wanted; where no plan has them, at the nearest ones.

    Parameters
    ----------
    model
        A built model.
    wanted
        (Variable, index) to the value; what the program has no column for is zero in it.
    weights
        What leaving a value by one counts, of those in `wanted`.
    options
        How to solve it.

    Raises
    ------
    InfeasibleError
        Where there is no plan at all.
    NoIncumbentError
        Where a limit ended the search before it had found a plan.
    """
    matrix = compile_matrix(model.pyomo)
    place = {(c.parent_component().local_name, c.index()): n for n, c in enumerate(matrix.columns)}
    there = {name: value for name, value in wanted.items() if name in place}
    columns = np.array([place[name] for name in there], dtype=np.int64)
    values = np.array(list(there.values()), dtype=np.float64)
    left = {name: (v, 0.0) for name, v in wanted.items() if name not in place and v > LEFT}
    try:
        return Held(_solve(model, _fixed(matrix, columns, values), options), left)
    except InfeasibleError:
        pass
    cost = np.array([weights[name] for name in there], dtype=np.float64)
    nearest = _nearest(matrix, columns, values, cost, options)
    for name, want, had in zip(there, values.tolist(), nearest.tolist(), strict=True):
        if abs(want - had) > LEFT * max(1.0, abs(want)):
            left[name] = (want, had)
    return Held(_solve(model, _fixed(matrix, columns, nearest), options), left)


def _solve(model: Model, matrix: Matrix, options: Solve) -> Solved:
    if is_decomposed(matrix, options):
        return solve_decomposed(model, options, matrix=matrix)
    return solve_whole(model, options, matrix=matrix)


def holding(matrix: Matrix, wanted: Mapping[Name, float]) -> Matrix:
    """The program with columns at the values wanted, of those that it has."""
    named = enumerate(matrix.columns)
    place = {(c.parent_component().local_name, c.index()): n for n, c in named if c is not None}
    there = [name for name in wanted if name in place]
    columns = np.array([place[name] for name in there], dtype=np.int64)
    values = np.array([wanted[name] for name in there], dtype=np.float64)
    return _fixed(matrix, columns, values)


def _fixed(matrix: Matrix, columns: Any, values: Floats) -> Matrix:
    """The program with columns at their values, whole ones exactly."""
    whole = matrix.whole[columns]
    room = np.where(whole, 0.0, ROUNDING * np.maximum(1.0, np.abs(values)))
    at = np.where(whole, np.round(values), values)
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    lower[columns] = np.maximum(lower[columns], at - room)
    upper[columns] = np.maximum(lower[columns], np.minimum(upper[columns], at + room))
    return replace(matrix, lower=lower, upper=upper)


def _nearest(matrix: Matrix, columns: Any, values: Floats, cost: Floats, options: Solve) -> Floats:
    """Values of the columns in the plan that leaves the given ones by least."""
    count, own = len(columns), len(matrix.columns)
    pick = sp.csr_matrix((np.ones(count), (np.arange(count), columns)), (count, own))
    one: Any = sp.identity(count)
    blocks: Any = [[matrix.a, None, None], [pick, one, -one]]
    program = Matrix(
        columns=[*matrix.columns, *([None] * (2 * count))],
        rows=[*matrix.rows, *([None] * count)],
        cost=np.concatenate([np.zeros(own), cost, cost]),
        offset=0.0,
        lower=np.concatenate([matrix.lower, np.zeros(2 * count)]),
        upper=np.concatenate([matrix.upper, np.full(2 * count, np.inf)]),
        whole=np.concatenate([matrix.whole, np.zeros(2 * count, np.bool_)]),
        a=sp.bmat(blocks, format="csc"),
        row_lower=np.concatenate([matrix.row_lower, values]),
        row_upper=np.concatenate([matrix.row_upper, values]),
    )
    found = run(program, options.model_copy(update={"gap": max(GAP, options.gap)}))
    if found.status is Status.INFEASIBLE:
        raise InfeasibleError(["no plan meets all limits, whatever is held"])
    if found.values is None:
        raise NoIncumbentError(f"stopped ({found.status}) before any plan was found")
    return np.asarray(found.values[columns], dtype=np.float64)
