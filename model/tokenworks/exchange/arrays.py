"""Result tables as labelled arrays: a dimension for every key, units and meanings as attributes.

Of the tables of a plan the ones that are dense in time and place gain by it; `dispatch` above all.
What a table has no row for is NaN, or an empty text. The way back gives the table again.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from tokenworks.errors import InputError, Problem
from tokenworks.exchange.files import written_beside
from tokenworks.plan import Plan
from tokenworks.schema.columns import Column, Kind, Role, Table
from tokenworks.schema.results import RESULT_TABLES

if TYPE_CHECKING:
    from xarray import Dataset

# Columns that name a row of a table together with its keys.
_ALSO_KEYS = {"dispatch": ("flow",)}
# About what a machine holds of an array.
MOST_CELLS = 200_000_000
TABLE = "tokenworks_table"


def to_xarray(plan: Plan, name: str = "dispatch") -> Dataset:
    """A result table as an `xarray.Dataset`.

    Parameters
    ----------
    plan
        A plan.
    name
        Name of the table.

    Returns
    -------
    xarray.Dataset
        Keys are dimensions; every variable says its unit and what it is. The attributes hold the
        scenario, the dollar year, and the hash of the inputs.

    Raises
    ------
    InputError
        Where there is no such table, xarray is not installed, or the array would be too large.
    """
    xarray = _xarray()
    table = RESULT_TABLES.get(name)
    if table is None or name not in plan.tables:
        known = ", ".join(sorted(RESULT_TABLES))
        raise InputError([Problem(name, 0, "", "a plan has no such table", f"name one of {known}")])
    frame, keys = plan.tables[name], _keys(table)
    if frame.duplicated(keys).any():
        words = "rows of the table are not told apart by its keys"
        raise InputError([Problem(name, 0, "", words, "take the frame itself")])
    sizes = [frame[key].nunique() for key in keys]
    if np.prod(np.array(sizes, dtype=float)) > MOST_CELLS:
        words = f"as an array it has {' x '.join(map(str, sizes))} cells"
        raise InputError([Problem(name, 0, "", words, "take the frame itself, or fewer sites")])
    values = [c for c in table.columns if c.name not in keys and c.name in frame]
    made = xarray.Dataset.from_dataframe(_plain(frame, values).set_index(keys))
    for column in table.columns:
        if column.name in made.variables:
            made[column.name].attrs = _meaning(column)
            if column.kind is Kind.TEXT and column.name not in keys:
                made[column.name] = made[column.name].fillna("").astype(object)
                made[column.name].attrs = _meaning(column)
    made.attrs = {
        TABLE: name,
        "title": f"{table.row}; {plan.scenario.title}",
        "scenario": plan.scenario.name,
        "usd_year": plan.scenario.finance.usd_year,
        "inputs_sha256": plan.inputs.sha256,
        "conventions": "slices are representative hours in UTC; nothing is NaN or an empty text",
    }
    return cast("Dataset", made)


def _xarray() -> Any:
    try:
        import xarray  # noqa: PLC0415 -- an extra, and slow to import
    except ImportError as error:
        remedy = 'pip install "tokenworks[exchange]"'
        raise InputError([Problem("xarray", 0, "", "it is not installed", remedy)]) from error
    return xarray


def _keys(table: Table) -> list[str]:
    also = _ALSO_KEYS.get(table.name, ())
    return [c.name for c in table.columns if c.role is Role.KEY or c.name in also]


def _meaning(column: Column) -> dict[str, str]:
    unit = column.unit if column.kind in (Kind.NUMBER, Kind.INTEGER) else ""
    return {"description": column.description, **({"units": unit} if unit else {})}


def _plain(frame: pd.DataFrame, values: list[Column]) -> pd.DataFrame:
    """Types that netCDF knows: numbers that may be blank as floats, texts as objects."""
    made = frame.copy()
    for column in values:
        if column.kind in (Kind.NUMBER, Kind.INTEGER):
            made[column.name] = frame[column.name].astype("float64")
    texts = [name for name in frame.columns if pd.api.types.is_string_dtype(frame[name])]
    made[texts] = made[texts].astype(object)
    return made


def to_netcdf(plan: Plan, path: Path | str, name: str = "dispatch", force: bool = False) -> Path:
    """Write a result table as a netCDF file."""
    arrays = to_xarray(plan, name)
    with written_beside(Path(path), force) as draft:
        arrays.to_netcdf(draft, engine="netcdf4", format="NETCDF4")
    return Path(path)


def from_netcdf(path: Path | str) -> pd.DataFrame:
    """A result table from a netCDF file that `to_netcdf` wrote, rows in order of the keys.

    Raises
    ------
    InputError
        Where it is no such file.
    """
    xarray = _xarray()
    try:
        with xarray.open_dataset(Path(path), engine="netcdf4") as found:
            return from_xarray(found.load())
    except (OSError, ValueError) as error:
        remedy = "name a file that `tokenworks export` wrote"
        words = "it cannot be read as netCDF"
        raise InputError([Problem(str(path), 0, "", words, remedy)]) from error


def from_xarray(arrays: Dataset) -> pd.DataFrame:
    """The table that `to_xarray` made arrays of."""
    table = RESULT_TABLES.get(str(arrays.attrs.get(TABLE, "")))
    if table is None:
        remedy = "name a file that `tokenworks export` wrote"
        raise InputError([Problem("netCDF", 0, "", "it holds no table of a plan", remedy)])
    keys = _keys(table)
    numbers = [
        c.name
        for c in table.columns
        if c.name in arrays and c.name not in keys and c.kind in (Kind.NUMBER, Kind.INTEGER)
    ]
    frame = arrays.to_dataframe().dropna(subset=numbers, how="all").reset_index()
    typed = {c.name: _typed(frame[c.name], c) for c in table.columns if c.name in frame}
    return pd.DataFrame(typed).sort_values(keys, ignore_index=True)


def _typed(values: pd.Series[Any], column: Column) -> pd.Series[Any]:
    if column.kind is Kind.TEXT:
        return values.astype("str")
    if column.kind is Kind.DATE:
        return pd.to_datetime(values).astype("datetime64[us]")
    if column.kind is Kind.INTEGER and values.notna().all():
        return values.astype("int64")
    return values
