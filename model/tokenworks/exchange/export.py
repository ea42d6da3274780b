"""One plan, one file: the format follows from the file's ending."""

from __future__ import annotations

import warnings
from pathlib import Path

from tokenworks.errors import InputError, Problem
from tokenworks.exchange import arrays, geo, iamc, package
from tokenworks.exchange.files import written_beside
from tokenworks.plan import Plan
from tokenworks.stored import read_plan

PYPSA = ".pypsa.nc"


def export(folder: Path | str, to: Path | str, table: str = "", force: bool = False) -> Path:
    """Write a run in a format of other tools.

    Parameters
    ----------
    folder
        A run folder.
    to
        ``.pypsa.nc``: its dispatch as a PyPSA network; ``.nc``: a result table as netCDF;
        ``.parquet``: sites, flows or links as GeoParquet; ``.csv``: IAMC's long table;
        ``datapackage.json``: a description of the run folder, inside it.
    table
        Of netCDF the table, `dispatch` where blank; of GeoParquet sites, flows or links.
    force
        Whether a file that is there is replaced.

    Raises
    ------
    InputError
        Where the folder, the ending or the table is none, or the file is there already.
    """
    path = Path(to)
    if path.name == package.FILE:
        return package.write_datapackage(folder, path)
    plan = read_plan(folder)
    if path.name.lower().endswith(PYPSA):
        return write_pypsa(plan, path, force)
    if path.suffix.lower() == ".nc":
        return arrays.to_netcdf(plan, path, table or "dispatch", force)
    if path.suffix.lower() == ".csv":
        return iamc.write_iamc(plan, path, force)
    if path.suffix.lower() == ".parquet":
        what = table or "sites"
        if what not in geo.WHATS:
            words, remedy = "it has no place on the map", f"name one of {', '.join(geo.WHATS)}"
            raise InputError([Problem(what, 0, "", words, remedy)])
        return geo.write_geoparquet(plan, path, what, force)
    remedy = f"end it in .nc, {PYPSA}, .parquet or .csv, or name {package.FILE} in the run folder"
    raise InputError([Problem(str(path), 0, "", "no format has that ending", remedy)])


def write_pypsa(plan: Plan, path: Path, force: bool = False) -> Path:
    """Write the plan's dispatch as a netCDF file that PyPSA loads."""
    network = plan.to_pypsa().network
    with written_beside(path, force) as draft, warnings.catch_warnings():
        # PyPSA sets an option of pandas that is going away: its own matter, not the reader's.
        warnings.filterwarnings("ignore", "The 'future.infer_string' option", DeprecationWarning)
        network.export_to_netcdf(draft)
    return path
