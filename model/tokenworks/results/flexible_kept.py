"""What flexible load must keep on every plan, from its values and the inputs alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import pandas as pd

from tokenworks.frames import rows, rows_by
from tokenworks.results.frames import Context
from tokenworks.results.tolerance import differs, exceeds


def flexible_kept(c: Context, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Every promise of flexible load that the plan breaks."""
    yield from _cuts_are_kept(c)
    yield from _flows_are_demand(c, tables["flows"])
    yield from _days_close(c)
    yield from _interruptions_happen(c)


def _cuts_are_kept(c: Context) -> Iterator[str]:
    """A flexible contract draws no more than the share of its energy that is not cut."""
    routes = rows_by(c.model.inputs.tables["interconnection_routes"], "route")
    drawn: dict[tuple[str, str, int], float] = defaultdict(float)
    for (s, i, e, t), megawatts in c.plan_values("import_mw").items():
        drawn[s, i, e] += megawatts * c.model.candidates.slices[s].share[t]
    contracted = c.all_values("contracted_mw")
    for (s, i, e), mean in drawn.items():
        cut = routes[i].curtailed_fraction if routes[i].firmness == "flexible" else 0.0
        left = contracted.get((s, i, e), 0.0) * (1.0 - cut)
        if exceeds(mean, left):
            yield f"route {i}, {c.start(e)}: {mean} MW drawn on average of {left} MW left by cuts"


def _flows_are_demand(c: Context, flows: pd.DataFrame) -> Iterator[str]:
    """Owned, rented and unserved tokens are those asked for; what was shed is unserved."""
    met: dict[tuple[str, str, object], float] = defaultdict(float)
    for row in rows(flows):
        met[row.workload, row.region, row.step_start.date()] += row.mean_mtokens_per_s
    for (w, r, e), level in c.model.candidates.demand.items():
        found = met[w, r, c.start(e)]
        if differs(found, level.mean_mtokens_per_s):
            yield f"flows of {w}, {r}, {c.start(e)}: {found} of {level.mean_mtokens_per_s}"


def _days_close(c: Context) -> Iterator[str]:
    """What is put off on a day is run on that day, no more of it than may be."""
    share = c.model.candidates.flexible.deferrable
    load: dict[tuple[str, str, str, int], float] = defaultdict(float)
    for (s, w, o, _, e), megawatts in c.all_values("point_load_mw").items():
        load[s, w, o, e] += megawatts
    put_off: dict[tuple[str, str, str, int, str], float] = defaultdict(float)
    run: dict[tuple[str, str, str, int, str], float] = defaultdict(float)
    for variable, total in (("defer_mw", put_off), ("catch_up_mw", run)):
        for (s, w, o, e, t), megawatts in c.all_values(variable).items():
            hours = c.model.candidates.slices[s].hours[t]
            total[s, w, o, e, t.rpartition("-")[0]] += megawatts * hours
    for index, megawatt_hours in put_off.items():
        if differs(megawatt_hours, run[index]):
            yield f"load {index}: {megawatt_hours} MWh put off, {run[index]} MWh caught up"
        most = 24.0 * share[index[1]] * load[index[:4]]
        if exceeds(megawatt_hours, most):
            yield f"load {index}: {megawatt_hours} MWh put off in a day, of {most} that may be"


def _interruptions_happen(c: Context) -> Iterator[str]:
    """What is interrupted for a contract is, over the year, the share of it that is cut."""
    routes = rows_by(c.model.inputs.tables["interconnection_routes"], "route")
    owed: dict[tuple[str, int], float] = defaultdict(float)
    for (s, i, e), megawatts in c.plan_values("interrupted_mw").items():
        owed[s, e] += megawatts * routes[i].curtailed_fraction
    done: dict[tuple[str, int], float] = defaultdict(float)
    for variable in ("shed_mw", "defer_mw"):
        for (s, _, _, e, t), megawatts in c.all_values(variable).items():
            done[s, e] += megawatts * c.model.candidates.slices[s].share[t]
    for (s, e), mean in owed.items():
        if exceeds(mean, done[s, e]):
            yield f"site {s}, {c.start(e)}: {mean} MW interrupted, {done[s, e]} MW shed or put off"
