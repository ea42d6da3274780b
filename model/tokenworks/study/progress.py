"""How far a study has come: what a display shows while it runs."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Protocol

from tokenworks.solver.told import bar_of
from tokenworks.study.execute import Receipt
from tokenworks.study.runs import Run

Best = tuple[float, str]


@dataclass
class Progress:
    """Counts of a study that is being run.

    Attributes
    ----------
    total
        Runs known so far; some kinds add to them round by round.
    present
        Of them, on disk from before.
    solved, failed
        Of them, ended in this call.
    running
        Ids of runs at work.
    best, worst
        Least and greatest objective in USD, with the run's id; None before there is one.
    """

    total: int = 0
    present: int = 0
    solved: int = 0
    failed: int = 0
    running: set[str] = field(default_factory=set)
    best: Best | None = None
    worst: Best | None = None
    started: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> int:
        """Runs that have a plan, on disk from before or solved now."""
        return self.present + self.solved

    @property
    def seconds_left(self) -> float | None:
        """Expected time to the end, at the pace so far; None before anything has ended."""
        ended = self.solved + self.failed
        left = self.total - self.present - ended
        if not ended or left < 0:
            return None
        return (time.monotonic() - self.started) / ended * left

    def begun(self, run: Run) -> None:
        """A run has been handed out."""
        self.running.add(run.id)

    def ended(self, receipt: Receipt) -> None:
        """A run has ended."""
        self.running.discard(receipt.run_id)
        if receipt.status == "failed":
            self.failed += 1
        else:
            self.solved += 1
            self.ranked(receipt.objective_usd, receipt.run_id)

    def ranked(self, objective_usd: float | None, run_id: str) -> None:
        """Count a plan among the best and the worst."""
        if objective_usd is None:
            return
        found = (objective_usd, run_id)
        self.best = found if self.best is None else min(self.best, found)
        self.worst = found if self.worst is None else max(self.worst, found)


class Display(Protocol):
    """Something that shows progress, on standard error."""

    def show(self, progress: Progress) -> None:
        """Show how far it has come."""

    def close(self) -> None:
        """Leave what is shown last."""


class Silent:
    """Shows nothing."""

    def show(self, progress: Progress) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class Bar:
    """A bar in the terminal or the notebook."""

    def __init__(self, name: str) -> None:
        self._bar = bar_of(desc=name, unit="run", dynamic_ncols=True)

    def show(self, progress: Progress) -> None:
        """Show counts, and the best and the worst so far."""
        self._bar.total = progress.total
        self._bar.n = progress.done + progress.failed
        self._bar.set_postfix(
            failed=progress.failed,
            running=len(progress.running),
            **{
                word: f"{found[0] / 1e9:.4g} bn USD"
                for word, found in (("best", progress.best), ("worst", progress.worst))
                if found is not None
            },
            refresh=True,
        )

    def close(self) -> None:
        """Leave the bar as it is."""
        self._bar.close()
