"""All of a large program, of which a part is searched: which columns are of use, and a bound.

Of the ways in which ten sites can serve twenty regions with twenty systems a tenth is of any use.
Which tenth is found by columns and rows in turn: the relaxation among those found so far is solved
by the interior point, whose prices of what sites share are the same for all optima; at these prices
every site answers by itself, with all of its columns, and so proves a bound on all plans and names
what else is of use.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np
import scipy.sparse as sp

from tokenworks.build import LAZY
from tokenworks.solver.interior import Program, implied_upper, moved_costs, solve_interior
from tokenworks.solver.investment import Cut, Investment, cut_rows
from tokenworks.solver.lazy import waiting
from tokenworks.solver.master import NO_FLOOR
from tokenworks.solver.matrix import Floats
from tokenworks.solver.parts import Indices
from tokenworks.solver.settling import Answers
from tokenworks.solver.site_program import SiteProgram
from tokenworks.solver.sites import Flags, Sites

# A column is of use where it holds more than this share of the most that it could, or of `LARGE`.
USE = 1e-3
LARGE = 1e3
# Of the interior point, relative to the objective.
TOLERANCE = 1e-6
# The same while bound and relaxation are further apart than `NEAR`, relative.
ROUGH_TOLERANCE = 1e-3
NEAR = 0.01
# Cuts that are slack by more than this share of the mean cost of a dispatch are left out.
SLACK = 0.5
# Rounds for which a column is kept that is of no use any more.
KEPT_ROUNDS = 4
# Sites that are searched at first, and those that a round adds at most.
FIRST_SITES = 12
MORE_SITES = 4
# Sites that earn the same to so many digits of the scaled unit are alike.
VALUE_DIGITS = 3
# Of the mean of what there is for a site to serve, what each may at most at first.
SPREAD = 2.0
# Sites of which the first prices are made, each as if it were one of many alike.
FEW = 4


class Wide:
    """All of investment, and what of it is of use.

    Parameters
    ----------
    program
        Investment.
    names
        Of sites.
    pool
        Runs the programs of sites side by side.
    gap
        That is asked for; zero where the prices learned are to be of the true costs.

    Attributes
    ----------
    used
        True for columns that are searched among.
    stands
        True for rows that some relaxation needed.
    bound
        On all plans, scaled; the best so far.
    value
        Of the last relaxation among what is used.
    point
        Where it ended, in columns of investment; None before the first.
    prices
        By shared row, at which the sites were asked last.
    proving
        By row of investment, prices that proved the bound.
    cuts
        All that are known.
    active
        By site, whether it is searched; the others are asked for the bound alone.
    rough
        Whether the last relaxation was solved roughly: nearly all columns hold a little then.
    """

    def __init__(
        self, program: Investment, names: Collection[str], pool: Executor, gap: float = 0.0
    ) -> None:
        self.program = program
        self._cost = moved_costs(program.cost, gap)
        self._most = implied_upper(arrays(program))
        self.sites = Sites(program, names, self._most, pool)
        self._pool = pool
        # What a site decides, what its dispatch sees and what costs is searched where it is used.
        self._seen = np.zeros(program.count, dtype=np.bool_)
        for stocks in program.stocks:
            self._seen[stocks] = True
        self._kept = program.whole | (program.cost != 0.0) | self._seen
        self._always = program.lower > 0.0
        self._always[self.sites.common] = True
        needed = (program.row_lower > 0.0) | (program.row_upper < 0.0)
        for site in self.sites.programs:
            if needed[site.rows].any() or not program.idle[site.dispatches].all():
                self._always[site.columns] |= self._kept[site.columns]
        self._needed, self._resumed = self._always.copy(), self._always.copy()
        self._sums, self._terms = sums_of(program)
        self.used = self._with_sites(self._always)
        # In which round a column was last of use.
        self._rounds = 0
        self._latest = np.full(program.count, -1 - KEPT_ROUNDS)
        self.stands = ~waiting(program.a, program.rows, LAZY)
        self.bound, self.value = -np.inf, np.inf
        self.point: Floats | None = None
        self.prices = np.zeros(len(self.sites.shared))
        self.proving = np.zeros(len(program.rows))
        self.active = np.zeros(len(self.sites.programs), dtype=np.bool_)
        self.cuts: list[Cut] = []
        self.rough = False

    def start(self, seconds: float) -> None:
        """First prices: of each row that is shared the least that a few sites alone would have.

        A site alone serves as much of the demand as if all sites were alike.
        """
        programs = self.sites.programs
        step = max(1, len(programs) // FEW)
        chosen = programs[::step][:FEW]
        found = list(self._pool.map(lambda one: self._alone(one, seconds), chosen))
        prices = [prices for prices in found if prices is not None]
        if prices:
            self.prices = np.min(prices, axis=0)
        self._latest[self.sites.spread(self.prices, SPREAD / max(1, len(programs)))] = 0
        self._ask()

    def resume(
        self,
        *,
        used: Flags,
        planned: Flags,
        stands: Flags,
        prices: Floats,
        cuts: list[Cut],
    ) -> None:
        """Start from what another search has learned, in place of `start`.

        Parameters
        ----------
        used, stands
            Columns and rows that were of use there.
        planned
            Columns of its plan, which are searched in any case.
        prices
            By shared row.
        cuts
            Those that hold here too.
        """
        self._always |= self._with_sites(planned)
        self._resumed |= used | planned
        self._latest[used] = 0
        self.stands |= stands
        self.prices = prices
        self.add(cuts)
        self.proving[self.sites.shared] = prices
        for number, site in enumerate(self.sites.programs):
            self.active[number] = bool(used[site.columns].any())
        self._ask()
        self._resumed |= self._latest >= 0  # with what sites would use at these prices

    def _alone(self, site: SiteProgram, seconds: float) -> Floats | None:
        program, shared, count = self.program, self.sites.shared, len(self.sites.programs)
        columns = np.concatenate([site.columns, self.sites.common])
        rows = np.concatenate([site.rows[self.stands[site.rows]], shared])
        share = np.ones(len(rows))
        share[-len(shared) :] = 1.0 / np.where(self.sites.entered > 0, self.sites.entered, count)
        found = solve_interior(
            Program(
                cost=program.cost[columns],
                offset=0.0,
                lower=program.lower[columns],
                upper=program.upper[columns],
                row_lower=program.row_lower[rows] * share,
                row_upper=program.row_upper[rows] * share,
                a=program.a[rows][:, columns].tocsr(),
            ),
            TOLERANCE,
            seconds,
        )
        if found is None:
            return None
        self._latest[columns[found.columns > USE * np.minimum(found.most, LARGE)]] = 0
        return found.prices[-len(shared) :]

    def add(self, cuts: list[Cut]) -> None:
        """Take cuts, numbered by all dispatches."""
        self.cuts += cuts
        self.sites.add(cuts)

    def relax(self, seconds: float, *, closely: bool = False) -> bool:
        """Solve the relaxation among what is used, and ask all sites at its prices.

        Parameters
        ----------
        seconds
            Time limit.
        closely
            Not roughly, however far from each other bound and relaxation are.

        Returns
        -------
        bool
            False where it was not solved in that time.
        """
        columns, rows = np.flatnonzero(self.used), np.flatnonzero(self._rows())
        self._rounds += 1
        near = self.value - self.bound <= NEAR * abs(self.value)
        rough = not (near or closely)
        tolerance = ROUGH_TOLERANCE if rough else TOLERANCE
        found = solve_interior(self._among(columns, rows), tolerance, seconds)
        if found is None:
            return False
        self.rough = rough
        self.value = found.bound
        self.point = np.zeros(self.program.count)
        self.point[columns] = found.columns[: len(columns)]
        prices = np.zeros(len(self.program.rows))
        prices[rows] = found.prices[: len(rows)]
        self.prices = prices[self.sites.shared]
        self._latest[self.of_use_at(self.point)] = self._rounds
        before = self.bound
        self._ask()
        if self.bound > before:
            self.proving = prices
        return True

    def fit(self, answers: Answers, goes_on: Callable[[], bool]) -> None:
        """Cuts where sites would power what they serve at the point; see `Sites.fit`."""
        if self.point is None:
            raise ValueError("no relaxation has been solved yet")
        cuts, used = self.sites.fit(self.point, self.prices, answers, goes_on)
        self.add(cuts)
        self._latest[used] = self._rounds
        self._choose()

    def searched(self, *, few: bool = False, anew: bool = False) -> Flags:
        """Columns to search among: those of use at the point, and what their sites decide.

        With them, before there is a point alone, what was searched where this was resumed from.

        Parameters
        ----------
        few, anew
            Of what their sites decide only what a dispatch sees, without which it could not be
            asked, and what was planned, but not anew: a plan is found several times faster.
        """
        if self.point is None:
            return self._resumed
        found = self.of_use_at(self.point)
        of_sites = self._with_sites(found)
        if not few:
            return of_sites | self._resumed
        return found | (of_sites & (self._seen | (self._needed if anew else self._always)))

    def of_use_at(self, point: Floats) -> Flags:
        """Columns that hold something, and those that an equation makes the sum of such."""
        found: Flags = point > USE * np.minimum(self._most, LARGE)
        while True:
            missing = self._sums[np.asarray(self._terms @ found.astype(np.float64)) > 0.0]
            missing = missing[~found[missing]]
            if not len(missing):
                return found
            found[missing] = True

    def near(self) -> list[Cut]:
        """Cuts that hold their dispatch's cost at the point, or nearly."""
        if self.point is None:
            return self.cuts
        stocks = self.program.stocks
        costs = [c.constant + float(c.slopes @ self.point[stocks[c.dispatch]]) for c in self.cuts]
        most: dict[int, float] = {}
        for cut, cost in zip(self.cuts, costs, strict=True):
            most[cut.dispatch] = max(cost, most.get(cut.dispatch, -np.inf))
        slack = SLACK * max(1.0, float(np.abs(list(most.values())).mean())) if most else 0.0
        pairs = zip(self.cuts, costs, strict=True)
        return [cut for cut, cost in pairs if cost >= most[cut.dispatch] - slack]

    def _ask(self) -> None:
        asked = self.sites.price(self.prices)
        self.bound = max(self.bound, asked.bound)
        self._open(asked.values)
        self._latest[asked.used] = self._rounds
        self.stands |= asked.stands
        self._choose()

    def _open(self, values: Floats) -> None:
        """Search at more sites: at first at some, then at those that earn most at the prices.

        Of sites that earn the same, which are alike, one at a time.
        """
        first = not self.active.any()
        most = FIRST_SITES if first else MORE_SITES
        order = np.argsort(values, kind="stable")
        earning = [n for n in order.tolist() if values[n] < 0.0 and not self.active[n]]
        _, one_of = np.unique(np.round(values[earning], VALUE_DIGITS), return_index=True)
        chosen = [earning[n] for n in sorted(one_of.tolist())][:most]
        if first and len(chosen) < most:
            chosen += [n for n in earning if n not in chosen][: most - len(chosen)]
        self.active[chosen] = True

    def _choose(self) -> None:
        """Use what was of use of late, of the sites that are searched."""
        of_use = self._latest >= self._rounds - KEPT_ROUNDS
        for site, active in zip(self.sites.programs, self.active.tolist(), strict=True):
            if not active:
                of_use[site.columns] = False
        self.used = self._with_sites(of_use)

    def _with_sites(self, used: Flags) -> Flags:
        """Columns with those that the sites of theirs decide, and those that are always there."""
        found = used | self._always
        for site in self.sites.programs:
            if found[site.columns].any():
                found[site.columns] |= self._kept[site.columns]
        return found

    def _rows(self) -> Flags:
        """Rows that stand and hold a column that is used, or that nothing at all would break."""
        program = self.program
        holds = np.asarray(abs(program.a) @ self.used.astype(np.float64)) > 0.0
        return self.stands & (holds | (program.row_lower > 0.0) | (program.row_upper < 0.0))

    def _among(self, columns: Indices, rows: Indices) -> Program:
        program, own = self.program, len(columns)
        place = np.full(program.count, -1, dtype=np.int64)
        place[columns] = np.arange(own)
        there = {n: place[stocks] for n, stocks in enumerate(program.stocks)}
        cuts = [cut for cut in self.cuts if (there[cut.dispatch] >= 0).any()]
        floors = {n: own + at for at, n in enumerate(sorted({cut.dispatch for cut in cuts}))}
        a = sp.hstack([program.a[rows][:, columns], sp.csr_matrix((len(rows), len(floors)))])
        a = sp.vstack([a, cut_rows(cuts, there, floors, own + len(floors))])
        least = self._least_of(floors, own, cuts) if program.earns else np.zeros(len(floors))
        return Program(
            cost=np.concatenate([self._cost[columns], np.ones(len(floors))]),
            offset=program.offset,
            lower=np.concatenate([program.lower[columns], least]),
            upper=np.concatenate([program.upper[columns], np.full(len(floors), np.inf)]),
            row_lower=np.concatenate([program.row_lower[rows], [cut.constant for cut in cuts]]),
            row_upper=np.concatenate([program.row_upper[rows], np.full(len(cuts), np.inf)]),
            a=a.tocsr(),
        )

    def _least_of(self, floors: Mapping[int, int], own: int, cuts: Sequence[Cut]) -> Floats:
        """What a dispatch that earns costs at least at any stocks, as its cuts prove.

        Without that a price of cuts that is a rounding off would prove nothing of it.
        """
        least = np.full(len(floors), NO_FLOOR)
        for cut in cuts:
            paid = np.minimum(cut.slopes, 0.0)
            ends = self._most[self.program.stocks[cut.dispatch]]
            with np.errstate(invalid="ignore"):
                proven = cut.constant + float(np.where(paid < 0.0, paid * ends, 0.0).sum())
            at = floors[cut.dispatch] - own
            least[at] = max(least[at], proven)
        return least


def sums_of(program: Investment) -> tuple[Indices, Any]:
    """Columns that an equation makes the sum of others, and by equation the others.

    Such an equation is of nothing, and has one column on one side: without that column all others
    would be held at nothing, however little it is.
    """
    even = np.flatnonzero((program.row_lower == 0.0) & (program.row_upper == 0.0))
    rows = program.a[even].tocsr()
    sums, terms = [], []
    for sign in (1.0, -1.0):
        side = rows.multiply(sign) > 0.0
        alone = np.flatnonzero(np.asarray(side.sum(axis=1)).ravel() == 1)
        sums.append(side[alone].indices.astype(np.int64))
        terms.append((rows[alone].multiply(sign) < 0.0).tocsr())
    return np.concatenate(sums), sp.vstack(terms).astype(np.float64).tocsr()


def arrays(program: Investment) -> Program:
    """Investment without what is whole and without its names."""
    return Program(
        program.cost,
        program.offset,
        program.lower,
        program.upper,
        program.row_lower,
        program.row_upper,
        program.a,
    )
