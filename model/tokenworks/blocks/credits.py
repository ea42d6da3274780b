"""Credits: what of the capacity in service is paid for its production, by tax credit.

Sets
    CREDITED[s, k, n, e in CREDIT_STEPS]            vintages v that get credit n in step e
    CREDITED_RETIRED[s, k, n, e in CREDIT_STEPS]    (v, u) of RETIREMENTS of such vintages, u up to
                                                    e
    CREDIT_SHARES   (k, v, e)       vintages and steps of CREDITED
Parameters
    credit_share[k, v, e]           share of step e within the credit's years and the life [1]
Equations
    creditable[s, k, n, e in CREDIT_STEPS]
        creditable_mw[s, k, n, e] == module_mw[k] * (sum(
            credit_share[k, v, e] * build_modules[s, k, v] for v in CREDITED[s, k, n, e])
        - sum(credit_share[k, v, e] * retire_modules[s, k, v, u]
            for v, u in CREDITED_RETIRED[s, k, n, e]))
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, Param, Set

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.module_costs import credit_steps
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach the capacity that a production credit is paid for."""
    found = credit_steps(x, c.assets.builds)
    shares = {(i[1], v, i[3]): share for i, of in found.items() for v, share in of.items()}
    retired = {
        (s, k, n, e): [(v, u) for v in of for u in m.RETIRE_STEPS[s, k, v] if u <= e]
        for (s, k, n, e), of in found.items()
    }
    m.CREDITED = Set(m.CREDIT_STEPS, initialize={i: list(of) for i, of in found.items()})
    m.CREDITED_RETIRED = Set(m.CREDIT_STEPS, dimen=2, initialize=retired)
    m.CREDIT_SHARES = Set(dimen=3, initialize=list(shares))
    m.credit_share = Param(m.CREDIT_SHARES, initialize=shares)

    @m.Constraint(m.CREDIT_STEPS)
    def creditable(m: ConcreteModel, s: str, k: str, n: str, e: int) -> Constraint:
        return m.creditable_mw[s, k, n, e] == m.module_mw[k] * (
            sum(m.credit_share[k, v, e] * m.build_modules[s, k, v] for v in m.CREDITED[s, k, n, e])
            - sum(
                m.credit_share[k, v, e] * m.retire_modules[s, k, v, u]
                for v, u in m.CREDITED_RETIRED[s, k, n, e]
            )
        )


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: what is generated within the credit is paid for where it is generated."""
    return []
