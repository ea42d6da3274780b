"""What a block hands back: the costs that it adds, each a parameter times a variable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pyomo.environ import ConcreteModel, Param, Reals, Set

Line = Literal["owned", "rent", "penalty"]


@dataclass(frozen=True)
class CostTerm:
    """A cost: present value = Σ coefficient[i] · variable[i] over the coefficient's index.

    Attributes
    ----------
    component
        Component of cost that it belongs to.
    line
        Line of the objective: owned cash (less residuals), rent, or penalty.
    variable, coefficient
        Names of the variable and of the parameter on the model.
    """

    component: str
    line: Line
    variable: str
    coefficient: str


@dataclass(frozen=True)
class Terms:
    """Costs of a block."""

    costs: tuple[CostTerm, ...] = ()


def add_cost(
    m: ConcreteModel,
    component: str,
    variable: str,
    values: Mapping[Any, float],
    line: Line = "owned",
) -> list[CostTerm]:
    """Attach the coefficients of a cost to the model.

    Coefficients of zero are left out; a cost without any other is no term at all.

    Parameters
    ----------
    m
        Model that has the variable.
    component
        Component of cost; the parameter is called ``<component>_usd``.
    variable
        Name of the variable that the coefficients multiply.
    values
        Index to coefficient: present value in USD for one unit of the variable.
    line
        Line of the objective.
    """
    nonzero = {index: value for index, value in values.items() if value != 0.0}
    if not nonzero:
        return []
    name = f"{component}_usd"
    index = Set(initialize=list(nonzero), ordered=True)
    m.add_component(f"{name}_index", index)
    m.add_component(name, Param(index, initialize=nonzero, within=Reals))
    return [CostTerm(component, line, variable, name)]
