"""A zipped shapefile, as agencies and offices hand it on, unpacked for a moment."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from tokenworks.errors import InputError, Problem
from tokenworks.io.text import file_problem
from tokenworks.schema.wording import listed

# What belongs to a shapefile; anything else in the archive is left where it is.
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


@contextmanager
def unpacked_shapefile(path: Path, file: str, largest_bytes: int) -> Iterator[Path]:
    """The one shapefile of a zip archive, in a folder that is gone afterwards.

    Parameters
    ----------
    path, file
        The archive, and its name as shown to the user.
    largest_bytes
        Most bytes of the archive, and of what it holds.

    Raises
    ------
    InputError
        Where it is no archive, holds no shapefile or several, or too much.
    """
    problem = file_problem(path, file, largest_bytes)
    if problem:
        raise InputError([problem])
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError):
        words = "is no zip archive", "zip the files of one shapefile"
        raise InputError([Problem(file, 0, "", *words)]) from None
    with archive, TemporaryDirectory() as folder:
        yield _unpack(archive, Path(folder), file, largest_bytes)


def _unpack(archive: zipfile.ZipFile, folder: Path, file: str, largest_bytes: int) -> Path:
    members = [m for m in archive.infolist() if _ending(m) in PARTS and not m.is_dir()]
    shapes = [m for m in members if _ending(m) == ".shp"]
    if len(shapes) != 1:
        found = f"several shapefiles: {listed([m.filename for m in shapes])}"
        problem = f"holds {found if shapes else 'no shapefile'}"
        raise InputError([Problem(file, 0, "", problem, "zip the files of one shapefile")])
    stem = PurePosixPath(shapes[0].filename).with_suffix("")
    parts = [m for m in members if PurePosixPath(m.filename).with_suffix("") == stem]
    if sum(part.file_size for part in parts) > largest_bytes:
        problem = f"holds more than {largest_bytes // 10**6:,} MB"
        raise InputError([Problem(file, 0, "", problem, "give fewer parcels")])
    for part in parts:
        # Under a name of ours: that of the archive may lead out of the folder.
        try:
            content = archive.read(part)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError):
            problem = f"{part.filename} cannot be unpacked"
            remedy = "zip the files again, without a password"
            raise InputError([Problem(file, 0, "", problem, remedy)]) from None
        (folder / f"parcels{_ending(part)}").write_bytes(content)
    return folder / "parcels.shp"


def _ending(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member.filename).suffix.lower()
