"""Hours: the representative hours of every site, with what holds in them.

Sets
    SLICES          (s, t)          representative hours of site s
    SLICES_OF[s]                    hours of a site
    BALANCES        (s, e, t)       hours of SITE_STEPS
    SHAPES          (s, p, t)       daily profiles at a site's hours
    AVAILABILITY    (s, k, t)       technologies at a site's hours
Parameters
    pue_ratio[s, t]                 meter over IT load in the hour [1]
    slice_shape[s, p, t]            demand over its daily mean [1]
    available_share[s, k, t]        output over capacity after outages, forced and planned [1]
    slice_hours[s, t]               length of the hour's slice [hours]
    slice_share[s, t]               share of a year's hours [1]
    previous_slice[s, t]            slice before it on the same day, the last before the first
"""

from __future__ import annotations

from pyomo.environ import Any as AnyValue
from pyomo.environ import ConcreteModel, Param, Set

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.outages import planned_shares
from tokenworks.frames import rows_by
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach the hours that dispatch runs over."""
    slices = c.slices
    at = {s: slices[s].names for s in c.siting.first_step}
    m.SLICES = Set(dimen=2, initialize=[(s, t) for s, names in at.items() for t in names])
    m.SLICES_OF = Set(m.OPENABLE, initialize=at)
    m.BALANCES = Set(dimen=3, initialize=[(s, e, t) for s, e in m.SITE_STEPS for t in at[s]])
    pairs = list(m.SLICES)
    m.pue_ratio = Param(m.SLICES, initialize={(s, t): slices[s].pue_ratio[t] for s, t in pairs})
    m.slice_hours = Param(m.SLICES, initialize={(s, t): slices[s].hours[t] for s, t in pairs})
    m.slice_share = Param(m.SLICES, initialize={(s, t): slices[s].share[t] for s, t in pairs})
    m.previous_slice = Param(
        m.SLICES, within=AnyValue, initialize={(s, t): slices[s].previous[t] for s, t in pairs}
    )
    shapes = {
        (s, p, t): float(shape)
        for s in m.OPENABLE
        for (p, t), shape in slices[s].demand_shape.items()
    }
    m.SHAPES = Set(dimen=3, initialize=list(shapes))
    m.slice_shape = Param(m.SHAPES, initialize=shapes)
    rows = rows_by(x.tables["power_technologies"], "technology")
    sites = rows_by(x.tables["sites"], "site")
    peak_mw = {s: sites[s].max_it_mw * sites[s].peak_pue_ratio for s in m.OPENABLE}
    outages = [(s, k, planned_shares(rows[k], slices[s], peak_mw[s])) for s, k in m.SITE_POWER]
    available = {
        (s, k, t): slices[s].availability[rows[k].kind][t]
        * (1.0 - rows[k].forced_outage_fraction)
        * (1.0 - planned[slices[s].day[t]])
        for s, k, planned in outages
        for t in slices[s].names
    }
    m.AVAILABILITY = Set(dimen=3, initialize=list(available))
    m.available_share = Param(m.AVAILABILITY, initialize=available)


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: it has no variables."""
    return []
