"""Geodesic distances on the WGS 84 ellipsoid; never in degrees."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def distances_km(
    from_latitudes_deg: Sequence[float],
    from_longitudes_deg: Sequence[float],
    to_latitudes_deg: Sequence[float],
    to_longitudes_deg: Sequence[float],
) -> npt.NDArray[np.float64]:
    """Geodesic distance of every pair of points.

    Parameters
    ----------
    from_latitudes_deg, from_longitudes_deg
        Coordinates of n points, degrees, north and east positive.
    to_latitudes_deg, to_longitudes_deg
        Coordinates of m points.

    Returns
    -------
    ndarray, shape (n, m)
        Kilometres (Karney 2013, as in PROJ).
    """
    from pyproj import Geod  # noqa: PLC0415 -- slow to import, and only distances need it

    rows, columns = len(from_latitudes_deg), len(to_latitudes_deg)
    start = np.repeat(np.array([from_longitudes_deg, from_latitudes_deg]), columns, axis=1)
    end = np.tile(np.array([to_longitudes_deg, to_latitudes_deg]), rows)
    _, _, metres = Geod(ellps="WGS84").inv(start[0], start[1], end[0], end[1])
    return np.asarray(metres, dtype=np.float64).reshape(rows, columns) / 1000.0
