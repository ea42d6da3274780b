"""Flexible stocks: the load that dispatch may shed or defer, and what it interrupts for contracts.

Sets
    GROUPS_WITH[s, w, o, p, e in SHEDDABLE_LOADS]   groups of SERVES whose daily profile is p
    WAIT_FLOWS[s, w, p, e in WAITABLE_LOADS]        (o, g) of SERVES, at points that serve w whole
    WAIT_POINTS[s, w, e in DEFERRABLE]              points of WAIT_FLOWS
Parameters
    design_day_pue_ratio[s]         meter over IT load on the design day [1]
Equations
    point_load[s, w, o, p, e in SHEDDABLE_LOADS]
        point_load_mw[s, w, o, p, e] == load_mw_per_mtoken_per_s[w, o, e] * sum(
            serve_mtokens_per_s[s, w, o, g, e] for g in GROUPS_WITH[s, w, o, p, e])
    waitable[s, w, p, e in WAITABLE_LOADS]
        waitable_mw[s, w, p, e] == sum(
            load_mw_per_mtoken_per_s[w, o, e] * serve_mtokens_per_s[s, w, o, g, e]
            for o, g in WAIT_FLOWS[s, w, p, e])
    most_load[s, w, e in DEFERRABLE]
        most_load_mw[s, w, e] == sum(
            load_mw_per_mtoken_per_s[w, o, e] * usable_mtokens_per_s[w, o, e]
            * assign_systems[s, w, o, e] for o in WAIT_POINTS[s, w, e])
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
    _add_sets(m, c)
    pue = lookup(x.tables["sites"], "site", "peak_pue_ratio")
    m.design_day_pue_ratio = Param(m.OPENABLE, initialize={s: pue[s] for s in m.OPENABLE})

    @m.Constraint(m.SHEDDABLE_LOADS)
    def point_load(m: ConcreteModel, s: str, w: str, o: str, p: str, e: int) -> Constraint:
        served = sum(m.serve_mtokens_per_s[s, w, o, g, e] for g in m.GROUPS_WITH[s, w, o, p, e])
        return m.point_load_mw[s, w, o, p, e] == m.load_mw_per_mtoken_per_s[w, o, e] * served

    @m.Constraint(m.WAITABLE_LOADS)
    def waitable(m: ConcreteModel, s: str, w: str, p: str, e: int) -> Constraint:
        return m.waitable_mw[s, w, p, e] == sum(
            m.load_mw_per_mtoken_per_s[w, o, e] * m.serve_mtokens_per_s[s, w, o, g, e]
            for o, g in m.WAIT_FLOWS[s, w, p, e]
        )

    @m.Constraint(m.DEFERRABLE)
    def most_load(m: ConcreteModel, s: str, w: str, e: int) -> Constraint:
        return m.most_load_mw[s, w, e] == sum(
            m.load_mw_per_mtoken_per_s[w, o, e]
            * m.usable_mtokens_per_s[w, o, e]
            * m.assign_systems[s, w, o, e]
            for o in m.WAIT_POINTS[s, w, e]
        )

    @m.Constraint(m.INTERRUPTIONS)
    def interruption_within_contract(m: ConcreteModel, s: str, i: str, e: int) -> Constraint:
        at_meter = m.design_day_pue_ratio[s] * m.interrupted_mw[s, i, e]
        return at_meter <= m.contracted_mw[s, i, e]


def _add_sets(m: ConcreteModel, c: Candidates) -> None:
    profile, whole = c.serving.profile_of, set(c.flexible.wait_points)
    flows = [(s, w, o, g, profile[s, w, g], e) for s, w, o, g, e in c.serving.serves]
    groups = gather(m.SHEDDABLE_LOADS, (((s, w, o, p, e), g) for s, w, o, g, p, e in flows))
    m.GROUPS_WITH = Set(m.SHEDDABLE_LOADS, initialize=groups)
    waits = (((s, w, p, e), (o, g)) for s, w, o, g, p, e in flows if (s, w, o, e) in whole)
    wait_flows = gather(m.WAITABLE_LOADS, waits)
    m.WAIT_FLOWS = Set(m.WAITABLE_LOADS, dimen=2, initialize=wait_flows)
    points = gather(m.DEFERRABLE, (((s, w, e), o) for s, w, o, e in c.flexible.wait_points))
    m.WAIT_POINTS = Set(m.DEFERRABLE, initialize=points)


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: what is shed costs where it is shed."""
    return []
