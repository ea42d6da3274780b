"""Limited supplies and their use, from what enters service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import pandas as pd

from tokenworks.candidates.supply import supplies
from tokenworks.frames import lookup, rows
from tokenworks.results.frames import Context, frame
from tokenworks.results.tolerance import exceeds
from tokenworks.schema import results as declared
from tokenworks.schema.tables_supply import GRID_ASSET, SITE_ASSET


def supply_use(c: Context) -> pd.DataFrame:
    """Use of every limited supply, by calendar year."""
    x = c.model.inputs
    held = supplies(x)
    counted = lookup(x.tables["supply"], "supply", "counted_in")
    entering: dict[tuple[str, int], float] = defaultdict(float)
    # What is held was delivered before the horizon, or counts against nobody's limit in it.
    for variable in ("build_modules", "buy_systems"):
        for (_, asset, e), count in c.plan_values(variable).items():
            if e >= 0:
                entering[asset, c.steps[e].year] += count
    for (_, _, e), megawatts in c.plan_values("contract_mw").items():
        if e >= 0:
            entering[GRID_ASSET, c.steps[e].year] += megawatts
    blocks = lookup(x.tables["sites"], "site", "block_mw")
    for (s, e), count in c.plan_values("energise_blocks").items():
        if e >= 0:
            entering[SITE_ASSET, c.steps[e].year] += count * blocks[s]
    used: dict[tuple[str, int], float] = defaultdict(float)
    for supply in dict.fromkeys(supply for supply, _ in held.limits):
        for (asset, year), count in entering.items():
            used[supply, year] += held.taken(supply, asset) * count
    entries = (
        (supply, year, limit, used[supply, year], counted[supply])
        for (supply, year), limit in held.limits.items()
    )
    return frame(declared.SUPPLY_USE, entries)


def supply_holds(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """No more enters service in a year than its limited supplies allow."""
    for row in rows(tables["supply_use"]):
        if exceeds(row.used_count, row.limit_count):
            yield f"{row.supply} in {row.year}: {row.used_count} of {row.limit_count} are taken"
