"""Limits and their use in every step."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from tokenworks.candidates.contracts import FLEXIBLE, headroom_share
from tokenworks.candidates.redlines import contract_limits_mw, load_limits_mw, sites_under
from tokenworks.frames import lookup, rows_by
from tokenworks.results.frames import Context, frame
from tokenworks.results.halls import hall_use
from tokenworks.schema import results as declared

# (scope, id, step).
Limit = tuple[str, str, int]


def redline_use(c: Context) -> pd.DataFrame:
    """Limits and their use: zone headroom, gas access, the site itself, redlines."""
    m = c.model.pyomo
    used: dict[Limit, float] = defaultdict(float)
    zone = lookup(c.model.inputs.tables["sites"], "site", "zone")
    routes = rows_by(c.model.inputs.tables["interconnection_routes"], "route")
    gas_fired = lookup(c.model.inputs.tables["power_technologies"], "technology", "needs_gas")
    for (s, i, e), megawatts in c.plan_values("contracted_mw").items():
        taken, cut = headroom_share(routes[i]) * megawatts, routes[i].curtailed_fraction
        if routes[i].firmness != FLEXIBLE:
            used["zone firm headroom", zone[s], e] += taken
        for z, level, v in m.FLEXIBLE_STEPS:
            if (z, v) == (zone[s], e) and not cut > level:
                used["zone flexible headroom", f"{z} at {level:g}", e] += taken
    for (s, k, e), megawatts in c.plan_values("capacity_mw").items():
        if gas_fired[k]:
            used["site gas access", s, e] += megawatts
    for (s, e), megawatts in c.plan_values("it_capacity_mw").items():
        used["site IT load", s, e] = megawatts
    most = lookup(c.model.inputs.tables["sites"], "site", "max_it_mw")
    limits = {
        **{("zone firm headroom", z, e): m.firm_headroom_mw[z, e] for z, e in m.ZONE_STEPS},
        **{
            ("zone flexible headroom", f"{z} at {level:g}", e): m.flexible_headroom_mw[z, level, e]
            for z, level, e in m.FLEXIBLE_STEPS
        },
        **{("site gas access", s, e): m.gas_access_mw[s] for s, e in m.GAS_STEPS},
        **{("site IT load", s, e): float(most[s]) for s, e in c.plan_values("it_capacity_mw")},
    }
    of_redlines, limits_of_redlines = _redlines(c)
    used.update(of_redlines)
    limits.update(limits_of_redlines)
    for index, (limit, use) in hall_use(c).items():
        limits[index], used[index] = limit, use
    return frame(
        declared.REDLINE_USE,
        (
            (scope, name, c.start(e), limit, used[scope, name, e])
            for (scope, name, e), limit in limits.items()
        ),
    )


def _redlines(c: Context) -> tuple[dict[Limit, float], dict[Limit, float]]:
    """What counts in every redline, and its limit."""
    x = c.model.inputs
    routes = rows_by(x.tables["interconnection_routes"], "route")
    pue = lookup(x.tables["sites"], "site", "peak_pue_ratio")
    contracts, loads = contract_limits_mw(x), load_limits_mw(x)
    used: dict[Limit, float] = defaultdict(float)
    for (a, n), sites in sites_under(x).items():
        for (s, i, e), megawatts in c.plan_values("contracted_mw").items():
            if s in sites:
                used[f"{a} contract redline", n, e] += headroom_share(routes[i]) * megawatts
        for (s, e), megawatts in c.plan_values("it_capacity_mw").items():
            if s in sites:
                used[f"{a} load redline", n, e] += pue[s] * megawatts
    limits = {(f"{a} contract redline", n, e): mw for (a, n, e), mw in contracts.items()}
    limits |= {(f"{a} load redline", n, e): mw for (a, n, e), mw in loads.items()}
    return {limit: mw for limit, mw in used.items() if limit in limits}, limits
