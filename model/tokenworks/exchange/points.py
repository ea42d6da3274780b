"""Operating points from the results of others: aiconfigurator's and MLPerf's files, as they are.

A mapping says which of our systems and models theirs are; nothing of it is guessed from a name.
Rows that cannot become a point are answered all at once, by file, row and column.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from tokenworks.errors import InputError, Problem
from tokenworks.exchange.files import plain_text, written_beside
from tokenworks.exchange.loadgen import Summary, read_summary
from tokenworks.exchange.mapping import ResultMapping, SystemMapping
from tokenworks.schema.tables import INPUT_TABLES

POINTS = INPUT_TABLES["operating_points"]
Form = Literal["aiconfigurator", "mlperf-results", "mlperf-log"]
LARGEST_BYTES = 100_000_000


@dataclass
class _Reading:
    """Points and problems as they are found."""

    file: str
    mapping: ResultMapping
    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def wrong(self, row: int, column: str, problem: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, row, column, problem, remedy))

    def number(self, row: int, entry: Mapping[str, Any], column: str) -> float | None:
        """A finite figure of a cell; the problem is noted where it is none."""
        text = entry.get(column)
        try:
            figure = float(str(text).replace(",", ""))
        except ValueError:
            figure = math.nan
        if math.isfinite(figure) and figure >= 0.0:
            return figure
        words = "the column is missing" if text is None else f"`{text}` is no figure of 0 or more"
        self.wrong(row, column, words, "give the file as the tool wrote it")
        return None

    def known(self, row: int, column: str, name: str, of: Mapping[str, Any], section: str) -> Any:
        """What the mapping says of a name; the problem is noted where it says nothing."""
        if name in of:
            return of[name]
        listed = ", ".join(f"`{one}`" for one in of) or "nothing"
        remedy = f"add it to `{section}` of the mapping, which has {listed}"
        self.wrong(row, column, f"`{name}` is not mapped", remedy)
        return None


@dataclass(frozen=True)
class ReadPoints:
    """Operating points, and what was left out by rule.

    Attributes
    ----------
    table
        Rows of our table `operating_points`.
    skipped
        Rows that make no point, and why: none of them is a fault of the file.
    """

    table: pd.DataFrame
    skipped: tuple[str, ...]

    def write(self, path: Path | str, force: bool = False) -> Path:
        """Write them as a table, .csv or .parquet, that a scenario can name."""
        path = Path(path)
        if path.suffix.lower() not in (".csv", ".parquet"):
            words = "it is no table's ending"
            raise InputError([Problem(str(path), 0, "", words, "end it in .csv or .parquet")])
        with written_beside(path, force) as draft:
            if path.suffix.lower() == ".parquet":
                self.table.to_parquet(draft, index=False)
            else:
                frame = self.table.copy()
                for column in frame.select_dtypes(exclude="number"):
                    frame[column] = frame[column].map(
                        lambda one: plain_text(one) if isinstance(one, str) else one
                    )
                frame.to_csv(draft, index=False, lineterminator="\n")
        return path


def read_operating_points(
    path: Path | str, mapping: ResultMapping, form: Form | None = None
) -> ReadPoints:
    """Read results of aiconfigurator or MLPerf as rows of our table `operating_points`.

    Parameters
    ----------
    path
        aiconfigurator's ``best_config_topn.csv`` or ``pareto.csv``, or a JSON list of such rows;
        MLPerf's ``summary_results.json``, or its rows as CSV; or a ``mlperf_log_summary.txt``,
        whose folders say system, benchmark and scenario.
    mapping
        From `read_mapping`.
    form
        Which of them it is; told from its columns where None.

    Raises
    ------
    InputError
        With every problem of the file at once.
    """
    path = Path(path)
    text = _text(path)
    reading = _Reading(str(path), mapping)
    if form == "mlperf-log" or (form is None and path.suffix.lower() == ".txt"):
        _from_log(reading, path, read_summary(text))
    else:
        entries = list(_entries(path, text))
        form = form or _form(path, entries)
        for row, entry in entries:
            (_from_aiconfigurator if form == "aiconfigurator" else _from_mlperf)(
                reading, row, entry
            )
    if not reading.rows and not reading.problems:
        reading.wrong(
            0, "", "no row of it makes a point", "; ".join(reading.skipped) or "see a file"
        )
    if reading.problems:
        raise InputError(reading.problems)
    return ReadPoints(_table(reading.rows), tuple(reading.skipped))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            words = "the file is larger than 100 MB"
            raise InputError([Problem(str(path), 0, "", words, "give the rows that matter")])
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        words = "the file cannot be read as UTF-8 text"
        raise InputError([Problem(str(path), 0, "", words, "name a result file")]) from error


def _entries(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Rows with their number: of a CSV file its line, of JSON the place in its list."""
    if path.suffix.lower() != ".json":
        yield from enumerate(csv.DictReader(io.StringIO(text)), start=2)
        return
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        words = "it is no JSON"
        raise InputError([Problem(str(path), 0, "", words, "name a result file")]) from error
    if isinstance(found, dict):
        found = next((part for part in found.values() if isinstance(part, list)), [found])
    for number, entry in enumerate(found if isinstance(found, list) else [], start=1):
        if isinstance(entry, dict):
            yield number, entry


