"""What a batch costs: a run after its neighbour, two workers beside one, a thousand tiny runs.

    python -m tests.benchmarks.batch FOLDER --study redline-gas-reactor
    python -m tests.benchmarks.batch FOLDER --tiny 1000

Every row stands in `FOLDER/rows.jsonl` once it has ended, and is not run again: stopped, and
started again, it goes on. `--table` prints what is there.

Seconds of the processor are told by the process that spends them; on a machine that does other work
they say more than those of the clock. A cold solve is `tw.solve` and `Plan.save` in a process that
has solved something before. Of two workers the processor tells what a machine with nothing else to
do would take: what the batch itself spends, and what the worker with more to do does.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import machine, markdown
from tests.conftest import write_files

import tokenworks as tw
from tokenworks.study.progress import Progress, Silent
from tokenworks.study.study import Study

# Runs after which memory is looked at; the first of them have filled every cache.
LOOKED_AT = (20, 50, 100, 200, 300, 400, 500, 700, 1000)
# Tiny scenarios solved one by one, to compare with.
LOOP = 20


class Rows:
    """What has been measured, a line each."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "rows.jsonl"

    def all(self) -> list[dict[str, Any]]:
        """Every row so far."""
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def has(self, row: str) -> bool:
        """Whether a row has been measured."""
        return any(found["row"] == row for found in self.all())

    def add(self, row: str, **found: Any) -> None:
        """Append a row, with the load of the machine while it ran."""
        load = round(os.getloadavg()[0], 2)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"row": row, "load": load, **found}) + "\n")
        print(row, {key: value for key, value in found.items() if key != "runs"}, flush=True)

    def of(self, head: str) -> list[dict[str, Any]]:
        """Rows whose name begins so."""
        return [found for found in self.all() if found["row"].startswith(head)]


def processor_s(who: int) -> float:
    """Seconds of the processor of this process, or of those that it has waited for."""
    return sum(resource.getrusage(who)[:2])


