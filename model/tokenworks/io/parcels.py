"""Parcels from a file of the user: polygons or points, in any coordinate system."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import shapely

from tokenworks.errors import InputError, Problem
from tokenworks.geo.places import slug
from tokenworks.geo.projection import GEOGRAPHIC_CRS, PLANE_CRS
from tokenworks.io.archive import unpacked_shapefile
from tokenworks.io.csv_text import read_csv
from tokenworks.io.places import shown_path
from tokenworks.io.text import file_problem, read_text
from tokenworks.schema.wording import listed, shown

LARGEST_BYTES = 500_000_000
# First bytes by ending: a file that is another thing within could make its reader open others.
_MARKS = {
    ".geojson": (b"{",),
    ".json": (b"{",),
    ".gpkg": (b"SQLite format 3",),
    ".fgb": (b"fgb\x03",),
    ".shp": (b"\x00\x00\x27\x0a",),
    ".parquet": (b"PAR1",),
}
# Addresses, and the names by which the reader of shapes reaches archives and the network.
_ELSEWHERE = re.compile(r"[a-z0-9+]{2,}:|/+vsi", re.IGNORECASE)
_LONGITUDES = ("longitude_deg", "longitude", "lon", "lng", "long", "x")
_LATITUDES = ("latitude_deg", "latitude", "lat", "y")
_IDS = ("site", "id", "parcel", "parcel_id", "apn")
_NAMES = ("name", "label", "title")
_KINDS = ("Point", "MultiPoint", "Polygon", "MultiPolygon")
_SQUARE_METRES_PER_HECTARE = 10_000
_FIRST_ROW = 2  # of a CSV file, below its header
# Coordinate systems by name alone: others may lie behind addresses, which the reader would follow.
_CRS_NAME = re.compile(r"(urn:(ogc|x-ogc):def:crs:|EPSG:|OGC:)[\w.:]+", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_LONGEST_ID, _LONGEST_NAME = 40, 100
_FORMULA = tuple("=+-@")
_POLES = 90.0
_HALF_TURN = 180.0


def read_parcels(path: Path) -> pd.DataFrame:
    """Read parcels.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, FlatGeobuf, shapefile (zipped or not) or GeoParquet with a coordinate
        system, or a CSV file with columns of latitude and longitude in degrees. A local file.

    Returns
    -------
    DataFrame
        `row` (in a CSV file the line, else counted from 1), `place` (its id), `name`,
        `longitude_deg`, `latitude_deg` (of a point within), `area_hectares` (missing for points).

    Raises
    ------
    InputError
        With every parcel that cannot be used.
    """
    file = shown_path(path)
    near = not _ELSEWHERE.match(str(path))
    if path.suffix.lower() == ".csv" and near:
        table, shapes = _from_csv(path, file)
    elif path.suffix.lower() == ".zip" and near:
        with unpacked_shapefile(path, file, LARGEST_BYTES) as inside:
            table, shapes = _from_shapes(inside, file)
    else:
        table, shapes = _from_shapes(path, file)
    if not len(table):
        raise InputError([Problem(file, 0, "", "holds no parcel", "give at least one")])
    problems = [*_shape_problems(file, table["row"].tolist(), shapes)]
    if problems:
        raise InputError(problems)
    return _described(table, shapes)


def _described(table: pd.DataFrame, shapes: Any) -> pd.DataFrame:
    """Parcels with a point within, their area and their ids; shapes in degrees."""
    import geopandas as gpd  # noqa: PLC0415 -- slow to import

    plane = gpd.GeoSeries(shapely.force_2d(shapes), crs=GEOGRAPHIC_CRS).to_crs(PLANE_CRS)
    flat = plane.to_numpy()
    is_area = np.isin(shapely.get_type_id(flat), (3, 6))
    within = np.where(is_area, shapely.point_on_surface(flat), shapely.centroid(flat))
    degrees = gpd.GeoSeries(within, crs=PLANE_CRS).to_crs(GEOGRAPHIC_CRS)
    # The plane has equal areas.
    hectares = np.where(is_area, shapely.area(flat) / _SQUARE_METRES_PER_HECTARE, np.nan)
    return table.assign(
        place=_ids(table["given_id"].tolist()),
        longitude_deg=degrees.x.round(5).to_numpy(),
        latitude_deg=degrees.y.round(5).to_numpy(),
        area_hectares=hectares.round(3),
    ).assign(name=lambda t: t["given_name"].where(t["given_name"] != "", t["place"]))


def _ids(given: list[str]) -> list[str]:
    """Ids of letters, digits and hyphens; one that was given before gets a number."""
    taken: set[str] = set()
    ids = []
    for number, text in enumerate(given, start=1):
        stem = slug(text)[:_LONGEST_ID].strip("-") or f"parcel-{number}"
        name, count = stem, 1
        while name in taken:
            count += 1
            name = f"{stem}-{count}"
        taken.add(name)
        ids.append(name)
    return ids


def _column(names: list[str], wanted: tuple[str, ...]) -> str:
    """The first of the wanted columns that there is, whatever the case of its letters."""
    by_lower = {str(name).strip().lower(): name for name in reversed(names)}
    return next((by_lower[name] for name in wanted if name in by_lower), "")


def _texts(values: pd.Series | None, count: int) -> list[str]:
    if values is None:
        return [""] * count
    return ["" if _is_blank(value) else _text(value) for value in values]


def _is_blank(value: object) -> bool:
    # A list or mapping, as GeoJSON may hold, is no name.
    return not pd.api.types.is_scalar(value) or bool(pd.isna(value))  # type: ignore[call-overload]


def _text(value: object) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value).strip()  # type: ignore[call-overload]


def _harmless(text: str) -> str:
    """A name on one line, not long, without control characters, and no formula of a spreadsheet."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(plain) > _LONGEST_NAME:
        plain = plain[: _LONGEST_NAME - 1] + "…"
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


