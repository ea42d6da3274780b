"""Distances of every shipped county against the ellipsoid, by brute force over dense points."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod, Transformer
from scipy.spatial import cKDTree

from tokenworks.geo.nearest import nearest_lines, nearest_points, pairs_within
from tokenworks.geo.places import COORDINATES, Layers, county_places, measured
from tokenworks.geo.projection import to_degrees, to_plane
from tokenworks.io.map_layers import layer_folder, read_layers, shipped_headroom

ELLIPSOID = Geod(ellps="WGS84")
STEP_M = 250.0
BAR = 0.01  # the promise
CLOSE = 0.0025  # what is reached, half of it the steps of the dense line


@pytest.fixture(scope="module")
def layers() -> Layers:
    return read_layers(layer_folder(), shipped_headroom(), 2035)


@pytest.fixture(scope="module")
def counties(layers: Layers) -> pd.DataFrame:
    return measured(county_places(layers), layers, 50.0)


def geodesic_km(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Shortest distance of each place to any of the points, found without any map plane.

    Straight through the Earth the order of what is near is the same as around it, but for
    millimetres: the ten nearest of that order are measured on the ellipsoid.
    """
    to_earth = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    ends = [
        np.column_stack(to_earth.transform(*part.T, np.zeros(len(part)))) for part in (here, there)
    ]
    count = min(10, len(there))
    _, near = cKDTree(ends[1]).query(ends[0], k=count)
    away = np.repeat(here, count, axis=0)
    metres = ELLIPSOID.inv(*away.T, *there[near.ravel()].T)[2]
    return np.reshape(metres, near.shape).min(axis=1) / 1000


@pytest.mark.parametrize(
    ("column", "kind"),
    [("gas_plant_km", "gas-plant"), ("nuclear_plant_km", "nuclear-plant"), ("port_km", "port")],
)
def test_distances_to_points_are_geodesic(
    layers: Layers, counties: pd.DataFrame, column: str, kind: str
) -> None:
    there = layers.landmarks.loc[layers.landmarks["kind"] == kind, COORDINATES].to_numpy()
    want = geodesic_km(counties[COORDINATES].to_numpy(), there)
    assert np.abs(counties[column].to_numpy() - want).max() < 0.051  # rounded to 0.1


@pytest.mark.parametrize(("column", "least"), [("line_230kv_km", 0), ("line_345kv_km", 345)])
def test_distances_to_lines_are_geodesic(
    layers: Layers, counties: pd.DataFrame, column: str, least: int
) -> None:
    lines = layers.lines[layers.lines["line_kv"] >= least].geometry.to_numpy()
    dense = to_degrees(shapely.get_coordinates(shapely.segmentize(lines, STEP_M)))
    here = counties[COORDINATES].to_numpy()
    want = geodesic_km(here, dense)
    got = nearest_lines(here, lines).distance_km
    # A dense point lies at most half a step from the nearest place on the line.
    far = want > 2
    assert (np.abs(got - want)[far] / want[far]).max() < CLOSE
    assert np.abs(got - want)[~far].max() < STEP_M / 2000
    assert np.abs(counties[column].to_numpy() - got).max() < 0.051


def test_the_plane_alone_would_miss_the_bar() -> None:
    # Why distances are not taken in the plane: 100 km to the north at the Canadian border.
    ends = np.array([[-95.0, 48.9], [-95.0, 48.0]])
    plane = to_plane(ends[:, 0], ends[:, 1])
    metres = ELLIPSOID.inv(*ends[0], *ends[1])[2]
    assert abs(np.hypot(*(plane[0] - plane[1])) / metres - 1) > BAR


def test_there_and_back_through_the_plane() -> None:
    degrees = np.array([[-124.0, 48.0], [-81.0, 25.5], [-67.5, 46.5]])
    assert np.allclose(to_degrees(to_plane(degrees[:, 0], degrees[:, 1])), degrees, atol=1e-9)


def test_of_two_equally_near_the_first_is_taken() -> None:
    here = np.array([[-98.0, 40.0]])
    both = np.array([[-97.9, 40.0], [-98.1, 40.0], [-97.9, 40.0]])
    assert nearest_points(here, both).index.tolist() == [0]


def test_pairs_within_holds_exactly_those_near() -> None:
    here, there = np.array([[-98.0, 40.0]]), np.array([[-98.0, 40.44], [-98.0, 40.46]])
    # 0.44 degrees are 48.9 km, 0.46 degrees 51.1 km.
    assert pairs_within(here, there, 50.0)[1].tolist() == [0]
    assert pairs_within(here, there, 52.0)[1].tolist() == [0, 1]
