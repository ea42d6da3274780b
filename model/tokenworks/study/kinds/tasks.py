"""Ways to solve a run that `tokenworks.solve` has not: other aims, other plans, plans held."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from tokenworks.build import Model, build
from tokenworks.errors import InfeasibleError, InputError, NoIncumbentError, Problem, SolverError
from tokenworks.inputs import Inputs
from tokenworks.plan import Plan, plan_from
from tokenworks.solver.farthest import Asked, Figure, farthest
from tokenworks.solver.held import solve_held
from tokenworks.solver.least import Within, least
from tokenworks.solver.matrix import Floats, compile_matrix
from tokenworks.solver.method import is_decomposed
from tokenworks.study.kinds import Answer
from tokenworks.study.kinds.alternatives import budget
from tokenworks.study.kinds.commitments import carried, left_in_words
from tokenworks.study.kinds.measures import co2_tonnes
from tokenworks.study.kinds.parts import Group, figures, megawatts, totals
from tokenworks.study.runs import BASE, Job

ALLOWANCE = "co2_allowance_tonnes"


def least_carbon(job: Job) -> Answer:
    """The plan with least CO2, within the base plan's cost where asked for; then the cheapest such.

    A program that is solved in parts has no such search: within the base plan's cost it is the
    base plan again.

    Raises
    ------
    InputError
        Where the least CO2 of all is asked of a program that is solved in parts.
    """
    started = time.perf_counter()
    model = build(job.inputs)
    base = job.needs.get(BASE) if job.options.get("within_base") else None
    if is_decomposed(compile_matrix(model.pyomo), job.inputs.scenario.solve):
        if base is None:
            raise InputError([_too_large(job.inputs)])
        return replace(base, inputs=job.inputs, known=None), {"co2_tonnes": co2_tonnes(base)}
    names = model.pyomo.component(ALLOWANCE)
    figure = {(ALLOWANCE, index): 1.0 for index in names.index_set()}
    if base is not None:
        return _within_base(model, figure, base, started)
    found = least(model, figure, Within(), job.inputs.scenario.solve)
    plan = plan_from(model, found.solved, started)
    return plan, {"co2_tonnes": co2_tonnes(plan), "least_co2_tonnes": found.least}


def _within_base(model: Model, figure: Figure, base: Plan, started: float) -> Answer:
    """The cleanest plan that costs no more than the base plan.

    Few plans cost so little, and a search for them may end without one. One with the orders of the
    base plan, run more cleanly, is found at once; the base plan itself stands where none is.
    """
    options, found = model.inputs.scenario.solve, []
    cheap = Within(base.bound_usd, base.objective_usd)
    for among in (replace(cheap, held=carried(base, model).wanted), cheap):
        with suppress(InfeasibleError, NoIncumbentError):
            found.append(least(model, figure, among, options))
    cleanest = min(found, key=lambda one: one.figure, default=None)
    if cleanest is None or cleanest.figure >= co2_tonnes(base):
        return replace(base, inputs=model.inputs, known=None), {"co2_tonnes": co2_tonnes(base)}
    plan = plan_from(model, cleanest.solved, started)
    return plan, {"co2_tonnes": co2_tonnes(plan)}


def _too_large(x: Inputs) -> Problem:
    return Problem(
        x.scenario.name,
        0,
        "pareto.least",
        "the least CO2 of a program that is solved in parts is not searched for",
        "give `least`, in tonnes, how far the front is to go",
    )


def alternative(job: Job) -> Answer:
    """The plan within a slack of the base plan's cost that lies farthest from all known ones.

    Raises
    ------
    InputError
        Where the program is solved in parts.
    SolverError
        Where the plan, priced by the whole model, costs more than it may.
    """
    started = time.perf_counter()
    model, base = build(job.inputs), job.needs[BASE]
    options = job.inputs.scenario.solve
    if is_decomposed(compile_matrix(model.pyomo), options):
        raise InputError([_in_parts(job.inputs)])
    most = budget(base.objective_usd, float(job.options["slack_fraction"]))
    scale = _scales(base, job.options["differ_in"])
    sums = {group: of for group, of in figures(model).items() if group[0] in scale}
    groups = sorted(sums)
    known = [megawatts(job.needs[key]) for key in job.options["known"]]
    asked = Asked(
        most_usd=most,
        bound_usd=base.bound_usd,
        figures=[{name: mw * scale[g[0]] for name, mw in sums[g].items()} for g in groups],
        known=np.array([[plan.get(g, 0.0) * scale[g[0]] for g in groups] for plan in known]),
        # Twice what the base plan has of a part, all in one of its groups.
        most_figure=_most_figure(base, job.options["differ_in"]),
    )
    told = job.options.get("ranges") or {}
    search = options.model_copy(update={"gap": float(job.options["gap"])})
    found = farthest(model, asked, search, _told(told, groups, scale))
    plan = plan_from(model, found.solved, started)
    if not kept_within(plan, most):
        raise SolverError(f"the alternative costs {plan.objective_usd} of {most} USD")
    return plan, {
        "distance_fraction": found.distance,
        "most_distance_fraction": found.most_distance,
        "groups_mw": [[*group, mw] for group, mw in sorted(megawatts(plan).items())],
        "ranges_mw": [
            [*g, low / scale[g[0]], high / scale[g[0]]]
            for g, low, high in zip(groups, found.low.tolist(), found.high.tolist(), strict=True)
        ],
    }


def _most_figure(base: Plan, parts: Sequence[str]) -> float:
    whole = totals(megawatts(base))
    return 1.0 / len(parts) if all(whole[part] for part in parts) else math.inf


def _scales(base: Plan, parts: Sequence[str]) -> dict[str, float]:
    """What a megawatt of a part counts: all of the base plan's moved to others are 1 together."""
    whole = totals(megawatts(base))
    return {part: 0.5 / (len(parts) * (whole[part] or 1.0)) for part in parts}


def _told(
    ranges: Mapping[str, Any], groups: Sequence[Group], scale: Mapping[str, float]
) -> tuple[Floats, Floats] | None:
    """Ranges that an earlier search has proven, where they are of all groups."""
    known = {(part, name): (low, high) for part, name, low, high in ranges.values()}
    if not set(groups) <= set(known):
        return None
    ends = np.array([known[g] for g in groups]) * np.array([[scale[g[0]]] for g in groups])
    return ends[:, 0], ends[:, 1]


def _in_parts(x: Inputs) -> Problem:
    return Problem(
        x.scenario.name,
        0,
        "base",
        "alternatives are searched by one call of HiGHS, and this program is solved in parts",
        "take a smaller base, or set `solve.method: whole` and allow it time",
    )


def held(job: Job) -> Answer:
    """What another run's plan has ordered, kept as far as this scenario has it; the rest anew."""
    started = time.perf_counter()
    model, plan = build(job.inputs), job.needs[str(job.options["plan"])]
    orders = carried(plan, model, job.options.get("until_months"))
    found = solve_held(model, orders.wanted, orders.weights, job.inputs.scenario.solve)
    lost = [*orders.lost, *left_in_words(found.left, model)]
    return plan_from(model, found.solved, started), {"not_kept": lost}


def kept_within(plan: Plan, most_usd: float) -> bool:
    """Whether a plan costs no more than a budget, but for the rounding of a sum of costs."""
    return plan.objective_usd <= most_usd + 1e-6 * abs(most_usd)
