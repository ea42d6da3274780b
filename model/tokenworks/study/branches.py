"""Plans under uncertainty: one plan until a branch of the future is known, then one for each.

The extensive form is our own: it joins the programs of the branches by the names and dates of their
columns, so that it needs no second formulation, no message passing between processes and no other
solver than the one that is there; its bound is proven like any other plan's.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from tokenworks.branching import Branch, branches_of, has_branches
from tokenworks.errors import InfeasibleError, NoIncumbentError
from tokenworks.inputs import Inputs, assemble
from tokenworks.plan import Plan, plan_from, plan_of, save_run, with_options
from tokenworks.results.frames import frame
from tokenworks.schema import results as declared
from tokenworks.schema.scenario import Scenario, Solve
from tokenworks.shown import gap_in_words
from tokenworks.solver.extensive import (
    BranchProgram,
    Extensive,
    extensive_form,
    with_least_regret,
)
from tokenworks.solver.highs import Status, run
from tokenworks.solver.matrix import Floats, Matrix
from tokenworks.solver.told import told
from tokenworks.solver.whole import (
    Progress,
    Solved,
    by_name,
    nothing,
    polished,
    relative,
    solve_whole,
)
from tokenworks.study.programs import programs_of

# Milestones at which something is decided; the others follow from them.
COMMITMENTS = (
    "route filed",
    "ground broken",
    "power ordered",
    "systems ordered",
    "contract starts",
)


@dataclass(frozen=True)
class BranchedPlan:
    """A plan for several branches of the future.

    Attributes
    ----------
    inputs
        The scenario's own inputs, without any branch.
    plans
        Branch to its plan; they agree in all that is decided before the branch is known.
    objective_usd, bound_usd, gap, gap_controllable
        Expected cost, what no plan can undercut, and the distance between them.
    status
        As a plan's.
    branches
        Table `branches`: cost, cost if known from the start, and regret of every branch.
    measures
        Table `uncertainty`: expected cost, conditional value at risk, value of perfect information.
    commitments
        Table `commitments`: what is decided before anything is known, in this plan and in the one
        of least regret.
    size
        Rows, columns and nonzeros of the joined program.
    seconds
        Wall time by stage.
    """

    inputs: Inputs
    plans: Mapping[str, Plan]
    status: str
    objective_usd: float
    bound_usd: float
    gap: float
    gap_controllable: float
    branches: pd.DataFrame
    measures: pd.DataFrame
    commitments: pd.DataFrame
    size: Mapping[str, int]
    seconds: Mapping[str, float]

    def __repr__(self) -> str:
        """One line: the plans of all branches would fill pages."""
        names = ", ".join(self.plans)
        return (
            f"BranchedPlan({self.scenario.name!r}: {self.status}, expected cost "
            f"{self.objective_usd / 1e9:,.3f} bn USD, {gap_in_words(self.gap)}, branches: {names})"
        )

    def _repr_html_(self) -> str:
        from tokenworks.report.display import branched_html  # noqa: PLC0415 -- a floor above

        return branched_html(self)

    @property
    def scenario(self) -> Scenario:
        """The scenario that was solved."""
        return self.inputs.scenario

    def manifest(self) -> dict[str, Any]:
        """What `manifest.json` holds."""
        first = next(iter(self.plans.values()))
        return {
            **first.manifest(),
            "scenario": self.scenario.name,
            "title": self.scenario.title,
            "status": self.status,
            "objective_usd": self.objective_usd,
            "bound_usd": self.bound_usd,
            "gap": self.gap,
            "gap_controllable": self.gap_controllable,
            "seconds": dict(self.seconds),
            **self.size,
            "summary": {name: plan.summary.as_dict() for name, plan in self.plans.items()},
            "inputs_sha256": self.inputs.sha256,
        }

    def save(self, folder: Path | str | None = None) -> Path:
        """Write the run folder, whole or not at all; see `Plan.save`.

        The tables hold the rows of all branches, the branch in their first column.
        """
        return save_run(self.inputs, self.manifest(), self.tables, folder)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables of the branches, and those of their plans with the branch before each row."""
        found = {
            "branches": self.branches,
            "uncertainty": self.measures,
            "commitments": self.commitments,
        }
        first = next(iter(self.plans.values()))
        for name in first.tables:
            parts = [plan.tables[name].assign(branch=b) for b, plan in self.plans.items()]
            joined = pd.concat(parts, ignore_index=True)
            found[name] = joined[["branch", *(c for c in joined.columns if c != "branch")]]
        return found


