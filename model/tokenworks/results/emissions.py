"""What sites emit under their air permits, and the check of it against the inputs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping

import pandas as pd

from tokenworks.frames import rows, rows_by
from tokenworks.results.frames import Context, frame
from tokenworks.schema import results as declared
from tokenworks.scr import running, starting

_HOURS_PER_YEAR = 8760.0
_LB_PER_SHORT_TON = 2000.0


def emissions(c: Context) -> pd.DataFrame:
    """What every site with stacks may emit and does, by step."""
    emitted = _emitted(c)
    offsets = {(s, o, name) for s, o, name, _ in c.all_values("offset_short_tons_per_year")}
    permitted = c.all_values("permitted_short_tons_per_year")
    held = {
        (s, e): name for (s, name, e), on in c.plan_values("hold_air_class").items() if round(on)
    }
    entries = []
    for s, o, e in permitted:
        name = held.get((s, e), "")
        if not name:
            continue
        allowed = c.model.candidates.air.classes[s, name]
        cap = allowed.cap(o)
        if (s, o, name) in offsets:
            cap = permitted[s, o, e]
        limit = cap if math.isfinite(cap) else float("nan")
        entries.append((s, c.start(e), o, name, limit, emitted[s, o, e]))
    return frame(declared.EMISSIONS, entries)


def _emitted(c: Context) -> dict[tuple[str, str, int], float]:
    """Yearly short tons of (site, pollutant, step), from what runs and what is there."""
    technologies = rows_by(c.model.inputs.tables["power_technologies"], "technology")
    slices = c.model.candidates.slices
    found: dict[tuple[str, str, int], float] = defaultdict(float)

    def add(s: str, k: str, e: int, mwh: float, column: str) -> None:
        row = technologies[k]
        for o in ("nox", "carbon_monoxide"):
            rate = getattr(row, running(o) if column == "running" else starting(o))
            found[s, o, e] += mwh * row.heat_rate_mmbtu_per_mwh * rate / _LB_PER_SHORT_TON

    for (s, k, e, t), megawatts in c.plan_values("generate_mw").items():
        add(s, k, e, megawatts * slices[s].share[t] * _HOURS_PER_YEAR, "running")
    for (s, k, e), megawatts in c.plan_values("capacity_mw").items():
        hours = technologies[k].air_start_hours_per_year
        add(s, k, e, megawatts * (0.0 if math.isnan(hours) else hours), "starting")
    return found


def check_emissions(c: Context, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Stacks run under a permit that is granted by then, and within the cap that its row states."""
    routes = rows_by(c.model.inputs.tables["permit_routes"], "route")
    granted: dict[tuple[str, str], pd.Timestamp] = {}
    for row in rows(tables["routes"]):
        granted[row.site, row.route] = row.granted
    classes = c.model.candidates.air
    for row in rows(tables["emissions"]):
        emitted, limit = row.emitted_short_tons_per_year, row.permitted_short_tons_per_year
        if emitted > limit + 1e-6 + 1e-6 * limit:
            yield f"{row.site} emits {emitted} short tons of {row.pollutant}, permitted {limit}"
        alike = [permit.route for permit in classes.routes[row.site, row.air_class]]
        dates = [granted[row.site, r] for r in alike if (row.site, r) in granted]
        if not dates or min(dates) > row.step_start:
            yield f"{row.site} runs on {row.step_start} under {row.air_class}, not granted by then"
        stated = getattr(routes[row.air_class], f"{row.pollutant}_cap_short_tons_per_year")
        if emitted > stated + 1e-6 + 1e-6 * stated:
            yield f"{row.site} emits {emitted} of {stated} short tons under {row.air_class}"
    covered = {(row.site, row.step_start): row.air_class for row in rows(tables["emissions"])}
    for (s, k, e), megawatts in c.plan_values("capacity_mw").items():
        name = covered.get((s, pd.Timestamp(c.start(e))))
        stack = any(k in allowed.covers for allowed in classes.at(s).values())
        if name and stack and k not in classes.classes[s, name].covers:
            yield f"{megawatts} MW of {k} at {s} in {c.start(e)} are not covered by {name}"
