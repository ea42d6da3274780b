"""Fewer representative days: the peak-net-load day stays, the others stand for one another.

A day of weight w counts throughout as w equal days. Of a zone's days the one with the highest net
load in any hour is kept as it is, with its true weight, since it sizes what stands for scarcity.
The others are clustered by Ward's rule, hour by hour in every column that the program uses. A
cluster is stood for by its member nearest to its mean, with the weight of all its members.

The hours of these days are then scaled, column by column, so that the zone's yearly mean stays what
it was. It cannot stay where no factor brings it back: all hours to be scaled are nothing (the sun
shone on the peak day only), or a capacity factor's are all nothing or cut at 1. `means_lost` lists
these. Asked for one day, the peak day stands for the whole year, and it is scaled itself. Net load
is left as measured.
"""

from __future__ import annotations

from collections.abc import Mapping

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
# Scaled where a zone has them in every hour; the last two may be absent or blank.
SCALED = (*LIKENESS, "load_shape", "marginal_co2_kg_per_mwh")
CAPACITY_FACTORS = ("solar_capacity_factor", "wind_capacity_factor")

_HOURS_PER_DAY = 24
_SAME_MEAN = 1e-6  # relative
_TIE = 1e-9  # costs and distances closer than this are rounding apart
_NOTHING = 1e-12  # a sum over a year's hours that no factor should be divided by

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]


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
        Rows of the days kept, sorted within the zone, with new weights that sum to the old ones.
    """
    if operations.empty:
        return operations
    zones, _ = pd.factorize(operations["zone"])
    days, _ = pd.factorize(operations["day"], sort=True)
    order = np.lexsort((operations["hour_utc"].to_numpy(), days, zones))
    table = operations.iloc[order].reset_index(drop=True)
    lengths = _lengths(table)
    kept = [
        _of_zone(hours, lengths[hours.index.to_numpy()], count)
        for _, hours in table.groupby("zone", sort=False)
    ]
    return pd.concat(kept, ignore_index=True)


def with_outage_day(operations: pd.DataFrame, share: float) -> pd.DataFrame:
    """The same days, the one of least net load in which a share of the year ends cut in two.

    Both parts have the hours of the day; what lies within the share is called ``<day>-outage``.

    Parameters
    ----------
    operations
        Rows of the table `operations`, with `net_load_mw` in all of them.
    share
        Share of the year that is to be made of whole days.
    """
    if operations.empty or share <= 0.0:
        return operations
    cut = [_cut(hours, share) for _, hours in operations.groupby("zone", sort=False)]
    return pd.concat(cut, ignore_index=True)


def in_order_of_load(mean_mw: Mapping[str, float]) -> list[str]:
    """Days from the least mean net load to the most; of equals the last by name first."""
    return sorted(sorted(mean_mw, reverse=True), key=lambda day: mean_mw[day])


def _cut(hours: pd.DataFrame, share: float) -> pd.DataFrame:
    days = hours.groupby("day", sort=True)
    weight = days["weight_days"].first()
    left = share * float(weight.sum())
    mean_mw = {str(day): float(mean) for day, mean in days["net_load_mw"].mean().items()}
    for day in in_order_of_load(mean_mw):
        if left < weight[day] * (1.0 - _TIE):
            break
        left -= weight[day]
    if left <= _TIE * float(weight.sum()):
        return hours
    of_day = hours[hours["day"] == day]
    within = of_day.assign(day=f"{day}-outage", weight_days=left)
    rest = of_day.assign(weight_days=float(weight[day]) - left)
    return pd.concat([hours[hours["day"] != day], rest, within])


def peak_day(hours: pd.DataFrame) -> str:
    """The day of a zone with the highest net load in any hour; of equals the first by name."""
    peaks = hours.groupby("day", sort=True)["net_load_mw"].max()
    return str(peaks.index[int(np.argmax(peaks.to_numpy()))])


def clusters(points: Array, weights: Array, count: int) -> list[Integers]:
    """Rows of each of so many clusters by Ward's rule, a row counting as often as it weighs.

    The two clusters are merged, again and again, of which the squares within grow least:
    v·w/(v+w) times the squared distance of their means, with their weights v and w. Of equals
    those are merged whose first rows come first.
    """
    number, weights = len(points), weights.astype(float)
    squares = np.array([((points - point) ** 2).sum(axis=1) for point in points])
    costs = squares * weights * weights[:, None] / (weights + weights[:, None])
    np.fill_diagonal(costs, np.inf)
    members = [[row] for row in range(number)]
    for _ in range(number - count):
        # A cluster keeps the place of its first row, so the first of equal costs is it.
        i, j = divmod(_first_lowest(costs.ravel()), number)
        v, w = weights[i], weights[j]
        # Lance and Williams: the cost of joining any third cluster, from those of joining either.
        joined = (v + weights) * costs[i] + (w + weights) * costs[j] - weights * costs[i, j]
        costs[i] = costs[:, i] = joined / (v + w + weights)
        costs[j] = costs[:, j] = np.inf
        weights[i] += w
        members[i] += members[j]
        members[j] = []
    return [np.array(sorted(rows)) for rows in members if rows]


def means_lost(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Yearly means that fewer days did not keep.

    Parameters
    ----------
    before, after
        Rows of the table `operations`, and what `fewer_days` made of them.

    Returns
    -------
    DataFrame
        `zone`, `column`, and its mean `before` and `after`, where these are more than a millionth
        apart. A column with blanks in a zone has no mean there, and is not listed.
    """
    columns = [column for column in SCALED if column in before and column in after]
    was, now = _means(before, columns), _means(after, columns)
    was = was[was.index.isin(now.index)]
    now = now.loc[was.index]
    rows, places = np.nonzero(((now - was).abs() > _SAME_MEAN * was.abs()).to_numpy())
    return pd.DataFrame(
        {
            "zone": was.index[rows],
            "column": was.columns[places],
            "before": was.to_numpy()[rows, places],
            "after": now.to_numpy()[rows, places],
        }
    )


