"""Nearest lines and points: searched in the projected plane, measured on the ellipsoid.

The plane has equal areas, so that its distances are wrong by up to two per cent. It serves to find
the few things that may be the nearest; those are then measured exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from tokenworks.geo.projection import DISTORTION_FRACTION, Floats, to_degrees, to_plane

Indices = npt.NDArray[np.int64]

_GRACE_M = 100.0
_LONGEST_PART_M = 10_000.0


@dataclass(frozen=True)
class Nearest:
    """What is nearest to each place.

    Attributes
    ----------
    distance_km
        Geodesic distance.
    index
        Position of the thing; the first where several are equally near.
    """

    distance_km: Floats
    index: Indices


def nearest_points(from_deg: Floats, to_deg: Floats) -> Nearest:
    """Nearest of some points to each place.

    Parameters
    ----------
    from_deg
        Longitudes and latitudes of n places, shape (n, 2).
    to_deg
        Those of at least one point, shape (m, 2).
    """
    places, points = shapely.points(_plane(from_deg)), shapely.points(_plane(to_deg))
    place, point = _possible(places, points)
    _, metres = _inverse(from_deg[place], to_deg[point])
    return _nearest(place, point, metres, len(from_deg))


def nearest_lines(from_deg: Floats, lines: Any) -> Nearest:
    """Nearest of some lines to each place.

    Parameters
    ----------
    from_deg
        Longitudes and latitudes of n places, shape (n, 2).
    lines
        Line strings in the plane.
    """
    segments, line = _segments(np.asarray(lines, dtype=object))
    places = shapely.points(_plane(from_deg))
    place, segment = _possible(places, shapely.linestrings(segments))
    metres = _to_segments_m(from_deg[place], segments[segment])
    found = _nearest(place, segment, metres, len(from_deg))
    return Nearest(found.distance_km, line[found.index])


def pairs_within(from_deg: Floats, to_deg: Floats, km: float) -> tuple[Indices, Indices]:
    """Every place and point that are at most so far apart, as two arrays of positions."""
    places, points = shapely.points(_plane(from_deg)), shapely.points(_plane(to_deg))
    reach_m = km * 1000 * (1 + DISTORTION_FRACTION) + _GRACE_M
    place, point = shapely.STRtree(points).query(places, predicate="dwithin", distance=reach_m)
    _, metres = _inverse(from_deg[place], to_deg[point])
    near = metres <= km * 1000
    return place[near], point[near]


def _plane(degrees: Floats) -> Floats:
    return to_plane(degrees[:, 0], degrees[:, 1])


def _possible(places: Any, things: Any) -> tuple[Indices, Indices]:
    """Pairs of a place and a thing that may be its nearest, however the plane distorts."""
    tree = shapely.STRtree(things)
    (_, _), metres = tree.query_nearest(
        places, return_distance=True, all_matches=False, exclusive=False
    )
    reach_m = metres * (1 + DISTORTION_FRACTION) ** 2 + _GRACE_M
    place, thing = tree.query(places, predicate="dwithin", distance=reach_m)
    return place, thing


def _segments(lines: Any) -> tuple[Floats, Indices]:
    """The straight parts of lines, shape (m, 2, 2), and the position of the line of each.

    None is long, since what is straight in the plane is not so as seen from a place.
    """
    points, line = shapely.get_coordinates(
        shapely.segmentize(lines, _LONGEST_PART_M), return_index=True
    )
    same = line[:-1] == line[1:]
    return np.stack([points[:-1][same], points[1:][same]], axis=1), line[:-1][same]


def _to_segments_m(from_deg: Floats, segments: Floats) -> Floats:
    """Distance of each place to the segment beside it.

    Both ends are drawn by their azimuth and geodesic distance as seen from the place, which keeps
    every distance from it; the foot of the perpendicular in that drawing is the nearest point.
    """
    start = _seen_from(from_deg, to_degrees(segments[:, 0]))
    end = _seen_from(from_deg, to_degrees(segments[:, 1]))
    along = end - start
    length = (along**2).sum(axis=1)
    share = -(start * along).sum(axis=1) / np.where(length > 0, length, 1.0)
    foot = start + np.clip(share, 0, 1)[:, None] * along
    return np.asarray(np.hypot(foot[:, 0], foot[:, 1]))


def _seen_from(from_deg: Floats, to_deg: Floats) -> Floats:
    azimuth_deg, metres = _inverse(from_deg, to_deg)
    azimuth = np.radians(azimuth_deg)
    return np.column_stack([metres * np.sin(azimuth), metres * np.cos(azimuth)])


def _inverse(from_deg: Floats, to_deg: Floats) -> tuple[Floats, Floats]:
    from pyproj import Geod  # noqa: PLC0415 -- slow to import

    ends = (from_deg[:, 0], from_deg[:, 1], to_deg[:, 0], to_deg[:, 1])
    azimuths, _, metres = Geod(ellps="WGS84").inv(*ends)
    return np.asarray(azimuths), np.asarray(metres)


def _nearest(place: Indices, thing: Indices, metres: Floats, places: int) -> Nearest:
    order = np.lexsort((thing, metres, place))
    _, first = np.unique(place[order], return_index=True)
    chosen = order[first]
    if len(chosen) != places:
        raise ValueError("nothing is near a place: its coordinates are not finite")
    return Nearest(metres[chosen] / 1000, thing[chosen].astype(np.int64))
