"""Many sites: a plan among some of them, and what all the others are worth at its prices.

Demand is met by a few of a hundred sites. Those that look best are searched as any program is; what
that search has learned of the price of a token, of scarce systems and of redlines says of every
other site whether it would earn anything, and bounds all plans (`solver.site_values`). Those that
would earn most join the search, which starts from what it knows, until the gap is closed.

Where there are many days the search is one with few of them, which takes a fraction of the time;
where there are many steps it is one among what is of use with fewer (`solver.rough_dates`).
Its plan is then priced with all days (`solver.carried`), and all sites are asked with all days: any
prices prove a bound, and those of few days prove nearly as much. Only where that leaves too wide a
gap, and no other site could close it, is there a search with all days.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np

from tokenworks.build import Model, build
from tokenworks.errors import InfeasibleError, NoIncumbentError, SolverError
from tokenworks.inputs import Inputs, of_sites, prepare
from tokenworks.schema.scenario import Solve
from tokenworks.solver.alike import prices_alike, times_of
from tokenworks.solver.carried import carried
from tokenworks.solver.decomposed import solve_decomposed
from tokenworks.solver.highs import Status
from tokenworks.solver.known import Known, taught
from tokenworks.solver.matrix import compile_matrix
from tokenworks.solver.parts import split
from tokenworks.solver.places import FIRST, Group, by_rank, first_sites, groups_of, names_of
from tokenworks.solver.rough_dates import OfUse, of_use, restricted, with_rough_dates
from tokenworks.solver.site_values import Value, of_no_site, values_of
from tokenworks.solver.whole import Progress, Solved, nothing

# Sites times slices above which the program of all sites is not built at once: of ten sites with
# ten steps of 14 days, 34,000, it takes a minute and a gigabyte.
MOST_SITE_SLICES = 50_000
# The same for sites times steps, however few their days: of 40 sites with ten steps of two days the
# relaxation has no end after seven minutes, and the whole search of some takes three.
MOST_STEPS_AT_ONCE = 250
# Days with which a search starts where there are more: what it learns in a fraction of the time
# says nearly all of what is of use with all of them.
FEW_DAYS = 2
# Of the gap asked for, what a search among some sites may leave, and one with few days: of its
# plan no more than what is whole stays.
SHARE = 0.4
FEW_SHARE = 0.7
# Of the gap asked for, what other sites may be worth together for none to join.
OTHERS_SHARE = 0.4
# Of the time that is left, what a search may take; one with few days more, since without its plan
# there is none with all of them either.
TIME_SHARE = 0.6
FEW_TIME_SHARE = 0.85
# Of the time, what has to be left for prices at which the searched sites stand for all others.
ALIKE_SHARE = 0.25
# Of the gap that a search has left, what all groups may hold before they are looked at again; and
# what of the whole is nothing.
IDLE_SHARE = 0.8
NOTHING = 1e-6
# Sites that join a search at most, each of another group, and the share that these groups hold of
# all that could be earned.
MORE = 4
WORTH = 0.9


def is_of_many_sites(x: Inputs, options: Solve) -> bool:
    """Whether a scenario has too many sites for one program."""
    if options.method == "whole" or len(x.tables["sites"]) <= FIRST:
        return False
    steps = len(x.tables["sites"]) * len(x.calendar.steps)
    return steps > MOST_STEPS_AT_ONCE or site_slices(x) > MOST_SITE_SLICES


def site_slices(x: Inputs) -> int:
    """Hours of all sites in all steps, on which the size of a program hangs."""
    hours = x.tables["operations"].groupby("zone").size()
    return int(x.tables["sites"]["zone"].map(hours).fillna(0).sum()) * len(x.calendar.steps)


@dataclass
class _Search:
    """What is known while sites join."""

    x: Inputs
    options: Solve
    progress: Progress
    started: float
    groups: list[Group]
    order: list[str]
    chosen: list[str]
    known: Known | None = None
    few: Inputs | None = None  # with few days
    rough: Inputs | None = None  # with few days and fewer service dates
    bound_usd: float = -np.inf
    best: Solved | None = None
    model: Model | None = None  # of the best plan, and its sites
    modelled: list[str] = field(default_factory=list)
    # The gap of the last plan among the chosen sites, or of its like with few days, and its bound.
    gap_among: float = np.inf
    bound_among_usd: float = -np.inf
    seconds: dict[str, float] = field(default_factory=dict)
    size: tuple[int, int, int] = (0, 0, 0)

    @property
    def left_s(self) -> float:
        return self.options.time_limit_s - (time.perf_counter() - self.started)

    @property
    def gap(self) -> float:
        return np.inf if self.best is None else replace(self.best, bound_usd=self.bound_usd).gap

    def goes_on(self) -> bool:
        return self.left_s > 0.0

    def note(self, stage: str, since: float) -> None:
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - since

    def tell(self, stage: str) -> None:
        self.progress(stage, self.bound_usd, self.best.objective_usd if self.best else None)


def solve_many_sites(
    x: Inputs, options: Solve, progress: Progress = nothing, known: Known | None = None
) -> tuple[Model, Solved]:
    """Solve a scenario of many sites.

    Parameters
    ----------
    x
        Inputs.
    options
        How to solve; where the time limit comes before all sites have been asked, the plan has no
        bound.
    progress
        Told of every search and of every bound.
    known
        What the solve of a scenario of the same shape has learned.

    Returns
    -------
    Model, Solved
        The model of the sites that were searched, and its best plan, with a bound on all plans.

    Raises
    ------
    InfeasibleError
        Where no plan of all sites meets all limits.
    NoIncumbentError
        Where the time limit came before a plan.
    """
    started, order = time.perf_counter(), by_rank(x)
    chosen = first_sites(x, order)
    search = _Search(x, options, progress, started, groups_of(x), order, chosen, known)
    few = _of_few_days(x)
    search.rough = with_rough_dates(few or x)
    search.few = x if few is None and search.rough is not None else few
    ended = _rounds(search)
    best, model = search.best, search.model
    if best is None or model is None:
        raise NoIncumbentError("stopped before any plan was found")
    status = Status.OPTIMAL if search.gap <= options.gap else Status.TIME_LIMIT
    if status is Status.TIME_LIMIT and search.left_s > 0.0:
        status = Status.GAP_LEFT
    rows, columns, nonzeros = search.size
    return model, replace(
        best,
        status=ended if ended in (Status.INTERRUPTED, Status.SOLVER_FAILED) else status,
        bound_usd=min(search.bound_usd, best.objective_usd),
        rows=rows or best.rows,
        columns=columns or best.columns,
        nonzeros=nonzeros or best.nonzeros,
        seconds=search.seconds,
        known=search.known,
    )


def _rounds(search: _Search) -> Status:
    """Search among the chosen sites and ask all of them, until the gap is closed or none joins."""
    try:
        ended = _searched(search)
        while ended is not Status.INTERRUPTED and search.known is not None:
            values = _bounded(search)
            if search.gap <= search.options.gap or not search.goes_on():
                break
            if not (_others_matter(search) and _joined(search, values)):
                if search.few is None:
                    break
                search.few = None
            ended = _searched(search)
    except (KeyboardInterrupt, SolverError) as stopped:  # a plan stays with what bounds it so far
        if search.best is None:
            raise
        failed = isinstance(stopped, SolverError)
        ended = Status.SOLVER_FAILED if failed else Status.INTERRUPTED
    return ended


def _others_matter(search: _Search) -> bool:
    """Whether much of the gap is what sites could earn that were not searched."""
    if search.best is None or not np.isfinite(search.bound_usd):
        return False
    others_usd = search.bound_among_usd - search.bound_usd
    return others_usd > OTHERS_SHARE * search.options.gap * abs(search.best.objective_usd)


def _of_few_days(x: Inputs) -> Inputs | None:
    """The scenario with few days; None where there are few anyway."""
    days = x.tables["operations"].groupby("zone")["day"].nunique()
    if days.empty or int(days.max()) <= FEW_DAYS:
        return None
    return prepare(x.scenario.with_({"time.representative_days": FEW_DAYS}), x.loaded)


def _searched(search: _Search) -> Status:
    """Search among the chosen sites: with few days where there are more, and else with all."""
    if search.few is not None:
        with contextlib.suppress(InfeasibleError, NoIncumbentError):
            began, apart = time.perf_counter(), search.seconds.get("few steps", 0.0)
            _, few = _plan_of(search, search.few, "few days")
            search.note("few days", began + search.seconds.get("few steps", 0.0) - apart)
            if few.known is not None and _carried(search, few.known):
                search.gap_among, search.bound_among_usd = few.gap, few.bound_usd
                return few.status
        search.few = None  # few of them have no plan, or none with all
    began = time.perf_counter()
    model, found = _plan_of(search, search.x, "some sites")
    search.known = found.known or search.known
    search.gap_among, search.bound_among_usd = found.gap, found.bound_usd
    if search.best is None or found.objective_usd < search.best.objective_usd:
        _take(search, found, model)
    search.note("search", began)
    for stage, seconds in found.seconds.items():
        search.seconds[f"search, {stage}"] = search.seconds.get(f"search, {stage}", 0.0) + seconds
    search.tell("search")
    return found.status


def _plan_of(search: _Search, x: Inputs, what: str) -> tuple[Model, Solved]:
    """A plan among the chosen sites; where they have none, among more.

    With few days the first one, of which no more than what is whole stays.
    """
    few = x is search.few
    while True:
        of_few_steps = _of_few_steps(search) if few else None
        model = build(of_sites(x, search.chosen))
        matrix = None if of_few_steps is None else restricted(model, of_few_steps)
        try:
            found = solve_decomposed(
                *(model, _options(search, few=few), _told(search, what)),
                *(matrix, search.known),
                always_wide=True,
                any_plan=few,
            )
        except InfeasibleError:
            if matrix is not None:  # what is of use with few steps may have no plan in all of them
                search.rough = None
                continue
            rest = [site for site in search.order if site not in search.chosen]
            if not rest or not search.goes_on():
                raise
            search.chosen += rest[: 2 * MORE]
        else:
            return model, found


def _of_few_steps(search: _Search) -> OfUse | None:
    """What is of use at the chosen sites with fewer service dates; None where that is not asked."""
    if search.rough is None:
        return None
    began, told = time.perf_counter(), _told(search, "few steps")
    options = _options(search, few=True)
    try:
        return of_use(search.rough, search.chosen, options, told)
    except InfeasibleError:
        return None
    finally:
        search.note("few steps", began)


def _carried(search: _Search, known: Known) -> bool:
    """Price the plan of few days with all; false where that cannot be."""
    began = time.perf_counter()
    if search.known is not None:  # cuts with all days are known by other figures than with few
        known = replace(known, cuts={**search.known.cuts, **known.cuts})
    model = build(of_sites(search.x, search.chosen))
    found = carried(model, search.options, known, search.goes_on)
    search.note("all days", began)
    if found is None:
        return False
    plan, search.known = found
    if search.best is None or plan.objective_usd < search.best.objective_usd:
        _take(search, plan, model)
    search.tell("all days")
    return True


def _take(search: _Search, plan: Solved, model: Model) -> None:
    search.best, search.model, search.modelled = plan, model, list(search.chosen)


def _options(search: _Search, *, few: bool) -> Solve:
    limit_s = max(1.0, (FEW_TIME_SHARE if few else TIME_SHARE) * search.left_s)
    gap = (FEW_SHARE if few else SHARE) * search.options.gap
    return search.options.model_copy(update={"gap": gap, "time_limit_s": limit_s})


def _told(search: _Search, what: str) -> Progress:
    """Progress of a search whose bound is no bound on all plans, and whose plan may be none."""

    def told(stage: str, _bound_usd: float, _found_usd: float | None) -> None:
        search.tell(f"{what}, {stage}")

    return told


def _bounded(search: _Search) -> list[float]:
    """What every group is worth at the prices of the last search, and with it a bound.

    Nothing where the time was up before all were asked.
    """
    began, known, best = time.perf_counter(), search.known, search.best
    if known is None or best is None:
        raise ValueError("no search has ended yet")
    x, priced, model = search.x, _priced(search, known), search.model
    if model is None or search.modelled != search.chosen:
        model = build(of_sites(x, search.chosen))
    matrix = compile_matrix(model.pyomo)
    parts = split(matrix, model.operating)
    names = frozenset[str]().union(*(names_of(x, group) for group in search.groups))
    rest = of_no_site(matrix, parts, names, priced)
    found = values_of(
        *(x, search.groups, priced, _spare_usd(search, best, rest)),
        *(search.options.threads, search.goes_on),
        lambda done: search.tell(f"other sites, {done}"),
    )
    search.note("all sites", began)
    search.known = reduce(taught, (value.cuts for value in found), known)
    if len(found) < len(search.groups):  # without all of them it bounds nothing
        return []
    search.bound_usd = max(search.bound_usd, rest.usd + sum(value.usd for value in found))
    search.size = _size([rest, *found])
    search.tell("all sites")
    return [value.usd for value in found]


def _priced(search: _Search, known: Known) -> Known:
    """What is known, with prices at which the chosen sites stand for all others."""
    times = times_of(search.x, search.groups, search.order, search.chosen)
    if not times or search.left_s < ALIKE_SHARE * search.options.time_limit_s:
        return known
    began = time.perf_counter()
    model = build(of_sites(search.few or search.x, search.chosen))
    found = prices_alike(model, times, known, search.options, lambda: search.left_s)
    search.note("alike", began)
    return found


def _spare_usd(search: _Search, best: Solved, rest: Value) -> float:
    """What all groups may be short of nothing.

    What closes the gap with what is of no site; where that alone leaves more, a share of the gap
    that the search has left.
    """
    size, gap = abs(best.objective_usd), search.options.gap
    closing = rest.usd - (best.objective_usd - gap * size)
    if closing > 0.0:
        return closing
    return max(NOTHING, IDLE_SHARE * (gap - search.gap_among)) * size


def _size(values: Sequence[Value]) -> tuple[int, int, int]:
    """Rows, columns and nonzeros of the program of all sites, of which some were built at once."""
    return (
        sum(value.rows for value in values),
        sum(value.columns for value in values),
        sum(value.nonzeros for value in values),
    )


def _joined(search: _Search, values: Sequence[float]) -> bool:
    """Let sites of those groups join that would earn most; false where none would earn anything."""
    pairs = sorted((value, n) for n, value in enumerate(values))
    total, taken = sum(min(value, 0.0) for value in values), 0.0
    joining: list[str] = []
    for value, n in pairs:
        if value >= 0.0 or len(joining) >= MORE or taken <= WORTH * total:
            break
        more = [s for s in search.order if s in search.groups[n] and s not in search.chosen]
        joining += more[:1]
        taken += value
    search.chosen += joining
    return bool(joining)
