"""Whether all demand can be met, and how much cannot: the investment program alone, no costs.

Unserved tokens are allowed and their amount minimised. What sites run hour by hour is left out, so
that the answer comes in a fraction of a second; demand that is short even so is short for good.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np

from tokenworks.build import Model, build, build_investment
from tokenworks.errors import InfeasibleError
from tokenworks.inputs import Inputs
from tokenworks.schema.scenario import Solve
from tokenworks.solver.highs import run
from tokenworks.solver.matrix import Matrix, compile_matrix
from tokenworks.solver.shortfall import UNSERVED

# Share of the tokens asked for below which nothing counts as short; ten times what the solver's
# tolerances can leave.
LITTLE = 1e-7

# A demand: workload, region and period.
Demand = tuple[str, str, str]


@dataclass(frozen=True)
class Shortfall:
    """What cannot be met, in the plan that leaves the fewest tokens unserved.

    Attributes
    ----------
    tokens
        Demand to the million tokens that it lacks over its period; only those that lack some.
    shares
        The same over what is asked for.
    possible
        False where the other limits cannot be met together, whatever is left unserved.
    certain
        False where a limit of time ended the search first.
    """

    tokens: dict[Demand, float]
    shares: dict[Demand, float]
    possible: bool = True
    certain: bool = True

    @property
    def nothing(self) -> bool:
        """Whether all demand can be met."""
        return self.possible and self.certain and not self.tokens


def allowing_unserved(x: Inputs) -> Inputs:
    """The inputs with unserved tokens allowed, and none of them counted as shed for power."""
    tables = dict(x.tables)
    tables["workloads"] = tables["workloads"].assign(sheddable_fraction=0.0)
    scenario = x.scenario.model_copy(update={"unserved": "priced"})
    return replace(x, scenario=scenario, tables=tables)


def least_unserved(
    x: Inputs, whole: bool = False, time_limit_s: float = 20.0, operation: bool = False
) -> Shortfall:
    """The least demand that has to stay unserved.

    Parameters
    ----------
    x
        Inputs.
    whole
        Whether blocks, modules and filings are whole; else their relaxation is solved, which may
        find too little.
    time_limit_s
        Seconds after which a search among whole ones ends.
    operation
        Whether what sites run hour by hour takes part.
    """
    try:
        model = (build if operation else build_investment)(allowing_unserved(x))
        matrix = compile_matrix(model.pyomo)
    except InfeasibleError:
        return Shortfall({}, {}, possible=False)
    if not len(matrix.columns):
        return Shortfall({}, {})
    matrix = matrix.with_cost(unserved_cost(model, matrix))
    options = Solve(gap=1e-4, time_limit_s=time_limit_s, threads=x.scenario.solve.threads)
    found = run(matrix if whole else matrix.relaxed(), options)
    if found.values is None:
        return Shortfall({}, {}, possible=found.status != "infeasible", certain=False)
    return shortfall_of(model, matrix, found.values.tolist())


def unserved_cost(model: Model, matrix: Matrix) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Million tokens of a period that a column leaves unserved, the longest step being one."""
    steps = model.inputs.calendar.steps
    longest = max(step.seconds for step in steps)
    return np.array(
        [
            steps[column.index()[-1]].seconds / longest
            if column.parent_component().local_name == UNSERVED
            else 0.0
            for column in matrix.columns
        ]
    )


def shortfall_of(model: Model, matrix: Matrix, values: list[float]) -> Shortfall:
    """What a solution of the program leaves unserved."""
    calendar, demand = model.inputs.calendar, model.candidates.demand
    missing: dict[Demand, float] = defaultdict(float)
    asked: dict[Demand, float] = defaultdict(float)
    for (w, r, e), level in demand.items():
        step = calendar.steps[e]
        asked[w, r, step.period] += level.mean_mtokens_per_s * step.seconds
    for column, value in zip(matrix.columns, values, strict=True):
        if column.parent_component().local_name == UNSERVED and value > 0.0:
            w, r, e = column.index()
            missing[w, r, calendar.steps[e].period] += value * calendar.steps[e].seconds
    short = {key: tokens for key, tokens in missing.items() if tokens > LITTLE * asked[key]}
    return Shortfall(short, {key: tokens / asked[key] for key, tokens in short.items()})
