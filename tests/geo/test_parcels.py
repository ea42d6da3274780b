from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from tokenworks.errors import InputError
from tokenworks.geo.places import COORDINATES, Layers, parcel_places, zones_of
from tokenworks.io.parcels import read_parcels

# Squares of 1 km by 1 km in UTM zone 14 near 39.8 degrees north, 98.5 west, 40 km apart.
CORNERS = [(542_000, 4_405_000), (582_000, 4_405_000)]
UTM = "EPSG:32614"


def squares() -> gpd.GeoDataFrame:
    shapes = [shapely.box(x, y, x + 1000, y + 1000) for x, y in CORNERS]
    return gpd.GeoDataFrame(
        {"id": ["north 40", "B"], "name": ["One", "Two"]}, geometry=shapes, crs=UTM
    )


WRITERS: dict[str, Callable[[gpd.GeoDataFrame, Path], Any]] = {
    ".gpkg": lambda frame, path: frame.to_file(path, driver="GPKG"),
    ".geojson": lambda frame, path: frame.to_file(path, driver="GeoJSON"),
    ".fgb": lambda frame, path: frame.to_file(path, driver="FlatGeobuf", SPATIAL_INDEX="NO"),
    ".shp": lambda frame, path: frame.to_file(path),
    ".parquet": lambda frame, path: frame.to_parquet(path),
}


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("crs", [UTM, "EPSG:4326", "EPSG:3857", "EPSG:5070", "EPSG:2263"])
def test_any_coordinate_system_and_format_gives_the_same(
    tmp_path: Path, suffix: str, crs: str
) -> None:
    path = tmp_path / f"parcels{suffix}"
    WRITERS[suffix](squares().to_crs(crs), path)
    got = read_parcels(path)
    # A square kilometre of UTM is 100 hectares to its scale, here 0.9996 to 0.99975, squared.
    assert got["area_hectares"].tolist() == pytest.approx([100, 100], rel=2e-3)
    want = squares().geometry.centroid.to_crs("EPSG:4326")
    assert np.allclose(got["longitude_deg"], want.x, atol=2e-4)
    assert np.allclose(got["latitude_deg"], want.y, atol=2e-4)
    assert got["place"].tolist() == ["north-40", "b"]
    assert got["name"].tolist() == ["One", "Two"]


def test_points_of_a_csv_file_have_no_area(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("Parcel_ID,LAT,Lon\n7,39.8,-98.5\n8,39.9,-97.5\n")
    got = read_parcels(path)
    assert got[COORDINATES].to_numpy().tolist() == [[-98.5, 39.8], [-97.5, 39.9]]
    assert got["area_hectares"].isna().all()
    assert got["place"].tolist() == ["7", "8"]
    assert got["row"].tolist() == [2, 3]


def test_heights_parts_and_ids_given_twice(tmp_path: Path) -> None:
    low = shapely.box(-98.50, 39.80, -98.49, 39.81)
    high = shapely.force_3d(shapely.box(-98.40, 39.80, -98.39, 39.81), 350.0)
    both = shapely.MultiPolygon([low, shapely.force_2d(high)])
    shapes = {"id": ["a", "A", "", "a"], "geometry": [low, high, both, shapely.Point(-98, 40, 9)]}
    path = tmp_path / "p.gpkg"
    gpd.GeoDataFrame(shapes, crs="EPSG:4326").to_file(path, driver="GPKG")
    got = read_parcels(path)
    assert got["place"].tolist() == ["a", "a-2", "parcel-3", "a-3"]
    area = got["area_hectares"]
    assert area[2] == pytest.approx(area[0] + area[1], rel=1e-4)
    assert np.isnan(area[3])
    within = shapely.points(got["longitude_deg"], got["latitude_deg"])
    assert shapely.intersects(both, within[2])


def polygon(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(point) for point in points]]}


def geojson(*geometries: dict[str, Any] | None) -> str:
    features = [{"type": "Feature", "properties": {}, "geometry": g} for g in geometries]
    return json.dumps({"type": "FeatureCollection", "features": features})


GOOD = polygon((-98.5, 39.8), (-98.4, 39.8), (-98.4, 39.9), (-98.5, 39.8))
BOW_TIE = polygon((-98.5, 39.8), (-98.4, 39.9), (-98.4, 39.8), (-98.5, 39.9), (-98.5, 39.8))
METRES = polygon((5e5, 4e6), (6e5, 4e6), (6e5, 5e6), (5e5, 4e6))
ROAD = {"type": "LineString", "coordinates": [[-98.5, 39.8], [-98.4, 39.8]]}

