"""The least of a figure over all plans, or those within a budget; then the cheapest such plan."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tokenworks.build import Model
from tokenworks.errors import InfeasibleError, NoIncumbentError
from tokenworks.schema.scenario import Solve
from tokenworks.solver.farthest import Figure, weights_of, with_row, within
from tokenworks.solver.held import holding
from tokenworks.solver.highs import Status, run
from tokenworks.solver.matrix import Floats, Matrix, compile_matrix
from tokenworks.solver.whole import Solved, by_name, polished, unavoidable_usd

# Of a figure, what the cheapest plan that keeps it may lose: the solver's tolerance.
KEPT = 1e-6
# Nodes after which a search ends with what it has: a clock would end two runs differently.
MOST_NODES = 30


@dataclass(frozen=True)
class Least:
    """The plan with the least of a figure.

    Attributes
    ----------
    solved
        The plan, with its cost and the bound on every plan's.
    figure
        Of the plan.
    least
        No plan within the budget has less.
    """

    solved: Solved
    figure: float
    least: float


@dataclass(frozen=True)
class Within:
    """The plans among which the least is looked for.

    Attributes
    ----------
    bound_usd
        No plan costs less.
    most_usd
        What a plan may cost; None for any.
    held
        (Variable, index) to the value that it keeps.
    """

    bound_usd: float = -np.inf
    most_usd: float | None = None
    held: Mapping[tuple[str, Any], float] = field(default_factory=dict)


def least(model: Model, figure: Figure, among: Within, options: Solve) -> Least:
    """The least of a figure, and of the plans that have so little the cheapest.

    Parameters
    ----------
    model
        A built model.
    figure
        What is made small.
    among
        Budget, and what is held.
    options
        For HiGHS; its gap is that of both searches.

    Raises
    ------
    InfeasibleError
        Where there is no plan, or none within the budget.
    NoIncumbentError
        Where a limit ended the search before it had found a plan.
    """
    started = time.perf_counter()
    matrix = compile_matrix(model.pyomo)
    program = matrix if among.most_usd is None else within(matrix, among.most_usd)
    program = holding(program, among.held) if among.held else program
    weights = weights_of(matrix, [figure]).toarray().ravel()
    found = run(program.with_cost(weights), options, most_nodes=MOST_NODES)
    if found.status is Status.INFEASIBLE:
        raise InfeasibleError(["no plan meets all limits, or none within the budget"])
    if found.values is None:
        raise NoIncumbentError(f"stopped ({found.status}) before any plan was found")
    values, objective = polished(program.with_cost(weights), found, options)
    values, bound = _cheapest(program, weights, (values, objective), options)
    rows, columns = matrix.shape
    cost = float(matrix.cost @ values) + matrix.offset
    solved = Solved(
        status=found.status,
        values=by_name(matrix, values),
        objective_usd=cost,
        bound_usd=min(max(among.bound_usd, bound if not among.held else -np.inf), cost),
        unavoidable_usd=unavoidable_usd(model, matrix, options),
        rows=rows,
        columns=columns,
        nonzeros=int(matrix.a.nnz),
        seconds={"search": time.perf_counter() - started},
    )
    return Least(solved, float(weights @ values), found.bound)


def _cheapest(
    program: Matrix, weights: Floats, before: tuple[Floats, float], options: Solve
) -> tuple[Floats, float]:
    """The cheapest plan that has no more of the figure, and a bound on such plans; else the one."""
    values, most = before
    held = with_row(program, weights, most + KEPT * max(1.0, abs(most)))
    found = run(held, options, most_nodes=MOST_NODES)
    if found.values is None:
        return values, -np.inf
    return polished(held, found, options)[0], found.bound
