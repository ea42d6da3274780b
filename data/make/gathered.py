"""Gathered public files: found by name, read as frames, remembered with their sha256."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd


class Gathered:
    """Files of a source folder, in it or one folder below.

    Parameters
    ----------
    folder
        Folder that holds the gathered files.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sha256: dict[str, str] = {}

    def path(self, name: str) -> Path:
        """Path of the one file of that name; FileNotFoundError where there is none."""
        found = sorted({*self.folder.glob(name), *self.folder.glob(f"*/{name}")})
        if len(found) != 1:
            raise FileNotFoundError(f"{name}: {len(found)} files of that name in {self.folder}")
        return found[0]

    def frame(self, name: str, text: tuple[str, ...] = ()) -> pd.DataFrame:
        """Rows of a CSV file.

        Parameters
        ----------
        name
            Name of the file.
        text
            Columns kept as text, such as county codes with a leading zero.
        """
        path = self.path(name)
        self.sha256[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        return pd.read_csv(
            path, dtype=dict.fromkeys(text, "str"), keep_default_na=False, na_values=[""]
        )
