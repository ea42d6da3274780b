"""Commitment: what is large against its site has a least output, and changes it only so fast.

Linear: of the capacity in service some is online, the same all day, and runs between its least
output and its full.

Sets
    ONLINE_DAYS     (s, k, e, d)    technologies with whole counts that are bound by either
    ONLINE_HOURS    (s, k, e, t)    hours of ONLINE_DAYS
    STIFF_HOURS     (s, k, e, t)    hours before which output cannot change as it will
    STIFF_SLICES    (s, k, t)       hours of STIFF_HOURS
    COMMITTED       (s, k, d)       days of ONLINE_DAYS
Parameters
    day_of_slice[s, t]              day of the hour
    online_share[s, k, d]           capacity that is not out of service, of nameplate [1]
    minimum_load[k]                 least output of what is online [1]
    ramp_share[s, k, t]             most change of output since the slice before, middle to
                                    middle, of what is online [1]
Variables
    online_mw[s, k, e, d in ONLINE_DAYS] >= 0       [MW]
Equations
    online_limit[s, k, e, d in ONLINE_DAYS]
        online_mw[s, k, e, d] <= online_share[s, k, d] * capacity_mw[s, k, e]
    least_output[s, k, e, t in ONLINE_HOURS]
        minimum_load[k] * online_mw[s, k, e, day_of_slice[s, t]] <= generate_mw[s, k, e, t]
    most_output[s, k, e, t in ONLINE_HOURS]
        generate_mw[s, k, e, t] <= online_mw[s, k, e, day_of_slice[s, t]]
    ramp_up[s, k, e, t in STIFF_HOURS]
        generate_mw[s, k, e, t] - generate_mw[s, k, e, previous_slice[s, t]]
        <= ramp_share[s, k, t] * online_mw[s, k, e, day_of_slice[s, t]]
    ramp_down[s, k, e, t in STIFF_HOURS]
        generate_mw[s, k, e, previous_slice[s, t]] - generate_mw[s, k, e, t]
        <= ramp_share[s, k, t] * online_mw[s, k, e, day_of_slice[s, t]]
Remarks
    Days are cyclic, as they are for storage. A small module starts and stops by itself.
"""

from __future__ import annotations

from pyomo.environ import Any as AnyValue
from pyomo.environ import ConcreteModel, Constraint, NonNegativeReals, Param, Set, Var

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.frames import NamedRow, given, rows_by
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach least output and ramps of large modules."""
    _add_sets(m, x, c)
    m.online_mw = Var(m.ONLINE_DAYS, domain=NonNegativeReals)

    @m.Constraint(m.ONLINE_DAYS)
    def online_limit(m: ConcreteModel, s: str, k: str, e: int, d: str) -> Constraint:
        return m.online_mw[s, k, e, d] <= m.online_share[s, k, d] * m.capacity_mw[s, k, e]

    @m.Constraint(m.ONLINE_HOURS)
    def least_output(m: ConcreteModel, s: str, k: str, e: int, t: str) -> Constraint:
        least = m.minimum_load[k] * m.online_mw[s, k, e, m.day_of_slice[s, t]]
        return least <= m.generate_mw[s, k, e, t]

    @m.Constraint(m.ONLINE_HOURS)
    def most_output(m: ConcreteModel, s: str, k: str, e: int, t: str) -> Constraint:
        return m.generate_mw[s, k, e, t] <= m.online_mw[s, k, e, m.day_of_slice[s, t]]

    @m.Constraint(m.STIFF_HOURS)
    def ramp_up(m: ConcreteModel, s: str, k: str, e: int, t: str) -> Constraint:
        before = m.generate_mw[s, k, e, m.previous_slice[s, t]]
        most = m.ramp_share[s, k, t] * m.online_mw[s, k, e, m.day_of_slice[s, t]]
        return m.generate_mw[s, k, e, t] - before <= most

    @m.Constraint(m.STIFF_HOURS)
    def ramp_down(m: ConcreteModel, s: str, k: str, e: int, t: str) -> Constraint:
        before = m.generate_mw[s, k, e, m.previous_slice[s, t]]
        most = m.ramp_share[s, k, t] * m.online_mw[s, k, e, m.day_of_slice[s, t]]
        return before - m.generate_mw[s, k, e, t] <= most


def _add_sets(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    rows, slices = rows_by(x.tables["power_technologies"], "technology"), c.slices
    m.day_of_slice = Param(
        m.SLICES, within=AnyValue, initialize={(s, t): slices[s].day[t] for s, t in m.SLICES}
    )
    bound = [(s, k) for s, k in m.SITE_POWER if (s, k) in c.assets.whole and _is_bound(rows[k])]
    share = {
        (s, k, slices[s].day[t]): m.available_share[s, k, t]
        for s, k in bound
        for t in m.SLICES_OF[s]
    }
    m.COMMITTED = Set(dimen=3, initialize=list(share))
    m.online_share = Param(m.COMMITTED, initialize=share)
    ramps = {}
    for s, k in bound:
        per_hour, here = given(rows[k].ramp_fraction_per_hour, 1.0), slices[s]
        for t, before in here.previous.items():
            most = per_hour * (here.hours[t] + here.hours[before]) / 2.0
            if t != before and most < 1.0:
                ramps[s, k, t] = most
    m.STIFF_SLICES = Set(dimen=3, initialize=list(ramps))
    m.ramp_share = Param(m.STIFF_SLICES, initialize=ramps)
    least = {k: given(rows[k].minimum_load_fraction, 0.0) for k in m.TECHNOLOGIES}
    m.minimum_load = Param(m.TECHNOLOGIES, initialize=least)
    limited = {(s, k) for s, k, _ in ramps} | {(s, k) for s, k in bound if least[k] > 0.0}
    steps = [(s, k, e) for s, k, e in m.POWER_STEPS if (s, k) in limited]
    days = {s: list(dict.fromkeys(slices[s].day.values())) for s in m.OPENABLE}
    m.ONLINE_DAYS = Set(dimen=4, initialize=[(s, k, e, d) for s, k, e in steps for d in days[s]])
    hours = [(s, k, e, t) for s, k, e in steps for t in m.SLICES_OF[s]]
    m.ONLINE_HOURS = Set(dimen=4, initialize=hours)
    m.STIFF_HOURS = Set(
        dimen=4, initialize=[(s, k, e, t) for s, k, e, t in hours if (s, k, t) in ramps]
    )


def _is_bound(technology: NamedRow) -> bool:
    least = given(technology.minimum_load_fraction, 0.0)
    ramp = given(technology.ramp_fraction_per_hour, 1.0)
    return bool(technology.kind == "thermal" and (least > 0.0 or ramp < 1.0))


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: its variables cost nothing by themselves."""
    return []
