"""What the page of a study shows of it, read from its folder without its plans' inputs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from tokenworks.io.run_folder import HASH
from tokenworks.report.plots.studies.measures import level_words
from tokenworks.study.frame import study_frame
from tokenworks.study.runs import BASE, Finished
from tokenworks.study.study import Study

STATUS, RUN = "status", "run"
UNSOLVED = ("failed", "open")
# Chart of a kind: module of `report.plots.studies`, and the frame that it needs.
CHARTS = {
    "sweep": ("effects", None),
    "tornado": ("tornado", "tornado"),
    "pareto": ("pareto", "pareto"),
    "alternatives": ("alternatives", "alternatives"),
    "regret": ("regret", "regret"),
    "monte_carlo": ("monte_carlo", "monte_carlo"),
    "break_even": ("break_even", "break_even_tried"),
}
# Figures that runs are compared by, with words and a factor of the unit in them.
MEASURES: dict[str, tuple[str, float]] = {
    "objective_usd": ("present value [bn USD]", 1e-9),
    "cost_usd_per_mtoken": ("USD per million owned output tokens", 1.0),
    "all_served_usd_per_mtoken": ("USD per million tokens served", 1.0),
    "served_share": ("tokens served [%]", 100.0),
    "owned_share": ("tokens from own sites [%]", 100.0),
    "first_token_months": ("months to the first token", 1.0),
    "peak_it_mw": ("largest IT load [MW]", 1.0),
    "tokens_per_s_per_mw": ("output tokens/s per MW", 1.0),
    "mean_utilisation_fraction": ("mean utilisation [%]", 100.0),
    "net_present_value_usd": ("net present value [bn USD]", 1e-9),
}


@dataclass(frozen=True)
class StudyView:
    """A study as its page and its memo show it.

    Attributes
    ----------
    name, kind, title
        Of the study, and of its base.
    frame
        One row a run; see `tokenworks.study.frame.study_frame`.
    results
        Frames of the study's kind by name.
    folders
        Run to its folder, where it has a plan.
    identity
        Hash of what its runs are, for the page.
    heading, question
        What the study file calls it and asks; blank where it says nothing.
    finished
        Run to what has become of it.
    """

    name: str
    kind: str
    title: str
    frame: pd.DataFrame
    results: Mapping[str, pd.DataFrame]
    folders: Mapping[str, Path]
    identity: str
    heading: str = ""
    question: str = ""
    finished: Mapping[str, Finished] = field(default_factory=dict)

    @property
    def labels(self) -> list[str]:
        """Axes, cases and addresses that runs differ by."""
        columns = list(self.frame.columns)
        return columns[columns.index(RUN) + 1 : columns.index(STATUS)]

    @property
    def solved(self) -> pd.DataFrame:
        """Runs that have a plan."""
        return self.frame[~self.frame[STATUS].isin(UNSOLVED)].reset_index(drop=True)

    @property
    def measures(self) -> dict[str, str]:
        """Measures of which the runs have figures, with their words."""
        there = self.solved
        return {
            name: words
            for name, (words, _) in MEASURES.items()
            if name in there.columns and there[name].notna().any()
        }

    @property
    def usd_year(self) -> str:
        """The dollar year, or a dash where runs differ in it."""
        years = set(self.solved["usd_year"].dropna())
        return f"{int(years.pop())}" if len(years) == 1 else "several years"

    @property
    def branched(self) -> bool:
        """Whether the base's plan is one for each branch, of which no memo is made."""
        base = self.finished.get(BASE)
        told = base.manifest.get("summary") if base is not None else None
        parts = list(told.values()) if isinstance(told, dict) else []
        return bool(parts) and all(isinstance(part, dict) for part in parts)

    @property
    def drawn(self) -> Drawn:
        """The study as the charts of `report.plots.studies` take it."""
        return Drawn(self)

    def named(self, run: object) -> str:
        """A run in words: its levels, or its id."""
        row = self.frame[self.frame[RUN] == run].iloc[0]
        levels = [level_words(row[label]) for label in self.labels]
        words = ", ".join(level for level in levels if level)
        return words or str(run)


@dataclass(frozen=True)
class Drawn:
    """A study whose frames are read once; see `tokenworks.report.plots.studies.measures`."""

    view: StudyView

    @property
    def name(self) -> str:
        """Name of the study."""
        return self.view.name

    def frame(self) -> pd.DataFrame:
        """One row a run."""
        return self.view.frame

    def results(self) -> Mapping[str, pd.DataFrame]:
        """Frames of the study's kind by name."""
        return self.view.results


def view_of(study: Study) -> StudyView:
    """What is shown of a study; its plans' inputs are not read."""
    known = study.finished()
    folders = {name: one.folder for name, one in known.items() if one.folder is not None}
    base = known[BASE].manifest if BASE in known else {}
    seen = [[name, str(one.manifest.get(HASH)), one.error] for name, one in known.items()]
    digest = hashlib.sha256(json.dumps([study.name, study.kind, seen]).encode()).hexdigest()
    return StudyView(
        study.name,
        study.kind,
        str(base.get("title", "")),
        study_frame(known.values()),
        study.results(),
        folders,
        f"study {digest}",
        study.title,
        study.question,
        known,
    )


def in_unit(values: pd.Series[float], measure: str) -> pd.Series[float]:
    """Figures of a measure in the unit of its words."""
    return pd.to_numeric(values) * MEASURES[measure][1]


def chart_module(view: StudyView) -> Any:
    """The module that draws what a study has found; None where there is nothing to draw."""
    name, needs = CHARTS.get(view.kind, CHARTS["sweep"])
    if needs is not None and (needs not in view.results or view.results[needs].empty):
        return None
    module: Any = import_module(f"tokenworks.report.plots.studies.{name}")
    return module if len(module.frame(view.drawn)) else None
