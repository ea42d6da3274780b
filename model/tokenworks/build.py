"""The only place where blocks meet: one Pyomo model of investment and dispatch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from pyomo.environ import ConcreteModel, Objective, Var, minimize

from tokenworks.blocks import (
    adequacy,
    air,
    carbon,
    carbon_use,
    clean,
    commissioning,
    commitment,
    contingency,
    credits,
    demand,
    dispatch,
    emissions,
    exports,
    flexible_load,
    flexible_stocks,
    gas,
    grid,
    hardware,
    holdings,
    hours,
    interface,
    policy,
    power,
    production_credit,
    redlines,
    retrofits,
    routes,
    series,
    serving,
    siting,
    spares,
    stacks,
    storage,
    supply,
    transfers,
)
from tokenworks.blocks.terms import Cost, CostTerm, attach
from tokenworks.budget import add_budget
from tokenworks.candidates import Candidates, candidates, dispatch_columns
from tokenworks.dated import DatedDiscounting
from tokenworks.errors import InputError, Problem
from tokenworks.inputs import Inputs, linked, of_sites
from tokenworks.lean import lean
from tokenworks.tax import borne_by

# In the order in which they stand on each other. What runs hour by hour sees of investment the
# interface alone; what the meter adds up stands before `dispatch`, what limits it behind.
INVESTMENT = (
    interface,
    routes,
    siting,
    grid,
    redlines,
    power,
    series,
    credits,
    gas,
    air,
    hardware,
    holdings,
    exports,
    retrofits,
    supply,
    demand,
    serving,
    flexible_stocks,
    transfers,
    commissioning,
    stacks,
    policy,
    spares,
    adequacy,
    contingency,
    carbon,
)
OPERATION = (
    *(hours, storage, flexible_load, dispatch, production_credit, emissions),
    *(commitment, carbon_use, clean),
)
BLOCKS = (*INVESTMENT, *OPERATION)

# Constraints of investment of which few rows bind, with the place of the hour in their index: a
# search may leave a row out until it breaks it. None where a row has no like in other hours.
LAZY: dict[str, int | None] = {
    "peak_within_capacity": 3,
    "ramped_mean": 2,
    "coincident_peak": 1,
    "link_capacity": 2,
    "flow_needs_open_site": None,
}

# Variables of investment with a whole number in their index that is no step, and its place: the
# month of a filing, the level of spares, the tranche of a series.
OF_NO_STEP = {"file_route": 2, "spare_level": 2, "series_modules": 1, "is_full": 1}


@dataclass(frozen=True)
class Decision:
    """How whole variables of one name are decided.

    Attributes
    ----------
    one_of
        Of columns that agree in so many places of their index at most one is used, the one that
        comes first being as good for what hangs on it as any later; None where several may be.
    lasting
        Columns that agree in so many places of their index are the same thing in other steps; None
        where each stands for itself.
    """

    one_of: int | None = None
    lasting: int | None = None


# Whole variables in the order in which a search decides them, what others hang on first.
DECISIONS = {
    "is_open": Decision(lasting=1),
    "lay_lateral": Decision(),
    "blocks": Decision(lasting=1),
    "file_route": Decision(one_of=2),
    "build_modules": Decision(),
    "retire_modules": Decision(),
    "buy_systems": Decision(),
    "run_stack": Decision(lasting=2),
    "spare_level": Decision(lasting=3),
    "is_full": Decision(),
    "hold_air_class": Decision(lasting=2),
    "sell_systems": Decision(),
}


@dataclass(frozen=True)
class Model:
    """A built model.

    Attributes
    ----------
    pyomo
        The model; its objective is in USD.
    costs
        Every cost term of the objective.
    inputs, candidates
        What it was built from.
    stocks
        Variables of the interface.
    operating
        Variables of operation.
    """

    pyomo: ConcreteModel
    costs: tuple[CostTerm, ...]
    inputs: Inputs
    candidates: Candidates
    stocks: tuple[str, ...] = ()
    operating: frozenset[str] = frozenset()


def build_investment(x: Inputs) -> Model:
    """Build what is decided for whole steps alone, without costs: whether it can be met at all.

    Parameters
    ----------
    x
        Inputs.
    """
    c = candidates(x)
    m = ConcreteModel(name=x.scenario.name)
    with lean():
        for block in INVESTMENT:
            block.add(m, x, c)
        model = Model(m, (), x, c)
        most = x.scenario.policy.most_capital_usd
        if most is not None:
            add_budget(m, dated_costs(model, blocks=INVESTMENT), most)
        m.total_usd = Objective(expr=0.0, sense=minimize)
    return model


# About what 24 GiB hold of them, with the rows that go with them.
MOST_DISPATCH_COLUMNS = 4_000_000


def build(x: Inputs, c: Candidates | None = None) -> Model:
    """Build the whole model of a scenario.

    Parameters
    ----------
    x
        Inputs.
    c
        Its columns, where they have been gathered already.

    Raises
    ------
    InputError
        Where its dispatch alone has more columns than a machine can be expected to hold.
    """
    c = c or candidates(x)
    _refuse_what_is_too_large(x, dispatch_columns(x, c))
    m = ConcreteModel(name=x.scenario.name)
    costs: list[CostTerm] = []
    with lean():
        for block in BLOCKS:
            block.add(m, x, c)
            if block is interface:
                stocks = _variables(m)
            if block is INVESTMENT[-1]:
                of_investment = frozenset(_variables(m))
            for cost in block.costs(m, x, c):
                costs += [term for one in _with_tax(cost, x) for term in attach(m, one)]
        operating = frozenset(_variables(m)) - of_investment
        model = Model(m, tuple(costs), x, c, stocks, operating)
        most = x.scenario.policy.most_capital_usd
        if most is not None:
            add_budget(m, dated_costs(model), most)
        m.total_usd = Objective(rule=total_cost(costs), sense=minimize)
    return model


def by_site(x: Inputs, groups: Iterable[Collection[str]] | None = None) -> Iterator[Model]:
    """Models of some sites after those of others, of which one is held at a time.

    Each is what the whole model says of its sites; see `inputs.of_sites`. A model is gone once the
    next is asked for, unless something of it is held.

    Parameters
    ----------
    x
        Inputs of all sites.
    groups
        Sites of every model; blank means one by one, those that are linked together.
    """
    for sites in linked(x) if groups is None else groups:
        yield build(of_sites(x, sites))


def _variables(m: ConcreteModel) -> tuple[str, ...]:
    return tuple(variable.local_name for variable in m.component_objects(Var))


def dated_costs(
    model: Model, factors: DatedDiscounting | None = None, blocks: Iterable[Any] = BLOCKS
) -> Iterator[Cost]:
    """The blocks' costs once more, every figure with what `factors` remember of it.

    Parameters
    ----------
    model
        A model.
    factors
        Discount factors; those that remember the dates of payments where None.
    blocks
        Blocks whose costs are asked for.
    """
    x = replace(model.inputs, discounting=factors or DatedDiscounting(model.inputs.discounting))
    for block in blocks:
        for cost in block.costs(model.pyomo, x, model.candidates):
            yield from _with_tax(cost, x)


def _with_tax(cost: Cost, x: Inputs) -> Iterator[Cost]:
    """A cost, and the tax that it bears where the scenario counts it."""
    yield cost
    finance = x.scenario.finance
    if finance.after_tax and cost.line == "owned":
        share = borne_by(cost.component, finance.discount_rate, x.scenario.proforma)
        taxed = {index: usd * share for index, usd in cost.values.items()}
        yield replace(cost, component=f"tax_on_{cost.component}", line="tax", values=taxed)


def _refuse_what_is_too_large(x: Inputs, columns: int) -> None:
    if columns > MOST_DISPATCH_COLUMNS:
        problem = (
            f"its dispatch has {columns:,} columns, and only up to {MOST_DISPATCH_COLUMNS:,} are "
            "solved as a whole"
        )
        remedy = "give fewer sites or periods, or set `time.representative_days`"
        raise InputError([Problem(x.scenario.name, 0, "", problem, remedy)])


def total_cost(costs: list[CostTerm]) -> object:
    """Rule of an objective that sums cost terms."""

    def rule(m: ConcreteModel) -> object:
        total = 0.0
        for term in costs:
            coefficient = m.component(term.coefficient)
            variable = m.component(term.variable)
            total += sum(coefficient[i] * variable[i] for i in coefficient.index_set())
        return total

    return rule
