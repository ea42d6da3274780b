"""One run in a worker: assembled, solved, written to its folder, and a receipt handed back."""

from __future__ import annotations

import os
import platform
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tokenworks.errors import InputError, TokenworksError
from tokenworks.inputs import Inputs
from tokenworks.plan import Plan, save_run
from tokenworks.schema.wording import listed
from tokenworks.stored import read_plan
from tokenworks.study.branches import BranchedPlan
from tokenworks.study.kinds import task_of
from tokenworks.study.runs import Job, Run, canonical
from tokenworks.study.store import RUN, Store
from tokenworks.study.warm import Warm

# Plans kept for neighbours: the last, and the one before it, to which a snake may turn back.
PLANS_KEPT = 2


@dataclass(frozen=True)
class Receipt:
    """What a worker says of a run; the plan itself is on disk.

    Attributes
    ----------
    run_id
        The run.
    status
        ``solved``, ``reused`` (the same inputs were on disk) or ``failed``.
    fingerprint
        See `Warm.fingerprint`.
    inputs_sha256
        Of the run's inputs; empty where they could not be made.
    objective_usd
        Of its plan.
    seconds
        Wall time in the worker.
    error, exit_status
        Words and kind of the error, of a run that failed.
    """

    run_id: str
    status: str
    fingerprint: str
    inputs_sha256: str = ""
    objective_usd: float | None = None
    seconds: float = 0.0
    error: str = ""
    exit_status: int = 0


