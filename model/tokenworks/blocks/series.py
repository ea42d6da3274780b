"""Series: the first units of a technology cost more, and units of all sites fill its tranches.

Sets
    TRANCHES        (k, j)          tranche j of technology k, counted from 1
    SERIES_STEPS    (k, v)          steps at which modules of a series can enter service somewhere
    TRANCHES_OF[k, v in SERIES_STEPS]       tranches of technology k
    BUILT_UP_TO[k, v in SERIES_STEPS]       (s, e) of BUILDS of technology k with e up to v
    FIRST_TRANCHES  (k, j, v)       the first tranche
    LATER_TRANCHES  (k, i, j, v)    any other tranche j, and the tranche i before it
    BOUNDARIES      (k, j, v)       every tranche but the last
    SERIES_COUNTS   (k, j, v)       tranches and steps
Parameters
    tranche_count[k, j]             units of the tranche [1]
Variables
    series_modules[k, j, v in SERIES_COUNTS] >= 0   units of the tranche in service or retired by v
    is_full[k, j, v in BOUNDARIES] binary           the tranche is full by step v
Equations
    series_total[k, v in SERIES_STEPS]
        sum(series_modules[k, j, v] for j in TRANCHES_OF[k, v])
        == sum(build_modules[s, k, e] for s, e in BUILT_UP_TO[k, v])
    first_tranche[k, j, v in FIRST_TRANCHES]
        series_modules[k, j, v] <= tranche_count[k, j]
    tranche_waits[k, i, j, v in LATER_TRANCHES]
        series_modules[k, j, v] <= tranche_count[k, j] * is_full[k, i, v]
    tranche_is_full[k, j, v in BOUNDARIES]
        tranche_count[k, j] * is_full[k, j, v] <= series_modules[k, j, v]
Remarks
    A module's own cost is that of the last tranche, and this block adds what the earlier ones cost
    beyond it. The ratio of the series multiplies the nation's cost: what a first unit costs more is
    the yard's and the design's, not the site's. Neither residual nor resale holds it, since what
    a unit is worth is what the next one costs.
Costs
    series_premium              paid as the capital is
    series_contingency          spent with it
    series_investment_credit    of the premium, in the month of service
"""

from __future__ import annotations

from itertools import pairwise

from pyomo.environ import Binary, ConcreteModel, Constraint, NonNegativeReals, Param, Set, Var

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.grouping import gather
from tokenworks.candidates.module_costs import series_premiums
from tokenworks.candidates.series import tranches
from tokenworks.frames import lookup
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach the order in which the tranches of a series are filled."""
    _add_sets(m, x, c)
    m.series_modules = Var(m.SERIES_COUNTS, domain=NonNegativeReals)
    m.is_full = Var(m.BOUNDARIES, domain=Binary)

    @m.Constraint(m.SERIES_STEPS)
    def series_total(m: ConcreteModel, k: str, v: int) -> Constraint:
        built = sum(m.build_modules[s, k, e] for s, e in m.BUILT_UP_TO[k, v])
        return sum(m.series_modules[k, j, v] for j in m.TRANCHES_OF[k, v]) == built

    @m.Constraint(m.FIRST_TRANCHES)
    def first_tranche(m: ConcreteModel, k: str, j: int, v: int) -> Constraint:
        return m.series_modules[k, j, v] <= m.tranche_count[k, j]

    @m.Constraint(m.LATER_TRANCHES)
    def tranche_waits(m: ConcreteModel, k: str, i: int, j: int, v: int) -> Constraint:
        return m.series_modules[k, j, v] <= m.tranche_count[k, j] * m.is_full[k, i, v]

    @m.Constraint(m.BOUNDARIES)
    def tranche_is_full(m: ConcreteModel, k: str, j: int, v: int) -> Constraint:
        return m.tranche_count[k, j] * m.is_full[k, j, v] <= m.series_modules[k, j, v]


def _add_sets(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    found = tranches(x, c.series.units)
    units = {(k, j): t.units for k, of in found.items() for j, t in enumerate(of, start=1)}
    steps = c.series.steps
    numbers = {k: list(range(1, len(of) + 1)) for k, of in found.items()}
    m.TRANCHES = Set(dimen=2, initialize=list(units))
    m.tranche_count = Param(m.TRANCHES, initialize=units)
    m.SERIES_STEPS = Set(dimen=2, initialize=steps)
    m.TRANCHES_OF = Set(m.SERIES_STEPS, initialize={(k, v): numbers[k] for k, v in steps})
    m.BUILT_UP_TO = Set(
        m.SERIES_STEPS,
        dimen=2,
        initialize=gather(
            steps,
            (
                ((k, v), (s, e))
                for k, v in steps
                for s, q, e in m.BUILDS
                # What is held was paid for, at whatever place in the series.
                if q == k and 0 <= e <= v
            ),
        ),
    )
    m.SERIES_COUNTS = Set(dimen=3, initialize=[(k, j, v) for k, v in steps for j in numbers[k]])
    m.FIRST_TRANCHES = Set(dimen=3, initialize=[(k, 1, v) for k, v in steps])
    m.LATER_TRANCHES = Set(
        dimen=4, initialize=[(k, i, j, v) for k, v in steps for i, j in pairwise(numbers[k])]
    )
    m.BOUNDARIES = Set(dimen=3, initialize=[(k, j, v) for k, v in steps for j in numbers[k][:-1]])


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """Present values of what the block spends."""
    money = x.discounting
    deposit = lookup(x.tables["power_technologies"], "technology", "deposit_fraction")
    paid, credited = {}, {}
    for index, of in series_premiums(x, c.series.units, m.SERIES_STEPS).items():
        factor = money.capital(of.order, of.build, of.service, deposit[index[0]])
        paid[index] = of.capital_usd * factor
        credited[index] = -of.credit_usd * money.in_month(of.service)
    premium, credit = _by_count(paid), _by_count(credited)
    extra = {index: usd * money.contingency for index, usd in premium.items()}
    return [
        Cost("series_premium", "series_modules", premium, of={}),
        Cost("series_contingency", "series_modules", extra, of={}),
        Cost("series_investment_credit", "series_modules", credit, of={}),
    ]


def _by_count(by_unit: dict[tuple[str, int, int], float]) -> dict[tuple[str, int, int], float]:
    """From the cost of a unit that enters at a step to that of one that is there by the step.

    Counts are cumulative: a unit that is there by one step is there by the next as well.
    """
    found = dict(by_unit)
    last: dict[tuple[str, int], int] = {}
    for k, j, v in sorted(by_unit):
        if (k, j) in last:
            before = (k, j, last[k, j])
            found[before] = by_unit[before] - by_unit[k, j, v]
        last[k, j] = v
    return found
