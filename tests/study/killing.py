"""A command that is killed at a moment, and what it has left.

Moments are spread over the time that the command takes undisturbed; every other one waits for the
first hidden file, since most harm could be done while files are written.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from tokenworks.io.run_folder import is_whole, read_run
from tokenworks.study.study import Study

# Columns of a study's frame that tell of the clock.
CLOCK = ["seconds"]


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "tokenworks", *map(str, arguments)]


@dataclass
class Victim:
    """A command of some seconds, started again and again.

    Attributes
    ----------
    arguments
        Of the command line.
    watched
        Folder in which it writes.
    seconds
        How long it takes undisturbed.
    writing_s
        How long after the first hidden file it may be killed.
    """

    arguments: list[str]
    watched: Path
    seconds: float = 0.0
    writing_s: float = 0.3

    def undisturbed(self) -> None:
        """Run it to its end, and note how long it takes."""
        began = time.monotonic()
        done = subprocess.run(self.arguments, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        self.seconds = time.monotonic() - began

    def killed(self, seed: int) -> bool:
        """Start it and kill it at the moment of a seed; False where it had ended by then."""
        draw = random.Random(seed)  # noqa: S311 -- no secret
        process = subprocess.Popen(
            self.arguments,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        if seed % 2:
            while process.poll() is None and not self.drafts():
                time.sleep(0.001)
            time.sleep(draw.uniform(0.0, self.writing_s))
        else:
            time.sleep(draw.uniform(0.0, self.seconds))
        alive = process.poll() is None
        process.kill()
        process.wait()
        wait_until(lambda: not in_session(process.pid))
        return alive

    def drafts(self) -> list[Path]:
        """Hidden files and folders where it writes."""
        return [path for path in self.watched.rglob(".*") if path.name != ".lock"]


def in_session(leader: int) -> list[int]:
    """Processes that a killed one has left behind, such as the workers of a batch."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            # pid (name) state parent group session ...: a name may hold blanks.
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] != "Z":
            found.append(int(status.parent.name))
    return found


def wait_until(condition: Callable[[], bool], most_s: float = 30.0) -> None:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < most_s, "what a killed process has started goes on"
        time.sleep(0.02)


def runs_are_whole(folder: Path) -> None:
    """Every folder that is no draft holds a run that can be read, with all of its files."""
    for run in folder.glob("[!.]*"):
        run_is_whole(run)


def run_is_whole(folder: Path) -> None:
    """A run can be read, and has all of its files."""
    manifest, tables, _ = read_run(folder)
    assert is_whole(folder, manifest)
    assert tables


def file_is_whole(path: Path) -> None:
    """A memo or workbook can be opened to its end; a text has its end."""
    if not path.exists():
        return
    if path.suffix in (".docx", ".xlsx"):
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
    elif path.suffix == ".pdf":
        assert path.read_bytes().rstrip().endswith(b"%%EOF")
    else:
        assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")


def study_is_readable(folder: Path) -> None:
    """Index, failures and tables of a study are whole wherever they are there."""
    for path in [folder / "index.json", *(folder / "failed").glob("[!.]*.json")]:
        if path.exists():
            json.loads(path.read_text(encoding="utf-8"))
    for path in (folder / "results").glob("[!.]*.parquet"):
        pd.read_parquet(path)
    runs_are_whole(folder / "runs")


def frame_of(folder: Path) -> pd.DataFrame:
    """The frame of a study, without what tells of the clock."""
    return Study.load(folder).frame().drop(columns=CLOCK)
