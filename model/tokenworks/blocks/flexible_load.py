"""Flexible load: shed at the worth of its tokens, or deferred within its window on the same day.

Sets
    SHEDDING        (s, w, o, e, t)     load that can be shed
    DEFERRALS       (s, w, e, t)        load that can wait
    WAITS           (s, w, e, t)        of DEFERRALS what may not wait all day
    ALL_DAY         (s, w, e, d)        days, by their first hour, within which it may wait
    TWOFOLD         (s, w, e, t)        load of which more than all could be shed and wait
    SHED_AT[s, e]                       (w, o) of SHEDDING
    SHED_POINTS[s, w, e in DEFERRABLE]  points of SHEDDING
    DEFERRED_AT[s, e]                   workloads of DEFERRALS
    WINDOWS         (s, w, t)           hours of WAITS
    WAITING[s, w, t in WINDOWS]         hours whose deferred load may still wait at the end of t
    DAYS            (s, w, d)           days of ALL_DAY
    HOURS_OF_DAY[s, w, d in DAYS]       their hours
    WORKLOADS       w                   flexible workloads
    CUT_HOURS       (s, e, t)           hours in which contracts of INTERRUPTIONS are cut
    CUT_ROUTES[s, e, t in CUT_HOURS]    routes of these contracts
Parameters
    sheddable_share[w]              share of an hour's load that can be shed [1]
    deferrable_share[w]             share of an hour's load that can wait [1]
Variables
    shed_mw[s, w, o, e, t in SHEDDING] >= 0         IT load not run [MW]
    defer_mw[s, w, e, t in DEFERRALS] >= 0          IT load put off [MW]
    catch_up_mw[s, w, e, t in DEFERRALS] >= 0       IT load of other hours, run now [MW]
    waiting_mwh[s, w, e, t in WAITS] >= 0           put off and not yet run [MWh]
Equations
    shed_limit[s, w, o, e, t in SHEDDING]
        shed_mw[s, w, o, e, t] <= sheddable_share[w] * sum(
            slice_shape[s, p, t] * point_load_mw[s, w, o, p, e] for p in SHED_PROFILES[s, w, o, e])
    defer_limit[s, w, e, t in DEFERRALS]
        defer_mw[s, w, e, t] <= deferrable_share[w] * sum(
            slice_shape[s, p, t] * waitable_mw[s, w, p, e] for p in WAIT_PROFILES[s, w, e])
    cut_once[s, w, e, t in TWOFOLD]
        sum(shed_mw[s, w, o, e, t] for o in SHED_POINTS[s, w, e]) + defer_mw[s, w, e, t] <= sum(
            slice_shape[s, p, t] * waitable_mw[s, w, p, e] for p in WAIT_PROFILES[s, w, e])
    day_closes[s, w, e, d in ALL_DAY]
        sum(slice_hours[s, t] * defer_mw[s, w, e, t] for t in HOURS_OF_DAY[s, w, d])
        == sum(slice_hours[s, t] * catch_up_mw[s, w, e, t] for t in HOURS_OF_DAY[s, w, d])
    waiting_balance[s, w, e, t in WAITS]
        waiting_mwh[s, w, e, t] == waiting_mwh[s, w, e, previous_slice[s, t]]
        + slice_hours[s, t] * (defer_mw[s, w, e, t] - catch_up_mw[s, w, e, t])
    wait_limit[s, w, e, t in WAITS]
        waiting_mwh[s, w, e, t]
        <= sum(slice_hours[s, u] * defer_mw[s, w, e, u] for u in WAITING[s, w, t])
    catch_up_limit[s, w, e, t in DEFERRALS]
        sum(slice_shape[s, p, t] * waitable_mw[s, w, p, e] for p in WAIT_PROFILES[s, w, e])
        - defer_mw[s, w, e, t] + catch_up_mw[s, w, e, t] <= most_load_mw[s, w, e]
    interruption[s, e, t in CUT_HOURS]
        sum(interrupted_mw[s, i, e] for i in CUT_ROUTES[s, e, t])
        <= sum(shed_mw[s, w, o, e, t] for w, o in SHED_AT[s, e])
        + sum(defer_mw[s, w, e, t] - catch_up_mw[s, w, e, t] for w in DEFERRED_AT[s, e])
Costs
    shed                penalty of the tokens that a shed megawatt does not serve
    revenue_shed        their price, at maximum net present value
Remarks
    What is put off runs later on any system that serves its workload whole at its site, a
    megawatt for a megawatt: where systems differ in what they draw for a token, the energy of what
    waits is kept, not which system it runs on.
    Load waits within a representative day, past midnight into its beginning. A window counts in
    whole slices; one of the whole day asks for no more than that the day closes. Explicit costs of
    the network are those of what was to be served.
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
    m.waiting_mwh = Var(m.WAITS, domain=NonNegativeReals)

    @m.Constraint(m.SHEDDING)
    def shed_limit(m: ConcreteModel, s: str, w: str, o: str, e: int, t: str) -> Constraint:
        return m.shed_mw[s, w, o, e, t] <= m.sheddable_share[w] * sum(
            m.slice_shape[s, p, t] * m.point_load_mw[s, w, o, p, e]
            for p in m.SHED_PROFILES[s, w, o, e]
        )

    _add_deferral(m)

    @m.Constraint(m.CUT_HOURS)
    def interruption(m: ConcreteModel, s: str, e: int, t: str) -> Constraint:
        promised = sum(m.interrupted_mw[s, i, e] for i in m.CUT_ROUTES[s, e, t])
        return promised <= sum(m.shed_mw[s, w, o, e, t] for w, o in m.SHED_AT[s, e]) + sum(
            m.defer_mw[s, w, e, t] - m.catch_up_mw[s, w, e, t] for w in m.DEFERRED_AT[s, e]
        )


def _add_deferral(m: ConcreteModel) -> None:
    def due(m: ConcreteModel, s: str, w: str, e: int, t: str) -> object:
        """Load of the hour that can wait, nothing shed or put off."""
        return sum(
            m.slice_shape[s, p, t] * m.waitable_mw[s, w, p, e] for p in m.WAIT_PROFILES[s, w, e]
        )

    @m.Constraint(m.DEFERRALS)
    def defer_limit(m: ConcreteModel, s: str, w: str, e: int, t: str) -> Constraint:
        return m.defer_mw[s, w, e, t] <= m.deferrable_share[w] * due(m, s, w, e, t)

    @m.Constraint(m.TWOFOLD)
    def cut_once(m: ConcreteModel, s: str, w: str, e: int, t: str) -> Constraint:
        shed = sum(m.shed_mw[s, w, o, e, t] for o in m.SHED_POINTS[s, w, e])
        return shed + m.defer_mw[s, w, e, t] <= due(m, s, w, e, t)

    @m.Constraint(m.ALL_DAY)
    def day_closes(m: ConcreteModel, s: str, w: str, e: int, d: str) -> Constraint:
        hours = m.HOURS_OF_DAY[s, w, d]
        return sum(m.slice_hours[s, t] * m.defer_mw[s, w, e, t] for t in hours) == sum(
            m.slice_hours[s, t] * m.catch_up_mw[s, w, e, t] for t in hours
        )

    @m.Constraint(m.WAITS)
    def waiting_balance(m: ConcreteModel, s: str, w: str, e: int, t: str) -> Constraint:
        before = m.waiting_mwh[s, w, e, m.previous_slice[s, t]]
        added = m.defer_mw[s, w, e, t] - m.catch_up_mw[s, w, e, t]
        return m.waiting_mwh[s, w, e, t] == before + m.slice_hours[s, t] * added

    @m.Constraint(m.WAITS)
    def wait_limit(m: ConcreteModel, s: str, w: str, e: int, t: str) -> Constraint:
        return m.waiting_mwh[s, w, e, t] <= sum(
            m.slice_hours[s, u] * m.defer_mw[s, w, e, u] for u in m.WAITING[s, w, t]
        )

    @m.Constraint(m.DEFERRALS)
    def catch_up_limit(m: ConcreteModel, s: str, w: str, e: int, t: str) -> Constraint:
        run = due(m, s, w, e, t) - m.defer_mw[s, w, e, t] + m.catch_up_mw[s, w, e, t]
        return run <= m.most_load_mw[s, w, e]


def _add_sets(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    found = c.flexible
    shed, defer = found.sheddable, found.deferrable
    points, waits = found.sheds, found.deferrals
    m.SHEDDING = Set(dimen=5, initialize=[(*key, t) for key in points for t in m.SLICES_OF[key[0]]])
    hours = [(s, w, e, t) for s, w, e in waits for t in m.SLICES_OF[s]]
    twofold = [key for key in hours if defer[key[1]] + shed.get(key[1], 0.0) > 1.0]
    days = gather({(s, w) for s, w, _ in waits}, (((s, w), d) for s, w, d in found.all_day))
    m.DEFERRALS = Set(dimen=4, initialize=hours)
    m.WAITS = Set(dimen=4, initialize=[i for i in hours if (i[0], i[1], i[3]) in found.waiting])
    m.ALL_DAY = Set(dimen=4, initialize=[(s, w, e, d) for s, w, e in waits for d in days[s, w]])
    m.TWOFOLD = Set(dimen=4, initialize=twofold)
    at = gather(m.SITE_STEPS, (((s, e), (w, o)) for s, w, o, e in points))
    m.SHED_AT = Set(m.SITE_STEPS, dimen=2, initialize=at)
    of_workload = gather(m.DEFERRABLE, (((s, w, e), o) for s, w, o, e in points))
    m.SHED_POINTS = Set(m.DEFERRABLE, initialize=of_workload)
    deferred = gather(m.SITE_STEPS, (((s, e), w) for s, w, e in waits))
    m.DEFERRED_AT = Set(m.SITE_STEPS, initialize=deferred)
    m.WINDOWS = Set(dimen=3, initialize=list(found.waiting))
    m.WAITING = Set(m.WINDOWS, initialize=found.waiting)
    m.DAYS = Set(dimen=3, initialize=list(found.all_day))
    m.HOURS_OF_DAY = Set(m.DAYS, initialize=found.all_day)
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
