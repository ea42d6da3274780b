"""Holdings: what is held when the horizon starts stands beside what the plan builds.

A holding is a vintage of its own month of service, with a number below zero: its variables are
those of any vintage, and fixed. It can be retired, sold or given up like any other.

Sets
    HELD_SITES      (s, v)      sites that are open, with the vintage of their first blocks
    HELD_BLOCKS     (s, v)      blocks of site s that are energised or on order
    HELD_MODULES    (s, k, v)   modules of technology k in service or on order
    HELD_SYSTEMS    (s, h, v)   systems h in service or on order
    HELD_CONTRACTS  (s, i, v)   contracts over route i
    HELD_ROUTES     (s, r, f)   routes granted or filed, with their month of filing
Parameters
    held_blocks[s, v]           blocks [1]
    held_modules[s, k, v]       modules [1]
    held_systems[s, h, v]       systems [1]
    held_mw[s, i, v]            contracted [MW]
Equations
    hold_site[s, v in HELD_SITES]
        open_site[s, v] == 1
    hold_blocks[s, v in HELD_BLOCKS]
        held_blocks[s, v] == energise_blocks[s, v]
    hold_modules[s, k, v in HELD_MODULES]
        held_modules[s, k, v] == build_modules[s, k, v]
    hold_systems[s, h, v in HELD_SYSTEMS]
        held_systems[s, h, v] == buy_systems[s, h, v]
    hold_contract[s, i, v in HELD_CONTRACTS]
        held_mw[s, i, v] == contract_mw[s, i, v]
    hold_route[s, r, f in HELD_ROUTES]
        file_route[s, r, f] == 1
Remarks
    What was paid before the horizon has no discount factor: it is sunk, and in no cost.
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, Param, Set

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach what is held."""
    held = c.held
    m.HELD_SITES = Set(dimen=2, initialize=list(held.first_blocks.items()))
    m.HELD_BLOCKS = Set(dimen=2, initialize=list(held.blocks))
    m.HELD_MODULES = Set(dimen=3, initialize=list(held.modules))
    m.HELD_SYSTEMS = Set(dimen=3, initialize=list(held.systems))
    m.HELD_CONTRACTS = Set(dimen=3, initialize=list(held.contracts))
    m.HELD_ROUTES = Set(dimen=3, initialize=c.siting.filings.of_held)
    m.held_blocks = Param(m.HELD_BLOCKS, initialize=held.blocks)
    m.held_modules = Param(m.HELD_MODULES, initialize=held.modules)
    m.held_systems = Param(m.HELD_SYSTEMS, initialize=held.systems)
    m.held_mw = Param(m.HELD_CONTRACTS, initialize=held.contracts)

    @m.Constraint(m.HELD_SITES)
    def hold_site(m: ConcreteModel, s: str, v: int) -> Constraint:
        return m.open_site[s, v] == 1

    @m.Constraint(m.HELD_BLOCKS)
    def hold_blocks(m: ConcreteModel, s: str, v: int) -> Constraint:
        return m.held_blocks[s, v] == m.energise_blocks[s, v]

    @m.Constraint(m.HELD_MODULES)
    def hold_modules(m: ConcreteModel, s: str, k: str, v: int) -> Constraint:
        return m.held_modules[s, k, v] == m.build_modules[s, k, v]

    @m.Constraint(m.HELD_SYSTEMS)
    def hold_systems(m: ConcreteModel, s: str, h: str, v: int) -> Constraint:
        return m.held_systems[s, h, v] == m.buy_systems[s, h, v]

    @m.Constraint(m.HELD_CONTRACTS)
    def hold_contract(m: ConcreteModel, s: str, i: str, v: int) -> Constraint:
        return m.held_mw[s, i, v] == m.contract_mw[s, i, v]

    @m.Constraint(m.HELD_ROUTES)
    def hold_route(m: ConcreteModel, s: str, r: str, f: int) -> Constraint:
        return m.file_route[s, r, f] == 1


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: what is held costs what the blocks of its kind say."""
    return []
