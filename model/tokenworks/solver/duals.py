"""What a limit is worth with all whole decisions fixed: duals of the program that is left.

They price one unit more by the dispatch and the flows that could follow at once, with the same
sites, modules and filings. What re-solving finds, which may choose these anew, is another figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import highspy
import numpy as np

from tokenworks.build import Model
from tokenworks.solver.highs import TOLERANCES, cost_scale, load
from tokenworks.solver.matrix import compile_matrix
from tokenworks.solver.whole import Values

# Constraint and index.
Row = tuple[str, Any]


def duals_at_fixed_integers(
    model: Model, values: Values, time_limit_s: float
) -> Mapping[Row, float] | None:
    """Present value in USD that one unit more of every row's right-hand side is worth.

    Parameters
    ----------
    model
        The model.
    values
        A plan of it: variable to index to value. Whole variables stay where they are.
    time_limit_s
        Seconds after which there are none.

    Returns
    -------
    dict or None
        Constraint and index to USD, positive where more of it makes the plan cheaper; None where
        the linear program did not end.
    """
    matrix = compile_matrix(model.pyomo)
    names = [(c.parent_component().local_name, c.index()) for c in matrix.columns]
    plan = np.array([values.get(name, {}).get(index, 0.0) for name, index in names])
    program = matrix.fixed(plan)
    scale = cost_scale(program.cost)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    for name, value in {"time_limit": time_limit_s, **TOLERANCES}.items():
        solver.setOptionValue(name, value)
    load(solver, program, scale)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    duals = -np.array(solver.getSolution().row_dual) / scale
    return {
        (row.parent_component().local_name, row.index()): dual
        for row, dual in zip(program.rows, duals.tolist(), strict=True)
        if dual
    }