def solve(
    scenario: Scenario,
    *,
    gap: float | None = None,
    time_limit_s: float | None = None,
    method: str | None = None,
    threads: int | None = None,
    progress: Progress | bool = False,
    start: Plan | None = None,
) -> Plan | BranchedPlan:
    """Solve a scenario, one with branches as a whole; see `tokenworks.plan.solve`."""
    started = time.perf_counter()
    chosen = with_options(
        scenario, gap=gap, time_limit_s=time_limit_s, method=method, threads=threads
    )
    with told(progress) as tell:
        return solve_inputs(assemble(chosen), started, tell, start)


def solve_inputs(
    inputs: Inputs,
    started: float,
    progress: Progress = nothing,
    start: Plan | None = None,
) -> Plan | BranchedPlan:
    """Solve checked inputs, with their branches where they have any; those begin anew."""
    if has_branches(inputs):
        return branched(inputs, started)
    return plan_of(inputs, started, progress, None if start is None else start.known)


def branched(x: Inputs, started: float) -> BranchedPlan:
    """Solve a scenario with branches; `started` is when reading began.

    Raises
    ------
    InputError
        Where a branch changes what lies before the day on which it is known.
    InfeasibleError, NoIncumbentError, SolverError
        As their names say.
    """
    cases = branches_of(x)
    programs = programs_of(cases)
    form = extensive_form(programs)
    built = time.perf_counter()
    options = x.scenario.solve
    found = _search(form.matrix, options)
    searched = time.perf_counter()
    alone = {p.name: solve_whole(p.model, options) for p in programs}
    least = {name: solved.objective_usd for name, solved in alone.items()}
    careful = _search(with_least_regret(form, programs, least), options)
    known = time.perf_counter()
    gap = relative(found.objective - found.bound, found.objective)
    plans = {p.name: _plan(p, form, found, gap, started) for p in programs}
    safe = {p.name: _plan(p, form, careful, gap, started) for p in programs}
    unavoidable = sum(p.probability * alone[p.name].unavoidable_usd for p in programs)
    table = _branch_table(programs, form, found, careful, alone)
    return BranchedPlan(
        inputs=x,
        plans=plans,
        status=str(found.status),
        objective_usd=found.objective,
        bound_usd=found.bound,
        gap=gap,
        gap_controllable=relative(found.objective - found.bound, found.objective - unavoidable),
        branches=table,
        measures=_measures(table, found, x.scenario.uncertainty.tail_fraction),
        commitments=_commitments(cases, plans, safe),
        size={
            "rows": form.matrix.shape[0],
            "columns": form.matrix.shape[1],
            "nonzeros": int(form.matrix.a.nnz),
        },
        seconds={
            "build": built - started,
            "search": searched - built,
            "known and least regret": known - searched,
            "results": time.perf_counter() - known,
            "total": time.perf_counter() - started,
        },
    )


@dataclass(frozen=True)
class _Found:
    """Incumbent and bound of a joined program."""

    incumbent: Floats
    objective: float
    bound: float
    status: Status


def _search(matrix: Matrix, options: Solve) -> _Found:
    found = run(matrix, options)
    if found.status is Status.INFEASIBLE:
        raise InfeasibleError(["no plan meets all limits in every branch"])
    if found.values is None:  # noqa: PD011 -- no frame
        raise NoIncumbentError(f"stopped ({found.status}) before any plan was found")
    values, objective = polished(matrix, found, options)
    return _Found(values, objective, min(found.bound, objective), found.status)


