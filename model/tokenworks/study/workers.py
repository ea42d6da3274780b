"""Worker processes of our own: one that dies takes neither its siblings nor its run with it."""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from tokenworks.errors import SolverError
from tokenworks.study.execute import Receipt, Worker, lost
from tokenworks.study.messages import receive, send
from tokenworks.study.runs import Run
from tokenworks.study.store import LOG, Store
from tokenworks.study.warm import Warm

# A run whose worker has ended so often under it fails alone.
MOST_DEATHS = 3
# Workers that end before they are ready, one after the other: something is wrong with all of them.
MOST_FALSE_STARTS = 3
# Solvers and arrays would each start a thread for every core.
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")

Task = tuple[Run, str]
Begun = Callable[[Run], None]


class Pool(Protocol):
    """Where runs are done."""

    @property
    def workers(self) -> int:
        """How many runs are done at a time."""

    def receipts(self, tasks: Sequence[Task], begun: Begun) -> Iterator[Receipt]:
        """Do runs, given with their fingerprints; a receipt as each ends, in any order."""

    def close(self) -> None:
        """End all workers at once."""


class Inline:
    """Runs one after the other in this process: for few and small ones, and to look closely."""

    def __init__(self, warm: Warm, store: Store) -> None:
        self.workers: int = 1
        self._worker = Worker(warm, store)

    def receipts(self, tasks: Sequence[Task], begun: Begun) -> Iterator[Receipt]:
        """Do runs in their order."""
        for run, fingerprint in tasks:
            begun(run)
            yield self._worker.execute(run, fingerprint)

    def close(self) -> None:
        """Nothing to end."""


class Shares:
    """Tasks in one stretch for each worker, so that its runs are neighbours of each other."""

    def __init__(self, tasks: Sequence[Task], workers: int) -> None:
        ends = [len(tasks) * n // workers for n in range(workers + 1)]
        pairs = itertools.pairwise(ends)
        self._left = [deque(tasks[start:end]) for start, end in pairs]
        self._again: deque[Task] = deque()

    def again(self, task: Task) -> None:
        """Hand out a task once more, before all others."""
        self._again.append(task)

    def take(self, worker: int) -> Task | None:
        """The next task of a worker; of the longest stretch, its end, where its own is done."""
        if self._again:
            return self._again.popleft()
        if self._left[worker]:
            return self._left[worker].popleft()
        longest = max(self._left, key=len)
        # From the end: the other worker goes on from its neighbours at the start.
        return longest.pop() if longest else None


class _Child:
    """A worker process with the thread that listens to it."""

    def __init__(self, number: int, setup: Any, events: queue.Queue[Any], log: Path) -> None:
        self.number = number
        self.ready = False
        self.task: Task | None = None
        self._log = log
        root = str(Path(__file__).resolve().parents[2])
        paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
        environment = {**os.environ, "PYTHONPATH": paths, **dict.fromkeys(ONE_THREAD, "1")}
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tokenworks.study.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment,
            )
        threading.Thread(target=self._listen, args=(events,), daemon=True).start()
        self.tell(setup)

    def _listen(self, events: queue.Queue[Any]) -> None:
        assert self.process.stdout is not None  # noqa: S101 -- it was asked for
        with contextlib.suppress(EOFError, OSError, ValueError):
            while True:
                events.put((self, receive(self.process.stdout)))
        events.put((self, None))

    def tell(self, message: Any) -> None:
        """Send a message; a process that is gone is told of by its listener."""
        assert self.process.stdin is not None  # noqa: S101 -- it was asked for
        with contextlib.suppress(BrokenPipeError, OSError):
            send(self.process.stdin, message)

    def ended(self) -> str:
        """How it ended, in words."""
        status = self.process.wait()
        return f"signal {-status}" if status < 0 else f"exit status {status}"

    def last_words(self) -> str:
        """The end of what it said on standard error."""
        with contextlib.suppress(OSError):
            return self._log.read_text(encoding="utf-8", errors="replace").strip()[-500:]
        return ""

    def end(self) -> None:
        """End it now, and remove its log where that is empty."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError, ValueError):
                if pipe is not None:
                    pipe.close()
        with contextlib.suppress(OSError):
            if not self._log.stat().st_size:
                self._log.unlink()


class Processes:
    """Worker processes on this machine, of one thread each."""

    def __init__(self, warm: Warm, store: Store, workers: int) -> None:
        self.workers = workers
        self._warm = warm
        self._store = store
        self._events: queue.Queue[tuple[_Child, Any]] = queue.Queue()
        self._children: dict[int, _Child] = {}
        self._deaths: dict[str, int] = {}
        self._false_starts = 0

    def receipts(self, tasks: Sequence[Task], begun: Begun) -> Iterator[Receipt]:
        """Do runs; what a dead worker held is done again by another."""
        shares = Shares(tasks, self.workers)
        for number in range(min(self.workers, len(tasks))):
            if number not in self._children:
                self._start(number)
            elif self._children[number].ready:
                self._hand(self._children[number], shares, begun)
        left = len(tasks)
        while left:
            child, message = self._events.get()
            if self._children.get(child.number) is not child:
                continue  # the last words of one that was replaced
            if message is None:
                receipt = self._died(child, shares)
            else:
                receipt = message if isinstance(message, Receipt) else None
                child.ready, child.task = True, None
                self._false_starts = 0
            if receipt is not None:
                left -= 1
                yield receipt  # first, or for a moment more runs are at work than workers
            if child.ready:
                self._hand(child, shares, begun)

    def _hand(self, child: _Child, shares: Shares, begun: Begun) -> None:
        task = shares.take(child.number)
        if task is not None:
            child.task = task
            begun(task[0])
            child.tell(task)

    def _start(self, number: int) -> None:
        setup = (self._warm, self._store.folder)
        log = self._store.folder / LOG / f"worker-{number + 1}.txt"
        self._children[number] = _Child(number, setup, self._events, log)

    def _died(self, child: _Child, shares: Shares) -> Receipt | None:
        """Replace a worker; the receipt of its run where it is not tried again."""
        how, words, task = child.ended(), child.last_words(), child.task
        child.end()
        child.ready = False
        if task is None:
            self._false_starts += 1
            if self._false_starts >= MOST_FALSE_STARTS:
                raise SolverError(f"worker processes end before they begin ({how}): {words}")
        self._start(child.number)
        if task is None:
            return None
        run, fingerprint = task
        self._store.clean(run.id)
        self._deaths[run.id] = self._deaths.get(run.id, 0) + 1
        self._store.log("batch", "worker died", run.id, how=how)
        if self._deaths[run.id] >= MOST_DEATHS:
            return lost(run, fingerprint, self._deaths[run.id], how, self._store)
        shares.again(task)
        return None

    def close(self) -> None:
        """End all workers at once; what one was writing goes with it."""
        for child in self._children.values():
            child.end()
            if child.task is not None:
                self._store.clean(child.task[0].id)  # what it was writing
        self._children.clear()
