"""Checks of the measures of a chip that export rules count against the rates that they rest on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from tokenworks.checks.base import Tables, problem_at, reads, rows
from tokenworks.chips import BIT_LENGTHS, performance_density, total_processing_performance
from tokenworks.errors import Problem
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.wording import listed, shown

_TOLERANCE = 0.001  # rates, measure and density are rounded separately
_DENSITY = "performance_density_tpp_per_mm2"


@reads(*(f"hardware.{name}" for name in ("system", "tpp", *BIT_LENGTHS)))
def check_performance_follows_from_rates(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Total processing performance is the most, over precisions, of dense rate x bit length."""
    table = tables["hardware"]
    for row in rows(table):
        rates = _rates(row)
        follows = total_processing_performance(rates)
        if follows is None or pd.isna(row.tpp) or _near(row.tpp, follows):
            continue
        yield problem_at(
            table,
            row.Index,
            "tpp",
            f"{shown(row.tpp)} is not what the dense rates of {shown(row.system)} come to: the "
            f"most of {listed(rates)} times bit length is {follows:.6g}",
            f"give {follows:.6g}, correct the rates, which are without sparsity, or leave it blank",
        )


@reads(*(f"hardware.{name}" for name in ("system", "tpp", "logic_die_mm2", _DENSITY, *BIT_LENGTHS)))
def check_density_follows_from_performance(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Performance density is total processing performance over the area of the logic dies."""
    table = tables["hardware"]
    for row in rows(table):
        tpp = total_processing_performance(_rates(row))
        tpp = row.tpp if tpp is None else tpp  # where both are given and differ, that is said once
        stated = getattr(row, _DENSITY)
        if pd.isna(tpp) or pd.isna(stated) or not row.logic_die_mm2 > 0:
            continue
        follows = performance_density(float(tpp), float(row.logic_die_mm2))
        if not _near(stated, follows):
            yield problem_at(
                table,
                row.Index,
                _DENSITY,
                f"{shown(stated)} is not what {shown(row.system)} comes to: {tpp:.6g} over the "
                f"{row.logic_die_mm2:.6g} mm2 of `logic_die_mm2` is {follows:.6g}",
                f"give {follows:.6g}, correct the area, or leave it blank",
            )


def _rates(row: Any) -> dict[str, float]:
    """The dense rates that the row gives, by column."""
    return {
        name: float(getattr(row, name)) for name in BIT_LENGTHS if not pd.isna(getattr(row, name))
    }


def _near(stated: float, follows: float) -> bool:
    return math.isclose(stated, follows, rel_tol=_TOLERANCE)
