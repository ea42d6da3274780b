"""Grid: megawatts are contracted over granted routes, within what the zone can still sign.

Sets
    SIGNINGS        (s, i, e)       a contract over route i of site s can start at step e
    DROPS           (s, i, v, u)    what was contracted at step v can be given up at step u
    DROP_STEPS[s, i, v in SIGNINGS]         steps u of DROPS
    CONTRACTED_BY[s, i, e in GRID_STEPS]    steps of SIGNINGS up to e
    DROPPED_BY[s, i, e in GRID_STEPS]       (v, u) of DROPS with u up to e
    GRANTED_BY[s, i, e in GRID_STEPS]       months f whose filing is granted by step e
    CONTRACTED      i               routes of GRID_STEPS
    ZONE_STEPS      (z, e)          zones with firm contracts in step e that take headroom
    FIRM_IN[z, e]                   (site, route) of these
    FLEXIBLE_STEPS  (z, c, e)       zones with contracts in step e that count against the headroom
                                    of flexible ones cut by the share c, which some site can have
    CUT_AT_MOST[z, c, e]            (site, route) of the firm ones and of those cut by c or less
Parameters
    most_contracted_mw[s, i, e]     the route's own limit or what the headroom allows, if less [MW]
    headroom_share[i]               share of a contract that counts in the headroom [1]
    firm_headroom_mw[z, e]          firm contracts that zone z can still sign [MW]
    flexible_headroom_mw[z, c, e]   firm and flexible contracts that it can still sign, where the
                                    share c of flexible energy is cut [MW]
Variables
    contract_mw[s, i, e in SIGNINGS] >= 0           contracted from step e on [MW]
    give_up_mw[s, i, v, u in DROPS] >= 0            contracted at v, given up at u [MW]
Equations
    contracted[s, i, e in GRID_STEPS]
        contracted_mw[s, i, e] == sum(contract_mw[s, i, v] for v in CONTRACTED_BY[s, i, e])
        - sum(give_up_mw[s, i, v, u] for v, u in DROPPED_BY[s, i, e])
    give_up_what_is_held[s, i, v in SIGNINGS]
        sum(give_up_mw[s, i, v, u] for u in DROP_STEPS[s, i, v]) <= contract_mw[s, i, v]
    contract_needs_route[s, i, e in GRID_STEPS]
        contracted_mw[s, i, e]
        <= most_contracted_mw[s, i, e] * sum(file_route[s, i, f] for f in GRANTED_BY[s, i, e])
    headroom[z, e in ZONE_STEPS]
        sum(headroom_share[i] * contracted_mw[s, i, e] for s, i in FIRM_IN[z, e])
        <= firm_headroom_mw[z, e]
    flexible_headroom[z, c, e in FLEXIBLE_STEPS]
        sum(headroom_share[i] * contracted_mw[s, i, e] for s, i in CUT_AT_MOST[z, c, e])
        <= flexible_headroom_mw[z, c, e]
Costs
    connection_works    works for every contracted kW, paid when the contract starts
    connection_contingency
    grid_capacity       capacity charge on what is contracted, each month
    grid_exit_fee       on every kW given up before its term
Remarks
    Flexible headroom includes the firm: what is cut less counts against every headroom of those
    that are cut more.
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, NonNegativeReals, Param, Set, Var

from tokenworks.blocks.terms import Cost
from tokenworks.calendar import MONTHS_PER_YEAR
from tokenworks.candidates import Candidates
from tokenworks.candidates.assets import MOST_CAPACITY_OVER_PEAK
from tokenworks.candidates.contracts import (
    FLEXIBLE,
    curtailed_shares,
    flexible_headroom,
    headroom_share,
    route_price,
)
from tokenworks.candidates.grouping import gather
from tokenworks.frames import lookup, rows, rows_by
from tokenworks.inputs import Inputs
from tokenworks.yearly import Yearly

KW_PER_MW = 1e3


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach contracts of grid power."""
    _add_sets(m, x, c)
    _add_headroom(m, x, c)
    m.contract_mw = Var(m.SIGNINGS, domain=NonNegativeReals)
    m.give_up_mw = Var(m.DROPS, domain=NonNegativeReals)

    @m.Constraint(m.GRID_STEPS)
    def contracted(m: ConcreteModel, s: str, i: str, e: int) -> Constraint:
        return m.contracted_mw[s, i, e] == sum(
            m.contract_mw[s, i, v] for v in m.CONTRACTED_BY[s, i, e]
        ) - sum(m.give_up_mw[s, i, v, u] for v, u in m.DROPPED_BY[s, i, e])

    @m.Constraint(m.SIGNINGS)
    def give_up_what_is_held(m: ConcreteModel, s: str, i: str, v: int) -> Constraint:
        given_up = sum(m.give_up_mw[s, i, v, u] for u in m.DROP_STEPS[s, i, v])
        return given_up <= m.contract_mw[s, i, v]

    @m.Constraint(m.GRID_STEPS)
    def contract_needs_route(m: ConcreteModel, s: str, i: str, e: int) -> Constraint:
        return m.contracted_mw[s, i, e] <= m.most_contracted_mw[s, i, e] * sum(
            m.file_route[s, i, f] for f in m.GRANTED_BY[s, i, e]
        )

    @m.Constraint(m.ZONE_STEPS)
    def headroom(m: ConcreteModel, z: str, e: int) -> Constraint:
        taken = sum(m.headroom_share[i] * m.contracted_mw[s, i, e] for s, i in m.FIRM_IN[z, e])
        return taken <= m.firm_headroom_mw[z, e]

    @m.Constraint(m.FLEXIBLE_STEPS)
    def flexible_headroom(m: ConcreteModel, z: str, c: float, e: int) -> Constraint:
        contracts = m.CUT_AT_MOST[z, c, e]
        taken = sum(m.headroom_share[i] * m.contracted_mw[s, i, e] for s, i in contracts)
        return taken <= m.flexible_headroom_mw[z, c, e]


