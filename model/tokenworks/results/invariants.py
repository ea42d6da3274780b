"""What must hold on every plan before it is returned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from tokenworks import leads
from tokenworks.errors import SolverError
from tokenworks.frames import NamedRow, given, lookup, rows, rows_by
from tokenworks.results import exports
from tokenworks.results.adequacy import targets_are_met
from tokenworks.results.carbon_use import carbon_is_kept, supply_is_clean
from tokenworks.results.emissions import check_emissions
from tokenworks.results.flexible_kept import flexible_kept
from tokenworks.results.frames import Context
from tokenworks.results.operation import load_mw
from tokenworks.results.power_invariants import credits_are_earned, gas_has_come, power_is_there
from tokenworks.results.serving_kept import serving_kept
from tokenworks.results.supply_use import supply_holds
from tokenworks.results.tolerance import differs as _differs
from tokenworks.results.tolerance import exceeds as _exceeds
from tokenworks.schema.tables_hardware import DECODE, PREFILL


def check(c: Context, tables: Mapping[str, pd.DataFrame]) -> None:
    """Check a plan against its inputs, without the constraints that made it.

    Raises
    ------
    SolverError
        Naming every invariant that is broken, with the figures.
    """
    broken = [
        *_demand_closes(c),
        *_stages_balance(c),
        *_links_hold(c),
        *_meters_balance(c, tables),
        *_capacity_holds(tables),
        *serving_kept(c, tables),
        *flexible_kept(c, tables),
        *targets_are_met(tables),
        *_nothing_is_ordered_early(c, tables),
        *carbon_is_kept(c, tables),
        *supply_is_clean(c, tables),
        *_nothing_runs_early(c, tables),
        *power_is_there(c, tables),
        *supply_holds(tables),
        *credits_are_earned(c),
        *gas_has_come(c),
        *check_emissions(c, tables),
        *_costs_sum(c, tables),
        *_revenue_is_earned(c, tables),
        *exports.broken(c, tables),
    ]
    if broken:
        raise SolverError("\n".join(["the plan breaks what every plan must keep", *broken[:20]]))


def _demand_closes(c: Context) -> Iterator[str]:
    met: dict[tuple[str, str, int], float] = defaultdict(float)
    for (w, r, _, e), flow in c.all_values("flow_mtokens_per_s").items():
        met[w, r, e] += flow
    for variable in ("rent_mtokens_per_s", "unserved_mtokens_per_s"):
        for index, flow in c.all_values(variable).items():
            met[index] += flow
    for index, level in c.model.candidates.demand.items():
        if _differs(met[index], level.mean_mtokens_per_s):
            yield f"demand {index}: met {met[index]} of {level.mean_mtokens_per_s} Mtokens/s"


def _stages_balance(c: Context) -> Iterator[str]:
    """What a model decodes of a workload at a site was prefilled somewhere, all of it."""
    served, point = c.model.candidates.serving, _points(c)
    balance: dict[tuple[str, str, str, int], float] = defaultdict(float)
    for (s, w, o, g, e), flow in c.all_values("serve_mtokens_per_s").items():
        stage, model = point[o].stage, point[o].model
        if stage == DECODE:
            balance[s, w, model, e] -= flow
        elif stage == PREFILL:
            balance[served.decoded_as[s, w, g][0], w, model, e] += flow
    for index, surplus in balance.items():
        if _differs(surplus, 0.0):
            yield f"stages {index}: {surplus} Mtokens/s prefilled beyond what is decoded"


def _links_hold(c: Context) -> Iterator[str]:
    """In no hour of the day does a link carry more than it can, all workloads together."""
    x, served, point = c.model.inputs, c.model.candidates.serving, _points(c)
    workloads = rows_by(x.tables["workloads"], "workload")
    kv_bytes = lookup(x.tables["models"], "model", "kv_bytes_per_token")
    carried: dict[tuple[str, str, int], Any] = defaultdict(float)
    for (p, w, o, q, e), flow in c.plan_values("serve_mtokens_per_s").items():
        receiver = served.sent_to(p, w, q)
        if receiver is None:
            continue
        row = workloads[w]
        own = row.kv_bytes_per_token
        per_token = kv_bytes[point[o].model] if pd.isna(own) else own
        requests_per_s = flow * 1e6 / row.output_tokens
        bits = row.input_tokens * (1.0 - row.cached_fraction) * per_token * 8
        shape = c.model.candidates.profiles[served.profile_of[p, w, q]]
        hourly = requests_per_s * bits / 1e9 * shape * served.end_ratio[p, w, q, e]
        carried[p, receiver, e] = carried[p, receiver, e] + hourly
    table = x.tables["site_links"]
    limits = {(row.from_site, row.to_site): row.capacity_gbps for row in rows(table)}
    for (p, s, e), hours in carried.items():
        limit = limits.get((p, s), 0.0)
        if _exceeds(float(hours.max()), limit):
            yield f"link {p} to {s}, {c.start(e)}: {hours.max()} of {limit} Gbit/s"


def _points(c: Context) -> dict[str, NamedRow]:
    return rows_by(c.model.inputs.tables["operating_points"], "point")


def _meters_balance(c: Context, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    table = tables["dispatch"]
    given = ("generate", "import", "discharge", "shed", "defer")
    signs = dict.fromkeys(given, 1.0) | {"charge": -1.0, "catch-up": -1.0, "load": 0.0}
    # Of a table without rows, `map` would keep the type of the text.
    sign = table["flow"].map(signs).astype("float64")
    net = (table["power_mw"] * sign).groupby([table["site"], table["step_start"], table["slice"]])
    supplied = net.sum().to_dict()
    for (s, e), load in load_mw(c).items():
        for t, megawatts in load.items():
            given = supplied.get((s, pd.Timestamp(c.start(e)), t), 0.0)
            if _differs(given, megawatts):
                yield f"meter of {s}, {c.start(e)}, {t}: {given} MW given, {megawatts} MW drawn"


def _capacity_holds(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    for row in rows(tables["redline_use"]):
        if _exceeds(row.used_mw, row.limit_mw):
            yield f"{row.scope} of {row.id}, {row.step_start}: {row.used_mw} of {row.limit_mw} MW"
    for row in rows(tables["sites"]):
        if _exceeds(row.design_load_mw, row.it_capacity_mw):
            yield f"halls of {row.site}: {row.design_load_mw} of {row.it_capacity_mw} MW"
    for row in rows(tables["serving"]):
        if _exceeds(row.peak_utilisation_fraction, 1.0):
            yield f"{row.point} at {row.site}: utilisation {row.peak_utilisation_fraction}"


def _held(c: Context) -> set[tuple[str, str, pd.Timestamp]]:
    """(site, asset, day of service) of what was held when the horizon started."""
    variables = "build_modules", "buy_systems", "contract_mw"
    return set[tuple[str, str, pd.Timestamp]]().union(*map(c.held, variables))


def _nothing_is_ordered_early(c: Context, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Orders lie within the horizon, except for what is held."""
    start, held = pd.Timestamp(c.model.inputs.calendar.start), _held(c)
    queued = c.model.candidates.siting.filings.held
    for name in ("power", "hardware"):
        table = tables[name]
        for row in rows(table[table["ordered"] < start]):
            if (row.site, row[1], row.in_service) not in held and (row.site, row[1]) not in queued:
                yield f"{name} at {row.site} is ordered on {row.ordered}, before the horizon"


