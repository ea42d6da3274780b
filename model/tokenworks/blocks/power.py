"""Power: modules are built by vintage, serve for their life, and need their permits.

Sets
    BUILDS          (s, k, e)       modules of technology k can enter service at site s at step e
    BUILT_BY[s, k, e in BUILDS]     steps of BUILDS up to e
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
    total_modules_count[s, k]       the same, as often as lives fit in the horizon [1]
    gas_access_mw[s]                gas-fired capacity that the pipeline can feed [MW]
Variables
    build_modules[s, k, e in BUILDS] integer or >= 0    modules entering service at step e; whole
                                    where a module is large against its site
Equations
    capacity[s, k, e in POWER_STEPS]
        capacity_mw[s, k, e] == module_mw[k] * sum(
            service_share[k, v, e] * build_modules[s, k, v] for v in IN_SERVICE[s, k, e])
    site_limit[s, k, e in POWER_STEPS]
        capacity_mw[s, k, e] <= module_mw[k] * most_modules_count[s, k]
    gas_access[s, e in GAS_STEPS]
        sum(capacity_mw[s, k, e] for k in GAS_FIRED_AT[s, e]) <= gas_access_mw[s]
    build_needs_permit[s, k, q, e in BUILD_PERMITS]
        sum(build_modules[s, k, v] for v in BUILT_BY[s, k, e])
        <= total_modules_count[s, k] * sum(
            file_route[s, r, f] for r, f in BUILD_FILINGS[s, k, q, e])
Costs
    power_capital           a deposit with the order, the rest evenly while building
    power_contingency       spent with the capital; has no residual of its own
    power_fixed_om          from service to the end of life or horizon
    power_residual          annuity of the remaining life
"""

from __future__ import annotations

import math

from pyomo.environ import (
    ConcreteModel,
    Constraint,
    NonNegativeIntegers,
    NonNegativeReals,
    Param,
    Set,
    Var,
)

from tokenworks import leads
from tokenworks.blocks.terms import Cost
from tokenworks.calendar import MONTHS_PER_YEAR
from tokenworks.candidates import Candidates
from tokenworks.candidates.assets import service_share
from tokenworks.candidates.grouping import gather
from tokenworks.frames import lookup, rows_by
from tokenworks.inputs import Inputs
from tokenworks.yearly import Yearly

