"""Carbon use: CO2 of what runs and, by option, of what is drawn; priced, and within the allowance.

Sets
    CO2_SOURCES     k               technologies with CO2 at the stack
    STACK_HOURS[s, e in ALLOWANCES]     (k, t) of GENERATION with CO2 at the stack
    DRAWN_HOURS[s, e in ALLOWANCES]     (i, t) of IMPORTS, where the grid's CO2 counts
    COUNTED_HOURS   (s, t)          hours of sites where the grid's CO2 counts
Parameters
    stack_tonnes_per_mwh[k]         CO2 at the stack [tonnes/MWh]
    grid_tonnes_per_mwh[s, t]       CO2 of one more MWh from the grid [tonnes/MWh]
    hours_run[s, e, t]              hours of the step that the hour stands for [hours]
Equations
    co2_within_allowance[s, e in ALLOWANCES]
        sum(stack_tonnes_per_mwh[k] * hours_run[s, e, t] * generate_mw[s, k, e, t]
            for k, t in STACK_HOURS[s, e])
        + sum(grid_tonnes_per_mwh[s, t] * hours_run[s, e, t] * import_mw[s, i, e, t]
            for i, t in DRAWN_HOURS[s, e])
        <= co2_allowance_tonnes[s, e]
Costs
    carbon              price on CO2 at the stack
    grid_carbon         price on the CO2 of what is drawn, where it counts
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Constraint, Param, Set

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.carbon import CarbonRules
from tokenworks.candidates.grouping import gather
from tokenworks.frames import given
from tokenworks.inputs import Inputs

KG_PER_TONNE = 1e3


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach emissions and the allowance that holds them."""
    stack = CarbonRules(x).emitters
    counted = x.scenario.power.count_grid_co2
    m.CO2_SOURCES = Set(initialize=list(stack))
    m.stack_tonnes_per_mwh = Param(m.CO2_SOURCES, initialize=stack)
    running = (((s, e), (k, t)) for s, k, e, t in m.GENERATION if k in stack)
    drawn = (((s, e), (i, t)) for s, i, e, t in m.IMPORTS if counted)
    m.STACK_HOURS = Set(m.ALLOWANCES, dimen=2, initialize=gather(m.ALLOWANCES, running))
    m.DRAWN_HOURS = Set(m.ALLOWANCES, dimen=2, initialize=gather(m.ALLOWANCES, drawn))
    grid = {
        (s, t): given(c.slices[s].marginal_co2_kg_per_mwh[t], 0.0) / KG_PER_TONNE
        for s, t in m.SLICES
        if counted
    }
    m.COUNTED_HOURS = Set(dimen=2, initialize=list(grid))
    m.grid_tonnes_per_mwh = Param(m.COUNTED_HOURS, initialize=grid)
    hours = {(s, e, t): c.slices[s].share[t] * x.calendar.steps[e].hours for s, e, t in m.BALANCES}
    m.hours_run = Param(m.BALANCES, initialize=hours)

    @m.Constraint(m.ALLOWANCES)
    def co2_within_allowance(m: ConcreteModel, s: str, e: int) -> Constraint:
        return (
            sum(
                m.stack_tonnes_per_mwh[k] * m.hours_run[s, e, t] * m.generate_mw[s, k, e, t]
                for k, t in m.STACK_HOURS[s, e]
            )
            + sum(
                m.grid_tonnes_per_mwh[s, t] * m.hours_run[s, e, t] * m.import_mw[s, i, e, t]
                for i, t in m.DRAWN_HOURS[s, e]
            )
            <= m.co2_allowance_tonnes[s, e]
        )


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """Present values of what the block spends."""
    rules, steps, money = CarbonRules(x), x.calendar.steps, x.discounting
    # Present value of a tonne an hour throughout the step, at the price of the site.
    price = {
        (s, e): rules.price_usd_per_tonne(s, steps[e])
        * steps[e].hours
        * money.mean(steps[e].start_month, steps[e].end_month)
        for s, e in m.SITE_STEPS
    }
    share = {(s, t): c.slices[s].share[t] for s, t in m.SLICES}
    stack = {
        (s, k, e, t): price[s, e] * share[s, t] * rules.emitters[k]
        for s, k, e, t in m.GENERATION
        if k in rules.emitters
    }
    grid = {
        (s, i, e, t): price[s, e] * share[s, t] * m.grid_tonnes_per_mwh[s, t]
        for s, i, e, t in m.IMPORTS
        if x.scenario.power.count_grid_co2
    }
    return [
        Cost("carbon", "generate_mw", stack, shared_by="energy_mwh"),
        Cost("grid_carbon", "import_mw", grid, shared_by="energy_mwh"),
    ]
