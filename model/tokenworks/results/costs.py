"""Costs of a plan: every cost term at the plan's values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pandas as pd

from tokenworks.blocks.terms import CostTerm
from tokenworks.results.frames import Context, frame
from tokenworks.schema import results as declared

# Position of the site in a variable's index; variables without a site are not here.
SITE_POSITION = {
    "file_route": 0,
    "open_site": 0,
    "energise_blocks": 0,
    "contract_mw": 0,
    "contracted_mw": 0,
    "give_up_mw": 0,
    "build_modules": 0,
    "buy_systems": 0,
    "sell_systems": 0,
    "generate_mw": 0,
    "import_mw": 0,
    "discharge_mw": 0,
    "unused_take_mw": 0,
    "flow_mtokens_per_s": 2,
}
NO_SITE = ("rent_mtokens_per_s", "unserved_mtokens_per_s")


def paid(c: Context) -> Iterator[tuple[CostTerm, str, Any, float]]:
    """Every cost of the plan: its term, its site (or nothing), its index and present value."""
    for term in c.model.costs:
        position = SITE_POSITION.get(term.variable)
        if position is None and term.variable not in NO_SITE:
            raise KeyError(f"costs of {term.variable} belong to no known site")
        values = c.all_values(term.variable)
        for index, coefficient in c.model.pyomo.component(term.coefficient).items():
            value = values.get(index, 0.0)
            if value:
                site = "" if position is None else str(index[position])
                yield term, site, index, coefficient * value


def costs(c: Context) -> pd.DataFrame:
    """Components of the objective by line and site."""
    totals: dict[tuple[str, str, str], float] = defaultdict(float)
    for term, site, _, usd in paid(c):
        totals[term.line, term.component, site] += usd
    return frame(declared.COSTS, ((*index, usd) for index, usd in totals.items()))
