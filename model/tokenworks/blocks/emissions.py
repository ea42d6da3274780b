"""Emissions: in any twelve months a site emits no more than its air permit lets it.

What runs emits by its heat rate; what is there, by its start-ups and tests without control.

Sets
    EMITTERS_AT[s, o, e in EMISSION_STEPS]  technologies that emit pollutant o
    EMITTERS        (k, o)          technologies of EMITTERS_AT
Parameters
    running_short_tons_per_mw[k, o]     of a mean MW generated for a year [short tons/MW]
    starting_short_tons_per_mw[k, o]    of a MW in service for a year, without control
                                        [short tons/MW]
Equations
    yearly_emissions[s, o, e in EMISSION_STEPS]
        sum(running_short_tons_per_mw[k, o] * sum(
            slice_share[s, t] * generate_mw[s, k, e, t] for t in SLICES_OF[s])
            for k in EMITTERS_AT[s, o, e])
        + sum(starting_short_tons_per_mw[k, o] * capacity_mw[s, k, e]
            for k in EMITTERS_AT[s, o, e])
        <= permitted_short_tons_per_year[s, o, e]
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, Param, Set

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.air import emits
from tokenworks.candidates.grouping import gather
from tokenworks.frames import rows
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach yearly emissions; nothing where no permit caps them."""
    rates = {
        (row.technology, pollutant): pair
        for row in rows(x.tables["power_technologies"])
        for pollutant, pair in emits(row).items()
    }
    covered = {s: frozenset().union(*(a.covers for a in c.air.at(s).values())) for s in m.OPENABLE}
    at = gather(
        m.EMISSION_STEPS,
        (
            ((s, o, e), k)
            for s, k, e in m.POWER_STEPS
            for technology, o in rates
            if technology == k and k in covered[s]
        ),
    )
    emitters = list(dict.fromkeys((k, o) for (_, o, _), found in at.items() for k in found))
    m.EMITTERS_AT = Set(m.EMISSION_STEPS, initialize=at)
    m.EMITTERS = Set(dimen=2, initialize=emitters)
    m.running_short_tons_per_mw = Param(m.EMITTERS, initialize={i: rates[i][0] for i in emitters})
    m.starting_short_tons_per_mw = Param(m.EMITTERS, initialize={i: rates[i][1] for i in emitters})

    @m.Constraint(m.EMISSION_STEPS)
    def yearly_emissions(m: ConcreteModel, s: str, o: str, e: int) -> Constraint:
        return (
            sum(
                m.running_short_tons_per_mw[k, o]
                * sum(m.slice_share[s, t] * m.generate_mw[s, k, e, t] for t in m.SLICES_OF[s])
                for k in m.EMITTERS_AT[s, o, e]
            )
            + sum(
                m.starting_short_tons_per_mw[k, o] * m.capacity_mw[s, k, e]
                for k in m.EMITTERS_AT[s, o, e]
            )
            <= m.permitted_short_tons_per_year[s, o, e]
        )


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: what a plan emits costs its permits and offsets."""
    return []
