"""A search in parts: what is known so far, and the steps that better it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from tokenworks.build import DECISIONS, Model
from tokenworks.errors import InfeasibleError, NoIncumbentError, SolverError
from tokenworks.schema.scenario import Solve
from tokenworks.solver.columns import ask_at, generate, resume
from tokenworks.solver.dispatch import Dispatch, Dispatches, by_number
from tokenworks.solver.dive import WHOLE, Family, families_of
from tokenworks.solver.highs import cost_scale
from tokenworks.solver.investment import Cut, investment
from tokenworks.solver.known import Known, named_columns, planned, recall
from tokenworks.solver.master import Master, Point
from tokenworks.solver.matrix import Matrix
from tokenworks.solver.narrow import Narrow, moved, narrowed
from tokenworks.solver.neighbourhoods import neighbourhoods
from tokenworks.solver.parts import Parts, split
from tokenworks.solver.relaxation import (
    DEARER,
    NEWEST_ROUNDS,
    Incumbent,
    Priced,
    Relaxed,
    price,
    priced_plan,
    relax,
)
from tokenworks.solver.settling import answers_of
from tokenworks.solver.whole import Progress, relative
from tokenworks.solver.wide import Wide

# With more columns of investment than this, only those that the relaxation uses are searched.
NARROWED_COLUMNS = 500
# A proof that raises the bound by less than this, relative, is not tried once more.
PROVEN_ENOUGH = 2e-4
# Of the gap asked for, what the relaxation may leave; what pricing a plan may, at least.
RELAXATION_SHARE = 0.1
PLAN_TOLERANCE = 1e-7
MOST_ROUNDS = 400
# What the relaxation of what is searched may leave of the gap after that of all, and rounds of it.
NARROW_SHARE = 0.3
NARROW_ROUNDS = 2
# How often a shortfall is made ten times dearer before it is taken for unavoidable.
DEARER_TIMES = 6
# What the relaxation may lack, by its tolerances; a plan is held to `NO_SHORTFALL`.
LITTLE_SHORTFALL = 1e-4
# Nodes of a search in a neighbourhood, and seconds after which it ends at the latest.
NODES = 100
# Searches of everything in turn that raise no bound and better no plan.
IDLE_SEARCHES = 3
SEARCH_S = 60.0


@dataclass
class Search:
    """A solve in progress."""

    model: Model
    matrix: Matrix
    options: Solve
    progress: Progress
    started: float = field(default_factory=time.perf_counter)
    plan_share: float = 1e-3  # of the gap asked for, what pricing a plan may leave
    bound: float = -np.inf
    relaxation: float = -np.inf  # of what is searched
    incumbent: Incumbent | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    interrupted: bool = False
    known: Known | None = None
    always_wide: bool = False
    columns_alone: bool = False  # whether only what is of use is asked for
    wide: Wide | None = field(init=False, default=None)
    learned: Wide | None = field(init=False, default=None)  # where everything is searched since
    narrow: Narrow = field(init=False)
    parts: Parts = field(init=False)
    scale: float = field(init=False)
    master: Master = field(init=False)
    dispatches: Dispatches = field(init=False)
    families: tuple[Family, ...] = field(init=False)
    _pool: Executor = field(init=False)
    _dispatch: Callable[[int], Dispatch] = field(init=False)
    _handed: int = 0
    _last: float = field(init=False)
    _told: tuple[float, float | None] = (-np.inf, None)

    def __post_init__(self) -> None:
        self._last = self.started
        self._pool = ThreadPoolExecutor(self.options.threads)
        self.scale = cost_scale(self.matrix.cost)
        self.parts = split(self.matrix, self.model.operating)
        self._dispatch = by_number(self.parts.dispatches, self.matrix, self.scale)
        narrow = None
        if self.always_wide or len(self.parts.columns) > NARROWED_COLUMNS:
            places = self.model.candidates.siting.first_step
            program = investment(self.matrix, self.parts, self.scale)
            exact = self.always_wide or self.known is not None
            wide = Wide(program, places, self._pool, 0.0 if exact else self.target)
            self.stage("split")
            with contextlib.suppress(SolverError):  # all is searched then, and says what is wrong
                dispatches = self._dispatches_of(range(len(self.parts.dispatches)))
                of = answers_of(self.matrix, self.parts, places, self._dispatch)
                if self.known:
                    plan = recall(self.known, self.matrix, self.parts, wide, places, self._dispatch)
                    resume(wide, dispatches, self, plan, of, closely=self.always_wide)
                else:
                    generate(wide, dispatches, self, answers=of)
            self.stage("columns")
            if np.isfinite(wide.bound) and (wide.point is not None or self.known is not None):
                self.wide, self.bound = wide, wide.bound
                narrow = narrowed(self.matrix, self.parts, wide.searched(few=True))
        self.search_in(narrow or self._everything())

    def _everything(self) -> Narrow:
        return narrowed(self.matrix, self.parts, np.ones(len(self.parts.columns), dtype=np.bool_))

    def _dispatches_of(self, numbers: Iterable[int]) -> Dispatches:
        return Dispatches([self._dispatch(number) for number in numbers], self._pool)

    def search_in(self, narrow: Narrow, before: Narrow | None = None) -> None:
        """Search in a program, with what is known from one before."""
        program = investment(narrow.matrix, narrow.parts, self.scale)
        incumbent, wide = self.incumbent, self.wide
        numbers = {number: at for at, number in enumerate(narrow.dispatches.tolist())}
        if wide is None:
            master = Master(program)
            cuts = [] if before is None else self._cuts_of(before, 0)
        else:
            if before is not None:
                self._hand_over(wide)
            master = Master(program, wide.stands[narrow.rows], large=True)
            cuts = wide.near()
            if master.earns:
                # What earns without end at prices a tolerance off is held by cuts that are far.
                cuts = wide.cuts
                master.release_floors()
        own = [cut for cut in cuts if cut.dispatch in numbers]
        master.add([replace(cut, dispatch=numbers[cut.dispatch]) for cut in own])
        self._handed = len(own)
        self.names = named_columns(narrow.matrix, narrow.parts)
        self.families = families_of(self.names, np.flatnonzero(master.whole), DECISIONS)
        self.dispatches = self._dispatches_of(narrow.dispatches.tolist())
        if before is not None and incumbent is not None:
            # Other dispatches may be there, with answers and floors of their own.
            at = moved(incumbent.priced.columns, before, narrow)
            priced = price(master, self.dispatches, at)
            floors = np.array([answer.cost for answer in priced.answers])
            incumbent = Incumbent(priced, Point(at, floors, priced.objective))
        self.master, self.narrow, self.incumbent = master, narrow, incumbent
        self.stage("split")

    def _cuts_of(self, narrow: Narrow, since: int) -> list[Cut]:
        """Cuts of the master, numbered by all dispatches."""
        numbers = narrow.dispatches.tolist()
        return [replace(cut, dispatch=numbers[cut.dispatch]) for cut in self.master.cuts[since:]]

    def _hand_over(self, wide: Wide) -> None:
        """Give what the search has cut since the last time to the program of all columns."""
        wide.add(self._cuts_of(self.narrow, self._handed))
        self._handed = len(self.master.cuts)

    def widen(self, *, few: bool = False, anew: bool = False) -> bool:
        """Search among what the last proof used as well, anew that alone; false if no more."""
        if self.wide is None or not self.goes_on():
            return False
        own = np.isin(self.parts.columns, self.narrow.columns)
        searched = self.wide.searched(few=few, anew=anew) | (own & (not anew))
        if np.array_equal(searched, own):
            return False
        self.search_in(narrowed(self.matrix, self.parts, searched), self.narrow)
        return True

    def search_everything(self) -> bool:
        """Search the whole program after all; false where that is done already."""
        if self.wide is None or not self.goes_on():
            return False
        self.learned, self.wide = self.wide, None
        self.search_in(self._everything(), self.narrow)
        return True

    def stage(self, name: str) -> None:
        """Note the seconds of a stage that has ended, and tell of it."""
        now = time.perf_counter()
        self.seconds[name] = self.seconds.get(name, 0.0) + now - self._last
        self._last = now
        best = None if self.incumbent is None else self.incumbent.priced.objective / self.scale
        stands = self.bound / self.scale, best
        if stands != self._told:  # who has been told need not hear it again
            self._told = stands
            self.progress(name, *stands)

    @property
    def left_s(self) -> float:
        """Seconds until the time limit."""
        return self.options.time_limit_s - (time.perf_counter() - self.started)

    def goes_on(self) -> bool:
        """Whether there is time left."""
        return self.left_s > 0.0

    @property
    def gap(self) -> float:
        """Of the incumbent; infinite without one."""
        if self.incumbent is None:
            return np.inf
        best = self.incumbent.priced.objective
        return relative(best - self.bound, best)

    def unfinished(self) -> bool:
        """Whether there is something left to do, and time to do it."""
        return self.gap > self.target and self.goes_on()

    @property
    def target(self) -> float:
        """The gap asked for, or what pricing a plan leaves of it."""
        return max(self.options.gap, PLAN_TOLERANCE)

    def relax(self) -> Point:
        """The relaxation, and with it the first bound.

        Raises
        ------
        InfeasibleError
            Where the relaxation has no point that lacks nothing.
        """
        if self.wide is not None and self.wide.cuts:
            rounds, share = NARROW_ROUNDS, NARROW_SHARE * self.options.gap
            if self.known is not None:  # far from where the known plan was priced
                self.master.anew()
                rounds = 1  # a dive asks as well
            found = relax(self.master, self.dispatches, share, rounds, None, self.goes_on)
            if found.outer is None:
                raise InfeasibleError(["what is of use has no solution by itself"])
            self.relaxation = found.bound
            self.stage("relax")
            return found.outer
        tolerance = max(RELAXATION_SHARE * self.options.gap, 1e-6)
        found = self._relaxed(tolerance, None)
        if self.master.earns and self.wide is None:
            self.master.release_floors()
            found = self._relaxed(tolerance, found.inner)
        self.relaxation = found.bound
        if self.wide is None:
            self.bound = max(self.bound, found.bound)
        self.stage("relax")
        if found.outer is None or found.inner is None:
            raise NoIncumbentError("stopped before the relaxation had a point")
        self.master.drop_slack(found.outer, NEWEST_ROUNDS * 2 * len(self.dispatches))
        return self.master.solve() or found.outer

    def prove(self) -> bool:
        """A bound on all plans, where only some of the columns are searched; true if it is better.

        The relaxation of all moves to stocks at which no dispatch was asked yet: there they are.
        """
        wide = self.wide
        if wide is None or not self.goes_on():
            return False
        self._hand_over(wide)
        before, solved = self.bound, False
        with contextlib.suppress(SolverError):  # a bound that is not there proves nothing
            solved = wide.relax(self.left_s)
        if not solved or wide.point is None:
            return False
        self.bound = max(before, wide.bound)
        ask_at(wide, self._dispatches_of(range(len(self.parts.dispatches))), wide.point)
        self.stage("prove")
        return self.bound - before > PROVEN_ENOUGH * abs(self.bound)

    @property
    def bound_is_behind(self) -> bool:
        """Whether more of the gap lies below the relaxation of what is searched than above it."""
        if self.incumbent is None:
            return False
        return self.relaxation - self.bound > self.incumbent.priced.objective - self.relaxation

    def _relaxed(self, tolerance: float, inner: Priced | None) -> Relaxed:
        for _ in range(DEARER_TIMES):
            found = relax(self.master, self.dispatches, tolerance, MOST_ROUNDS, inner, self.goes_on)
            if found.outer is None and found.bound == np.inf:
                raise InfeasibleError(
                    ["the program of sites, power, hardware and demand has no solution"]
                )
            if found.inner is None or found.inner.shortfall <= LITTLE_SHORTFALL:
                break
            for dispatch in self.dispatches:
                dispatch.dearer(DEARER)
            inner = price(self.master, self.dispatches, found.inner.columns)
        if self.goes_on() and found.inner is not None and found.inner.shortfall > LITTLE_SHORTFALL:
            raise InfeasibleError(["what is served could not be powered at any price"])
        return found

    def settle(self, point: Point) -> bool:
        """Price the plan with the whole columns of a point; true where it is the best so far."""
        share = max(self.plan_share * self.options.gap, PLAN_TOLERANCE)
        found = priced_plan(self.master, self.dispatches, point.columns, share, self._may_settle)
        best = self.incumbent
        if found is None or (best and found.priced.objective >= best.priced.objective):
            return False
        self.incumbent = found
        return True

    def _may_settle(self) -> bool:
        # A plan in hand is priced to its end, beyond the limit if need be: it is soon done.
        return self.left_s > -SEARCH_S

    def recall(self) -> None:
        """Take the plan of another scenario for a first one, where it is one here."""
        if self.known is None:
            return
        columns = np.clip(planned(self.known, self.names), self.master.lower, self.master.upper)
        self.settle(Point(columns, np.zeros(self.master.dispatches), np.inf))
        self.stage("recall")

    def branch(self) -> None:
        """Branch on everything that is searched, for a first plan."""
        if self.incumbent is None:
            options = {"mip_max_nodes": NODES, **self._limits(0.2, min(SEARCH_S, self.left_s))}
            found = self.master.search(None, self.master.whole.copy(), options)
            if found.point is not None:
                self.settle(found.point)
        self.stage("branch")

    def improve(self, relaxed: Point, rises: dict[str, float]) -> None:
        """Search neighbourhoods of the incumbent until none of them betters it."""
        while self.unfinished() and self.incumbent is not None:
            better = False
            away = np.abs(self.incumbent.point.columns - relaxed.columns) > WHOLE
            dear = {f: rise for f, rise in rises.items() if rise > PLAN_TOLERANCE * abs(self.bound)}
            for freed in neighbourhoods(self.names, self.master.whole, dear, away):
                if not self.unfinished():
                    break
                better |= self._search(freed, NODES)
            if not better:
                break
        self.stage("improve")

    def _search(self, freed: npt.NDArray[np.bool_], nodes: int) -> bool:
        """Search a neighbourhood; true where it held a better plan."""
        best = self.incumbent
        if best is None or not freed.any():
            return False
        options = {"mip_max_nodes": nodes, **self._limits(0.2, min(SEARCH_S, self.left_s))}
        found = self.master.search(best.point, freed, options)
        point, most = found.point, best.point.objective * (1.0 - PLAN_TOLERANCE)
        return point is not None and point.objective < most and self.settle(point)

    def _limits(self, share: float, seconds: float) -> dict[str, float]:
        gap, seed = share * self.options.gap, self.options.seed
        return {"mip_rel_gap": gap, "time_limit": max(1.0, seconds), "random_seed": seed}

    def close(self) -> None:
        """Branch on everything, for the bound and what else there is."""
        idle = 0
        while self.wide is None and self.unfinished() and idle < IDLE_SEARCHES:
            before, options = self.bound, self._limits(0.5, self.left_s)
            # From no plan: HiGHS 1.15.1 was seen to call one that it was given the best, wrongly.
            found = self.master.search(None, self.master.whole.copy(), options)
            self.bound = max(self.bound, found.bound)
            settled = found.point is not None and self.settle(found.point)
            if found.point is None and self.bound <= before:
                break
            # A plan that seemed better and is not has taught what power costs it.
            idle = 0 if settled or self.bound > before else idle + 1
        self.stage("close")
