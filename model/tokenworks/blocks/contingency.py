"""Contingency: with the gas lost, what is left covers a share of the peak.

A pipeline that fails takes all that hangs on it: no spare unit of the same fuel helps.

Sets
    GAS_RELIANT     (s, e)                  steps of a site that can rely on the pipeline
    OTHER_CREDITED[s, e in GAS_RELIANT]     technologies of CREDITED_AT that need no pipeline
    OTHER_UNITS[s, e in GAS_RELIANT]        technologies of UNITS_AT that need no pipeline
Parameters
    gasless_pue_ratio[s]    meter over IT load on the design day, times the share to cover [1]
Equations
    peak_without_gas[s, e in GAS_RELIANT]
        gasless_pue_ratio[s] * peak_it_mw[s, e]
        <= sum(contracted_mw[s, i, e] for i in FIRM_GRIDS_AT[s, e])
        + sum(firm_share[k] * capacity_mw[s, k, e] for k in OTHER_CREDITED[s, e])
        + sum(firm_mw[s, k, e] for k in OTHER_UNITS[s, e])
Remarks
    Where nothing at the site draws on the pipeline the cover of the whole peak says it all.
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, Param, Set

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.firm import relies_on_pipeline
from tokenworks.frames import lookup, rows_by
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach the cover without gas; nothing where the scenario asks for none."""
    share = x.scenario.power.gas_contingency_fraction
    if not x.scenario.power.adequacy or not share:
        return
    rows = rows_by(x.tables["power_technologies"], "technology")
    reliant = {k for k in m.TECHNOLOGIES if relies_on_pipeline(rows[k])}
    at = [(s, e) for s, e in m.SITE_STEPS if reliant.intersection(m.SOURCES_AT[s, e])]
    m.GAS_RELIANT = Set(dimen=2, initialize=at)
    for name, of in (("OTHER_CREDITED", m.CREDITED_AT), ("OTHER_UNITS", m.UNITS_AT)):
        others = {i: [k for k in of[i] if k not in reliant] for i in at}
        m.add_component(name, Set(m.GAS_RELIANT, initialize=others))
    pue = lookup(x.tables["sites"], "site", "peak_pue_ratio")
    m.gasless_pue_ratio = Param(m.OPENABLE, initialize={s: share * pue[s] for s in m.OPENABLE})

    @m.Constraint(m.GAS_RELIANT)
    def peak_without_gas(m: ConcreteModel, s: str, e: int) -> Constraint:
        return m.gasless_pue_ratio[s] * m.peak_it_mw[s, e] <= sum(
            m.contracted_mw[s, i, e] for i in m.FIRM_GRIDS_AT[s, e]
        ) + sum(m.firm_share[k] * m.capacity_mw[s, k, e] for k in m.OTHER_CREDITED[s, e]) + sum(
            m.firm_mw[s, k, e] for k in m.OTHER_UNITS[s, e]
        )


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: it has no variables."""
    return []
