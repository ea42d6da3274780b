"""Coordinates in, projected metres inside: the plane of the conterminous states."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = Floats | Sequence[float]

GEOGRAPHIC_CRS = "EPSG:4326"
PLANE_CRS = "EPSG:5070"  # Albers' equal areas for the conterminous states, metres
# By so much at most a distance in that plane differs from the true one within its area of use.
DISTORTION_FRACTION = 0.03


@cache
def _transformer(inverse: bool) -> Any:
    from pyproj import Transformer  # noqa: PLC0415 -- slow to import

    ends = (PLANE_CRS, GEOGRAPHIC_CRS) if inverse else (GEOGRAPHIC_CRS, PLANE_CRS)
    return Transformer.from_crs(*ends, always_xy=True)


def to_plane(longitudes_deg: Numbers, latitudes_deg: Numbers) -> Floats:
    """Metres in the plane.

    Parameters
    ----------
    longitudes_deg, latitudes_deg
        Coordinates of n points.

    Returns
    -------
    ndarray, shape (n, 2)
        East and north.
    """
    x, y = _transformer(False).transform(np.asarray(longitudes_deg), np.asarray(latitudes_deg))
    return np.column_stack([x, y]).astype(np.float64)


def to_degrees(plane_m: Floats) -> Floats:
    """Longitudes and latitudes of points in the plane, shape (n, 2)."""
    longitudes, latitudes = _transformer(True).transform(plane_m[:, 0], plane_m[:, 1])
    return np.column_stack([longitudes, latitudes]).astype(np.float64)
