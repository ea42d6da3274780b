"""Production credit: paid on what the modules within their credit's years generate.

Sets
    CREDITED_SOURCES    (s, k, e)   technologies of CREDIT_STEPS
    CREDITS_OF[s, k, e in CREDITED_SOURCES]     credits n
Parameters
    mean_available_share[s, k]      output over capacity after forced outage, in the mean [1]
Variables
    credited_mw[s, k, n, e in CREDIT_STEPS] >= 0    mean output that credit n is paid for [MW]
Equations
    credit_what_is_generated[s, k, e in CREDITED_SOURCES]
        sum(credited_mw[s, k, n, e] for n in CREDITS_OF[s, k, e])
        <= sum(slice_share[s, t] * generate_mw[s, k, e, t] for t in SLICES_OF[s])
    credit_what_is_within[s, k, n, e in CREDIT_STEPS]
        credited_mw[s, k, n, e] <= mean_available_share[s, k] * creditable_mw[s, k, n, e]
Remarks
    Of like modules those within their credit run first.
Costs
    production_credit   on what is credited
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, NonNegativeReals, Param, Set, Var

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.grouping import gather
from tokenworks.candidates.module_costs import production_credits
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach the production that is credited."""
    sources = list(dict.fromkeys((s, k, e) for s, k, _, e in m.CREDIT_STEPS))
    m.CREDITED_SOURCES = Set(dimen=3, initialize=sources)
    m.CREDITS_OF = Set(
        m.CREDITED_SOURCES,
        initialize=gather(sources, (((s, k, e), n) for s, k, n, e in m.CREDIT_STEPS)),
    )
    mean = {
        (s, k): sum(m.slice_share[s, t] * m.available_share[s, k, t] for t in m.SLICES_OF[s])
        for s, k in m.SITE_POWER
    }
    m.mean_available_share = Param(m.SITE_POWER, initialize=mean)
    m.credited_mw = Var(m.CREDIT_STEPS, domain=NonNegativeReals)

    @m.Constraint(m.CREDITED_SOURCES)
    def credit_what_is_generated(m: ConcreteModel, s: str, k: str, e: int) -> Constraint:
        credited = sum(m.credited_mw[s, k, n, e] for n in m.CREDITS_OF[s, k, e])
        return credited <= sum(
            m.slice_share[s, t] * m.generate_mw[s, k, e, t] for t in m.SLICES_OF[s]
        )

    @m.Constraint(m.CREDIT_STEPS)
    def credit_what_is_within(m: ConcreteModel, s: str, k: str, n: str, e: int) -> Constraint:
        within = m.mean_available_share[s, k] * m.creditable_mw[s, k, n, e]
        return m.credited_mw[s, k, n, e] <= within


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """Present values of what the block earns."""
    steps, money = x.calendar.steps, x.discounting
    rate = {
        (k, of.name): of.production_usd_per_mwh
        for (k, _), of in production_credits(x, c.assets.builds).items()
    }
    earned = {
        (s, k, n, e): -rate[k, n]
        * steps[e].hours
        * money.mean(steps[e].start_month, steps[e].end_month)
        for s, k, n, e in m.CREDIT_STEPS
    }
    return [Cost("production_credit", "credited_mw", earned, shared_by="energy_mwh")]
