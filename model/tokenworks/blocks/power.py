"""Power: modules are built or leased by vintage, serve until they retire, and need their permits.

Sets
    BUILDS          (s, k, e)       modules of technology k can enter service at site s at step e
    RETIREMENTS     (s, k, v, u)    modules of step v can retire at step u; leased ones after their
                                    least term
    RETIRE_STEPS[s, k, v in BUILDS]         steps u of RETIREMENTS
    RETIRED_BY[s, k, e in POWER_STEPS]      (v, u) of RETIREMENTS with v in service and u up to e
    IN_SERVICE[s, k, e in POWER_STEPS]      vintages v that serve some of step e
    SERVICE         (k, v, e)       vintages and steps of IN_SERVICE
    SITE_POWER      (s, k)          technologies of BUILDS
    GAS_STEPS       (s, e)          steps in which gas-fired modules can be in service
    GAS_FIRED_AT[s, e]              gas-fired technologies
    GAS_SITES       s               sites of GAS_STEPS
    TECHNOLOGIES    k               technologies of BUILDS
    BUILD_PERMITS   (s, k, q, e)    requirement q for modules that enter service at step e
    BUILD_FILINGS[s, k, q, e]       (route, month of filing) granted in time for them
Parameters
    module_mw[k]                    net AC capacity of a module [MW]
    service_share[k, v, e]          share of step e that vintage v serves before its life ends [1]
    most_modules_count[s, k]        limit of the row, of the gas access, or 20 times the peak [1]
    gas_access_mw[s]                gas-fired capacity that the pipeline can feed [MW]
Variables
    build_modules[s, k, e in BUILDS] integer or >= 0    modules entering service at step e; whole
                                    where a module is large against its site
    retire_modules[s, k, v, u in RETIREMENTS] integer or >= 0   of step v, out of service from the
                                    start of step u on: sold, scrapped or given back
Equations
    capacity[s, k, e in POWER_STEPS]
        capacity_mw[s, k, e] == module_mw[k] * (sum(
            service_share[k, v, e] * build_modules[s, k, v] for v in IN_SERVICE[s, k, e])
        - sum(service_share[k, v, e] * retire_modules[s, k, v, u]
            for v, u in RETIRED_BY[s, k, e]))
    retire_what_is_built[s, k, v in BUILDS]
        sum(retire_modules[s, k, v, u] for u in RETIRE_STEPS[s, k, v]) <= build_modules[s, k, v]
    site_limit[s, k, e in POWER_STEPS]
        capacity_mw[s, k, e] <= module_mw[k] * most_modules_count[s, k]
    gas_access[s, e in GAS_STEPS]
        sum(capacity_mw[s, k, e] for k in GAS_FIRED_AT[s, e]) <= gas_access_mw[s]
    build_needs_permit[s, k, q, e in BUILD_PERMITS]
        capacity_mw[s, k, e] <= module_mw[k] * most_modules_count[s, k] * sum(
            file_route[s, r, f] for r, f in BUILD_FILINGS[s, k, q, e])
Remarks
    A permit, once granted, holds: what is in service in a step in which modules could enter is what
    needs it, and bounds it more tightly than all that was ever built. A module that enters is in
    service in that step, for it cannot retire before the next.
    What is not retired when it is no longer needed stays as backup, at its fixed cost.
Costs
    power_capital           a deposit with the order, the rest evenly while building
    power_contingency       spent with the capital; has no residual of its own
    power_investment_credit     tax credit, in the month of service
    power_lease             rent of leased modules, from service to the end of life or horizon
    power_fixed_om          from service to the end of life or horizon
    power_residual          annuity of the remaining life, on the capital less its credit
    power_lease_saved       from the return to the same end
    power_fixed_om_saved    from retirement to the same end
    power_residual_given_up     the residual that goes with what retires
    power_resale            resale value at retirement
"""

from __future__ import annotations