class Clock:
    """Seconds since it was made: by the clock, of this process, of those it has started."""

    def __init__(self) -> None:
        self.began = self.now()

    def now(self) -> tuple[float, float, float]:
        """The three clocks."""
        own, others = (processor_s(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return time.perf_counter(), own, others

    def spent(self) -> dict[str, float]:
        """What has been spent."""
        names = ("wall_s", "own_s", "workers_s")
        return dict(
            zip(names, (b - a for a, b in zip(self.began, self.now(), strict=True)), strict=True)
        )


def cold(study: Study, rows: Rows, folder: Path, count: int) -> None:
    """Cold solves of runs spread over the study."""
    base = study._loaded().prepared.base
    runs = study.planned()
    # Drawn, not every so many: those would all stand where the same axis turns.
    chosen = random.Random(1).sample(runs, min(count, len(runs)))  # noqa: S311 -- no secret
    left = [run for run in chosen if not rows.has(f"{study.name}:cold:{run.id}")]
    if left:
        tw.solve(base)
    for run in left:
        clock = Clock()
        plan = tw.solve(base.with_(run.changes))
        plan.save(folder / "cold" / run.id)
        rows.add(f"{study.name}:cold:{run.id}", run=run.id, **clock.spent())


def sweep(name: str, rows: Rows, folder: Path, workers: int, repeat: int) -> None:
    """A whole study; one that was stopped goes on, and its seconds by the clock do not count."""
    row = f"{name}:workers:{workers}:{repeat}"
    if rows.has(row):
        return
    out = folder / f"{name}-workers-{workers}-{repeat}"
    resumed = out.exists()
    clock = Clock()
    study = Study.load(name, out).run(workers=workers, display=Silent())
    rows.add(
        row,
        workers=workers,
        resumed=resumed,
        statuses=study.frame()["status"].value_counts().to_dict(),
        runs=by_process(study),
        **clock.spent(),
    )


def by_process(study: Study) -> dict[str, dict[str, float]]:
    """Process to run to its seconds of the processor, as the logs tell."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for path in sorted((study.folder / "log").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            said = json.loads(line)
            if said["event"] == "solved":
                found[path.stem][said["run"]] = said["processor_s"]
    return dict(found)


def ideal_s(row: dict[str, Any]) -> float:
    """Seconds on a machine with nothing else to do: the batch, and the worker with most to do."""
    shares = [sum(runs.values()) for runs in row["runs"].values()]
    start = (row["workers_s"] - sum(shares)) / max(1, len(shares))
    return float(row["own_s"] + start + max(shares))


def print_sweep(name: str, rows: Rows) -> None:
    """A run beside a cold solve, of the same runs; two workers beside one."""
    alone = {found["run"]: found["own_s"] for found in rows.of(f"{name}:cold:")}
    lines: list[list[Any]] = []
    if alone:
        lines.append([f"cold, mean of {len(alone)}", "", statistics.mean(alone.values()), 1.0, ""])
    ideal: dict[int, list[float]] = defaultdict(list)
    for row in rows.of(f"{name}:workers:"):
        spent = {run: s for runs in row["runs"].values() for run, s in runs.items()}
        first = {next(iter(runs)) for runs in row["runs"].values()}
        after = [s for run, s in spent.items() if run not in first]
        pairs = [(s, alone[run]) for run, s in spent.items() if run in alone and run not in first]
        ratio = sum(a for a, _ in pairs) / sum(b for _, b in pairs) if pairs else float("nan")
        ideal[row["workers"]].append(ideal_s(row))
        wall = "resumed" if row["resumed"] else f"{row['wall_s']:.0f}, load {row['load']}"
        way = f"{row['workers']} workers, after a neighbour, mean of {len(after)}"
        lines.append([way, wall, statistics.mean(after), ratio, ideal[row["workers"]][-1]])
    header = ["way", "study by the clock, s", "processor s a run", "of cold, same runs", "ideal, s"]
    print(markdown(header, lines))
    if {1, 2} <= set(ideal):
        one, two = (statistics.median(ideal[workers]) for workers in (1, 2))
        print(f"two workers are {one / two:.2f} times one, by the processor")


class Memory(Silent):
    """Notes resident memory of the batch and of its largest worker as runs end."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def show(self, progress: Progress) -> None:
        """Look, after some of the runs."""
        row = f"tiny:memory:{progress.total}:{progress.solved}"
        if progress.solved in LOOKED_AT and not self.rows.has(row):
            mib = {"batch": resident_mib(os.getpid()), "worker": max(children_mib())}
            self.rows.add(row, runs_done=progress.solved, mib=mib)


def resident_mib(process: int) -> float:
    """Resident memory of a process."""
    return status(process).get("VmRSS", 0) / 1024


def children_mib() -> Iterator[float]:
    """Resident memory of the processes that this one has started."""
    yield 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        if status(int(folder.name)).get("PPid") == os.getpid():
            yield resident_mib(int(folder.name))


def status(process: int) -> dict[str, int]:
    """Numbers of `/proc/<process>/status`; none of a process that is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    return {key: int(of.split()[0]) for key, of in pairs if of.split() and of.split()[0].isdigit()}


def tiny(rows: Rows, folder: Path, count: int) -> None:
    """Many runs that solve in milliseconds: what is left is the batch's own."""
    inside = folder / f"tiny-{count}"
    inside.mkdir(parents=True, exist_ok=True)
    base = write_files(inside, {}, {"hardware": [{"system": "h", "capex_usd": 1000.0}]})
    if not rows.has("tiny:loop"):
        scenario, clock = tw.load(base), Clock()
        for number in range(LOOP):
            tw.solve(scenario).save(inside / "loop" / str(number))
        each = {key: value / LOOP for key, value in clock.spent().items()}
        rows.add("tiny:loop", **each)
    if rows.has(f"tiny:{count}"):
        return
    address = "tables.hardware[h].capex_usd"
    text = f"name: tiny\nbase: {base.name}\nsolve: {{gap: 0.001}}\nlatin_hypercube:\n"
    text += f"  count: {count}\n  seed: 1\n  addresses:\n    {address}: {{low: 500, high: 5000}}\n"
    (inside / "tiny.yaml").write_text(text, encoding="utf-8")
    memory, out = Memory(rows), inside / "out"
    resumed, clock = out.exists(), Clock()
    study = Study.load(inside / "tiny.yaml", out).run(workers=1, display=memory)
    spent = clock.spent()
    runs = by_process(study)
    found: dict[str, Any] = {
        "count": count,
        "resumed": resumed,
        "run_s": statistics.mean(s for of in runs.values() for s in of.values()),
    }
    sql = "select run, sum(present_value_usd) from costs group by 1"
    for what, work in (
        ("frame_s", study.frame),
        ("query_s", lambda: study.query(sql)),
        ("query_again_s", lambda: study.query(sql)),
        ("nothing_to_do_s", lambda: study.run(workers=1, display=Silent())),
    ):
        clock = Clock()
        work()
        found[what] = clock.spent()["own_s"]
    rows.add(f"tiny:{count}", **spent, **found)


def print_tiny(rows: Rows) -> None:
    """What a tiny run costs, and what of it is the batch's."""
    loop = {row["row"]: row for row in rows.of("tiny:loop")}
    for row in [row for row in rows.of("tiny:") if "count" in row]:
        each = (row["own_s"] + row["workers_s"]) / row["count"]
        lines = [
            [f"a run of {row['count']:,}, batch and worker", each],
            ["of it reading, building, solving, tabling and writing", row["run_s"]],
            ["added by the batch", each - row["run_s"]],
            ["frame of all", row["frame_s"]],
            ["query over all", row["query_s"]],
            ["the same again", row["query_again_s"]],
            ["started again with nothing to do", row["nothing_to_do_s"]],
        ]
        if loop:
            lines.append(["`tw.solve` and `save` in a loop", loop["tiny:loop"]["own_s"]])
        print(markdown(["what", "processor s"], lines))
    lines = [
        [row["runs_done"], row["mib"]["batch"], row["mib"]["worker"]]
        for row in rows.of("tiny:memory:")
    ]
    if lines:
        print(markdown(["after runs", "batch, MiB", "worker, MiB"], lines))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=lambda text: Path(text).resolve())
    parser.add_argument("--study", default="")
    parser.add_argument("--cold", type=int, default=12, help="cold solves to compare with")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--tiny", type=int, default=0)
    parser.add_argument("--table", action="store_true", help="run nothing")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    rows = Rows(given.folder)
    if given.study and not given.table:
        study = Study.load(given.study, given.folder / "none")
        cold(study, rows, given.folder, given.cold)
        for repeat in range(given.repeat):
            for workers in given.workers:
                sweep(given.study, rows, given.folder, workers, repeat)
    if given.tiny and not given.table:
        tiny(rows, given.folder, given.tiny)
    print(machine())
    for name in sorted({row["row"].split(":")[0] for row in rows.all()} - {"tiny"}):
        print_sweep(name, rows)
    print_tiny(rows)


if __name__ == "__main__":
    main()
