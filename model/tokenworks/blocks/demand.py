"""Demand: every token is served from a site, rented, or left unserved at its value.

Sets
    DEMANDS         (w, r, e)       demand of workload w in region r in step e
    FLOWS           (w, r, s, e)    site s can serve it within its latency
    RENTALS         (w, r, e)       capacity can be rented for it
    UNSERVED        (w, r, e)       it may be left unserved
    SITES_OF[w, r, e in DEMANDS]    sites of FLOWS
    RENTALS_OF[w, r, e in DEMANDS]  the region, where RENTALS has the demand
    UNSERVED_OF[w, r, e in DEMANDS] the region, where UNSERVED has the demand
    RENTAL_LIMITS   (w, e)          limited rented capacity
    RENTED_REGIONS[w, e]            regions of RENTALS
Parameters
    demand_mtokens_per_s[w, r, e]   mean over the step [million output tokens/s]
    rentable_mtokens_per_s[w, e]    most that can be rented [million output tokens/s]
Variables
    flow_mtokens_per_s[w, r, s, e in FLOWS] >= 0        served from a site
    rent_mtokens_per_s[w, r, e in RENTALS] >= 0         served from rented capacity
    unserved_mtokens_per_s[w, r, e in UNSERVED] >= 0    not served
Equations
    demand_balance[w, r, e in DEMANDS]
        sum(flow_mtokens_per_s[w, r, s, e] for s in SITES_OF[w, r, e])
        + sum(rent_mtokens_per_s[w, q, e] for q in RENTALS_OF[w, r, e])
        + sum(unserved_mtokens_per_s[w, q, e] for q in UNSERVED_OF[w, r, e])
        == demand_mtokens_per_s[w, r, e]
    flow_needs_open_site[w, r, s, e in FLOWS]
        flow_mtokens_per_s[w, r, s, e]
        <= demand_mtokens_per_s[w, r, e] * is_open[s, e]
    rental_limit[w, e in RENTAL_LIMITS]
        sum(rent_mtokens_per_s[w, r, e] for r in RENTED_REGIONS[w, e])
        <= rentable_mtokens_per_s[w, e]
Costs
    network     explicit cost of serving over a (site, region) pair
    rent        price of rented tokens
    unserved    value of unserved tokens, at minimum cost
    damages     contracted damages of unserved tokens, at maximum net present value
    revenue_owned   price of tokens served from sites, at maximum net present value
    revenue_rented  price of tokens served from rented capacity, at maximum net present value
"""

from __future__ import annotations

import math

from pyomo.environ import ConcreteModel, Constraint, NonNegativeReals, Param, Set, Var

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.grouping import gather
from tokenworks.candidates.worth import TokenWorth
from tokenworks.frames import rows
from tokenworks.inputs import Inputs
from tokenworks.yearly import Yearly

