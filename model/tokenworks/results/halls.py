"""Use of halls: retrofits and the pace of commissioning, from what the plan buys."""

from __future__ import annotations

import math
from collections import defaultdict

from tokenworks.candidates.points import fits_site
from tokenworks.frames import rows_by
from tokenworks.results.frames import Context

# Scope, site and step to limit and use, MW.
Use = dict[tuple[str, str, int], tuple[float, float]]


def hall_use(c: Context) -> Use:
    """Design power that enters, over what a site takes in; what needs a retrofit, over what has."""
    x = c.model.inputs
    sites = rows_by(x.tables["sites"], "site")
    kit = rows_by(x.tables["hardware"], "system")
    entering: dict[tuple[str, int], float] = defaultdict(float)
    for (s, h, e), count in c.plan_values("buy_systems").items():
        entering[s, e] += count * kit[h].design_kw / 1e3
    unfit: dict[tuple[str, int], float] = defaultdict(float)
    for (s, h, e), count in c.plan_values("systems").items():
        if not fits_site(kit[h], sites[s]):
            unfit[s, e] += count * kit[h].design_kw / 1e3
    retrofitted, energised = c.plan_values("retrofitted_mw"), c.plan_values("it_capacity_mw")
    found: Use = {}
    for (s, e), megawatts in entering.items():
        rate = sites[s].commissioning_mw_per_month
        if not math.isnan(rate):
            found["site commissioning", s, e] = rate * c.steps[e].months, megawatts
    for s, e in {**unfit, **retrofitted}:
        stock = retrofitted.get((s, e), 0.0)
        found["retrofitted halls", s, e] = stock, unfit[s, e]
        found["halls to retrofit", s, e] = energised.get((s, e), 0.0), stock
    return found
