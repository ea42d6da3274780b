"""Tables of tokens: hardware, models, operating points, workloads, rented capacity."""

from __future__ import annotations

from typing import Any

import pandas as pd
from gathered import Gathered
from rows import Row, assumed, hand_entered, sourced

SECONDS_PER_HOUR = 3600
TOKENS_PER_MTOKEN = 1e6
WATTS_PER_KW = 1000
CHIP_COLUMNS = ("name", "memory_gb", "system_kw_per_accel", "rental_usd_per_hr")
RESULT_COLUMNS = (
    "source_type",
    "round_or_date",
    "division",
    "availability",
    "accelerator",
    "accelerators",
    "model",
    "scenario",
    "tokens_per_s",
    "power_w",
)


def token_tables(gathered: Gathered) -> dict[str, list[Row]]:
    """Rows of the tables of tokens, by table."""
    hand = hand_entered("tiny", "tokens")
    chips = gathered.frame("accelerators.csv", CHIP_COLUMNS).set_index("name")
    count = hand["hardware_defaults"]["accelerators"]
    results = closed_results(gathered.frame("throughput.csv", RESULT_COLUMNS), count)
    hardware = [_hardware(row, chips, hand) for row in hand["hardware"]]
    points = _operating_points(hand, results, hardware)
    return {
        "hardware": hardware,
        "models": [assumed(row) for row in hand["models"]],
        "operating_points": points,
        "workloads": _workloads(hand),
        "cloud_prices": _cloud_prices(hand, chips, points),
    }


def closed_results(throughput: pd.DataFrame, accelerators: int) -> pd.DataFrame:
    """MLPerf Inference results of the closed division on one server of so many accelerators."""
    return throughput[
        (throughput["source_type"] == "MLPerf Inference")
        & (throughput["division"] == "closed")
        & (throughput["availability"] == "available")
        & (throughput["accelerators"] == accelerators)
    ]


def _hardware(row: dict[str, Any], chips: pd.DataFrame, hand: dict[str, Any]) -> Row:
    """A server: its chips' all-in power and memory, its price from chips and the rest."""
    options = hand["hardware_defaults"]
    count = options["accelerators"]
    chip = chips.loc[row["accelerator"]]
    design_kw = round(float(chip["system_kw_per_accel"]) * count, 4)
    capex = count * row["chip_price_usd"] + row["server_and_network_usd"]
    return assumed(
        {
            "system": row["system"],
            "name": row["name"],
            "vendor": row["vendor"],
            "accelerator": row["accelerator"].split(" (")[0],
            "accelerators_count": count,
            "design_kw": design_kw,
            "idle_kw": round(design_kw * options["idle_fraction_of_design"], 2),
            "rack_kw_per_rack": round(design_kw * row["servers_per_rack"], 2),
            "cooling": row["cooling"],
            "capex_usd": capex,
            "fixed_om_usd_per_year": round(capex * options["fixed_om_fraction_of_capex"]),
            "life_years": options["life_years"],
            "lead_months": options["lead_months"],
            "first_order": "",
            "memory_gb": float(chip["memory_gb"]) * count,
            "resale_fraction": options["resale_fraction"],
            "resale_decay_fraction_per_year": options["resale_decay_fraction_per_year"],
            "enabled": True,
            "usd_year": options["usd_year"],
        }
    )


def wall_over_design(hand: dict[str, Any], results: pd.DataFrame, hardware: list[Row]) -> float:
    """Measured wall power of the reference server over its all-in figure."""
    wall = hand["wall_measurement"]
    measured = results[
        (results["accelerator"] == wall["accelerator"])
        & (results["model"] == wall["model"])
        & (results["scenario"] == wall["scenario"])
    ]["power_w"].dropna()
    design_kw = next(row["design_kw"] for row in hardware if row["system"] == wall["system"])
    return float(measured.median()) / WATTS_PER_KW / float(design_kw)


def _operating_points(
    hand: dict[str, Any], results: pd.DataFrame, hardware: list[Row]
) -> list[Row]:
    """Median of the closed results at each tier, all rounds pooled, for each server."""
    ratio = wall_over_design(hand, results, hardware)
    design_kw = {row["system"]: row["design_kw"] for row in hardware}
    rows = []
    for tier in hand["tiers"]:
        for server in hand["hardware"]:
            found = results[
                (results["accelerator"] == server["mlperf_accelerator"])
                & (results["model"] == tier["benchmark"])
                & (results["scenario"] == tier["scenario"])
            ]
            if found.empty:
                raise ValueError(f"no result of {server['system']} at {tier['benchmark']}")
            rounds = sorted(set(found["round_or_date"]))
            row = {
                "point": f"{server['system']}-{tier['key']}",
                "system": server["system"],
                "model": tier["model"],
                "tier": tier["tier"],
                "stage": "serve",
                "input_tokens": tier["input_tokens"],
                "output_tokens": tier["output_tokens"],
                "cached_fraction": 0,
                "precision": server["precision"][tier["key"]],
                "ttft_ms": tier["ttft_ms"],
                "tpot_ms": tier["tpot_ms"],
                "percentile": "p99",
                "output_tokens_per_s": round(float(found["tokens_per_s"].median()), 1),
                "full_load_kw": round(design_kw[server["system"]] * ratio, 2),
                "measured": f"MLPerf Inference {', '.join(rounds)}; median of {len(found)}",
            }
            rows.append(sourced(row, "MLPERF-INFERENCE", "measured"))
    return rows


def _workloads(hand: dict[str, Any]) -> list[Row]:
    """Workloads with the lengths of the benchmark that serves them."""
    tiers = {tier["key"]: tier for tier in hand["tiers"]}
    rows = []
    for row in hand["workloads"]:
        tier = tiers[row["key"]]
        kept = {name: value for name, value in row.items() if name != "key"}
        rows.append(
            assumed(
                {
                    **kept,
                    "model": tier["model"],
                    "input_tokens": tier["input_tokens"],
                    "output_tokens": tier["output_tokens"],
                    "cached_fraction": 0,
                    "usd_year": hand["workload_usd_year"],
                }
            )
        )
    return rows


def _cloud_prices(hand: dict[str, Any], chips: pd.DataFrame, points: list[Row]) -> list[Row]:
    """Rent of a token: price of a server's hour over its tokens at the mean utilisation."""
    cloud = hand["cloud"]
    per_hour = (
        float(chips.loc[cloud["accelerator"], "rental_usd_per_hr"])
        * hand["hardware_defaults"]["accelerators"]
    )
    speed = {row["point"]: row["output_tokens_per_s"] for row in points}
    rows = []
    for workload in hand["workloads"]:
        tokens_per_s = speed[f"{cloud['system']}-{workload['key']}"]
        mtokens = tokens_per_s * cloud["mean_utilisation_fraction"] * SECONDS_PER_HOUR
        price = per_hour / (mtokens / TOKENS_PER_MTOKEN)
        for year, most in cloud["max_output_tokens_per_s"][workload["workload"]].items():
            growth = cloud["growth_per_year"] ** (year - cloud["first_year"])
            row = {
                "workload": workload["workload"],
                "year": year,
                "rent_usd_per_mtoken": round(price * growth, 4),
                "max_output_tokens_per_s": most,
                "usd_year": cloud["usd_year"],
            }
            rows.append(sourced(row, "INFERENCEX-TCO-2026", "assumed"))
    return rows