BAD: dict[str, tuple[str, str, list[str]]] = {
    "empty": ("p.geojson", geojson(), ["p.geojson: holds no parcel"]),
    "no shape": ("p.geojson", geojson(GOOD, None), ["row 2: the parcel has no shape"]),
    "bow tie": (
        "p.geojson",
        geojson(BOW_TIE, GOOD),
        ["row 1: the polygon is not valid: self-inter"],
    ),
    "line": ("p.geojson", geojson(GOOD, ROAD), ["row 2: the shape is a LineString"]),
    "several": (
        "p.geojson",
        geojson(BOW_TIE, GOOD, None),
        ["row 1: the poly", "row 3: the parcel"],
    ),
    "metres": (
        "p.geojson",
        geojson(METRES),
        ["row 1: the shape has coordinates that"],
    ),
    "no shapes in it": ("p.geojson", "<OGRVRTDataSource/>", ["does not start as a .geojson file"]),
    "another kind": ("p.kml", "<kml/>", ["`.kml` is not a kind of file"]),
    "no columns": ("p.csv", "id,lat\na,1\n", ["row 1: there is no column of longitude"]),
    "header only": ("p.csv", "lat,lon\n", ["p.csv: holds no parcel"]),
    "no number": ("p.csv", "lat,lon\n39,-98\nx,-98\n", ["row 3, lat: `x` is not a coordinate"]),
    "blank": ("p.csv", "lat,lon\n39,-98\n39,\n", ["row 3, lon: is blank"]),
    "no place": ("p.csv", "lat,lon\n139,-98\n", ["row 2, lat: `139` is not a coordinate"]),
    "swapped": (
        "p.csv",
        "lat,lon\n-98.5,39.8\n",
        ["latitude and longitude may have changed places"],
    ),
    "underscore": ("p.csv", "lat,lon\n3_9,-98\n", ["row 2, lat: `3_9` is not a coordinate"]),
    "twice": ("p.csv", "lat,lon,LAT\n39,-98,30\n", ["row 1: the column `lat` stands more than"]),
    "no JSON": ("p.geojson", '{"type":\n"Fea', ["p.geojson, row 2: the file is no JSON"]),
    "no features": ("p.json", '{"a": 1}', ["p.json: holds no layer of points or polygons"]),
    "no geometry": (
        "p.json",
        '{"features": [{"geometry": {"type": "X"}}]}',
        ["row 1: the shape ca"],
    ),
    "ragged": ("p.csv", "lat,lon\n39,-98,1\n", ["row 2: the row has 3 cells"]),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_with_row_and_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    name, text, words = BAD[case]
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(text)
    with pytest.raises(InputError) as caught:
        read_parcels(Path(name))
    assert len(caught.value.problems) == len(words)
    for problem, part in zip(caught.value.problems, words, strict=True):
        assert part in str(problem)


def test_a_file_without_coordinate_system_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.shp"
    squares().to_file(path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(InputError, match="names no coordinate system"):
        read_parcels(path)


@pytest.mark.parametrize(
    "name",
    [
        "https://example.com/p.geojson",
        "/vsicurl/http://example.com/p.geojson",
        "zip://p.zip!p.shp",
        "s3:bucket/p.gpkg",
    ],
)
def test_only_files_of_this_machine_are_read(name: str) -> None:
    with pytest.raises(InputError, match="is no file of this machine"):
        read_parcels(Path(name))


def test_several_layers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    squares().to_file(path, driver="GPKG", layer="one")
    squares().to_file(path, driver="GPKG", layer="two")
    with pytest.raises(InputError, match="holds several layers: `one`, `two`"):
        read_parcels(path)


def test_zones_by_outline_and_a_little_beyond(make_layers: Callable[..., Layers]) -> None:
    layers = make_layers({})
    # Within z1; within z3; 0.05 degrees (4.3 km) off the coast of z3; 0.1 degrees (8.5 km) off.
    east = np.array([[-98.5, 40.0], [-96.5, 40.0], [-95.95, 40.0], [-95.9, 40.0]])
    assert zones_of(layers, east) == ["z1", "z3", "z3", ""]


def test_a_parcel_has_the_figures_of_the_nearest_county_of_its_zone(
    make_layers: Callable[..., Layers], tmp_path: Path
) -> None:
    layers = make_layers(
        {"longitude_deg": -98.2, "hazard_index": 1.0},
        {"longitude_deg": -98.8, "hazard_index": 2.0},
        {"longitude_deg": -97.9, "hazard_index": 3.0, "zone": "z2"},
    )
    path = tmp_path / "p.csv"
    # The first is nearer to the county of z2, but lies in z1.
    path.write_text("id,lat,lon\nb,39.9,-98.01\na,39.9,-98.7\nc,39.9,-97.9\n")
    parcels = read_parcels(path)
    parcels["zone"] = zones_of(layers, parcels[COORDINATES].to_numpy())
    placed = parcel_places(layers, parcels)
    assert placed["place"].tolist() == ["b", "a", "c"]
    assert placed["hazard_index"].tolist() == [1.0, 2.0, 3.0]


def test_names_are_harmless_and_short(tmp_path: Path) -> None:
    names = ["=cmd()", "+1", "@a", "one\ntwo\x1b[31m", "n" * 10_000, "[red]$x$", "\t=1"]
    frame = gpd.GeoDataFrame(
        {"id": ["i" * 10_000, *"bcdefg"], "name": names},
        geometry=[shapely.Point(-98.5, 39.8)] * len(names),
        crs="EPSG:4326",
    )
    frame.to_parquet(tmp_path / "p.parquet")
    got = read_parcels(tmp_path / "p.parquet")
    assert got["place"].tolist() == ["i" * 40, *"bcdefg"]
    want = ["'=cmd()", "'+1", "'@a", "one two [31m", "n" * 99 + "…", "[red]$x$", "'=1"]
    assert got["name"].tolist() == want


def point(crs: Any = None, **properties: Any) -> str:
    place = {"type": "Point", "coordinates": [-98.5, 39.8]}
    feature = {"type": "Feature", "properties": properties, "geometry": place}
    whole = {"type": "FeatureCollection", "features": [feature]}
    return json.dumps(whole | ({"crs": crs} if crs else {}))


def test_a_list_is_no_name(tmp_path: Path) -> None:
    (tmp_path / "p.geojson").write_text(point(id=[1, 2], name={"a": 1}))
    assert read_parcels(tmp_path / "p.geojson")["name"].tolist() == ["parcel-1"]


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "link", "properties": {"href": "http://127.0.0.1:9/crs", "type": "proj4"}},
        {"type": "URL", "properties": {"url": "http://127.0.0.1:9/crs"}},
        {"type": "name", "properties": {"name": "http://127.0.0.1:9/crs"}},
        {"type": "name", "properties": {"name": "EPSG:999999"}},
    ],
)
def test_an_unknown_coordinate_system_is_not_taken_for_degrees_nor_fetched(
    tmp_path: Path, crs: Any
) -> None:
    (tmp_path / "p.geojson").write_text(point(crs))
    with pytest.raises(InputError, match=r"p\.geojson, crs: names"):
        read_parcels(tmp_path / "p.geojson")


