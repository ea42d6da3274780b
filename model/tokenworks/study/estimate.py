"""How long a study will take, from what is known: stated, and no promise."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from tokenworks.study.execute import is_of
from tokenworks.study.reading import ReadStudy
from tokenworks.study.runs import BASE, Run
from tokenworks.study.store import Store

# Where nothing has been measured. Seconds of a cold solve against columns: `us-tiny` with 2,977
# columns takes 3 s at a gap of 0.5 %, `us-quick` with 21,378 takes 30 s: about 1.2 ms a column
# (tests/benchmarks/README.md). Programs differ by a factor of three either way.
SECONDS_PER_COLUMN = 1.2e-3
# Share of a cold solve that a run takes after its neighbour; measured 0.3 to 0.6.
NEIGHBOUR_SHARE = 0.4


@dataclass(frozen=True)
class Estimate:
    """What running a study will take.

    Attributes
    ----------
    runs
        Runs of the first round; a kind that searches adds to them.
    present
        Of them, on disk already.
    seconds
        For the others, with the workers asked for.
    reason
        On what it rests.
    """

    runs: tuple[Run, ...]
    present: int
    seconds: float
    reason: str


def estimate(study: ReadStudy, runs: Sequence[Run], store: Store, workers: int) -> Estimate:
    """Estimate a study.

    Parameters
    ----------
    study, runs
        The study and its runs.
    store
        The folder in which it would run.
    workers
        Worker processes.
    """
    present = sum(is_of(store.manifest(run.id), study.warm.fingerprint(run)) for run in runs)
    left = len(runs) - present
    known = store.manifest(BASE).get("seconds", {}).get("total")
    if known:
        cold, reason = float(known), f"the base took {known:.1f} s"
    else:
        from tokenworks.build import build  # noqa: PLC0415 -- only to count columns
        from tokenworks.solver.matrix import compile_matrix  # noqa: PLC0415

        columns = len(compile_matrix(build(study.warm.inputs({})).pyomo).columns)
        cold = columns * SECONDS_PER_COLUMN
        reason = f"{columns:,} columns at {SECONDS_PER_COLUMN * 1e3:.1f} ms, from other scenarios"
    apart = min(workers, max(left, 1))
    seconds = cold * (apart + NEIGHBOUR_SHARE * max(0, left - apart)) / apart if left else 0.0
    reason += f"; after its neighbour a run takes about {NEIGHBOUR_SHARE:.0%} of that"
    return Estimate(tuple(runs), present, seconds, reason)


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