def _from_csv(path: Path, file: str) -> tuple[pd.DataFrame, Any]:
    text = read_csv(path, file, LARGEST_BYTES)
    if text.problems:
        raise InputError(text.problems)
    x, y = _column(text.names, _LONGITUDES), _column(text.names, _LATITUDES)
    if not x or not y:
        lacking = "longitude" if not x else "latitude"
        words = f"there is no column of {lacking}; it has {listed(text.names)}"
        raise InputError([Problem(file, 1, "", words, "name the columns latitude and longitude")])
    twice = [n for n in (x, y) if [name.lower() for name in text.names].count(n.lower()) > 1]
    if twice:
        words = f"the column {listed(twice)} stands more than once"
        raise InputError([Problem(file, 1, "", words, "keep one of them")])
    cells = dict(zip(text.names, text.columns, strict=True))
    problems: list[Problem] = []
    degrees = []
    for column, most in ((x, _HALF_TURN), (y, _POLES)):
        numbers = []
        for line, cell in zip(text.lines, cells[column], strict=True):
            number = _degrees(cell, most)
            if number is None:
                words = f"{shown(cell)} is not a coordinate in degrees" if cell else "is blank"
                remedy = f"give a number between {-most:g} and {most:g}"
                if column == y and _degrees(cell, _HALF_TURN) is not None:
                    remedy += "; latitude and longitude may have changed places"
                problems.append(Problem(file, line, column, words, remedy))
            numbers.append(number or 0.0)
        degrees.append(numbers)
    if problems:
        raise InputError(problems)
    frame = pd.DataFrame(cells, dtype=str)
    return _table(frame, text.lines), shapely.points(*(np.array(part) for part in degrees))


def _degrees(cell: str, most: float) -> float | None:
    if not _NUMBER.fullmatch(cell):
        return None
    number = float(cell)
    return number if math.isfinite(number) and abs(number) <= most else None


def _from_shapes(path: Path, file: str) -> tuple[pd.DataFrame, Any]:
    _check_file(path, file)
    frame = _read(path, file)
    if frame.crs is None:
        remedy = "state the coordinate system, for a shapefile in the .prj file beside it"
        raise InputError([Problem(file, 0, "", "names no coordinate system", remedy)])
    shapes = np.array(frame.geometry, dtype=object)
    usable = [shape is not None and not shape.is_empty for shape in shapes]
    given = frame.geometry.copy()
    given[[not ok for ok in usable]] = None
    try:
        there = np.array(given.to_crs(GEOGRAPHIC_CRS), dtype=object)
    except Exception as error:
        words = f"its coordinate system cannot be turned into longitude and latitude: {error}"
        raise InputError([Problem(file, 0, "", words, "save it in another one")]) from error
    table = _table(pd.DataFrame(frame.drop(columns=frame.geometry.name)), range(1, len(frame) + 1))
    return table, there


def _table(frame: pd.DataFrame, lines: Any) -> pd.DataFrame:
    names = [str(name) for name in frame.columns]
    frame = frame.set_axis(names, axis=1)
    ids, labels = _column(names, _IDS), _column(names, _NAMES)
    return pd.DataFrame(
        {
            "row": list(lines),
            "given_id": _texts(frame[ids] if ids else None, len(frame)),
            "given_name": [
                _harmless(text) for text in _texts(frame[labels] if labels else None, len(frame))
            ],
        }
    )


def _check_file(path: Path, file: str) -> None:
    """Refuse what is no local file of a known kind."""
    if _ELSEWHERE.match(str(path)):
        remedy = "download it, and name the file"
        raise InputError([Problem(file, 0, "", "is no file of this machine", remedy)])
    marks = _MARKS.get(path.suffix.lower())
    if marks is None:
        known = listed([".csv", ".zip", *_MARKS])
        words = f"{shown(path.suffix or path.name)} is not a kind of file that is read"
        raise InputError([Problem(file, 0, "", words, f"save the parcels as one of {known}")])
    problem = file_problem(path, file, LARGEST_BYTES)
    if problem:
        raise InputError([problem])
    with path.open("rb") as content:
        start = content.read(64).removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    beside = any(path.with_suffix(ending).is_file() for ending in (".shx", ".SHX"))
    if path.suffix.lower() == ".shp" and not beside:
        parts = "the file of the same name ending in .shx is not beside it"
        raise InputError([Problem(file, 0, "", parts, "copy all files of the shapefile")])
    if not start.startswith(marks):
        words = f"the file does not start as a {path.suffix} file does"
        raise InputError([Problem(file, 0, "", words, "save the parcels again")])


