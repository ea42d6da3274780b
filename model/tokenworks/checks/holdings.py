"""Checks of holdings: what cannot be held is refused in words."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pandas as pd

from tokenworks import leads
from tokenworks.checks.base import Tables, problem_at, reads, rows
from tokenworks.errors import Problem
from tokenworks.frames import rows_by
from tokenworks.held import holdings, month_of
from tokenworks.schema import tables_holdings as kinds
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.tables_power import SITE_ASSET
from tokenworks.schema.wording import shown, suggestion
from tokenworks.scr import with_variants

_ROUTES = (
    ("permit_routes", "route"),
    ("interconnection_routes", "route"),
    ("export_rules", "rule"),
)
_TECHNOLOGIES, _SYSTEMS = ("power_technologies", "technology"), ("hardware", "system")
# Kind to the tables, with their keys, whose rows it may name.
_ASSETS = {
    kinds.SITE: (),
    kinds.CONTRACT: (_ROUTES[1],),
    kinds.POWER: (_TECHNOLOGIES,),
    kinds.HARDWARE: (_SYSTEMS,),
    kinds.PERMIT: _ROUTES,
    kinds.QUEUE_POSITION: _ROUTES,
    kinds.ORDER: (_TECHNOLOGIES, _SYSTEMS),
}
_UNCOUNTED = (kinds.CONTRACT, kinds.PERMIT, kinds.QUEUE_POSITION)
_MEASURED = "sites", "periods", "power_technologies", "hardware", "interconnection_routes"
_VARIED = "power_costs", "power_series", "tax_credits", "supply_uses", "air_permit_thresholds"
_READ = ("holdings", *_MEASURED, *_VARIED, "permit_routes", "export_rules")


@reads(*_READ)
def check_holdings_name_what_there_is(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A holding's asset is a row of the table that its kind asks for."""
    if tables["holdings"].frame.empty:
        return
    table, frames = tables["holdings"], _frames(tables)
    for row in rows(table):
        named = [str(v) for name, key in _ASSETS[row.kind] for v in frames[name][key]]
        if row.kind == kinds.ORDER:
            named.append(SITE_ASSET)
        if row.kind == kinds.SITE:
            if row.asset:
                problem = f"the blocks of a site have no asset, but {shown(row.asset)} is given"
                yield problem_at(table, row.Index, "asset", problem, "leave it blank")
        elif row.asset not in named:
            where = " or ".join(f"`{name}`" for name, _ in _ASSETS[row.kind])
            problem = f"there is no {shown(row.asset)} in {where}, which {shown(row.kind)} asks for"
            yield problem_at(table, row.Index, "asset", problem, suggestion(row.asset, named))


