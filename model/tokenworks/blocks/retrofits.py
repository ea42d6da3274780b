"""Retrofits: halls that are made denser or liquid-cooled, so that other systems fit.

Sets
    RETROFITS       (s, e)      retrofitted halls of site s can be ready at step e
    RETROFIT_STEPS  (s, e)      some can be in use in step e
    RETROFITTED_BY[s, e in RETROFIT_STEPS]      steps of RETROFITS up to e
    IN_RETROFITTED[s, e in RETROFIT_STEPS]      systems of SYSTEM_STEPS that fit no hall as built
Parameters
    hall_step[s, e]             step by which a hall must be energised to be retrofitted by e
Variables
    retrofit_mw[s, e in RETROFITS] >= 0             ready at step e [MW of IT load]
    retrofitted_mw[s, e in RETROFIT_STEPS] >= 0     ready by step e [MW of IT load]
Equations
    retrofitted[s, e in RETROFIT_STEPS]
        retrofitted_mw[s, e] == sum(retrofit_mw[s, v] for v in RETROFITTED_BY[s, e])
    retrofit_of_a_hall[s, e in RETROFITS]
        retrofitted_mw[s, e] <= it_capacity_mw[s, hall_step[s, e]]
    systems_need_retrofit[s, e in RETROFIT_STEPS]
        sum(design_mw_per_system[h] * systems[s, h, e] for h in IN_RETROFITTED[s, e])
        <= retrofitted_mw[s, e]
Remarks
    A hall keeps running while it is retrofitted, and still holds what fitted before.
Costs
    hall_retrofit               paid when it is done
    hall_retrofit_contingency
    hall_retrofit_residual      annuity of the remaining life, as of a shell
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, NonNegativeReals, Param, Set, Var

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.grouping import gather
from tokenworks.candidates.points import fits_site
from tokenworks.frames import rows_by
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach retrofits of halls; none where no system needs one."""
    _add_sets(m, x, c)
    m.retrofit_mw = Var(m.RETROFITS, domain=NonNegativeReals)
    m.retrofitted_mw = Var(m.RETROFIT_STEPS, domain=NonNegativeReals)

    @m.Constraint(m.RETROFIT_STEPS)
    def retrofitted(m: ConcreteModel, s: str, e: int) -> Constraint:
        ready = sum(m.retrofit_mw[s, v] for v in m.RETROFITTED_BY[s, e])
        return m.retrofitted_mw[s, e] == ready

    @m.Constraint(m.RETROFITS)
    def retrofit_of_a_hall(m: ConcreteModel, s: str, e: int) -> Constraint:
        return m.retrofitted_mw[s, e] <= m.it_capacity_mw[s, m.hall_step[s, e]]

    @m.Constraint(m.RETROFIT_STEPS)
    def systems_need_retrofit(m: ConcreteModel, s: str, e: int) -> Constraint:
        drawn = sum(m.design_mw_per_system[h] * m.systems[s, h, e] for h in m.IN_RETROFITTED[s, e])
        return drawn <= m.retrofitted_mw[s, e]


def _add_sets(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    sites = rows_by(x.tables["sites"], "site")
    kit = rows_by(x.tables["hardware"], "system")
    needing = [(s, h, e) for s, h, e in m.SYSTEM_STEPS if not fits_site(kit[h], sites[s])]
    steps = list(dict.fromkeys((s, e) for s, _, e in needing))
    useful = {s for s, _ in steps}
    ready = {(s, e): hall for (s, e), hall in c.retrofits.hall_step.items() if s in useful}
    # The stock begins with the first hall, which may be ready before a system is.
    first = {s: min(e for t, e in ready if t == s) for s in useful}
    held = [(s, e.index) for s in useful for e in x.calendar.steps if e.index >= first[s]]
    m.RETROFITS = Set(dimen=2, initialize=sorted(ready))
    m.RETROFIT_STEPS = Set(dimen=2, initialize=sorted(held))
    m.RETROFITTED_BY = Set(
        m.RETROFIT_STEPS,
        initialize={(s, e): [v for t, v in sorted(ready) if t == s and v <= e] for s, e in held},
    )
    m.IN_RETROFITTED = Set(
        m.RETROFIT_STEPS, initialize=gather(held, (((s, e), h) for s, h, e in needing))
    )
    m.hall_step = Param(m.RETROFITS, initialize=ready)


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """Present values of what the block spends."""
    money, steps = x.discounting, x.calendar.steps
    life = {row.site: row.shell_life_years for row in rows_by(x.tables["sites"], "site").values()}
    price, left = {}, {}
    for s, e in m.RETROFITS:
        done, usd_per_mw = steps[e].start_month, c.retrofits.row[s].cost_usd_per_mw
        price[s, e] = usd_per_mw * money.in_month(done)
        left[s, e] = -usd_per_mw * money.residual(done, life[s])
    extra = {index: usd * money.contingency for index, usd in price.items()}
    return [
        Cost("hall_retrofit", "retrofit_mw", price),
        Cost("hall_retrofit_contingency", "retrofit_mw", extra),
        Cost("hall_retrofit_residual", "retrofit_mw", left),
    ]
