"""Flexible load: shed at the worth of its tokens, or deferred within its window on the same day.

Sets
    SHEDDING        (s, w, o, e, t)     load that can be shed
    DEFERRALS       (s, w, o, e, t)     load that can wait
    TWOFOLD         (s, w, o, e, t)     load of which more than all could be shed and wait
    SHED_AT[s, e]                       (w, o) of SHEDDING
    DEFERRED_AT[s, e]                   (w, o) of DEFERRALS
    WAITS           (s, w, t)           hours of DEFERRALS
    WAITING[s, w, t in WAITS]           hours whose deferred load may still wait at the end of t
    WORKLOADS       w                   flexible workloads
    CUT_HOURS       (s, e, t)           hours in which contracts of INTERRUPTIONS are cut
    CUT_ROUTES[s, e, t in CUT_HOURS]    routes of these contracts
Parameters
    sheddable_share[w]              share of an hour's load that can be shed [1]
    deferrable_share[w]             share of an hour's load that can wait [1]
Variables
    shed_mw[s, w, o, e, t in SHEDDING] >= 0             IT load not run [MW]
    defer_mw[s, w, o, e, t in DEFERRALS] >= 0           IT load put off [MW]
    catch_up_mw[s, w, o, e, t in DEFERRALS] >= 0        IT load of earlier hours, run now [MW]
    waiting_mwh[s, w, o, e, t in DEFERRALS] >= 0        put off and not yet run [MWh]
Equations
    shed_limit[s, w, o, e, t in SHEDDING]
        shed_mw[s, w, o, e, t] <= sheddable_share[w] * sum(
            slice_shape[s, p, t] * point_load_mw[s, w, o, p, e] for p in PROFILES_OF[s, w, o, e])
    defer_limit[s, w, o, e, t in DEFERRALS]
        defer_mw[s, w, o, e, t] <= deferrable_share[w] * sum(
            slice_shape[s, p, t] * point_load_mw[s, w, o, p, e] for p in PROFILES_OF[s, w, o, e])
    cut_once[s, w, o, e, t in TWOFOLD]
        shed_mw[s, w, o, e, t] + defer_mw[s, w, o, e, t] <= sum(
            slice_shape[s, p, t] * point_load_mw[s, w, o, p, e] for p in PROFILES_OF[s, w, o, e])
    waiting_balance[s, w, o, e, t in DEFERRALS]
        waiting_mwh[s, w, o, e, t] == waiting_mwh[s, w, o, e, previous_slice[s, t]]
        + slice_hours[s, t] * (defer_mw[s, w, o, e, t] - catch_up_mw[s, w, o, e, t])
    wait_limit[s, w, o, e, t in DEFERRALS]
        waiting_mwh[s, w, o, e, t]
        <= sum(slice_hours[s, u] * defer_mw[s, w, o, e, u] for u in WAITING[s, w, t])
    catch_up_limit[s, w, o, e, t in DEFERRALS]
        sum(slice_shape[s, p, t] * point_load_mw[s, w, o, p, e] for p in PROFILES_OF[s, w, o, e])
        - defer_mw[s, w, o, e, t] + catch_up_mw[s, w, o, e, t] <= most_load_mw[s, w, o, e]
    interruption[s, e, t in CUT_HOURS]
        sum(interrupted_mw[s, i, e] for i in CUT_ROUTES[s, e, t])
        <= sum(shed_mw[s, w, o, e, t] for w, o in SHED_AT[s, e])
        + sum(defer_mw[s, w, o, e, t] - catch_up_mw[s, w, o, e, t] for w, o in DEFERRED_AT[s, e])
Costs
    shed                penalty of the tokens that a shed megawatt does not serve
    revenue_shed        their price, at maximum net present value
Remarks
    Load waits within a representative day, past midnight into its beginning. A window counts in
    whole slices. Explicit costs of the network are those of what was to be served.
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, NonNegativeReals, Param, Set, Var

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.contracts import cut_slices
from tokenworks.candidates.grouping import gather
from tokenworks.candidates.worth import TokenWorth
from tokenworks.inputs import Inputs

OF_SHED = {"site": 0, "workload": 1}


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach what flexible load does in every hour."""
    _add_sets(m, x, c)
    m.shed_mw = Var(m.SHEDDING, domain=NonNegativeReals)
    m.defer_mw = Var(m.DEFERRALS, domain=NonNegativeReals)
    m.catch_up_mw = Var(m.DEFERRALS, domain=NonNegativeReals)
    m.waiting_mwh = Var(m.DEFERRALS, domain=NonNegativeReals)

    def due(m: ConcreteModel, s: str, w: str, o: str, e: int, t: str) -> object:
        """Load of the hour, nothing shed or put off."""
        return sum(
            m.slice_shape[s, p, t] * m.point_load_mw[s, w, o, p, e]
            for p in m.PROFILES_OF[s, w, o, e]
        )

    @m.Constraint(m.SHEDDING)
    def shed_limit(m: ConcreteModel, s: str, w: str, o: str, e: int, t: str) -> Constraint:
        return m.shed_mw[s, w, o, e, t] <= m.sheddable_share[w] * due(m, s, w, o, e, t)

    @m.Constraint(m.DEFERRALS)
    def defer_limit(m: ConcreteModel, s: str, w: str, o: str, e: int, t: str) -> Constraint:
        return m.defer_mw[s, w, o, e, t] <= m.deferrable_share[w] * due(m, s, w, o, e, t)

    @m.Constraint(m.TWOFOLD)
    def cut_once(m: ConcreteModel, s: str, w: str, o: str, e: int, t: str) -> Constraint:
        return m.shed_mw[s, w, o, e, t] + m.defer_mw[s, w, o, e, t] <= due(m, s, w, o, e, t)

    @m.Constraint(m.DEFERRALS)
    def waiting_balance(m: ConcreteModel, s: str, w: str, o: str, e: int, t: str) -> Constraint:
        before = m.waiting_mwh[s, w, o, e, m.previous_slice[s, t]]
        added = m.defer_mw[s, w, o, e, t] - m.catch_up_mw[s, w, o, e, t]
        return m.waiting_mwh[s, w, o, e, t] == before + m.slice_hours[s, t] * added

    @m.Constraint(m.DEFERRALS)
    def wait_limit(m: ConcreteModel, s: str, w: str, o: str, e: int, t: str) -> Constraint:
        return m.waiting_mwh[s, w, o, e, t] <= sum(
            m.slice_hours[s, u] * m.defer_mw[s, w, o, e, u] for u in m.WAITING[s, w, t]
        )

    @m.Constraint(m.DEFERRALS)
    def catch_up_limit(m: ConcreteModel, s: str, w: str, o: str, e: int, t: str) -> Constraint:
        return (
            due(m, s, w, o, e, t) - m.defer_mw[s, w, o, e, t] + m.catch_up_mw[s, w, o, e, t]
            <= m.most_load_mw[s, w, o, e]
        )

    @m.Constraint(m.CUT_HOURS)
    def interruption(m: ConcreteModel, s: str, e: int, t: str) -> Constraint:
        promised = sum(m.interrupted_mw[s, i, e] for i in m.CUT_ROUTES[s, e, t])
        return promised <= sum(m.shed_mw[s, w, o, e, t] for w, o in m.SHED_AT[s, e]) + sum(
            m.defer_mw[s, w, o, e, t] - m.catch_up_mw[s, w, o, e, t] for w, o in m.DEFERRED_AT[s, e]
        )