def _read(path: Path, file: str) -> Any:
    import geopandas as gpd  # noqa: PLC0415 -- slow to import
    import pyogrio  # noqa: PLC0415 -- slow to import

    try:
        if path.suffix.lower() == ".parquet":
            return gpd.read_parquet(path)
        if path.suffix.lower() in (".geojson", ".json"):
            return _read_geojson(path, file)
        layers = [name for name, kind in pyogrio.list_layers(path) if kind is not None]
        if not layers:
            return _without_shapes(file)
        if len(layers) > 1:
            words = f"holds several layers: {listed(layers)}"
            raise InputError([Problem(file, 0, "", words, "save the parcels alone")])
        return gpd.read_file(path, engine="pyogrio", layer=layers[0], on_invalid="ignore")
    except InputError:
        raise
    except Exception as error:
        reason = [*str(error).splitlines(), ""][0].partition(";")[0][:200]
        words = f"the file cannot be read: {reason or type(error).__name__}"
        raise InputError([Problem(file, 0, "", words, "save the parcels again")]) from error


def _without_shapes(file: str) -> NoReturn:
    words = "holds no layer of points or polygons", "save the parcels with their shapes"
    raise InputError([Problem(file, 0, "", *words)])


def _read_geojson(path: Path, file: str) -> Any:
    """A GeoJSON file, read as text: by its content a reader of shapes may take it for a recipe.

    Such a recipe, or an address in place of the coordinate system, makes it open other files and
    the network.
    """
    import geopandas as gpd  # noqa: PLC0415 -- slow to import

    try:
        data = json.loads(read_text(path, file, LARGEST_BYTES))
    except json.JSONDecodeError as error:
        words = f"the file is no JSON: {error.msg}", "save the parcels again"
        raise InputError([Problem(file, error.lineno, "", *words)]) from None
    if data.get("type") == "Feature":
        data = {"features": [data], **{key: data[key] for key in ("crs",) if key in data}}
    if "coordinates" in data:
        data = {"features": [{"geometry": data}]}
    features = data.get("features")
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        _without_shapes(file)
    rows = [f["properties"] if isinstance(f.get("properties"), dict) else {} for f in features]
    shapes, problems = [], []
    for row, feature in enumerate(features, start=1):
        try:
            given = feature.get("geometry")
            shapes.append(shapely.geometry.shape(given) if given else None)
        except Exception:
            words = "the shape cannot be read", "save the parcels again"
            problems.append(Problem(file, row, "", *words))
    if problems:
        raise InputError(problems)
    names = dict.fromkeys(str(name) for row in rows for name in row if name != "geometry")
    columns = {name: pd.Series([row.get(name) for row in rows], dtype=object) for name in names}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=_geojson_crs(data, file))


def _geojson_crs(data: dict[str, Any], file: str) -> str | None:
    """Coordinate system of a GeoJSON file: degrees unless it names another."""
    if "crs" not in data:
        return GEOGRAPHIC_CRS
    if data["crs"] is None:
        return None
    from pyproj import CRS  # noqa: PLC0415 -- slow to import
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        name = str(data["crs"]["properties"]["name"])
        if _CRS_NAME.fullmatch(name):
            return str(CRS.from_user_input(name).to_wkt())
    except (KeyError, TypeError, CRSError):
        name = ""
    words = (
        f"names the coordinate system {shown(name)}, which is not known"
        if name
        else ("names a coordinate system that is not known")
    )
    raise InputError([Problem(file, 0, "crs", words, "name it such as urn:ogc:def:crs:EPSG::5070")])


def _shape_problems(file: str, rows: list[int], shapes: Any) -> list[Problem]:
    """Parcels without a usable shape."""
    problems = []
    for row, shape in zip(rows, shapes, strict=True):
        words = _shape_fault(shape)
        if words:
            problems.append(Problem(file, row, "", *words))
    return problems


def _shape_fault(shape: Any) -> tuple[str, str] | None:
    if shape is None or shape.is_empty:
        return "the parcel has no shape", "give a point or a polygon, or delete the row"
    if shape.geom_type not in _KINDS:
        return f"the shape is a {shape.geom_type}", "give a point or a polygon"
    west, south, east, north = shape.bounds
    # Also false where one is not a number.
    if not (-_HALF_TURN <= west <= east <= _HALF_TURN and -_POLES <= south <= north <= _POLES):
        remedy = "correct them, or state the coordinate system that they are in"
        return "the shape has coordinates that are no place on Earth", remedy
    if not shape.is_valid:
        reason = shapely.is_valid_reason(shape).partition("[")[0]
        return f"the polygon is not valid: {reason.lower()}", "mend it in a map program"
    return None
