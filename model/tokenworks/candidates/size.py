"""How many columns the hourly dispatch would have, before any of them is made."""

from __future__ import annotations

from tokenworks.candidates.candidates import Candidates
from tokenworks.frames import lookup
from tokenworks.inputs import Inputs

# Charging, discharging and what is stored.
_COLUMNS_OF_STORAGE = 3
# Put off and caught up; what waits, where its window ends before the day does.
_COLUMNS_OF_DEFERRAL = 2


def dispatch_columns(x: Inputs, c: Candidates) -> int:
    """Columns of dispatch: every source and flexible load of a site, in every slice of its steps.

    Parameters
    ----------
    x, c
        Inputs and candidates of a scenario.
    """
    kind = lookup(x.tables["power_technologies"], "technology", "kind")
    first: dict[tuple[str, str], int] = {}
    width: dict[tuple[str, str], int] = {}
    for site, technology, step in c.assets.builds:
        first.setdefault((site, technology), x.calendar.entry(step))
        width[site, technology] = _COLUMNS_OF_STORAGE if kind[technology] == "storage" else 1
    for site, route, step in c.siting.contracts:
        first.setdefault((site, route), x.calendar.entry(step))
        width[site, route] = 1
    steps = len(x.calendar.steps)
    flexible = [s for s, *_ in c.flexible.sheds]
    flexible += [s for s, *_ in c.flexible.deferrals] * _COLUMNS_OF_DEFERRAL
    bounded = {(s, w) for s, w, _ in c.flexible.waiting}
    flexible += [s for s, w, _ in c.flexible.deferrals if (s, w) in bounded]
    return sum(len(c.slices[s].names) for s in flexible) + sum(
        width[site, source] * (steps - step) * len(c.slices[site].names)
        for (site, source), step in first.items()
    )
