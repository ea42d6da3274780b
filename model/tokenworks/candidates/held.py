"""Holdings by vintage: the columns that stand for what is held when the horizon starts."""

from __future__ import annotations

from dataclasses import dataclass

from tokenworks.held import holdings, of_kind
from tokenworks.inputs import Inputs
from tokenworks.schema import tables_holdings as kinds


@dataclass(frozen=True)
class Held:
    """What is held, by vintage; a vintage has a number below zero.

    Attributes
    ----------
    blocks
        (site, vintage) to blocks.
    modules, systems, contracts
        (site, technology, system or route, vintage) to modules, systems or MW.
    """

    blocks: dict[tuple[str, int], float]
    modules: dict[tuple[str, str, int], float]
    systems: dict[tuple[str, str, int], float]
    contracts: dict[tuple[str, str, int], float]

    @property
    def first_blocks(self) -> dict[str, int]:
        """Site to the vintage of its first blocks."""
        # Vintages are numbered downwards from the latest, so the earliest is the least.
        return {s: min(v for t, v in self.blocks if t == s) for s, _ in self.blocks}


def held(x: Inputs) -> Held:
    """Holdings of a scenario by vintage."""
    found = holdings(x.tables, x.calendar.start)
    number = {month: v for v, month in x.calendar.held_months.items()}

    def by_vintage(kind: str) -> dict[tuple[str, str, int], float]:
        return {(s, a, number[month]): n for (s, a, month), n in of_kind(found, kind).items()}

    return Held(
        blocks={(s, v): n for (s, _, v), n in by_vintage(kinds.SITE).items()},
        modules=by_vintage(kinds.POWER),
        systems=by_vintage(kinds.HARDWARE),
        contracts=by_vintage(kinds.CONTRACT),
    )
