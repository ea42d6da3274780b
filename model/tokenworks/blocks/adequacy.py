"""Adequacy: firm capacity covers the design-day peak at the end of every step.

Sets
    PEAK_HOURS      (s, t, e)           hour of day t that can hold the peak of site s
    PEAK_PROFILES   (s, p, e)           daily profiles of what is served at site s
    PROFILES_AT[s, e]                   profiles of PEAK_PROFILES
    SERVED_WITH[s, p, e]                (w, o, g) of SERVES whose daily profile is p
    PROFILE_HOURS   (p, t)              where a peak can be
    GROWING         (s, w, g, e)        groups of SERVES
    FIRM_GRIDS_AT[s, e]                 routes of GRID_STEPS that are never cut
    CREDITED_AT[s, e in SITE_STEPS]     technologies that count by their mean
Parameters
    end_ratio[s, w, g, e]               demand at the end of the step over its mean [1]
    peak_shape[p, t]                    hour of day over daily mean [1]
    peak_pue_ratio[s]                   meter over IT load on the design day [1]
    firm_share[k]                       capacity credit on the design day, after forced outage and
                                        margin [1]
Variables
    end_load_mw[s, p, e in PEAK_PROFILES] >= 0      mean IT load above idle, at the end of the step
                                                    [MW]
    peak_it_mw[s, e in SITE_STEPS] >= 0     coincident peak of the site's IT load [MW]
Equations
    load_at_end[s, p, e in PEAK_PROFILES]
        end_load_mw[s, p, e] == sum(
            end_ratio[s, w, g, e] * load_mw_per_mtoken_per_s[w, o, e]
            * serve_mtokens_per_s[s, w, o, g, e] for w, o, g in SERVED_WITH[s, p, e])
    coincident_peak[s, t, e in PEAK_HOURS]
        idle_mw[s, e] + sum(peak_shape[p, t] * end_load_mw[s, p, e] for p in PROFILES_AT[s, e])
        <= peak_it_mw[s, e]
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
    m.end_load_mw = Var(m.PEAK_PROFILES, domain=NonNegativeReals)
    m.peak_it_mw = Var(m.SITE_STEPS, domain=NonNegativeReals)

    @m.Constraint(m.PEAK_PROFILES)
    def load_at_end(m: ConcreteModel, s: str, p: str, e: int) -> Constraint:
        return m.end_load_mw[s, p, e] == sum(
            m.end_ratio[s, w, g, e]
            * m.load_mw_per_mtoken_per_s[w, o, e]
            * m.serve_mtokens_per_s[s, w, o, g, e]
            for w, o, g in m.SERVED_WITH[s, p, e]
        )

    @m.Constraint(m.PEAK_HOURS)
    def coincident_peak(m: ConcreteModel, s: str, t: int, e: int) -> Constraint:
        above_idle = sum(m.peak_shape[p, t] * m.end_load_mw[s, p, e] for p in m.PROFILES_AT[s, e])
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
    _add_peaks(m, c)
    firmness = lookup(x.tables["interconnection_routes"], "route", "firmness")
    firm = (((s, e), i) for s, i, e in m.GRID_STEPS if firmness[i] != FLEXIBLE)
    m.FIRM_GRIDS_AT = Set(m.SITE_STEPS, initialize=gather(m.SITE_STEPS, firm))
    pue = lookup(x.tables["sites"], "site", "peak_pue_ratio")
    m.peak_pue_ratio = Param(m.OPENABLE, initialize={s: pue[s] for s in m.OPENABLE})
    technologies = list(rows(x.tables["power_technologies"]))
    unforced = {
        row.technology: firm_share(x, row) * (1.0 - row.forced_outage_fraction)
        for row in technologies
    }
    m.firm_share = Param(m.TECHNOLOGIES, initialize={k: unforced[k] for k in m.TECHNOLOGIES})
    by_mean = {row.technology for row in technologies if not has_units(x, row)}
    credited = {(s, e): [k for k in m.SOURCES_AT[s, e] if k in by_mean] for s, e in m.SITE_STEPS}
    m.CREDITED_AT = Set(m.SITE_STEPS, initialize=credited)


def _add_peaks(m: ConcreteModel, c: Candidates) -> None:
    """Hours of a site's peak: what is served with one daily profile peaks together."""
    served = c.serving
    of = [((s, served.profile_of[s, w, g], e), (w, o, g)) for s, w, o, g, e in m.SERVES]
    keys = list(dict.fromkeys(key for key, _ in of))
    profiles = gather(m.SITE_STEPS, (((s, e), p) for s, p, e in keys))
    # A site without load has its idle systems to cover, at any hour.
    hours = {
        names: peak_hours([c.profiles[p] for p in names]) if names else [0]
        for names in dict.fromkeys(tuple(of_step) for of_step in profiles.values())
    }
    m.PEAK_HOURS = Set(
        dimen=3,
        initialize=[(s, t, e) for (s, e), names in profiles.items() for t in hours[tuple(names)]],
    )
    m.PEAK_PROFILES = Set(dimen=3, initialize=keys)
    m.PROFILES_AT = Set(m.SITE_STEPS, initialize=profiles)
    m.SERVED_WITH = Set(m.PEAK_PROFILES, dimen=3, initialize=gather(keys, of))
    shapes = {
        (p, t): float(c.profiles[p][t])
        for names, found in hours.items()
        for p in names
        for t in found
    }
    m.PROFILE_HOURS = Set(dimen=2, initialize=list(shapes))
    m.peak_shape = Param(m.PROFILE_HOURS, initialize=shapes)
    ends = {(s, w, g, e): served.end_ratio[s, w, g, e] for s, w, _, g, e in m.SERVES}
    m.GROWING = Set(dimen=4, initialize=list(ends))
    m.end_ratio = Param(m.GROWING, initialize=ends)


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: its variables cost nothing by themselves."""
    return []
