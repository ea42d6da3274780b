"""The extensive form: the programs of several branches with what they share made one.

Every branch has a program of its own, on the same steps. A column is *shared* by the branches that
are not known in the month in which it is decided; the rest is each branch's own. What is ordered
before a branch is known and arrives after has a shared order and an arrival in every branch, which
may be later there, or cancelled:

    arrival[b] = sum(order[t] - cancel[b, t] for the orders t that arrive then in branch b)

and more where that arrival could still be ordered once b is known. The objective is the expected
cost. It needs nothing of the blocks but their columns' names, indices and months, so that whatever
they come to hold is in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp

from tokenworks.build import Model
from tokenworks.errors import InputError, Problem
from tokenworks.solver.matrix import Floats, Matrix
from tokenworks.solver.names import labels_of

Key = tuple[Any, ...]
SAME = 1e-9


@dataclass(frozen=True)
class BranchProgram:
    """A branch's program and when its columns are decided.

    Attributes
    ----------
    name, probability, reveal_month
        Of the branch; it is known from that month on.
    model, matrix
        Its model, and the arrays made of it.
    decided, served
        Month in which a column (variable, index) is decided, and in which it takes effect.
    cancelling_usd
        Present value of cancelling in a month a unit of an order (variable, index); None where it
        cannot be cancelled.
    """

    name: str
    probability: float
    reveal_month: int
    model: Model
    matrix: Matrix
    decided: Callable[[str, Key], int]
    served: Callable[[str, Key], int]
    cancelling_usd: Callable[[str, Key, int], float | None]


@dataclass
class _Columns:
    """Columns of the extensive form as they are gathered."""

    keys: dict[Key, int] = field(default_factory=dict)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)

    def add(self, key: Key, lower: float, upper: float, whole: bool, cost: float) -> int:
        """Number of a column; of one that is there already the bounds tighten, the costs add."""
        if key in self.keys:
            at = self.keys[key]
            self.lower[at] = max(self.lower[at], lower)
            self.upper[at] = min(self.upper[at], upper)
            self.whole[at] = self.whole[at] or whole
            self.cost[at] += cost
            return at
        self.keys[key] = len(self.lower)
        self.lower.append(lower)
        self.upper.append(upper)
        self.whole.append(whole)
        self.cost.append(cost)
        return self.keys[key]


@dataclass
class _Rows:
    """Rows of the extensive form as they are gathered."""

    shared: dict[Key, tuple[Any, ...]] = field(default_factory=dict)
    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)

    def add(self, entries: list[tuple[int, float]], lower: float, upper: float) -> None:
        """Append a row."""
        at = len(self.lower)
        for column, value in entries:
            self.row.append(at)
            self.column.append(column)
            self.value.append(value)
        self.lower.append(lower)
        self.upper.append(upper)


@dataclass(frozen=True)
class Extensive:
    """The program of all branches together.

    Attributes
    ----------
    matrix
        Its arrays; the objective is the expected cost.
    column_of
        Branch to the number of the column behind each of its own columns.
    cancelled
        Branch to (number of the column, cost in that branch of a unit) of its cancellations.
    shared
        Numbers of the columns that several branches share.
    """

    matrix: Matrix
    column_of: Mapping[str, Any]
    cancelled: Mapping[str, list[tuple[int, float]]]
    shared: frozenset[int]


def extensive_form(programs: list[BranchProgram]) -> Extensive:
    """Join the programs of all branches.

    Raises
    ------
    InputError
        Where branches differ in what lies before they are known.
    """
    columns, rows = _Columns(), _Rows()
    column_of = {p.name: _own_columns(p, columns) for p in programs}
    _close_what_some_lack(programs, columns)
    shared = frozenset(at for key, at in columns.keys.items() if key[0] == "")
    for program in programs:
        _own_rows(program, column_of[program.name], shared, rows)
    cancelled: dict[str, list[tuple[int, float]]] = {p.name: [] for p in programs}
    _orders(programs, columns, rows, cancelled)
    return Extensive(_matrix(columns, rows), column_of, cancelled, shared)


def _named(matrix: Matrix) -> list[tuple[str, Key]]:
    named = []
    for column in matrix.columns:
        name = str(column.parent_component().local_name)
        named.append((name, labels_of(column.index())))
    return named


def _own_columns(p: BranchProgram, columns: _Columns) -> Any:
    """Number of the extensive form's column for each column of a branch."""
    numbers = np.empty(len(p.matrix.columns), dtype=np.int64)
    m = p.matrix
    for j, (name, index) in enumerate(_named(m)):
        shared = p.served(name, index) < p.reveal_month
        key = ("" if shared else p.name, name, index)
        cost = p.probability * float(m.cost[j])
        numbers[j] = columns.add(key, float(m.lower[j]), float(m.upper[j]), bool(m.whole[j]), cost)
    return numbers


