"""Dispatch: hourly balance at the meter of every site, over weighted representative days.

Everything here is linear and homogeneous in the interface: twice the stocks, twice the dispatch.

Sets
    GENERATION      (s, k, e, t)    technologies that generate
    IMPORTS         (s, i, e, t)    grid routes
    GENERATORS_AT[s, e]             technologies of GENERATION
    TAKES           (s, i, e)       contracts with a minimum take
    ROUTE_HOURS     (s, i, t)       grid routes at a site's hours
Parameters
    minimum_take[s, i, e]           share of the contracted energy that is paid for [1]
    uncut_share[s, i, t]            0 where the contract is cut in the hour, else 1 [1]
Variables
    generate_mw[s, k, e, t in GENERATION] >= 0      [MW]
    import_mw[s, i, e, t in IMPORTS] >= 0           [MW]
    unused_take_mw[s, i, e in TAKES] >= 0           mean of what is paid for and not drawn [MW]
Equations
    meter_balance[s, e, t in BALANCES]
        sum(generate_mw[s, k, e, t] for k in GENERATORS_AT[s, e])
        + sum(import_mw[s, i, e, t] for i in GRIDS_AT[s, e])
        + sum(discharge_mw[s, k, e, t] - charge_mw[s, k, e, t] for k in STORES_AT[s, e])
        == pue_ratio[s, t] * (idle_mw[s, e]
        + sum(slice_shape[s, p, t] * load_mw[s, w, p, e] for w, p in CLASSES_AT[s, e])
        - sum(shed_mw[s, w, o, e, t] for w, o in SHED_AT[s, e])
        + sum(catch_up_mw[s, w, e, t] - defer_mw[s, w, e, t] for w in DEFERRED_AT[s, e]))
    generation_limit[s, k, e, t in GENERATION]
        generate_mw[s, k, e, t] <= available_share[s, k, t] * capacity_mw[s, k, e]
    import_limit[s, i, e, t in IMPORTS]
        import_mw[s, i, e, t] <= uncut_share[s, i, t] * contracted_mw[s, i, e]
    least_take[s, i, e in TAKES]
        minimum_take[s, i, e] * contracted_mw[s, i, e]
        <= sum(slice_share[s, t] * import_mw[s, i, e, t] for t in SLICES_OF[s])
        + unused_take_mw[s, i, e]
Costs
    fuel                heat rate times the fuel's price
    gas_transport       firm transport of what gas-fired modules burn
    variable_om         on what is generated
    grid_energy         the tariff's mean energy price times the hour's shape, or the route's own
                        price
    grid_delivery       on what is drawn
    grid_unused_take    the tariff's mean energy price on what is paid for and not drawn
"""

from __future__ import annotations

from pandas import isna
from pyomo.environ import ConcreteModel, Constraint, NonNegativeReals, Param, Set, Var

from tokenworks import leads
from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.contracts import cut_slices, route_price
from tokenworks.candidates.grouping import gather
from tokenworks.frames import lookup, rows_by
from tokenworks.inputs import Inputs
from tokenworks.yearly import Yearly