def _add_sets(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    held, signed = list(m.GRID_STEPS), c.siting.contracts
    routes = dict.fromkeys((s, i) for s, i, _ in signed)
    steps_of = gather(routes, (((s, i), e) for s, i, e in signed))
    drops = [(s, i, v, u) for s, i, v in signed for u in steps_of[s, i] if u > v and u >= 0]
    m.SIGNINGS = Set(dimen=3, initialize=signed)
    m.DROPS = Set(dimen=4, initialize=drops)
    m.DROP_STEPS = Set(
        m.SIGNINGS, initialize=gather(signed, (((s, i, v), u) for s, i, v, u in drops))
    )
    m.CONTRACTED_BY = Set(
        m.GRID_STEPS,
        initialize={(s, i, e): [v for v in steps_of[s, i] if v <= e] for s, i, e in held},
    )
    pairs = (((s, i, e.index), (v, u)) for s, i, v, u in drops for e in x.calendar.steps[u:])
    m.DROPPED_BY = Set(m.GRID_STEPS, dimen=2, initialize=gather(held, pairs))
    steps = x.calendar.steps
    granted = {
        (s, i, e): [f for _, f in c.siting.filings.granted_by(s, i, steps[e].start_month)]
        for s, i, e in held
    }
    m.GRANTED_BY = Set(m.GRID_STEPS, initialize=granted)


def _add_headroom(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach what the contracts of every zone share."""
    steps, held = x.calendar.steps, list(m.GRID_STEPS)
    zone = lookup(x.tables["sites"], "site", "zone")
    routes = rows_by(x.tables["interconnection_routes"], "route")
    share = {i: headroom_share(routes[i]) for _, i, _ in held}
    cut = {i: float(routes[i].curtailed_fraction) for i in share if routes[i].firmness == FLEXIBLE}
    taking = [(zone[s], s, i, e) for s, i, e in held if share[i] > 0.0]
    firm = gather(
        dict.fromkeys((z, e) for z, _, i, e in taking if i not in cut),
        (((z, e), (s, i)) for z, s, i, e in taking if i not in cut),
    )
    shares = curtailed_shares(x)
    flexible = gather(
        dict.fromkeys((z, c, e) for z, _, i, e in taking for c in shares.get(z, ())),
        (
            ((z, c, e), (s, i))
            for z, s, i, e in taking
            for c in shares.get(z, ())
            if cut.get(i, 0.0) <= c
        ),
    )
    flexible = {level: members for level, members in flexible.items() if members}
    m.CONTRACTED = Set(initialize=list(share))
    m.headroom_share = Param(m.CONTRACTED, initialize=share)
    m.ZONE_STEPS = Set(dimen=2, initialize=list(firm))
    m.FIRM_IN = Set(m.ZONE_STEPS, dimen=2, initialize=firm)
    m.FLEXIBLE_STEPS = Set(dimen=3, initialize=list(flexible))
    m.CUT_AT_MOST = Set(m.FLEXIBLE_STEPS, dimen=2, initialize=flexible)
    of_firm = Yearly(x.tables["zone_headroom"], ["zone"], "firm_headroom_mw")
    of_all = flexible_headroom(x)
    firm_mw = {(z, e): of_firm.least((z,), steps[e].years) for z, e in firm}
    all_mw = {(z, c, e): of_all.least(z, c, steps[e].years) for z, c, e in flexible}
    m.firm_headroom_mw = Param(m.ZONE_STEPS, initialize=firm_mw)
    m.flexible_headroom_mw = Param(m.FLEXIBLE_STEPS, initialize=all_mw)

    # A large limit makes a weak row, and one that a permit granted to a millionth would open.
    useful_mw: dict[str, float] = {
        site.site: MOST_CAPACITY_OVER_PEAK * site.max_it_mw * site.peak_pue_ratio
        for site in rows(x.tables["sites"])
    }
    for s, i, _ in c.held.contracts:
        useful_mw[s] = max(useful_mw[s], float(routes[i].max_mw))

    def most_mw(s: str, i: str, e: int) -> float:
        route_mw = min(float(routes[i].max_mw), useful_mw[s])
        if share[i] == 0.0:
            return route_mw
        room_mw = all_mw[zone[s], cut[i], e] if i in cut else firm_mw[zone[s], e]
        return min(route_mw, room_mw / share[i])

    m.most_contracted_mw = Param(m.GRID_STEPS, initialize={key: most_mw(*key) for key in held})


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """Present values of what the block spends."""
    money, steps = x.discounting, x.calendar.steps
    zone = lookup(x.tables["sites"], "site", "zone")
    works = lookup(x.tables["interconnection_routes"], "route", "cost_usd_per_kw")
    tariffs = x.tables["tariffs"]
    charge = route_price(x, "capacity_usd_per_kw_month")
    term = Yearly(tariffs, ["zone"], "term_months")
    fee = Yearly(tariffs, ["zone"], "exit_fee_usd_per_kw")
    connection = {
        (s, i, e): works[i] * KW_PER_MW * money.in_month(x.calendar.vintages[e].start_month)
        for s, i, e in m.SIGNINGS
    }
    capacity = {
        (s, i, e): charge(i, e)
        * KW_PER_MW
        * MONTHS_PER_YEAR
        * money.years(steps[e].start_month, steps[e].end_month)
        for s, i, e in m.GRID_STEPS
    }
    # Term and fee are those of the year in which the contract was signed.
    signed = x.calendar.vintages
    leaving = {
        (s, i, v, u): fee.at((zone[s],), signed[v].year)
        * KW_PER_MW
        * money.in_month(steps[u].start_month)
        for s, i, v, u in m.DROPS
        if steps[u].start_month - signed[v].start_month < term.at((zone[s],), signed[v].year)
    }
    extra = {index: usd * money.contingency for index, usd in connection.items()}
    return [
        Cost("connection_works", "contract_mw", connection),
        Cost("connection_contingency", "contract_mw", extra),
        Cost("grid_capacity", "contracted_mw", capacity),
        Cost("grid_exit_fee", "give_up_mw", leaving),
    ]
