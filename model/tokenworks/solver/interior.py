"""A linear program by the interior point, with a bound that any prices prove.

The relaxation of investment has some three zero costs out of four and sites that are nearly alike:
the simplex method takes tens of thousands of steps on it, the interior point some eighty. Its
prices are good to a tolerance only, but every set of prices y gives a bound,

    c x >= y b + (c - y A) x,

with b the side of its row that y presses on and x at the end of its range that costs less. What has
no end of its own has one by its rows: what is served is bounded by demand, and so all else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from tokenworks.solver.matrix import Floats

# Rounds in which ends of columns follow from ends of others; chains are no longer than this.
_ROUNDS = 30
# Sizes outside of this range are taken for its ends: scaling is for HiGHS, not exact.
_SMALLEST, _LARGEST = 2.0**-10, 2.0**20
# By how much costs are moved at most, relative, and by what share of the gap asked for; with fewer
# columns than these ties take little time, and moved costs gain none.
MOVED = 1e-4
MOVED_SHARE = 0.02
MOVED_COLUMNS = 50_000
SEED = 0


@dataclass(frozen=True)
class Program:
    """min cost·x + offset, row_lower <= A x <= row_upper, lower <= x <= upper; A by row."""

    cost: Floats
    offset: float
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    a: Any


@dataclass(frozen=True)
class Interior:
    """What the interior point found.

    Attributes
    ----------
    columns, prices
        To its tolerance.
    bound
        Proven by the prices.
    most
        Upper ends of the columns, see `implied_upper`.
    """

    columns: Floats
    prices: Floats
    bound: float
    most: Floats


def solve_interior(program: Program, tolerance: float, seconds: float) -> Interior | None:
    """Solve a program by the interior point, without crossover; None where that finds nothing.

    Parameters
    ----------
    program
        The program; scaled here to columns near one.
    tolerance
        Of the objective, relative. What is found may fall short of it.
    seconds
        Time limit.
    """
    most = implied_upper(program)
    columns = _powers(np.where(np.isfinite(most) & (most > 0.0), most, 1.0))
    a = program.a @ sp.diags(columns)
    largest = np.asarray(abs(a).max(axis=1).todense()).ravel()
    rows = 1.0 / _powers(np.where(largest > 0.0, largest, 1.0))
    a = (sp.diags(rows) @ a).tocsc()
    cost = program.cost * columns
    nonzero = np.abs(cost[cost != 0.0])
    money = float(_powers(np.median(nonzero))) if len(nonzero) else 1.0
    solver = highspy.Highs()
    options: dict[str, Any] = {
        "output_flag": False,
        "threads": 1,
        "solver": "ipx",
        "run_crossover": "off",
        "ipm_optimality_tolerance": tolerance,
        "time_limit": max(1.0, seconds),
    }
    for name, value in options.items():
        solver.setOptionValue(name, value)
    highs = highspy.HighsLp()
    highs.num_row_, highs.num_col_ = a.shape
    highs.col_cost_ = cost / money
    highs.col_lower_, highs.col_upper_ = program.lower / columns, program.upper / columns
    highs.row_lower_, highs.row_upper_ = program.row_lower * rows, program.row_upper * rows
    highs.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    highs.a_matrix_.start_, highs.a_matrix_.index_ = a.indptr, a.indices
    highs.a_matrix_.value_ = a.data
    solver.passModel(highs)
    solver.run()
    solution = solver.getSolution()
    if not solution.value_valid or not solution.dual_valid:
        return None
    prices = np.array(solution.row_dual) * rows * money
    values = np.array(solution.col_value) * columns
    inside = np.clip(values, program.lower, program.upper)
    return Interior(inside, prices, bound_of(program, prices, most), most)


def bound_of(program: Program, prices: Floats, most: Floats) -> float:
    """What some prices of rows prove: no solution costs less; minus infinity where they prove none.

    Parameters
    ----------
    program
        The program.
    prices
        By row, of any origin. Those that press on a side which a row has not are left out.
    most
        Ends of columns, see `implied_upper`.
    """
    lower, upper = program.row_lower, program.row_upper
    held = ((prices > 0.0) & np.isfinite(lower)) | ((prices < 0.0) & np.isfinite(upper))
    y = _without_rays(program, np.where(held, prices, 0.0), most)
    left = program.cost - program.a.T @ y
    # What is no more than rounding of the sum is none of it.
    sum_of = np.abs(program.cost) + abs(program.a).T @ np.abs(y)
    endless = np.isinf(most) & (np.abs(left) <= 1e-12 * sum_of)
    ends = np.where(left > 0.0, program.lower, most)
    with np.errstate(invalid="ignore"):
        of_columns = np.where((left == 0.0) | endless, 0.0, left * ends)
    sides = np.where(y > 0.0, lower, upper)
    of_rows = np.where(y == 0.0, 0.0, y * np.where(np.isfinite(sides), sides, 0.0))
    return float(program.offset + of_rows.sum() + of_columns.sum())


def _without_rays(program: Program, prices: Floats, most: Floats) -> Floats:
    """Prices lowered where a column without an end would be paid to grow."""
    y = prices.copy()
    left = program.cost - program.a.T @ y
    columns = np.flatnonzero(np.isinf(most) & (left < 0.0))
    by_column = program.a[:, columns].tocsc()
    for number, column in enumerate(columns):
        start, end = by_column.indptr[number], by_column.indptr[number + 1]
        rows, values = by_column.indices[start:end], by_column.data[start:end]
        pressing = values * y[rows] > 0.0
        total = float((values * y[rows])[pressing].sum())
        others = float((values * y[rows])[~pressing].sum())
        if total > 0.0:
            y[rows[pressing]] *= min(1.0, max(0.0, (program.cost[column] - others) / total))
    return y


def implied_upper(program: Program) -> Floats:
    """Upper ends of columns that follow from their rows and from other columns; infinite for some.

    A row that is at most so much ends each of its columns where all others are at their least.
    """
    upper = program.upper.copy()
    entries = program.a.tocoo()
    row, column, value = entries.row, entries.col, entries.data
    count = program.a.shape[0]
    lower = program.lower[column]
    for _ in range(_ROUNDS):
        found = upper.copy()
        for sign, most in ((1.0, program.row_upper), (-1.0, -program.row_lower)):
            with np.errstate(invalid="ignore"):
                least = np.where(
                    sign * value > 0.0, sign * value * lower, sign * value * upper[column]
                )
            known = np.isfinite(least)
            sums = np.bincount(row[known], weights=least[known], minlength=count)
            unknown = np.bincount(row[~known], minlength=count)
            ends = (np.isfinite(most) & (unknown == 0))[row] & (sign * value > 0.0)
            room = most[row[ends]] - sums[row[ends]] + least[ends]
            np.minimum.at(found, column[ends], room / (sign * value[ends]))
        found = np.maximum(found, program.lower)
        with np.errstate(invalid="ignore"):
            better = (found < 0.999 * upper) | (np.isinf(upper) & np.isfinite(found))
        upper = found
        if not better.any():
            break
    return upper


def moved_costs(cost: Floats, gap: float) -> Floats:
    """Costs that tie no more, each moved a little.

    Among points that cost the same the interior point ends in the middle, where many columns hold
    a little: with moved costs fewer do, and a search among those that do is faster.

    Parameters
    ----------
    cost
        By column.
    gap
        That is asked for; of the moved costs an optimum is one to within a fiftieth of that.
    """
    most = min(MOVED, MOVED_SHARE * gap) if len(cost) >= MOVED_COLUMNS else 0.0
    return cost * (1.0 + np.random.default_rng(SEED).uniform(-most, most, len(cost)))


def _powers(sizes: npt.ArrayLike) -> Floats:
    """Powers of two near some sizes, so that scaling rounds nothing."""
    return np.asarray(
        2.0 ** np.round(np.log2(np.clip(sizes, _SMALLEST, _LARGEST))), dtype=np.float64
    )
