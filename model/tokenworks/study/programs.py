"""The programs that the extensive form joins, one for every branch, with its dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tokenworks.branching import Branch
from tokenworks.build import BLOCKS, Model, build
from tokenworks.candidates import Candidates, candidates
from tokenworks.decisions import CANCELLABLE, cancellation_fee, decided_month, served_month
from tokenworks.solver.extensive import BranchProgram
from tokenworks.solver.matrix import compile_matrix

CAPITAL = ("_capital", "_contingency")


def programs_of(cases: list[Branch]) -> list[BranchProgram]:
    """The program of every branch; all can file in a month in which one of them can."""
    gathered = [candidates(case.inputs) for case in cases]
    # What can be filed before a branch is known can be filed in every branch.
    filed: dict[tuple[str, str], set[int]] = {}
    for columns in gathered:
        for route, months in columns.siting.filings.months.items():
            filed.setdefault(route, set()).update(months)
    return [_program(case, candidates(case.inputs, filed)) for case in cases]


def _program(case: Branch, columns: Candidates) -> BranchProgram:
    model = build(case.inputs, columns)
    capital = _Capital(model)

    def cancelling(variable: str, index: tuple[Any, ...], month: int) -> float | None:
        if variable not in CANCELLABLE:
            return None
        due = capital.until(case.inputs.calendar.horizon_months + 1).get((variable, index), 0.0)
        paid = capital.until(month).get((variable, index), 0.0)
        return paid + cancellation_fee(case.inputs, variable, index) * (due - paid)

    return BranchProgram(
        case.name,
        case.probability,
        case.reveal_month,
        model,
        compile_matrix(model.pyomo),
        decided_month(case.inputs),
        served_month(case.inputs),
        cancelling,
    )


class _Capital:
    """Present value of the capital of orders that is paid before a month."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._known: dict[int, dict[tuple[str, Any], float]] = {}

    def until(self, month: int) -> Mapping[tuple[str, Any], float]:
        """(Variable, index) to USD for one unit."""
        if month not in self._known:
            m = self._model
            x = replace(m.inputs, discounting=m.inputs.discounting.until(month))
            found: dict[tuple[str, Any], float] = defaultdict(float)
            for block in BLOCKS:
                for cost in block.costs(m.pyomo, x, m.candidates):
                    if cost.variable in CANCELLABLE and cost.component.endswith(CAPITAL):
                        for index, usd in cost.values.items():
                            found[cost.variable, index] += usd
            self._known[month] = found
        return self._known[month]
