"""A study run to its end: round by round, what is on disk left alone, failures recorded."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from tokenworks.study.execute import Receipt, is_of
from tokenworks.study.frame import OPEN
from tokenworks.study.kinds import kind_of
from tokenworks.study.progress import Display, Progress
from tokenworks.study.runs import BASE, Finished, Prepared, Run
from tokenworks.study.store import RESULTS, Store
from tokenworks.study.warm import Warm
from tokenworks.study.workers import Pool, Task

# Failures that the same inputs bring again: wrong input, infeasible, no plan within the limits.
LASTING = (2, 3, 4)
# The index is written again after so many seconds; between, the folders themselves tell.
INDEX_EVERY_S = 5.0
MOST_ROUNDS = 10_000


@dataclass
class Engine:
    """A study at work.

    Attributes
    ----------
    study, warm
        The study, and its base in memory.
    store
        Its folder; the caller holds its lock.
    pool
        Makes the workers, when first there is something to do.
    display
        Shows progress.
    """

    study: Prepared
    warm: Warm
    store: Store
    pool: Callable[[], Pool]
    display: Display
    runs: dict[str, Run] = field(default_factory=dict)
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)
    _made: Pool | None = None
    _written: float = 0.0

    def run(self) -> None:
        """Run all rounds, then write the index and the frames of the kind."""
        kind = kind_of(self.study.spec.kind)
        known = {entry["id"]: entry for entry in self.store.index().get("runs", ())}
        try:
            fresh = self._unseen([Run(BASE, {}, {"case": BASE}), *kind.first(self.study)])
            for number in range(1, MOST_ROUNDS):
                self.progress.total += len(fresh)
                for wave in waves(fresh):
                    self._round(number, wave, known)
                fresh = self._unseen(kind.further(self.study, self.finished()))
                if not fresh:
                    break
        finally:
            if self._made is not None:
                self._made.close()
            self.write_index()
            self.display.close()
        self._write_frames(kind.frames(self.study, self.finished()))

    def finished(self) -> dict[str, Finished]:
        """Id to what has become of every run that has ended."""
        found = {}
        for run_id, run in self.runs.items():
            entry = self.entries.get(run_id)
            if entry is not None and entry["status"] != "open":
                found[run_id] = finished(self.store, run, entry)
        return found

    def _unseen(self, runs: Iterable[Run]) -> list[Run]:
        """Runs that have not been before; of two of one name the last labels count."""
        fresh: dict[str, Run] = {}
        for run in runs:
            if run.id not in self.runs:
                fresh[run.id] = run
        return list(fresh.values())

    def _round(self, number: int, runs: list[Run], known: Mapping[str, Mapping[str, Any]]) -> None:
        tasks: list[Task] = []
        for run in runs:
            fingerprint = self.warm.fingerprint(run)
            self.runs[run.id] = run
            entry = self._present(run, fingerprint, known.get(run.id, {}))
            if entry is None:
                tasks.append((run, fingerprint))
                entry = {"status": "open"}
            self.entries[run.id] = {**_words(run, number), "fingerprint": fingerprint, **entry}
        self.display.show(self.progress)
        self.write_index()
        if not tasks:
            return
        if self._made is None:
            self._made = self.pool()
        for receipt in self._made.receipts(tasks, self._begun):
            self._ended(receipt)
        self.write_index()

    def _present(
        self, run: Run, fingerprint: str, known: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """The entry of a run that needs nothing done; None where it does."""
        manifest = self.store.manifest(run.id)
        if not self.store.is_whole(run.id, manifest):
            manifest = {}
        sha256 = manifest.get("inputs_sha256")
        # A run reused for its inputs keeps the fingerprint that it was solved under.
        same = known.get("fingerprint") == fingerprint and known.get("inputs_sha256") == sha256
        if manifest and (is_of(manifest, fingerprint) or (same and known["status"] == "solved")):
            self.progress.present += 1
            self.progress.ranked(manifest.get("objective_usd"), run.id)
            self.store.forget_failure(run.id)
            return {"status": "solved", "inputs_sha256": sha256}
        failure = self.store.failure(run.id)
        if is_of(failure, fingerprint) and failure.get("exit_status") in LASTING:
            self.progress.failed += 1
            return {"status": "failed", "exit_status": failure["exit_status"]}
        return None

    def _begun(self, run: Run) -> None:
        self.progress.begun(run)
        self.display.show(self.progress)

    def _ended(self, receipt: Receipt) -> None:
        entry = self.entries[receipt.run_id]
        entry["status"] = "failed" if receipt.status == "failed" else "solved"
        entry["inputs_sha256"] = receipt.inputs_sha256
        entry["seconds"] = round(receipt.seconds, 3)
        if receipt.status == "failed":
            entry["exit_status"] = receipt.exit_status
        self.progress.ended(receipt)
        self.display.show(self.progress)
        if time.monotonic() - self._written > INDEX_EVERY_S:
            self.write_index()

    def write_index(self) -> None:
        """Write the index: every run with its levels, changes and status."""
        spec = self.study.spec
        index = {"study": spec.name, "kind": spec.kind, "runs": list(self.entries.values())}
        self.store.write_index(index)
        self._written = time.monotonic()

    def _write_frames(self, frames: Mapping[str, pd.DataFrame]) -> None:
        for name, frame in frames.items():
            path = self.store.folder / RESULTS / f"{name}.parquet"
            path.parent.mkdir(exist_ok=True)
            draft = self.store.draft(path)
            frame.to_parquet(draft, index=False)
            draft.replace(path)


def waves(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """Runs of a round in stretches of which none needs the plan of another: workers do one at once.

    Parameters
    ----------
    runs
        The round; what a run needs beside it is there already.

    Raises
    ------
    ValueError
        Where runs need each other in a circle, which no kind asks for.
    """
    left = list(runs)
    while left:
        waiting = {run.id for run in left}
        wave = [run for run in left if not waiting & set(run.needs)]
        if not wave:
            raise ValueError(f"runs need each other in a circle: {sorted(waiting)}")
        yield wave
        left = [run for run in left if waiting & set(run.needs)]


def finished(store: Store, run: Run, entry: Mapping[str, Any]) -> Finished:
    """What has become of a run, as its folder says."""
    if entry["status"] == "solved":
        manifest = store.manifest(run.id)
        if manifest:
            return Finished(run, store.run_folder(run.id), manifest)
        return Finished(run, error="its run folder is gone or damaged", exit_status=1)
    failure = store.failure(run.id)
    error = str(failure.get("error", OPEN))
    return Finished(run, error=error, exit_status=int(failure.get("exit_status", 1)))


def _words(run: Run, number: int) -> dict[str, Any]:
    return {
        "id": run.id,
        "round": number,
        "labels": dict(run.labels),
        "changes": dict(run.changes),
        "task": run.task,
        "options": dict(run.options),
        "needs": list(run.needs),
    }


def run_of(entry: Mapping[str, Any]) -> Run:
    """The run that an entry of the index tells of."""
    return Run(
        id=entry["id"],
        changes=entry["changes"],
        labels=entry["labels"],
        task=entry["task"],
        options=entry["options"],
        needs=tuple(entry["needs"]),
    )
