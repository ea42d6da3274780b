"""A real Dask scheduler and workers as processes of their own, on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.study.conftest import CAPEX, INFEASIBLE

import tokenworks as tw
from tokenworks.study.progress import Progress, Silent
from tokenworks.study.study import Study

pytestmark = pytest.mark.slow


class Dask:
    """A scheduler and two workers."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "scheduler.json"
        self.folder = folder
        self.errors = (folder / "dask.txt").open("wb")
        self.scheduler = self.start("scheduler", "--port", "0", "--no-dashboard")
        while not self.file.exists():
            time.sleep(0.1)
        self.workers = [
            self.start("worker", "--no-nanny", "--nthreads", "1", "--no-dashboard")
            for _ in range(2)
        ]
        self.address = json.loads(self.file.read_text())["address"]

    def start(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", what, "--scheduler-file", str(self.file)]
        if what == "worker":
            command += ["--local-directory", str(self.folder)]
        else:
            command += ["--host", "127.0.0.1"]
        return subprocess.Popen(
            [*command, *options], stdout=self.errors, stderr=self.errors, env=os.environ
        )

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()
        self.errors.close()


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Dask]:
    cluster = Dask(tmp_path)
    yield cluster
    cluster.end()


class KillOne(Silent):
    """Kills a worker once it has solved something and is at the next."""

    def __init__(self, dask: Dask, study: Study) -> None:
        self.dask, self.study = dask, study

    def show(self, progress: Progress) -> None:
        victim = self.dask.workers[0]
        if victim.poll() is None and progress.solved >= 3:
            lines = [
                line
                for path in self.study.store.folder.glob(f"log/*-{victim.pid}.jsonl")
                for line in path.read_text().splitlines()
            ]
            if lines:
                victim.kill()
                victim.wait()


@pytest.mark.filterwarnings("ignore")
def test_one_of_two_workers_is_killed(write_study, tmp_path, dask) -> None:
    cases = {str(price): {CAPEX: float(price)} for price in range(1100, 1110)}
    path = write_study({"cases": {**cases, "never": INFEASIBLE}})
    study = Study.load(path, tmp_path / "out")
    study.run(scheduler=dask.address, display=KillOne(dask, study))
    assert dask.workers[0].poll() is not None
    frame = study.frame().set_index("case")
    assert frame.loc["never", "status"] == "failed"
    assert set(frame.drop("never")["status"]) == {"optimal"}
    logged = list(study.store.logged())
    solved = Counter(line["run"] for line in logged if line["event"] == "solved")
    assert set(solved.values()) == {1}
    # A worker that dies between a run's folder and its line in the log has solved it all the same.
    assert len({line["run"] for line in logged if line["event"] in ("solved", "reused")}) == 11
    assert not list((tmp_path / "out" / "runs").glob(".*"))


def test_no_scheduler_is_said_in_words(write_study, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("tokenworks.study.cluster.CONNECT_S", "1s")
    study = Study.load(write_study({"list": [{CAPEX: 2000}]}), tmp_path / "out")
    with pytest.raises(tw.InputError, match="no Dask scheduler answers"):
        study.run(scheduler="tcp://127.0.0.1:9", display=Silent())
