"""Interface: all that investment and dispatch know of each other.

Investment fixes these stocks; inside a site and a step, dispatch is a linear program whose bounds
and right-hand sides are linear in them, and which sees nothing else.

Sets
    POWER_STEPS     (s, k, e)     technology k can be in service at site s in step e
    GRID_STEPS      (s, i, e)     route i can bring grid power to site s in step e
    LOAD_STEPS      (s, w, p, e)  workload w with daily profile p can be served at s in e
    CREDIT_STEPS    (s, k, n, e)  modules of k that get production credit n can be in service in e
    SITE_STEPS      (s, e)        site s can be energised in step e
    SOURCES_AT[s, e]              technologies of POWER_STEPS
    GRIDS_AT[s, e]                routes of GRID_STEPS
    CLASSES_AT[s, e]              (workload, profile) of LOAD_STEPS
    SHEDDABLE_LOADS (s, w, o, p, e)     of LOAD_STEPS at point o what can be shed
    SHEDDABLE       (s, w, o, e)        points of SHEDDABLE_LOADS
    SHED_PROFILES[s, w, o, e in SHEDDABLE]      daily profiles of SHEDDABLE_LOADS
    WAITABLE_LOADS  (s, w, p, e)        of LOAD_STEPS what is served whole and can wait
    DEFERRABLE      (s, w, e)           workloads of WAITABLE_LOADS
    WAIT_PROFILES[s, w, e in DEFERRABLE]        daily profiles of WAITABLE_LOADS
    INTERRUPTIONS   (s, i, e)           flexible contracts of sites with load to shed or defer
    INTERRUPTED_AT[s, e]                routes of INTERRUPTIONS
    EMISSION_STEPS  (s, o, e)     pollutant o of site s is capped by an air permit in step e
    ALLOWANCES      (s, e)        site s is under a cap on CO2 and can emit in step e
Variables
    capacity_mw[s, k, e in POWER_STEPS] >= 0      nameplate capacity in service [MW]
    contracted_mw[s, i, e in GRID_STEPS] >= 0     grid contract, firm or not [MW]
    creditable_mw[s, k, n, e in CREDIT_STEPS] >= 0      of it within the years of a credit [MW]
    load_mw[s, w, p, e in LOAD_STEPS] >= 0        mean IT load above idle [MW]
    idle_mw[s, e in SITE_STEPS] >= 0              IT load of idle systems [MW]
    point_load_mw[s, w, o, p, e in SHEDDABLE_LOADS] >= 0    mean IT load above idle [MW]
    waitable_mw[s, w, p, e in WAITABLE_LOADS] >= 0          mean IT load above idle [MW]
    most_load_mw[s, w, e in DEFERRABLE] >= 0        what its systems can run at together [MW]
    interrupted_mw[s, i, e in INTERRUPTIONS] >= 0   IT load less while the contract is cut [MW]
    permitted_short_tons_per_year[s, o, e in EMISSION_STEPS] >= 0
                                                  most that the site may emit [short tons/year]
    co2_allowance_tonnes[s, e in ALLOWANCES] >= 0   CO2 that the site may emit in the step [tonnes]
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, NonNegativeReals, Set, Var

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.air import emits
from tokenworks.candidates.carbon import capped_steps
from tokenworks.candidates.grouping import gather
from tokenworks.candidates.module_costs import credit_steps
from tokenworks.frames import rows_by
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach the interface's sets and variables."""
    steps, entry = range(len(x.calendar.steps)), x.calendar.entry
    site_steps = [(s, e) for s, first in c.siting.first_step.items() for e in steps if e >= first]
    power = list(
        dict.fromkeys((s, k, e) for s, k, v in c.assets.builds for e in steps if e >= entry(v))
    )
    # A contract holds from its start on, also in steps in which none can start.
    grid = list(
        dict.fromkeys((s, i, e) for s, i, v in c.siting.contracts for e in steps if e >= entry(v))
    )
    served = c.serving
    load = list(
        dict.fromkeys((s, w, served.profile_of[s, w, g], e) for s, w, _, g, e in served.serves)
    )
    m.POWER_STEPS = Set(dimen=3, initialize=power)
    m.GRID_STEPS = Set(dimen=3, initialize=grid)
    m.LOAD_STEPS = Set(dimen=4, initialize=load)
    m.SITE_STEPS = Set(dimen=2, initialize=site_steps)
    m.CREDIT_STEPS = Set(dimen=4, initialize=list(credit_steps(x, c.assets.builds)))
    m.SOURCES_AT = Set(
        m.SITE_STEPS, initialize=gather(site_steps, (((s, e), k) for s, k, e in power))
    )
    m.GRIDS_AT = Set(m.SITE_STEPS, initialize=gather(site_steps, (((s, e), i) for s, i, e in grid)))
    m.CLASSES_AT = Set(
        m.SITE_STEPS,
        dimen=2,
        initialize=gather(site_steps, (((s, e), (w, p)) for s, w, p, e in load)),
    )
    _add_flexible(m, c)
    m.capacity_mw = Var(m.POWER_STEPS, domain=NonNegativeReals)
    m.creditable_mw = Var(m.CREDIT_STEPS, domain=NonNegativeReals)
    m.contracted_mw = Var(m.GRID_STEPS, domain=NonNegativeReals)
    m.load_mw = Var(m.LOAD_STEPS, domain=NonNegativeReals)
    m.idle_mw = Var(m.SITE_STEPS, domain=NonNegativeReals)
    m.EMISSION_STEPS = Set(dimen=3, initialize=_emission_steps(x, c, power))
    m.permitted_short_tons_per_year = Var(m.EMISSION_STEPS, domain=NonNegativeReals)
    m.ALLOWANCES = Set(dimen=2, initialize=capped_steps(x, power, grid))
    m.co2_allowance_tonnes = Var(m.ALLOWANCES, domain=NonNegativeReals)


