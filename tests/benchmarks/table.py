"""Tables of what `scale.py` measured."""

from __future__ import annotations

from typing import Any

import numpy as np
from tests.benchmarks.measure import markdown, shown

# Of the seconds of a run: what is neither reading nor solving.
AROUND = ("candidates", "blocks", "compile", "results")
BEFORE = ("read", *AROUND)
SIZES = ("rows", "columns", "nonzeros", "whole")


def overall(found: list[dict[str, Any]]) -> str:
    """A line for every row: what it was asked, what it found, what it took."""
    header = ["row", "status", "gap", "controllable", "s", "processor s", "GiB", "met", *SIZES]
    header += ["read", "around", "around, share", "solver by stage"]
    return markdown(header, [_line(one) for one in found])


def _line(one: dict[str, Any]) -> list[Any]:
    seconds = one.get("seconds", {})
    total = one.get("total_s")
    around = sum(seconds.get(name, 0.0) for name in AROUND)
    stages = [f"{name} {shown(s)}" for name, s in seconds.items() if name not in BEFORE]
    by = one.get("solved_by")
    row = one["row"].replace(":auto:", f":auto ({by}):") if by else one["row"]
    return [
        row,
        one["status"],
        _percent(one.get("gap")),
        _percent(one.get("gap_controllable")),
        total or one["wall_s"],
        one.get("processor_s"),
        one["peak_gib"],
        "yes" if met(one) else "no",
        *[one.get(name) for name in SIZES],
        seconds.get("read"),
        around,
        _percent(around / total if total else None),
        ", ".join(stages),
    ]


def met(one: dict[str, Any]) -> bool:
    """Whether a row has its gap within its seconds and its memory."""
    within = one.get("total_s", np.inf) <= one["limit_s"]
    return within and one.get("gap", np.inf) <= one["gap_asked"]


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.2%}" if np.isfinite(share) else "none"


def by_axis(found: list[dict[str, Any]], base: str, ranges: dict[str, list[int]]) -> str:
    """For sites, years and days: what the rows took along it, and the exponents of growth."""
    sizes = [int(n) for n in base.split("-")]
    known = {one["instance"]: one for one in found}
    tables = []
    for place, (axis, values) in enumerate(ranges.items()):
        names = ["-".join(str(n) for n in [*sizes[:place], v, *sizes[place + 1 :]]) for v in values]
        along = [(v, known[n]) for v, n in zip(values, names, strict=True) if n in known]
        tables.append(_along(axis, along))
    return "\n" + "\n\n".join(tables)


def _along(axis: str, along: list[tuple[int, dict[str, Any]]]) -> str:
    stages = list(dict.fromkeys(name for _, one in along for name in one.get("seconds", {})))
    figures = [[n, *_figures(one, stages)] for n, one in along]
    counts = [row[0] for row in figures]
    proven = [one["status"] == "optimal" for _, one in along]
    header = [axis, "status", "gap", *SIZES, "GiB", "total s", *stages]
    exponents: list[Any] = ["exponent", None, None]
    for place, name in enumerate(header[3:], start=3):
        # What ended at its limit says nothing of how long a proof takes.
        counted = proven if name not in (*SIZES, *BEFORE) else [True] * len(proven)
        of = [row[place] for row in figures]
        slope = exponent(*_both(counts, of, counted))
        exponents.append(None if slope is None else f"{slope:.2f}")
    return markdown(header, [*figures, exponents])


def _figures(one: dict[str, Any], stages: list[str]) -> list[Any]:
    seconds = one.get("seconds", {})
    sizes = [one.get(name) for name in SIZES]
    taken = [one["peak_gib"], one.get("total_s")]
    return [one["status"], _percent(one.get("gap")), *sizes, *taken, *map(seconds.get, stages)]


def _both(counts: list[int], figures: list[Any], counted: list[bool]) -> tuple[Any, Any]:
    pairs = [(n, f) for n, f, c in zip(counts, figures, counted, strict=True) if c and f]
    return [n for n, _ in pairs], [f for _, f in pairs]


def exponent(counts: list[int], figures: list[float]) -> float | None:
    """Slope of log on log; None with fewer than two counts."""
    if len(set(counts)) < 2:
        return None
    return float(np.polyfit(np.log(counts), np.log(figures), 1)[0])
