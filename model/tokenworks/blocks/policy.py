"""Policy: what the owner asks for: tokens served at home, shares of vendors, a date for power.

Sets
    HOME_STEPS          e       something can be served, and a share of it must be at home
    FLOWS_IN[e]                 (w, r, s) of FLOWS
    HOME_FLOWS_IN[e]            (w, r, s) of these within one country
    RENTALS_IN[e]               (w, r) of RENTALS
    HOME_RENTALS_IN[e]          (w, r) of these whose workload is sovereign
    VENDOR_STEPS        (v, e)  systems can be in service, and the share of vendor v is limited
    SYSTEMS_OF[v, e]            (site, system) of vendor v
    SYSTEMS_IN[v, e]            (site, system) of all
    DUE_STEPS           e       a load is asked for, and some site can run one
    LOADS_DUE[e]                (s, w, p) of LOAD_STEPS
    SITES_DUE[e]                sites of SITE_STEPS
Parameters
    least_sovereign_fraction[e] of the tokens served in a step [1]
    most_vendor_fraction[v, e]  of the design power in service [1]
    power_due_mw[e]             mean IT load that is asked for [MW]
Equations
    sovereign_share[e in HOME_STEPS]
        least_sovereign_fraction[e]
        * (sum(flow_mtokens_per_s[w, r, s, e] for w, r, s in FLOWS_IN[e])
        + sum(rent_mtokens_per_s[w, r, e] for w, r in RENTALS_IN[e]))
        <= sum(flow_mtokens_per_s[w, r, s, e] for w, r, s in HOME_FLOWS_IN[e])
        + sum(rent_mtokens_per_s[w, r, e] for w, r in HOME_RENTALS_IN[e])
    vendor_share[v, e in VENDOR_STEPS]
        sum(design_mw_per_system[h] * systems[s, h, e] for s, h in SYSTEMS_OF[v, e])
        <= most_vendor_fraction[v, e] * sum(design_mw_per_system[h] * systems[s, h, e]
            for s, h in SYSTEMS_IN[v, e])
    power_due[e in DUE_STEPS]
        power_due_mw[e] <= sum(load_mw[s, w, p, e] for s, w, p in LOADS_DUE[e])
        + sum(idle_mw[s, e] for s in SITES_DUE[e])
Remarks
    A token counts where it is decoded, wherever it was prefilled; one of a sovereign workload is
    prefilled at home too. A load asked for when no site can be energised yet has no plan.
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, Param, Set

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.grouping import gather
from tokenworks.eligible import at_home, sovereign_workloads
from tokenworks.errors import InfeasibleError
from tokenworks.frames import lookup
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach the shares; none where the scenario leaves them free."""
    _add_home(m, x)
    _add_vendors(m, x)
    _add_due(m, x)

    @m.Constraint(m.HOME_STEPS)
    def sovereign_share(m: ConcreteModel, e: int) -> Constraint:
        served = sum(m.flow_mtokens_per_s[w, r, s, e] for w, r, s in m.FLOWS_IN[e]) + sum(
            m.rent_mtokens_per_s[w, r, e] for w, r in m.RENTALS_IN[e]
        )
        return m.least_sovereign_fraction[e] * served <= sum(
            m.flow_mtokens_per_s[w, r, s, e] for w, r, s in m.HOME_FLOWS_IN[e]
        ) + sum(m.rent_mtokens_per_s[w, r, e] for w, r in m.HOME_RENTALS_IN[e])

    @m.Constraint(m.VENDOR_STEPS)
    def vendor_share(m: ConcreteModel, v: str, e: int) -> Constraint:
        own = sum(m.design_mw_per_system[h] * m.systems[s, h, e] for s, h in m.SYSTEMS_OF[v, e])
        return own <= m.most_vendor_fraction[v, e] * sum(
            m.design_mw_per_system[h] * m.systems[s, h, e] for s, h in m.SYSTEMS_IN[v, e]
        )

    @m.Constraint(m.DUE_STEPS)
    def power_due(m: ConcreteModel, e: int) -> Constraint:
        load = sum(m.load_mw[s, w, p, e] for s, w, p in m.LOADS_DUE[e]) + sum(
            m.idle_mw[s, e] for s in m.SITES_DUE[e]
        )
        return m.power_due_mw[e] <= load


