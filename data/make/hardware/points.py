"""Rows of `operating_points`: medians of measured results at each tier."""

from __future__ import annotations

from typing import Any

import pandas as pd
from rows import Row, sourced

from hardware.results import WALL, WATTS_PER_KW, of_system_at, usual

# Points carry the design power of their system until they are written: what it takes to scale them.
HELP_COLUMNS = ("design_kw",)


def wall_over_design(hand: dict[str, Any], results: pd.DataFrame, hardware: list[Row]) -> float:
    """Measured wall power of the reference server over its all-in figure."""
    wall = hand["wall"]
    row = next(row for row in hardware if row["system"] == wall["system"])
    system = {"mlperf": row["mlperf"], "count": row["accelerators_count"]}
    found = of_system_at(results, system, wall, wall["scenario"])
    return float(_wall_w(found).median()) / WATTS_PER_KW / float(row["design_kw"])


def mlperf_points(
    hand: dict[str, Any], results: pd.DataFrame, hardware: list[Row], ratio: float
) -> list[Row]:
    """Median of the closed results of every system at every benchmark and tier.

    Parameters
    ----------
    hand
        Hand-entered benchmarks.
    results
        Closed results.
    hardware
        Systems, each with the name of its accelerator in the results as `mlperf`.
    ratio
        Wall power over design power where the wall was not measured.
    """
    rows = []
    for system in hardware:
        counted = {"mlperf": system["mlperf"], "count": system["accelerators_count"]}
        for benchmark in hand["mlperf"]["benchmarks"]:
            for scenario in (*benchmark["tiers"], "Offline"):
                found = of_system_at(results, counted, benchmark, scenario)
                if len(found):
                    rows.append(_mlperf_point(hand, system, benchmark, scenario, found, ratio))
    return rows


def _mlperf_point(
    hand: dict[str, Any],
    system: Row,
    benchmark: dict[str, Any],
    scenario: str,
    found: pd.DataFrame,
    ratio: float,
) -> Row:
    options = hand["mlperf"]
    offline = (options["offline"]["ttft_ms"], options["offline"]["tpot_ms"])
    ttft_ms, tpot_ms = benchmark["tiers"].get(scenario, offline)
    rounds = sorted(set(found["round_or_date"]))
    speed = found["tokens_per_s_per_accel"] * system["accelerators_count"]
    if (found["accelerators"] == system["accelerators_count"]).all():
        speed = found["tokens_per_s"]
    watts = _wall_w(found)
    kw = watts.median() / WATTS_PER_KW if len(watts) else system["design_kw"] * ratio
    tier = scenario.lower()
    row = {
        "point": f"{system['system']}-{benchmark['model']}-{tier}",
        "system": system["system"],
        "model": benchmark["model"],
        "tier": tier,
        "stage": "serve",
        "input_tokens": benchmark["input_tokens"]["value"],
        "output_tokens": benchmark["output_tokens"]["value"],
        "cached_fraction": 0,
        "precision": usual(found["weight_dtype"]),
        "ttft_ms": ttft_ms,
        "tpot_ms": tpot_ms,
        "percentile": options["percentile"],
        "output_tokens_per_s": round(float(speed.median()), 1),
        "full_load_kw": round(float(kw), 2),
        "measured": _described(found, system, rounds),
        "measured_on": str(max(options["rounds"][name] for name in rounds)),
        "results_count": len(found),
        "least_output_tokens_per_s": round(float(speed.min()), 1),
        "most_output_tokens_per_s": round(float(speed.max()), 1),
        "design_kw": system["design_kw"],
    }
    return sourced(row, "MLPERF-INFERENCE", "measured")


def _described(found: pd.DataFrame, system: Row, rounds: list[str]) -> str:
    """Rounds and number of results, and in what they are not simply the system's own."""
    text = f"MLPerf Inference {', '.join(rounds)}; median of {len(found)}"
    counts = sorted({int(count) for count in found["accelerators"]})
    if counts != [system["accelerators_count"]]:
        text += f", by accelerator from systems of {', '.join(map(str, counts))}"
    if (found["availability"] == "preview").all():
        text += ", preview"
    return text


def _wall_w(found: pd.DataFrame) -> pd.Series[Any]:
    return found.loc[found["power_basis"] == WALL, "power_w"].dropna()


def frontier_points(
    hand: dict[str, Any], results: pd.DataFrame, hardware: list[Row], ratio: float
) -> list[Row]:
    """Medians of InferenceX by band of tokens/s for each user, lengths and precision."""
    options = hand["inferencex"]
    found = results[results["source_type"] == "InferenceX (derived)"].copy()
    found["model"] = found["model"].map(options["models"])
    lengths = [tuple(pair) for pair in options["lengths"]]
    found = found[
        found["model"].notna()
        & found["weight_dtype"].isin(options["precisions"])
        & pd.MultiIndex.from_frame(found[["isl", "osl"]]).isin(lengths)
    ]
    edges = options["bands"]
    found["band"] = pd.cut(
        found["interactivity_tok_s_user"], [*edges, float("inf")], right=False, labels=edges
    )
    rows = []
    for system in hardware:
        mine = found[
            (found["accelerator"] == system["inferencex"])
            & (found["accelerators"] <= system["accelerators_count"])
        ]
        keys = ["model", "isl", "osl", "weight_dtype", "band"]
        for key, group in mine.groupby(keys, observed=True):
            rows.append(_frontier_point(system, key, group, options, ratio))
    return rows


def _frontier_point(
    system: Row, key: tuple[Any, ...], group: pd.DataFrame, options: dict[str, Any], ratio: float
) -> Row:
    model, isl, osl, precision, band = key
    speed = group["tokens_per_s_per_accel"] * system["accelerators_count"]
    row = {
        "point": f"{system['system']}-{model}-{isl:.0f}-{osl:.0f}-{precision}-{band}",
        "system": system["system"],
        "model": model,
        "tier": f"from {band} tokens/s for each user",
        "stage": "serve",
        "input_tokens": isl,
        "output_tokens": osl,
        "cached_fraction": 0,
        "precision": precision,
        "ttft_ms": round(float(group["ttft_ms"].median()), 1),
        "tpot_ms": round(1000 / float(group["interactivity_tok_s_user"].median()), 2),
        "percentile": "mean",
        "output_tokens_per_s": round(float(speed.median()), 1),
        "full_load_kw": round(float(system["design_kw"] * ratio), 2),
        "measured": f"InferenceX to {options['published_on']}; median of {len(group)}",
        "measured_on": str(options["published_on"]),
        "results_count": len(group),
        "least_output_tokens_per_s": round(float(speed.min()), 1),
        "most_output_tokens_per_s": round(float(speed.max()), 1),
        "design_kw": system["design_kw"],
    }
    return sourced(row, "INFERENCEX-POINTS", "published")
