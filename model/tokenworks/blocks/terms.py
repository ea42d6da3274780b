"""What a block hands back beside its constraints: its costs, each a figure times a variable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pyomo.environ import ConcreteModel, Param, Reals, Set

Line = Literal["owned", "rent", "penalty", "revenue", "tax"]
# By what a cost is shared among the tokens that used it.
Basis = Literal["design_mw_years", "energy_mwh", "mtokens", "sent_gb"]


def _of_site() -> dict[str, int]:
    return {"site": 0}


@dataclass(frozen=True)
class Cost:
    """A cost: present value = Σ values[i] · variable[i] over the index of `values`.

    Attributes
    ----------
    component
        Component of cost that it belongs to.
    variable
        Name of the variable on the model.
    values
        Index to the present value in USD of one unit of the variable.
    line
        Line of the objective: owned cash (less residuals), rent, penalty, revenue (negative),
        or tax.
    of
        Position in the index of the `workload`, `region`, `site` and `system` that the cost is of;
        what is not named is shared by all.
    shared_by
        By what it is shared among the uses that it is of.
    """

    component: str
    variable: str
    values: Mapping[Any, float]
    line: Line = "owned"
    of: Mapping[str, int] = field(default_factory=_of_site)
    shared_by: Basis = "design_mw_years"


@dataclass(frozen=True)
class CostTerm:
    """A cost on a model: Σ coefficient[i] · variable[i] over the coefficient's index.

    Attributes
    ----------
    component, line, variable, of, shared_by
        As in `Cost`.
    coefficient
        Name of the parameter on the model.
    """

    component: str
    line: Line
    variable: str
    coefficient: str
    of: Mapping[str, int]
    shared_by: Basis


def attach(m: ConcreteModel, cost: Cost) -> list[CostTerm]:
    """Attach the coefficients of a cost to the model.

    Coefficients of zero are left out; a cost without any other is no term at all. The parameter is
    called ``<component>_usd``.

    Parameters
    ----------
    m
        Model that has the variable.
    cost
        What to attach.
    """
    nonzero = {index: value for index, value in cost.values.items() if value != 0.0}
    if not nonzero:
        return []
    name = f"{cost.component}_usd"
    index = Set(initialize=list(nonzero), ordered=True)
    m.add_component(f"{name}_index", index)
    m.add_component(name, Param(index, initialize=nonzero, within=Reals))
    return [CostTerm(cost.component, cost.line, cost.variable, name, cost.of, cost.shared_by)]
