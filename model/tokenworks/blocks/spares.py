"""Spares: of the units of a technology, some are not counted on, for they may be out of service.

With a target of availability, what so many units are good for follows from how many of them can be
out at once, not from their mean.

Sets
    UNIT_STEPS      (s, k, e)       technologies of units in POWER_STEPS, with a target
    UNITS_AT[s, e in SITE_STEPS]    technologies of UNIT_STEPS
    SITE_UNITS      (s, k)          technologies of UNIT_STEPS
    LEVELS          (s, k, j)       levels of spares, from 1
    LEVELS_OF[s, k, e in UNIT_STEPS]    levels j of LEVELS
    LEVEL_STEPS     (s, k, j, e)    levels by step
    HIGHER_LEVELS   (s, k, j, e)    of these, those above the first
Parameters
    unit_share[k]                   capacity of a unit on the design day, after margin [1]
    unspared_mw[s, k]               firm capacity that needs no spare [MW]
    more_spare_mw[s, k, j]          capacity not counted on at the level, beyond the one below [MW]
    more_firm_mw[s, k, j]           most firm capacity at the level, beyond the one below [MW]
Variables
    firm_mw[s, k, e in UNIT_STEPS] >= 0             what its units are good for [MW]
    spare_level[s, k, j, e in LEVEL_STEPS] binary   at least so many levels of spares are held
Equations
    firm_after_spares[s, k, e in UNIT_STEPS]
        firm_mw[s, k, e] <= unit_share[k] * capacity_mw[s, k, e]
        - sum(more_spare_mw[s, k, j] * spare_level[s, k, j, e] for j in LEVELS_OF[s, k, e])
    firm_at_level[s, k, e in UNIT_STEPS]
        firm_mw[s, k, e] <= unspared_mw[s, k]
        + sum(more_firm_mw[s, k, j] * spare_level[s, k, j, e] for j in LEVELS_OF[s, k, e])
    levels_in_order[s, k, j, e in HIGHER_LEVELS]
        spare_level[s, k, j, e] <= spare_level[s, k, j - 1, e]
Remarks
    Where technologies of units share a site, each keeps to its part of the allowed failure, the
    allowed failure over their number: all of them fall short more rarely than the sum of their
    parts, so what they are good for together is what each is good for, added up.
    Of whole counts every one has its own spares; of small modules a level stands for several
    counts and spares what the most of them need. A fraction of a unit is a smaller unit.
"""

from __future__ import annotations

from pyomo.environ import Binary, ConcreteModel, Constraint, NonNegativeReals, Param, Set, Var

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.firm import firm_levels, firm_share
from tokenworks.candidates.grouping import gather
from tokenworks.frames import rows_by
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach the firm capacity of units; nothing where there is no target."""
    _add_sets(m, x, c)
    m.firm_mw = Var(m.UNIT_STEPS, domain=NonNegativeReals)
    m.spare_level = Var(m.LEVEL_STEPS, domain=Binary)

    @m.Constraint(m.UNIT_STEPS)
    def firm_after_spares(m: ConcreteModel, s: str, k: str, e: int) -> Constraint:
        return m.firm_mw[s, k, e] <= m.unit_share[k] * m.capacity_mw[s, k, e] - sum(
            m.more_spare_mw[s, k, j] * m.spare_level[s, k, j, e] for j in m.LEVELS_OF[s, k, e]
        )

    @m.Constraint(m.UNIT_STEPS)
    def firm_at_level(m: ConcreteModel, s: str, k: str, e: int) -> Constraint:
        return m.firm_mw[s, k, e] <= m.unspared_mw[s, k] + sum(
            m.more_firm_mw[s, k, j] * m.spare_level[s, k, j, e] for j in m.LEVELS_OF[s, k, e]
        )

    @m.Constraint(m.HIGHER_LEVELS)
    def levels_in_order(m: ConcreteModel, s: str, k: str, j: int, e: int) -> Constraint:
        return m.spare_level[s, k, j, e] <= m.spare_level[s, k, j - 1, e]


def _add_sets(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    rows = rows_by(x.tables["power_technologies"], "technology")
    found = firm_levels(x, c.assets)
    steps = [(s, k, e) for s, k, e in m.POWER_STEPS if (s, k) in found]
    m.UNIT_STEPS = Set(dimen=3, initialize=steps)
    m.UNITS_AT = Set(
        m.SITE_STEPS, initialize=gather(m.SITE_STEPS, (((s, e), k) for s, k, e in steps))
    )
    m.SITE_UNITS = Set(dimen=2, initialize=list(found))
    levels = {(s, k): range(1, len(stairs)) for (s, k), stairs in found.items()}
    m.LEVELS = Set(dimen=3, initialize=[(s, k, j) for (s, k), of in levels.items() for j in of])
    m.LEVELS_OF = Set(m.UNIT_STEPS, initialize={(s, k, e): list(levels[s, k]) for s, k, e in steps})
    by_step = [(s, k, j, e) for s, k, e in steps for j in levels[s, k]]
    m.LEVEL_STEPS = Set(dimen=4, initialize=by_step)
    m.HIGHER_LEVELS = Set(dimen=4, initialize=[i for i in by_step if i[2] > 1])
    share = {k: firm_share(x, rows[k]) for k in m.TECHNOLOGIES}
    m.unit_share = Param(m.TECHNOLOGIES, initialize=share)
    unit_mw = {(s, k): share[k] * rows[k].module_mw for s, k in found}
    m.unspared_mw = Param(
        m.SITE_UNITS, initialize={i: unit_mw[i] * stairs[0].units for i, stairs in found.items()}
    )
    spare, firm = {}, {}
    for s, k, j in m.LEVELS:
        below, level = found[s, k][j - 1 : j + 1]
        spare[s, k, j] = unit_mw[s, k] * (level.spares - below.spares)
        firm[s, k, j] = unit_mw[s, k] * (level.left - below.left)
    m.more_spare_mw = Param(m.LEVELS, initialize=spare)
    m.more_firm_mw = Param(m.LEVELS, initialize=firm)


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: its variables cost nothing by themselves."""
    return []
