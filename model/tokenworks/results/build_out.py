"""What is built when: sites, routes, power, hardware and the dated milestones."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from tokenworks import leads
from tokenworks.results.frames import Context, frame
from tokenworks.schema import results as declared

KW_PER_MW = 1e3


def sites(c: Context) -> pd.DataFrame:
    """Open sites by step."""
    x = c.model.inputs
    design = x.tables["hardware"].set_index("system")["design_kw"]
    designed: dict[tuple[str, int], float] = defaultdict(float)
    for (s, h, e), count in c.values("systems").items():
        designed[s, e] += count * design[h] / KW_PER_MW
    load: dict[tuple[str, int], float] = defaultdict(float, c.values("idle_mw"))
    for (s, _, _, e), megawatts in c.values("load_mw").items():
        load[s, e] += megawatts
    contracted: dict[tuple[str, int], float] = defaultdict(float)
    for (s, _, e), megawatts in c.values("contracted_mw").items():
        contracted[s, e] += megawatts
    own: dict[tuple[str, int], float] = defaultdict(float)
    for (s, _, e), megawatts in c.values("capacity_mw").items():
        own[s, e] += megawatts
    capacity = c.values("it_capacity_mw")
    rows = (
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
        for (s, e), blocks in c.values("blocks").items()
    )
    return frame(declared.SITES, rows)


def routes(c: Context) -> pd.DataFrame:
    """Routes filed, with the months of filing and grant."""
    filings = c.model.candidates.siting.filings
    requirement = dict(
        zip(
            c.model.inputs.tables["permit_routes"]["route"],
            c.model.inputs.tables["permit_routes"]["requirement"],
            strict=True,
        )
    )
    rows = (
        (s, r, requirement.get(r, "grid"), c.date(f), c.date(f + filings.route_months[s, r]))
        for s, r, f in c.values("file_route")
    )
    return frame(declared.ROUTES, rows)


def power(c: Context) -> pd.DataFrame:
    """Modules and contracts that enter service."""
    x = c.model.inputs
    table = x.tables["power_technologies"].set_index("technology")
    rows = {row.technology: row for row in x.tables["power_technologies"].itertuples(index=False)}
    months = c.model.candidates.siting.filings.route_months
    built = [
        (
            s,
            k,
            c.start(e),
            table.kind[k],
            c.date(
                c.steps[e].start_month - leads.technology_stages(rows[k], x.calendar.start).months
            ),
            count,
            count * table.module_mw[k],
        )
        for (s, k, e), count in c.values("build_modules").items()
    ]
    contracted = [
        (
            s,
            i,
            c.start(e),
            "grid",
            c.date(c.steps[e].start_month - months[s, i]),
            float("nan"),
            megawatts,
        )
        for (s, i, e), megawatts in c.values("contract_mw").items()
    ]
    return frame(declared.POWER, [*built, *contracted])


def hardware(c: Context) -> pd.DataFrame:
    """Systems that enter service, and how many of them are sold early."""
    table = c.model.inputs.tables["hardware"].set_index("system")
    sold: dict[tuple[str, str, int], float] = defaultdict(float)
    for (s, h, v, _), count in c.values("sell_systems").items():
        sold[s, h, v] += count
    rows = (
        (
            s,
            h,
            c.start(e),
            c.date(c.steps[e].start_month - int(table.lead_months[h])),
            count,
            sold[s, h, e],
            count * table.design_kw[h] / KW_PER_MW,
            count * table.capex_usd[h],
        )
        for (s, h, e), count in c.values("buy_systems").items()
    )
    return frame(declared.HARDWARE, rows)


def timeline(c: Context) -> pd.DataFrame:
    """Every dated milestone: filings and grants, ground-breaking, orders, service, first token."""
    construction = c.model.inputs.tables["sites"].set_index("site")["construction_months"]
    rows: list[tuple[object, ...]] = []
    for r in routes(c).itertuples(index=False):
        rows.append((r.filed, r.site, "route filed", r.route, 1.0, "route"))
        rows.append((r.granted, r.site, "route granted", r.route, 1.0, "route"))
    for s, e in c.values("open_site"):
        broken = c.steps[e].start_month - int(construction[s])
        rows.append((c.date(broken), s, "ground broken", s, 1.0, "site"))
    for (s, e), blocks in c.values("energise_blocks").items():
        rows.append((c.start(e), s, "blocks energised", s, blocks, "blocks"))
    for p in power(c).itertuples(index=False):
        grid = p.kind == "grid"
        if not grid:
            rows.append((p.ordered, p.site, "power ordered", p.source, p.entering_mw, "MW"))
        start = "contract starts" if grid else "power in service"
        rows.append((p.in_service, p.site, start, p.source, p.entering_mw, "MW"))
    for h in hardware(c).itertuples(index=False):
        rows.append((h.ordered, h.site, "systems ordered", h.system, h.bought_systems, "systems"))
        rows.append(
            (h.in_service, h.site, "systems in service", h.system, h.bought_systems, "systems")
        )
    first: dict[str, int] = {}
    for _, _, s, e in c.values("flow_mtokens_per_s"):
        first[s] = min(e, first.get(s, e))
    rows += [(c.start(e), s, "first token", s, 1.0, "site") for s, e in first.items()]
    return frame(declared.TIMELINE, rows)