def _close_what_some_lack(programs: list[BranchProgram], columns: _Columns) -> None:
    """A shared column that a branch lacks is zero: nobody knows yet that the branch has not come.

    It has to be possible in all branches that are not known when it takes effect.
    """
    held = [set(_named(p.matrix)) for p in programs]
    for (owner, name, index), at in columns.keys.items():
        if owner:
            continue
        for p, own in zip(programs, held, strict=True):
            if (name, index) in own:
                continue
            other = next(
                q for q, theirs in zip(programs, held, strict=True) if (name, index) in theirs
            )
            if other.served(name, index) < p.reveal_month:
                columns.upper[at] = min(columns.upper[at], max(0.0, columns.lower[at]))


def _own_rows(p: BranchProgram, numbers: Any, shared: frozenset[int], rows: _Rows) -> None:
    """A branch's rows; one of shared columns alone stands once, and must be the same in all."""
    by_row = p.matrix.a.tocsr()
    for i, row in enumerate(p.matrix.rows):
        span = slice(by_row.indptr[i], by_row.indptr[i + 1])
        at = numbers[by_row.indices[span]].tolist()
        entries = list(zip(at, by_row.data[span].tolist(), strict=True))
        lower, upper = float(p.matrix.row_lower[i]), float(p.matrix.row_upper[i])
        if all(column in shared for column in at):
            key = (row.parent_component().local_name, row.index())
            content = (tuple(sorted(entries)), lower, upper)
            known = rows.shared.get(key)
            if known is None:
                rows.shared[key] = content
            elif _alike(known, content):
                continue
            else:
                raise InputError([_differs(p, key)])
        rows.add(entries, lower, upper)


