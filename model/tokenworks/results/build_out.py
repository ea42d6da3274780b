"""What is built when: sites, routes, power, hardware and the dated milestones."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from tokenworks import leads
from tokenworks.frames import given, lookup, rows, rows_by
from tokenworks.results.frames import Context, frame
from tokenworks.schema import results as declared

KW_PER_MW = 1e3
POWER_RETIRED = "power retired"


def sites(c: Context) -> pd.DataFrame:
    """Open sites by step."""
    x = c.model.inputs
    design = lookup(x.tables["hardware"], "system", "design_kw")
    designed: dict[tuple[str, int], float] = defaultdict(float)
    for (s, h, e), count in c.plan_values("systems").items():
        designed[s, e] += count * design[h] / KW_PER_MW
    load: dict[tuple[str, int], float] = defaultdict(float, c.plan_values("idle_mw"))
    for (s, _, _, e), megawatts in c.plan_values("load_mw").items():
        load[s, e] += megawatts
    contracted: dict[tuple[str, int], float] = defaultdict(float)
    for (s, _, e), megawatts in c.plan_values("contracted_mw").items():
        contracted[s, e] += megawatts
    own: dict[tuple[str, int], float] = defaultdict(float)
    for (s, _, e), megawatts in c.plan_values("capacity_mw").items():
        own[s, e] += megawatts
    capacity = c.plan_values("it_capacity_mw")
    entries = (
        (
            s,
            c.start(e),
            c.steps[e].period,
            blocks,
            capacity.get((s, e), 0.0),
            designed[s, e],
            load[s, e],
            contracted[s, e],
            own[s, e],
        )
        for (s, e), blocks in c.plan_values("blocks").items()
    )
    return frame(declared.SITES, entries)


def routes(c: Context) -> pd.DataFrame:
    """Routes filed, with the months of filing and grant."""
    filings = c.model.candidates.siting.filings
    tables = c.model.inputs.tables
    requirement = {
        row.route: " and ".join(filter(None, (row.requirement, row.also_satisfies)))
        for row in rows(tables["permit_routes"])
    }
    requirement |= dict.fromkeys(tables["export_rules"]["rule"], "export")
    entries = (
        (s, r, requirement.get(r, "grid"), c.date(f), c.date(f + filings.route_months[s, r]))
        for s, r, f in c.plan_values("file_route")
    )
    return frame(declared.ROUTES, entries)


def power(c: Context) -> pd.DataFrame:
    """Modules and contracts that enter service."""
    x = c.model.inputs
    technologies = rows_by(x.tables["power_technologies"], "technology")
    filings = c.model.candidates.siting.filings
    months, queued = filings.route_months, filings.held
    retired: dict[tuple[str, str, int], float] = defaultdict(float)
    for (s, k, v, _), count in c.plan_values("retire_modules").items():
        retired[s, k, v] += count
    built = [
        (
            s,
            k,
            c.start(e),
            technologies[k].kind,
            c.date(
                c.vintages[e].start_month
                - leads.technology_stages(technologies[k], x.calendar.start).months
            ),
            count,
            count * technologies[k].module_mw,
            retired[s, k, e],
        )
        for (s, k, e), count in c.plan_values("build_modules").items()
    ]
    contracted = [
        (
            s,
            i,
            c.start(e),
            "grid",
            # A place in the queue that is held was filed when it was, whenever the contract starts.
            c.date(queued.get((s, i), c.vintages[e].start_month - months[s, i])),
            float("nan"),
            megawatts,
            float("nan"),
        )
        for (s, i, e), megawatts in c.plan_values("contract_mw").items()
    ]
    return frame(declared.POWER, [*built, *contracted])


def hardware(c: Context) -> pd.DataFrame:
    """Systems that enter service, and how many of them are sold early."""
    bought = rows_by(c.model.inputs.tables["hardware"], "system")
    sold: dict[tuple[str, str, int], float] = defaultdict(float)
    for (s, h, v, _), count in c.plan_values("sell_systems").items():
        sold[s, h, v] += count
    entries = (
        (
            s,
            h,
            c.start(e),
            c.date(c.vintages[e].start_month - int(bought[h].lead_months)),
            count,
            sold[s, h, e],
            count * bought[h].design_kw / KW_PER_MW,
            count * bought[h].capex_usd,
        )
        for (s, h, e), count in c.plan_values("buy_systems").items()
    )
    return frame(declared.HARDWARE, entries)


def departures(c: Context) -> pd.DataFrame:
    """Modules retired, systems sold and contracts given up, by vintage."""
    kinds = {"retire_modules": "modules", "sell_systems": "systems", "give_up_mw": "MW"}
    entries = (
        (s, a, c.start(v), c.start(u), amount, unit)
        for variable, unit in kinds.items()
        for (s, a, v, u), amount in c.plan_values(variable).items()
    )
    return frame(declared.DEPARTURES, entries)


def timeline(c: Context) -> pd.DataFrame:
    """Every dated milestone: filings and grants, ground-breaking, orders, service, first token."""
    construction = lookup(c.model.inputs.tables["sites"], "site", "construction_months")
    dated: list[tuple[object, ...]] = []
    for r in rows(routes(c)):
        dated.append((r.filed, r.site, "route filed", r.route, 1.0, "route"))
        dated.append((r.granted, r.site, "route granted", r.route, 1.0, "route"))
    for s, e in c.plan_values("open_site"):
        broken = c.vintages[e].start_month - int(construction[s])
        dated.append((c.date(broken), s, "ground broken", s, 1.0, "site"))
    for (s, e), blocks in c.plan_values("energise_blocks").items():
        dated.append((c.start(e), s, "blocks energised", s, blocks, "blocks"))
    for (s, e), megawatts in c.plan_values("retrofit_mw").items():
        dated.append((c.start(e), s, "halls retrofitted", s, megawatts, "MW"))
    for p in rows(power(c)):
        grid = p.kind == "grid"
        if not grid:
            dated.append((p.ordered, p.site, "power ordered", p.source, p.entering_mw, "MW"))
        start = "contract starts" if grid else "power in service"
        dated.append((p.in_service, p.site, start, p.source, p.entering_mw, "MW"))
    technologies = rows_by(c.model.inputs.tables["power_technologies"], "technology")
    for (s, k, _, u), count in c.plan_values("retire_modules").items():
        milestone = (
            "power returned" if given(technologies[k].leased, blank=False) else POWER_RETIRED
        )
        dated.append((c.start(u), s, milestone, k, count * technologies[k].module_mw, "MW"))
    for h in rows(hardware(c)):
        dated.append((h.ordered, h.site, "systems ordered", h.system, h.bought_systems, "systems"))
        dated.append(
            (h.in_service, h.site, "systems in service", h.system, h.bought_systems, "systems")
        )
    first: dict[str, int] = {}
    for _, _, s, e in c.plan_values("flow_mtokens_per_s"):
        first[s] = min(e, first.get(s, e))
    dated += [(c.start(e), s, "first token", s, 1.0, "site") for s, e in first.items()]
    return frame(declared.TIMELINE, dated)
