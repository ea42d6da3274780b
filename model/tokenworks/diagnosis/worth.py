"""What relief is worth: one unit more of a limit, re-solved, as an interval that is proven."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from tokenworks.build import Model, build
from tokenworks.diagnosis.binding import POINT, Binding, binding
from tokenworks.diagnosis.knobs import Knob, with_changes
from tokenworks.errors import InfeasibleError, InputError, NoIncumbentError, Problem, SolverError
from tokenworks.inputs import Inputs, prepare
from tokenworks.plan import Plan
from tokenworks.results.difference import Difference
from tokenworks.results.frames import frame
from tokenworks.schema.results_prices import PRICES
from tokenworks.schema.scenario import Solve
from tokenworks.solver.duals import Row, duals_at_fixed_integers
from tokenworks.solver.known import Known
from tokenworks.solver.method import solve_model
from tokenworks.solver.names import labels_of
from tokenworks.solver.whole import Progress, Solved, nothing, relative

TIME_LIMIT_S = 300.0
TOP = 8
# A dollar, or a token a second, is too little to tell of.
MILLION = 1e6
# Of the time, what solving the plan again may take, and its duals.
BASE_SHARE, DUAL_SHARE = 0.4, 0.1


@dataclass(frozen=True)
class Worth:
    """What relief of a limit is worth.

    Attributes
    ----------
    bound
        The limit, and when it binds.
    amount
        Units of relief.
    saves
        Interval of the present value that it saves, USD; None where it was not solved.
    gap
        Gap of the plan with the relief.
    dual_usd
        The same relief with all whole decisions fixed; None where there is no such figure.
    """

    bound: Binding
    amount: float
    saves: Difference | None = None
    gap: float | None = None
    dual_usd: float | None = None

    @property
    def knob(self) -> Knob:
        """The input."""
        return self.bound.knob

    @property
    def middle_usd(self) -> float:
        """Of the interval; of the dual where there is none."""
        if self.saves is not None:
            return (self.saves.low_usd + self.saves.high_usd) / 2.0
        return self.dual_usd or 0.0


@dataclass(frozen=True)
class Explanation:
    """What binds in a plan, and what relief is worth.

    Attributes
    ----------
    plan
        The plan.
    worths
        Of every limit that binds: those re-solved first, by what they are worth.
    gap
        Gap of the plan that the reliefs were held against.
    seconds
        Wall time.
    notes
        What was left out, and why.
    """

    plan: Plan
    worths: tuple[Worth, ...]
    gap: float
    seconds: float
    notes: tuple[str, ...] = ()

    @property
    def prices(self) -> pd.DataFrame:
        """As the table `prices`."""
        return frame(PRICES, (_entry(worth) for worth in self.worths))

    def as_dict(self) -> dict[str, Any]:
        """The explanation as plain values, for JSON."""
        table = self.prices
        table["binds_from"] = table["binds_from"].dt.strftime("%Y-%m-%d")
        return {
            "scenario": self.plan.scenario.name,
            "status": "feasible",
            "usd_year": self.plan.scenario.finance.usd_year,
            "gap": self.gap,
            "prices": table.astype(object).where(table.notna(), None).to_dict("records"),
            "notes": list(self.notes),
            "seconds": self.seconds,
        }

    def save(self, folder: Path | str) -> Path:
        """Keep the table `prices` with the run of the plan, where page and memo find it.

        Raises
        ------
        InputError
            Where the folder cannot be written.
        """
        path = Path(folder) / "tables" / f"{PRICES.name}.parquet"
        beside = path.with_name(f".{path.name}.new")
        try:
            self.prices.to_parquet(beside, index=False)
            beside.replace(path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            words = f"the table cannot be kept there: {error.strerror or 'unknown reason'}"
            remedy = "name a run folder that you may write to"
            raise InputError([Problem(str(folder), 0, "", words, remedy)]) from error
        return path


def _entry(worth: Worth) -> tuple[Any, ...]:
    knob, saves = worth.knob, worth.saves
    return (
        "; ".join(knob.addresses),
        knob.family,
        f"{knob.words}: {knob.now}",
        relief_words(worth),
        worth.amount,
        knob.unit or "points",
        worth.bound.first,
        worth.bound.steps,
        None if saves is None else saves.low_usd,
        None if saves is None else saves.high_usd,
        None if saves is None else saves.indistinguishable,
        worth.gap,
        worth.dual_usd,
    )


def relief_words(worth: Worth) -> str:
    """What one unit of relief is."""
    knob = worth.knob
    if knob.kind == "months":
        return f"{worth.amount:g} month{'s' if worth.amount != 1 else ''} sooner"
    if knob.kind == "level":
        return f"{worth.amount:g} point{'s' if worth.amount != 1 else ''} less"
    return f"{worth.amount:,.6g} {knob.unit} more"


def explain_plan(
    plan: Plan,
    *,
    top: int = TOP,
    units: float = 1.0,
    gap: float | None = None,
    time_limit_s: float = TIME_LIMIT_S,
    progress: Progress = nothing,
) -> Explanation:
    """What binds in a plan, and what one unit more of it is worth.

    Parameters
    ----------
    plan
        A plan.
    top
        How many limits are re-solved: those that seem to matter most, of every family one first.
    units
        Units of relief: one megawatt, month, slot; more show above the noise of the gap.
    gap
        Gap of all solves; the scenario's own where None.
    time_limit_s
        Seconds for all of them. What is stopped by it has the wider interval of its gap.
    progress
        Told of every limit that is re-solved.
    """
    started = time.perf_counter()
    x, ends = plan.inputs, started + time_limit_s
    options = x.scenario.solve.model_copy(update={} if gap is None else {"gap": gap})
    limits = binding(plan)
    notes: list[str] = []
    resolved = _Resolve(options, ends, progress)
    base, model = resolved.base(plan, BASE_SHARE * time_limit_s)
    solved = base if isinstance(base, Solved) else plan.known
    duals = None
    if solved is not None:
        plain = solved.values  # noqa: PD011 -- no frame
        duals = duals_at_fixed_integers(model, plain, DUAL_SHARE * time_limit_s)
    worths = [_unsolved(bound, units, duals) for bound in limits]
    chosen = _chosen(worths, top)
    done = resolved.all(x, base, [worths[n] for n in chosen])
    for n, worth in zip(chosen, done, strict=True):
        worths[n] = worth
    left = [worth for worth in worths if worth.saves is None]
    if left:
        notes.append(f"{len(left)} more limits bind and were not re-solved; --top asks for more")
    late = [worth for worth in done if worth.saves is None]
    if late:
        notes.append("time was over for some of them: give more with --time-limit")
    ranked = sorted(worths, key=_rank)
    best = min(base.objective_usd, plan.objective_usd)
    bound = min(max(base.bound_usd, plan.bound_usd), best)
    left_gap = (best - bound) / abs(best) if best else 0.0
    return Explanation(plan, tuple(ranked), left_gap, time.perf_counter() - started, tuple(notes))


def _rank(worth: Worth) -> tuple[int, float]:
    """What surely saves first, by the least that it does; then what may; then the unsolved."""
    if worth.saves is None:
        return 2, -(worth.dual_usd or 0.0)
    if worth.saves.indistinguishable:
        return 1, -worth.middle_usd
    return 0, -worth.saves.low_usd


def _unsolved(bound: Binding, units: float, duals: Mapping[Row, float] | None) -> Worth:
    knob = bound.knob
    amount = max(units, knob.whole) if knob.kind == "amount" else units
    if knob.kind == "months":
        amount = float(min(max(1, round(units)), int(knob.now_value)))
    if knob.kind == "amount" and knob.unit in ("USD", "tokens/s"):
        amount = units * MILLION
    return Worth(bound, amount, dual_usd=_dual(knob, amount, duals))


def _dual(knob: Knob, amount: float, duals: Mapping[Row, float] | None) -> float | None:
    """Duals of all rows in which a limit counts, times the amount."""
    if duals is None or not knob.rows:
        return None
    total = 0.0
    for name, first, each in knob.rows:
        for (row, index), usd in duals.items():
            if row == name and labels_of(index)[: len(first)] == first:
                total += usd * each * amount
    return total


def _chosen(worths: Sequence[Worth], top: int) -> list[int]:
    """Places of those to re-solve: the dearest of every family first, then the dearest of all."""

    def dearest(n: int) -> tuple[float, int]:
        return -worths[n].middle_usd, -worths[n].bound.steps

    order = sorted(range(len(worths)), key=dearest)
    first = {worths[n].knob.family: n for n in reversed(order)}
    firsts = sorted(first.values(), key=dearest)
    return [*firsts, *(n for n in order if n not in firsts)][:top]


Bounded = Plan | Solved


@dataclass
class _Resolve:
    """Solves of one explanation, within its time."""

    options: Solve
    ends: float
    progress: Progress
    known: Known | None = None

    def left(self, among: int = 1) -> float:
        """Seconds for the next of so many."""
        return max(1.0, (self.ends - time.perf_counter()) / max(1, among))

    def solve(self, model: Model, seconds: float) -> Solved | None:
        """A model solved from what is known; None where nothing was found."""
        options = self.options.model_copy(update={"time_limit_s": seconds})
        try:
            return solve_model(model, options, nothing, self.known)
        except (InfeasibleError, NoIncumbentError, SolverError):
            return None

    def base(self, plan: Plan, seconds: float) -> tuple[Bounded, Model]:
        """The plan itself, solved again where what solving it has taught is not at hand."""
        model = build(plan.inputs)
        self.known = plan.known
        if plan.known is not None and plan.gap <= self.options.gap:
            return plan, model
        self.progress("the plan itself", plan.bound_usd, plan.objective_usd)
        found = self.solve(model, seconds)
        if found is not None and found.known is not None:
            self.known = found.known
        return (plan if found is None else _better(plan, found)), model

    def all(self, x: Inputs, base: Bounded, worths: Sequence[Worth]) -> list[Worth]:
        """Every one of them re-solved."""
        months = [worth for worth in worths if worth.knob.kind == "months"]
        cuts = _cuts(x, months)
        on_cuts: Bounded | None = base
        steps = {step.start_month for step in x.calendar.steps}
        if months and not set(cuts) <= steps and self.ends > time.perf_counter():
            # Another lead time cuts the steps elsewhere: both are solved on the same ones.
            self.progress("the plan on common steps", base.bound_usd, base.objective_usd)
            common = build(prepare(x.scenario, x.loaded, cuts))
            on_cuts = self.solve(common, self.left(len(worths) + 1))
        found = []
        for n, worth in enumerate(worths):
            own = worth.knob.kind == "months"
            against = on_cuts if own else base
            if against is None or time.perf_counter() > self.ends:
                found.append(worth)
                continue
            self.progress(worth.knob.words, base.bound_usd, base.objective_usd)
            relieved = with_changes(x, change_of(worth), tuple(cuts) if own else ())
            solved = self.solve(build(relieved), self.left(len(worths) - n))
            found.append(worth if solved is None else _priced(worth, against, solved))
        return found


def change_of(worth: Worth) -> dict[str, Any]:
    """The change that relieves a limit."""
    knob = worth.knob
    if knob.kind == "months":
        return knob.change(int(knob.now_value - worth.amount))
    if knob.kind == "level":
        return knob.change(max(0.0, knob.now_value - POINT * worth.amount))
    return knob.change(worth.amount)


def _cuts(x: Inputs, months: Sequence[Worth]) -> list[int]:
    """Months at which any of the relieved scenarios cuts its steps."""
    cuts = {step.start_month for step in x.calendar.steps} if months else set()
    for worth in months:
        relieved = with_changes(x, change_of(worth))
        cuts |= {step.start_month for step in relieved.calendar.steps}
    return sorted(cuts)


def _priced(worth: Worth, base: Bounded, relieved: Solved) -> Worth:
    """The interval of what is saved: of the plan less the relieved one.

    The plan is one with relief too, and no plan without relief is cheaper than all with it, so
    each incumbent and each bound is the better of the two.
    """
    incumbent = min(relieved.objective_usd, base.objective_usd)
    bound = max(base.bound_usd, min(relieved.bound_usd, base.objective_usd))
    saves = Difference(bound - incumbent, base.objective_usd - relieved.bound_usd)
    gap = relative(incumbent - relieved.bound_usd, incumbent)
    return replace(worth, saves=saves, gap=gap)


def _better(plan: Plan, solved: Solved) -> Solved:
    """The solution, with the better of the two incumbents and of the two bounds."""
    objective = min(solved.objective_usd, plan.objective_usd)
    bound = min(max(solved.bound_usd, plan.bound_usd), objective)
    return replace(solved, objective_usd=objective, bound_usd=bound)