def _means(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Mean over the year of each column (across) in each zone (down), NaN where any is blank."""
    hours = table["weight_days"].astype(float) * _lengths(table)
    sums = table[columns].astype(float).mul(hours, axis=0).groupby(table["zone"], sort=False)
    # Adding up skips blanks.
    blank = table[columns].isna().groupby(table["zone"], sort=False).any()
    return sums.sum().div(hours.groupby(table["zone"], sort=False).sum(), axis=0).mask(blank)


def _of_zone(hours: pd.DataFrame, lengths: Array, count: int) -> pd.DataFrame:
    """Hours of the days kept, from a zone's hours in order of day and hour."""
    day_of, names = pd.factorize(hours["day"])
    if len(names) <= count:
        return hours
    before = hours["weight_days"].to_numpy(dtype=float)
    weights = before[np.flatnonzero(np.diff(day_of, prepend=-1))]
    peak = [str(name) for name in names].index(peak_day(hours))
    kept = np.zeros(len(names))  # weight of each day, 0 if it is left out
    kept[peak] = weights.sum() if count == 1 else weights[peak]
    if count > 1:
        others = np.delete(np.arange(len(names)), peak)
        points = _points(hours, _row_at(hours, lengths, day_of)[others], weights[others])
        for rows in clusters(points, weights[others], count - 1):
            kept[others[_middle(points, weights[others], rows)]] = weights[others[rows]].sum()
    after = kept[day_of]
    free = (day_of != peak) | (count == 1)
    scaled = free & (after > 0.0)
    columns = {"weight_days": after}
    for column in SCALED:
        if column not in hours or hours[column].isna().any():
            continue
        values = hours[column].to_numpy(dtype=float, copy=True)
        wanted = float((values * before * lengths)[free].sum())
        limit = 1.0 if column in CAPACITY_FACTORS else np.inf
        values[scaled] = _scaled(values[scaled], (after * lengths)[scaled], wanted, limit)
        columns[column] = values
    return hours.assign(**columns)[after > 0.0]


def _row_at(hours: pd.DataFrame, lengths: Array, day_of: Integers) -> Integers:
    """Row that holds in each hour (across) of each day (down): days may differ in their slices."""
    length = lengths.astype(int)
    rows = np.repeat(np.arange(len(hours)), length)
    into = np.arange(len(rows)) - np.repeat(np.cumsum(length) - length, length)
    row_at = np.empty((int(day_of.max()) + 1, _HOURS_PER_DAY), dtype=np.intp)
    row_at[day_of[rows], (hours["hour_utc"].to_numpy()[rows] + into) % _HOURS_PER_DAY] = rows
    return row_at


def _points(hours: pd.DataFrame, row_at: Integers, weights: Array) -> Array:
    """One row for every day, hours of all columns side by side, each column of unit spread."""
    parts = []
    for column in LIKENESS:
        wide = hours[column].to_numpy(dtype=float)[row_at]
        mean = np.average(wide.mean(axis=1), weights=weights)
        spread = float(np.sqrt(np.average(((wide - mean) ** 2).mean(axis=1), weights=weights)))
        parts.append(wide / spread if spread > _TIE else wide * 0.0)
    return np.hstack(parts)


def _middle(points: Array, weights: Array, rows: Integers) -> int:
    """The row nearest to the weighted mean of some."""
    mean = np.average(points[rows], axis=0, weights=weights[rows])
    return int(rows[_first_lowest(((points[rows] - mean) ** 2).sum(axis=1))])


def _first_lowest(values: Array) -> int:
    """Place of the lowest value; of equals the first."""
    lowest = float(values.min())
    return int(np.argmax(values <= lowest + _TIE * max(lowest, 1.0)))


def _scaled(values: Array, hours: Array, wanted: float, limit: float) -> Array:
    """Values times one factor, cut at a limit, of which the sum over the hours is as wanted.

    The nearest there is, if no factor gives it.
    """
    energy = values * hours
    if energy.sum() <= _NOTHING:
        return values
    factor = max(0.0, wanted) / float(energy.sum())
    if factor * values.max() <= limit:
        return values * factor
    # With so many of the highest values at the limit, this factor lets the others give the rest.
    order = np.argsort(-values)
    at_limit = np.cumsum(hours[order]) - hours[order]
    left = np.cumsum(energy[order][::-1])[::-1]
    factors = (wanted - limit * at_limit[left > _NOTHING]) / left[left > _NOTHING]
    fits = factors * values[order][: len(factors)] <= limit
    if not fits.any():
        return np.where(values > 0.0, limit, 0.0)
    return np.minimum(values * float(factors[np.argmax(fits)]), limit)


def _lengths(table: pd.DataFrame) -> Array:
    """Hours of a day that each row stands for."""
    slices = table.groupby(["zone", "day"])["hour_utc"].transform("size")
    return np.asarray(_HOURS_PER_DAY / slices.to_numpy(dtype=float))
