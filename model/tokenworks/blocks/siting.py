"""Siting: a site is opened once, and its halls are energised in whole blocks.

Sets
    OPENINGS        (s, e)      site s can be energised for the first time at step e
    OPENABLE        s           sites of OPENINGS
    OPENED_BY[s, e in SITE_STEPS]   steps of OPENINGS up to e
    OPENING_PERMITS (s, q, e)   requirement q of site s, for an opening at step e
    OPENING_FILINGS[s, q, e]    (route, month of filing) granted in time for it
Parameters
    most_blocks_count[s]        whole blocks that fit in the site [1]
    block_mw[s]                 IT load of a block [MW]
Variables
    open_site[s, e in OPENINGS] >= 0                site s is first energised at step e
    energise_blocks[s, e in OPENINGS] >= 0          blocks energised at step e
    is_open[s, e in SITE_STEPS] binary              site s is open in step e
    blocks[s, e in SITE_STEPS] integer              blocks energised by step e
    it_capacity_mw[s, e in SITE_STEPS] >= 0         energised blocks [MW of IT load]
Equations
    opened[s, e in SITE_STEPS]
        is_open[s, e] == sum(open_site[s, v] for v in OPENED_BY[s, e])
    energised[s, e in SITE_STEPS]
        blocks[s, e] == sum(energise_blocks[s, v] for v in OPENED_BY[s, e])
    blocks_need_open_site[s, e in SITE_STEPS]
        blocks[s, e] <= most_blocks_count[s] * is_open[s, e]
    open_site_has_block[s, e in SITE_STEPS]
        is_open[s, e] <= blocks[s, e]
    it_capacity[s, e in SITE_STEPS]
        it_capacity_mw[s, e] == block_mw[s] * blocks[s, e]
    opening_needs_permit[s, q, e in OPENING_PERMITS]
        is_open[s, e] <= sum(file_route[s, r, f] for r, f in OPENING_FILINGS[s, q, e])
Remarks
    Whole are the cumulative counts, on which a solver branches better than on their increments; a
    site is opened at most once because `is_open` is binary, and closed never.
Costs
    opening             paid in the month of ground-breaking
    land                paid in the month of ground-breaking
    land_residual       land keeps its value to the end of the horizon
    shell               paid evenly over the months of construction
    shell_contingency   spent with the shell; has no residual of its own
    shell_residual      annuity of the remaining life
    site_fixed_om       from energising to the end of the horizon
    site_lease          rent of the hall, each month from energising to the end of the horizon
"""

from __future__ import annotations

import math

from pyomo.environ import (
    Binary,
    ConcreteModel,
    Constraint,
    NonNegativeIntegers,
    NonNegativeReals,
    Param,
    Set,
    Var,
)

from tokenworks.blocks.terms import Cost
from tokenworks.calendar import MONTHS_PER_YEAR
from tokenworks.candidates import Candidates
from tokenworks.frames import NamedRow, rows_by
from tokenworks.inputs import Inputs

