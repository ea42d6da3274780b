"""Clean matching: what a site draws from sources that are not clean stays within a share of load.

Bounded is what such sources give, not what the clean ones do: a battery charged by them counts when
it is charged, and clean power that is spilt counts for nothing.

Sets
    CLEAN_HOURS     (s, e, t)       hours of steps with an hourly share
    CLEAN_YEARS     (s, e)          steps with a yearly share
    HOURLY_STEPS    (s, e)          steps with an hourly share
    DIRTY_AT[s, e in HOURLY_STEPS]      technologies with CO2 at the stack
    DIRTY_HOURS[s, e in CLEAN_YEARS]    (k, t) of GENERATION with CO2 at the stack
    RUN_HOURS[s, e in CLEAN_YEARS]      (k, t) of GENERATION
    GRID_HOURS[s, e in CLEAN_YEARS]     (i, t) of IMPORTS
    STORE_HOURS[s, e in CLEAN_YEARS]    (k, t) of STORAGE
Parameters
    hourly_dirty_share[s, e]        of the hour's load that need not be clean [1]
    yearly_dirty_share[s, e]        of the step's load that need not be clean [1]
Equations
    clean_in_every_hour[s, e, t in CLEAN_HOURS]
        sum(generate_mw[s, k, e, t] for k in DIRTY_AT[s, e])
        + sum(import_mw[s, i, e, t] for i in GRIDS_AT[s, e])
        <= hourly_dirty_share[s, e] * (sum(generate_mw[s, k, e, t] for k in GENERATORS_AT[s, e])
        + sum(import_mw[s, i, e, t] for i in GRIDS_AT[s, e])
        + sum(discharge_mw[s, k, e, t] - charge_mw[s, k, e, t] for k in STORES_AT[s, e]))
    clean_over_the_year[s, e in CLEAN_YEARS]
        sum(slice_share[s, t] * generate_mw[s, k, e, t] for k, t in DIRTY_HOURS[s, e])
        + sum(slice_share[s, t] * import_mw[s, i, e, t] for i, t in GRID_HOURS[s, e])
        <= yearly_dirty_share[s, e] * (
        sum(slice_share[s, t] * generate_mw[s, k, e, t] for k, t in RUN_HOURS[s, e])
        + sum(slice_share[s, t] * import_mw[s, i, e, t] for i, t in GRID_HOURS[s, e])
        + sum(slice_share[s, t] * (discharge_mw[s, k, e, t] - charge_mw[s, k, e, t])
            for k, t in STORE_HOURS[s, e]))
Remarks
    The right side is the load as the meter's balance gives it, after what is shed or waits.
    All grid power counts as not clean, whatever the grid burns.
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, Param, Set

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.carbon import CarbonRules
from tokenworks.candidates.grouping import gather
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach clean matching; nothing where no site asks for it."""
    _add_sets(m, x, c)

    @m.Constraint(m.CLEAN_HOURS)
    def clean_in_every_hour(m: ConcreteModel, s: str, e: int, t: str) -> Constraint:
        return sum(m.generate_mw[s, k, e, t] for k in m.DIRTY_AT[s, e]) + sum(
            m.import_mw[s, i, e, t] for i in m.GRIDS_AT[s, e]
        ) <= m.hourly_dirty_share[s, e] * (
            sum(m.generate_mw[s, k, e, t] for k in m.GENERATORS_AT[s, e])
            + sum(m.import_mw[s, i, e, t] for i in m.GRIDS_AT[s, e])
            + sum(m.discharge_mw[s, k, e, t] - m.charge_mw[s, k, e, t] for k in m.STORES_AT[s, e])
        )

    @m.Constraint(m.CLEAN_YEARS)
    def clean_over_the_year(m: ConcreteModel, s: str, e: int) -> Constraint:
        return sum(
            m.slice_share[s, t] * m.generate_mw[s, k, e, t] for k, t in m.DIRTY_HOURS[s, e]
        ) + sum(
            m.slice_share[s, t] * m.import_mw[s, i, e, t] for i, t in m.GRID_HOURS[s, e]
        ) <= m.yearly_dirty_share[s, e] * (
            sum(m.slice_share[s, t] * m.generate_mw[s, k, e, t] for k, t in m.RUN_HOURS[s, e])
            + sum(m.slice_share[s, t] * m.import_mw[s, i, e, t] for i, t in m.GRID_HOURS[s, e])
            + sum(
                m.slice_share[s, t] * (m.discharge_mw[s, k, e, t] - m.charge_mw[s, k, e, t])
                for k, t in m.STORE_HOURS[s, e]
            )
        )


def _add_sets(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    rules = CarbonRules(x)
    possible = set(m.SITE_STEPS)
    hourly, yearly = (
        {(s, e): share for s, e, share in rules.dirty_shares(column) if (s, e) in possible}
        for column in ("hourly_fraction", "yearly_fraction")
    )
    m.HOURLY_STEPS = Set(dimen=2, initialize=list(hourly))
    m.CLEAN_YEARS = Set(dimen=2, initialize=list(yearly))
    hours = [(s, e, t) for s, e in hourly for t in c.slices[s].names]
    m.CLEAN_HOURS = Set(dimen=3, initialize=hours)
    m.hourly_dirty_share = Param(m.HOURLY_STEPS, initialize=hourly)
    m.yearly_dirty_share = Param(m.CLEAN_YEARS, initialize=yearly)
    dirty = [(s, k, e) for s, k, e in m.POWER_STEPS if k in rules.emitters]
    m.DIRTY_AT = Set(m.HOURLY_STEPS, initialize=gather(hourly, (((s, e), k) for s, k, e in dirty)))
    runs = [((s, e), (k, t)) for s, k, e, t in m.GENERATION]
    for name, pairs in (
        ("DIRTY_HOURS", [(at, (k, t)) for at, (k, t) in runs if k in rules.emitters]),
        ("RUN_HOURS", runs),
        ("GRID_HOURS", [((s, e), (i, t)) for s, i, e, t in m.IMPORTS]),
        ("STORE_HOURS", [((s, e), (k, t)) for s, k, e, t in m.STORAGE]),
    ):
        found = Set(m.CLEAN_YEARS, dimen=2, initialize=gather(yearly, pairs))
        m.add_component(name, found)


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: it has no variables."""
    return []
