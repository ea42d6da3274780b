"""What the command line shows of a study: what it will do, how far it is, and how it ended."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich.console import Console
from rich.live import Live
from rich.text import Text

from tokenworks.report.terminal import money, new_table, results, say
from tokenworks.study.frame import level_text
from tokenworks.study.progress import Progress
from tokenworks.study.runs import Run
from tokenworks.study.study import Study

# Lines of runs that are listed; the frame has all.
MOST_LISTED = 40
# Without a terminal a line is written after so many seconds.
LINE_EVERY_S = 10.0


class Terminal:
    """Progress as one line that changes, or as a line now and then where there is no terminal."""

    def __init__(self) -> None:
        self._console = Console(file=sys.stderr)
        self._live = Live(console=self._console, refresh_per_second=4, transient=True)
        self._said = 0.0
        if self._console.is_terminal:
            self._live.start()

    def show(self, progress: Progress) -> None:
        """Show how far it has come."""
        if self._console.is_terminal:
            self._live.update(Text(progress_line(progress)))
        elif time.monotonic() - self._said > LINE_EVERY_S:
            self._said = time.monotonic()
            say(progress_line(progress))

    def close(self) -> None:
        """Take the changing line away."""
        if self._console.is_terminal:
            self._live.stop()


def progress_line(progress: Progress) -> str:
    """Done, failed, running, expected end, best and worst so far."""
    parts = [f"{progress.done} of {progress.total} runs done"]
    if progress.failed:
        parts.append(f"{progress.failed} failed")
    parts.append(f"{len(progress.running)} running")
    if progress.seconds_left is not None:
        parts.append(f"about {duration(progress.seconds_left)} left")
    for word, found in (("best", progress.best), ("worst", progress.worst)):
        if found is not None:
            parts.append(f"{word} {money(found[0])} ({found[1]})")
    return "; ".join(parts)


def duration(seconds: float) -> str:
    """A time in its largest words."""
    if seconds < 90.0:  # noqa: PLR2004 -- a minute and a half is still told in seconds
        return f"{seconds:.0f} s"
    if seconds < 5400.0:  # noqa: PLR2004 -- and an hour and a half in minutes
        return f"{seconds / 60.0:.0f} min"
    return f"{seconds / 3600.0:.1f} h"


def print_check_study(study: Study, workers: int | None = None) -> None:
    """Print how many runs a study makes, what they change, and about how long it takes."""
    console = results()
    found = study.estimate(workers)
    spec = study.spec
    console.print(Text.assemble((study.name, "bold"), f"  {spec.title}"))
    first = " in the first round; further ones follow from what it finds"
    console.print(
        Text(
            f"{study.kind} of {spec.base}: {len(found.runs):,} runs, the base among them"
            f"{'' if study.kind in ('sweep', 'tornado', 'monte_carlo') else first}; "
            f"{found.present:,} on disk in {study.folder}; no error found"
        )
    )
    console.print(
        Text(f"About {duration(found.seconds)} for what is left, a rough guess: {found.reason}.")
    )
    table = new_table("Addresses", ("address", ""), ("values", ""))
    for address, values in addresses(found.runs).items():
        table.add_row(Text(address), Text(", ".join(map(str, values))))
    console.print(table)
    console.print(_runs(found.runs))


def addresses(runs: tuple[Run, ...]) -> dict[str, list[Any]]:
    """Every address that runs change, with its values; the range of many numbers."""
    found: dict[str, list[Any]] = {}
    for run in runs:
        for address, value in run.changes.items():
            seen = found.setdefault(address, [])
            text = level_text(value)
            if text not in seen:
                seen.append(text)
    most = 8
    return {
        address: values
        if len(values) <= most
        else [*values[:most], f"and {len(values) - most} more"]
        for address, values in found.items()
    }


def _runs(runs: tuple[Run, ...]) -> Any:
    table = new_table("Runs", ("run", ""), ("levels", ""))
    for run in runs[:MOST_LISTED]:
        levels = ", ".join(f"{name}: {level_text(of)}" for name, of in run.labels.items())
        table.add_row(Text(run.id), Text(levels))
    if len(runs) > MOST_LISTED:
        table.add_row(Text(f"and {len(runs) - MOST_LISTED:,} more"), Text(""))
    return table


def print_study(study: Study) -> None:
    """Print the runs of a study side by side, the cheapest first, and what failed."""
    console = results()
    frame = study.frame()
    failed = frame[frame["status"].isin(("failed", "open"))]
    solved = frame.drop(failed.index).sort_values("objective_usd", kind="stable")
    console.print(Text.assemble((study.name, "bold"), f"  {len(solved):,} of {len(frame):,} runs"))
    table = new_table(
        "Runs, the cheapest first",
        ("run", ""),
        ("the plan found", "r"),
        ("gap", "r"),
        ("against the base", "r"),
        ("", ""),
        ("USD/Mtoken", "r"),
        ("served", "r"),
    )
    table.columns[0].overflow = "fold"  # a run is found by its whole name
    for row in solved.head(MOST_LISTED).to_dict("records"):
        table.add_row(*map(Text, _cells(row)))
    if len(solved) > MOST_LISTED:
        table.add_row(Text(f"and {len(solved) - MOST_LISTED:,} more"))
    console.print(table)
    if len(failed):
        table = new_table("Failed", ("run", ""), ("why", ""))
        for row in failed.head(MOST_LISTED).to_dict("records"):
            table.add_row(Text(str(row["run"])), Text(str(row["error"])))
        console.print(table)


def _cells(row: Mapping[Any, Any]) -> list[str]:
    low, high = row["difference_low_usd"], row["difference_high_usd"]
    known = not (pd.isna(low) or pd.isna(high))
    cost, served, gap = row["cost_usd_per_mtoken"], row["served_share"], row["gap"]
    return [
        str(row["run"]),
        money(row["objective_usd"]),
        f"{gap:.2%}" if pd.notna(gap) and math.isfinite(gap) else "",
        f"{money(low)} to {money(high)}" if known else "",
        str(row["difference"]) if known else "",
        "" if pd.isna(cost) else f"{cost:.4f}",
        "" if pd.isna(served) else f"{served:.0%}",
    ]
