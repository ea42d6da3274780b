"""One frame of all runs of a study: levels, status, figures, and differences to the base."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from tokenworks.results.summary import Summary
from tokenworks.study.runs import BASE, SOLVE, Finished

# Figures of the summary that are one number each; those by workload stand in the run's tables.
SUMMARY = tuple(name for name, of in Summary.__annotations__.items() if "Mapping" not in str(of))
FIGURES = ("objective_usd", "bound_usd", "gap", "gap_controllable")
DIFFERENCES = ("difference_low_usd", "difference_high_usd", "difference")
# Columns that no axis may be called by.
RESERVED = frozenset(
    {"run", "status", "error", "usd_year", "seconds", *FIGURES, *SUMMARY, *DIFFERENCES}
)


def study_frame(finished: Iterable[Finished]) -> pd.DataFrame:
    """One row a run.

    Returns
    -------
    pandas.DataFrame
        ``run``; a column for every axis, case or address that a run is labelled by; ``status``
        (as a plan's, ``failed``, or ``open`` where it has not been run) and ``error``; objective,
        bound and gap; the summary's figures; seconds; and the difference to the base as an
        interval, with the word for it (dearer, cheaper, indistinguishable).
    """
    rows = list(finished)
    base = next((one.manifest for one in rows if one.run.id == BASE), {})
    labels = list(dict.fromkeys(name for one in rows for name in one.run.labels))
    lines = [_line(one, labels, base) for one in rows]
    named = ["run", *labels, "status", "error", *FIGURES, *SUMMARY, "usd_year", "seconds"]
    frame = pd.DataFrame(lines, columns=[*named, *DIFFERENCES])
    for name in (*FIGURES, *SUMMARY, "seconds", *DIFFERENCES[:2]):
        frame[name] = pd.to_numeric(frame[name])
    return frame


def _line(one: Finished, labels: list[str], base: Mapping[str, Any]) -> dict[str, Any]:
    manifest = one.manifest
    found: dict[str, Any] = {"run": one.run.id, "error": one.error}
    found |= {name: level_text(one.run.labels.get(name)) for name in labels}
    if not one.solved:
        failed = "open" if one.error == OPEN else "failed"
        return {**found, "status": failed}
    summary = manifest.get("summary", {})
    found |= {name: manifest.get(name) for name in (*FIGURES, "status", "usd_year")}
    found |= {name: summary.get(name) for name in SUMMARY}
    found["seconds"] = manifest.get("seconds", {}).get("total")
    if base:
        found |= dict(zip(DIFFERENCES, _difference(base, one), strict=True))
    return found


OPEN = "it has not been run"


def level_text(level: Any) -> Any:
    """A level as a cell: numbers stay numbers, changes become words."""
    if isinstance(level, Mapping):
        words = {"scale": "x", "add": "+"}
        return " ".join(f"{words.get(key, key)} {value}" for key, value in level.items())
    return level


def _difference(base: Mapping[str, Any], one: Finished) -> tuple[Any, Any, str]:
    """Of a run to the base; of another plan for the base's own inputs, of that plan itself."""
    manifest = one.manifest
    same = base.get("inputs_sha256") == manifest.get("inputs_sha256")
    if not same or one.run.task == SOLVE or base.get("bound_usd") is None:
        return interval(base, manifest)
    cost = float(manifest["objective_usd"])
    low, high = cost - float(base["objective_usd"]), cost - float(base["bound_usd"])
    return low, high, "dearer" if low > 0.0 else "indistinguishable"


def interval(base: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[Any, Any, str]:
    """Difference of two manifests: least and most USD that the other is dearer, and the word.

    [bound of the other − incumbent of the base, incumbent of the other − bound of the base]: what
    the best plans of both can differ by. Unknown where a bound is not proven, or where the two
    count other money.
    """
    try:
        low = float(other["bound_usd"]) - float(base["objective_usd"])
        high = float(other["objective_usd"]) - float(base["bound_usd"])
    except (KeyError, TypeError):
        return None, None, ""
    if base.get("usd_year") != other.get("usd_year"):
        return None, None, ""
    if base.get("inputs_sha256") == other.get("inputs_sha256"):
        return 0.0, 0.0, "the same"
    if low <= 0.0 <= high:
        return low, high, "indistinguishable"
    return low, high, "dearer" if low > 0.0 else "cheaper"
