"""What flexible load must keep on every plan, from its values and the inputs alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import accumulate

import pandas as pd

from tokenworks.candidates.slices import HOURS_PER_DAY, Slices
from tokenworks.frames import lookup, rows, rows_by
from tokenworks.results.frames import Context
from tokenworks.results.tolerance import differs, exceeds
from tokenworks.schema.tables_hardware import SERVE

ROUNDING_HOURS = 1e-9

# (site, workload, step).
Served = tuple[str, str, int]


def flexible_kept(c: Context, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Every promise of flexible load that the plan breaks."""
    yield from _cuts_are_kept(c)
    yield from _flows_are_demand(c, tables["flows"])
    yield from _waiting_load_is_kept(c)
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


def _waiting_load_is_kept(c: Context) -> Iterator[str]:
    """What is put off is of what may wait, and runs in time, the same day, where there is room."""
    window = lookup(c.model.inputs.tables["workloads"], "workload", "deferral_window_hours")
    share = c.model.candidates.flexible.deferrable
    put_off, run = _by_hour(c, "defer_mw"), _by_hour(c, "catch_up_mw")
    due, room = _served_whole(c)
    for index in put_off:
        (s, w, e), here = index, c.model.candidates.slices[index[0]]
        where = f"load of {w} at {s}, {c.start(e)}"
        for t, megawatts in put_off[index].items():
            most = share[w] * due[index][t]
            if exceeds(megawatts, most):
                yield f"{where}, {t}: {megawatts} MW put off, of {most} MW that may be"
            runs = due[index][t] - megawatts + run[index][t]
            if exceeds(runs, max(room[index], due[index][t])):
                yield f"{where}, {t}: {runs} MW run, of {room[index]} MW that its systems can"
        for day in dict.fromkeys(here.day.values()):
            of_day = [t for t in here.names if here.day[t] == day]
            put, caught = (
                [here.hours[t] * flow[index][t] for t in of_day] for flow in (put_off, run)
            )
            if differs(sum(put), sum(caught)):
                yield f"{where}, {day}: {sum(put)} MWh put off, {sum(caught)} MWh caught up"
            for waits, most in _waits(here, of_day, put, caught, window[w]):
                if exceeds(waits, most):
                    yield f"{where}, {day}: {waits} MWh wait, of {most} MWh that still may"


def _by_hour(c: Context, variable: str) -> dict[Served, dict[str, float]]:
    found: dict[Served, dict[str, float]] = defaultdict(dict)
    for (s, w, e, t), megawatts in c.all_values(variable).items():
        found[s, w, e][t] = megawatts
    return found


def _served_whole(c: Context) -> tuple[dict[Served, dict[str, float]], dict[Served, float]]:
    """Load by hour of what is served whole, and what the systems that serve it can run at."""
    served, slices = c.model.candidates.serving, c.model.candidates.slices
    due: dict[Served, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    room: dict[Served, float] = defaultdict(float)
    for (s, w, o, g, e), flow in c.all_values("serve_mtokens_per_s").items():
        match = served.matches[w, o]
        if flow and match.stage == SERVE:
            mean = flow * match.load_mw_per_mtoken_per_s(e)
            for t in slices[s].names:
                due[s, w, e][t] += mean * slices[s].demand_shape[served.profile_of[s, w, g], t]
    for (s, w, o, e), count in c.all_values("assign_systems").items():
        match = served.matches[w, o]
        if match.stage == SERVE:
            room[s, w, e] += count * match.mtokens_per_s(e) * match.load_mw_per_mtoken_per_s(e)
    return due, room


def _waits(
    here: Slices, day: list[str], put: list[float], caught: list[float], window_hours: float
) -> Iterator[tuple[float, float]]:
    """MWh that wait at the end of every slice, and those put off recently enough to."""
    level = list(accumulate(p - q for p, q in zip(put, caught, strict=True)))
    for last in range(len(day)):
        # Until the end of the next slice, in which it runs at the earliest.
        hours, recent = here.hours[day[(last + 1) % len(day)]], 0.0
        for back in range(len(day)):
            if hours > min(window_hours, HOURS_PER_DAY) + ROUNDING_HOURS:
                break
            recent += put[last - back]
            hours += here.hours[day[last - back]]
        yield level[last] - min(level), recent


def _interruptions_happen(c: Context) -> Iterator[str]:
    """What is interrupted for a contract is, over the year, the share of it that is cut."""
    routes = rows_by(c.model.inputs.tables["interconnection_routes"], "route")
    owed: dict[tuple[str, int], float] = defaultdict(float)
    for (s, i, e), megawatts in c.plan_values("interrupted_mw").items():
        owed[s, e] += megawatts * routes[i].curtailed_fraction
    done: dict[tuple[str, int], float] = defaultdict(float)
    for variable in ("shed_mw", "defer_mw"):
        for (s, *_, e, t), megawatts in c.all_values(variable).items():
            done[s, e] += megawatts * c.model.candidates.slices[s].share[t]
    for (s, e), mean in owed.items():
        if exceeds(mean, done[s, e]):
            yield f"site {s}, {c.start(e)}: {mean} MW interrupted, {done[s, e]} MW shed or put off"
