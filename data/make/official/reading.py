"""The publishers' files: each held to its recorded sha256 and to the columns that are read."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from gathered import Gathered, Refused

RECORD = Path(__file__).parent / "files.yaml"


class Official(Gathered):
    """Publishers' files in a source folder; a name may be a path below it, as ``reeds/inputs/x``.

    Parameters
    ----------
    folder
        Folder that holds the files.
    renew
        True to take files that differ from the recorded edition, or of which none is recorded.
    record
        YAML file of names and sha256.
    """

    def __init__(self, folder: Path, *, renew: bool = False, record: Path = RECORD) -> None:
        super().__init__(folder, renew=renew, record=record)

    def one_of(self, pattern: str) -> str:
        """Name of the one file that the pattern fits, for files with an edition in their name.

        Raises
        ------
        Refused
            Where no file fits, or more than one.
        """
        found = sorted(path.relative_to(self.folder) for path in self.folder.glob(pattern))
        if len(found) != 1:
            names = ", ".join(path.as_posix() for path in found) or "none"
            raise Refused(f"{pattern}: one file must fit this name in {self.folder}, found {names}")
        return found[0].as_posix()

    def all_of(self, pattern: str) -> list[str]:
        """Names of all files that the pattern fits, sorted.

        Raises
        ------
        Refused
            Where no file fits.
        """
        found = sorted(
            path.relative_to(self.folder).as_posix() for path in self.folder.glob(pattern)
        )
        if not found:
            raise Refused(f"{pattern}: no file of that name in {self.folder}")
        return found

    def lines(self, name: str, encoding: str = "utf-8-sig") -> list[str]:
        """Lines of a text file."""
        return self.path(name).read_text(encoding=encoding).splitlines()

    def cells(self, name: str) -> list[list[str]]:
        """Cells of a CSV file as text, for files that have no header line."""
        return list(csv.reader(self.lines(name)))

    def document(self, name: str) -> Any:
        """Content of a JSON or YAML file."""
        text = self.path(name).read_text(encoding="utf-8-sig")
        return json.loads(text) if name.endswith("json") else yaml.safe_load(text)


def require(name: str, there: Sequence[Any], columns: Sequence[str], what: str = "column") -> None:
    """Refuse a file that lacks a column.

    Raises
    ------
    Refused
        Naming what is missing, and what the file has instead.
    """
    missing = [column for column in columns if column not in there]
    if missing:
        have = ", ".join(map(str, there))
        raise Refused(f"{name}: no {what} {', '.join(missing)}; it has {have}")


def zones_in_order(zones: pd.Series) -> pd.Series:
    """Sort key that puts p2 before p10."""
    return zones.str.extract(r"(\d+)$", expand=False).astype(int)
