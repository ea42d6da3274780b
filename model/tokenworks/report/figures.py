"""How far a scenario's figures can be trusted: counted by table and confidence."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from tokenworks.confidence import EVERY_ROW, confidence_by_figure
from tokenworks.inputs import Inputs
from tokenworks.schema.scenario import Solve
from tokenworks.schema.section import Section
from tokenworks.schema.shorthand import CONFIDENCES

__all__ = ["EVERY_ROW", "confidence_by_figure", "counts", "option_confidence", "rests_on"]

# Chart of a plan to the tables whose figures it rests on most.
_BUILT = ("sites", "hardware", "power_technologies", "interconnection_routes")
_PAID = (*_BUILT, "power_costs", "gas_connections", "hall_retrofits")
_RUN = ("tariffs", "fuel_prices", "operating_points", "network")
BEHIND = {
    "build_out": (*_BUILT, "operating_points", "demand", "zone_headroom"),
    "cost": (*_PAID, *_RUN),
    "schedule": ("permit_routes", *_BUILT),
    "capital": _PAID,
    "cash": (*_PAID, *_RUN, "workloads", "cloud_prices", "demand"),
    "tokens": ("demand", "workloads", "operating_points", "cloud_prices"),
    "dispatch": ("operations", "power_technologies", "tariffs", "demand"),
    "limits": ("zone_headroom", "flexible_headroom", "redlines", "sites", "supply"),
}


def option_confidence(inputs: Inputs) -> dict[str, tuple[object, str]]:
    """Numeric options of the scenario: dotted key to value and confidence.

    An option that a file sets without a source of its own is `assumed`; one left at its default
    carries the default's confidence. `solve` says how a plan is found, and states nothing.
    """
    found: dict[str, tuple[object, str]] = {}
    for section, options in inputs.scenario:
        if not isinstance(options, Section) or isinstance(options, Solve):
            continue
        for name, field in type(options).model_fields.items():
            value, extra = getattr(options, name), field.json_schema_extra
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                continue
            default = isinstance(extra, dict) and value == field.default
            confidence = str(extra["confidence"]) if default and isinstance(extra, dict) else ""
            found[f"{section}.{name}"] = (value, confidence or "assumed")
    return found


def counts(figures: pd.DataFrame) -> Counter[str]:
    """Figures by confidence, in the order of trust."""
    by = Counter(figures["confidence"])
    return Counter({confidence: by.get(confidence, 0) for confidence in CONFIDENCES})


def rests_on(figures: pd.DataFrame, chart: str) -> str:
    """How far the figures behind a chart can be trusted, for its caption; nothing if all can.

    Parameters
    ----------
    figures
        `confidence_by_figure`, or lines of it.
    chart
        A key of `BEHIND`.
    """
    tables = BEHIND[chart]
    mine = figures[figures["table"].isin(tables)]
    by = counts(mine)
    marked = [
        f"{by[level] / len(mine):.0%} {level} {mark}".replace("%", " %")
        for level, mark in (("assumed", "†"), ("claimed", "‡"))
        if by[level]
    ]
    if not marked:
        return ""
    named = [name.replace("_", " ") for name in dict.fromkeys(mine["table"])]
    return f"Of the {len(mine):,} input figures behind it ({', '.join(named)}) {', '.join(marked)}."
