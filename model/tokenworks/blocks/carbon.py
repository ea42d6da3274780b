"""Carbon: what the sites of a jurisdiction may emit together, handed out to each.

Sets
    CAPS            (q, y)      scope q has a cap in period y
    CAPPED_IN[q, y]             (site, step) of ALLOWANCES in the scope and the period
    CO2_LIMITS      b           the owner's limit on all sites over the horizon, where there is one
Parameters
    cap_tonnes[q, y]            most CO2 of the scope in the period [tonnes]
    most_co2_tonnes[b]          most CO2 of all sites over the horizon [tonnes]
Equations
    co2_cap[q, y in CAPS]
        sum(co2_allowance_tonnes[s, e] for s, e in CAPPED_IN[q, y]) <= cap_tonnes[q, y]
    co2_limit[b in CO2_LIMITS]
        sum(co2_allowance_tonnes[s, e] for s, e in ALLOWANCES) <= most_co2_tonnes[b]
Remarks
    A period of less or more than a year has the cap of its months.
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, Param, Set

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.carbon import CarbonRules
from tokenworks.candidates.grouping import gather
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach the caps."""
    rules, steps = CarbonRules(x), x.calendar.steps
    pairs = [
        ((scope, steps[e].period), (s, e)) for s, e in m.ALLOWANCES for scope in rules.caps_of(s)
    ]
    caps = list(dict.fromkeys(cap for cap, _ in pairs))
    m.CAPS = Set(dimen=2, initialize=caps)
    m.CAPPED_IN = Set(m.CAPS, dimen=2, initialize=gather(caps, pairs))
    tonnes = {
        (q, y): rules.cap_tonnes(q, [step for step in steps if step.period == y]) for q, y in caps
    }
    m.cap_tonnes = Param(m.CAPS, initialize=tonnes)

    @m.Constraint(m.CAPS)
    def co2_cap(m: ConcreteModel, q: str, y: str) -> Constraint:
        allowed = sum(m.co2_allowance_tonnes[s, e] for s, e in m.CAPPED_IN[q, y])
        return allowed <= m.cap_tonnes[q, y]

    most = x.scenario.policy.most_co2_tonnes
    limits = {} if most is None else {"horizon": most}
    m.CO2_LIMITS = Set(initialize=list(limits))
    m.most_co2_tonnes = Param(m.CO2_LIMITS, initialize=limits)

    @m.Constraint(m.CO2_LIMITS)
    def co2_limit(m: ConcreteModel, b: str) -> Constraint:
        allowed = sum(m.co2_allowance_tonnes[s, e] for s, e in m.ALLOWANCES)
        return allowed <= m.most_co2_tonnes[b]


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: what is emitted is paid, not what is allowed."""
    return []
