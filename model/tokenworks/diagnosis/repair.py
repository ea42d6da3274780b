"""The smallest changes that make a scenario feasible, in units of its inputs, each tried out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tokenworks.diagnosis.amounts import most_load_mw
from tokenworks.diagnosis.conflict import Conflict, Probing
from tokenworks.diagnosis.knobs import Knob, with_changes
from tokenworks.inputs import Inputs
from tokenworks.schema.addresses import CellAddress, parse_address
from tokenworks.solver.elastic import Relief, Slack, least_relief
from tokenworks.solver.feasibility import least_unserved

ROUNDING_DIGITS = 3
# How often an amount is raised by a step where whole blocks need a little more than was found.
MORE_TIMES = 4
LEVEL_STEPS = 12
RENTED = "rented capacity"


@dataclass(frozen=True)
class Step:
    """A change of one knob.

    Attributes
    ----------
    knob
        What is changed.
    amount
        What is added; of months and levels the new figure; of a switch its new value.
    changes
        The same by address.
    """

    knob: Knob
    amount: float | str | bool
    changes: dict[str, Any]


@dataclass(frozen=True)
class Repair:
    """A change of the inputs under which all demand can be met.

    Attributes
    ----------
    steps
        What is changed together.
    """

    steps: tuple[Step, ...]

    @property
    def changes(self) -> dict[str, Any]:
        """All that is changed, by address."""
        return {a: v for step in self.steps for a, v in step.changes.items()}


def single_repairs(probing: Probing, conflict: Conflict | None) -> list[Repair]:
    """Changes of one knob of a conflict that suffice alone; the amounts are the least."""
    found = []
    for knob in conflict.knobs if conflict else ():
        if probing.late or not probing.met(knob.change()):
            continue
        if knob.kind == "amount":
            repair = joint_repair(probing, [knob])
        elif knob.kind == "switch":
            repair = Repair((Step(knob, knob.most, knob.change()),))
        else:
            repair = _least(probing, knob)
        if repair is not None and confirmed(probing, repair):
            found.append(repair)
    return found


def _least(probing: Probing, knob: Knob) -> Repair | None:
    """The figure nearest to the one now that suffices: by halving."""
    near, far = knob.now_value, float(knob.most)
    if knob.kind == "months":
        while near - far > 1.0 and not probing.late:
            middle = float(math.floor((near + far) / 2.0))
            near, far = (near, middle) if probing.met(knob.change(int(middle))) else (middle, far)
        return Repair((Step(knob, int(far), knob.change(int(far))),))
    for _ in range(LEVEL_STEPS):
        if probing.late:
            break
        # Between a figure and one many times it, the steps are of proportion.
        wide = near > 0.0 and far > near + near
        middle = _rounded(math.sqrt(near * far) if wide else (near + far) / 2.0)
        if middle in (near, far):
            break
        near, far = (near, middle) if probing.met(knob.change(middle)) else (middle, far)
    return Repair((Step(knob, far, knob.change(far)),))


def _rounded(value: float, up: bool = False) -> float:
    """So many digits of a figure."""
    if value == 0.0:
        return 0.0
    digits = ROUNDING_DIGITS - 1 - math.floor(math.log10(abs(value)))
    scale = 10.0**digits
    figure = (math.ceil(value * scale - 1e-6) if up else round(value * scale)) / scale
    return float(f"{figure:.{ROUNDING_DIGITS}g}")


def joint_repair(probing: Probing, knobs: Sequence[Knob]) -> Repair | None:
    """The least amounts of several knobs together; None where all of them do not suffice."""
    x = probing.inputs
    amounts = [knob for knob in knobs if knob.kind == "amount"]
    if not amounts or probing.late:
        return None
    opened = with_changes(x, {a: v for knob in amounts for a, v in knob.change().items()})
    slacks = [_slack(x, knob) for knob in amounts]
    found = least_relief(
        *(x, opened, slacks), whole=True, time_limit_s=15.0, operation=probing.operation
    )
    if found is None or not (probing.priced or found.shortfall.nothing):
        return None
    return _tried(probing, amounts, found)


def _slack(x: Inputs, knob: Knob) -> Slack:
    """A megawatt weighs as a megawatt; of anything else, its share of what there is."""
    load, most = most_load_mw(x), float(knob.most)
    weight = 1.0 if knob.unit == "MW" else load / max(_size(x, knob), 1e-9)
    return Slack(knob.rows, knob.columns, weight, most, knob.whole)


def _size(x: Inputs, knob: Knob) -> float:
    found = parse_address(knob.addresses[0])
    if isinstance(found, CellAddress):
        values = x.loaded[found.table].frame[found.column].dropna()
        return max(1.0, float(values.mean())) if len(values) else 1.0
    return max(1.0, knob.now_value)


def _tried(probing: Probing, knobs: Sequence[Knob], found: Relief) -> Repair | None:
    """The amounts rounded up, and raised a little where that is not enough yet."""
    raised = 1.0
    for _ in range(MORE_TIMES):
        steps = tuple(
            _step(knob, amount * raised)
            for knob, amount in zip(knobs, found.amounts, strict=True)
            if amount > 0.0
        )
        repair = Repair(steps)
        if steps and probing.met(repair.changes):
            repair = _fewer_years(probing, repair)
            if confirmed(probing, repair):
                return repair
        raised *= 1.02
    return None


def _step(knob: Knob, amount: float) -> Step:
    if knob.whole:
        added = math.ceil(amount / knob.whole - 1e-6) * knob.whole
    elif knob.unit in ("MW", "tokens/s", "USD"):
        added = _rounded(amount, up=True)
    else:
        added = float(math.ceil(amount - 1e-6))
    return Step(knob, added, knob.change(added))


def _fewer_years(probing: Probing, repair: Repair) -> Repair:
    """The repair without the rows of years that it does not need: the last ones, then the first."""
    steps = list(repair.steps)
    for n in range(len(steps)):
        steps[n] = _of_fewer_years(probing, steps, n)
    return Repair(tuple(steps))


def _of_fewer_years(probing: Probing, steps: list[Step], n: int) -> Step:
    step, cells = steps[n], _by_year(probing.inputs, list(steps[n].changes))

    def suffices(first: int, last: int) -> bool:
        fewer = _with_cells(step, cells[first:last])
        return probing.met(Repair((*steps[:n], fewer, *steps[n + 1 :])).changes)

    last = _least_that(1, len(cells), lambda end: suffices(0, end))
    first = last - _least_that(1, last, lambda many: suffices(last - many, last))
    fewer = last - first < len(cells) and suffices(first, last)
    return _with_cells(step, cells[first:last]) if fewer else step


def _with_cells(step: Step, cells: list[str]) -> Step:
    return replace(step, changes={address: {"add": step.amount} for address in cells})


def _least_that(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The least whole number that holds, where all above such a one do, and the highest does."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return high


def _by_year(x: Inputs, addresses: list[str]) -> list[str]:
    """Addresses of single rows in order of their years; as they are where they are of no year."""
    found: list[tuple[int, str]] = []
    for address in addresses:
        parsed = parse_address(address)
        key = x.loaded[parsed.table].table.key if isinstance(parsed, CellAddress) else ()
        if not isinstance(parsed, CellAddress) or "year" not in key or "*" in _others(parsed, key):
            return addresses
        frame, at = x.loaded[parsed.table].frame, key.index("year")
        for name, part in zip(key, parsed.key, strict=True):
            if part != "*":
                frame = frame[frame[name].astype("str") == part]
        for year in frame["year"].astype(int):
            cell = (*parsed.key[:at], str(year), *parsed.key[at + 1 :])
            found.append((int(year), str(CellAddress(parsed.table, cell, parsed.column))))
    return [address for _, address in sorted(found)]


def _others(address: CellAddress, key: tuple[str, ...]) -> list[str]:
    """Parts of an address's key that are no year."""
    return [part for name, part in zip(key, address.key, strict=True) if name != "year"]


def confirmed(probing: Probing, repair: Repair) -> bool:
    """Whether a repair also suffices hour by hour, and where blocks and modules are whole."""
    changed = with_changes(probing.inputs, repair.changes)
    found = least_unserved(changed, operation=True), least_unserved(changed, whole=True)
    return all(one.possible if probing.priced else one.nothing for one in found)
