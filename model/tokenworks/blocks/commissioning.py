"""Commissioning: systems enter service no faster than a site can take them in.

Sets
    RAMP_STEPS      (s, e)          systems can enter at step e, at a site with a rate
    RAMPS           (s, h, e)       PURCHASES of RAMP_STEPS
    ENTERING[s, e in RAMP_STEPS]    systems of RAMPS
    RAMP_SEGMENTS   (s, e, j)       segments of the ramp's loss
    RAMP_HOURS      (s, h, t, e)    hour of day t that can hold the peak of the systems
    RAMP_SERVED[s, h, e in RAMPS]   (w, o, g) of SERVES
    RAMP_SHAPES     (s, w, g, t)    where a peak can be
Parameters
    commissioning_mw[s, e]          most that can be taken in during the step [MW]
    ramp_slope[s, e, j]             of the loss, over what enters [1]
    ramp_offset_mw[s, e, j]         of the same [MW]
    mean_hour_factor[s, w, g, t]    hour of day over daily mean [1]
Variables
    ramping_systems[s, h, e in RAMPS] >= 0      mean over the step of those bought and not yet there
Equations
    commissioning_rate[s, e in RAMP_STEPS]
        sum(design_mw_per_system[h] * buy_systems[s, h, e] for h in ENTERING[s, e])
        <= commissioning_mw[s, e]
    ramp_loss[s, e, j in RAMP_SEGMENTS]
        ramp_slope[s, e, j]
        * sum(design_mw_per_system[h] * buy_systems[s, h, e] for h in ENTERING[s, e])
        <= sum(design_mw_per_system[h] * ramping_systems[s, h, e] for h in ENTERING[s, e])
        + ramp_offset_mw[s, e, j]
    ramping_is_entering[s, h, e in RAMPS]
        ramping_systems[s, h, e] <= buy_systems[s, h, e]
    ramped_mean[s, h, t, e in RAMP_HOURS]
        held_over_serving_ratio[h] * sum(
            mean_hour_factor[s, w, g, t] / usable_mtokens_per_s[w, o, e]
            * serve_mtokens_per_s[s, w, o, g, e]
            for w, o, g in RAMP_SERVED[s, h, e])
        <= systems[s, h, e] - ramping_systems[s, h, e]
Remarks
    D megawatts that enter at R megawatts a month are there after D / R months, so that D^2 / (2 R)
    megawatt-months are missing from the step: over its M months, D^2 / (2 K) of mean capacity, with
    K = R M, the most that can enter. That curve is replaced by its chords between K / 4, K / 2 and
    3 K / 4, which lie above it by K / 128 at most: conservative. At the end of the step all of it
    is there, so peaks, halls, power and idle load count it in full. What is served is held to the
    mean capacity: capacity to spare late in a step makes up for its beginning.
"""

from __future__ import annotations

import math

from pyomo.environ import ConcreteModel, Constraint, NonNegativeReals, Param, Set, Var

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.demand import peak_hours
from tokenworks.candidates.grouping import gather
from tokenworks.frames import lookup
from tokenworks.inputs import Inputs

