"""How far figures may lie from what the tables say, by their confidence, and draws of them.

Figures of one column with the same source and confidence move together: they are one guess, and
drawn each for itself they would average out. What they have of the same source moves in common too,
to a stated share. A draw depends on the seed, its number and the name of what is drawn alone, so
that two studies with the same seed draw common figures alike (common random numbers).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from tokenworks.confidence import confidence_by_figure
from tokenworks.inputs import Inputs
from tokenworks.schema.columns import Kind, Role
from tokenworks.schema.tables import INPUT_TABLES

Floats = npt.NDArray[np.float64]

# Beside all money: how well things run, and how much there is of what others decide. Not drawn are
# dates and places, sizes of what is bought as a whole, shapes and weights that sum to a whole, and
# what names a point or a limit of the law.
PERFORMANCE = {
    "operating_points": ("output_tokens_per_s", "input_tokens_per_s"),
    "demand": ("output_tokens_per_s",),
    "power_technologies": ("heat_rate_mmbtu_per_mwh", "forced_outage_fraction"),
    "operations": ("solar_capacity_factor", "wind_capacity_factor", "marginal_co2_kg_per_mwh"),
    "zone_headroom": ("firm_headroom_mw",),
    "flexible_headroom": ("flexible_headroom_mw",),
    "hardware": ("resale_fraction",),
    "power_series": ("cost_ratio",),
    "sites": ("capital_cost_ratio", "nuclear_cost_ratio"),
}
EVERY_ROW = "*"


@dataclass(frozen=True)
class Group:
    """Figures that move together.

    Attributes
    ----------
    table, column
        Where they stand.
    source, confidence
        What they rest on; the source may be blank.
    addresses
        Of their cells.
    spread_fraction
        They are drawn between themselves over and times one plus this.
    least, most
        Factors at which some figure would leave its column's range.
    """

    table: str
    column: str
    source: str
    confidence: str
    addresses: tuple[str, ...]
    spread_fraction: float
    least: float
    most: float

    @property
    def name(self) -> str:
        """What is drawn."""
        return f"{self.table}.{self.column}|{self.source}|{self.confidence}"


def drawn_by_default() -> list[str]:
    """`table.column` of all money and performance."""
    return [
        f"{name}.{column.name}"
        for name, table in INPUT_TABLES.items()
        for column in table.columns
        if column.role is Role.INPUT
        and column.kind is Kind.NUMBER
        and (column.name in table.money_columns or column.name in PERFORMANCE.get(name, ()))
    ]


def is_drawable(name: str) -> bool:
    """Whether `table.column` is a figure that can be drawn."""
    table, _, column = name.partition(".")
    declared = INPUT_TABLES.get(table)
    return declared is not None and any(
        c.name == column and c.role is Role.INPUT and c.kind is Kind.NUMBER
        for c in declared.columns
    )


def groups_of(x: Inputs, columns: Sequence[str], spreads: Mapping[str, float]) -> list[Group]:
    """The figures of some columns, as they move together, where they have a spread."""
    figures = confidence_by_figure(x)
    found = []
    wanted = set(columns or drawn_by_default())
    named = figures["table"] + "." + figures["column"]
    for keys, part in figures[named.isin(wanted)].groupby(["table", "column"], sort=True):
        table, column = (str(key) for key in keys)
        for provenance, same in part.fillna("").groupby(["source", "confidence"], sort=True):
            source, confidence = (str(key) for key in provenance)
            spread = spreads.get(confidence, 0.0)
            if spread <= 0.0:
                continue
            lines = [EVERY_ROW] if len(same) == len(part) else same["row"].tolist()
            addresses = tuple(f"tables.{table}[{line}].{column}" for line in lines)
            ends = _room(x, table, column)
            found.append(Group(table, column, source, confidence, addresses, spread, *ends))
    return found


def _room(x: Inputs, table: str, column: str) -> tuple[float, float]:
    """Factors between which all figures stay in their column's range."""
    declared = INPUT_TABLES[table].column(column)
    values = pd.Series(x.loaded[table].frame[column]).dropna().astype("float64")
    largest = float(values.max()) if len(values) else 0.0
    positive = values[values > 0.0]
    smallest = float(positive.min()) if len(positive) else 0.0
    most = declared.maximum / largest if declared.maximum and largest > 0.0 else np.inf
    floor = declared.minimum or declared.above or 0.0
    least = floor / smallest if floor > 0.0 and smallest > 0.0 else 0.0
    return min(1.0, least), max(1.0, float(most))


def factors(groups: Sequence[Group], count: int, seed: int, common: float) -> Floats:
    """Factor of every group in every draw, one draw a row.

    Every normal variable is stratified: of `count` draws one falls into each of as many equally
    likely parts.
    """
    found = np.ones((count, len(groups)))
    for place, group in enumerate(groups):
        own = _normal(f"figure|{group.name}", count, seed)
        shared = _normal(f"source|{group.source}", count, seed) if group.source else own
        weight = np.sqrt(common), np.sqrt(1.0 - common)
        z = weight[0] * shared + weight[1] * own if group.source else own
        t = 2.0 * norm.cdf(z) - 1.0
        drawn = (1.0 + group.spread_fraction) ** t
        found[:, place] = np.clip(drawn, group.least, group.most)
    return found


def _normal(name: str, count: int, seed: int) -> Floats:
    random = np.random.default_rng([seed, zlib.crc32(name.encode())])
    strata = random.permutation(count) + random.random(count)
    return np.asarray(norm.ppf(strata / count), dtype=np.float64)


def changes_of(groups: Sequence[Group], row: Floats) -> dict[str, Any]:
    """A draw as changes of a scenario."""
    return {
        address: {"scale": round(float(factor), 9)}
        for group, factor in zip(groups, row, strict=True)
        for address in group.addresses
    }