@dataclass
class Worker:
    """What a worker process keeps between runs.

    Attributes
    ----------
    warm
        The base in memory.
    store
        The study's folder.
    process
        Name of the process in the log.
    kept
        Last plans, each with the changes that it was made of: the neighbours.
    """

    warm: Warm
    store: Store
    process: str = ""
    kept: list[tuple[Mapping[str, Any], Plan]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Name the process where nobody else has."""
        self.process = self.process or f"{platform.node()}-{os.getpid()}"

    def execute(self, run: Run, fingerprint: str) -> Receipt:
        """Do a run; every error becomes a receipt, and only an interrupt goes through."""
        began = time.perf_counter()
        receipt = Receipt(run.id, "failed", fingerprint)
        try:
            receipt = self._done(run, receipt)
        except TokenworksError as error:
            receipt = self._failed(run, receipt, str(error), error.exit_status)
        except Exception as error:  # one run's fault is not the batch's
            where = traceback.extract_tb(error.__traceback__)[-1]
            words = f"{type(error).__name__}: {error} (in {where.name}, line {where.lineno})"
            receipt = self._failed(run, receipt, words, 1)
        return replace(receipt, seconds=time.perf_counter() - began)

    def _done(self, run: Run, receipt: Receipt) -> Receipt:
        present = self.store.manifest(run.id)
        if not self.store.is_whole(run.id, present):
            present = {}
        if is_of(present, receipt.fingerprint):
            return self._reused(run, receipt, present)
        before = time.process_time()
        inputs = self.warm.inputs(run.changes)
        receipt = replace(receipt, inputs_sha256=inputs.sha256)
        needs = {other: self.store.manifest(other) for other in run.needs}
        without = [other for other, manifest in needs.items() if not manifest]
        if without:  # no fault of this run's inputs: started again, it is tried again
            raise TokenworksError(f"it starts from the plan of {listed(without)}, which has none")
        said = _said(run, needs)
        if present.get("inputs_sha256") == inputs.sha256 and _same(present, said):
            return self._reused(run, receipt, present)
        self.store.log(self.process, "begun", run.id)
        plan, beside = task_of(run.task)(self._job(run, inputs))
        self._write(run, plan, {**beside, **said, "fingerprint": receipt.fingerprint})
        spent = round(time.process_time() - before, 4)
        self.store.log(self.process, "solved", run.id, processor_s=spent)
        if isinstance(plan, Plan):
            self._keep(run, plan)
        return replace(receipt, status="solved", objective_usd=float(plan.objective_usd))

    def _reused(self, run: Run, receipt: Receipt, present: Mapping[str, Any]) -> Receipt:
        """What is on disk is never computed again."""
        self.store.log(self.process, "reused", run.id)
        return replace(
            receipt,
            status="reused",
            inputs_sha256=str(present.get("inputs_sha256", "")),
            objective_usd=present.get("objective_usd"),
        )

    def _job(self, run: Run, inputs: Inputs) -> Job:
        plans = {other: read_plan(self.store.run_folder(other)) for other in run.needs}
        return Job(inputs, run.options, plans, self._neighbour(run))

    def _neighbour(self, run: Run) -> Plan | None:
        """The kept plan whose changes differ least; the later one of two alike."""
        nearest = min(
            reversed(self.kept), key=lambda one: _distance(one[0], run.changes), default=None
        )
        return None if nearest is None else nearest[1]

    def _keep(self, run: Run, plan: Plan) -> None:
        self.kept = [*self.kept, (run.changes, plan)][-PLANS_KEPT:]

    def _write(self, run: Run, plan: Plan | BranchedPlan, said: Mapping[str, Any]) -> None:
        stocks = plan.stocks if isinstance(plan, Plan) else None
        manifest = {**plan.manifest(), RUN: said}
        self.store.remove_run(run.id)  # of other inputs, of another task, or damaged
        folder = self.store.run_folder(run.id)
        try:
            save_run(plan.inputs, manifest, plan.tables, folder, stocks)
        except InputError as error:
            # A full disk is no fault of the inputs: started again, the run is tried again.
            raise TokenworksError(str(error)) from error
        self.store.forget_failure(run.id)

    def _failed(self, run: Run, receipt: Receipt, words: str, exit_status: int) -> Receipt:
        failure = {
            **_said(run, {}),
            "error": words,
            "exit_status": exit_status,
            "fingerprint": receipt.fingerprint,
            "inputs_sha256": receipt.inputs_sha256,
        }
        self.store.write_failure(run.id, failure)
        self.store.log(self.process, "failed", run.id)
        return replace(receipt, status="failed", error=words, exit_status=exit_status)


def _said(run: Run, needs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What the manifest says of the run itself."""
    return {
        "id": run.id,
        "labels": dict(run.labels),
        "changes": dict(run.changes),
        "task": run.task,
        "options": dict(run.options),
        "needs": {other: _plan_of(manifest) for other, manifest in needs.items()},
    }


def _plan_of(manifest: Mapping[str, Any]) -> list[Any]:
    """What names a plan: its inputs and its cost."""
    return [manifest.get("inputs_sha256"), manifest.get("objective_usd")]


def _same(manifest: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    """Whether the run on disk was solved in the same way, from the same other runs."""
    found = manifest.get(RUN)
    keys = ("task", "options", "needs")
    return isinstance(found, dict) and all(
        canonical(found.get(key)) == canonical(said[key]) for key in keys
    )


def _distance(one: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    """In how many addresses two runs differ."""
    return sum(one.get(address) != other.get(address) for address in {*one, *other})


def is_of(written: Mapping[str, Any], fingerprint: str) -> bool:
    """Whether the manifest of a run, or its failure, is of that fingerprint."""
    of_run = written.get(RUN, written)
    return isinstance(of_run, dict) and of_run.get("fingerprint") == fingerprint


def lost(run: Run, fingerprint: str, times: int, how: str, store: Store) -> Receipt:
    """Record a run whose worker ended under it as often as is tried."""
    words = f"its worker process ended {times} times while it ran ({how})"
    failure = {**_said(run, {}), "error": words, "exit_status": 1, "fingerprint": fingerprint}
    store.write_failure(run.id, failure)
    return Receipt(run.id, "failed", fingerprint, error=words, exit_status=1)
