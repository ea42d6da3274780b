"""Why no plan exists: the demand that cannot be met, by how much and where.

With unserved tokens forbidden, they are the only thing that can make the program infeasible: every
other limit is met by building nothing. So the same program, with unserved tokens allowed and their
amount minimised, says what cannot be met.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from tokenworks.build import Model
from tokenworks.schema.scenario import Solve
from tokenworks.solver.highs import run
from tokenworks.solver.matrix import Matrix, compile_matrix

UNSERVED = "unserved_mtokens_per_s"
NOISE_MTOKENS_PER_S = 1e-9


def shortfall(model: Model, options: Solve) -> list[str]:
    """Demands that cannot all be met, in the input's words.

    Parameters
    ----------
    model
        The scenario built with unserved tokens allowed.
    options
        Time limit, threads and seed.

    Returns
    -------
    list of str
        One line for every workload, region and period that falls short in a plan that leaves the
        fewest tokens unserved; empty where the time limit ended the search first.
    """
    matrix = compile_matrix(model.pyomo)
    cost = np.array(
        [
            model.inputs.calendar.steps[column.index()[-1]].seconds if _is_unserved(column) else 0.0
            for column in matrix.columns
        ]
    )
    matrix = matrix.with_cost(cost / max(cost.max(), 1.0))
    # The relaxation finds most shortfalls at once; whole blocks and modules may add to them.
    for program in (matrix.relaxed(), matrix):
        lines = _lines(model, program, options)
        if lines:
            return lines
    return []


def _is_unserved(column: Any) -> bool:
    return str(column.parent_component().local_name) == UNSERVED


def _lines(model: Model, program: Matrix, options: Solve) -> list[str]:
    found = run(program, options)
    if found.values is None:
        return []
    calendar, demand = model.inputs.calendar, model.candidates.demand
    missing: dict[tuple[str, str, str], float] = defaultdict(float)
    asked: dict[tuple[str, str, str], float] = defaultdict(float)
    for column, value in zip(program.columns, found.values.tolist(), strict=True):
        if _is_unserved(column):
            workload, region, step = column.index()
            key = (workload, region, calendar.steps[step].period)
            seconds = calendar.steps[step].seconds
            asked[key] += demand[workload, region, step].mean_mtokens_per_s * seconds
            if value > NOISE_MTOKENS_PER_S:
                missing[key] += value * seconds
    return [
        f"demand of `{w}` in `{r}`, period {y}: {amount / asked[w, r, y]:.1%} of its tokens can be "
        "neither served in time nor rented"
        for (w, r, y), amount in missing.items()
    ] + _remedies(model, bool(missing))


def _remedies(model: Model, short: bool) -> list[str]:
    if not short:
        return []
    firsts = model.candidates.siting.first_step
    calendar = model.inputs.calendar
    lines = [
        f"site `{site}` can be energised from {calendar.date_of(calendar.steps[e].start_month)}"
        for site, e in firsts.items()
    ]
    never = [s for s in model.inputs.tables["sites"]["site"] if s not in firsts]
    lines += [f"site `{site}` cannot be energised before the horizon ends" for site in never]
    return [
        *lines,
        "give unserved tokens a value (`unserved: priced`), offer rented capacity "
        "(`cloud_prices`), or loosen sites, months, headroom or latency",
        "`tokenworks explain` of the scenario finds the smallest such change, and what conflicts",
    ]
