"""Runs on a Dask cluster: tasks write their run folder, and hand back a receipt.

Workers need the study's folder and the files of its tables under the same paths, as a shared file
system gives them, and this package with the extra `cluster`. Dask computes again what a dead worker
held; a run that is on disk by then is not, since its folder is looked at first. A run that ends its
worker as often as the scheduler allows (`distributed.scheduler.allowed-failures`) fails alone.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tokenworks.errors import InputError, Problem
from tokenworks.schema.scenario import Scenario
from tokenworks.study.execute import Receipt, Worker, lost
from tokenworks.study.runs import Run
from tokenworks.study.store import Store
from tokenworks.study.warm import Warm
from tokenworks.study.workers import Begun, Task

CONNECT_S = "30s"

_LOCK = threading.Lock()
_WORKERS: dict[tuple[str, str], Worker] = {}


class Cluster:
    """Workers of a Dask scheduler."""

    def __init__(self, base: Scenario, store: Store, address: str) -> None:
        try:
            from distributed import Client  # noqa: PLC0415 -- three seconds, and an extra
        except ImportError as error:
            remedy = 'install it with `pip install "tokenworks[cluster]"`'
            words = "Dask is not installed"
            raise InputError([Problem("--scheduler", 0, "", words, remedy)]) from error
        try:
            self._client: Any = Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            words = f"no Dask scheduler answers at {address}"
            remedy = "start `dask scheduler` and name its address, such as tcp://host:8786"
            raise InputError([Problem("--scheduler", 0, "", words, remedy)]) from error
        self._base = base
        self._store = store

    @property
    def workers(self) -> int:
        """Workers there are now; others may join."""
        return len(self._client.scheduler_info(n_workers=-1)["workers"])

    def receipts(self, tasks: Sequence[Task], begun: Begun) -> Iterator[Receipt]:
        """Submit all runs in their order, and yield receipts as they come."""
        from distributed import as_completed  # noqa: PLC0415 -- three seconds, and an extra

        folder = str(self._store.folder)
        futures = {}
        for place, (run, fingerprint) in enumerate(tasks):
            future = self._client.submit(
                execute,
                self._base,
                folder,
                run,
                fingerprint,
                key=f"{run.id}-{uuid.uuid4().hex[:8]}",
                priority=-place,
                pure=False,
            )
            futures[future] = (run, fingerprint)
            begun(run)
        try:
            for future in as_completed(list(futures), loop=self._client.loop):
                yield self._receipt(future, *futures[future])
        finally:
            self._client.cancel(list(futures))

    def _receipt(self, future: Any, run: Run, fingerprint: str) -> Receipt:
        error = future.exception()
        if error is None:
            receipt: Receipt = future.result()
            return receipt
        deaths = getattr(error, "allowed_failures", 0) + 1
        return lost(run, fingerprint, deaths, type(error).__name__, self._store)

    def close(self) -> None:
        """Leave the cluster, which goes on."""
        self._client.close()


def execute(base: Scenario, folder: str, run: Run, fingerprint: str) -> Receipt:
    """Do a run in a worker of a cluster, one at a time in a process."""
    with _LOCK:
        key = (folder, base.model_dump_json())
        if key not in _WORKERS:
            _WORKERS.clear()  # a worker that goes from study to study keeps the last alone
            _WORKERS[key] = Worker(Warm.of(base), Store(Path(folder)))
        return _WORKERS[key].execute(run, fingerprint)
