"""Rows of `software_efficiency` and `part_load_power`."""

from __future__ import annotations

from typing import Any

import pandas as pd
from rows import Row, assumed, sourced

_SERIES = ["accelerator", "model", "scenario", "accelerators"]


def efficiency_rows(
    hand: dict[str, Any], results: pd.DataFrame, systems: list[dict[str, Any]]
) -> list[Row]:
    """Index of every stack by year: measured between two years, assumed after.

    Parameters
    ----------
    hand
        Hand-entered rounds and later gains.
    results
        Closed results.
    systems
        Systems with their stack and the name of their accelerator in the results.
    """
    base, following = hand["base"], hand["next"]
    rows = []
    for stack in sorted({system["stack"] for system in systems} - {""}):
        named = {s["mlperf"] for s in systems if s["stack"] == stack and "mlperf" in s}
        gains = _gains(results[results["accelerator"].isin(named)], base, following)
        measured = stack in hand["mlperf_stacks"] and len(gains) > 0
        gain = round(float(gains.median()), 4) if measured else 1.0
        first = {"software_stack": stack, "year": base["year"], "efficiency_index": 1}
        rows.append(assumed({**first, "pairs_count": ""}))
        second = {"software_stack": stack, "year": following["year"], "efficiency_index": gain}
        if measured:
            rows.append(
                sourced({**second, "pairs_count": len(gains)}, "MLPERF-INFERENCE", "measured")
            )
        else:
            rows.append(assumed({**second, "pairs_count": ""}))
        for year, over in hand["later"].items():
            later = {"software_stack": stack, "year": year, "pairs_count": ""}
            rows.append(assumed({**later, "efficiency_index": round(gain * over, 4)}))
    return rows


def _gains(
    results: pd.DataFrame, base: dict[str, Any], following: dict[str, Any]
) -> pd.Series[Any]:
    """Median of the later rounds over that of the earlier ones, by series that both have."""

    def medians(rounds: list[str]) -> pd.Series[Any]:
        found = results[
            results["round_or_date"].isin(rounds)
            & (results["availability"] == "available")
            & ~results["model"].str.endswith("99.9")
        ]
        return found.groupby(_SERIES)["tokens_per_s_per_accel"].median()

    return (medians(following["rounds"]) / medians(base["rounds"])).dropna()


def part_load_rows(
    hand: dict[str, Any], results: pd.DataFrame, systems: list[dict[str, Any]]
) -> list[Row]:
    """Power of the accelerators' boards of a system against batch and tokens."""
    found = results[results["source_type"].str.startswith("ML.ENERGY")].copy()
    found["model"] = found["model"].map(hand["models"])
    rows = []
    for system in systems:
        mine = found[(found["accelerator"] == system.get("ml_energy", "")) & found["model"].notna()]
        for (model, requests, replica), group in mine.groupby(
            ["model", "scenario", "accelerators"]
        ):
            copies = system["count"] / replica
            most = group["tokens_per_s"].max()
            for _, result in group.sort_values("batch_or_concurrency").iterrows():
                row = {
                    "system": system["system"],
                    "model": model,
                    "requests": requests,
                    "replica_count": int(replica),
                    "batch_count": int(result["batch_or_concurrency"]),
                    "utilisation_fraction": round(float(result["tokens_per_s"] / most), 4),
                    "output_tokens_per_s": round(float(result["tokens_per_s"] * copies), 1),
                    "accelerators_kw": round(float(result["power_w"] * copies / 1000), 3),
                }
                rows.append(sourced(row, "ML-ENERGY-3", "measured"))
    return rows
