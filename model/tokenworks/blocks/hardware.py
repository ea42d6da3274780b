"""Hardware: systems are bought by vintage, sold or worn out, and fit in the energised halls.

Sets
    PURCHASES       (s, h, e)   systems h can enter service at site s at step e
    SYSTEM_STEPS    (s, h, e)   systems h can be in service at site s in step e
    SALES           (s, h, v, u)    what was bought at step v can be sold at step u
    SALE_STEPS[s, h, v]         steps u of SALES
    ALIVE[s, h, e in SYSTEM_STEPS]      vintages v that serve some of step e
    LIFE            (h, v, e)   vintages and steps of ALIVE
    SOLD_BY[s, h, e in SYSTEM_STEPS]    (v, u) of SALES with v alive in e and u up to e
    SYSTEMS_AT[s, e]            systems of SYSTEM_STEPS
    SYSTEMS         h           systems of PURCHASES
Parameters
    life_share[h, v, e]         share of step e that vintage v serves before its life ends [1]
    design_mw_per_system[h]     power that sizes the hall, all-in [MW/system]
Variables
    buy_systems[s, h, e in PURCHASES] integer or >= 0       entering service at step e
    sell_systems[s, h, v, u in SALES] integer or >= 0       bought at v, sold at the start of u
    systems[s, h, e in SYSTEM_STEPS] >= 0                   in service
Equations
    systems_in_service[s, h, e in SYSTEM_STEPS]
        systems[s, h, e] == sum(life_share[h, v, e] * buy_systems[s, h, v] for v in ALIVE[s, h, e])
        - sum(life_share[h, v, e] * sell_systems[s, h, v, u] for v, u in SOLD_BY[s, h, e])
    sell_what_is_held[s, h, v in PURCHASES]
        sum(sell_systems[s, h, v, u] for u in SALE_STEPS[s, h, v]) <= buy_systems[s, h, v]
    hall_capacity[s, e in SITE_STEPS]
        sum(design_mw_per_system[h] * systems[s, h, e] for h in SYSTEMS_AT[s, e])
        <= it_capacity_mw[s, e]
Costs
    hardware_capital        paid on delivery
    hardware_fixed_om       from service to the end of life or horizon
    hardware_fixed_om_saved from sale to the same end
    hardware_residual       resale value at the end of the horizon
    hardware_resale         resale value at the sale, less the residual that goes with it
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
from tokenworks.calendar import MONTHS_PER_YEAR
from tokenworks.candidates import Candidates
from tokenworks.candidates.assets import service_share
from tokenworks.candidates.grouping import gather
from tokenworks.frames import NamedRow, rows_by
from tokenworks.inputs import Inputs
from tokenworks.money import resale_share

KW_PER_MW = 1e3
OF_SYSTEM = {"site": 0, "system": 1}


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach systems by vintage."""
    _add_sets(m, x, c)
    domain = NonNegativeIntegers if x.scenario.serving.whole_systems else NonNegativeReals
    m.buy_systems = Var(m.PURCHASES, domain=domain)
    m.sell_systems = Var(m.SALES, domain=domain)
    m.systems = Var(m.SYSTEM_STEPS, domain=NonNegativeReals)

    @m.Constraint(m.SYSTEM_STEPS)
    def systems_in_service(m: ConcreteModel, s: str, h: str, e: int) -> Constraint:
        held = sum(m.life_share[h, v, e] * m.buy_systems[s, h, v] for v in m.ALIVE[s, h, e])
        return m.systems[s, h, e] == held - sum(
            m.life_share[h, v, e] * m.sell_systems[s, h, v, u] for v, u in m.SOLD_BY[s, h, e]
        )

    @m.Constraint(m.PURCHASES)
    def sell_what_is_held(m: ConcreteModel, s: str, h: str, v: int) -> Constraint:
        sold = sum(m.sell_systems[s, h, v, u] for u in m.SALE_STEPS[s, h, v])
        return sold <= m.buy_systems[s, h, v]

    @m.Constraint(m.SITE_STEPS)
    def hall_capacity(m: ConcreteModel, s: str, e: int) -> Constraint:
        drawn = sum(m.design_mw_per_system[h] * m.systems[s, h, e] for h in m.SYSTEMS_AT[s, e])
        return drawn <= m.it_capacity_mw[s, e]


