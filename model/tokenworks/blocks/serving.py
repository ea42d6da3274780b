"""Serving: systems at their operating points carry the peak, within their utilisation limit.

Sets
    ASSIGNMENTS     (s, w, o, e)        systems can serve workload w at operating point o
    SERVES          (s, w, o, g, e)     they can serve the regions of group g, or do one stage of it
    GROUP_STEPS     (s, w, g, e)        groups of SERVES, without those that are only prefilled at s
    PEAKS           (s, w, o, t, e)     hour of day t that can hold the peak of an assignment
    ASSIGNED_AT[s, h, e]                (w, o) of system h
    GROUPS_OF[s, w, o, e]               groups of SERVES
    POINTS_OF[s, w, g, e]               points of SERVES
    REGIONS_OF[s, w, g, e]              regions of the group that flow
    SERVED_AS[s, w, p, e]               (o, g) of SERVES whose daily profile is p
    MATCH_STEPS     (w, o, e)           points of ASSIGNMENTS
    HOUR_FACTORS    (s, w, g, t, e)     where a peak can be
Parameters
    usable_mtokens_per_s[w, o, e]       of one system, at the utilisation limit [million tokens/s]
    hour_factor[s, w, g, t, e]          hour of day over daily mean, times the level at the step's
                                        end over its mean [1]
    load_mw_per_mtoken_per_s[w, o, e]   above idle [MW/(million tokens/s)]
    idle_mw_per_system[h]               idle power [MW/system]
    held_over_serving_ratio[h]          1 and the warm spare systems of each that serves [1]
Variables
    assign_systems[s, w, o, e in ASSIGNMENTS] >= 0          systems at the operating point
    serve_mtokens_per_s[s, w, o, g, e in SERVES] >= 0       mean [million output tokens/s]
Equations
    assign_what_is_held[s, h, e in SYSTEM_STEPS]
        held_over_serving_ratio[h] * sum(assign_systems[s, w, o, e]
            for w, o in ASSIGNED_AT[s, h, e]) <= systems[s, h, e]
    peak_within_capacity[s, w, o, t, e in PEAKS]
        sum(hour_factor[s, w, g, t, e] * serve_mtokens_per_s[s, w, o, g, e]
            for g in GROUPS_OF[s, w, o, e])
        <= usable_mtokens_per_s[w, o, e] * assign_systems[s, w, o, e]
    serve_flows[s, w, g, e in GROUP_STEPS]
        sum(serve_mtokens_per_s[s, w, o, g, e] for o in POINTS_OF[s, w, g, e])
        == sum(flow_mtokens_per_s[w, r, s, e] for r in REGIONS_OF[s, w, g, e])
    load_above_idle[s, w, p, e in LOAD_STEPS]
        load_mw[s, w, p, e] == sum(
            load_mw_per_mtoken_per_s[w, o, e] * serve_mtokens_per_s[s, w, o, g, e]
            for o, g in SERVED_AS[s, w, p, e])
    idle_load[s, e in SITE_STEPS]
        idle_mw[s, e] == sum(idle_mw_per_system[h] * systems[s, h, e] for h in SYSTEMS_AT[s, e])
"""

from __future__ import annotations

from typing import Any

from pyomo.environ import ConcreteModel, Constraint, NonNegativeReals, Param, Set, Var

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.demand import peak_hours
from tokenworks.candidates.grouping import gather
from tokenworks.frames import lookup
from tokenworks.inputs import Inputs

