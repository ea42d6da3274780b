"""Which way a model is solved."""

from __future__ import annotations

import time
from dataclasses import replace

from tokenworks.build import Model
from tokenworks.schema.scenario import Solve
from tokenworks.solver.decomposed import solve_decomposed
from tokenworks.solver.known import Known, of_plan
from tokenworks.solver.matrix import Matrix, compile_matrix
from tokenworks.solver.nearby import Nearby, nearby
from tokenworks.solver.whole import Progress, Solved, nothing, solve_whole

# Below this many columns one call of HiGHS proves most plans within seconds. Of `us-quick`, with
# 23,000, it proves none to 20 % in minutes, and of `blue-energy-texas` with its reactors a year
# late, just under 12,000, none at all.
WHOLE_COLUMNS = 6_000


def solve_model(
    model: Model,
    options: Solve,
    progress: Progress = nothing,
    known: Known | None = None,
) -> Solved:
    """Solve a built model by the method that the scenario asks for.

    Parameters
    ----------
    model, options
        A model, and how to solve it.
    progress
        Told of every stage.
    known
        What the solve of a scenario of the same shape has learned (`Solved.known`).

    Raises
    ------
    InfeasibleError
        Where no plan meets all limits.
    NoIncumbentError
        Where a limit ended the search before it had found a plan.
    """
    matrix = compile_matrix(model.pyomo)
    if is_decomposed(matrix, options):
        # What was solved whole has learned its plan alone: too little to resume a search in parts.
        taught = known if known is not None and known.used else None
        return solve_decomposed(model, options, progress, matrix, taught)
    began = time.perf_counter()
    near = Nearby(None) if known is None else nearby(matrix, options, known)
    neighbour = {} if known is None else {"neighbour": time.perf_counter() - began}
    solved = solve_whole(model, options, matrix=matrix, found=near.found)
    seconds = {**neighbour, **solved.seconds}
    return replace(solved, seconds=seconds, known=of_plan(solved.values, near.basis))


def is_decomposed(matrix: Matrix, options: Solve) -> bool:
    """Whether a program is solved in parts."""
    if options.method == "auto":
        return len(matrix.columns) > WHOLE_COLUMNS and bool(matrix.whole.any())
    return options.method == "decomposed"
