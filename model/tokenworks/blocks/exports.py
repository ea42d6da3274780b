"""Exports: what is shipped abroad needs a licence, or its share of a quota.

Only shipments count, on the day on which a system enters service: what is installed stays. What
the rules deny, or leave unknown, is no purchase at all; what they allow is not in these sets.

Sets
    CONTROLLED      (s, h, e)       purchases of PURCHASES that need a licence or a quota
    SHIPMENTS       (s, h, e, x)    rule x, by which some of them can be shipped
    RULES_OF[s, h, e in CONTROLLED]         rules of SHIPMENTS
    LICENSED        (s, x, e)       rule x asks for a licence for shipments to site s at step e
    LICENSED_SYSTEMS[s, x, e in LICENSED]   systems of SHIPMENTS
    LICENCES_BY[s, x, e in LICENSED]        months f whose filing is granted by step e
    LICENSED_STEPS  (h, e)          systems and steps of LICENSED_SYSTEMS
    QUOTAS          (x, y)          rule x sets a quota for the calendar year y, or in all
    UNDER_QUOTA[x, y in QUOTAS]     (s, h, e) of SHIPMENTS that use it
    QUOTA_USES      (x, h)          systems that use the quota of rule x
Parameters
    licensed_mw_per_system[h, e]    design power, by the share of the step that it serves [MW]
    quota_per_system[x, h]          what one system takes of a quota, in the rule's unit
    quota_amount[x, y]              our share of it, in the same unit
Variables
    ship_systems[s, h, e, x in SHIPMENTS] >= 0      shipped under rule x
Equations
    ship_what_is_bought[s, h, e in CONTROLLED]
        buy_systems[s, h, e] == sum(ship_systems[s, h, e, x] for x in RULES_OF[s, h, e])
    shipment_needs_licence[s, x, e in LICENSED]
        sum(licensed_mw_per_system[h, e] * ship_systems[s, h, e, x]
            for h in LICENSED_SYSTEMS[s, x, e])
        <= block_mw[s] * most_blocks_count[s]
        * sum(file_route[s, x, f] for f in LICENCES_BY[s, x, e])
    quota[x, y in QUOTAS]
        sum(quota_per_system[x, h] * ship_systems[s, h, e, x] for s, h, e in UNDER_QUOTA[x, y])
        <= quota_amount[x, y]
Remarks
    A licence is for one site and rule, and covers all that is shipped there once it is granted.
    What is bought in a step fits in the halls, so that a licence needs no other limit.
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, NonNegativeReals, Param, Set, Var

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.assets import service_share
from tokenworks.candidates.grouping import gather
from tokenworks.frames import rows_by
from tokenworks.inputs import Inputs
from tokenworks.shipments import quota_span

KW_PER_MW = 1e3


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach licences and quotas of what is shipped abroad."""
    _add_sets(m, x, c)
    _add_quotas(m, x, c)
    m.ship_systems = Var(m.SHIPMENTS, domain=NonNegativeReals)

    @m.Constraint(m.CONTROLLED)
    def ship_what_is_bought(m: ConcreteModel, s: str, h: str, e: int) -> Constraint:
        shipped = sum(m.ship_systems[s, h, e, x] for x in m.RULES_OF[s, h, e])
        return m.buy_systems[s, h, e] == shipped

    @m.Constraint(m.LICENSED)
    def shipment_needs_licence(m: ConcreteModel, s: str, x: str, e: int) -> Constraint:
        shipped_mw = sum(
            m.licensed_mw_per_system[h, e] * m.ship_systems[s, h, e, x]
            for h in m.LICENSED_SYSTEMS[s, x, e]
        )
        return shipped_mw <= m.block_mw[s] * m.most_blocks_count[s] * sum(
            m.file_route[s, x, f] for f in m.LICENCES_BY[s, x, e]
        )

    @m.Constraint(m.QUOTAS)
    def quota(m: ConcreteModel, x: str, y: str) -> Constraint:
        used = sum(
            m.quota_per_system[x, h] * m.ship_systems[s, h, e, x] for s, h, e in m.UNDER_QUOTA[x, y]
        )
        return used <= m.quota_amount[x, y]


def _add_sets(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    steps, ways = x.calendar.steps, c.exports.ways
    controlled = list(ways)
    shipped = [(*purchase, way.rule) for purchase, found in ways.items() for way in found]
    licensed = [
        ((s, way.rule, e), h)
        for (s, h, e), found in ways.items()
        for way in found
        if way.quota is None
    ]
    m.CONTROLLED = Set(dimen=3, initialize=controlled)
    m.SHIPMENTS = Set(dimen=4, initialize=shipped)
    m.RULES_OF = Set(
        m.CONTROLLED, initialize=gather(controlled, (((s, h, e), r) for s, h, e, r in shipped))
    )
    needing = list(dict.fromkeys(index for index, _ in licensed))
    m.LICENSED = Set(dimen=3, initialize=needing)
    m.LICENSED_SYSTEMS = Set(m.LICENSED, initialize=gather(needing, licensed))
    granted = {(s, r, e): c.exports.licences(s, r, steps[e].start_month) for s, r, e in needing}
    m.LICENCES_BY = Set(m.LICENSED, initialize=granted)
    hardware = rows_by(x.tables["hardware"], "system")
    megawatts = {
        (h, e): hardware[h].design_kw
        / KW_PER_MW
        * service_share(steps[e], steps[e], hardware[h].life_years)
        for (_, _, e), h in licensed
    }
    m.LICENSED_STEPS = Set(dimen=2, initialize=list(megawatts))
    m.licensed_mw_per_system = Param(m.LICENSED_STEPS, initialize=megawatts)


def _add_quotas(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    used, use, amount = [], {}, {}
    for (s, h, e), found in c.exports.ways.items():
        for way in found:
            if way.quota is None:
                continue
            index = way.rule, quota_span(way.quota.period, x.calendar.steps[e].year)
            used.append((index, (s, h, e)))
            use[way.rule, h] = way.use
            amount[index] = way.quota.ours
    m.QUOTAS = Set(dimen=2, initialize=list(amount))
    m.UNDER_QUOTA = Set(m.QUOTAS, dimen=3, initialize=gather(amount, used))
    m.QUOTA_USES = Set(dimen=2, initialize=list(use))
    m.quota_per_system = Param(m.QUOTA_USES, initialize=use)
    m.quota_amount = Param(m.QUOTAS, initialize=amount)


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: licences are routes, and cost what routes cost."""
    return []