KW_PER_MW = 1e3


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach the serving of requests by systems."""
    _add_sets(m, c)
    _add_parameters(m, x, c)
    m.assign_systems = Var(m.ASSIGNMENTS, domain=NonNegativeReals)
    m.serve_mtokens_per_s = Var(m.SERVES, domain=NonNegativeReals)

    @m.Constraint(m.SYSTEM_STEPS)
    def assign_what_is_held(m: ConcreteModel, s: str, h: str, e: int) -> Constraint:
        assigned = sum(m.assign_systems[s, w, o, e] for w, o in m.ASSIGNED_AT[s, h, e])
        return m.held_over_serving_ratio[h] * assigned <= m.systems[s, h, e]

    @m.Constraint(m.PEAKS)
    def peak_within_capacity(
        m: ConcreteModel, s: str, w: str, o: str, t: int, e: int
    ) -> Constraint:
        return (
            sum(
                m.hour_factor[s, w, g, t, e] * m.serve_mtokens_per_s[s, w, o, g, e]
                for g in m.GROUPS_OF[s, w, o, e]
            )
            <= m.usable_mtokens_per_s[w, o, e] * m.assign_systems[s, w, o, e]
        )

    @m.Constraint(m.GROUP_STEPS)
    def serve_flows(m: ConcreteModel, s: str, w: str, g: str, e: int) -> Constraint:
        return sum(m.serve_mtokens_per_s[s, w, o, g, e] for o in m.POINTS_OF[s, w, g, e]) == sum(
            m.flow_mtokens_per_s[w, r, s, e] for r in m.REGIONS_OF[s, w, g, e]
        )

    @m.Constraint(m.LOAD_STEPS)
    def load_above_idle(m: ConcreteModel, s: str, w: str, p: str, e: int) -> Constraint:
        return m.load_mw[s, w, p, e] == sum(
            m.load_mw_per_mtoken_per_s[w, o, e] * m.serve_mtokens_per_s[s, w, o, g, e]
            for o, g in m.SERVED_AS[s, w, p, e]
        )

    @m.Constraint(m.SITE_STEPS)
    def idle_load(m: ConcreteModel, s: str, e: int) -> Constraint:
        return m.idle_mw[s, e] == sum(
            m.idle_mw_per_system[h] * m.systems[s, h, e] for h in m.SYSTEMS_AT[s, e]
        )


def _add_sets(m: ConcreteModel, c: Candidates) -> None:
    served = c.serving
    serves = served.serves
    assignments = list(dict.fromkeys((s, w, o, e) for s, w, o, _, e in serves))
    group_steps = list(
        dict.fromkeys(
            (s, w, g, e) for s, w, _, g, e in serves if (s, w, g) not in served.decoded_as
        )
    )
    m.MATCH_STEPS = Set(
        dimen=3, initialize=list(dict.fromkeys((w, o, e) for _, w, o, e in assignments))
    )
    m.SERVES = Set(dimen=5, initialize=serves)
    m.ASSIGNMENTS = Set(dimen=4, initialize=assignments)
    m.GROUP_STEPS = Set(dimen=4, initialize=group_steps)
    m.ASSIGNED_AT = Set(
        m.SYSTEM_STEPS,
        dimen=2,
        initialize=gather(
            m.SYSTEM_STEPS,
            (((s, served.matches[w, o].system, e), (w, o)) for s, w, o, e in assignments),
        ),
    )
    m.GROUPS_OF = Set(
        m.ASSIGNMENTS,
        initialize=gather(assignments, (((s, w, o, e), g) for s, w, o, g, e in serves)),
    )
    m.POINTS_OF = Set(
        m.GROUP_STEPS,
        initialize=gather(group_steps, (((s, w, g, e), o) for s, w, o, g, e in serves)),
    )
    flowing = set(served.flows)
    m.REGIONS_OF = Set(
        m.GROUP_STEPS,
        initialize={
            (s, w, g, e): [r for r in served.groups[s, w, g] if (w, r, s, e) in flowing]
            for s, w, g, e in group_steps
        },
    )
    m.SERVED_AS = Set(
        m.LOAD_STEPS,
        dimen=2,
        initialize=gather(
            m.LOAD_STEPS,
            (((s, w, served.profile_of[s, w, g], e), (o, g)) for s, w, o, g, e in serves),
        ),
    )


def _add_parameters(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    served = c.serving
    peaks, factors = [], {}
    # Points that serve the same groups peak together.
    found_hours: dict[tuple[Any, ...], list[int]] = {}
    for (s, w, o, e), groups in m.GROUPS_OF.items():
        together = (s, w, e, *groups)
        if together not in found_hours:
            # Growth differs between groups, so it belongs to the shape whose peak is sought.
            shapes = {
                g: c.profiles[served.profile_of[s, w, g]] * served.end_ratio[s, w, g, e]
                for g in groups
            }
            found_hours[together] = hours = peak_hours(list(shapes.values()))
            for g, shape in shapes.items():
                factors.update({(s, w, g, hour, e): float(shape[hour]) for hour in hours})
        peaks += [(s, w, o, hour, e) for hour in found_hours[together]]
    m.PEAKS = Set(dimen=5, initialize=peaks)
    m.HOUR_FACTORS = Set(dimen=5, initialize=list(factors))
    m.hour_factor = Param(m.HOUR_FACTORS, initialize=factors)
    found = served.matches
    m.usable_mtokens_per_s = Param(
        m.MATCH_STEPS,
        initialize={(w, o, e): found[w, o].mtokens_per_s(e) for w, o, e in m.MATCH_STEPS},
    )
    m.load_mw_per_mtoken_per_s = Param(
        m.MATCH_STEPS,
        initialize={
            (w, o, e): found[w, o].load_mw_per_mtoken_per_s(e) for w, o, e in m.MATCH_STEPS
        },
    )
    held = 1.0 + x.scenario.serving.warm_spare_fraction
    m.held_over_serving_ratio = Param(m.SYSTEMS, initialize=dict.fromkeys(m.SYSTEMS, held))
    idle_kw = lookup(x.tables["hardware"], "system", "idle_kw")
    m.idle_mw_per_system = Param(
        m.SYSTEMS, initialize={h: idle_kw[h] / KW_PER_MW for h in m.SYSTEMS}
    )


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: its variables cost nothing by themselves."""
    return []
