"""The folder of a study: what lies where, written whole or not at all.

::

    study.yaml           the study, resolved
    base.yaml            its base, resolved
    runs/<id>/           run folders
    failed/<id>.json     words of the error of a run that has no plan
    results/<name>.parquet   result frames of the study's kind
    index.json           every run, its levels, changes and status
    runs.csv             the frame of all runs, for a spreadsheet
    log/<process>.jsonl  a line for every run begun, solved or failed, by the process that did it
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tokenworks.errors import InputError, Problem
from tokenworks.io.run_folder import MANIFEST, is_whole

STUDY = "study.yaml"
BASE_FILE = "base.yaml"
RUNS = "runs"
FAILED = "failed"
RESULTS = "results"
INDEX = "index.json"
TABLE = "runs.csv"
LOG = "log"
LOCK = ".lock"
RUN = "run"  # section of a run's manifest

_DRAFT = re.compile(r"\.(?P<name>.+)-[0-9a-f]{12}(-old)?")


class Store:
    """A study's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder).absolute()

    def run_folder(self, run_id: str) -> Path:
        """Folder of a run."""
        return self.folder / RUNS / run_id

    def failed_file(self, run_id: str) -> Path:
        """Where a run's failure is written."""
        return self.folder / FAILED / f"{run_id}.json"

    def manifest(self, run_id: str) -> dict[str, Any]:
        """Manifest of a run; empty where there is no readable one."""
        return read_json(self.run_folder(run_id) / MANIFEST)

    def is_whole(self, run_id: str, manifest: Mapping[str, Any]) -> bool:
        """Whether every file of a run is there, of the size that its manifest tells."""
        return is_whole(self.run_folder(run_id), manifest)

    def failure(self, run_id: str) -> dict[str, Any]:
        """What is written of a run's failure; empty where there is none."""
        return read_json(self.failed_file(run_id))

    def index(self) -> dict[str, Any]:
        """The index; empty where there is none."""
        return read_json(self.folder / INDEX)

    def write(self, name: str, text: str) -> None:
        """Put a file in place of the one before."""
        write_text(self.folder / name, text)

    def write_index(self, index: Mapping[str, Any]) -> None:
        """Put the index in place of the one before."""
        write_text(self.folder / INDEX, json_text(index))

    def write_failure(self, run_id: str, failure: Mapping[str, Any]) -> None:
        """Record a failure; a plan of the run from other inputs goes."""
        write_text(self.failed_file(run_id), json_text(failure))
        self.remove_run(run_id)

    def forget_failure(self, run_id: str) -> None:
        """A run that has a plan has not failed."""
        self.failed_file(run_id).unlink(missing_ok=True)

    def remove_run(self, run_id: str) -> None:
        """Take a run folder away in one step, then delete it."""
        folder = self.run_folder(run_id)
        aside = folder.with_name(f".{run_id}-{uuid.uuid4().hex[:12]}-old")
        with contextlib.suppress(FileNotFoundError):
            folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)

    def draft(self, path: Path) -> Path:
        """A hidden name beside a file, of the kind that `clean` removes."""
        return path.with_name(f".{path.name}-{uuid.uuid4().hex[:12]}")

    def log(self, process: str, event: str, run_id: str, **more: Any) -> None:
        """Append a line to the log of a process; each writes to its own file."""
        path = self.folder / LOG / f"{process}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps({"event": event, RUN: run_id, **more}, ensure_ascii=False, default=str)
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def logged(self) -> Iterator[dict[str, Any]]:
        """Every line of every log; one that was cut short is left out."""
        for path in sorted((self.folder / LOG).glob("*.jsonl")):
            for line in path.read_text(encoding="utf-8").splitlines():
                with contextlib.suppress(ValueError):
                    found = json.loads(line)
                    if isinstance(found, dict):
                        yield found

    def clean(self, run_id: str | None = None) -> int:
        """Remove what a process that was killed has left half written; how much that was.

        Parameters
        ----------
        run_id
            Of this run alone, while others are being written; of all where None.
        """
        count = 0
        for place in (self.folder, self.folder / RUNS, self.folder / FAILED, self.folder / RESULTS):
            for path in place.glob(".*") if place.is_dir() else ():
                found = _DRAFT.fullmatch(path.name)
                if not found or run_id not in (None, found["name"]):
                    continue
                count += 1
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
        return count

    def check_mine(self, name: str) -> None:
        """Refuse a folder that holds anything but this study; call it before the work.

        Raises
        ------
        InputError
            Where the folder is a file, or holds other files or another study.
        """
        remedy = "name another folder with --out, or move this one away"
        problem = ""
        try:
            if self.folder.exists() and not self.folder.is_dir():
                problem = "is a file, not a folder"
            elif self.folder.is_dir() and any(path.name != LOCK for path in self.folder.iterdir()):
                known = self.index()
                if not known and not (self.folder / STUDY).exists():
                    problem = "the folder exists and holds other files, and is never overwritten"
                elif known and known.get("study") != name:
                    problem = "the folder exists and holds another study, and is never overwritten"
        except OSError as error:
            problem = f"the folder cannot be read: {error.strerror}"
        if problem:
            raise InputError([Problem(str(self.folder), 0, "", problem, remedy)])

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder; the operating system gives it up with the process, however it ends.

        Raises
        ------
        InputError
            Where another process holds it, or it cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            words = f"the folder cannot be written: {error.strerror}"
            remedy = "name a folder that you may write to"
            raise InputError([Problem(str(self.folder), 0, "", words, remedy)]) from error
        try:
            if not _hold(lock):
                words = "another batch is running in this folder"
                remedy = "wait for it to end, or name another folder with --out"
                raise InputError([Problem(str(self.folder), 0, "", words, remedy)])
            yield
        finally:
            os.close(lock)


def _hold(lock: int) -> bool:
    try:
        import fcntl  # noqa: PLC0415 -- not on every system; there nothing is held
    except ImportError:
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def write_text(path: Path, text: str) -> None:
    """Write a file under a hidden name beside its own, then give it its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}-{uuid.uuid4().hex[:12]}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def json_text(value: Mapping[str, Any]) -> str:
    """JSON of plain data; dates as their text."""
    return json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n"


def read_json(path: Path) -> dict[str, Any]:
    """A JSON mapping; empty where there is no readable one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
