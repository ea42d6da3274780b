"""Plans that cost little more than the best and differ most from those that are known.

Modelling to generate alternatives, with distances in place of weights. A plan p has figures
``p[g] = sum(weight[g, j] * x[j] for j)``, such as the megawatts of a site, and the distance of two
plans is the sum of the differences of their figures. Asked for is

    max z
    subject to
        cost·x + offset <= most_usd
        z <= sum(delta[k, g] for g)                             for every known plan k
        delta[k, g] <= p[g] - q[k, g] + 2 * fall[k, g] * b[k, g]
        delta[k, g] <= q[k, g] - p[g] + 2 * rise[k, g] * (1 - b[k, g])
        and all rows of the model,

with b binary, ``fall`` and ``rise`` the most by which a figure can lie below and above that of a
known plan: ``delta`` is then at most their difference, whichever way it goes. The idea is that of
E. D. Brill, S.-Y. Chang and L. D. Hopkins, Management Science 28 (1982) 221-235; the exact distance
stands in place of their weights. Of the plans with that distance and these whole columns the
cheapest is taken.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from tokenworks.build import Model
from tokenworks.errors import InfeasibleError, NoIncumbentError
from tokenworks.schema.scenario import Solve
from tokenworks.solver.highs import Status, run
from tokenworks.solver.matrix import Floats, Matrix, compile_matrix
from tokenworks.solver.whole import Solved, by_name, polished, unavoidable_usd

USD_PER_MUSD = 1e6
# Of a distance, what the cheapest plan that keeps it may lose: the solver's tolerance.
KEPT = 1e-6
# A budget is a row of hundreds of columns; of it, what may be left to rounding.
ROUNDING = 1e-7

# Nodes after which a search ends with what it has: a clock would end two runs differently.
MOST_NODES = 150

# Variable and index to what one of it adds to the figure.
Figure = Mapping[tuple[str, Any], float]


@dataclass(frozen=True)
class Asked:
    """What plans are looked for.

    Attributes
    ----------
    most_usd
        What they may cost.
    bound_usd
        No plan costs less: the bound of the best plan.
    figures
        In what they are to differ.
    known
        Figures of the plans from which they are to differ, one plan a row.
    most_figure
        No figure is larger than this, or than that of a known plan: what is for nothing, and
        bought in any number, makes no other plan.
    """

    most_usd: float
    bound_usd: float
    figures: Sequence[Figure]
    known: Floats
    most_figure: float = np.inf


@dataclass(frozen=True)
class Farthest:
    """A plan far from those known.

    Attributes
    ----------
    solved
        The plan, with its cost and the bound on every plan's.
    distance
        From the nearest known plan.
    most_distance
        No plan within the budget lies farther from all that are known.
    low, high
        By figure: no plan within the budget has less, or more.
    """

    solved: Solved
    distance: float
    most_distance: float
    low: Floats
    high: Floats


def farthest(
    model: Model, asked: Asked, options: Solve, ranges: tuple[Floats, Floats] | None = None
) -> Farthest:
    """The plan within a budget that lies farthest from the nearest of some known plans.

    Parameters
    ----------
    model
        A built model.
    asked
        Budget, figures and known plans.
    options
        For HiGHS; its gap is that of the distance.
    ranges
        `low` and `high` of an answer for the same model, budget and figures.

    Raises
    ------
    InfeasibleError
        Where no plan costs as little as the budget.
    NoIncumbentError
        Where a limit ended the search before it had found a plan.
    """
    started = time.perf_counter()
    matrix = compile_matrix(model.pyomo)
    # What rounding may add to a budget stays below the one asked for.
    cheap = within(matrix, asked.most_usd - 2.0 * ROUNDING * abs(asked.most_usd))
    weights = weights_of(matrix, asked.figures)
    low, high = ranges or figure_ranges(cheap, weights, options)
    ranged = time.perf_counter()
    cheap, high = _capped(cheap, weights, asked, high)
    program = _distances(cheap, weights, asked.known, low, high)
    found = run(program, options, most_nodes=MOST_NODES)
    if found.status is Status.INFEASIBLE:
        raise InfeasibleError([f"no plan costs at most {asked.most_usd:,.0f} USD"])
    if found.values is None:
        raise NoIncumbentError(f"stopped ({found.status}) before any other plan was found")
    values, objective = polished(program, found, options)
    values = _cheapest(matrix, program, values, -objective, options)
    searched = time.perf_counter()
    rows, columns = matrix.shape
    cost = float(matrix.cost @ values) + matrix.offset
    solved = Solved(
        status=found.status,
        values=by_name(matrix, values),
        objective_usd=cost,
        bound_usd=min(asked.bound_usd, cost),
        unavoidable_usd=unavoidable_usd(model, matrix, options),
        rows=rows,
        columns=columns,
        nonzeros=int(matrix.a.nnz),
        seconds={"ranges": ranged - started, "search": searched - ranged},
    )
    distances = np.abs(asked.known - weights @ values).sum(axis=1)
    return Farthest(solved, float(distances.min()), -found.bound, low, high)


def figure_ranges(cheap: Matrix, weights: Any, options: Solve) -> tuple[Floats, Floats]:
    """Least and most of every figure over the relaxation of a program."""
    relaxed = cheap.relaxed()
    low, high = np.zeros(weights.shape[0]), np.zeros(weights.shape[0])
    for number in range(weights.shape[0]):
        row = weights[[number]].toarray().ravel()
        for sign, ends in ((1.0, low), (-1.0, high)):
            least = run(relaxed.with_cost(sign * row), options)
            if least.status is not Status.OPTIMAL:
                raise InfeasibleError([f"the range of a figure ended with {least.status}"])
            ends[number] = sign * least.objective
    return low, np.maximum(low, high)


def _capped(cheap: Matrix, weights: Any, asked: Asked, high: Floats) -> tuple[Matrix, Floats]:
    """The program without plans whose figures are beyond what counts, and the most they can be."""
    caps = np.maximum(asked.known.max(axis=0), asked.most_figure)
    for number in np.flatnonzero(high > caps):
        cheap = with_row(cheap, weights[[number]].toarray().ravel(), float(caps[number]))
    return cheap, np.minimum(high, caps)


def weights_of(matrix: Matrix, figures: Sequence[Figure]) -> Any:
    """Figures by column, compressed by row."""
    place = {
        (column.parent_component().local_name, column.index()): number
        for number, column in enumerate(matrix.columns)
    }
    rows, columns, values = [], [], []
    for number, figure in enumerate(figures):
        for name, weight in figure.items():
            if name in place:  # else it is a column of no use, and zero
                rows.append(number)
                columns.append(place[name])
                values.append(weight)
    shape = len(figures), len(matrix.columns)
    return sp.csr_matrix((np.array(values, dtype=np.float64), (rows, columns)), shape)


def within(matrix: Matrix, most_usd: float) -> Matrix:
    """A program with a budget on its objective."""
    room = (most_usd - matrix.offset) / USD_PER_MUSD
    return with_row(matrix, matrix.cost / USD_PER_MUSD, room + ROUNDING * abs(room))


def with_row(matrix: Matrix, weights: Floats, most: float) -> Matrix:
    """A program in which the sum of its columns by some weights is limited."""
    return replace(
        matrix,
        rows=[*matrix.rows, None],
        a=sp.vstack([matrix.a, sp.csc_matrix(weights[np.newaxis, :])]).tocsc(),
        row_lower=np.append(matrix.row_lower, -np.inf),
        row_upper=np.append(matrix.row_upper, most),
    )


def _distances(cheap: Matrix, weights: Any, known: Floats, low: Floats, high: Floats) -> Matrix:
    """The program with its figures' distances from those of the known plans, and the least of them.

    Columns are added behind its own: the least distance, differences, and which way each goes.
    """
    plans, figures = known.shape
    pairs, own = plans * figures, len(cheap.columns)
    q = known.ravel()
    fall = np.maximum(known - low, 0.0).ravel()
    rise = np.maximum(high - known, 0.0).ravel()
    each = sp.vstack([weights] * plans)
    one, none = sp.identity(pairs), sp.csr_matrix((pairs, 1))
    sums = sp.kron(sp.identity(plans), np.ones((1, figures)))
    blocks: Any = [
        [cheap.a, None, None, None],
        [-each, none, one, sp.diags(-2.0 * fall)],
        [each, none, one, sp.diags(2.0 * rise)],
        [sp.csr_matrix((plans, own)), sp.csr_matrix(np.ones((plans, 1))), -sums, None],
    ]
    rows: Any = sp.bmat(blocks, format="csc")
    more = 1 + 2 * pairs
    free = np.full(2 * pairs + plans, -np.inf)
    most = np.maximum(fall, rise)
    cost = np.zeros(own + more)
    cost[own] = -1.0
    return Matrix(
        columns=[*cheap.columns, *([None] * more)],
        rows=[*cheap.rows, *([None] * len(free))],
        cost=cost,
        offset=0.0,
        lower=np.concatenate([cheap.lower, np.zeros(more)]),
        upper=np.concatenate([cheap.upper, [most.sum()], most, np.ones(pairs)]),
        whole=np.concatenate([cheap.whole, np.arange(more) > pairs]),
        a=rows,
        row_lower=np.concatenate([cheap.row_lower, free]),
        row_upper=np.concatenate([cheap.row_upper, -q, q + 2.0 * rise, np.zeros(plans)]),
    )


def _cheapest(
    matrix: Matrix, program: Matrix, values: Floats, distance: float, options: Solve
) -> Floats:
    """The cheapest plan with the same whole columns and as great a distance."""
    own = len(matrix.columns)
    lower = program.lower.copy()
    lower[own] = distance - KEPT * max(1.0, distance)
    cost = np.zeros(len(program.columns))
    cost[:own] = matrix.cost
    again = run(replace(program, lower=lower).fixed(values).with_cost(cost), options)
    return (values if again.values is None else again.values)[:own]
