"""A study as its users meet it: loaded, run, and read as one frame."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import yaml

from tokenworks.errors import InputError, Problem
from tokenworks.io.places import shown_path
from tokenworks.io.scenario_files import scenario_to_yaml
from tokenworks.io.yaml_text import read_yaml
from tokenworks.plan import Plan
from tokenworks.schema.study import StudySpec
from tokenworks.study.engine import Engine, finished, run_of
from tokenworks.study.estimate import Estimate, cores, estimate
from tokenworks.study.export import csv_text
from tokenworks.study.frame import OPEN, study_frame
from tokenworks.study.kinds import kind_of
from tokenworks.study.names import shipped_studies
from tokenworks.study.progress import Bar, Display
from tokenworks.study.query import query
from tokenworks.study.reading import ReadStudy, read_study
from tokenworks.study.runs import BASE, Finished, Run
from tokenworks.study.store import BASE_FILE, INDEX, RESULTS, STUDY, TABLE, Store, write_text
from tokenworks.study.workers import Inline, Pool, Processes

if TYPE_CHECKING:
    from tokenworks.report.page.write import Page
    from tokenworks.report.plots.studies import StudyPlots
    from tokenworks.variants import Usual


class Study:
    """Many plans of one base.

    Load one with `Study.load`; `run` solves what has not been solved yet and gives the study back.

    Attributes
    ----------
    name, kind
        As the study file says.
    folder
        Where its runs lie, or will lie.
    """

    def __init__(self, name: str, kind: str, folder: Path, read: ReadStudy | None = None) -> None:
        self.name = name
        self.kind = kind
        self.folder = Path(folder)
        self._read = read

    @classmethod
    def load(cls, path: Path | str, out: Path | str | None = None) -> Study:
        """Load a study, or the folder of one that has been run.

        Parameters
        ----------
        path
            Name of a shipped study, a study file, or the folder of a study.
        out
            Folder for its runs; ``runs/<name>`` in the current directory where None.

        Raises
        ------
        InputError
            With every problem of the study and its base.
        """
        if Path(path).is_dir() and str(path) not in shipped_studies():
            return _of_folder(Path(path))
        read = read_study(path)
        spec = read.prepared.spec
        return cls(spec.name, spec.kind, Path(out or Path("runs") / spec.name), read)

    def __repr__(self) -> str:
        """Name, kind and how much of it is done."""
        states = self.frame()["status"]
        failed, left = int((states == "failed").sum()), int((states == "open").sum())
        done = len(states) - failed - left
        return (
            f"Study({self.name!r}, {self.kind}: {done} of {len(states)} runs done, "
            f"{failed} failed, in {self.folder})"
        )

    def _repr_html_(self) -> str:
        from tokenworks.report.display import study_html  # noqa: PLC0415 -- a floor above

        return study_html(self)

    @property
    def plot(self) -> StudyPlots:
        """Its charts: `study.plot.tornado()`, with `interactive=True` for screens."""
        from tokenworks.report.plots.studies import StudyPlots  # noqa: PLC0415 -- a floor above

        return StudyPlots(self)

    @property
    def title(self) -> str:
        """What the study file calls it; blank where it does not."""
        return self._written("title")

    @property
    def question(self) -> str:
        """What the study file asks; blank where it does not."""
        return self._written("question")

    def explore(self, to: Path | str | None = None, *, force: bool = False) -> Page:
        """One page of the study: its findings, runs and maps; see `Plan.explore`.

        Parameters
        ----------
        to
            An `.html` file to write; where None, the page is returned alone.
        force
            True to replace a file that is no page of this study.

        Raises
        ------
        InputError
            Where the file cannot be written, or another stands there.
        """
        from tokenworks.report.page.write import explore_study  # noqa: PLC0415 -- a floor above

        return explore_study(self, to, force=force)

    def memo(self, to: Path | str, *, usual: Usual | None = None, force: bool = False) -> Path:
        """Write the memo of the study and of its base plan; see `Plan.memo`.

        Parameters
        ----------
        to
            A .docx, .pdf or .html file, or .xlsx for the workbook.
        usual
            What stands beside the base plan, rent or grid; kept or solved by default.
        force
            True to replace a file that exists.

        Raises
        ------
        InputError
            Where no run has a plan yet, or the file cannot be written or exists.
        """
        from tokenworks.report.memo.deliver import memo_of_study  # noqa: PLC0415 -- a floor above

        return memo_of_study(self, Path(to), kind=usual, force=force)

    @property
    def spec(self) -> StudySpec:
        """What the study file says."""
        return self._loaded().prepared.spec

    @property
    def store(self) -> Store:
        """The study's folder."""
        return Store(self.folder)

    def planned(self) -> list[Run]:
        """Runs of the first round, the base first."""
        read = self._loaded()
        runs = {BASE: Run(BASE, {}, {"case": BASE})}
        runs |= {run.id: run for run in kind_of(self.kind).first(read.prepared)}
        return list(runs.values())

    def estimate(self, workers: int | None = None) -> Estimate:
        """How many runs there are, and about how long they take."""
        return estimate(self._loaded(), self.planned(), self.store, workers or cores())

    def run(
        self,
        workers: int | None = None,
        *,
        scheduler: str | None = None,
        display: Display | None = None,
    ) -> Study:
        """Run what is not on disk yet.

        Parameters
        ----------
        workers
            Worker processes; one for each core where None, none but this one where 0.
        scheduler
            Address of a Dask scheduler, whose workers do the runs in place of our own.
        display
            Shows progress; a bar on standard error where None.

        Returns
        -------
        Study
            Itself. A run that failed is recorded: see the column ``error`` of `frame`.

        Raises
        ------
        InputError
            Where the folder holds something else, or another batch runs in it.
        """
        read, store = self._loaded(), self.store
        store.check_mine(self.name)
        with store.locked():
            store.clean()
            self._write_study(read, store)

            def pool() -> Pool:
                return _pool(read, store, workers, scheduler)

            shown = display or Bar(self.name)
            try:
                Engine(read.prepared, read.warm, store, pool, shown).run()
                store.clean()  # what a worker of a cluster that died was writing
            finally:
                self.to_csv()
        return self

    def to_csv(self, path: Path | str | None = None) -> Path:
        """Write `frame` as CSV, safe to open in a spreadsheet; ``runs.csv`` in the study's folder.

        Parameters
        ----------
        path
            Another file.
        """
        target = Path(path) if path is not None else self.folder / TABLE
        write_text(target, csv_text(self.frame()))
        return target

    def finished(self) -> dict[str, Finished]:
        """Id to what has become of every run, in the order of the study."""
        store = self.store
        entries = store.index().get("runs", ())
        found = {entry["id"]: finished(store, run_of(entry), entry) for entry in entries}
        if self._read is not None and not found:
            found = {run.id: Finished(run, error=OPEN) for run in self.planned()}
        return found

    def plan(self, run_id: str = BASE) -> Plan:
        """The plan of a run, read from its folder."""
        known = self.finished()
        if run_id not in known:
            words = f"there is no run {run_id!r}"
            raise InputError([Problem(str(self.folder), 0, "", words, "see the column `run`")])
        return known[run_id].plan()

    def frame(self) -> pd.DataFrame:
        """One row a run; see `tokenworks.study.frame.study_frame`."""
        return study_frame(self.finished().values())

    def results(self) -> Mapping[str, pd.DataFrame]:
        """Frames of the study's kind by name, such as the front of a Pareto study."""
        paths = sorted((self.folder / RESULTS).glob("*.parquet"))
        return {path.stem: _read_result(path) for path in paths}

    def query(self, sql: str) -> pd.DataFrame:
        """SQL over the tables of all runs; see `tokenworks.study.query.query`."""
        known = self.finished()
        return query(self.store, sql, study_frame(known.values()), known.values())

    def _written(self, key: str) -> str:
        """A text of the study file, or of the one that its folder keeps."""
        if self._read is not None:
            return str(getattr(self._read.prepared.spec, key))
        kept = self.folder / STUDY
        return str(read_yaml(kept, shown_path(kept)).data.get(key) or "")

    def _loaded(self) -> ReadStudy:
        if self._read is None:
            words = "the folder of a study is read, not run"
            remedy = "load the study file that it was made from, with the same `out`"
            raise InputError([Problem(str(self.folder), 0, "", words, remedy)])
        return self._read

    def _write_study(self, read: ReadStudy, store: Store) -> None:
        spec = read.prepared.spec
        data = spec.model_dump(by_alias=True, exclude_unset=True)
        data = {**data, "base": BASE_FILE}
        store.write(STUDY, yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=1000))
        store.write(BASE_FILE, scenario_to_yaml(read.prepared.base))


