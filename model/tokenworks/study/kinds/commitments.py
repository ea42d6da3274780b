"""What a plan has ordered, as the columns of another scenario's model, as far as it has them.

An order stands by its date: what is ordered in a month enters service after the lead time of the
scenario that it is carried into, in the first step that begins by then. Filings follow from what is
ordered; retirement, resale, serving and dispatch are choices that come later, and stay free.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from tokenworks.build import Model
from tokenworks.decisions import order_months
from tokenworks.frames import lookup, rows
from tokenworks.plan import Plan

Name = tuple[str, Any]
BLOCKS, MODULES, CONTRACTS, SYSTEMS = (
    "energise_blocks",
    "build_modules",
    "contract_mw",
    "buy_systems",
)
HELD = (BLOCKS, MODULES, CONTRACTS, SYSTEMS)
UNITS = {BLOCKS: "blocks", MODULES: "modules", CONTRACTS: "MW", SYSTEMS: "systems"}
KW_PER_MW = 1e3


@dataclass(frozen=True)
class Order:
    """So much of something at a site, ordered in a month of the horizon, that came in another."""

    variable: str
    key: tuple[str, ...]
    month: int
    amount: float
    served: int


@dataclass
class Carried:
    """Orders in the columns of a model.

    Attributes
    ----------
    wanted
        (Variable, index) to what it is held at, zero where nothing was ordered.
    weights
        Megawatts of one of it, for the choice of what is given up where not all can be had.
    lost
        In words, what the model has no column for.
    """

    wanted: dict[Name, float] = field(default_factory=dict)
    weights: dict[Name, float] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


def carried(plan: Plan, model: Model, until_months: int | None = None) -> Carried:
    """What a plan has ordered, in another scenario's columns.

    Parameters
    ----------
    plan
        The plan.
    model
        A model of the other scenario, whose horizon starts on the same day.
    until_months
        What is ordered so many months after the start or later is free; None holds all.
    """
    found, weight = Carried(), _weights(model)
    months, steps = _lead_months(model), model.inputs.calendar.steps
    offered: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for variable in HELD:
        for index in model.pyomo.component(variable).index_set():
            *key, step = index
            if step < 0:
                continue
            named = variable, tuple(key)
            offered.setdefault(named, []).append(step)
            lead = months(variable, index)
            if until_months is None or steps[step].start_month - lead < until_months:
                found.wanted[variable, index] = 0.0
                found.weights[variable, index] = weight(variable, index)
    for order in orders(plan):
        if until_months is not None and order.month >= until_months:
            continue
        possible = sorted(offered.get((order.variable, order.key), []))
        lead = months(order.variable, (*order.key, 0)) if possible else 0
        due = order.month + lead
        later = [step for step in possible if steps[step].start_month >= due]
        if not later:
            found.lost.append(_in_words(order))
            continue
        name = order.variable, (*order.key, later[0])
        found.wanted[name] = found.wanted.get(name, 0.0) + order.amount
        found.weights[name] = weight(*name)
    return found


def orders(plan: Plan) -> Iterator[Order]:
    """What a plan orders within its horizon."""
    start = pd.Timestamp(plan.inputs.calendar.start)
    construction = lookup(plan.inputs.tables["sites"], "site", "construction_months")

    def month(date: pd.Timestamp) -> int:
        return int((date.year - start.year) * 12 + date.month - start.month)

    blocks = plan.timeline[plan.timeline["milestone"] == "blocks energised"]
    for row in rows(blocks[blocks["date"] >= start]):
        served = month(row.date)
        ordered = served - int(construction[row.site])
        yield Order(BLOCKS, (row.site,), ordered, row.amount_count, served)
    for row in rows(plan.power[plan.power["in_service"] >= start]):
        grid = row.kind == "grid"
        amount = row.entering_mw if grid else row.entering_modules
        key, variable = (row.site, row.source), CONTRACTS if grid else MODULES
        yield Order(variable, key, month(row.ordered), amount, month(row.in_service))
    for row in rows(plan.hardware[plan.hardware["in_service"] >= start]):
        key = (row.site, row.system)
        yield Order(SYSTEMS, key, month(row.ordered), row.bought_systems, month(row.in_service))


def left_in_words(left: Mapping[Name, tuple[float, float]], model: Model) -> list[str]:
    """What could not be kept of what was held."""
    steps, calendar = model.inputs.calendar.steps, model.inputs.calendar
    lines = []
    for (variable, index), (wanted, had) in left.items():
        *key, step = index
        date = calendar.date_of(steps[step].start_month)
        what = " at ".join(f"`{part}`" for part in reversed(key))
        lines.append(f"{had:,.4g} of {wanted:,.4g} {UNITS[variable]} of {what} from {date}")
    return lines


def _in_words(order: Order) -> str:
    what = " at ".join(f"`{part}`" for part in reversed(order.key))
    return (
        f"{order.amount:,.4g} {UNITS[order.variable]} of {what}, ordered in month {order.month}, "
        "cannot be had within the horizon"
    )


def _lead_months(model: Model) -> Any:
    """Months from order to service in a model; of a contract from its filing."""
    others, filings = order_months(model.inputs), model.candidates.siting.filings.route_months

    def months(variable: str, index: tuple[Any, ...]) -> int:
        if variable == CONTRACTS:
            return int(filings[index[0], index[1]])
        return int(others(variable, index))

    return months


def _weights(model: Model) -> Any:
    x = model.inputs
    block_mw = lookup(x.tables["sites"], "site", "block_mw")
    module_mw = lookup(x.tables["power_technologies"], "technology", "module_mw")
    design_kw = lookup(x.tables["hardware"], "system", "design_kw")

    def weight(variable: str, index: tuple[Any, ...]) -> float:
        if variable == BLOCKS:
            return float(block_mw[index[0]])
        if variable == MODULES:
            return float(module_mw[index[1]])
        if variable == SYSTEMS:
            return float(design_kw[index[1]]) / KW_PER_MW
        return 1.0

    return weight