def _add_home(m: ConcreteModel, x: Inputs) -> None:
    least = x.scenario.policy.least_sovereign_fraction
    home, sovereign = at_home(x.tables), sovereign_workloads(x.tables)
    flows = [(e, (w, r, s)) for w, r, s, e in m.FLOWS] if least else []
    rentals = [(e, (w, r)) for w, r, e in m.RENTALS] if least else []
    steps = sorted({e for e, _ in (*flows, *rentals)})
    m.HOME_STEPS = Set(initialize=steps)
    m.FLOWS_IN = Set(m.HOME_STEPS, dimen=3, initialize=gather(steps, flows))
    m.RENTALS_IN = Set(m.HOME_STEPS, dimen=2, initialize=gather(steps, rentals))
    m.HOME_FLOWS_IN = Set(
        m.HOME_STEPS,
        dimen=3,
        initialize=gather(steps, ((e, (w, r, s)) for e, (w, r, s) in flows if (s, r) in home)),
    )
    m.HOME_RENTALS_IN = Set(
        m.HOME_STEPS,
        dimen=2,
        initialize=gather(steps, ((e, (w, r)) for e, (w, r) in rentals if w in sovereign)),
    )
    m.least_sovereign_fraction = Param(m.HOME_STEPS, initialize=dict.fromkeys(steps, least))


def _add_vendors(m: ConcreteModel, x: Inputs) -> None:
    most = x.scenario.policy.most_vendor_fraction
    vendor = lookup(x.tables["hardware"], "system", "vendor")
    held = list(m.SYSTEM_STEPS) if most < 1.0 else []
    in_step = gather(dict.fromkeys(e for _, _, e in held), ((e, (s, h)) for s, h, e in held))
    # Of a vendor that is not here too: here is what its share elsewhere is counted against.
    keys = [(v, e) for e in in_step for v in dict.fromkeys(vendor.values())]
    m.VENDOR_STEPS = Set(dimen=2, initialize=keys)
    m.SYSTEMS_OF = Set(
        m.VENDOR_STEPS,
        dimen=2,
        initialize=gather(keys, (((vendor[h], e), (s, h)) for s, h, e in held)),
    )
    m.SYSTEMS_IN = Set(m.VENDOR_STEPS, dimen=2, initialize={(v, e): in_step[e] for v, e in keys})
    m.most_vendor_fraction = Param(m.VENDOR_STEPS, initialize=dict.fromkeys(keys, most))


def _add_due(m: ConcreteModel, x: Inputs) -> None:
    due, steps = x.scenario.policy.power_due_months, x.calendar.steps
    # The step in which the month lies, and all after it.
    asked = [] if due is None else [e for e, step in enumerate(steps) if step.end_month > due]
    sites = gather(asked, ((e, s) for s, e in m.SITE_STEPS if e in set(asked)))
    never = [e for e in asked if not sites[e]]
    if never and x.part_of is None:
        raise InfeasibleError([_too_early(x, never)])
    asked = [e for e in asked if sites[e]]
    loads = gather(asked, ((e, (s, w, p)) for s, w, p, e in m.LOAD_STEPS if e in set(asked)))
    m.DUE_STEPS = Set(initialize=asked)
    m.LOADS_DUE = Set(m.DUE_STEPS, dimen=3, initialize=loads)
    m.SITES_DUE = Set(m.DUE_STEPS, initialize={e: sites[e] for e in asked})
    m.power_due_mw = Param(
        m.DUE_STEPS, initialize=dict.fromkeys(asked, x.scenario.policy.power_due_mw)
    )


def _too_early(x: Inputs, never: list[int]) -> str:
    policy, steps = x.scenario.policy, x.calendar.steps
    first, last = steps[never[0]], steps[never[-1]]
    return (
        f"`policy.power_due_months` asks for {policy.power_due_mw:g} MW from "
        f"{x.calendar.date_of(first.start_month)} on, and no site can be energised before "
        f"{x.calendar.date_of(last.end_month)}"
    )


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: it has no variables."""
    return []
