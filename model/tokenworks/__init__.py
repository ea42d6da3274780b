"""tokenworks plans AI-inference capacity: sites, power, hardware, and what a token then costs.

>>> import tokenworks as tw
>>> plan = tw.solve(tw.load("us-tiny"))  # doctest: +SKIP
>>> plan.cost_per_token  # doctest: +SKIP
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokenworks.errors import (
    InfeasibleError,
    InputError,
    NoIncumbentError,
    SolverError,
    TokenworksError,
)

if TYPE_CHECKING:
    from tokenworks.plan import Plan, difference
    from tokenworks.schema.scenario import Scenario
    from tokenworks.study.branches import BranchedPlan, solve

__all__ = [
    "BranchedPlan",
    "InfeasibleError",
    "InputError",
    "NoIncumbentError",
    "Plan",
    "Scenario",
    "SolverError",
    "TokenworksError",
    "difference",
    "load",
    "solve",
]


def load(name_or_path: str | Path) -> Scenario:
    """Load a scenario.

    Parameters
    ----------
    name_or_path
        Bare name of a shipped scenario, or the path of a scenario file.

    Raises
    ------
    InputError
        With every problem of the file, and of those that it extends.
    """
    from tokenworks.io.scenario_files import load_scenario

    return load_scenario(name_or_path)


def __getattr__(name: str) -> Any:
    """Import what is heavy (pandas, Pyomo, HiGHS) only when it is first asked for."""
    if name in ("Plan", "difference"):
        from tokenworks import plan

        return getattr(plan, name)
    if name in ("BranchedPlan", "solve"):
        from tokenworks.study import branches

        return getattr(branches, name)
    if name == "Scenario":
        from tokenworks.schema.scenario import Scenario

        return Scenario
    raise AttributeError(f"module 'tokenworks' has no attribute {name!r}")
