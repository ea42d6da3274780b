"""Flexible stocks: the load that dispatch may shed or defer, and what it interrupts for contracts.

Sets
    GROUPS_WITH[s, w, o, p, e in FLEXIBLE_LOADS]    groups of SERVES whose daily profile is p
Parameters
    design_day_pue_ratio[s]         meter over IT load on the design day [1]
Equations
    point_load[s, w, o, p, e in FLEXIBLE_LOADS]
        point_load_mw[s, w, o, p, e] == load_mw_per_mtoken_per_s[w, o, e] * sum(
            serve_mtokens_per_s[s, w, o, g, e] for g in GROUPS_WITH[s, w, o, p, e])
    most_load[s, w, o, e in DEFERRABLE]
        most_load_mw[s, w, o, e] == load_mw_per_mtoken_per_s[w, o, e]
        * usable_mtokens_per_s[w, o, e] * assign_systems[s, w, o, e]
    interruption_within_contract[s, i, e in INTERRUPTIONS]
        design_day_pue_ratio[s] * interrupted_mw[s, i, e] <= contracted_mw[s, i, e]
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, Param, Set

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.grouping import gather
from tokenworks.frames import lookup
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach what the interface's flexible stocks are."""
    profile = c.serving.profile_of
    m.GROUPS_WITH = Set(
        m.FLEXIBLE_LOADS,
        initialize=gather(
            m.FLEXIBLE_LOADS,
            (((s, w, o, profile[s, w, g], e), g) for s, w, o, g, e in c.serving.serves),
        ),
    )
    pue = lookup(x.tables["sites"], "site", "peak_pue_ratio")
    m.design_day_pue_ratio = Param(m.OPENABLE, initialize={s: pue[s] for s in m.OPENABLE})

    @m.Constraint(m.FLEXIBLE_LOADS)
    def point_load(m: ConcreteModel, s: str, w: str, o: str, p: str, e: int) -> Constraint:
        served = sum(m.serve_mtokens_per_s[s, w, o, g, e] for g in m.GROUPS_WITH[s, w, o, p, e])
        return m.point_load_mw[s, w, o, p, e] == m.load_mw_per_mtoken_per_s[w, o, e] * served

    @m.Constraint(m.DEFERRABLE)
    def most_load(m: ConcreteModel, s: str, w: str, o: str, e: int) -> Constraint:
        return m.most_load_mw[s, w, o, e] == (
            m.load_mw_per_mtoken_per_s[w, o, e]
            * m.usable_mtokens_per_s[w, o, e]
            * m.assign_systems[s, w, o, e]
        )

    @m.Constraint(m.INTERRUPTIONS)
    def interruption_within_contract(m: ConcreteModel, s: str, i: str, e: int) -> Constraint:
        at_meter = m.design_day_pue_ratio[s] * m.interrupted_mw[s, i, e]
        return at_meter <= m.contracted_mw[s, i, e]


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: what is shed costs where it is shed."""
    return []
