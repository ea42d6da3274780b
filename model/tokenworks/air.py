"""Air permits: one for all the stacks of a site, and which of its sources each route covers.

A capped route is a synthetic limit below the threshold of a major source. It covers a technology
whose source category has a threshold above its caps, and no other; a route without a cap, a major
permit, covers all. Where an agency asks for control, what lacks it is not covered.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from tokenworks.frames import NamedRow, rows
from tokenworks.schema.tables_power import STACKS_ASSET

ANY_CATEGORY = "any"
NO_STACK = ("", "none")

# (rule, source category) to its row of `air_permit_thresholds`.
Thresholds = Mapping[tuple[str, str], NamedRow]


def thresholds(frame: pd.DataFrame) -> Thresholds:
    """Rows of `air_permit_thresholds` by rule and source category."""
    return {(row.rule, row.source_category): row for row in rows(frame)}


def has_stack(technology: NamedRow) -> bool:
    """Whether a technology burns fuel that an air permit is needed for."""
    return technology.air_source_category not in NO_STACK


def caps(route: NamedRow) -> dict[str, float]:
    """Pollutant to a route's cap, short tons a year; infinite where it has none."""
    given = {
        "nox": route.nox_cap_short_tons_per_year,
        "carbon_monoxide": route.carbon_monoxide_cap_short_tons_per_year,
    }
    return {pollutant: math.inf if math.isnan(cap) else cap for pollutant, cap in given.items()}


def allow_more(mine: tuple[float, ...], others: Iterable[tuple[float, ...]]) -> bool:
    """Whether some cap is higher than that of some others."""
    return any(cap > low for other in others for cap, low in zip(mine, other, strict=True))


def threshold_of(rule: str, category: str, limits: Thresholds) -> float:
    """Tons from which a source of the category is a major one; infinite where the rule has none."""
    row = limits.get((rule, category), limits.get((rule, ANY_CATEGORY)))
    return math.inf if row is None else float(row.major_source_short_tons_per_year)


def stays_below(route: NamedRow, category: str, limits: Thresholds) -> bool:
    """Whether the caps of a route lie below the threshold of a source category."""
    capped = [cap for cap in caps(route).values() if math.isfinite(cap)]
    return all(cap < threshold_of(route.air_rule, category, limits) for cap in capped)


def covers(route: NamedRow, technology: NamedRow, limits: Thresholds) -> bool:
    """Whether a route for a site's stacks lets a technology run there."""
    controlled = pd.isna(route.needs_scr) or not (route.needs_scr and technology.lacks_control)
    category = technology.air_source_category
    asked = route.source_category in ("", category)
    return has_stack(technology) and asked and controlled and stays_below(route, category, limits)


def offset_ratio(route: NamedRow, limits: Thresholds) -> float:
    """Tons to retire for each that is permitted; 0 where the route or its rule asks for none."""
    if math.isnan(route.offset_cost_usd_per_short_ton):
        return 0.0
    ratios = [row.offset_ratio for (rule, _), row in limits.items() if rule == route.air_rule]
    return max((ratio for ratio in ratios if not math.isnan(ratio)), default=0.0)


def assets_of(route: NamedRow, technologies: list[NamedRow], limits: Thresholds) -> Iterator[str]:
    """Assets that a permit route is for: a technology's is for its variants too."""
    if route.asset == STACKS_ASSET:
        yield from (t.technology for t in technologies if covers(route, t, limits))
        return
    variants = [t.technology for t in technologies if t.base == route.asset]
    yield from variants or [route.asset]


def closed_to(held: list[NamedRow], technologies: list[NamedRow], limits: Thresholds) -> set[str]:
    """Technologies that cannot run at a site with these routes.

    Those that none of its air permits covers, and those with a control that none asks for.
    """
    permits = [route for route in held if route.asset == STACKS_ASSET]
    if not permits:
        return {t.technology for t in technologies if t.is_variant}
    return {
        t.technology
        for t in technologies
        if has_stack(t) and not any(covers(route, t, limits) for route in permits)
    }
