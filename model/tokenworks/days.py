"""Fewer representative days: the peak-net-load day stays, the others stand for one another.

Of a zone's days the one with the highest net load in any hour is kept as it is, with its true
weight, since it sizes what stands for scarcity. The others are clustered by Ward's rule (scipy),
hour by hour in every column that the program uses. A cluster is stood for by its member nearest to
its weighted mean, with the weight of all its members. Each column of these days is then scaled so
that the zone's yearly mean stays what it was.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

# What a day is like, as the program sees it.
LIKENESS = (
    "grid_price_shape",
    "solar_capacity_factor",
    "wind_capacity_factor",
    "pue_overhead_shape",
)
CAPACITY_FACTORS = ("solar_capacity_factor", "wind_capacity_factor")
_SCALINGS = 20  # a factor cut at 1 loses energy, which the next scaling gives to the other hours

_EXACT = 1e-12

Array = npt.NDArray[np.float64]


def fewer_days(operations: pd.DataFrame, count: int) -> pd.DataFrame:
    """Operating hours of at most so many days in every zone.

    Parameters
    ----------
    operations
        Rows of the table `operations`; `net_load_mw` in every row of a zone with more days.
    count
        Days to keep, at least 1.

    Returns
    -------
    DataFrame
        Rows of the days kept, in their order, with new weights that sum to the old ones.
    """
    zones = [_of_zone(hours, count) for _, hours in operations.groupby("zone", sort=False)]
    return pd.concat(zones, ignore_index=True) if zones else operations


def peak_day(hours: pd.DataFrame) -> str:
    """The day of a zone with the highest net load in any hour; of equals the first by name."""
    peaks = hours.groupby("day", sort=True)["net_load_mw"].max()
    return str(peaks.index[int(np.argmax(peaks.to_numpy()))])


def _of_zone(hours: pd.DataFrame, count: int) -> pd.DataFrame:
    hours = hours.sort_values(["day", "hour_utc"])
    weights = hours.groupby("day", sort=True)["weight_days"].first()
    if len(weights) <= count:
        return hours
    peak = peak_day(hours)
    others = [str(day) for day in weights.index if day != peak]
    kept = {peak: float(weights.sum()) if count == 1 else float(weights[peak])}
    if count > 1:
        kept.update(_clusters(_features(hours, others), weights[others].to_numpy(), count - 1))
    fewer = hours[hours["day"].isin(kept)].copy()
    fewer["weight_days"] = fewer["day"].map(kept).astype(float)
    free = (fewer["day"] != peak).to_numpy() | (count == 1)
    for column in LIKENESS:
        fewer[column] = _scaled(hours, fewer, column, free)
    return fewer


def _features(hours: pd.DataFrame, days: list[str]) -> pd.DataFrame:
    """One row for every day, hours of all columns side by side, each column of unit spread."""
    parts = []
    for column in LIKENESS:
        wide = hours.pivot_table(index="day", columns="hour_utc", values=column).loc[days]
        spread = float(np.std(wide.to_numpy()))
        parts.append(wide / spread if spread > 0.0 else wide * 0.0)
    return pd.concat(parts, axis=1)


def _clusters(features: pd.DataFrame, weights: Array, count: int) -> dict[str, float]:
    """Day that stands for each cluster, with the weight of the cluster."""
    # Imported here: it takes a quarter of a second, and few scenarios ask for fewer days.
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415

    points = features.to_numpy(dtype=float)
    labels = np.array([1])
    if len(points) > 1:
        labels = fcluster(linkage(points, "ward"), count, "maxclust")
    kept = {}
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        share = weights[members] / weights[members].sum()
        mean = (points[members] * share[:, None]).sum(axis=0)
        distances = ((points[members] - mean) ** 2).sum(axis=1).round(12)
        nearest = members[int(np.argmin(distances))]  # of equals the first by name
        kept[str(features.index[nearest])] = float(weights[members].sum())
    return kept


def _scaled(
    every: pd.DataFrame, fewer: pd.DataFrame, column: str, free: npt.NDArray[np.bool_]
) -> Array:
    """Values of the fewer hours, the free ones scaled so that the mean is that of all hours."""
    target = float((every[column] * _hours(every)).sum() / _hours(every).sum())
    values, hours = fewer[column].to_numpy(dtype=float), _hours(fewer)
    for _ in range(_SCALINGS):
        total = float((values[free] * hours[free]).sum())
        wanted = target * hours.sum() - float((values[~free] * hours[~free]).sum())
        if total <= 0.0 or abs(wanted - total) <= _EXACT * abs(total):
            break
        values = np.where(free, values * max(0.0, wanted / total), values)
        if column in CAPACITY_FACTORS:
            values = np.minimum(values, 1.0)
    return values


def _hours(hours: pd.DataFrame) -> Array:
    """Hours of a year that each row stands for, up to a common factor."""
    per_day = hours.groupby("day")["day"].transform("size").to_numpy(dtype=float)
    return np.asarray(hours["weight_days"].to_numpy(dtype=float) / per_day)