def test_a_recipe_that_opens_other_files_is_refused(tmp_path: Path) -> None:
    squares().to_file(tmp_path / "other.gpkg", driver="GPKG")
    steps = f"gdal vector pipeline ! read {tmp_path / 'other.gpkg'}"
    recipe = {"type": "gdal_streamed_alg", "command_line": steps}
    (tmp_path / "p.json").write_text(json.dumps(recipe))
    with pytest.raises(InputError, match="holds no layer of points or polygons"):
        read_parcels(tmp_path / "p.json")


def test_tables_without_shapes_beside_the_layer(tmp_path: Path) -> None:
    import pandas as pd  # noqa: PLC0415
    import pyogrio  # noqa: PLC0415

    notes = pd.DataFrame({"a": [1]})
    pyogrio.write_dataframe(notes, tmp_path / "n.gpkg", layer="notes", driver="GPKG")
    with pytest.raises(InputError, match="holds no layer of points or polygons"):
        read_parcels(tmp_path / "n.gpkg")
    squares().to_file(tmp_path / "p.gpkg", driver="GPKG", layer="parcels")
    pyogrio.write_dataframe(notes, tmp_path / "p.gpkg", layer="notes", driver="GPKG")
    assert len(read_parcels(tmp_path / "p.gpkg")) == 2


def test_a_shapefile_without_its_index_is_refused_in_words(tmp_path: Path) -> None:
    squares().to_file(tmp_path / "p.shp")
    (tmp_path / "p.shx").unlink()
    with pytest.raises(InputError, match=r"ending in \.shx is not beside it"):
        read_parcels(tmp_path / "p.shp")