def _of_folder(folder: Path) -> Study:
    index = Store(folder).index()
    runs = index.get("runs")
    whole = isinstance(index.get("study"), str) and isinstance(runs, list)
    if not whole or not all(map(_is_entry, runs or ())):
        words = f"the folder holds no study ({INDEX} is missing or damaged)"
        remedy = "name a study file, or a folder that `tokenworks batch` wrote"
        raise InputError([Problem(str(folder), 0, "", words, remedy)])
    return Study(index["study"], str(index.get("kind", "sweep")), folder)


def _is_entry(entry: object) -> bool:
    """Whether an entry of the index is of a run."""
    if not isinstance(entry, dict):
        return False
    texts = all(isinstance(entry.get(key), str) for key in ("id", "status", "task"))
    mappings = all(isinstance(entry.get(key), dict) for key in ("labels", "changes", "options"))
    return texts and mappings and isinstance(entry.get("needs"), list)


def _read_result(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        words = f"the table cannot be read: {str(error).splitlines()[0]}"
        remedy = "delete it and run the study again: what is solved is left alone"
        raise InputError([Problem(shown_path(path), 0, "", words, remedy)]) from error


def _pool(read: ReadStudy, store: Store, workers: int | None, scheduler: str | None) -> Pool:
    if scheduler is not None:
        from tokenworks.study.cluster import Cluster  # noqa: PLC0415 -- an extra

        return Cluster(read.warm.base, store, scheduler)
    if workers == 0:
        return Inline(read.warm, store)
    return Processes(read.warm, store, workers or cores())