ANY_ZONE = "*"


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach the hourly dispatch of every site and step."""
    _add_sets(m, x, c)
    m.generate_mw = Var(m.GENERATION, domain=NonNegativeReals)
    m.import_mw = Var(m.IMPORTS, domain=NonNegativeReals)
    m.unused_take_mw = Var(m.TAKES, domain=NonNegativeReals)

    @m.Constraint(m.BALANCES)
    def meter_balance(m: ConcreteModel, s: str, e: int, t: str) -> Constraint:
        return sum(m.generate_mw[s, k, e, t] for k in m.GENERATORS_AT[s, e]) + sum(
            m.import_mw[s, i, e, t] for i in m.GRIDS_AT[s, e]
        ) + sum(
            m.discharge_mw[s, k, e, t] - m.charge_mw[s, k, e, t] for k in m.STORES_AT[s, e]
        ) == m.pue_ratio[s, t] * (
            m.idle_mw[s, e]
            + sum(m.slice_shape[s, p, t] * m.load_mw[s, w, p, e] for w, p in m.CLASSES_AT[s, e])
            - sum(m.shed_mw[s, w, o, e, t] for w, o in m.SHED_AT[s, e])
            + sum(m.catch_up_mw[s, w, e, t] - m.defer_mw[s, w, e, t] for w in m.DEFERRED_AT[s, e])
        )

    @m.Constraint(m.GENERATION)
    def generation_limit(m: ConcreteModel, s: str, k: str, e: int, t: str) -> Constraint:
        return m.generate_mw[s, k, e, t] <= m.available_share[s, k, t] * m.capacity_mw[s, k, e]

    @m.Constraint(m.IMPORTS)
    def import_limit(m: ConcreteModel, s: str, i: str, e: int, t: str) -> Constraint:
        return m.import_mw[s, i, e, t] <= m.uncut_share[s, i, t] * m.contracted_mw[s, i, e]

    @m.Constraint(m.TAKES)
    def least_take(m: ConcreteModel, s: str, i: str, e: int) -> Constraint:
        drawn = sum(m.slice_share[s, t] * m.import_mw[s, i, e, t] for t in m.SLICES_OF[s])
        due = m.minimum_take[s, i, e] * m.contracted_mw[s, i, e]
        return due <= drawn + m.unused_take_mw[s, i, e]


def _add_sets(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    kind = lookup(x.tables["power_technologies"], "technology", "kind")
    makers = [(s, k, e) for s, k, e in m.POWER_STEPS if kind[k] != "storage"]
    generation = [(s, k, e, t) for s, k, e in makers for t in m.SLICES_OF[s]]
    m.GENERATION = Set(dimen=4, initialize=generation)
    imports = [(s, i, e, t) for s, i, e in m.GRID_STEPS for t in m.SLICES_OF[s]]
    m.IMPORTS = Set(dimen=4, initialize=imports)
    m.GENERATORS_AT = Set(
        m.SITE_STEPS, initialize=gather(m.SITE_STEPS, (((s, e), k) for s, k, e in makers))
    )
    zone = lookup(x.tables["sites"], "site", "zone")
    take = Yearly(x.tables["tariffs"], ["zone"], "minimum_take_fraction")
    takes = {
        (s, i, e): take.mean((zone[s],), x.calendar.steps[e].years) for s, i, e in m.GRID_STEPS
    }
    takes = {index: share for index, share in takes.items() if share > 0.0}
    m.TAKES = Set(dimen=3, initialize=list(takes))
    m.minimum_take = Param(m.TAKES, initialize=takes)
    cut = cut_slices(x, c.slices)
    routes = dict.fromkeys((s, i) for s, i, _ in m.GRID_STEPS)
    uncut = {(s, i, t): float((s, i, t) not in cut) for s, i in routes for t in m.SLICES_OF[s]}
    m.ROUTE_HOURS = Set(dimen=3, initialize=list(uncut))
    m.uncut_share = Param(m.ROUTE_HOURS, initialize=uncut)


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """Present values of what the block spends."""
    rows = rows_by(x.tables["power_technologies"], "technology")
    zone = lookup(x.tables["sites"], "site", "zone")
    fuel_price = Yearly(x.tables["fuel_prices"], ["fuel", "zone"], "price_usd_per_mmbtu")
    variable = Yearly(x.tables["power_costs"], ["technology"], "variable_om_usd_per_mwh")
    energy, delivery = (route_price(x, f"{part}_usd_per_mwh") for part in ("energy", "delivery"))
    own_price = lookup(x.tables["interconnection_routes"], "route", "energy_usd_per_mwh")
    steps, money = x.calendar.steps, x.discounting
    # Present value of a dollar on every MWh of a mean megawatt throughout the step.
    hours = [step.hours * money.mean(step.start_month, step.end_month) for step in steps]

    def fuel_usd_per_mwh(s: str, k: str, e: int) -> float:
        fuel = rows[k].fuel
        if not fuel:
            return 0.0
        place = zone[s] if (fuel, zone[s]) in fuel_price else ANY_ZONE
        price = fuel_price.mean((fuel, place), steps[e].years)
        return float(price * rows[k].heat_rate_mmbtu_per_mwh)

    burnt = {(s, k, e): fuel_usd_per_mwh(s, k, e) * hours[e] for s, k, e in m.POWER_STEPS}
    worn = {(s, k, e): variable.mean((k,), steps[e].years) * hours[e] for s, k, e in m.POWER_STEPS}
    transport = leads.transport_usd_per_mmbtu(x.tables)
    carried = {
        (s, k, e): transport.get(s, 0.0)
        * rows[k].needs_gas
        * rows[k].heat_rate_mmbtu_per_mwh
        * hours[e]
        for s, k, e in m.POWER_STEPS
    }
    share = {(s, t): c.slices[s].share[t] for s, t in m.SLICES}
    fuel = {(s, k, e, t): burnt[s, k, e] * share[s, t] for s, k, e, t in m.GENERATION}
    gas = {(s, k, e, t): carried[s, k, e] * share[s, t] for s, k, e, t in m.GENERATION}
    running = {(s, k, e, t): worn[s, k, e] * share[s, t] for s, k, e, t in m.GENERATION}
    price = {(i, e): energy(i, e) * hours[e] for _, i, e in m.GRID_STEPS}
    fee = {(i, e): delivery(i, e) * hours[e] for _, i, e in m.GRID_STEPS}
    bought, moved = {}, {}
    for s, i, e, t in m.IMPORTS:
        shape = c.slices[s].price_shape[t] if isna(own_price[i]) else 1.0
        bought[s, i, e, t] = price[i, e] * shape * share[s, t]
        moved[s, i, e, t] = fee[i, e] * share[s, t]
    # Nobody is paid for what they do not draw, even where the mean price is negative.
    unused = {(s, i, e): max(0.0, price[i, e]) for s, i, e in m.TAKES}
    return [
        Cost("fuel", "generate_mw", fuel, shared_by="energy_mwh"),
        Cost("gas_transport", "generate_mw", gas, shared_by="energy_mwh"),
        Cost("variable_om", "generate_mw", running, shared_by="energy_mwh"),
        Cost("grid_energy", "import_mw", bought, shared_by="energy_mwh"),
        Cost("grid_delivery", "import_mw", moved, shared_by="energy_mwh"),
        Cost("grid_unused_take", "unused_take_mw", unused, shared_by="energy_mwh"),
    ]