def _form(path: Path, entries: list[tuple[int, Mapping[str, Any]]]) -> Form:
    columns = set(entries[0][1]) if entries else set()
    if {"isl", "osl", "ttft", "tpot"} <= columns:
        return "aiconfigurator"
    if {"Performance_Result", "Scenario"} <= columns:
        return "mlperf-results"
    words = "its columns are neither aiconfigurator's nor those of MLPerf's results"
    remedy = (
        "name a best_config_topn.csv, pareto.csv, summary_results.json or mlperf_log_summary.txt"
    )
    raise InputError([Problem(str(path), 1, "", words, remedy)])


def _from_aiconfigurator(reading: _Reading, row: int, entry: Mapping[str, Any]) -> None:
    """A row of aiconfigurator: what its performance model claims of a deployment."""
    names = ("isl", "osl", "ttft", "tpot", "tokens/s/gpu")
    figures = {name: reading.number(row, entry, name) for name in names}
    theirs = str(entry.get("system") or entry.get("(d)system") or "")
    prefills = str(entry.get("(p)system") or theirs)
    system = reading.known(row, "system", theirs, reading.mapping.systems, "systems")
    model = reading.known(
        row, "model", str(entry.get("model", "")), reading.mapping.models, "models"
    )
    if prefills != theirs:
        words = f"prefill on `{prefills}` and decode on `{theirs}` are two systems"
        reading.skipped.append(f"row {row}: {words}, and no point is of two")
        return
    if system is None or model is None or None in figures.values():
        return
    each = figures["tokens/s/gpu"] or 0.0
    if not each or not figures["isl"] or not figures["osl"]:
        reading.skipped.append(f"row {row}: it serves no token")
        return
    prefix = str(entry.get("prefix") or "0")
    cached = float(prefix) / figures["isl"] if prefix.replace(".", "", 1).isdigit() else 0.0
    mode = "disagg" if "(d)workers" in entry else "agg"
    _add(
        reading, system, model, row, mode, f"aiconfigurator {mode}",
        {
            "input_tokens": figures["isl"],
            "output_tokens": figures["osl"],
            "cached_fraction": min(1.0, cached),
            "precision": str(entry.get("gemm") or entry.get("(d)gemm") or ""),
            "ttft_ms": figures["ttft"],
            "tpot_ms": figures["tpot"],
            "percentile": "mean",
            "output_tokens_per_s": each * system.accelerators_count,
            # Its figures are of a model of performance, by a maker of the systems.
            "confidence": "claimed",
        },
    )  # fmt: skip


