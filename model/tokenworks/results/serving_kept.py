"""What serving and policy must keep on every plan, from its values and the inputs alone."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping

import pandas as pd

from tokenworks.budget import CAPITAL
from tokenworks.eligible import at_home, sovereign_workloads
from tokenworks.frames import lookup, rows
from tokenworks.results.frames import NOISE, Context
from tokenworks.results.tolerance import exceeds


def serving_kept(c: Context, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Every promise of serving and policy that the plan breaks."""
    yield from _tokens_at_home(c, tables["flows"])
    yield from _prefill_at_home(c)
    yield from _spares(c, tables["serving"])
    yield from _vendors(c)
    yield from _stacks(c, tables["serving"])
    yield from _budget(c, tables["cashflow"])


def _budget(c: Context, cashflow: pd.DataFrame) -> Iterator[str]:
    most = c.model.inputs.scenario.policy.most_capital_usd
    paid = cashflow.loc[cashflow["component"].isin(CAPITAL), "cash_usd"].sum()
    if most is not None and exceeds(float(paid), most):
        yield f"capital of {paid} USD, over the budget of {most}"


def _tokens_at_home(c: Context, flows: pd.DataFrame) -> Iterator[str]:
    x = c.model.inputs
    home, sovereign = at_home(x.tables), sovereign_workloads(x.tables)
    least = x.scenario.policy.least_sovereign_fraction
    served: dict[object, float] = defaultdict(float)
    here: dict[object, float] = defaultdict(float)
    for row in rows(flows[flows["how"] != "unserved"]):
        within = (row.site, row.region) in home
        if row.how == "owned" and row.workload in sovereign and not within:
            yield f"{row.workload} of {row.region} is served abroad, from {row.site}"
        served[row.step_start] += row.mean_mtokens_per_s
        if within if row.how == "owned" else row.workload in sovereign:
            here[row.step_start] += row.mean_mtokens_per_s
    for step, total in served.items():
        if exceeds(least * total, here[step]):
            yield f"tokens at home, {step}: {here[step]} of {total} Mtokens/s, not {least:.0%}"


def _prefill_at_home(c: Context) -> Iterator[str]:
    """What is sovereign is read at home too, wherever it is decoded."""
    x, served = c.model.inputs, c.model.candidates.serving
    home, sovereign = at_home(x.tables), sovereign_workloads(x.tables)
    for s, w, _, g, _ in c.plan_values("serve_mtokens_per_s"):
        if w not in sovereign or (s, w, g) not in served.decoded_as:
            continue
        for region in served.groups[s, w, g]:
            if (s, region) not in home:
                yield f"{w} of {region} is prefilled abroad, at {s}"


def _spares(c: Context, serving: pd.DataFrame) -> Iterator[str]:
    spare = 1.0 + c.model.inputs.scenario.serving.warm_spare_fraction
    held = {(s, h, c.start(e)): n for (s, h, e), n in c.all_values("systems").items()}
    assigned: dict[tuple[str, str, dt.date], float] = defaultdict(float)
    for row in rows(serving):
        assigned[row.site, row.system, row.step_start.date()] += row.assigned_systems
    for index, count in assigned.items():
        have = held.get(index, 0.0)
        if exceeds(count * spare, have):
            yield f"systems {index}: {count} serve and {have} are held"


def _vendors(c: Context) -> Iterator[str]:
    x = c.model.inputs
    most = x.scenario.policy.most_vendor_fraction
    vendor = lookup(x.tables["hardware"], "system", "vendor")
    design_kw = lookup(x.tables["hardware"], "system", "design_kw")
    of_vendor: dict[tuple[str, int], float] = defaultdict(float)
    of_all: dict[int, float] = defaultdict(float)
    for (_, h, e), count in c.plan_values("systems").items():
        of_vendor[vendor[h], e] += count * design_kw[h] / 1e3
        of_all[e] += count * design_kw[h] / 1e3
    for (name, e), megawatts in of_vendor.items():
        if exceeds(megawatts, most * of_all[e]):
            yield f"systems of {name}, {c.start(e)}: {megawatts} of {of_all[e]} MW, over {most:.0%}"


def _stacks(c: Context, serving: pd.DataFrame) -> Iterator[str]:
    """What serves on a stack that has a price is paid for."""
    x = c.model.inputs
    if x.scenario.serving.interoperability_layer:
        return  # one for all, held by the costs
    priced = lookup(x.tables["software_stacks"], "stack", "site_cost_usd_per_year")
    stack = lookup(x.tables["hardware"], "system", "software_stack")
    run = {(s, k, c.start(e)) for (s, k, e), on in c.all_values("run_stack").items() if on > NOISE}
    for row in rows(serving[serving["mean_mtokens_per_s"] > NOISE]):
        name = stack[row.system]
        paid = (row.site, name, row.step_start.date()) in run
        if priced.get(name, 0.0) > 0.0 and not paid:
            yield f"{row.system} serves at {row.site}, {row.step_start}, without its stack {name}"
