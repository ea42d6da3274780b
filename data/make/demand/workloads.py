"""Classes of requests: lengths, limits and prices."""

from __future__ import annotations

from typing import Any

from rows import Row, assumed

COPIED = (
    "workload",
    "name",
    "model",
    "input_tokens",
    "output_tokens",
    "ttft_limit_ms",
    "tpot_limit_ms",
    "max_utilisation_fraction",
    "tier",
    "percentile",
    "deferrable_fraction",
    "deferral_window_hours",
    "sovereign",
)


def sold_usd_per_mtoken(workload: dict[str, Any]) -> float:
    """Price of a million output tokens with the input tokens that come with them."""
    price = workload["price"]
    inputs = workload["input_tokens"] / workload["output_tokens"]
    return round(price["output"] + price["input"] * inputs, 3)


def workload_rows(hand: dict[str, Any]) -> list[Row]:
    """Rows of the table `workloads`. What is sold for a price is worth it when left unserved."""
    cache = hand["kv_cache"]
    rows = []
    for workload in hand["workloads"]:
        model, sold = workload["model"], sold_usd_per_mtoken(workload)
        values = cache["layers"][model] * cache["values_per_layer"][model]
        row = {name: workload[name] for name in COPIED}
        row |= {
            "cached_fraction": workload.get("cached_fraction", 0),
            "unserved_usd_per_mtoken": sold,
            "sold_usd_per_mtoken": sold,
            "kv_bytes_per_token": values * cache["bytes_per_value"],
            "usd_year": hand["usd_year"],
        }
        rows.append(assumed(row))
    return rows
