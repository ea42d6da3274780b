"""Adequacy: firm capacity covers the design-day peak at the end of every step.

Sets
    PEAK_HOURS      (s, t, e)           hour of day t that can hold the peak of site s
    SERVED_AT[s, e]                     (w, o, g) of SERVES
    FIRM_GRIDS_AT[s, e]                 routes of GRID_STEPS that are never cut
    PEAK_LOADS      (s, w, o, g, t, e)  where a peak can be
    CREDITED_AT[s, e in SITE_STEPS]     technologies that count by their mean
Parameters
    peak_load_mw[s, w, o, g, t, e]      IT load above idle in the hour, at the end of the step, for
                                        a mean million output tokens/s [MW]
    peak_pue_ratio[s]                   meter over IT load on the design day [1]
    firm_share[k]                       capacity credit on the design day, after forced outage and
                                        margin [1]
Variables
    peak_it_mw[s, e in SITE_STEPS] >= 0     coincident peak of the site's IT load [MW]
Equations
    coincident_peak[s, t, e in PEAK_HOURS]
        idle_mw[s, e] + sum(peak_load_mw[s, w, o, g, t, e] * serve_mtokens_per_s[s, w, o, g, e]
            for w, o, g in SERVED_AT[s, e]) <= peak_it_mw[s, e]
    firm_capacity[s, e in SITE_STEPS]
        peak_pue_ratio[s] * (peak_it_mw[s, e]
            - sum(interrupted_mw[s, i, e] for i in INTERRUPTED_AT[s, e]))
        <= sum(contracted_mw[s, i, e] for i in FIRM_GRIDS_AT[s, e])
        + sum(firm_share[k] * capacity_mw[s, k, e] for k in CREDITED_AT[s, e])
        + sum(firm_mw[s, k, e] for k in UNITS_AT[s, e])
Remarks
    Firm grid carries no second margin: the margin divides what the site supplies itself.
    A flexible contract covers what dispatch sheds or defers while it is cut, and no more than it
    holds; with that the row holds in curtailed hours, and so in all others.
    Without a target of availability all technologies count by their mean.
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, NonNegativeReals, Param, Set, Var

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.contracts import FLEXIBLE
from tokenworks.candidates.demand import peak_hours
from tokenworks.candidates.firm import firm_share, has_units
from tokenworks.candidates.grouping import gather
from tokenworks.frames import lookup, rows
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach the cover of the peak; nothing where the scenario switches adequacy off."""
    if not x.scenario.power.adequacy:
        return
    _add_sets(m, x, c)
    m.peak_it_mw = Var(m.SITE_STEPS, domain=NonNegativeReals)

    @m.Constraint(m.PEAK_HOURS)
    def coincident_peak(m: ConcreteModel, s: str, t: int, e: int) -> Constraint:
        above_idle = sum(
            m.peak_load_mw[s, w, o, g, t, e] * m.serve_mtokens_per_s[s, w, o, g, e]
            for w, o, g in m.SERVED_AT[s, e]
        )
        return m.idle_mw[s, e] + above_idle <= m.peak_it_mw[s, e]

    @m.Constraint(m.SITE_STEPS)
    def firm_capacity(m: ConcreteModel, s: str, e: int) -> Constraint:
        firmly_fed = m.peak_it_mw[s, e] - sum(
            m.interrupted_mw[s, i, e] for i in m.INTERRUPTED_AT[s, e]
        )
        return m.peak_pue_ratio[s] * firmly_fed <= sum(
            m.contracted_mw[s, i, e] for i in m.FIRM_GRIDS_AT[s, e]
        ) + sum(m.firm_share[k] * m.capacity_mw[s, k, e] for k in m.CREDITED_AT[s, e]) + sum(
            m.firm_mw[s, k, e] for k in m.UNITS_AT[s, e]
        )


def _add_sets(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    served = c.serving
    at = gather(m.SITE_STEPS, (((s, e), (w, o, g)) for s, w, o, g, e in m.SERVES))
    m.SERVED_AT = Set(m.SITE_STEPS, dimen=3, initialize=at)
    firmness = lookup(x.tables["interconnection_routes"], "route", "firmness")
    firm = (((s, e), i) for s, i, e in m.GRID_STEPS if firmness[i] != FLEXIBLE)
    m.FIRM_GRIDS_AT = Set(m.SITE_STEPS, initialize=gather(m.SITE_STEPS, firm))
    hours, peak = [], {}
    for (s, e), carried in at.items():
        shapes = {
            (w, g): c.profiles[served.profile_of[s, w, g]] * served.end_ratio[s, w, g, e]
            for w, _, g in carried
        }
        # A site without load has its idle systems to cover, at any hour.
        for hour in peak_hours(list(shapes.values())) if shapes else [0]:
            hours.append((s, hour, e))
            for w, o, g in carried:
                load = served.matches[w, o].load_mw_per_mtoken_per_s(e)
                peak[s, w, o, g, hour, e] = load * float(shapes[w, g][hour])
    m.PEAK_HOURS = Set(dimen=3, initialize=hours)
    m.PEAK_LOADS = Set(dimen=6, initialize=list(peak))
    m.peak_load_mw = Param(m.PEAK_LOADS, initialize=peak)
    pue = lookup(x.tables["sites"], "site", "peak_pue_ratio")
    m.peak_pue_ratio = Param(m.OPENABLE, initialize={s: pue[s] for s in m.OPENABLE})
    technologies = list(rows(x.tables["power_technologies"]))
    unforced = {
        row.technology: firm_share(x, row) * (1.0 - row.forced_outage_fraction)
        for row in technologies
    }
    m.firm_share = Param(m.TECHNOLOGIES, initialize={k: unforced[k] for k in m.TECHNOLOGIES})
    by_mean = {row.technology for row in technologies if not has_units(x, row)}
    credited = {(s, e): [k for k in m.SOURCES_AT[s, e] if k in by_mean] for s, e in at}
    m.CREDITED_AT = Set(m.SITE_STEPS, initialize=credited)


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: its variables cost nothing by themselves."""
    return []
