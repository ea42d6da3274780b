"""Investment apart by site, once what sites share has a price.

Demand, rentals, supply and the headroom of a zone are shared; with a price on each of these rows
every site is a program of its own. Whatever the prices, the sum of their optima is a bound on all
plans (Lagrangian duality), and what a site uses at good prices is worth searching among.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from tokenworks.solver.investment import Cut, Investment
from tokenworks.solver.matrix import Floats
from tokenworks.solver.names import labels_of
from tokenworks.solver.parts import Indices
from tokenworks.solver.settling import Answers, settle
from tokenworks.solver.site_program import HELD, SiteProgram

Flags = npt.NDArray[np.bool_]

# Times the price of what is served, when power is fitted to it.
PAID = 1.2


@dataclass(frozen=True)
class Asked:
    """What sites answer to prices.

    Attributes
    ----------
    bound
        On all plans, scaled.
    used
        Columns of investment that some site uses.
    stands
        Rows that some site's program holds.
    values
        By program, its part of the bound.
    """

    bound: float
    used: Flags
    stands: Flags
    values: Floats


class Sites:
    """Investment in programs of sites.

    Parameters
    ----------
    program
        Investment.
    names
        Of sites: a row whose index holds none of them may be shared.
    most
        Ends of columns, see `tokenworks.solver.interior.implied_upper`.
    pool
        Runs the programs side by side.
    of_some
        True where there are more sites than those of the program, whose columns may enter every
        row whose index holds none of the names; else such a row is one site's own where it alone
        enters it.
    zones
        Those names that are of zones, where their sites are to be programs of their own: what may
        be no more than a zone allows together is no more than that at each. Else a zone's sites
        are one program.

    Attributes
    ----------
    local
        By row, whether its index holds a name.
    shared
        Rows that columns of several programs enter, or of none.
    common
        Columns of no program.
    entered
        By shared row, how many programs enter it.
    """

    def __init__(
        self,
        program: Investment,
        names: Collection[str],
        most: Floats,
        pool: Executor,
        *,
        of_some: bool = False,
        zones: Collection[str] = (),
    ) -> None:
        self._program, self._most, self._pool = program, most, pool
        own = frozenset(names)
        self.local = np.array([not own.isdisjoint(labels_of(index)) for _, index in program.rows])
        each = _kept_by_each(program, self.local, own, frozenset(zones))
        of_rows, of_columns = _pieces(program, self.local, of_some, each)
        self.shared = np.flatnonzero(of_rows < 0)
        self._a = program.a[self.shared]
        pieces = np.unique(of_rows[of_rows >= 0])
        of = [(np.flatnonzero(of_rows == n), np.flatnonzero(of_columns == n)) for n in pieces]
        if len(each):
            entries = program.a[each].tocoo()
            entered = of_columns[entries.col]
            of = [
                (np.union1d(rows, each[entries.row[entered == piece]]), columns)
                for piece, (rows, columns) in zip(pieces, of, strict=True)
            ]
        self.common = np.flatnonzero(~np.isin(of_columns, pieces))
        made = pool.map(lambda piece: SiteProgram(program, piece[0], piece[1], most), of)
        self.programs: tuple[SiteProgram, ...] = tuple(made)
        entries = self._a.tocoo()
        pairs = np.unique(np.stack([entries.row, of_columns[entries.col]]), axis=1)
        inside = np.isin(pairs[1], pieces)
        self.entered = np.bincount(pairs[0][inside], minlength=len(self.shared))

    def add(self, cuts: Sequence[Cut]) -> None:
        """Hand cuts to the programs that they are of."""
        for program in self.programs:
            program.add(cuts)

    def price(self, prices: Floats) -> Asked:
        """Ask all programs at prices of the shared rows.

        Parameters
        ----------
        prices
            By shared row; one that presses on a side which a row has not counts as none.
        """
        prices, cost = self.at(prices)

        def ask(program: SiteProgram) -> tuple[Floats, float]:
            values = program.solve(cost[program.columns])
            return values, program.bound(cost[program.columns])

        answers = list(self._pool.map(ask, self.programs))
        used = np.zeros(self._program.count, dtype=np.bool_)
        stands = np.zeros(len(self._program.rows), dtype=np.bool_)
        for program, (values, _) in zip(self.programs, answers, strict=True):
            used[program.columns] = values[: len(program.columns)] > HELD
            stands[program.stands] = True
        found = np.array([bound for _, bound in answers])
        return Asked(self.of_no_site(prices, cost) + float(found.sum()), used, stands, found)

    def at(self, prices: Floats) -> tuple[Floats, Floats]:
        """Prices of the shared rows without those that press on no side, and costs less them."""
        lower = self._program.row_lower[self.shared]
        upper = self._program.row_upper[self.shared]
        held = ((prices > 0.0) & np.isfinite(lower)) | ((prices < 0.0) & np.isfinite(upper))
        prices = np.where(held, prices, 0.0)
        return prices, self._program.cost - self._a.T @ prices

    def well_paid(self, prices: Floats) -> tuple[Floats, Flags]:
        """Costs by column where what is served is paid a fifth more, and columns that serve.

        Parameters
        ----------
        prices
            From `at`.
        """
        paid = (prices > 0.0) & np.isfinite(self._program.row_lower[self.shared])
        cost = self._program.cost - self._a.T @ np.where(paid, PAID * prices, prices)
        return cost, np.asarray((self._a[paid] > 0.0).sum(axis=0)).ravel() > 0

    def of_no_site(self, prices: Floats, cost: Floats) -> float:
        """What the bound is without any site: of the shared rows, and of columns of no program.

        Parameters
        ----------
        prices, cost
            From `at`.
        """
        lower = self._program.row_lower[self.shared]
        upper = self._program.row_upper[self.shared]
        sides = np.where(prices > 0.0, lower, upper)
        of_rows = float((prices * np.where(prices == 0.0, 0.0, sides)).sum())
        left, most = cost[self.common], self._most[self.common]
        ends = np.where(left > 0.0, self._program.lower[self.common], most)
        with np.errstate(invalid="ignore"):
            of_columns = float(np.where(left == 0.0, 0.0, left * ends).sum())
        return self._program.offset + of_rows + of_columns

    def spread(self, prices: Floats, share: float) -> Flags:
        """Columns that sites would use, well paid for what they serve: each no more than a share.

        At any prices a site serves what pays most, and all sites the same.

        Parameters
        ----------
        prices
            By shared row.
        share
            Of the most that there is to be served.
        """
        cost, serves = self.well_paid(self.at(prices)[0])
        most = np.where(serves, share * self._most, np.inf)

        def spread(program: SiteProgram) -> Indices:
            program.box(most[program.columns])
            values = program.solve(cost[program.columns])
            program.box(None)
            return program.columns[values[: len(program.columns)] > HELD]

        used = np.zeros(self._program.count, dtype=np.bool_)
        for columns in self._pool.map(spread, self.programs):
            used[columns] = True
        return used

    def fit(
        self, point: Floats, prices: Floats, answers: Answers, goes_on: Callable[[], bool]
    ) -> tuple[list[Cut], Flags]:
        """Cuts where sites would power what they serve at a point, and columns of use for that.

        A relaxation that knows no dispatch yet powers nothing, and what it learns of all sites in
        many rounds every site learns alone in little time, were it well paid for what it serves.

        Parameters
        ----------
        point
            By column of investment; no site serves more than there.
        prices
            By shared row.
        answers
            Of dispatches.
        goes_on
            Asked before every round of a site but its first.
        """
        cost, serves = self.well_paid(prices)
        most = np.where(serves, np.maximum(point, 0.0) * (1.0 + HELD), np.inf)

        def fitted(program: SiteProgram) -> tuple[list[Cut], Floats]:
            nothing = np.zeros(len(program.columns))
            if not (point[program.columns] > HELD).any():
                return [answers.exact(program, n, nothing)[0] for n in program.dispatches], nothing
            program.box(most[program.columns])
            found = settle(program, cost[program.columns], answers, goes_on)
            program.box(None)
            return found

        found = list(self._pool.map(fitted, self.programs))
        used = np.zeros(self._program.count, dtype=np.bool_)
        for program, (_, values) in zip(self.programs, found, strict=True):
            used[program.columns] = values[: len(program.columns)] > HELD
        return [cut for cuts, _ in found for cut in cuts], used


def _kept_by_each(
    program: Investment, local: Flags, names: frozenset[str], zones: frozenset[str]
) -> Indices:
    """Rows of zones alone that limit a sum of what is never below zero, and so each part of it.

    What stands in no other row that is local would be of no program without them.
    """
    if not zones:
        return np.zeros(0, dtype=np.int64)
    a, found = program.a, np.zeros(len(program.rows), dtype=np.bool_)
    for row, (_, index) in enumerate(program.rows):
        own = names.intersection(labels_of(index))
        if own and own <= zones and program.row_lower[row] == -np.inf:
            entries = slice(a.indptr[row], a.indptr[row + 1])
            above = program.lower[a.indices[entries]] >= 0.0
            found[row] = bool(len(above) and above.all() and (a.data[entries] >= 0.0).all())
    elsewhere = np.diff(a[np.flatnonzero(local & ~found)].tocsc().indptr) > 0
    alone = np.asarray(abs(a[:, ~elsewhere]).sum(axis=1)).ravel() > 0.0
    return np.flatnonzero(found & ~alone)


def _pieces(
    program: Investment, local: Flags, of_some: bool, each: Indices
) -> tuple[Indices, Indices]:
    """By row and by column the number of its piece; minus one for rows between pieces.

    What a dispatch sees is of one piece. A row that may be shared and of which all columns are of
    one piece is that piece's, unless there are more sites than are seen. One that is kept by each
    joins none, and is given to the first.
    """
    joins = local.copy()
    joins[each] = False
    own, a = np.flatnonzero(joins), program.a
    ends = np.cumsum([0, *(len(stocks) for stocks in program.stocks)])
    seen = np.concatenate([np.zeros(0, dtype=np.int64), *program.stocks])
    shape = len(program.stocks), program.count
    block = sp.vstack([a[own], sp.csr_matrix((np.ones(len(seen)), seen, ends), shape)]).tocsr()
    both: Any = sp.bmat([[None, block], [block.T, None]], format="csr")
    _, found = connected_components(both, directed=False)
    of_columns = found[block.shape[0] :].astype(np.int64)
    of_rows = np.full(a.shape[0], -1, dtype=np.int64)
    of_rows[own] = found[: len(own)]
    of_rows[~np.isin(of_rows, of_columns)] = -1  # a row without columns is of no program
    for row in each.tolist():
        of_rows[row] = of_columns[a.indices[a.indptr[row]]]
    programs = set(of_rows[own].tolist())
    for row in [] if of_some else np.flatnonzero(~local):
        pieces = np.unique(of_columns[a.indices[a.indptr[row] : a.indptr[row + 1]]])
        if len(pieces) == 1 and int(pieces[0]) in programs:
            of_rows[row] = pieces[0]
    return of_rows, of_columns
