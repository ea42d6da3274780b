"""Where things stand on the map: projected metres, the conterminous states apart from the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from tokenworks.geo.projection import Floats, to_plane

# Longitude and latitude of what the plane of the conterminous states shows without distortion.
WEST, SOUTH, EAST, NORTH = -127.0, 23.0, -65.0, 50.5
STATES, ELSEWHERE = "states", "elsewhere"
# The country on its plane; and of a part of it the least width, what is around, height to width.
_STATES_X_KM, _STATES_Y_KM = (-2400.0, 2300.0), (240.0, 3200.0)
_LEAST_WIDTH_KM, _AROUND_KM, _SHAPE = 1800.0, 350.0, 0.55
_GRID_STEPS_DEG = (1, 2, 5, 10, 15, 30)
_MOST_GRID_LINES = 7
_ROOM_FRACTION = 0.12
_LEAST_SIDE_KM = 150.0


@dataclass(frozen=True)
class Place:
    """A point of the map.

    Attributes
    ----------
    panel
        `STATES` or `ELSEWHERE`.
    x_km, y_km
        Projected.
    """

    panel: str
    x_km: float
    y_km: float


@dataclass(frozen=True)
class Panel:
    """A part of the map with a projection of its own.

    Attributes
    ----------
    name
        `STATES` or `ELSEWHERE`.
    title
        What it shows, and how it is projected.
    x_km, y_km
        Range of each axis.
    grid
        Lines of a grid of degrees, with its label; none where outlines are drawn.
    """

    name: str
    title: str
    x_km: tuple[float, float]
    y_km: tuple[float, float]
    grid: tuple[tuple[str, Floats], ...] = ()


class Projection:
    """Places of a scenario, projected.

    Points within the conterminous states go to their plane; all others share one that keeps
    distances from their midst.
    """

    def __init__(self, points: Iterable[tuple[float, float]]) -> None:
        known = [p for p in points if all(map(np.isfinite, p))]
        self._outside = np.array([p for p in known if not within_states(*p)]).reshape(-1, 2)
        self._middle = _middle(self._outside) if len(self._outside) else (0.0, 0.0)

    def place(self, longitude_deg: float, latitude_deg: float) -> Place | None:
        """A point of the map; None without coordinates."""
        if not (np.isfinite(longitude_deg) and np.isfinite(latitude_deg)):
            return None
        if within_states(longitude_deg, latitude_deg):
            ((x, y),) = to_plane([longitude_deg], [latitude_deg]) / 1e3
            return Place(STATES, float(x), float(y))
        ((x, y),) = self._elsewhere([longitude_deg], [latitude_deg])
        return Place(ELSEWHERE, float(x), float(y))

    def by_name(self, frame: pd.DataFrame, key: str) -> dict[str, Place]:
        """Key of a table to its place, where it has coordinates."""
        if not {"longitude_deg", "latitude_deg"} <= set(frame.columns):
            return {}
        columns = frame[key], frame["longitude_deg"], frame["latitude_deg"]
        found = {
            str(name): self.place(_number(longitude), _number(latitude))
            for name, longitude, latitude in zip(*columns, strict=True)
        }
        return {name: place for name, place in found.items() if place}

    def panels(self, places: Iterable[Place]) -> list[Panel]:
        """The panels that hold places, each just large enough."""
        found = []
        for name in (STATES, ELSEWHERE):
            mine = np.array([(p.x_km, p.y_km) for p in places if p.panel == name])
            if not len(mine):
                continue
            if name == STATES:
                found.append(Panel(name, "Albers, EPSG:5070", *_part_of_states(mine)))
            else:
                found.append(self._abroad(mine))
        return found

    def _abroad(self, points: Floats) -> Panel:
        low, high = points.min(axis=0), points.max(axis=0)
        side = max(float((high - low).max()), _LEAST_SIDE_KM) * (1.0 + 2.0 * _ROOM_FRACTION)
        middle = (low + high) / 2.0
        (x0, y0), (x1, y1) = middle - side / 2.0, middle + side / 2.0
        title = "equidistant from its midst, with a grid of degrees"
        inside = (float(x0), float(x1)), (float(y0), float(y1))
        return Panel(ELSEWHERE, title, *inside, tuple(self._grid(*inside)))

    def _grid(
        self, x_km: tuple[float, float], y_km: tuple[float, float]
    ) -> list[tuple[str, Floats]]:
        edges = np.linspace(0.0, 1.0, 9)
        x, y = np.meshgrid(
            x_km[0] + edges * (x_km[1] - x_km[0]), y_km[0] + edges * (y_km[1] - y_km[0])
        )
        longitudes, latitudes = self._back(x.ravel(), y.ravel())
        found = []
        for meridian in (True, False):
            of, along = (longitudes, latitudes) if meridian else (latitudes, longitudes)
            values, other = of[np.isfinite(of)], along[np.isfinite(along)]
            step = _step(float(np.ptp(values)))
            between = np.linspace(other.min() - step, other.max() + step, 40)
            for degree in np.arange(np.ceil(values.min() / step), values.max() / step + 1e-9):
                still = np.full_like(between, degree * step)
                ends = (still, between) if meridian else (between, still)
                found.append((_degrees(float(degree * step), meridian), self._elsewhere(*ends)))
        return found

    def _elsewhere(self, longitudes_deg: Any, latitudes_deg: Any) -> Floats:
        latitudes_deg = np.clip(latitudes_deg, -89.0, 89.0)
        forth = _transformer(self._middle, inverse=False)
        return np.column_stack(forth.transform(np.asarray(longitudes_deg), latitudes_deg))

    def _back(self, x_km: Floats, y_km: Floats) -> tuple[Floats, Floats]:
        longitudes, latitudes = _transformer(self._middle, inverse=True).transform(x_km, y_km)
        return np.asarray(longitudes), np.asarray(latitudes)


@cache
def _transformer(middle: tuple[float, float], *, inverse: bool) -> Any:
    from pyproj import Transformer  # noqa: PLC0415 -- slow to import

    longitude, latitude = middle
    plane = f"+proj=aeqd +lon_0={longitude:.6f} +lat_0={latitude:.6f} +units=km +ellps=WGS84"
    ends = (plane, "EPSG:4326") if inverse else ("EPSG:4326", plane)
    return Transformer.from_crs(*ends, always_xy=True)


def _part_of_states(points: Floats) -> tuple[tuple[float, float], tuple[float, float]]:
    """Ranges of both axes: what holds the points with much around them, within the country."""
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    wide = max(float(x1 - x0) + 2.0 * _AROUND_KM, _LEAST_WIDTH_KM)
    high = max(float(y1 - y0) + 2.0 * _AROUND_KM, wide * _SHAPE)
    wide = max(wide, high / _SHAPE)
    ranges = []
    for middle, span, (low, high_end) in (
        (float(x0 + x1) / 2.0, wide, _STATES_X_KM),
        (float(y0 + y1) / 2.0, high, _STATES_Y_KM),
    ):
        whole = high_end - low
        size = min(span, whole)
        start = min(max(middle - size / 2.0, low), high_end - size)
        ranges.append((start, start + size))
    return ranges[0], ranges[1]


def within_states(longitude_deg: float, latitude_deg: float) -> bool:
    """Whether a point lies where the plane of the conterminous states may be used."""
    return WEST <= longitude_deg <= EAST and SOUTH <= latitude_deg <= NORTH


def _middle(points: Floats) -> tuple[float, float]:
    """Mean direction of points on the globe, so that the date line does no harm."""
    longitude, latitude = np.radians(points).T
    x, y, z = (
        (np.cos(latitude) * np.cos(longitude)).mean(),
        (np.cos(latitude) * np.sin(longitude)).mean(),
        np.sin(latitude).mean(),
    )
    return float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arctan2(z, np.hypot(x, y))))


def _number(value: Any) -> float:
    return float("nan") if pd.isna(value) else float(value)


def _step(span_deg: float) -> int:
    fitting = [step for step in _GRID_STEPS_DEG if span_deg / step <= _MOST_GRID_LINES]
    return fitting[0] if fitting else _GRID_STEPS_DEG[-1]


def _degrees(value: float, meridian: bool) -> str:
    side = ("E" if value > 0 else "W") if meridian else ("N" if value > 0 else "S")
    return f"{abs(value):g}°{side if value else ''}"
