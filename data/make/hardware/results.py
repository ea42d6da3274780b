"""Measured results: what is read of throughput.csv, and which of it counts for a system."""

from __future__ import annotations

from typing import Any

import pandas as pd

RESULT_COLUMNS = (
    "source_type",
    "round_or_date",
    "division",
    "availability",
    "accelerator",
    "accelerators",
    "model",
    "scenario",
    "isl",
    "osl",
    "batch_or_concurrency",
    "interactivity_tok_s_user",
    "ttft_ms",
    "tokens_per_s",
    "tokens_per_s_per_accel",
    "power_w",
    "power_basis",
    "weight_dtype",
)
WALL = "whole-system wall (MLPerf Power)"
WATTS_PER_KW = 1000


def closed(results: pd.DataFrame) -> pd.DataFrame:
    """MLPerf Inference results of the closed division."""
    return results[
        (results["source_type"] == "MLPerf Inference") & (results["division"] == "closed")
    ]


def of_system(results: pd.DataFrame, system: dict[str, Any]) -> pd.DataFrame:
    """Results of a system's accelerator on as many of them as the system has.

    Where there is none, those on any number of them, to be scaled by accelerator; results of
    systems that can be bought go before previews.
    """
    found = results[results["accelerator"] == system.get("mlperf", "")]
    for wanted in (found["accelerators"] == system["count"], found["accelerators"] > 0):
        for availability in ("available", "preview"):
            kept = found[wanted & (found["availability"] == availability)]
            if len(kept):
                return kept
    return found


def of_system_at(
    results: pd.DataFrame, system: dict[str, Any], benchmark: dict[str, Any], scenario: str
) -> pd.DataFrame:
    """Closed results of a system at a benchmark and scenario, in its rounds; may be empty."""
    at = results[(results["model"] == benchmark["benchmark"]) & (results["scenario"] == scenario)]
    if "rounds" in benchmark:
        at = at[at["round_or_date"].isin(benchmark["rounds"])]
    return of_system(at, system)


def usual(values: pd.Series[Any]) -> str:
    """The most frequent value; of several the first by name."""
    counts = values.dropna().value_counts()
    most = sorted(str(value) for value in counts.index[counts == counts.max()])
    return most[0] if most else ""