from pyomo.environ import (
    ConcreteModel,
    Constraint,
    NonNegativeIntegers,
    NonNegativeReals,
    Param,
    Set,
    Var,
)

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.assets import service_share
from tokenworks.candidates.grouping import gather
from tokenworks.candidates.module_costs import ModuleCost, module_costs
from tokenworks.frames import NamedRow, given, lookup, rows_by
from tokenworks.inputs import Inputs
from tokenworks.money import Discounting, resale_share


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach power modules by vintage."""
    _add_sets(m, x, c)
    _add_parameters(m, x, c)

    def domain(m: ConcreteModel, s: str, k: str, e: int) -> Set:
        return NonNegativeIntegers if (s, k) in c.assets.whole else NonNegativeReals

    def domain_of_retired(m: ConcreteModel, s: str, k: str, v: int, u: int) -> Set:
        return domain(m, s, k, v)

    m.build_modules = Var(m.BUILDS, domain=domain)
    m.retire_modules = Var(m.RETIREMENTS, domain=domain_of_retired)

    @m.Constraint(m.POWER_STEPS)
    def capacity(m: ConcreteModel, s: str, k: str, e: int) -> Constraint:
        return m.capacity_mw[s, k, e] == m.module_mw[k] * (
            sum(m.service_share[k, v, e] * m.build_modules[s, k, v] for v in m.IN_SERVICE[s, k, e])
            - sum(
                m.service_share[k, v, e] * m.retire_modules[s, k, v, u]
                for v, u in m.RETIRED_BY[s, k, e]
            )
        )

    @m.Constraint(m.BUILDS)
    def retire_what_is_built(m: ConcreteModel, s: str, k: str, v: int) -> Constraint:
        retired = sum(m.retire_modules[s, k, v, u] for u in m.RETIRE_STEPS[s, k, v])
        return retired <= m.build_modules[s, k, v]

    @m.Constraint(m.POWER_STEPS)
    def site_limit(m: ConcreteModel, s: str, k: str, e: int) -> Constraint:
        return m.capacity_mw[s, k, e] <= m.module_mw[k] * m.most_modules_count[s, k]

    @m.Constraint(m.GAS_STEPS)
    def gas_access(m: ConcreteModel, s: str, e: int) -> Constraint:
        return sum(m.capacity_mw[s, k, e] for k in m.GAS_FIRED_AT[s, e]) <= m.gas_access_mw[s]

    @m.Constraint(m.BUILD_PERMITS)
    def build_needs_permit(m: ConcreteModel, s: str, k: str, q: str, e: int) -> Constraint:
        return m.capacity_mw[s, k, e] <= m.module_mw[k] * m.most_modules_count[s, k] * sum(
            m.file_route[s, r, f] for r, f in m.BUILD_FILINGS[s, k, q, e]
        )


def _add_sets(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    steps = x.calendar.steps
    rows = rows_by(x.tables["power_technologies"], "technology")
    builds = c.assets.builds
    pairs = list(dict.fromkeys((s, k) for s, k, _ in builds))
    vintages = gather(pairs, (((s, k), e) for s, k, e in builds))
    m.BUILDS = Set(dimen=3, initialize=builds)
    m.SITE_POWER = Set(dimen=2, initialize=pairs)
    share = {
        (k, v, e.index): service_share(e, x.calendar.vintages[v], rows[k].life_years)
        for k, v in dict.fromkeys((k, v) for _, k, v in builds)
        for e in steps
    }
    share = {index: value for index, value in share.items() if value > 0.0}
    m.SERVICE = Set(dimen=3, initialize=list(share))
    m.service_share = Param(m.SERVICE, initialize=share)
    m.IN_SERVICE = Set(
        m.POWER_STEPS,
        initialize={
            (s, k, e): [v for v in vintages[s, k] if (k, v, e) in share]
            for s, k, e in m.POWER_STEPS
        },
    )
    _add_retirements(m, x, share)
    gas = [(s, k, e) for s, k, e in m.POWER_STEPS if rows[k].needs_gas]
    gas_steps = list(dict.fromkeys((s, e) for s, _, e in gas))
    m.GAS_STEPS = Set(dimen=2, initialize=gas_steps)
    m.GAS_FIRED_AT = Set(
        m.GAS_STEPS, initialize=gather(gas_steps, (((s, e), k) for s, k, e in gas))
    )
    m.BUILD_PERMITS = Set(dimen=4, initialize=list(c.assets.build_permits))
    m.BUILD_FILINGS = Set(m.BUILD_PERMITS, dimen=2, initialize=c.assets.build_permits)


def _add_retirements(m: ConcreteModel, x: Inputs, share: dict[tuple[str, int, int], float]) -> None:
    steps = x.calendar.steps
    rows = rows_by(x.tables["power_technologies"], "technology")
    least = {k: int(given(row.lease_term_months, 0)) for k, row in rows.items()}
    # What retires at a step was alive in the step before it; otherwise it has left by itself.
    before = x.calendar.step_before
    retirements = [
        (s, k, v, u.index)
        for s, k, v in m.BUILDS
        for u in steps
        if (k, v, before(u.index, v)) in share
        and u.start_month - x.calendar.vintages[v].start_month >= least[k]
    ]
    m.RETIREMENTS = Set(dimen=4, initialize=retirements)
    m.RETIRE_STEPS = Set(
        m.BUILDS, initialize=gather(m.BUILDS, (((s, k, v), u) for s, k, v, u in retirements))
    )
    retired = (
        ((s, k, e.index), (v, u))
        for s, k, v, u in retirements
        for e in steps[u:]
        if (k, v, e.index) in share
    )
    m.RETIRED_BY = Set(m.POWER_STEPS, dimen=2, initialize=gather(m.POWER_STEPS, retired))


def _add_parameters(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    rows = rows_by(x.tables["power_technologies"], "technology")
    gas_mw = lookup(x.tables["sites"], "site", "gas_access_mw")
    technologies = list(dict.fromkeys(k for _, k in c.assets.most_modules))
    m.TECHNOLOGIES = Set(initialize=technologies)
    m.module_mw = Param(m.TECHNOLOGIES, initialize={k: rows[k].module_mw for k in technologies})
    m.most_modules_count = Param(m.SITE_POWER, initialize=c.assets.most_modules)
    gas_sites = list(dict.fromkeys(s for s, _ in m.GAS_STEPS))
    m.GAS_SITES = Set(initialize=gas_sites)
    m.gas_access_mw = Param(m.GAS_SITES, initialize={s: gas_mw[s] for s in gas_sites})


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """Present values of what the block spends."""
    money, steps = x.discounting, x.calendar.steps
    rows = rows_by(x.tables["power_technologies"], "technology")
    modules = module_costs(x, c.assets.builds)
    capital, credit, lease, upkeep, left = {}, {}, {}, {}, {}
    for index, of in modules.items():
        row = rows[index[1]]
        paid = money.capital(of.order, of.build, of.service, row.deposit_fraction)
        capital[index] = of.capital_usd * paid
        lease[index] = of.rent_usd_per_year * money.years(of.service, of.end)
        upkeep[index] = of.yearly_usd * money.years(of.service, of.end)
        credit[index] = -of.credit_usd * money.in_month(of.service)
        left[index] = -of.worth_usd * money.residual(of.service, row.life_years)
    given_back, saved, forgone, resale = {}, {}, {}, {}
    for s, k, v, u in m.RETIREMENTS:
        of, retired = modules[s, k, v], steps[u].start_month
        months_left = money.years(retired, max(retired, of.end))
        given_back[s, k, v, u] = -of.rent_usd_per_year * months_left
        saved[s, k, v, u] = -of.yearly_usd * months_left
        forgone[s, k, v, u] = -left[s, k, v]
        resale[s, k, v, u] = -_resale_usd(money, rows[k], of, retired)
    extra = {index: usd * money.contingency for index, usd in capital.items()}
    return [
        Cost("power_capital", "build_modules", capital),
        Cost("power_contingency", "build_modules", extra),
        Cost("power_investment_credit", "build_modules", credit),
        Cost("power_lease", "build_modules", lease),
        Cost("power_fixed_om", "build_modules", upkeep),
        Cost("power_residual", "build_modules", left),
        Cost("power_lease_saved", "retire_modules", given_back),
        Cost("power_fixed_om_saved", "retire_modules", saved),
        Cost("power_residual_given_up", "retire_modules", forgone),
        Cost("power_resale", "retire_modules", resale),
    ]


def _resale_usd(money: Discounting, row: NamedRow, of: ModuleCost, month: int) -> float:
    """Present value of a module sold in a month, never more than the annuity of its life left.

    At the end of the horizon it is worth that annuity, so a buyer who pays more would be a gain
    from nothing.
    """
    age, fraction = month - of.service, given(row.resale_fraction, 0.0)
    decay = given(row.resale_decay_fraction_per_year, 0.0)
    market = resale_share(age, row.life_years, fraction, decay)
    share = min(market, money.annuity_left(age, row.life_years))
    return of.worth_usd * share * money.in_month(month)
