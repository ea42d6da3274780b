"""What the memo of a study is written from: its runs, its findings, and figures looked up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from tokenworks.report.memo import blocks as b
from tokenworks.report.memo.figures import Book, Figure, How, found
from tokenworks.report.memo.forms import Form
from tokenworks.report.memo.varied import varied
from tokenworks.report.study_view import StudyView
from tokenworks.study.runs import BASE

RUNS, VARIED = "study/runs", "study/varied"
_MILLIONS_FROM_USD = 1e7


@dataclass(frozen=True)
class StudyFacts:
    """A study with everything that its memo says.

    Attributes
    ----------
    view
        The study.
    book
        Its tables by the names that references use: ``study/runs``, ``study/varied``, and those
        of its kind, such as ``study/tornado``.
    """

    view: StudyView
    book: Book

    @property
    def title(self) -> str:
        """As the study file has it, or its name."""
        return self.view.heading or self.view.name

    @property
    def kind(self) -> str:
        """Kind of the study in words."""
        return self.view.kind.replace("_", " ")

    @cached_property
    def created(self) -> str:
        """When the last of its plans was solved, ISO 8601; the same study, the same memo."""
        known = (str(one.manifest.get("created", "")) for one in self.view.finished.values())
        return max(known, default="")

    @property
    def base_failed(self) -> str:
        """Why the base has no plan; nothing where it has one."""
        base = self.view.finished.get(BASE)
        if base is None:
            return "it is not among the runs"
        return "" if base.solved else base.error

    @cached_property
    def earning(self) -> bool:
        """Whether the plans seek the most net present value, not the least cost."""
        return bool(self.view.solved["net_present_value_usd"].notna().any())

    @cached_property
    def money(self) -> tuple[Form, str]:
        """How present values are printed in tables, and the unit."""
        usd = pd.to_numeric(self.view.solved["objective_usd"]).abs()
        year = self.view.usd_year
        if len(usd) and float(usd.max()) < _MILLIONS_FROM_USD:
            return "count", f"USD of {year}"
        return "m", f"m USD of {year}"

    @property
    def value_words(self) -> str:
        """What the objective of the plans is."""
        return "present value of cost" + (" less revenue" if self.earning else "")

    def of_run(self, run: object, column: str, form: Form, words: str = "–") -> Figure:
        """A figure of a run."""
        return self.book.figure(found(RUNS, column, "only", run=run), form, words=words)

    def of_runs(self, column: str, how: How, form: Form) -> Figure:
        """A figure gathered over all runs."""
        return self.book.figure(found(RUNS, column, how), form)

    def between(self, low: Figure, high: Figure) -> b.Cell:
        """An interval."""
        if low.value is None and high.value is None:
            return "–"
        return (low, " to ", high)


def study_facts(view: StudyView) -> StudyFacts:
    """Gather what the memo of a study says."""
    frames = {RUNS: view.frame, VARIED: varied(view)}
    frames |= {f"study/{name}": frame for name, frame in view.results.items()}
    return StudyFacts(view, Book(frames, {}))


def cut(text: object, most: int = 300) -> str:
    """A text of an error, cut to what a table holds."""
    words = str(text)
    return words if len(words) <= most else words[: most - 1] + "…"


def names(view: StudyView, runs: Iterable[object]) -> list[str]:
    """Runs in the words of their levels."""
    return [view.named(run) for run in runs]
