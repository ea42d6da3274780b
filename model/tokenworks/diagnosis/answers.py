"""One question with two answers: why there is no plan, and what binds in one."""

from __future__ import annotations

from typing import Any, overload

from tokenworks.diagnosis.infeasible import Infeasibility, explain_scenario
from tokenworks.diagnosis.worth import Explanation, explain_plan
from tokenworks.inputs import assemble
from tokenworks.plan import Plan
from tokenworks.schema.scenario import Scenario


@overload
def explain(of: Plan, **options: Any) -> Explanation: ...
@overload
def explain(of: Scenario, **options: Any) -> Infeasibility: ...
def explain(of: Plan | Scenario, **options: Any) -> Explanation | Infeasibility:
    """What binds in a plan and what relief is worth; or why a scenario has no plan.

    Parameters
    ----------
    of
        A plan, or a scenario.
    options
        Of `tokenworks.diagnosis.worth.explain_plan` or
        `tokenworks.diagnosis.infeasible.explain_scenario`.

    Raises
    ------
    InputError
        With every problem of a scenario's input.
    """
    if isinstance(of, Plan):
        return explain_plan(of, **options)
    return explain_scenario(assemble(of), **options)