OF_FLOW = {"workload": 0, "region": 1, "site": 2}


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach the balance of every demand."""
    _add_sets(m, x, c)
    m.flow_mtokens_per_s = Var(m.FLOWS, domain=NonNegativeReals)
    m.rent_mtokens_per_s = Var(m.RENTALS, domain=NonNegativeReals)
    m.unserved_mtokens_per_s = Var(m.UNSERVED, domain=NonNegativeReals)

    @m.Constraint(m.DEMANDS)
    def demand_balance(m: ConcreteModel, w: str, r: str, e: int) -> Constraint:
        return (
            sum(m.flow_mtokens_per_s[w, r, s, e] for s in m.SITES_OF[w, r, e])
            + sum(m.rent_mtokens_per_s[w, q, e] for q in m.RENTALS_OF[w, r, e])
            + sum(m.unserved_mtokens_per_s[w, q, e] for q in m.UNSERVED_OF[w, r, e])
            == m.demand_mtokens_per_s[w, r, e]
        )

    @m.Constraint(m.FLOWS)
    def flow_needs_open_site(m: ConcreteModel, w: str, r: str, s: str, e: int) -> Constraint:
        return m.flow_mtokens_per_s[w, r, s, e] <= m.demand_mtokens_per_s[w, r, e] * m.is_open[s, e]

    @m.Constraint(m.RENTAL_LIMITS)
    def rental_limit(m: ConcreteModel, w: str, e: int) -> Constraint:
        rented = sum(m.rent_mtokens_per_s[w, r, e] for r in m.RENTED_REGIONS[w, e])
        return rented <= m.rentable_mtokens_per_s[w, e]


def _add_sets(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    steps = x.calendar.steps
    demands = list(c.demand)
    flows = c.serving.flows
    priced = set(x.tables["cloud_prices"]["workload"])
    rentals = [(w, r, e) for w, r, e in demands if w in priced]
    unserved = demands if x.scenario.unserved == "priced" else []
    m.DEMANDS = Set(dimen=3, initialize=demands)
    m.FLOWS = Set(dimen=4, initialize=flows)
    m.RENTALS = Set(dimen=3, initialize=rentals)
    m.UNSERVED = Set(dimen=3, initialize=unserved)
    m.SITES_OF = Set(
        m.DEMANDS, initialize=gather(demands, (((w, r, e), s) for w, r, s, e in flows))
    )
    m.RENTALS_OF = Set(m.DEMANDS, initialize=gather(demands, ((d, d[1]) for d in rentals)))
    m.UNSERVED_OF = Set(m.DEMANDS, initialize=gather(demands, ((d, d[1]) for d in unserved)))
    m.demand_mtokens_per_s = Param(
        m.DEMANDS, initialize={d: level.mean_mtokens_per_s for d, level in c.demand.items()}
    )
    limited = x.tables["cloud_prices"].dropna(subset="max_output_tokens_per_s")
    most = Yearly(limited, ["workload"], "max_output_tokens_per_s")
    limits = list(dict.fromkeys((w, e) for w, _, e in rentals if (w,) in most))
    m.RENTAL_LIMITS = Set(dimen=2, initialize=limits)
    m.RENTED_REGIONS = Set(
        m.RENTAL_LIMITS, initialize=gather(limits, (((w, e), r) for w, r, e in rentals))
    )
    m.rentable_mtokens_per_s = Param(
        m.RENTAL_LIMITS,
        initialize={(w, e): most.mean((w,), steps[e].years) / 1e6 for w, e in limits},
    )


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """Present values of what the block spends."""
    money, steps = x.discounting, x.calendar.steps
    # Present value of a dollar on every million tokens of a mean flow of a million a second.
    seconds = [step.seconds * money.mean(step.start_month, step.end_month) for step in steps]
    pair = {
        (row.site, row.region): row.cost_usd_per_mtoken
        for row in rows(x.tables["network"])
        if not math.isnan(row.cost_usd_per_mtoken)
    }
    worth = TokenWorth(x)
    price = Yearly(x.tables["cloud_prices"], ["workload"], "rent_usd_per_mtoken")
    network = {(w, r, s, e): pair.get((s, r), 0.0) * seconds[e] for w, r, s, e in m.FLOWS}
    rents = {
        (w, e): price.mean((w,), steps[e].years) * seconds[e]
        for w, e in dict.fromkeys((w, e) for w, _, e in m.RENTALS)
    }
    rent = {(w, r, e): rents[w, e] for w, r, e in m.RENTALS}
    missed = {(w, r, e): worth.unserved_usd[w] * seconds[e] for w, r, e in m.UNSERVED}
    own_sales = {(w, r, s, e): -worth.sold_usd[w] * seconds[e] for w, r, s, e in m.FLOWS}
    rented_sales = {(w, r, e): -worth.sold_usd[w] * seconds[e] for w, r, e in m.RENTALS}
    return [
        Cost(
            "network",
            "flow_mtokens_per_s",
            network,
            of=OF_FLOW,
            shared_by="mtokens",
        ),
        Cost("rent", "rent_mtokens_per_s", rent, line="rent", of={}),
        Cost(worth.penalty, "unserved_mtokens_per_s", missed, line="penalty", of={}),
        Cost("revenue_owned", "flow_mtokens_per_s", own_sales, line="revenue", of=OF_FLOW),
        Cost("revenue_rented", "rent_mtokens_per_s", rented_sales, line="revenue", of={}),
    ]