def _add_sets(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    found = c.flexible
    shed, defer = found.sheddable, found.deferrable
    both = set(found.sheds) & set(found.deferrals)
    twofold = [key for key in found.sheds if key in both and shed[key[1]] + defer[key[1]] > 1.0]
    hourly = {
        "SHEDDING": found.sheds,
        "DEFERRALS": found.deferrals,
        "TWOFOLD": twofold,
    }
    for name, points in hourly.items():
        members = [(s, w, o, e, t) for s, w, o, e in points for t in m.SLICES_OF[s]]
        m.add_component(name, Set(dimen=5, initialize=members))
    for name, points in (("SHED_AT", found.sheds), ("DEFERRED_AT", found.deferrals)):
        at = gather(m.SITE_STEPS, (((s, e), (w, o)) for s, w, o, e in points))
        m.add_component(name, Set(m.SITE_STEPS, dimen=2, initialize=at))
    m.WAITS = Set(dimen=3, initialize=list(found.waiting))
    m.WAITING = Set(m.WAITS, initialize=found.waiting)
    workloads = list(dict.fromkeys([*shed, *defer]))
    m.WORKLOADS = Set(initialize=workloads)
    m.sheddable_share = Param(m.WORKLOADS, initialize={w: shed.get(w, 0.0) for w in workloads})
    m.deferrable_share = Param(m.WORKLOADS, initialize={w: defer.get(w, 0.0) for w in workloads})
    cut: dict[tuple[str, int, str], list[str]] = {}
    slices_cut = cut_slices(x, c.slices) if found.interruptions else set()
    for s, i, e in found.interruptions:
        for t in m.SLICES_OF[s]:
            if (s, i, t) in slices_cut:
                cut.setdefault((s, e, t), []).append(i)
    m.CUT_HOURS = Set(dimen=3, initialize=list(cut))
    m.CUT_ROUTES = Set(m.CUT_HOURS, initialize=cut)


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """Present values of the tokens that shed load does not serve."""
    worth, money, steps = TokenWorth(x), x.discounting, x.calendar.steps
    seconds = [step.seconds * money.mean(step.start_month, step.end_month) for step in steps]
    lost = {
        (s, w, o, e, t): seconds[e]
        * c.slices[s].share[t]
        / c.serving.matches[w, o].load_mw_per_mtoken_per_s(e)
        for s, w, o, e, t in m.SHEDDING
    }
    missed = {index: tokens * worth.unserved_usd[index[1]] for index, tokens in lost.items()}
    unsold = {index: tokens * worth.sold_usd[index[1]] for index, tokens in lost.items()}
    return [
        Cost("shed", "shed_mw", missed, line="penalty", of=OF_SHED),
        Cost("revenue_shed", "shed_mw", unsold, line="revenue", of=OF_SHED),
    ]
