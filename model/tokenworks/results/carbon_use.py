"""CO2 of a plan: at the stack, of what is drawn from the grid, and of the supply of its fuel.

Location-based: a MWh from the grid has the CO2 of one more MWh in its zone and hour, whatever is
contracted. What the tables of carbon and clean matching ask for is held here as the plan runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tokenworks.candidates.carbon import (
    CarbonRules,
    stack_tonnes_per_mwh,
    upstream_tonnes_per_mwh,
)
from tokenworks.frames import lookup, rows, rows_by
from tokenworks.inputs import Inputs
from tokenworks.results.frames import Context, frame
from tokenworks.results.tolerance import exceeds
from tokenworks.schema import results as declared

KG_PER_TONNE = 1e3
GRAMS_PER_TONNE = 1e6
SERVED = {"load": 1.0, "catch-up": 1.0, "shed": -1.0, "defer": -1.0}


@dataclass(frozen=True)
class Counted:
    """CO2 that counts under caps, in tonnes.

    Attributes
    ----------
    tonnes, caps
        By scope and period: what is emitted, and the most that may be.
    everything
        Of all sites over the horizon.
    """

    tonnes: Mapping[tuple[str, str], float]
    caps: Mapping[tuple[str, str], float]
    everything: float


def carbon_use(c: Context) -> pd.DataFrame:
    """CO2 of every site and step in which it generates or draws; blank where the grid's is."""
    technologies = rows_by(c.model.inputs.tables["power_technologies"], "technology")
    slices = c.model.candidates.slices
    stack: dict[tuple[str, int], float] = defaultdict(float)
    upstream: dict[tuple[str, int], float] = defaultdict(float)
    grid: dict[tuple[str, int], float] = defaultdict(float)
    for (s, k, e, t), megawatts in c.plan_values("generate_mw").items():
        energy = megawatts * slices[s].share[t] * c.steps[e].hours
        stack[s, e] += energy * stack_tonnes_per_mwh(technologies[k])
        upstream[s, e] += energy * upstream_tonnes_per_mwh(technologies[k])
    for (s, _, e, t), megawatts in c.plan_values("import_mw").items():
        energy = megawatts * slices[s].share[t] * c.steps[e].hours
        grid[s, e] += energy * slices[s].marginal_co2_kg_per_mwh[t] / KG_PER_TONNE
    allowed = c.all_values("co2_allowance_tonnes")
    return frame(
        declared.CARBON_USE,
        (
            (
                s,
                c.start(e),
                c.steps[e].period,
                stack[s, e],
                grid[s, e],
                upstream[s, e],
                allowed.get((s, e), float("nan")),
            )
            for s, e in sorted({**stack, **grid})
        ),
    )


