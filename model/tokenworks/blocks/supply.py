"""Supply: yearly limits that assets share, by the calendar year in which they enter service.

Sets
    SUPPLIES        p               limited supplies that some asset takes from
    SUPPLY_YEARS    (p, y)          supplies and calendar years in which something can take them
    MODULE_USES     (p, k)          technologies that take from a supply
    SYSTEM_USES     (p, h)          systems that take from it
    MODULES_FROM[p, y in SUPPLY_YEARS]      (s, k, e) of BUILDS in that year that take from it
    SYSTEMS_FROM[p, y in SUPPLY_YEARS]      (s, h, e) of PURCHASES
    CONTRACTS_FROM[p, y in SUPPLY_YEARS]    (s, i, e) of SIGNINGS
    BLOCKS_FROM[p, y in SUPPLY_YEARS]       (s, e) of OPENINGS
Parameters
    supply_limit_count[p, y]        units there are [1]
    units_per_module[p, k]          units that a module takes [1]
    units_per_system[p, h]          units that a system takes [1]
    units_per_contracted_mw[p]      units that a megawatt of firm contract takes [1]
    units_per_energised_mw[p]       units that a megawatt of energised blocks takes [1]
Equations
    supply_limit[p, y in SUPPLY_YEARS]
        sum(units_per_module[p, k] * build_modules[s, k, e] for s, k, e in MODULES_FROM[p, y])
        + sum(units_per_system[p, h] * buy_systems[s, h, e] for s, h, e in SYSTEMS_FROM[p, y])
        + units_per_contracted_mw[p]
        * sum(contract_mw[s, i, e] for s, i, e in CONTRACTS_FROM[p, y])
        + units_per_energised_mw[p]
        * sum(block_mw[s] * energise_blocks[s, e] for s, e in BLOCKS_FROM[p, y])
        <= supply_limit_count[p, y]
Remarks
    A year in which no step starts counts with the next in which one does.
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, Param, Set

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.grouping import gather
from tokenworks.candidates.supply import supplies
from tokenworks.inputs import Inputs
from tokenworks.schema.tables_supply import GRID_ASSET, SITE_ASSET


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach the limits of supply."""
    _add_sets(m, x)

    @m.Constraint(m.SUPPLY_YEARS)
    def supply_limit(m: ConcreteModel, p: str, y: int) -> Constraint:
        return (
            sum(
                m.units_per_module[p, k] * m.build_modules[s, k, e]
                for s, k, e in m.MODULES_FROM[p, y]
            )
            + sum(
                m.units_per_system[p, h] * m.buy_systems[s, h, e]
                for s, h, e in m.SYSTEMS_FROM[p, y]
            )
            + m.units_per_contracted_mw[p]
            * sum(m.contract_mw[s, i, e] for s, i, e in m.CONTRACTS_FROM[p, y])
            + m.units_per_energised_mw[p]
            * sum(m.block_mw[s] * m.energise_blocks[s, e] for s, e in m.BLOCKS_FROM[p, y])
            <= m.supply_limit_count[p, y]
        )


def _add_sets(m: ConcreteModel, x: Inputs) -> None:
    held = supplies(x)
    year = held.year_of
    kinds = dict.fromkeys(p for p, _ in held.limits)
    modules = {(p, k): held.taken(p, k) for p in kinds for k in m.TECHNOLOGIES}
    systems = {(p, h): held.taken(p, h) for p in kinds for h in m.SYSTEMS}
    contracted = {p: held.taken(p, GRID_ASSET) for p in kinds}
    energised = {p: held.taken(p, SITE_ASSET) for p in kinds}
    takers = {
        "MODULES_FROM": [(p, i) for p in kinds for i in m.BUILDS if modules[p, i[1]]],
        "SYSTEMS_FROM": [(p, i) for p in kinds for i in m.PURCHASES if systems[p, i[1]]],
        "CONTRACTS_FROM": [(p, i) for p in kinds for i in m.SIGNINGS if contracted[p]],
        "BLOCKS_FROM": [(p, i) for p in kinds for i in m.OPENINGS if energised[p]],
    }
    # What is held took its share before.
    takers = {n: [(p, i) for p, i in pairs if i[-1] >= 0] for n, pairs in takers.items()}
    used = {(p, year[i[-1]]) for pairs in takers.values() for p, i in pairs}
    rows = [row for row in held.limits if row in used]
    m.SUPPLIES = Set(initialize=list(dict.fromkeys(p for p, _ in rows)))
    m.SUPPLY_YEARS = Set(dimen=2, initialize=rows)
    for name, pairs in takers.items():
        members = gather(rows, (((p, year[i[-1]]), i) for p, i in pairs))
        m.add_component(name, Set(m.SUPPLY_YEARS, dimen=_DIMENSIONS[name], initialize=members))
    modules = {index: units for index, units in modules.items() if units}
    systems = {index: units for index, units in systems.items() if units}
    m.MODULE_USES = Set(dimen=2, initialize=list(modules))
    m.SYSTEM_USES = Set(dimen=2, initialize=list(systems))
    m.units_per_module = Param(m.MODULE_USES, initialize=modules)
    m.units_per_system = Param(m.SYSTEM_USES, initialize=systems)
    m.units_per_contracted_mw = Param(m.SUPPLIES, initialize={p: contracted[p] for p in m.SUPPLIES})
    m.units_per_energised_mw = Param(m.SUPPLIES, initialize={p: energised[p] for p in m.SUPPLIES})
    m.supply_limit_count = Param(m.SUPPLY_YEARS, initialize={i: held.limits[i] for i in rows})


_DIMENSIONS = {"MODULES_FROM": 3, "SYSTEMS_FROM": 3, "CONTRACTS_FROM": 3, "BLOCKS_FROM": 2}


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: what is taken is paid for where it is bought."""
    return []
