"""Storage: charged and discharged within a representative day, which ends as it began.

Sets
    STORAGE         (s, k, e, t)    technologies that store
    STORES_AT[s, e]                 technologies of STORAGE
Parameters
    storage_hours[k]                energy over power [hours]
    one_way_efficiency[k]           square root of the round trip [1]
Variables
    charge_mw[s, k, e, t in STORAGE] >= 0           at the meter [MW]
    discharge_mw[s, k, e, t in STORAGE] >= 0        at the meter [MW]
    stored_mwh[s, k, e, t in STORAGE] >= 0          at the end of the hour [MWh]
Equations
    charge_limit[s, k, e, t in STORAGE]
        charge_mw[s, k, e, t] <= available_share[s, k, t] * capacity_mw[s, k, e]
    discharge_limit[s, k, e, t in STORAGE]
        discharge_mw[s, k, e, t] <= available_share[s, k, t] * capacity_mw[s, k, e]
    energy_limit[s, k, e, t in STORAGE]
        stored_mwh[s, k, e, t] <= storage_hours[k] * capacity_mw[s, k, e]
    storage_balance[s, k, e, t in STORAGE]
        stored_mwh[s, k, e, t] == stored_mwh[s, k, e, previous_slice[s, t]]
        + slice_hours[s, t] * one_way_efficiency[k] * charge_mw[s, k, e, t]
        - slice_hours[s, t] / one_way_efficiency[k] * discharge_mw[s, k, e, t]
Costs
    storage_variable_om on what is discharged
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, NonNegativeReals, Param, Set, Var

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.grouping import gather
from tokenworks.frames import lookup, rows_by
from tokenworks.inputs import Inputs
from tokenworks.yearly import Yearly


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach what storage does in every hour."""
    _add_sets(m, x)
    m.charge_mw = Var(m.STORAGE, domain=NonNegativeReals)
    m.discharge_mw = Var(m.STORAGE, domain=NonNegativeReals)
    m.stored_mwh = Var(m.STORAGE, domain=NonNegativeReals)

    @m.Constraint(m.STORAGE)
    def charge_limit(m: ConcreteModel, s: str, k: str, e: int, t: str) -> Constraint:
        return m.charge_mw[s, k, e, t] <= m.available_share[s, k, t] * m.capacity_mw[s, k, e]

    @m.Constraint(m.STORAGE)
    def discharge_limit(m: ConcreteModel, s: str, k: str, e: int, t: str) -> Constraint:
        return m.discharge_mw[s, k, e, t] <= m.available_share[s, k, t] * m.capacity_mw[s, k, e]

    @m.Constraint(m.STORAGE)
    def energy_limit(m: ConcreteModel, s: str, k: str, e: int, t: str) -> Constraint:
        return m.stored_mwh[s, k, e, t] <= m.storage_hours[k] * m.capacity_mw[s, k, e]

    @m.Constraint(m.STORAGE)
    def storage_balance(m: ConcreteModel, s: str, k: str, e: int, t: str) -> Constraint:
        stored = m.slice_hours[s, t] * m.one_way_efficiency[k] * m.charge_mw[s, k, e, t]
        drawn = m.slice_hours[s, t] / m.one_way_efficiency[k] * m.discharge_mw[s, k, e, t]
        before = m.stored_mwh[s, k, e, m.previous_slice[s, t]]
        return m.stored_mwh[s, k, e, t] == before + stored - drawn


def _add_sets(m: ConcreteModel, x: Inputs) -> None:
    kind = lookup(x.tables["power_technologies"], "technology", "kind")
    stores = [(s, k, e) for s, k, e in m.POWER_STEPS if kind[k] == "storage"]
    hourly = [(s, k, e, t) for s, k, e in stores for t in m.SLICES_OF[s]]
    m.STORAGE = Set(dimen=4, initialize=hourly)
    m.STORES_AT = Set(
        m.SITE_STEPS, initialize=gather(m.SITE_STEPS, (((s, e), k) for s, k, e in stores))
    )
    rows = rows_by(x.tables["power_technologies"], "technology")
    m.storage_hours = Param(
        m.TECHNOLOGIES, initialize={k: rows[k].storage_hours for k in m.TECHNOLOGIES}
    )
    m.one_way_efficiency = Param(
        m.TECHNOLOGIES,
        initialize={k: rows[k].round_trip_efficiency_fraction ** 0.5 for k in m.TECHNOLOGIES},
    )


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """Present values of what the block spends."""
    variable = Yearly(x.tables["power_costs"], ["technology"], "variable_om_usd_per_mwh")
    steps, money = x.calendar.steps, x.discounting
    stores = dict.fromkeys((k, e) for _, k, e, _ in m.STORAGE)
    worn = {
        (k, e): variable.mean((k,), steps[e].years)
        * steps[e].hours
        * money.mean(steps[e].start_month, steps[e].end_month)
        for k, e in stores
    }
    cycling = {(s, k, e, t): worn[k, e] * c.slices[s].share[t] for s, k, e, t in m.STORAGE}
    return [Cost("storage_variable_om", "discharge_mw", cycling, shared_by="energy_mwh")]