@reads(*_READ)
def check_holdings_have_amounts(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Contracts have MW, permits and what is filed no amount, all else a count."""
    table = tables["holdings"]
    for row in rows(table):
        needed = {
            "amount_count": row.kind not in _UNCOUNTED,
            "amount_mw": row.kind == kinds.CONTRACT,
        }
        for column, needs in needed.items():
            value = getattr(row, column)
            if needs and not value > 0.0:
                words = f"{shown(row.holding)} holds nothing", f"give `{column}`, above 0"
                yield problem_at(table, row.Index, column, *words)
            elif not needs and not pd.isna(value):
                problem = f"the kind {shown(row.kind)} has no `{column}`"
                yield problem_at(table, row.Index, column, problem, "leave it blank")
        blocks = row.kind == kinds.SITE or row.asset == SITE_ASSET
        if blocks and row.amount_count != round(row.amount_count or 0.0):
            problem = f"{row.amount_count} blocks are not whole"
            yield problem_at(table, row.Index, "amount_count", problem, "give whole blocks")


@reads(*_READ)
def check_holdings_are_held_by_the_start(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """What is held was begun before the horizon, and what is on order arrives in it."""
    if tables["holdings"].frame.empty:
        return
    table, frames, start = tables["holdings"], _frames(tables), _start(tables)
    for row in rows(table):
        day = row.date.date()
        if month_of(row.date, start) >= 0:
            problem = f"{day} is not before the horizon, which starts on {start}"
            remedy = "give the day on which it was begun, or leave it to the plan"
            yield problem_at(table, row.Index, "date", problem, remedy)
        elif row.kind == kinds.ORDER and _known(frames, row):
            one = frames | {"holdings": frames["holdings"].loc[[row.Index]]}
            [order] = holdings(one, start)
            if order.month < 0:
                problem = f"what was ordered on {day} arrived before the horizon"
                remedy = "give it as in service, with the day on which it entered"
                yield problem_at(table, row.Index, "date", problem, remedy)


@reads(*_READ)
def check_holdings_fit(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Blocks fit in the site, systems in its blocks, modules on its gas, contracts in the route."""
    if tables["holdings"].frame.empty:
        return
    table, frames, start = tables["holdings"], _frames(tables), _start(tables)
    known = [row for row in rows(table) if _known(frames, row)]
    held = holdings(frames | {"holdings": frames["holdings"].loc[[r.Index for r in known]]}, start)
    sites = rows_by(frames["sites"], "site")
    technologies = rows_by(frames["power_technologies"], "technology")
    systems = rows_by(frames["hardware"], "system")
    routes = rows_by(frames["interconnection_routes"], "route")
    used: dict[tuple[str, str], float] = defaultdict(float)
    for h in held:
        if h.kind == kinds.SITE:
            used[h.site, "blocks"] += h.amount * sites[h.site].block_mw
        elif h.kind == kinds.HARDWARE and h.month + 12 * systems[h.asset].life_years > 0.0:
            used[h.site, "systems"] += h.amount * systems[h.asset].design_kw / 1e3
        elif h.kind == kinds.POWER and technologies[h.asset].needs_gas:
            used[h.site, "gas-fired modules"] += h.amount * technologies[h.asset].module_mw
        elif h.kind == kinds.CONTRACT:
            used[h.site, h.asset] += h.amount
    for (site, what), megawatts in used.items():
        most = {
            "blocks": sites[site].max_it_mw,
            "systems": used.get((site, "blocks"), 0.0),
            "gas-fired modules": sites[site].gas_access_mw,
        }
        limit = most[what] if what in most else routes[what].max_mw
        if megawatts > limit * (1.0 + 1e-9):
            room = f"which has room for {limit:.6g} MW"
            problem = f"{what} of {megawatts:.6g} MW are held at {shown(site)}, {room}"
            line = next(r.Index for r in known if r.site == site)
            yield problem_at(table, line, "", problem, "correct the holdings or the limit")


@reads(*_READ, "jurisdictions")
def check_held_power_has_its_permits(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Modules in service or on order stand at an open site, under permits that are held."""
    if tables["holdings"].frame.empty:
        return
    table, frames = tables["holdings"], _frames(tables)
    permits, filed = leads.permits_by_site(frames), leads.routes_held(_only_known(tables, frames))
    opened = leads.sites_held(frames)
    for row in rows(table):
        if row.kind not in (kinds.POWER, kinds.HARDWARE) or not _known(frames, row):
            continue
        if row.site not in opened:
            problem = f"no blocks of {shown(row.site)} are held, where {shown(row.asset)} serves"
            yield problem_at(table, row.Index, "site", problem, "add a holding of the kind `site`")
        options = permits.get((row.site, row.asset), [])
        has = {q for p in options if (row.site, p.route) in filed for q in p.satisfies}
        for requirement in sorted({q for p in options for q in p.satisfies} - has):
            problem = f"{shown(row.asset)} at {shown(row.site)} has no {requirement} permit"
            remedy = "add a holding of the kind `permit` with the route that it was granted by"
            yield problem_at(table, row.Index, "asset", problem, remedy)


@reads("holdings", "interconnection_routes")
def check_held_routes_are_of_their_site(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """An interconnection is held at the site that it leads to."""
    table = tables["holdings"]
    leads_to = rows_by(tables["interconnection_routes"].frame, "route")
    for row in rows(table):
        route = leads_to.get(row.asset)
        if route is not None and route.site != row.site:
            problem = f"{shown(row.asset)} leads to {shown(route.site)}, not {shown(row.site)}"
            yield problem_at(table, row.Index, "asset", problem, "name a route of the site")


def _frames(tables: Tables) -> dict[str, pd.DataFrame]:
    """Frames with the variants behind SCR, which can be held as well."""
    return with_variants({name: table.frame for name, table in tables.items()})


def _only_known(tables: Tables, frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The frames with the holdings that name what there is."""
    known = [row.Index for row in rows(tables["holdings"]) if _known(frames, row)]
    return frames | {"holdings": frames["holdings"].loc[known]}


def _start(tables: Tables) -> dt.date:
    start: dt.date = tables["periods"].frame["start"].min().date()
    return start


def _known(frames: dict[str, pd.DataFrame], row: Any) -> bool:
    """Whether a holding names what there is; else another check says so."""
    if row.site not in set(frames["sites"]["site"]):
        return False
    if row.kind == kinds.SITE or (row.kind == kinds.ORDER and row.asset == SITE_ASSET):
        return True
    return any(row.asset in set(frames[name][key]) for name, key in _ASSETS[row.kind])
