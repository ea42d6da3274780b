"""Columns of halls made denser or liquid-cooled, so that later generations fit."""

from __future__ import annotations

from dataclasses import dataclass

from tokenworks.candidates.sites import Siting
from tokenworks.frames import NamedRow, rows
from tokenworks.inputs import Inputs

ANY_SITE = "*"


@dataclass(frozen=True)
class Retrofits:
    """Halls that can be retrofitted, and when.

    Attributes
    ----------
    row
        Site to its row of `hall_retrofits`.
    hall_step
        (site, step) at which retrofitted halls can be ready, to the step by which they must have
        been energised.
    """

    row: dict[str, NamedRow]
    hall_step: dict[tuple[str, int], int]

    def first_step(self, site: str) -> int | None:
        """First step at which a site can have a retrofitted hall."""
        return min((e for s, e in self.hall_step if s == site), default=None)


def retrofits(x: Inputs, where: Siting) -> Retrofits:
    """Retrofits that can be ready within the horizon."""
    table = {row.site: row for row in rows(x.tables["hall_retrofits"])}
    offered = {s: table.get(s, table.get(ANY_SITE)) for s in where.first_step}
    found = {s: row for s, row in offered.items() if row is not None}
    hall_step = {}
    for site, row in found.items():
        first, months = where.first_step[site], int(row.retrofit_months)
        opened = x.calendar.steps[first].start_month
        for step in x.calendar.arrivals(opened + months):
            begun = step.start_month - months
            hall_step[site, step.index] = max(
                s.index for s in x.calendar.steps if s.start_month <= begun
            )
    return Retrofits(found, hall_step)