def _emission_steps(
    x: Inputs, c: Candidates, power: list[tuple[str, str, int]]
) -> list[tuple[str, str, int]]:
    """Steps in which something emits what some air permit of its site limits."""
    technologies = rows_by(x.tables["power_technologies"], "technology")
    limited = {
        (s, k): [
            pollutant
            for pollutant in emits(technologies[k])
            if any(k in allowed.covers for allowed in c.air.at(s).values())
            and any(allowed.limits(pollutant) for allowed in c.air.at(s).values())
        ]
        for s, k in dict.fromkeys((s, k) for s, k, _ in power)
    }
    return list(dict.fromkeys((s, o, e) for s, k, e in power for o in limited[s, k]))


def _add_flexible(m: ConcreteModel, c: Candidates) -> None:
    found = c.flexible
    sheds, waits = found.sheds, found.deferrals
    shed_profiles = gather(sheds, (((s, w, o, e), p) for s, w, o, p, e in found.shed_loads))
    wait_profiles = gather(waits, (((s, w, e), p) for s, w, p, e in found.wait_loads))
    m.SHEDDABLE_LOADS = Set(dimen=5, initialize=found.shed_loads)
    m.SHEDDABLE = Set(dimen=4, initialize=sheds)
    m.SHED_PROFILES = Set(m.SHEDDABLE, initialize=shed_profiles)
    m.WAITABLE_LOADS = Set(dimen=4, initialize=found.wait_loads)
    m.DEFERRABLE = Set(dimen=3, initialize=waits)
    m.WAIT_PROFILES = Set(m.DEFERRABLE, initialize=wait_profiles)
    m.INTERRUPTIONS = Set(dimen=3, initialize=found.interruptions)
    routes = (((s, e), i) for s, i, e in found.interruptions)
    m.INTERRUPTED_AT = Set(m.SITE_STEPS, initialize=gather(m.SITE_STEPS, routes))
    m.point_load_mw = Var(m.SHEDDABLE_LOADS, domain=NonNegativeReals)
    m.waitable_mw = Var(m.WAITABLE_LOADS, domain=NonNegativeReals)
    m.most_load_mw = Var(m.DEFERRABLE, domain=NonNegativeReals)
    m.interrupted_mw = Var(m.INTERRUPTIONS, domain=NonNegativeReals)


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: its variables cost nothing by themselves."""
    return []
