"""Tables of sites: the counties screened by the same code as `tokenworks sites`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from gathered import Gathered
from grid.headroom import headroom_tables
from rows import Row

from sites.shipped import headroom_file, write_layers
from tokenworks.geo.places import county_places, measured
from tokenworks.geo.screening import screen
from tokenworks.geo.sites import route_rows, site_rows
from tokenworks.io.map_layers import read_layers
from tokenworks.schema.screening import ScreeningOptions


def tables(gathered: Gathered) -> dict[str, list[Row]]:
    """Rows of `sites` and `interconnection_routes`, screened by the default options.

    Parameters
    ----------
    gathered
        The gathered files.
    """
    options = ScreeningOptions()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_layers(gathered, folder)
        headroom = headroom_file(headroom_tables(gathered)["zone_headroom"], folder)
        layers = read_layers(folder, headroom, options.exclusions.headroom_year)
    places = measured(county_places(layers), layers, options.sites.gas_nearby_km)
    sites = site_rows(screen(places, options).candidates, options)
    return {"sites": sites, "interconnection_routes": route_rows(sites, options)}
