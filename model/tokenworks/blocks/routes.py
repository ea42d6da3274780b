"""Routes: permits and interconnections are filed in an exact month and granted months later.

Sets
    FILINGS     (s, r, f)   route r can be filed at site s in month f, the latest that still lets
                            some asset enter service at the start of some step
    ROUTES      (s, r)      routes of FILINGS
    FILING_MONTHS[s, r]     months of FILINGS
    FOLLOWING   (s, r, f)   filings of routes that may be filed once another requirement is granted
    FILED_BY[s, r, f]       months of FILINGS up to f
    FIRST_GRANTS[s, r, f]     (route, month of filing) of that requirement, granted by month f
Variables
    file_route[s, r, f in FILINGS] binary      route r is filed
Equations
    file_once[s, r in ROUTES]
        sum(file_route[s, r, f] for f in FILING_MONTHS[s, r]) <= 1
    file_after_grant[s, r, f in FOLLOWING]
        sum(file_route[s, r, g] for g in FILED_BY[s, r, f])
        <= sum(file_route[s, p, g] for p, g in FIRST_GRANTS[s, r, f])
Costs
    permits             paid in the month of filing (permit routes), with what refused filings cost
    permit_residual     a permit that the next owner may use keeps the cost of one filing
    interconnection     studies and fixed works, paid in the month of filing (grid routes)
    interconnection_contingency
"""

from __future__ import annotations

from pyomo.environ import Binary, ConcreteModel, Constraint, Set, Var

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.grouping import gather
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach filings of permits and interconnections."""
    filings = c.siting.filings.all
    routes = list(dict.fromkeys((s, r) for s, r, _ in filings))
    m.FILINGS = Set(dimen=3, initialize=filings)
    m.ROUTES = Set(dimen=2, initialize=routes)
    m.FILING_MONTHS = Set(m.ROUTES, initialize=gather(routes, (((s, r), f) for s, r, f in filings)))
    following = c.siting.filings.following
    filed_by = {(s, r, f): [g for g in m.FILING_MONTHS[s, r] if g <= f] for s, r, f in following}
    m.FOLLOWING = Set(dimen=3, initialize=list(following))
    m.FILED_BY = Set(m.FOLLOWING, initialize=filed_by)
    m.FIRST_GRANTS = Set(m.FOLLOWING, dimen=2, initialize=following)
    m.file_route = Var(m.FILINGS, domain=Binary)

    @m.Constraint(m.ROUTES)
    def file_once(m: ConcreteModel, s: str, r: str) -> Constraint:
        return sum(m.file_route[s, r, f] for f in m.FILING_MONTHS[s, r]) <= 1

    @m.Constraint(m.FOLLOWING)
    def file_after_grant(m: ConcreteModel, s: str, r: str, f: int) -> Constraint:
        return sum(m.file_route[s, r, g] for g in m.FILED_BY[s, r, f]) <= sum(
            m.file_route[s, p, g] for p, g in m.FIRST_GRANTS[s, r, f]
        )


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """Present values of what the block spends."""
    money, filings = x.discounting, c.siting.filings
    grid = set(x.tables["interconnection_routes"]["route"])
    fees = {(s, r, f): filings.cost_usd[s, r] * money.in_month(f) for s, r, f in filings.all}
    works = {i: fee for i, fee in fees.items() if i[1] in grid}
    permits = {i: fee for i, fee in fees.items() if i[1] not in grid}
    extra = {i: fee * money.contingency for i, fee in works.items()}
    kept = {
        (s, r, f): -filings.kept_usd[s, r] * money.at_end * money.residuals for s, r, f in permits
    }
    return [
        Cost("permits", "file_route", permits),
        Cost("permit_residual", "file_route", kept),
        Cost("interconnection", "file_route", works),
        Cost("interconnection_contingency", "file_route", extra),
    ]