KW_PER_MW = 1e3


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach power modules by vintage."""
    _add_sets(m, x, c)
    _add_parameters(m, x, c)

    def domain(m: ConcreteModel, s: str, k: str, e: int) -> Set:
        return NonNegativeIntegers if (s, k) in c.assets.whole else NonNegativeReals

    m.build_modules = Var(m.BUILDS, domain=domain)

    @m.Constraint(m.POWER_STEPS)
    def capacity(m: ConcreteModel, s: str, k: str, e: int) -> Constraint:
        return m.capacity_mw[s, k, e] == m.module_mw[k] * sum(
            m.service_share[k, v, e] * m.build_modules[s, k, v] for v in m.IN_SERVICE[s, k, e]
        )

    @m.Constraint(m.POWER_STEPS)
    def site_limit(m: ConcreteModel, s: str, k: str, e: int) -> Constraint:
        return m.capacity_mw[s, k, e] <= m.module_mw[k] * m.most_modules_count[s, k]

    @m.Constraint(m.GAS_STEPS)
    def gas_access(m: ConcreteModel, s: str, e: int) -> Constraint:
        return sum(m.capacity_mw[s, k, e] for k in m.GAS_FIRED_AT[s, e]) <= m.gas_access_mw[s]

    @m.Constraint(m.BUILD_PERMITS)
    def build_needs_permit(m: ConcreteModel, s: str, k: str, q: str, e: int) -> Constraint:
        return sum(m.build_modules[s, k, v] for v in m.BUILT_BY[s, k, e]) <= (
            m.total_modules_count[s, k]
            * sum(m.file_route[s, r, f] for r, f in m.BUILD_FILINGS[s, k, q, e])
        )


def _add_sets(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    steps = x.calendar.steps
    rows = rows_by(x.tables["power_technologies"], "technology")
    builds = c.assets.builds
    pairs = list(dict.fromkeys((s, k) for s, k, _ in builds))
    vintages = gather(pairs, (((s, k), e) for s, k, e in builds))
    m.BUILDS = Set(dimen=3, initialize=builds)
    m.SITE_POWER = Set(dimen=2, initialize=pairs)
    m.BUILT_BY = Set(
        m.BUILDS,
        initialize={(s, k, e): [v for v in vintages[s, k] if v <= e] for s, k, e in builds},
    )
    share = {
        (k, v, e.index): service_share(e, steps[v], rows[k].life_years)
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
    gas = [(s, k, e) for s, k, e in m.POWER_STEPS if rows[k].needs_gas]
    gas_steps = list(dict.fromkeys((s, e) for s, _, e in gas))
    m.GAS_STEPS = Set(dimen=2, initialize=gas_steps)
    m.GAS_FIRED_AT = Set(
        m.GAS_STEPS, initialize=gather(gas_steps, (((s, e), k) for s, k, e in gas))
    )
    m.BUILD_PERMITS = Set(dimen=4, initialize=list(c.assets.build_permits))
    m.BUILD_FILINGS = Set(m.BUILD_PERMITS, dimen=2, initialize=c.assets.build_permits)


def _add_parameters(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    rows = rows_by(x.tables["power_technologies"], "technology")
    gas_mw = lookup(x.tables["sites"], "site", "gas_access_mw")
    technologies = list(dict.fromkeys(k for _, k in c.assets.most_modules))
    months = x.calendar.horizon_months
    # A site is filled again at the end of every life, so what it ever orders is a multiple: one for
    # every life that the horizon begins, and one for a replacement that comes in parts.
    lives = {k: math.ceil(months / (rows[k].life_years * MONTHS_PER_YEAR)) for k in technologies}
    fills = {k: count if count == 1 else count + 1 for k, count in lives.items()}
    m.TECHNOLOGIES = Set(initialize=technologies)
    m.module_mw = Param(m.TECHNOLOGIES, initialize={k: rows[k].module_mw for k in technologies})
    most = c.assets.most_modules
    m.most_modules_count = Param(m.SITE_POWER, initialize=most)
    m.total_modules_count = Param(
        m.SITE_POWER, initialize={(s, k): n * fills[k] for (s, k), n in most.items()}
    )
    gas_sites = list(dict.fromkeys(s for s, _ in m.GAS_STEPS))
    m.GAS_SITES = Set(initialize=gas_sites)
    m.gas_access_mw = Param(m.GAS_SITES, initialize={s: gas_mw[s] for s in gas_sites})


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """Present values of what the block spends."""
    money, steps = x.discounting, x.calendar.steps
    rows = rows_by(x.tables["power_technologies"], "technology")
    overnight = Yearly(x.tables["power_costs"], ["technology"], "overnight_capex_usd_per_kw")
    fixed = Yearly(x.tables["power_costs"], ["technology"], "fixed_om_usd_per_kw_year")
    capital, upkeep, left = {}, {}, {}
    for s, k, e in c.assets.builds:
        row, service = rows[k], steps[e].start_month
        stages = leads.technology_stages(row, x.calendar.start)
        order, build = service - stages.months, service - stages.build
        kilowatts = row.module_mw * KW_PER_MW
        year = x.calendar.year_of(order)
        module_usd = overnight.at((k,), year) * kilowatts
        end = service + round(row.life_years * MONTHS_PER_YEAR)
        capital[s, k, e] = module_usd * money.capital(order, build, service, row.deposit_fraction)
        upkeep[s, k, e] = fixed.at((k,), year) * kilowatts * money.years(service, end)
        left[s, k, e] = -module_usd * money.residual(service, row.life_years)
    extra = {index: usd * money.contingency for index, usd in capital.items()}
    return [
        Cost("power_capital", "build_modules", capital),
        Cost("power_contingency", "build_modules", extra),
        Cost("power_fixed_om", "build_modules", upkeep),
        Cost("power_residual", "build_modules", left),
    ]
