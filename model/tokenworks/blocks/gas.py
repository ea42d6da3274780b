"""Gas: a lateral from the pipeline is laid to a site, once and for all, before gas is burnt there.

Sets
    LATERALS        (s, e)          a lateral to site s can be ready at step e; made only where it
                                    costs something
    LATERAL_SITES   s               sites of LATERALS
    LATERAL_STEPS   (s, e)          of GAS_STEPS, at such sites
    LAID_BY[s, e in LATERAL_STEPS]  steps of LATERALS up to e
    LAYING_STEPS[s in LATERAL_SITES]        steps of LATERALS
Parameters
    useful_gas_mw[s]                gas access, or all gas-fired modules that may stand there, if
                                    less [MW]
Variables
    lay_lateral[s, e in LATERALS] binary    the lateral is ready at step e
Equations
    gas_needs_lateral[s, e in LATERAL_STEPS]
        sum(capacity_mw[s, k, e] for k in GAS_FIRED_AT[s, e])
        <= useful_gas_mw[s] * sum(lay_lateral[s, v] for v in LAID_BY[s, e])
    one_lateral[s in LATERAL_SITES]
        sum(lay_lateral[s, v] for v in LAYING_STEPS[s]) <= 1
Costs
    gas_lateral             evenly over the months from its order to gas
    gas_lateral_contingency     spent with it; neither has a residual
"""

from __future__ import annotations

from pyomo.environ import Binary, ConcreteModel, Constraint, Param, Set, Var

from tokenworks import leads
from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.grouping import gather
from tokenworks.frames import rows_by
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach laterals; none where they cost nothing."""
    _add_sets(m, x, c)
    m.lay_lateral = Var(m.LATERALS, domain=Binary)

    @m.Constraint(m.LATERAL_STEPS)
    def gas_needs_lateral(m: ConcreteModel, s: str, e: int) -> Constraint:
        return sum(m.capacity_mw[s, k, e] for k in m.GAS_FIRED_AT[s, e]) <= (
            m.useful_gas_mw[s] * sum(m.lay_lateral[s, v] for v in m.LAID_BY[s, e])
        )

    @m.Constraint(m.LATERAL_SITES)
    def one_lateral(m: ConcreteModel, s: str) -> Constraint:
        return sum(m.lay_lateral[s, v] for v in m.LAYING_STEPS[s]) <= 1


def _add_sets(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    rows = rows_by(x.tables["power_technologies"], "technology")
    price = leads.lateral_usd(x.tables)
    # Gas-fired modules that are held have their pipe.
    piped = {s for s, k, v in c.held.modules if rows[k].needs_gas}
    burnt = [
        (s, k, e)
        for s, k, e in m.BUILDS
        if rows[k].needs_gas and price.get(s, 0.0) > 0.0 and s not in piped
    ]
    laterals = list(dict.fromkeys((s, e) for s, _, e in burnt))
    sites = list(dict.fromkeys(s for s, _ in laterals))
    steps = [(s, e) for s, e in m.GAS_STEPS if s in set(sites)]
    m.LATERALS = Set(dimen=2, initialize=laterals)
    m.LATERAL_SITES = Set(initialize=sites)
    m.LATERAL_STEPS = Set(dimen=2, initialize=steps)
    laying = gather(sites, laterals)
    m.LAID_BY = Set(
        m.LATERAL_STEPS, initialize={(s, e): [v for v in laying[s] if v <= e] for s, e in steps}
    )
    m.LAYING_STEPS = Set(m.LATERAL_SITES, initialize=laying)
    pairs = dict.fromkeys((s, k) for s, k, _ in burnt)
    all_mw = {
        s: sum(rows[k].module_mw * c.assets.most_modules[q, k] for q, k in pairs if q == s)
        for s in sites
    }
    m.useful_gas_mw = Param(
        m.LATERAL_SITES, initialize={s: min(all_mw[s], m.gas_access_mw[s]) for s in sites}
    )


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """Present values of what the block spends."""
    money, steps = x.discounting, x.calendar.steps
    price, months = leads.lateral_usd(x.tables), leads.lateral_months(x.tables)
    laid = {}
    for s, e in m.LATERALS:
        ready = steps[e].start_month
        order = ready - months[s]
        laid[s, e] = price[s] * money.capital(order, order, ready, 0.0)
    extra = {index: usd * money.contingency for index, usd in laid.items()}
    return [
        Cost("gas_lateral", "lay_lateral", laid),
        Cost("gas_lateral_contingency", "lay_lateral", extra),
    ]
