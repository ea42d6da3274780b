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
from tokenworks.build import OPERATION, total_cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.flexible import FlexibleLoad, flexible_load
from tokenworks.candidates.slices import Slices
from tokenworks.inputs import Inputs
from tokenworks.lean import lean

Stocks = Mapping[str, Mapping[Any, float]]

# Stocks without which there is nothing to run, and what of them is the solver's noise.
_DECIDING = ("capacity_mw", "contracted_mw", "load_mw", "point_load_mw", "waitable_mw")
_NOTHING_MW = 1e-9


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
    here = _at_place(x, c, stocks, place, hours)
    whole, m = ConcreteModel(), ConcreteModel()
    interface.add(whole, x, here)
    _copy_step(whole, m, place)
    technologies = list(dict.fromkeys(k for _, k, e in whole.POWER_STEPS if e == step))
    m.OPENABLE = Set(initialize=[site])
    m.TECHNOLOGIES = Set(initialize=technologies)
    m.SITE_POWER = Set(dimen=2, initialize=[(site, k) for k in technologies])
    fixed = [variable.local_name for variable in m.component_objects(Var)]
    costs: list[CostTerm] = []
    with lean():
        for block in OPERATION:
            block.add(m, x, here)
            for cost in block.costs(m, x, here):
                costs += attach(m, cost)
        if costs:
            m.total_usd = Objective(rule=total_cost(costs), sense=minimize)
    if not costs:
        m.total_usd = Objective(expr=0.0)  # a constant has no template
    for name in fixed:
        for index, variable in m.component(name).items():
            # A solver's noise below zero is no stock.
            variable.fix(max(0.0, stocks.get(name, {}).get(index, 0.0)))
    return Operation(m, tuple(costs))


def _at_place(
    x: Inputs, c: Candidates, stocks: Stocks, place: tuple[str, int], hours: Slices
) -> Candidates:
    """The columns of one site over other hours, without those that no stock of the step lets be."""
    site, step = place
    used = {name: _used(stocks.get(name, {}), place) for name in _DECIDING}
    siting = replace(
        c.siting,
        first_step={site: c.siting.first_step[site]},
        contracts=[key for key in c.siting.contracts if key[:2] in used["contracted_mw"]],
    )
    profile_of = c.serving.profile_of
    serves = [
        (s, w, o, g, e)
        for s, w, o, g, e in c.serving.serves
        if e == step and s == site and (s, w, profile_of[s, w, g]) in used["load_mw"]
    ]
    serving = replace(c.serving, serves=serves)
    builds = [key for key in c.assets.builds if key[:2] in used["capacity_mw"]]
    profiles = {profile for _, _, profile in used["load_mw"]}
    shapes = {key: shape for key, shape in hours.demand_shape.items() if key[0] in profiles}
    here = {site: replace(hours, demand_shape=shapes)}
    return replace(
        c,
        slices=here,
        siting=siting,
        serving=serving,
        assets=replace(c.assets, builds=builds),
        # The hours in which nothing is made up for are those of every contract there could be.
        flexible=_flexible(flexible_load(x, c.siting, serving, here), used, step),
    )


def _used(stock: Mapping[Any, float], place: tuple[str, int]) -> set[tuple[Any, ...]]:
    """Indices at a site and a step, without the step, of which there is some."""
    return {i[:-1] for i, mw in stock.items() if (i[0], i[-1]) == place and mw > _NOTHING_MW}


def _flexible(
    found: FlexibleLoad, used: Mapping[str, set[tuple[Any, ...]]], step: int
) -> FlexibleLoad:
    """Flexible load of a step that there is."""
    sheds = [key for key in found.shed_loads if key[:-1] in used["point_load_mw"]]
    waits = [key for key in found.wait_loads if key[:-1] in used["waitable_mw"]]
    some = bool(sheds or waits)
    return replace(
        found,
        shed_loads=sheds,
        wait_loads=waits,
        interruptions=[key for key in found.interruptions if some and key[-1] == step],
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
