"""Kinds of study: each turns a study into runs, round by round, and finished runs into frames.

A kind is a module of this package with a class that meets `Kind`, named in `KIND_MODULES`; a way
to solve a run that `tokenworks.solve` has not is a function that meets `Task`, named in
`TASK_MODULES`. Both are named by text so that nothing is imported before a study asks for it, and
so that a worker, which is told a name and plain data, finds them by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol, cast

import pandas as pd

from tokenworks.plan import Plan
from tokenworks.study.branches import BranchedPlan
from tokenworks.study.runs import Finished, Job, Prepared, Run

# Kind to `module:class`. The class is made without arguments.
KIND_MODULES: dict[str, str] = {
    "sweep": "tokenworks.study.kinds.sweep:Sweep",
    "tornado": "tokenworks.study.kinds.tornado:OneByOne",
    "pareto": "tokenworks.study.kinds.pareto:Front",
    "alternatives": "tokenworks.study.kinds.alternatives:Different",
    "regret": "tokenworks.study.kinds.regret:CrossEvaluation",
    "monte_carlo": "tokenworks.study.kinds.monte_carlo:Draws",
    "break_even": "tokenworks.study.kinds.break_even:Search",
}
# Task to `module:function`.
TASK_MODULES: dict[str, str] = {
    "solve": "tokenworks.study.kinds.sweep:solve_job",
    "least_carbon": "tokenworks.study.kinds.tasks:least_carbon",
    "held": "tokenworks.study.kinds.tasks:held",
    "alternative": "tokenworks.study.kinds.tasks:alternative",
}

# A plan, and what stands beside it in the manifest's section `run`: plain data.
Answer = tuple[Plan | BranchedPlan, Mapping[str, Any]]
Task = Callable[[Job], Answer]


class Kind(Protocol):
    """One kind of study; it keeps no state, so that a study started again ends the same."""

    def first(self, study: Prepared) -> Sequence[Run]:
        """The runs of the first round; the base, with the id ``base``, is run in any case.

        Raises
        ------
        InputError
            With every problem of the kind's section.
        """

    def further(self, study: Prepared, finished: Mapping[str, Finished]) -> Sequence[Run]:
        """The runs of the next round, when all of the rounds before have ended; none at the end.

        Parameters
        ----------
        study
            The study.
        finished
            Id to what has become of every run so far, the base among them; some may have failed.
        """

    def frames(
        self, study: Prepared, finished: Mapping[str, Finished]
    ) -> Mapping[str, pd.DataFrame]:
        """Result tables by name, with units in the names of their columns."""


def kind_of(name: str) -> Kind:
    """The kind of that name; KeyError where there is none."""
    return cast(Kind, _found(KIND_MODULES[name])())


def task_of(name: str) -> Task:
    """The task of that name; KeyError where there is none."""
    return cast(Task, _found(TASK_MODULES[name]))


def _found(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)
