"""Source files: found by name, held to their recorded sha256 and columns, read as frames."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import yaml

RECORD = Path(__file__).parent / "files.yaml"
RECORD_HEADER = """\
# The files that the tables are made from: name to the sha256 of the edition that was read.
# A file that differs is refused, unless the script is run with --renew, which writes it here.
"""


class Refused(SystemExit):
    """A source file that is not the one expected; the message says what differs and what to do."""


class Gathered:
    """Files of a source folder, in it or one folder below.

    Parameters
    ----------
    folder
        Folder that holds the source files.
    renew
        True to take files that differ from the recorded edition; `write_record` then records them.
    record
        YAML file of names and sha256.
    """

    def __init__(self, folder: Path, *, renew: bool = False, record: Path = RECORD) -> None:
        self.folder = folder
        self.renew = renew
        self.record = record
        self.recorded: dict[str, str] = {}
        if record.is_file():
            self.recorded = yaml.safe_load(record.read_text(encoding="utf-8")) or {}
        self.sha256: dict[str, str] = {}
        self._found: dict[str, Path] = {}

    def path(self, name: str) -> Path:
        """Path of the one file of that name, whose sha256 is the recorded one.

        Raises
        ------
        Refused
            Where there is no such file, more than one, or another edition of it.
        """
        if name in self._found:
            return self._found[name]
        found = sorted({*self.folder.glob(name), *self.folder.glob(f"*/{name}")})
        if len(found) != 1:
            where = f"{len(found)} files of that name" if found else "no file of that name"
            raise Refused(f"{name}: {where} in {self.folder} or one folder below")
        digest = hashlib.sha256(found[0].read_bytes()).hexdigest()
        known = self.recorded.get(name)
        if digest != known and not self.renew:
            was = f"the recorded one is {known}" if known else "none is recorded"
            raise Refused(
                f"{name}: its sha256 is {digest}, {was}; if it is a newer edition that should be "
                "read, run again with --renew and look at what changes in the tables"
            )
        self.sha256[name] = digest
        self._found[name] = found[0]
        return found[0]

    def frame(self, name: str, columns: Sequence[str], text: Sequence[str] = ()) -> pd.DataFrame:
        """Some columns of a CSV or Parquet file, in the order asked for.

        Parameters
        ----------
        name
            Name of the file.
        columns
            The columns to read.
        text
            Those kept as text, such as county codes with a leading zero.

        Raises
        ------
        Refused
            Where the file lacks a column, or `path` refuses it.
        """
        path = self.path(name)
        if path.suffix == ".parquet":
            frame = pd.read_parquet(path)
        else:
            frame = pd.read_csv(
                path, dtype=dict.fromkeys(text, "str"), keep_default_na=False, na_values=[""]
            )
        missing = [column for column in columns if column not in frame.columns]
        if missing:
            there = ", ".join(map(str, frame.columns))
            raise Refused(f"{name}: no column {', '.join(missing)}; it has {there}")
        return frame[list(columns)]

    def write_record(self) -> None:
        """Record the editions that were read, beside those of files that were not."""
        known = {**self.recorded, **self.sha256}
        text = RECORD_HEADER + yaml.safe_dump(known, sort_keys=True, width=200)
        self.record.write_text(text, encoding="utf-8", newline="\n")
