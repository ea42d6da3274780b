"""The dispatch of one site in one step as a program of its own, over any hours.

It is made by the very blocks that plan it: what they know of investment are the interface's
stocks, here fixed at those of a plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pyomo.environ import ConcreteModel, NonNegativeReals, Objective, Set, Var, minimize

from tokenworks.blocks import interface
from tokenworks.blocks.terms import CostTerm, attach
from tokenworks.build import OPERATION, templates, total_cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.flexible import FlexibleLoad, flexible_load
from tokenworks.candidates.slices import Slices
from tokenworks.inputs import Inputs

Stocks = Mapping[str, Mapping[Any, float]]


@dataclass(frozen=True)
class Operation:
    """A dispatch program.

    Attributes
    ----------
    pyomo
        The model; its objective is the present value of the operation's cost in USD.
    costs
        Its cost terms.
    """

    pyomo: ConcreteModel
    costs: tuple[CostTerm, ...]


def operation(
    x: Inputs, c: Candidates, stocks: Stocks, place: tuple[str, int], hours: Slices
) -> Operation:
    """Build the dispatch of a site in a step.

    Parameters
    ----------
    x, c
        Inputs and columns of the plan.
    stocks
        Variable of the interface to index to value; what is not there is zero.
    place
        Site and step.
    hours
        Hours to run it over.
    """
    site, step = place
    here = _at_site(x, c, site, hours)
    whole, m = ConcreteModel(), ConcreteModel()
    interface.add(whole, x, here)
    _copy_step(whole, m, place)
    technologies = list(dict.fromkeys(k for _, k, e in whole.POWER_STEPS if e == step))
    m.OPENABLE = Set(initialize=[site])
    m.TECHNOLOGIES = Set(initialize=technologies)
    m.SITE_POWER = Set(dimen=2, initialize=[(site, k) for k in technologies])
    here = replace(here, flexible=_in_step(here, step))
    fixed = [variable.local_name for variable in m.component_objects(Var)]
    costs: list[CostTerm] = []
    with templates():
        for block in OPERATION:
            block.add(m, x, here)
            for cost in block.costs(m, x, here):
                costs += attach(m, cost)
        m.total_usd = Objective(rule=total_cost(costs), sense=minimize)
    for name in fixed:
        for index, variable in m.component(name).items():
            # A solver's noise below zero is no stock.
            variable.fix(max(0.0, stocks.get(name, {}).get(index, 0.0)))
    return Operation(m, tuple(costs))


def _at_site(x: Inputs, c: Candidates, site: str, hours: Slices) -> Candidates:
    """The columns of one site, over other hours."""
    siting = replace(
        c.siting,
        first_step={site: c.siting.first_step[site]},
        contracts=[contract for contract in c.siting.contracts if contract[0] == site],
    )
    serving = replace(c.serving, serves=[key for key in c.serving.serves if key[0] == site])
    assets = replace(c.assets, builds=[key for key in c.assets.builds if key[0] == site])
    flexible = flexible_load(x, siting, serving, {site: hours})
    return replace(
        c,
        slices={site: hours},
        siting=siting,
        serving=serving,
        assets=assets,
        flexible=flexible,
    )


def _in_step(c: Candidates, step: int) -> FlexibleLoad:
    found = c.flexible
    return replace(
        found,
        loads=[key for key in found.loads if key[-1] == step],
        sheds=[key for key in found.sheds if key[-1] == step],
        deferrals=[key for key in found.deferrals if key[-1] == step],
        interruptions=[key for key in found.interruptions if key[-1] == step],
    )


def _copy_step(whole: ConcreteModel, m: ConcreteModel, place: tuple[str, int]) -> None:
    """Copy the interface at a site and a step: every index begins with one, ends with the other."""

    def within(index: Any) -> bool:
        return (index[0], index[-1]) == place

    for component in list(whole.component_objects((Set, Var))):
        name = component.local_name
        if isinstance(component, Var):
            index = m.component(component.index_set().local_name)
            m.add_component(name, Var(index, domain=NonNegativeReals))
        elif component.is_indexed():
            members = {i: list(component[i]) for i in component if within(i)}
            index = m.component(component.index_set().local_name)
            dimension = {
                len(i) if isinstance(i, tuple) else 1 for of in members.values() for i in of
            }
            m.add_component(name, Set(index, dimen=max(dimension, default=1), initialize=members))
        else:
            kept = [i for i in component if within(i)]
            m.add_component(name, Set(dimen=component.dimen, initialize=kept))