def of_tokens(c: Context, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Grams of CO2 by workload, per million output tokens and per request; upstream apart.

    What a site emits in a step goes to what it serves there by its energy. A workload that draws
    on a grid of which nothing is known has no figure.
    """
    energy, lengths = (
        _energy(c, tables),
        lookup(c.model.inputs.tables["workloads"], "workload", "output_tokens"),
    )
    owned = tables["flows"].query("how == 'owned'").groupby("workload")["served_mtokens"].sum()
    direct: dict[str, float] = defaultdict(float)
    upstream: dict[str, float] = defaultdict(float)
    for row in rows(tables["carbon_use"]):
        here = energy[row.site, row.step_start]
        total = sum(here.values())
        for workload, used in here.items():
            direct[workload] += used / total * (row.stack_tonnes + row.grid_tonnes)
            upstream[workload] += used / total * row.upstream_tonnes
    found: dict[str, dict[str, float]] = {
        "co2_g_per_mtoken_by_workload": {},
        "co2_g_per_request_by_workload": {},
        "upstream_co2_g_per_request_by_workload": {},
    }
    for name, mtokens in owned.items():
        workload = str(name)
        if not mtokens > 0.0 or pd.isna(direct[workload]):
            continue
        per_mtoken = direct[workload] * GRAMS_PER_TONNE / mtokens
        above = upstream[workload] * GRAMS_PER_TONNE / mtokens
        found["co2_g_per_mtoken_by_workload"][workload] = per_mtoken
        found["co2_g_per_request_by_workload"][workload] = per_mtoken * lengths[workload] / 1e6
        found["upstream_co2_g_per_request_by_workload"][workload] = above * lengths[workload] / 1e6
    return found


def _energy(
    c: Context, tables: Mapping[str, pd.DataFrame]
) -> dict[tuple[str, Any], dict[str, float]]:
    """Mean power of every workload at a site and in a step, with its systems' idle power."""
    idle_kw = lookup(c.model.inputs.tables["hardware"], "system", "idle_kw")
    steps = {pd.Timestamp(c.start(step.index)): step.index for step in c.steps}
    matches = c.model.candidates.serving.matches
    used: dict[tuple[str, Any], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows(tables["serving"]):
        load = matches[row.workload, row.point].load_mw_per_mtoken_per_s(steps[row.step_start])
        megawatts = row.assigned_systems * idle_kw[row.system] / 1e3 + row.mean_mtokens_per_s * load
        used[row.site, row.step_start][row.workload] += megawatts
    return used


def capped_tonnes(x: Inputs, table: pd.DataFrame) -> Counted:
    """What counts under every cap: by scope and period, and of all sites over the horizon.

    Parameters
    ----------
    x
        Inputs.
    table
        The table `carbon_use`. What is drawn counts where the scenario counts the grid's CO2.
    """
    rules, counted = CarbonRules(x), x.scenario.power.count_grid_co2
    emitted: dict[tuple[str, str], float] = defaultdict(float)
    everything = 0.0
    for row in rows(table):
        drawn = row.grid_tonnes if counted and pd.notna(row.grid_tonnes) else 0.0
        everything += row.stack_tonnes + drawn
        for scope in rules.caps_of(row.site):
            emitted[scope, row.period] += row.stack_tonnes + drawn
    steps = x.calendar.steps
    caps = {
        (scope, period): rules.cap_tonnes(scope, [step for step in steps if step.period == period])
        for scope, period in emitted
    }
    return Counted(dict(emitted), caps, everything)


def carbon_is_kept(c: Context, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """What is emitted above a cap, in words; an invariant."""
    counted = capped_tonnes(c.model.inputs, tables["carbon_use"])
    for (scope, period), tonnes in counted.tonnes.items():
        cap = counted.caps[scope, period]
        if exceeds(tonnes, cap):
            yield f"CO2 of {scope} in {period}: {tonnes} of {cap} tonnes"
    most = c.model.inputs.scenario.policy.most_co2_tonnes
    if most is not None and exceeds(counted.everything, most):
        yield f"CO2 of all sites: {counted.everything} of {most} tonnes"


def supply_is_clean(c: Context, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Hours and years in which supply is less clean than asked for; an invariant."""
    rules, table = CarbonRules(c.model.inputs), tables["dispatch"]
    dirty = (table["flow"] == "import") | (
        (table["flow"] == "generate") & table["source"].isin(list(rules.emitters))
    )
    keys = ["site", "step_start", "slice"]
    # Load is what is due; served is what is left of it after what is shed or waits.
    served = table["flow"].map(SERVED).fillna(0.0).astype("float64") * table["power_mw"]
    served_mw = served.groupby([table[key] for key in keys]).sum()
    drawn = table[dirty].groupby(keys)["power_mw"].sum()
    hours = table.groupby(keys)["weight_hours"].first()
    both = (
        pd.DataFrame({"drawn": drawn, "load": served_mw, "hours": hours}).fillna(0.0).reset_index()
    )
    for column, by_hour in (("hourly_fraction", True), ("yearly_fraction", False)):
        for site, step, share in rules.dirty_shares(column):
            here = both[
                (both["site"] == site) & (both["step_start"] == pd.Timestamp(c.start(step)))
            ]
            weight = 1.0 if by_hour else here["hours"]
            used, whole = here["drawn"] * weight, here["load"] * weight
            if not by_hour:
                used, whole = pd.Series([used.sum()]), pd.Series([whole.sum()])
            if any(exceeds(u, share * w) for u, w in zip(used, whole, strict=True)):
                yield f"supply of {site}, {c.start(step)}: not as clean as `{column}` asks for"
