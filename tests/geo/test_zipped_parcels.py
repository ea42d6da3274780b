"""Zipped shapefiles are read as the files within, and nothing of the archive gets out."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from tokenworks.errors import InputError
from tokenworks.io.parcels import read_parcels

SQUARES = gpd.GeoDataFrame(
    {"id": ["a", "b"]},
    geometry=[shapely.box(x, 1e6, x + 1000, 1e6 + 1000) for x in (0.0, 5000.0)],
    crs="EPSG:5070",
)


def parts(folder: Path, name: str = "land") -> dict[str, bytes]:
    folder.mkdir(exist_ok=True)
    SQUARES.to_file(folder / f"{name}.shp")
    return {path.name: path.read_bytes() for path in sorted(folder.glob(f"{name}.*"))}


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        for name, content in members.items():
            made.writestr(name, content)
    return path


@pytest.mark.parametrize("below", ["", "folder/", "../", "/over/../"])
def test_a_zipped_shapefile_is_the_shapefile(tmp_path: Path, below: str) -> None:
    files = parts(tmp_path / "shp")
    path = zipped(tmp_path / "p.zip", {below + name: text for name, text in files.items()})
    before = set(tmp_path.parent.rglob("land.*"))
    got = read_parcels(path)
    assert got.equals(read_parcels(tmp_path / "shp" / "land.shp"))
    assert got["area_hectares"].tolist() == [100.0, 100.0]
    assert set(tmp_path.parent.rglob("land.*")) == before


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_parcels(path)
    return str(caught.value)


def test_what_is_no_such_archive_is_refused(tmp_path: Path) -> None:
    files = parts(tmp_path / "shp")
    (tmp_path / "text.zip").write_text("no archive")
    assert "is no zip archive" in refused(tmp_path / "text.zip")
    assert "holds no shapefile" in refused(zipped(tmp_path / "none.zip", {"a.txt": b""}))
    other = {f"other/{name}": text for name, text in files.items()}
    assert "several shapefiles" in refused(zipped(tmp_path / "two.zip", {**files, **other}))
    bare = {name: text for name, text in files.items() if not name.endswith(".prj")}
    assert "coordinate system" in refused(zipped(tmp_path / "bare.zip", bare))


def test_an_archive_that_swells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tokenworks.io import parcels  # noqa: PLC0415

    monkeypatch.setattr(parcels, "LARGEST_BYTES", 3000)
    files = parts(tmp_path / "shp")
    padded = {**files, "land.dbf": files["land.dbf"] + b" " * 10_000}
    with zipfile.ZipFile(tmp_path / "p.zip", "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in padded.items():
            made.writestr(name, content)
    assert (tmp_path / "p.zip").stat().st_size < 3000
    assert "holds more than" in refused(tmp_path / "p.zip")
