"""Figures by year: interpolated between the years given, the nearest outside them."""

from __future__ import annotations

from collections.abc import Hashable
from operator import itemgetter

import numpy as np
import pandas as pd


class Yearly:
    """A figure that a table gives by year.

    Parameters
    ----------
    table
        Frame with the key columns, `year` and the value.
    keys
        Columns that name a series.
    value
        Column of the figure.
    """

    def __init__(self, table: pd.DataFrame, keys: list[str], value: str) -> None:
        # By hand, for it is made often, of tables with many short series: `groupby` takes longer.
        columns = [table[column].tolist() for column in ("year", value, *keys)]
        found: dict[Hashable, list[tuple[float, float]]] = {}
        for year, figure, *name in zip(*columns, strict=True):
            found.setdefault(tuple(name), []).append((year, figure))
        self._series = {
            name: np.array(sorted(of, key=itemgetter(0)), dtype=np.float64).T
            for name, of in found.items()
        }

    def __contains__(self, key: tuple[str, ...]) -> bool:
        """Whether the table holds that series."""
        return key in self._series

    def at(self, key: tuple[str, ...], year: int) -> float:
        """Value of a series in a calendar year; KeyError where there is no such series."""
        years, values = self._series[key]
        return float(np.interp(year, years, values))

    def mean(self, key: tuple[str, ...], years: tuple[int, ...]) -> float:
        """Mean of a series over the calendar years of a step's months."""
        return float(np.interp(years, *self._series[key]).mean())

    def least(self, key: tuple[str, ...], years: tuple[int, ...]) -> float:
        """Least of a series over the calendar years of a step's months, for limits."""
        return float(np.interp(years, *self._series[key]).min())
