"""What must hold of a plan's power assets, computed without the constraints that made it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import pandas as pd

from tokenworks import leads
from tokenworks.calendar import MONTHS_PER_YEAR
from tokenworks.frames import given, lookup, rows, rows_by
from tokenworks.results.frames import NOISE, Context
from tokenworks.results.tolerance import ABSOLUTE, exceeds


def power_is_there(c: Context, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """No source gives more than what has entered, is within its life and has not retired."""
    technologies = rows_by(c.model.inputs.tables["power_technologies"], "technology")
    held: dict[tuple[str, str, int], float] = defaultdict(float)
    for (s, k, v), count in c.all_values("build_modules").items():
        held[s, k, v] += count
    for (s, k, v, u), count in c.all_values("retire_modules").items():
        held[s, k, v] -= count
        term = given(technologies[k].lease_term_months, 0)
        if abs(count) > NOISE and c.steps[u].start_month - c.vintages[v].start_month < term:
            yield f"{k} at {s} is returned before its least term of {term} months"
    for (s, k, v), left in held.items():
        if left < -ABSOLUTE:
            yield f"{k} of {c.start(v)} at {s}: {-left} more modules retire than were built"
    there = _capacity_by_step(c)
    dispatch = tables["dispatch"]
    given_out = dispatch[dispatch["flow"].isin(("generate", "discharge"))]
    peaks = given_out.groupby(["site", "source", "step_start"])["power_mw"].max().reset_index()
    for row in rows(peaks):
        most = there.get((row.site, row.source, row.step_start), 0.0)
        if exceeds(row.power_mw, most):
            yield f"{row.source} at {row.site}, {row.step_start}: gives {row.power_mw} of {most} MW"


def _capacity_by_step(c: Context) -> dict[tuple[str, str, pd.Timestamp], float]:
    """Capacity in service, from what entered and what retired, month by month of each life."""
    technologies = rows_by(c.model.inputs.tables["power_technologies"], "technology")
    counts = {(s, k, v, -1): n for (s, k, v), n in c.all_values("build_modules").items()}
    counts |= {index: -n for index, n in c.all_values("retire_modules").items()}
    there: dict[tuple[str, str, pd.Timestamp], float] = defaultdict(float)
    for (s, k, v, u), count in counts.items():
        row, begun = technologies[k], c.vintages[v].start_month
        for step in c.steps[max(u, c.model.inputs.calendar.entry(v)) :]:
            lived = begun + row.life_years * MONTHS_PER_YEAR - step.start_month
            share = min(1.0, max(0.0, lived / step.months))
            there[s, k, pd.Timestamp(c.start(step.index))] += share * count * row.module_mw
    return there


def credits_are_earned(c: Context) -> Iterator[str]:
    """No more is credited than is generated."""
    slices = c.model.candidates.slices
    made: dict[tuple[str, str, int], float] = defaultdict(float)
    for (s, k, e, t), megawatts in c.all_values("generate_mw").items():
        made[s, k, e] += slices[s].share[t] * megawatts
    credited: dict[tuple[str, str, int], float] = defaultdict(float)
    for (s, k, _, e), megawatts in c.all_values("credited_mw").items():
        credited[s, k, e] += megawatts
    for index, megawatts in credited.items():
        if exceeds(megawatts, made[index]):
            yield f"{index}: {megawatts} MW are credited, {made[index]} MW made in the mean"


def gas_has_come(c: Context) -> Iterator[str]:
    """Gas-fired modules enter service where a lateral is laid, or costs nothing, and no sooner."""
    x = c.model.inputs
    needs_gas = lookup(x.tables["power_technologies"], "technology", "needs_gas")
    price, months = leads.lateral_usd(x.tables), leads.lateral_months(x.tables)
    laid = dict(c.plan_values("lay_lateral").keys())
    for s, k, e in c.plan_values("build_modules"):
        if needs_gas[k]:
            if price.get(s, 0.0) > 0.0 and laid.get(s, e + 1) > e:
                yield f"{k} at {s} enters on {c.start(e)}, before the lateral is laid"
            if c.steps[e].start_month < months.get(s, 0):
                yield f"{k} at {s} enters on {c.start(e)}, before gas can be there"
