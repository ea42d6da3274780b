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
    from tokenworks.diagnosis.answers import explain
    from tokenworks.plan import Plan, difference
    from tokenworks.schema.scenario import Scenario
    from tokenworks.stored import read_plan
    from tokenworks.study.branches import BranchedPlan, solve
    from tokenworks.study.compare import Comparison
    from tokenworks.study.study import Study

__all__ = [
    "BranchedPlan",
    "Comparison",
    "InfeasibleError",
    "InputError",
    "NoIncumbentError",
    "Plan",
    "Scenario",
    "SolverError",
    "Study",
    "TokenworksError",
    "compare",
    "difference",
    "explain",
    "load",
    "read_plan",
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


def compare(*runs: Plan | Path | str) -> list[Comparison]:
    """What changed between runs in inputs, plan and cost, all against the first.

    Parameters
    ----------
    runs
        Plans, or run folders.

    Raises
    ------
    InputError
        Where a folder is no run folder, or the figures of two runs do not mean the same.
    """
    from tokenworks.study.compare import compare_runs

    return compare_runs(runs)


def __getattr__(name: str) -> Any:
    """Import what is heavy (pandas, Pyomo, HiGHS) only when it is first asked for."""
    if name in ("Plan", "difference"):
        from tokenworks import plan

        return getattr(plan, name)
    if name in ("BranchedPlan", "solve"):
        from tokenworks.study import branches

        return getattr(branches, name)
    if name == "Comparison":
        from tokenworks.study.compare import Comparison

        return Comparison
    if name == "Study":
        from tokenworks.study.study import Study

        return Study
    if name in ("explain", "read_plan"):
        from tokenworks import stored
        from tokenworks.diagnosis import answers

        return answers.explain if name == "explain" else stored.read_plan
    if name == "Scenario":
        from tokenworks.schema.scenario import Scenario

        return Scenario
    raise AttributeError(f"module 'tokenworks' has no attribute {name!r}")
