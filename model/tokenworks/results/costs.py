"""Costs of a plan: every cost term at the plan's values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pandas as pd

from tokenworks.blocks.terms import CostTerm
from tokenworks.results.frames import Context, frame
from tokenworks.schema import results_money as declared


def paid(c: Context) -> Iterator[tuple[CostTerm, str, Any, float]]:
    """Every cost of the plan: its term, its site (or nothing), its index and present value."""
    for term in c.model.costs:
        position = term.of.get("site")
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
