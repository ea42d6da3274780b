"""When a variable is decided: what the branches of an uncertain future may not know yet.

An order is decided its lead time before what was ordered enters service, a filing in its month,
everything else at the start of the step that its index ends with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tokenworks import leads
from tokenworks.frames import lookup, rows_by
from tokenworks.inputs import Inputs

FILINGS = ("file_route",)
# What is held has been decided before the horizon, whenever it arrives.
BEFORE = -1
# Variables that order what enters service later, and those of them that may be cancelled.
ORDERS = ("build_modules", "buy_systems", "open_site", "energise_blocks")
CANCELLABLE = ("build_modules", "buy_systems")


def step_of(index: tuple[Any, ...]) -> int:
    """Step that an index ends with: its last whole number."""
    return next(part for part in reversed(index) if isinstance(part, int))


def order_months(x: Inputs) -> Callable[[str, tuple[Any, ...]], int]:
    """Months from order to service of an ordering variable at an index."""
    construction = lookup(x.tables["sites"], "site", "construction_months")
    technologies = rows_by(x.tables["power_technologies"], "technology")
    systems = lookup(x.tables["hardware"], "system", "lead_months")

    def months(variable: str, index: tuple[Any, ...]) -> int:
        if variable == "build_modules":
            return leads.technology_stages(technologies[index[1]], x.calendar.start).months
        if variable == "buy_systems":
            return int(systems[index[1]])
        return int(construction[index[0]])

    return months


def decided_month(x: Inputs) -> Callable[[str, tuple[Any, ...]], int]:
    """Month of the horizon in which a variable at an index is decided."""
    lead = order_months(x)
    steps = x.calendar.vintages

    def month(variable: str, index: tuple[Any, ...]) -> int:
        if variable in FILINGS:
            return int(index[-1])
        if step_of(index) < 0:
            return BEFORE
        start = steps[step_of(index)].start_month
        return start - lead(variable, index) if variable in ORDERS else start

    return month


def served_month(x: Inputs) -> Callable[[str, tuple[Any, ...]], int]:
    """Month of the horizon in which what a variable decides takes effect."""
    decided = decided_month(x)
    steps = x.calendar.steps

    def month(variable: str, index: tuple[Any, ...]) -> int:
        if variable in FILINGS or step_of(index) < 0:
            return decided(variable, index)
        return steps[step_of(index)].start_month

    return month


def cancellation_fee(x: Inputs, variable: str, index: tuple[Any, ...]) -> float:
    """Share of what is still to pay that a cancelled order costs; all of it where none is given."""
    table, key = (
        ("power_technologies", "technology")
        if variable == "build_modules"
        else ("hardware", "system")
    )
    fee = lookup(x.tables[table], key, "cancellation_fee_fraction")[index[1]]
    return 1.0 if fee != fee else float(fee)  # noqa: PLR0124 -- a blank is not a number