KW_PER_MW = 1e3


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach openings and blocks."""
    _add_sets(m, x, c)
    m.open_site = Var(m.OPENINGS, domain=NonNegativeReals)
    m.energise_blocks = Var(m.OPENINGS, domain=NonNegativeReals)
    m.is_open = Var(m.SITE_STEPS, domain=Binary)
    m.blocks = Var(m.SITE_STEPS, domain=NonNegativeIntegers)
    m.it_capacity_mw = Var(m.SITE_STEPS, domain=NonNegativeReals)

    @m.Constraint(m.SITE_STEPS)
    def opened(m: ConcreteModel, s: str, e: int) -> Constraint:
        return m.is_open[s, e] == sum(m.open_site[s, v] for v in m.OPENED_BY[s, e])

    @m.Constraint(m.SITE_STEPS)
    def energised(m: ConcreteModel, s: str, e: int) -> Constraint:
        return m.blocks[s, e] == sum(m.energise_blocks[s, v] for v in m.OPENED_BY[s, e])

    @m.Constraint(m.SITE_STEPS)
    def blocks_need_open_site(m: ConcreteModel, s: str, e: int) -> Constraint:
        return m.blocks[s, e] <= m.most_blocks_count[s] * m.is_open[s, e]

    @m.Constraint(m.SITE_STEPS)
    def open_site_has_block(m: ConcreteModel, s: str, e: int) -> Constraint:
        return m.is_open[s, e] <= m.blocks[s, e]

    @m.Constraint(m.SITE_STEPS)
    def it_capacity(m: ConcreteModel, s: str, e: int) -> Constraint:
        return m.it_capacity_mw[s, e] == m.block_mw[s] * m.blocks[s, e]

    @m.Constraint(m.OPENING_PERMITS)
    def opening_needs_permit(m: ConcreteModel, s: str, q: str, e: int) -> Constraint:
        return m.is_open[s, e] <= sum(m.file_route[s, r, f] for r, f in m.OPENING_FILINGS[s, q, e])


def _add_sets(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    sites = rows_by(x.tables["sites"], "site")
    openings = c.siting.openings
    openable = list(c.siting.first_step)
    m.OPENINGS = Set(dimen=2, initialize=openings)
    m.OPENABLE = Set(initialize=openable)
    m.OPENED_BY = Set(
        m.SITE_STEPS,
        initialize={
            (s, e): [v for t, v in openings if t == s and x.calendar.entry(v) <= e]
            for s, e in m.SITE_STEPS
        },
    )
    m.OPENING_PERMITS = Set(dimen=3, initialize=list(c.siting.opening_permits))
    m.OPENING_FILINGS = Set(m.OPENING_PERMITS, dimen=2, initialize=c.siting.opening_permits)
    most = {s: math.floor(sites[s].max_it_mw / sites[s].block_mw + 1e-9) for s in openable}
    m.most_blocks_count = Param(m.OPENABLE, initialize=most)
    m.block_mw = Param(m.OPENABLE, initialize={s: sites[s].block_mw for s in openable})


def _rent_usd_per_year(site: NamedRow) -> float:
    """Yearly rent of a megawatt of hall; nothing for halls of one's own."""
    monthly = site.lease_usd_per_kw_month
    return 0.0 if math.isnan(monthly) else float(monthly) * KW_PER_MW * MONTHS_PER_YEAR


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """Present values of what the block spends."""
    money = x.discounting
    opening, land, land_left = {}, {}, {}
    shell, shell_left, upkeep, rent = {}, {}, {}, {}
    sites = rows_by(x.tables["sites"], "site")
    for s, e in c.siting.openings:
        site, start = sites[s], x.calendar.vintages[e].start_month
        broken = start - int(site.construction_months)
        opening[s, e] = site.opening_cost_usd * money.in_month(broken)
        land[s, e] = site.land_cost_usd * money.in_month(broken)
        land_left[s, e] = -site.land_cost_usd * money.at_end * money.residuals
        block_usd = site.shell_cost_usd_per_mw * site.block_mw
        shell[s, e] = block_usd * money.capital(broken, broken, start, 0.0)
        shell_left[s, e] = -block_usd * money.residual(start, site.shell_life_years)
        yearly_usd = site.fixed_om_usd_per_mw_year * site.block_mw
        held_years = money.years(start, x.calendar.horizon_months)
        upkeep[s, e] = yearly_usd * held_years
        rent[s, e] = _rent_usd_per_year(site) * site.block_mw * held_years
    extra = {index: usd * money.contingency for index, usd in shell.items()}
    return [
        Cost("opening", "open_site", opening),
        Cost("land", "open_site", land),
        Cost("land_residual", "open_site", land_left),
        Cost("shell", "energise_blocks", shell),
        Cost("shell_contingency", "energise_blocks", extra),
        Cost("shell_residual", "energise_blocks", shell_left),
        Cost("site_fixed_om", "energise_blocks", upkeep),
        Cost("site_lease", "energise_blocks", rent),
    ]
