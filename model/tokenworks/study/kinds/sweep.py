"""A sweep: cases, grids, lists and samples, all known beforehand."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import pandas as pd

from tokenworks.study.branches import solve_inputs
from tokenworks.study.expand import sweep_runs
from tokenworks.study.kinds import Answer
from tokenworks.study.runs import Finished, Job, Prepared, Run


class Sweep:
    """One round of runs, and no frames beside `Study.frame`."""

    def first(self, study: Prepared) -> Sequence[Run]:
        """Every run of the study file's sections."""
        return sweep_runs(study.spec)

    def further(self, study: Prepared, finished: Mapping[str, Finished]) -> Sequence[Run]:
        """None: all runs are known beforehand."""
        del study, finished
        return ()

    def frames(
        self, study: Prepared, finished: Mapping[str, Finished]
    ) -> Mapping[str, pd.DataFrame]:
        """None beside the frame of all runs."""
        del study, finished
        return {}


def solve_job(job: Job) -> Answer:
    """Solve as `tokenworks.solve` does, from a neighbour's plan where there is one."""
    return solve_inputs(job.inputs, time.perf_counter(), start=job.start), {}
