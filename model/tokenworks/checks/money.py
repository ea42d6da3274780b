"""Checks of prices against the objective that they serve."""

from __future__ import annotations

from collections.abc import Iterator

from tokenworks.checks.base import Tables, problem_at, reads
from tokenworks.errors import Problem
from tokenworks.schema.scenario import Scenario


@reads("workloads.sold_usd_per_mtoken", options=("objective",))
def check_something_is_sold(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """The greatest net present value of tokens that earn nothing is to build nothing."""
    table = tables["workloads"]
    if scenario.objective == "npv" and not table.frame["sold_usd_per_mtoken"].fillna(0.0).any():
        yield problem_at(
            table,
            0,
            "sold_usd_per_mtoken",
            "no workload has a price, so that the greatest net present value is to build nothing",
            "give the price of a million output tokens, or let `objective` be `cost`",
        )