def _from_mlperf(reading: _Reading, row: int, entry: Mapping[str, Any]) -> None:
    """A row of MLPerf's results: tokens a second under the limits of a scenario."""
    name, scenario = str(entry.get("Model", "")), str(entry.get("Scenario", ""))
    unit = str(entry.get("Performance_Units", ""))
    if unit.lower() != "tokens/s":
        reading.skipped.append(f"row {row}: `{name}` {scenario} is in `{unit}`, not in tokens")
        return
    if name not in reading.mapping.benchmarks:
        reading.skipped.append(f"row {row}: benchmark `{name}` is not in the mapping")
        return
    benchmark = reading.mapping.benchmarks[name]
    if scenario not in benchmark.ttft_ms or scenario not in benchmark.tpot_ms:
        reading.skipped.append(f"row {row}: scenario `{scenario}` has no latencies in the mapping")
        return
    accelerator = str(entry.get("Accelerator", ""))
    theirs = accelerator if accelerator in reading.mapping.systems else str(entry.get("System", ""))
    system = reading.known(row, "System", theirs, reading.mapping.systems, "systems")
    result = reading.number(row, entry, "Performance_Result")
    count = reading.number(row, entry, "a#")
    nodes = 1.0 if not entry.get("Nodes") else reading.number(row, entry, "Nodes")
    if system is None or result is None or not count or not nodes:
        return
    _add(
        reading, system, benchmark.model, row, scenario.lower(),
        f"MLPerf Inference {entry.get('version', '')}".strip(),
        {
            "input_tokens": benchmark.input_tokens,
            "output_tokens": benchmark.output_tokens,
            "cached_fraction": 0.0,
            "precision": str(entry.get("weight_data_types") or benchmark.precision),
            "ttft_ms": benchmark.ttft_ms[scenario],
            "tpot_ms": benchmark.tpot_ms[scenario],
            "percentile": "p99",
            "output_tokens_per_s": result / (count * nodes) * system.accelerators_count,
            "confidence": "measured",
        },
    )  # fmt: skip


# .../results/<system>/<benchmark>/<scenario>/performance/run_1/mlperf_log_summary.txt
_FOLDERS_ABOVE = 5


def _from_log(reading: _Reading, path: Path, summary: Summary) -> None:
    """LoadGen's own summary of one run; its folders say what was run."""
    above = [part.name for part in path.resolve().parents]
    if len(above) < _FOLDERS_ABOVE:
        words, remedy = "its folders do not say what was run", "leave it where MLPerf put it"
        reading.wrong(0, "", words, remedy)
        return
    name, theirs = above[3], above[4]
    system = reading.known(0, "system", theirs, reading.mapping.systems, "systems")
    benchmark = reading.known(0, "benchmark", name, reading.mapping.benchmarks, "benchmarks")
    for line, problem, remedy in summary.problems:
        reading.wrong(line, "", problem, remedy)
    figures = summary.tokens_per_s, summary.ttft_p99_ms, summary.tpot_p99_ms
    if system is None or benchmark is None or summary.problems or None in figures:
        return
    _add(
        reading, system, benchmark.model, 1, summary.scenario.lower(), "MLPerf LoadGen",
        {
            "input_tokens": benchmark.input_tokens,
            "output_tokens": benchmark.output_tokens,
            "cached_fraction": 0.0,
            "precision": benchmark.precision,
            "ttft_ms": summary.ttft_p99_ms,
            "tpot_ms": summary.tpot_p99_ms,
            "percentile": "p99",
            # The run is of the whole system that the folder names.
            "output_tokens_per_s": summary.tokens_per_s,
            "confidence": "measured",
        },
    )  # fmt: skip


def _add(
    reading: _Reading,
    system: SystemMapping,
    model: str,
    row: int,
    kind: str,
    measured: str,
    figures: Mapping[str, Any],
) -> None:
    """Add a point, with what all of them have in common."""
    mapping = reading.mapping
    reading.rows.append(
        {
            "point": f"{system.system}-{model}-{kind}-{row}",
            "system": system.system,
            "model": model,
            "tier": mapping.tier,
            "stage": "serve",
            "full_load_kw": system.full_load_kw,
            "measured": mapping.measured or measured,
            "measured_on": mapping.measured_on,
            "results_count": 1.0,
            "least_output_tokens_per_s": figures["output_tokens_per_s"],
            "most_output_tokens_per_s": figures["output_tokens_per_s"],
            "source": mapping.source,
            **figures,
        }
    )


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows).reindex(columns=list(POINTS.names))
    frame["measured_on"] = pd.to_datetime(frame["measured_on"].replace("", None))
    return frame
