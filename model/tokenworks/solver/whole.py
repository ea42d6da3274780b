"""Solve the whole model in one call of HiGHS: small cases, and the reference for all else."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tokenworks.build import Model
from tokenworks.errors import InfeasibleError, NoIncumbentError
from tokenworks.schema.scenario import Solve
from tokenworks.solver.highs import Outcome, Status, cost_scale, run
from tokenworks.solver.interior import Program, solve_interior
from tokenworks.solver.matrix import Floats, Matrix, compile_matrix

# Seconds given to each of the linear programs after the search; they are small beside it.
AFTERWARDS_S = 600.0
# With more columns than this a relaxation is solved by the interior point.
INTERIOR_COLUMNS = 30_000
# Its prices prove less, by no more than this or so: what a plan can change is then overstated.
UNAVOIDABLE_TOLERANCE = 1e-3

# By how much rounding whole columns may raise the cost, relative to it.
ROUNDING = 1e-6
# Tolerance of whole columns that hardly any coefficient can make use of.
NARROW = 1e-9

# The solver's tolerances are 1e-9.
ZERO = 1e-9

Values = Mapping[str, Mapping[Any, float]]

# Told at the end of every stage: stage, bound and incumbent in USD (None before there is one).
Progress = Callable[[str, float, float | None], None]


def nothing(stage: str, bound_usd: float, incumbent_usd: float | None) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Solved:
    """A plan in the model's variables.

    Attributes
    ----------
    status
        How the search ended.
    values
        Variable name to index to value.
    objective_usd, bound_usd
        Cost of the incumbent; no plan costs less than the bound.
    unavoidable_usd
        Penalty less revenue of the plan that serves most for nothing: what no plan can better. Of
        a search among some of the columns, no such plan among those.
    rows, columns, nonzeros
        Size of the program.
    seconds
        Wall time by stage.
    method
        How it was found.
    known
        What was learned on the way, a `tokenworks.solver.known.Known`; None where that is nothing.
    """

    status: Status
    values: Values
    objective_usd: float
    bound_usd: float
    unavoidable_usd: float
    rows: int
    columns: int
    nonzeros: int
    seconds: Mapping[str, float]
    method: str = "whole"
    known: Any = field(default=None, repr=False, compare=False)

    @property
    def gap(self) -> float:
        """(incumbent - bound) / size of the incumbent; 0 where both are zero."""
        return relative(self.objective_usd - self.bound_usd, self.objective_usd)

    @property
    def gap_controllable(self) -> float:
        """(incumbent - bound) / (incumbent - what no plan can better)."""
        return relative(
            self.objective_usd - self.bound_usd, self.objective_usd - self.unavoidable_usd
        )


def relative(difference: float, whole: float) -> float:
    """A difference over its whole; 0 where there is no difference, infinite over nothing."""
    if difference <= 0.0:
        return 0.0
    return difference / abs(whole) if whole else float("inf")


def solve_whole(
    model: Model,
    options: Solve,
    log: bool = False,
    matrix: Matrix | None = None,
    found: Outcome | None = None,
) -> Solved:
    """Solve a built model.

    Parameters
    ----------
    model, options
        A model, and how to solve it.
    log
        Whether HiGHS prints its own log to standard output.
    matrix
        Its program, where it has been compiled already.
    found
        A plan proven within the gap, of `tokenworks.solver.nearby`: nothing is searched then.

    Raises
    ------
    InfeasibleError
        Where no plan meets all limits.
    NoIncumbentError
        Where a limit ended the search before it had found a plan.
    """
    started = time.perf_counter()
    matrix = matrix or compile_matrix(model.pyomo)
    compiled = time.perf_counter()
    found = found or run(matrix, options, log)
    if found.status is Status.INFEASIBLE:
        raise InfeasibleError(["the program of sites, power, hardware and demand has no solution"])
    if found.values is None:
        raise NoIncumbentError(f"stopped ({found.status}) before any plan was found")
    searched = time.perf_counter()
    values, objective = polished(matrix, found, options)
    kept = matrix.whole.any() and values is found.values and not found.exact
    if kept or objective - found.objective > max(options.gap, ROUNDING) * abs(objective):
        # What was whole by its tolerance alone opened a row with a large coefficient. Plans of a
        # narrower one are true; the bound stays the first, which no narrower one can lower.
        values, objective = _narrower(matrix, options, values, np.inf if kept else objective)
    tightened = time.perf_counter()
    unavoidable = unavoidable_usd(model, matrix, options)
    return Solved(
        status=_status(found, objective, options),
        values=by_name(matrix, values),
        objective_usd=objective,
        bound_usd=min(found.bound, objective),
        unavoidable_usd=unavoidable,
        rows=matrix.shape[0],
        columns=matrix.shape[1],
        nonzeros=int(matrix.a.nnz),
        seconds={
            "compile": compiled - started,
            "search": searched - compiled,
            "polish": tightened - searched,
            "unavoidable": time.perf_counter() - tightened,
        },
    )


def _status(found: Outcome, objective: float, options: Solve) -> Status:
    """How it ended, with what making whole columns exactly whole has cost."""
    left = relative(objective - found.bound, objective)
    if found.status is Status.OPTIMAL and left > max(options.gap, ROUNDING):
        return Status.GAP_LEFT
    return found.status


def polished(matrix: Matrix, found: Outcome, options: Solve) -> tuple[Floats, float]:
    """Solve again with whole columns at exactly whole values, so that balances close tightly.

    The incumbent stands where rounding its whole columns leaves no plan, which their tolerance
    hardly allows.
    """
    incumbent = found.values
    if incumbent is None:  # pragma: no cover -- the caller has looked
        raise NoIncumbentError("there is nothing to polish")
    if found.exact or not matrix.whole.any():
        return incumbent, found.objective
    again = run(matrix.fixed(incumbent), _unhurried(options))
    if again.values is None:
        return incumbent, found.objective
    return again.values, again.objective


def _narrower(
    matrix: Matrix, options: Solve, values: Floats, objective: float
) -> tuple[Floats, float]:
    """The better of a plan and of one found with a narrow tolerance of whole columns."""
    found = run(matrix, options, whole_within=NARROW)
    if found.values is not None:
        again, cost = polished(matrix, found, options)
        if cost < objective:
            return again, cost
    return values, objective if np.isfinite(objective) else _cost(matrix, values)


def _cost(matrix: Matrix, values: Floats) -> float:
    return float(matrix.cost @ values) + matrix.offset


def unavoidable_usd(model: Model, matrix: Matrix, options: Solve) -> float:
    """Least penalty less revenue over the relaxation: what every plan leaves unserved, at least.

    Parameters
    ----------
    model
        The model, for its costs.
    matrix
        Its program, or the part of it that holds what is served.
    options
        For HiGHS.
    """
    worth: dict[tuple[str, Any], float] = defaultdict(float)
    for term in model.costs:
        if term.line in ("penalty", "revenue"):
            for index, usd in model.pyomo.component(term.coefficient).items():
                worth[term.variable, index] += usd
    if not worth:
        return 0.0
    names = [(column.parent_component().local_name, column.index()) for column in matrix.columns]
    cost = np.array([worth.get(name, 0.0) for name in names])
    program = matrix.relaxed().with_cost(cost)
    if len(names) > INTERIOR_COLUMNS:
        scale = cost_scale(cost)
        arrays = Program(
            *(cost * scale, 0.0, program.lower, program.upper),
            *(program.row_lower, program.row_upper, program.a.tocsr()),
        )
        inside = solve_interior(arrays, UNAVOIDABLE_TOLERANCE, AFTERWARDS_S)
        return 0.0 if inside is None else inside.bound / scale
    least = run(program, _unhurried(options))
    # A linear program that did not end proves nothing.
    return least.objective if least.status is Status.OPTIMAL else 0.0


def _unhurried(options: Solve) -> Solve:
    return options.model_copy(update={"time_limit_s": AFTERWARDS_S})


def by_name(matrix: Matrix, values: Floats) -> Values:
    """Values of the columns by variable and index."""
    found: dict[str, dict[Any, float]] = defaultdict(dict)
    for column, value in zip(matrix.columns, values.tolist(), strict=True):
        # What is left of a zero after the arithmetic is a zero, and would clutter every table.
        kept = value if abs(value) > ZERO else 0.0
        found[column.parent_component().local_name][column.index()] = kept
    return dict(found)
