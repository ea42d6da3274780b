"""An irreducible set of inputs that cannot hold together.

A deletion filter over inputs: one that is relaxed without making room is not part of the conflict
and stays relaxed; one whose relaxation makes room is. Whole families are tried first, then halves.
What is left conflicts, and each single one of it is needed for that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tokenworks.diagnosis.knobs import Changes, Knob, with_changes
from tokenworks.errors import InfeasibleError, InputError
from tokenworks.inputs import Inputs
from tokenworks.solver.feasibility import Demand, Shortfall, least_unserved

Probe = Callable[[Changes], Shortfall]


@dataclass
class Probing:
    """Whether the scenario is met under changes; every question is asked once.

    Attributes
    ----------
    inputs
        The scenario's inputs.
    until
        When to stop, as `time.perf_counter` tells.
    whole
        Whether sites, modules and filings are whole numbers in the answer.
    operation
        Whether what sites run hour by hour takes part in it.
    asked
        Questions so far.
    """

    inputs: Inputs
    until: float
    whole: bool = False
    operation: bool = False
    asked: int = 0
    _known: dict[Any, Shortfall] = field(default_factory=dict)

    @property
    def late(self) -> bool:
        """Whether time is over."""
        return time.perf_counter() > self.until

    def shortfall(self, changes: Changes) -> Shortfall:
        """What cannot be met under changes."""
        key = tuple(sorted((address, str(value)) for address, value in changes.items()))
        if key not in self._known:
            self.asked += 1
            try:
                changed = with_changes(self.inputs, changes)
                self._known[key] = least_unserved(changed, self.whole, operation=self.operation)
            except (InfeasibleError, InputError):
                self._known[key] = Shortfall({}, {}, possible=False)
        return self._known[key]

    def met(self, changes: Changes) -> bool:
        """Whether there is a plan under changes, with all demand met where that is asked for."""
        found = self.shortfall(changes)
        return found.possible if self.priced else found.nothing

    def of_kind(self, *, whole: bool, operation: bool) -> None:
        """Ask questions of another kind from here on."""
        self.whole, self.operation = whole, operation
        self._known.clear()

    @property
    def priced(self) -> bool:
        """Whether tokens may stay unserved at a price."""
        return self.inputs.scenario.unserved == "priced"


@dataclass(frozen=True)
class Conflict:
    """Inputs that cannot hold together.

    Attributes
    ----------
    demands
        Workload, region and period of the demands that take part; the others are left out.
    knobs
        Inputs that take part.
    irreducible
        Whether each of them is needed; False where time was over before all were tried.
    """

    demands: tuple[Demand, ...]
    knobs: tuple[Knob, ...]
    irreducible: bool


def without(x: Inputs, kept: set[Demand]) -> dict[str, Any]:
    """Changes that leave out all demand but some."""
    demand = x.tables["demand"]
    keys = zip(demand["workload"], demand["region"], demand["period"], strict=True)
    return {
        f"tables.demand[{w},{r},{y}].output_tokens_per_s": 0.0
        for w, r, y in keys
        if (w, r, y) not in kept
    }


def find_conflict(probing: Probing, knobs: Sequence[Knob], short: Shortfall) -> Conflict | None:
    """A conflict among demands and knobs; None where relaxing all of them makes no room.

    Parameters
    ----------
    probing
        Answers whether the scenario is met.
    knobs
        Inputs that can be relaxed.
    short
        What cannot be met as the scenario stands.
    """
    every = {a: v for knob in knobs for a, v in knob.change().items()}
    demands = _few_demands(probing, short)
    base = without(probing.inputs, set(demands))
    if not probing.met({**base, **every}):
        return None
    kept, sure = _filtered(probing, base, list(knobs), Knob.change)
    relaxed = {a: v for k in knobs if k not in kept for a, v in k.change().items()}
    if len(demands) > 1:
        chosen, also = _filtered(
            probing,
            {**without(probing.inputs, set(demands)), **relaxed},
            demands,
            lambda one: {f"tables.demand[{','.join(one)}].output_tokens_per_s": 0.0},
        )
        demands, sure = chosen, sure and also
    return Conflict(tuple(demands), tuple(kept), sure)


def _few_demands(probing: Probing, short: Shortfall) -> list[Demand]:
    """Demands that conflict with the rest by themselves: one alone, else those of one period."""
    x = probing.inputs
    table = x.tables["demand"]
    keys = list(zip(table["workload"], table["region"], table["period"], strict=True))
    order = {period: n for n, period in enumerate(x.tables["periods"]["period"])}
    worst = sorted(short.shares, key=lambda d: (-short.shares[d], order[d[2]]))
    for demand in worst[:2]:
        if not probing.met(without(x, {demand})):
            return [demand]
    for period in dict.fromkeys(d[2] for d in worst):
        of_period = [key for key in keys if key[2] == period]
        if probing.late:
            break
        if not probing.met(without(x, set(of_period))):
            return of_period
    return keys


def _filtered(
    probing: Probing, base: Changes, members: list[Any], change: Callable[[Any], Changes]
) -> tuple[list[Any], bool]:
    """Members that are needed for the conflict; the others stay relaxed. And whether all are."""
    kept: list[Any] = []
    relaxed: dict[str, Any] = dict(base)
    sure = True

    def drop(part: list[Any]) -> None:
        nonlocal sure
        if probing.late:
            sure = False
            kept.extend(part)
            return
        trial = {**relaxed, **{a: v for one in part for a, v in change(one).items()}}
        if not probing.met(trial):
            relaxed.update(trial)
        elif len(part) == 1:
            kept.extend(part)
        else:
            half = len(part) // 2
            drop(part[:half])
            drop(part[half:])

    for part in _families(members):
        drop(part)
    return kept, sure


def _families(members: list[Any]) -> list[list[Any]]:
    """Members in families; what a person cannot easily change is tried last, and so kept last."""
    found: dict[str, list[Any]] = {}
    for member in members:
        found.setdefault(getattr(member, "family", ""), []).append(member)
    return list(found.values())