def _nothing_runs_early(c: Context, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Every permit is granted before the stage it gates."""
    x = c.model.inputs
    held = _held(c)
    granted: dict[tuple[str, str], pd.Timestamp] = {}
    for row in rows(tables["routes"]):
        granted[row.site, row.route] = row.granted
    permits = leads.permits_by_site(x.tables)
    yield from _routes_follow(tables["routes"], permits)
    technologies = rows_by(x.tables["power_technologies"], "technology")
    for row in rows(tables["power"]):
        if row.kind == "grid":
            if granted.get((row.site, row.source), pd.Timestamp.max) > row.in_service:
                yield f"{row.source} carries power before it is granted"
            continue
        if (row.site, row.source, row.in_service) in held:
            continue
        stages = leads.technology_stages(technologies[row.source], x.calendar.start)
        options = permits.get((row.site, row.source), [])
        for requirement in {q for p in options for q in p.satisfies}:
            ready = [
                granted[row.site, p.route]
                + pd.DateOffset(months=stages.after_grant(p.required_before))
                for p in options
                if requirement in p.satisfies and (row.site, p.route) in granted
            ]
            if not ready or min(ready) > row.in_service:
                yield f"{row.source} at {row.site} runs before its {requirement} permit allows"


def _revenue_is_earned(c: Context, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Revenue is the price of the tokens that flow, and nothing at minimum cost."""
    x, costs = c.model.inputs, tables["costs"]
    stated = -float(costs[costs["line"] == "revenue"]["present_value_usd"].sum())
    earned = 0.0
    if x.scenario.objective == "npv":
        price = lookup(
            x.tables["workloads"].fillna({"sold_usd_per_mtoken": 0.0}),
            "workload",
            "sold_usd_per_mtoken",
        )
        factor = {
            pd.Timestamp(c.start(s.index)): x.discounting.mean(s.start_month, s.end_month)
            for s in c.steps
        }
        flows = tables["flows"]
        earned = sum(
            row.served_mtokens * given(price[row.workload], 0.0) * factor[row.step_start]
            for row in rows(flows[flows["how"] != "unserved"])
        )
    if _differs(stated, earned):
        yield f"tokens sold bring {earned} USD, the objective has {stated}"


def _routes_follow(
    routes: pd.DataFrame, permits: Mapping[tuple[str, str], list[leads.Permit]]
) -> Iterator[str]:
    """What follows another permit is filed once that is granted."""
    dated = {(row.site, row.route): row for row in rows(routes)}
    for (site, asset), options in permits.items():
        for permit in options:
            mine = dated.get((site, permit.route))
            if mine is None or not permit.follows:
                continue
            first = [dated.get((site, p.route)) for p in options if permit.follows in p.satisfies]
            if not any(row is not None and row.granted <= mine.filed for row in first):
                yield (
                    f"{permit.route} for {asset} at {site} is filed on {mine.filed}, before any "
                    f"{permit.follows} permit is granted"
                )


def _costs_sum(c: Context, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    total = float(tables["costs"]["present_value_usd"].sum())
    objective = c.solved.objective_usd
    if _differs(total, objective):
        yield f"cost components sum to {total}, the objective is {objective}"
    owned = tables["costs"].query("line == 'owned'")["present_value_usd"].sum()
    allocated = tables["cost_per_token"]["present_value_usd"].sum()
    if _differs(float(owned), float(allocated)):
        yield f"cost per token allocates {allocated} of {owned} USD"
    if _exceeds(c.solved.bound_usd, objective):
        yield f"the bound {c.solved.bound_usd} lies above the objective {objective}"
