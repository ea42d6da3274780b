"""Solve instances by size and method, a process for each, and tell what they took.

    python -m tests.benchmarks.scale FOLDER --set bars
    python -m tests.benchmarks.scale FOLDER --set growth --base 10-10-2 --sites 10,20,40
    python -m tests.benchmarks.scale FOLDER --row us-quick:decomposed:0.01:120

A row is `INSTANCE:METHOD:GAP:SECONDS[:GIB]`. An instance is a shipped scenario, one with fewer
representative days (`us/4`), or `SITES-YEARS-DAYS` (see `instances.py`; `us` may have fewer sites).
The seconds count from the first file read to the last result table; the solver is given what
reading and building leave of them.
Finished rows stand in `FOLDER/rows.jsonl` and are not run again without `--again`, so that a set
can be stopped and taken up row by row. In the end, or alone with `--table`, its rows are printed.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

from tests.benchmarks import table
from tests.benchmarks.instances import written
from tests.benchmarks.measure import Notes, machine, peak_gib, processor_s, watched

import tokenworks as tw
from tokenworks.build import build
from tokenworks.candidates import candidates
from tokenworks.errors import TokenworksError
from tokenworks.inputs import assemble
from tokenworks.plan import plan_from, with_options
from tokenworks.schema.scenario import Solve
from tokenworks.solver import method
from tokenworks.solver.some_sites import is_of_many_sites, solve_many_sites

SIZED = re.compile(r"(\d+)-(\d+)-(\d+)")
SHORT = re.compile(r"([a-z-]+)/(\d+)")
# Beyond its seconds a run may finish what it is at; what has not ended by then hangs.
PATIENCE_S = 900.0
# Two cores, as the bars are set; one call of HiGHS keeps the scenario's own, one.
THREADS = 2


@dataclass(frozen=True)
class Row:
    """An instance, how it is solved, and what it may take."""

    instance: str
    method: str = "auto"
    gap: float = 0.01
    limit_s: float = 600.0
    most_gib: float | None = None

    def __str__(self) -> str:
        """As it is written after `--row`."""
        gib = "" if self.most_gib is None else f":{self.most_gib:g}"
        return f"{self.instance}:{self.method}:{self.gap:g}:{self.limit_s:g}{gib}"

    @staticmethod
    def read(text: str) -> Row:
        """From its text; what is left out is as by default."""
        instance, *rest = text.split(":")
        kinds = zip(("method", "gap", "limit_s", "most_gib"), (str, float, float, float), rest)  # noqa: B905 -- the end may be left out
        return Row(instance, **{name: kind(value) for name, kind, value in kinds})


# What must hold: gap within seconds and memory; beside the first two of a size one call of HiGHS.
BARS = (
    Row("us-quick", gap=0.01, limit_s=120),
    Row("us/4", gap=0.01, limit_s=900, most_gib=4),
    Row("10-10-2", gap=0.005, limit_s=60, most_gib=2),
    Row("10-10-2", "whole", gap=0.005, limit_s=60),
    Row("40-10-14", gap=0.01, limit_s=300, most_gib=3),
    Row("40-10-14", "whole", gap=0.01, limit_s=300),
    Row("100-10-14", gap=0.02, limit_s=1200, most_gib=4),
    Row("300-10-14", gap=0.03, limit_s=3600, most_gib=8),
)
# What is aimed at beyond.
AIMS = (
    Row("40-10-14", gap=0.005, limit_s=120, most_gib=3),
    Row("100-10-14", gap=0.005, limit_s=600, most_gib=4),
    Row("300-10-14", gap=0.01, limit_s=3600, most_gib=8),
)


def growth(base: str, ranges: dict[str, list[int]], like: Row) -> list[Row]:
    """The base with sites, years and days changed one at a time."""
    sizes = dict(zip(("sites", "years", "days"), map(int, base.split("-")), strict=True))
    rows = [
        replace(like, instance="-".join(str(n) for n in (sizes | {axis: value}).values()))
        for axis, values in ranges.items()
        for value in values
    ]
    return list(dict.fromkeys(rows))


def solved(row: Row, path: str, notes: Notes) -> None:
    """Read, build, solve and check one row, and note each stage as it ends."""
    seconds: dict[str, float] = {}
    began = last = time.perf_counter()

    def stage(name: str) -> None:
        nonlocal last
        now = time.perf_counter()
        seconds[name], last = now - last, now
        notes.note(seconds=seconds, status="running", rusage_gib=peak_gib())

    threads = THREADS if row.method != "whole" else None
    scenario = with_options(tw.load(path), gap=row.gap, method=row.method, threads=threads)
    short = SHORT.fullmatch(row.instance)
    if short:
        scenario = scenario.with_({"time.representative_days": int(short[2])})
    inputs = assemble(scenario)
    stage("read")
    # Fewer than asked for where no more have been screened.
    notes.note(sites=len(inputs.tables["sites"]), steps=len(inputs.calendar.steps))
    told: list[Any] = []

    def progress(name: str, bound: float, incumbent: float | None) -> None:
        told.append([round(time.perf_counter() - began, 2), name, bound, incumbent])
        notes.note(progress=told, rusage_gib=peak_gib())

    def options() -> Solve:
        left = max(1.0, row.limit_s - (time.perf_counter() - began))
        return scenario.solve.model_copy(update={"time_limit_s": left})

    if is_of_many_sites(inputs, scenario.solve):  # never built whole
        model, found = solve_many_sites(inputs, options(), progress)
        notes.note(rows=found.rows, columns=found.columns, nonzeros=found.nonzeros)
    else:
        columns = candidates(inputs)
        stage("candidates")
        model = build(inputs, columns)
        stage("blocks")
        with compiling(seconds, notes):
            found = method.solve_model(model, options(), progress)
    last = time.perf_counter()
    own = {name: spent for name, spent in found.seconds.items() if name != "compile"}
    plan = plan_from(model, found, began)  # raises where an invariant does not hold
    notes.note(
        seconds={**seconds, **own, "results": time.perf_counter() - last},
        total_s=time.perf_counter() - began,
        processor_s=processor_s(),
        status=plan.status,
        solved_by=plan.method,
        gap=plan.gap,
        gap_controllable=plan.gap_controllable,
        objective_usd=plan.objective_usd,
        bound_usd=plan.bound_usd,
        invariants="hold",
        rusage_gib=peak_gib(),
    )


@contextmanager
def compiling(seconds: dict[str, float], notes: Notes) -> Iterator[None]:
    """Note the size of the program that is solved, and how long it was compiled."""
    compiled = method.compile_matrix

    def timed(*given: Any) -> Any:
        began = time.perf_counter()
        matrix = compiled(*given)
        seconds["compile"] = time.perf_counter() - began
        rows, columns = matrix.shape
        notes.note(
            seconds=seconds,
            rows=rows,
            columns=columns,
            nonzeros=int(matrix.a.nnz),
            whole=int(matrix.whole.sum()),
        )
        return matrix

    with mock.patch.object(method, "compile_matrix", timed):
        yield


def one(row: Row, path: str, notes: Notes) -> None:
    """A row in the process that was started for it."""
    try:
        solved(row, path, notes)
    except TokenworksError as error:
        notes.note(status=type(error).__name__, message=str(error), rusage_gib=peak_gib())


def path_of(row: Row, folder: Path) -> str:
    """Name or path of its scenario, written where it has a size."""
    sized, short = SIZED.fullmatch(row.instance), SHORT.fullmatch(row.instance)
    if sized:
        path = folder / "instances" / f"us-{row.instance}.yaml"
        return str(path if path.exists() else written(path.parent, *map(int, sized.groups())))
    return short[1] if short else row.instance


def finished(folder: Path) -> dict[str, dict[str, Any]]:
    """Rows that have been run, each as it was last."""
    path = folder / "rows.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {found["row"]: found for found in map(json.loads, lines)}


def run(rows: list[Row], folder: Path, again: bool) -> None:
    """Run the rows that have not been run."""
    done = finished(folder)
    for row in rows:
        if str(row) in done and not again:
            continue
        print(row, flush=True)
        path = path_of(row, folder)
        before = machine()
        found = watched(
            "tests.benchmarks.scale",
            [str(folder), "--one", path, "--row", str(row)],
            row.most_gib,
            row.limit_s + PATIENCE_S,
        )
        asked = {"gap_asked" if k == "gap" else k: v for k, v in vars(row).items()}
        line = {"row": str(row), **asked, **found, "machine": before}
        with (folder / "rows.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        print(
            "   ", line["status"], f"gap {line.get('gap')}", f"{line['wall_s']:.1f} s", flush=True
        )


def numbers(text: str) -> list[int]:
    """Whole numbers with commas between."""
    return [int(part) for part in text.split(",") if part]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=lambda text: Path(text).resolve())
    parser.add_argument("--set", choices=("bars", "aims", "growth"))
    parser.add_argument("--row", action="append", type=Row.read, default=[])
    parser.add_argument("--again", action="store_true", help="also what has been run")
    parser.add_argument("--table", action="store_true", help="run nothing")
    parser.add_argument("--most-gib", type=float, help="ceiling of rows that name none")
    parser.add_argument("--base", default="10-10-2", help="size that growth starts from")
    parser.add_argument("--sites", type=numbers, default=[10, 20, 40, 70, 100])
    parser.add_argument("--years", type=numbers, default=[5, 10, 15, 20])
    parser.add_argument("--days", type=numbers, default=[2, 4, 7, 14])
    parser.add_argument("--like", type=Row.read, default=Row("", gap=0.01, limit_s=1200))
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--notes", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(given.row[0], given.one, Notes(given.notes))
        return
    given.folder.mkdir(parents=True, exist_ok=True)
    ranges = {name: getattr(given, name) for name in ("sites", "years", "days")}
    sets = {"bars": BARS, "aims": AIMS, "growth": growth(given.base, ranges, given.like)}
    rows = [*given.row, *sets.get(given.set, ())]
    if given.most_gib is not None:
        rows = [r if r.most_gib else replace(r, most_gib=given.most_gib) for r in rows]
    if not given.table:
        run(rows, given.folder, given.again)
    done = finished(given.folder)
    known = [done[str(row)] for row in rows if str(row) in done] if rows else list(done.values())
    print(table.overall(known))
    if given.set == "growth":
        print(table.by_axis(known, given.base, ranges))


if __name__ == "__main__":
    main()
