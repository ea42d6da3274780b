"""Budget: the most capital that a plan may spend over the horizon, undiscounted.

It reads the costs of every block, which no block can, and so stands above them:

    budget[b in BUDGETS]
        sum(<component>_outlay_musd[i] * variable[i] for every component of CAPITAL and index i)
        <= most_capital_musd[b]
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyomo.environ import ConcreteModel, Constraint, Param, Set

from tokenworks.blocks.terms import Cost
from tokenworks.dated import Dated
from tokenworks.errors import SolverError

# Components of cost that are capital: what is bought and built, with its contingency. Neither fees
# of permits nor rents and leases; resale gives nothing back to the budget.
CAPITAL = (
    "opening",
    "land",
    "shell",
    "shell_contingency",
    "hall_retrofit",
    "hall_retrofit_contingency",
    "hardware_capital",
    "power_capital",
    "series_premium",
    "gas_lateral",
    "series_contingency",
    "gas_lateral_contingency",
    "power_contingency",
    "interconnection",
    "interconnection_contingency",
    "connection_works",
    "connection_contingency",
)
USD_PER_MUSD = 1e6


def add_budget(m: ConcreteModel, costs: Iterable[Cost], most_usd: float) -> None:
    """Attach the budget to a model that has every block.

    Parameters
    ----------
    m
        Model.
    costs
        Costs of its blocks, with the dates of their payments.
    most_usd
        Most capital, in the scenario's dollars.
    """
    terms = [_outlay(m, cost) for cost in costs if cost.component in CAPITAL]
    m.BUDGETS = Set(initialize=["capital"])
    m.most_capital_musd = Param(m.BUDGETS, initialize={"capital": most_usd / USD_PER_MUSD})

    @m.Constraint(m.BUDGETS)
    def budget(m: ConcreteModel, b: str) -> Constraint:
        spent: Any = 0.0
        for outlay, variable in terms:
            coefficient, column = m.component(outlay), m.component(variable)
            spent += sum(coefficient[i] * column[i] for i in coefficient.index_set())
        return spent <= m.most_capital_musd[b]


def _outlay(m: ConcreteModel, cost: Cost) -> tuple[str, str]:
    name = f"{cost.component}_outlay_musd"
    paid = {index: _paid_usd(usd) / USD_PER_MUSD for index, usd in cost.values.items()}
    m.add_component(f"{name}_index", Set(initialize=list(paid), ordered=True))
    index = m.component(f"{name}_index")
    m.add_component(name, Param(index, initialize=paid))
    return name, cost.variable


def _paid_usd(usd: float) -> float:
    """Sum of the payments of a present value."""
    if not usd:
        return 0.0
    if not isinstance(usd, Dated):
        raise SolverError(f"a capital cost of {usd} USD has no dates")
    return float(sum((end - start) * each for start, end, each in usd.payments))
