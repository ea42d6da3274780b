"""Redlines: what a site, zone, state or country lets the plan take on.

Sets
    CONTRACT_REDLINES   (a, n, e)   limits of scope a for n on grid contracts in step e
    CONTRACTS_UNDER[a, n, e]        (site, route) that count in it
    LOAD_REDLINES       (a, n, e)   limits of scope a for n on new load in step e
    SITES_UNDER[a, n, e]            sites that count in it
    REDLINED            s           sites of SITES_UNDER
Parameters
    contract_redline_mw[a, n, e]    most grid contracts [MW]
    load_redline_mw[a, n, e]        most new load at the meter [MW]
    design_pue_ratio[s]             meter over IT load on the design day [1]
Equations
    contract_redline[a, n, e in CONTRACT_REDLINES]
        sum(headroom_share[i] * contracted_mw[s, i, e] for s, i in CONTRACTS_UNDER[a, n, e])
        <= contract_redline_mw[a, n, e]
    load_redline[a, n, e in LOAD_REDLINES]
        sum(design_pue_ratio[s] * it_capacity_mw[s, e] for s in SITES_UNDER[a, n, e])
        <= load_redline_mw[a, n, e]
Remarks
    New load is what the energised halls can draw on the design day, whatever feeds them: a stock
    that is there before any system, and with or without adequacy.
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, Param, Set

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.redlines import contract_limits_mw, load_limits_mw, sites_under
from tokenworks.frames import lookup
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach the limits of places on contracts and on new load."""
    _add_sets(m, x)

    @m.Constraint(m.CONTRACT_REDLINES)
    def contract_redline(m: ConcreteModel, a: str, n: str, e: int) -> Constraint:
        contracts = m.CONTRACTS_UNDER[a, n, e]
        taken = sum(m.headroom_share[i] * m.contracted_mw[s, i, e] for s, i in contracts)
        return taken <= m.contract_redline_mw[a, n, e]

    @m.Constraint(m.LOAD_REDLINES)
    def load_redline(m: ConcreteModel, a: str, n: str, e: int) -> Constraint:
        sites = m.SITES_UNDER[a, n, e]
        added = sum(m.design_pue_ratio[s] * m.it_capacity_mw[s, e] for s in sites)
        return added <= m.load_redline_mw[a, n, e]


def _add_sets(m: ConcreteModel, x: Inputs) -> None:
    under = sites_under(x)
    contracts: dict[int, list[tuple[str, str]]] = {}
    for s, i, e in m.GRID_STEPS:
        contracts.setdefault(e, []).append((s, i))
    open_in: dict[int, list[str]] = {}
    for s, e in m.SITE_STEPS:
        open_in.setdefault(e, []).append(s)
    limit_mw = contract_limits_mw(x)
    bound = {
        (a, n, e): [(s, i) for s, i in contracts.get(e, []) if s in under[a, n]]
        for a, n, e in limit_mw
    }
    bound = {redline: members for redline, members in bound.items() if members}
    m.CONTRACT_REDLINES = Set(dimen=3, initialize=list(bound))
    m.CONTRACTS_UNDER = Set(m.CONTRACT_REDLINES, dimen=2, initialize=bound)
    m.contract_redline_mw = Param(
        m.CONTRACT_REDLINES, initialize={redline: limit_mw[redline] for redline in bound}
    )
    load_mw = load_limits_mw(x)
    loaded = {(a, n, e): [s for s in open_in.get(e, []) if s in under[a, n]] for a, n, e in load_mw}
    loaded = {redline: members for redline, members in loaded.items() if members}
    m.LOAD_REDLINES = Set(dimen=3, initialize=list(loaded))
    m.SITES_UNDER = Set(m.LOAD_REDLINES, initialize=loaded)
    m.load_redline_mw = Param(
        m.LOAD_REDLINES, initialize={redline: load_mw[redline] for redline in loaded}
    )
    pue = lookup(x.tables["sites"], "site", "peak_pue_ratio")
    redlined = list(dict.fromkeys(s for members in loaded.values() for s in members))
    m.REDLINED = Set(initialize=redlined)
    m.design_pue_ratio = Param(m.REDLINED, initialize={s: pue[s] for s in redlined})


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """None: it has no variables."""
    return []