# Chords of the loss curve.
SEGMENTS = range(4)


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach the ramp of systems; none where no site has a rate."""
    _add_sets(m, x)
    _add_hours(m, c)
    _add_parameters(m, x)
    m.ramping_systems = Var(m.RAMPS, domain=NonNegativeReals)

    @m.Constraint(m.RAMP_STEPS)
    def commissioning_rate(m: ConcreteModel, s: str, e: int) -> Constraint:
        entering = sum(m.design_mw_per_system[h] * m.buy_systems[s, h, e] for h in m.ENTERING[s, e])
        return entering <= m.commissioning_mw[s, e]

    @m.Constraint(m.RAMP_SEGMENTS)
    def ramp_loss(m: ConcreteModel, s: str, e: int, j: int) -> Constraint:
        entering = sum(m.design_mw_per_system[h] * m.buy_systems[s, h, e] for h in m.ENTERING[s, e])
        missing = sum(
            m.design_mw_per_system[h] * m.ramping_systems[s, h, e] for h in m.ENTERING[s, e]
        )
        return m.ramp_slope[s, e, j] * entering <= missing + m.ramp_offset_mw[s, e, j]

    @m.Constraint(m.RAMPS)
    def ramping_is_entering(m: ConcreteModel, s: str, h: str, e: int) -> Constraint:
        return m.ramping_systems[s, h, e] <= m.buy_systems[s, h, e]

    @m.Constraint(m.RAMP_HOURS)
    def ramped_mean(m: ConcreteModel, s: str, h: str, t: int, e: int) -> Constraint:
        return (
            m.held_over_serving_ratio[h]
            * sum(
                m.mean_hour_factor[s, w, g, t]
                / m.usable_mtokens_per_s[w, o, e]
                * m.serve_mtokens_per_s[s, w, o, g, e]
                for w, o, g in m.RAMP_SERVED[s, h, e]
            )
            <= m.systems[s, h, e] - m.ramping_systems[s, h, e]
        )


def _add_sets(m: ConcreteModel, x: Inputs) -> None:
    rate = lookup(x.tables["sites"], "site", "commissioning_mw_per_month")
    ramps = [(s, h, e) for s, h, e in m.PURCHASES if e >= 0 and not math.isnan(rate[s])]
    steps = list(dict.fromkeys((s, e) for s, _, e in ramps))
    m.RAMPS = Set(dimen=3, initialize=ramps)
    m.RAMP_STEPS = Set(dimen=2, initialize=steps)
    m.ENTERING = Set(m.RAMP_STEPS, initialize=gather(steps, (((s, e), h) for s, h, e in ramps)))
    m.RAMP_SEGMENTS = Set(dimen=3, initialize=[(s, e, j) for s, e in steps for j in SEGMENTS])


def _add_hours(m: ConcreteModel, c: Candidates) -> None:
    served = c.serving
    carried = gather(
        m.RAMPS,
        (((s, served.matches[w, o].system, e), (w, o, g)) for s, w, o, g, e in m.SERVES),
    )
    m.RAMP_SERVED = Set(m.RAMPS, dimen=3, initialize=carried)
    hours, factors = [], {}
    for (s, h, e), uses in carried.items():
        shapes = {(w, g): c.profiles[served.profile_of[s, w, g]] for w, _, g in uses}
        for hour in peak_hours(list(shapes.values())) if shapes else []:
            hours.append((s, h, hour, e))
            factors.update({(s, w, g, hour): float(f[hour]) for (w, g), f in shapes.items()})
    m.RAMP_HOURS = Set(dimen=4, initialize=hours)
    m.RAMP_SHAPES = Set(dimen=4, initialize=list(factors))
    m.mean_hour_factor = Param(m.RAMP_SHAPES, initialize=factors)


def _add_parameters(m: ConcreteModel, x: Inputs) -> None:
    rate = lookup(x.tables["sites"], "site", "commissioning_mw_per_month")
    most = {(s, e): rate[s] * x.calendar.steps[e].months for s, e in m.RAMP_STEPS}
    m.commissioning_mw = Param(m.RAMP_STEPS, initialize=most)
    # The chord of D^2 / 2K between jK/4 and (j+1)K/4.
    m.ramp_slope = Param(
        m.RAMP_SEGMENTS, initialize={(s, e, j): (2 * j + 1) / 8.0 for s, e, j in m.RAMP_SEGMENTS}
    )
    m.ramp_offset_mw = Param(
        m.RAMP_SEGMENTS,
        initialize={(s, e, j): j * (j + 1) / 32.0 * most[s, e] for s, e, j in m.RAMP_SEGMENTS},
    )


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: its variables cost nothing by themselves."""
    return []