def _add_sets(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    steps = x.calendar.steps
    rows = rows_by(x.tables["hardware"], "system")
    bought = c.assets.purchases
    pairs = dict.fromkeys((s, h) for s, h, _ in bought)
    vintages = gather(pairs, (((s, h), e) for s, h, e in bought))

    share = {
        (h, v, e.index): service_share(e, x.calendar.vintages[v], rows[h].life_years)
        for h, v in dict.fromkeys((h, v) for _, h, v in bought)
        for e in steps
    }
    share = {index: value for index, value in share.items() if value > 0.0}
    m.LIFE = Set(dimen=3, initialize=list(share))
    m.life_share = Param(m.LIFE, initialize=share)
    first = {pair: min(map(x.calendar.entry, entered)) for pair, entered in vintages.items()}
    held = [(*pair, e.index) for pair in pairs for e in steps if e.index >= first[pair]]
    # What is sold at a step was alive in the step before it; otherwise it has left by itself.
    sales = [
        (s, h, v, u.index)
        for s, h, v in bought
        for u in steps
        if (h, v, x.calendar.step_before(u.index, v)) in share
    ]
    m.PURCHASES = Set(dimen=3, initialize=bought)
    m.SYSTEM_STEPS = Set(dimen=3, initialize=held)
    m.SALES = Set(dimen=4, initialize=sales)
    m.SALE_STEPS = Set(
        m.PURCHASES, initialize=gather(bought, (((s, h, v), u) for s, h, v, u in sales))
    )
    m.ALIVE = Set(
        m.SYSTEM_STEPS,
        initialize={
            (s, h, e): [v for v in vintages[s, h] if (h, v, e) in share] for s, h, e in held
        },
    )
    sold = (
        ((s, h, e.index), (v, u))
        for s, h, v, u in sales
        for e in steps
        if e.index >= u and (h, v, e.index) in share
    )
    m.SOLD_BY = Set(m.SYSTEM_STEPS, dimen=2, initialize=gather(held, sold))
    m.SYSTEMS_AT = Set(
        m.SITE_STEPS, initialize=gather(m.SITE_STEPS, (((s, e), h) for s, h, e in held))
    )
    m.SYSTEMS = Set(initialize=list(dict.fromkeys(h for _, h in pairs)))
    m.design_mw_per_system = Param(
        m.SYSTEMS, initialize={h: rows[h].design_kw / KW_PER_MW for h in m.SYSTEMS}
    )


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """Present values of what the block spends."""
    money, steps, horizon = x.discounting, x.calendar.steps, x.calendar.horizon_months
    rows = rows_by(x.tables["hardware"], "system")

    def resale_usd(row: NamedRow, service: int, month: int) -> float:
        return float(row.capex_usd) * resale_share(
            month - service,
            row.life_years,
            row.resale_fraction,
            row.resale_decay_fraction_per_year,
        )

    def left_usd(row: NamedRow, service: int) -> float:
        return resale_usd(row, service, horizon) * money.at_end * money.residuals

    price, upkeep, left = {}, {}, {}
    for s, h, e in m.PURCHASES:
        row, service = rows[h], x.calendar.vintages[e].start_month
        end = service + round(row.life_years * MONTHS_PER_YEAR)
        price[s, h, e] = row.capex_usd * money.in_month(service)
        upkeep[s, h, e] = row.fixed_om_usd_per_year * money.years(service, end)
        left[s, h, e] = -left_usd(row, service)
    saved, resale = {}, {}
    for s, h, v, u in m.SALES:
        row, service, sold = rows[h], x.calendar.vintages[v].start_month, steps[u].start_month
        end = service + round(row.life_years * MONTHS_PER_YEAR)
        saved[s, h, v, u] = -row.fixed_om_usd_per_year * money.years(sold, max(sold, end))
        got = resale_usd(row, service, sold) * money.in_month(sold)
        resale[s, h, v, u] = left_usd(row, service) - got
    return [
        Cost("hardware_capital", "buy_systems", price, of=OF_SYSTEM),
        Cost("hardware_fixed_om", "buy_systems", upkeep, of=OF_SYSTEM),
        Cost("hardware_residual", "buy_systems", left, of=OF_SYSTEM),
        Cost("hardware_fixed_om_saved", "sell_systems", saved, of=OF_SYSTEM),
        Cost("hardware_resale", "sell_systems", resale, of=OF_SYSTEM),
    ]