def _alike(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    entries, lower, upper = one
    theirs, their_lower, their_upper = other
    if [c for c, _ in entries] != [c for c, _ in theirs]:
        return False
    mine = [v for _, v in entries] + [lower, upper]
    yours = [v for _, v in theirs] + [their_lower, their_upper]
    return bool(np.allclose(mine, yours, rtol=SAME, atol=SAME))


def _differs(p: BranchProgram, row: Key) -> Problem:
    x = p.model.inputs
    return Problem(
        "branches",
        0,
        "reveals_on",
        f"the branch `{p.name}` differs from another before the day on which it is known "
        f"({x.calendar.date_of(min(p.reveal_month, x.calendar.horizon_months))}), "
        f"in `{row[0]}` of {row[1]}",
        "reveal it sooner, or change only what comes after",
    )


def _orders(
    programs: list[BranchProgram],
    columns: _Columns,
    rows: _Rows,
    cancelled: dict[str, list[tuple[int, float]]],
) -> None:
    """Tie arrivals to the orders that were placed before some branch was known."""
    asked: dict[Key, set[int]] = defaultdict(set)
    arrivals: dict[tuple[str, Key], list[tuple[int, Key]]] = defaultdict(list)
    for p in programs:
        for name, index in _named(p.matrix):
            decided, served = p.decided(name, index), p.served(name, index)
            if decided == served:
                continue  # nothing lies between decision and effect
            arrivals[p.name, (name, *index[:-1])].append((decided, index))
            if decided < p.reveal_month <= served:
                asked[name, *index[:-1]].add(decided)
    for asset, months in asked.items():
        sorted_arrivals = {p.name: sorted(arrivals[p.name, asset]) for p in programs}
        placed = _Placed(asset, sorted(months), sorted_arrivals)
        for p in programs:
            _arrive(p, programs, placed, columns, rows, cancelled)


@dataclass(frozen=True)
class _Placed:
    """Orders of an asset, by their months, and its arrivals in every branch, by month of order."""

    asset: Key
    months: list[int]
    arrivals: Mapping[str, list[tuple[int, Key]]]

    def arrival(self, branch: str, month: int) -> Key | None:
        """Index at which an order of a month arrives in a branch; None beyond the horizon."""
        return next((i for decided, i in self.arrivals[branch] if decided >= month), None)


def _arrive(
    p: BranchProgram,
    programs: list[BranchProgram],
    placed: _Placed,
    columns: _Columns,
    rows: _Rows,
    cancelled: dict[str, list[tuple[int, float]]],
) -> None:
    """Tie a branch's arrivals of an asset to the orders that were placed before it was known."""
    name = placed.asset[0]
    due: dict[Key, list[tuple[int, float]]] = defaultdict(list)
    for month in placed.months:
        if month >= p.reveal_month:
            continue
        order = columns.add(("", "order", *placed.asset, month), 0.0, np.inf, False, 0.0)
        index = placed.arrival(p.name, month)
        unknown_until = min(q.reveal_month for q in programs if month < q.reveal_month)
        if index is not None and p.served(name, index) < unknown_until:
            raise InputError([_differs(p, (name, index))])
        entries = due[index] if index is not None else []
        entries.append((order, -1.0))
        fee = _fee(p, programs, placed, month)
        if fee is not None and (index is None or p.served(name, index) >= p.reveal_month):
            key = (p.name, "cancel", *placed.asset, month)
            cancel = columns.add(key, 0.0, np.inf, False, p.probability * fee)
            cancelled[p.name].append((cancel, fee))
            rows.add([(order, 1.0), (cancel, -1.0)], 0.0, np.inf)
            entries.append((cancel, 1.0))
        if index is None:
            rows.add(
                entries, 0.0, 0.0
            )  # what arrives after the horizon is cancelled, or not ordered
    for decided, index in placed.arrivals[p.name]:
        own = p.served(name, index) >= p.reveal_month
        bound = decided in placed.months or (own and decided < p.reveal_month)
        if bound or index in due:
            arrival = columns.keys[p.name if own else "", name, index]
            rows.add([(arrival, 1.0), *due.get(index, [])], 0.0, 0.0 if bound else np.inf)


def _fee(
    p: BranchProgram, programs: list[BranchProgram], placed: _Placed, month: int
) -> float | None:
    """What it costs to cancel an order of a month when a branch is known.

    What was paid by then is the same in every branch; of one in which the order does not arrive
    within the horizon it is taken from another in which it does.
    """
    for q in (p, *programs):
        index = placed.arrival(q.name, month)
        if index is not None:
            return q.cancelling_usd(placed.asset[0], index, p.reveal_month)
    return None


def _matrix(columns: _Columns, rows: _Rows) -> Matrix:
    shape = (len(rows.lower), len(columns.lower))
    a = sp.csc_array((rows.value, (rows.row, rows.column)), shape=shape)
    a.sum_duplicates()
    return Matrix(
        columns=list(columns.keys),
        rows=list(range(shape[0])),
        cost=np.array(columns.cost),
        offset=0.0,
        lower=np.array(columns.lower),
        upper=np.array(columns.upper),
        whole=np.array(columns.whole, dtype=np.bool_),
        a=a,
        row_lower=np.array(rows.lower),
        row_upper=np.array(rows.upper),
    )


def with_least_regret(
    program: Extensive, programs: list[BranchProgram], alone: Mapping[str, float]
) -> Matrix:
    """The same program under another objective: the largest regret of any branch.

    Parameters
    ----------
    program
        The extensive form.
    programs
        Its branches.
    alone
        Branch to its least cost were it known from the start.

    Returns
    -------
    Matrix
        Its last column is the largest regret, in USD.
    """
    m = program.matrix
    size = len(m.lower)
    extra: list[Floats] = []
    for p in programs:
        row = np.zeros(size + 1)
        np.add.at(row, program.column_of[p.name], p.matrix.cost)
        for at, usd in program.cancelled[p.name]:
            row[at] += usd
        row[size] = -1.0
        extra.append(row)
    padded = sp.hstack([m.a, sp.csc_array((m.a.shape[0], 1))])
    a = sp.vstack([padded, sp.csc_array(np.array(extra))])
    most = np.array([alone[p.name] for p in programs])
    return Matrix(
        columns=[*m.columns, ("", "regret")],
        rows=list(range(a.shape[0])),
        cost=np.append(np.zeros(size), 1.0),
        offset=0.0,
        lower=np.append(m.lower, 0.0),
        upper=np.append(m.upper, np.inf),
        whole=np.append(m.whole, False),
        a=sp.csc_array(a),
        row_lower=np.concatenate([m.row_lower, np.full(len(programs), -np.inf)]),
        row_upper=np.concatenate([m.row_upper, most]),
    )
