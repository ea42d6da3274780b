"""Workers that die, batches that are interrupted or killed: nothing lost, nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.study.conftest import CAPEX

from tokenworks.study.engine import Engine
from tokenworks.study.progress import Progress
from tokenworks.study.reading import read_study
from tokenworks.study.store import Store
from tokenworks.study.study import Study
from tokenworks.study.workers import Processes

pytestmark = pytest.mark.slow

PRICES = [{CAPEX: float(price)} for price in range(1100, 1106)]


class Killer:
    """Kills the worker that is at a run as soon as the run is handed out."""

    def __init__(self, run_ids: set[str], times: int) -> None:
        self.run_ids = run_ids
        self.left = dict.fromkeys(run_ids, times)
        self.pool: Processes | None = None

    def show(self, progress: Progress) -> None:
        assert self.pool is not None or not progress.running
        for run_id in self.run_ids & progress.running if self.pool else ():
            if self.left[run_id]:
                for child in self.pool._children.values():
                    if child.task is not None and child.task[0].id == run_id:
                        self.left[run_id] -= 1
                        os.kill(child.process.pid, signal.SIGKILL)

    def close(self) -> None:
        pass


def run_with(killer: Killer, path: Path, out: Path, workers: int = 2) -> Study:
    read = read_study(path)
    store = Store(out)

    def pool() -> Processes:
        killer.pool = Processes(read.warm, store, workers)
        return killer.pool

    with store.locked():
        Engine(read.prepared, read.warm, store, pool, killer).run()
    return Study(read.prepared.spec.name, "sweep", out, read)


def solved_times(study: Study) -> Counter[str]:
    return Counter(line["run"] for line in study.store.logged() if line["event"] == "solved")


def hidden(out: Path) -> list[str]:
    return [path.name for path in (out / "runs").glob(".*")]


def test_the_run_of_a_killed_worker_is_done_again(write_study, tmp_path) -> None:
    path = write_study({"list": PRICES[:3]})
    victim = Study.load(path).planned()[1].id
    study = run_with(Killer({victim}, times=1), path, tmp_path / "out")
    assert set(study.frame()["status"]) == {"optimal"}
    assert set(solved_times(study).values()) == {1}
    deaths = [line for line in study.store.logged() if line["event"] == "worker died"]
    assert [(line["run"], line["how"]) for line in deaths] == [(victim, "signal 9")]
    assert hidden(tmp_path / "out") == []


def test_a_run_that_kills_its_workers_fails_alone(write_study, tmp_path) -> None:
    path = write_study({"list": PRICES[:3]})
    victim = Study.load(path).planned()[1].id
    study = run_with(Killer({victim}, times=9), path, tmp_path / "out")
    frame = study.frame().set_index("run")
    assert frame.loc[victim, "status"] == "failed"
    assert "ended 3 times while it ran (signal 9)" in frame.loc[victim, "error"]
    assert set(frame.drop(victim)["status"]) == {"optimal"}
    # It may have been the machine's fault: started again, it is tried again.
    again = run_with(Killer(set(), times=0), path, tmp_path / "out")
    assert set(again.frame()["status"]) == {"optimal"}
    assert set(solved_times(again).values()) == {1}


def test_the_answer_does_not_hang_on_the_number_of_workers(write_study, tmp_path) -> None:
    path = write_study({"list": PRICES})
    one = Study.load(path, tmp_path / "one").run(workers=1).frame()
    two = Study.load(path, tmp_path / "two").run(workers=2).frame()
    assert one["objective_usd"].tolist() == pytest.approx(two["objective_usd"].tolist())
    assert one["run"].tolist() == two["run"].tolist()


def started(path: Path, out: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tokenworks", "batch", str(path), "--out", str(out), *more]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    while not condition() and process.poll() is None:
        time.sleep(0.02)


def test_ctrl_c_ends_cleanly_and_the_batch_resumes(write_study, tmp_path) -> None:
    # So many that a batch on an idle machine is not at its end when the interrupt comes.
    prices = [{CAPEX: float(price)} for price in range(1100, 1116)]
    path, out = write_study({"list": prices}), tmp_path / "out"
    process = started(path, out, "--workers", "2")
    store = Store(out)
    wait_until(lambda: sum(1 for _ in store.logged()) >= 3, process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert b"Traceback" not in errors
    assert hidden(out) == []
    study = Study.load(path, out).run(workers=2)
    assert set(study.frame()["status"]) == {"optimal"}
    assert set(solved_times(study).values()) == {1}