def _plan(p: BranchProgram, form: Extensive, found: _Found, gap: float, started: float) -> Plan:
    """A branch's plan; its distance from the bound is that of all branches together."""
    values = found.incumbent[form.column_of[p.name]]
    solved = Solved(
        status=found.status,
        values=by_name(p.matrix, values),
        objective_usd=float(p.matrix.cost @ values) + p.matrix.offset,
        bound_usd=-math.inf,
        unavoidable_usd=0.0,
        rows=p.matrix.shape[0],
        columns=p.matrix.shape[1],
        nonzeros=int(p.matrix.a.nnz),
        seconds={},
    )
    return replace(plan_from(p.model, solved, started), gap=gap, gap_controllable=gap)


def _cost_usd(p: BranchProgram, form: Extensive, found: _Found) -> tuple[float, float]:
    """A branch's cost, its cancellations with it, and these by themselves."""
    cancelled = sum(usd * float(found.incumbent[at]) for at, usd in form.cancelled[p.name])
    values = found.incumbent[form.column_of[p.name]]
    return float(p.matrix.cost @ values) + p.matrix.offset + cancelled, cancelled


def _branch_table(
    programs: list[BranchProgram],
    form: Extensive,
    expected: _Found,
    careful: _Found,
    alone: Mapping[str, Solved],
) -> pd.DataFrame:
    entries = []
    for p in programs:
        cost, cancelled = _cost_usd(p, form, expected)
        safe, _ = _cost_usd(p, form, careful)
        known = alone[p.name]
        steps = p.model.inputs.calendar
        month = min(p.reveal_month, steps.horizon_months)
        entries.append(
            (
                p.name,
                p.probability,
                steps.date_of(month),
                cost,
                cancelled,
                known.objective_usd,
                known.bound_usd,
                cost - known.objective_usd,
                safe,
                safe - known.objective_usd,
            )
        )
    return frame(declared.BRANCHES, entries)


def _measures(table: pd.DataFrame, expected: _Found, tail: float) -> pd.DataFrame:
    chance = table["probability_fraction"]
    known = float((chance * table["known_cost_usd"]).sum())
    known_bound = float((chance * table["known_bound_usd"]).sum())
    costs = table["cost_usd"].tolist()
    blank = float("nan")
    entries = [
        ("expected cost", expected.objective, expected.bound, expected.objective),
        ("conditional value at risk", at_risk(costs, chance.tolist(), tail), blank, blank),
        ("expected cost were the branch known", known, known_bound, known),
        (
            "value of perfect information",
            expected.objective - known,
            max(0.0, expected.bound - known),
            expected.objective - known_bound,
        ),
        ("largest regret", float(table["regret_usd"].max()), blank, blank),
        ("least possible largest regret", float(table["careful_regret_usd"].max()), blank, blank),
    ]
    return frame(declared.UNCERTAINTY, entries)


def at_risk(costs: list[float], chances: list[float], tail: float) -> float:
    """Conditional value at risk: mean cost of the dearest outcomes that hold a share of the chance.

    Parameters
    ----------
    costs, chances
        Cost in USD and probability of each outcome.
    tail
        Share of the probability that the dearest outcomes hold; 1 gives the mean.
    """
    left, total = tail, 0.0
    for cost, chance in sorted(zip(costs, chances, strict=True), reverse=True):
        part = min(chance, left)
        total += part * cost
        left -= part
    return total / tail


def _commitments(
    cases: list[Branch], plans: Mapping[str, Plan], careful: Mapping[str, Plan]
) -> pd.DataFrame:
    """What is decided before any branch is known, in both plans."""
    first = min(cases, key=lambda case: case.reveal_month)
    until = pd.Timestamp(first.inputs.calendar.date_of(first.reveal_month))
    parts = []
    for word, found in (("least expected cost", plans), ("least regret", careful)):
        timeline = found[first.name].timeline
        decided = timeline[timeline["milestone"].isin(COMMITMENTS) & (timeline["date"] < until)]
        parts.append(decided.assign(plan=word))
    joined = pd.concat(parts, ignore_index=True)
    names = declared.COMMITMENTS.names
    return frame(declared.COMMITMENTS, joined[list(names)].itertuples(index=False, name=None))
