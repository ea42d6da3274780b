"""The reference server: what it draws, what it costs to rent and how fast it was measured."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Any

import pandas as pd
from gathered import Gathered

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
    "interactivity_tok_s_user",
    "weight_dtype",
    "tokens_per_s",
    "tokens_per_s_per_accel",
)


@dataclass(frozen=True)
class Reference:
    """The reference server.

    Attributes
    ----------
    design_mw
        All-in power that sizes the hall.
    rent_usd_per_hour
        Rent of the server.
    tokens_per_s
        Workload to its measured output tokens a second.
    """

    design_mw: float
    rent_usd_per_hour: float
    tokens_per_s: dict[str, float]


def read_reference(
    gathered: Gathered, workloads: list[dict[str, Any]], server: dict[str, Any]
) -> Reference:
    """The reference server from the tables of accelerators and of measured throughput."""
    columns = ("name", "system_kw_per_accel", "rental_usd_per_hr")
    chip = gathered.frame("accelerators.csv", columns).set_index("name").loc[server["accelerator"]]
    results = gathered.frame("throughput.csv", RESULT_COLUMNS)
    count = server["accelerators"]
    speeds = {
        row["workload"]: _inferencex(results, row, server)
        if "inferencex" in row["reference"]
        else _mlperf(results, row["reference"], server)
        for row in workloads
    }
    missing = [workload for workload, speed in speeds.items() if isnan(speed)]
    if missing:
        raise ValueError(f"throughput.csv: no result of the reference server for {missing}")
    return Reference(
        float(chip["system_kw_per_accel"]) * count / 1e3,
        float(chip["rental_usd_per_hr"]) * count,
        speeds,
    )


def _mlperf(results: pd.DataFrame, picked: dict[str, Any], server: dict[str, Any]) -> float:
    """Median of the results of a benchmark and scenario in its rounds, or all; NaN for none."""
    rounds = picked.get("rounds", list(results["round_or_date"].unique()))
    found = results[
        (results["source_type"] == "MLPerf Inference")
        & (results["division"] == "closed")
        & (results["availability"] == "available")
        & (results["accelerator"] == server["mlperf_accelerator"])
        & (results["accelerators"] == server["accelerators"])
        & (results["model"] == picked["model"])
        & (results["scenario"] == picked["scenario"])
        & results["round_or_date"].isin(rounds)
    ]
    return float(found["tokens_per_s"].median())


def _inferencex(results: pd.DataFrame, workload: dict[str, Any], server: dict[str, Any]) -> float:
    """Median by accelerator of the results at the workload's lengths and at a speed for each user.

    Results of no more accelerators than the server has count, scaled to as many.
    """
    picked = workload["reference"]
    slowest, fastest = picked["tokens_per_s_per_user"]
    found = results[
        (results["source_type"] == "InferenceX (derived)")
        & results["model"].isin(picked["inferencex"])
        & (results["accelerator"] == server["inferencex_accelerator"])
        & (results["accelerators"] <= server["accelerators"])
        & (results["weight_dtype"] == picked["weights"])
        & (results["isl"] == workload["input_tokens"])
        & (results["osl"] == workload["output_tokens"])
        & (results["interactivity_tok_s_user"] >= slowest)
        & (results["interactivity_tok_s_user"] < fastest)
    ]
    return float(found["tokens_per_s_per_accel"].median()) * server["accelerators"]
