"""What plans are compared in: megawatts by site, by source of power and by hardware system.

Of a site the IT load that its halls hold at the end of the horizon; of power and hardware what
enters over the horizon, grid contracts by how firm they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from tokenworks.build import Model
from tokenworks.frames import lookup, rows
from tokenworks.inputs import Inputs
from tokenworks.plan import Plan

# Part (sites, power or hardware) and name in it.
Group = tuple[str, str]
PARTS = ("sites", "power", "hardware")

KW_PER_MW = 1e3


def megawatts(plan: Plan) -> dict[Group, float]:
    """Megawatts of every group of a plan that has any, from its tables."""
    found: dict[Group, float] = defaultdict(float)
    sites = plan.tables["sites"]
    if len(sites):
        for row in rows(sites[sites["step_start"] == sites["step_start"].max()]):
            found["sites", row.site] += row.it_capacity_mw
    firmness = _firmness(plan.inputs)
    for row in rows(plan.tables["power"]):
        name = firmness.get(row.source, row.source) if row.kind == "grid" else row.source
        found["power", name] += row.entering_mw
    for row in rows(plan.tables["hardware"]):
        found["hardware", row.system] += row.design_mw
    return {group: mw for group, mw in found.items() if mw > 0.0}


def figures(model: Model) -> dict[Group, dict[tuple[str, object], float]]:
    """The same as sums of a model's variables: group to (variable, index) to MW of one of it."""
    x, m = model.inputs, model.pyomo
    module_mw = lookup(x.tables["power_technologies"], "technology", "module_mw")
    design_kw = lookup(x.tables["hardware"], "system", "design_kw")
    firmness = _firmness(x)
    last = len(x.calendar.steps) - 1
    found: dict[Group, dict[tuple[str, object], float]] = defaultdict(dict)
    for s, e in m.it_capacity_mw.index_set():
        if e == last:
            found["sites", s]["it_capacity_mw", (s, e)] = 1.0
    for s, k, e in m.build_modules.index_set():
        found["power", k]["build_modules", (s, k, e)] = float(module_mw[k])
    for s, i, e in m.contract_mw.index_set():
        found["power", firmness[i]]["contract_mw", (s, i, e)] = 1.0
    for s, h, e in m.buy_systems.index_set():
        found["hardware", h]["buy_systems", (s, h, e)] = float(design_kw[h]) / KW_PER_MW
    return dict(found)


def totals(amounts: Mapping[Group, float]) -> dict[str, float]:
    """Megawatts of every part."""
    found = dict.fromkeys(PARTS, 0.0)
    for (part, _), mw in amounts.items():
        found[part] += mw
    return found


def distance(one: Mapping[Group, float], other: Mapping[Group, float], part: str) -> float:
    """Half the sum of the differences in a part [MW]: what would have to move."""
    groups = {group for group in (*one, *other) if group[0] == part}
    return sum(abs(one.get(g, 0.0) - other.get(g, 0.0)) for g in groups) / 2.0


def _firmness(x: Inputs) -> dict[str, str]:
    return dict(lookup(x.tables["interconnection_routes"], "route", "firmness"))
