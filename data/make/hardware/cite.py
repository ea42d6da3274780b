"""Rows of `figure_sources`: figures of hardware that differ from their row in source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
from rows import Row

from hardware.results import WALL, of_system_at
from hardware.systems import CHIP_COLUMNS
from tokenworks.chips import BIT_LENGTHS
from tokenworks.schema.shorthand import CONFIDENCES

# Words of accelerators.csv's remark on a performance that rests on a weak figure.
_WEAK_PERFORMANCE = "TPP rests on an estimated/secondary figure"


def line(table: str, row: str, column: str, source: str, confidence: str, note: str) -> Row:
    """A row of `figure_sources`."""
    return {
        "table": table,
        "row": row,
        "column": column,
        "source": source,
        "confidence": confidence,
        "note": note,
    }


def of_hardware(hand: dict[str, Any], chips: pd.DataFrame, hardware: list[Row]) -> list[Row]:
    """Figures of systems that are not simply assumed."""
    known = {row["system"]: row for row in hardware}
    lines: list[Row] = []
    for system in hand["systems"]:
        chip = chips.loc[system["accelerator"]]
        row = known[system["system"]]
        estimates = "" if pd.isna(chip["estimate_fields"]) else str(chip["estimate_fields"])
        lines += _of_power(system, chip, row, estimates)
        lines += _of_price(system)
        own = {
            name: _of_chip(name, system, row, hand, estimates)
            for name in CHIP_COLUMNS
            if row[name] != ""
        }
        lines += [*own.values(), *_of_computed(row, own, chip, estimates)]
    return lines


def _of_power(
    system: dict[str, Any], chip: pd.Series[Any], row: Row, estimates: str
) -> Iterator[Row]:
    if row["design_kw"] == "":
        return
    if pd.isna(chip["system_kw_per_accel"]):
        note = "Computed: thermal design power x the median ratio of systems that have both."
        yield line("hardware", row["system"], "design_kw", "ACCELERATOR-SPECS", "assumed", note)
        return
    count = system["count"]
    note = f"Computed: all-in kW per accelerator x {count}."
    given = system.get("power", {"source": "INFERENCEX-TCO-2026", "confidence": "published"})
    confidence = given["confidence"]
    if "system_kw_per_accel" in estimates:
        confidence = "assumed"
        note = "An average in inference, not a nameplate."
    yield line("hardware", row["system"], "design_kw", given["source"], confidence, note)


def _of_price(system: dict[str, Any]) -> Iterator[Row]:
    if "chip_price_usd" in system:
        source, note = system.get("price_source", ""), system["price_note"]
        yield line("hardware", system["system"], "capex_usd", source, "assumed", note)


def _of_chip(
    name: str, system: dict[str, Any], row: Row, hand: dict[str, Any], estimates: str
) -> Row:
    """Source of a figure of the accelerator."""
    spec = system.get("spec", hand["defaults"]["spec"])
    source, confidence, note = spec["source"], spec["confidence"], ""
    if name in system.get("spec_of", {}):
        source, confidence = system["spec_of"][name], "published"
    if name in system.get("override", {}):
        given = system["override_source"]
        source, confidence, note = given["source"], given["confidence"], given["note"]
    if name == "memory_bandwidth_gb_per_s" and system.get("sram_only"):
        note = "All memory is on the chip, so there is no DRAM."
    if _estimated(CHIP_COLUMNS[name][0], estimates):
        confidence, note = "assumed", "Estimated or inferred by those who collected it."
    return line("hardware", row["system"], name, source, confidence, note)


def _of_computed(
    row: Row, own: dict[str, Row], chip: pd.Series[Any], estimates: str
) -> Iterator[Row]:
    """Performance and its density: as weak as the rate that decides, and as the die."""
    if row["tpp"] == "":
        return
    deciding = [
        own[name]
        for name, bits in BIT_LENGTHS.items()
        if row[name] and row[name] * bits == row["tpp"]
    ]
    best = min(deciding, key=lambda cited: CONFIDENCES.index(cited["confidence"]))
    floor = "published"
    if not pd.isna(chip["note"]) and _WEAK_PERFORMANCE in str(chip["note"]):
        floor = "claimed"
    if "TPP" in estimates:
        floor = "assumed"
    tpp = line(
        "hardware",
        row["system"],
        "tpp",
        best["source"],
        weakest(best["confidence"], floor),
        "Computed: dense rate x bit length, the most over precisions.",
    )
    yield tpp
    if row["performance_density_tpp_per_mm2"] != "":
        confidence = weakest(tpp["confidence"], own["logic_die_mm2"]["confidence"])
        yield line(
            "hardware",
            row["system"],
            "performance_density_tpp_per_mm2",
            tpp["source"],
            confidence,
            "Computed: performance over the area of the logic dies.",
        )


def weakest(*confidences: str) -> str:
    """The confidence of what is computed of parts."""
    return max(confidences, key=CONFIDENCES.index)


def _estimated(column: str, estimates: str) -> bool:
    """Whether the file lists a column among its estimates, also by a shortened name."""
    short = column.removesuffix("_tflops").removesuffix("_tops").removeprefix("dense_")
    words = (
        estimates.replace("(", " ").replace("/", " ").replace(",", " ").replace(";", " ").split()
    )
    return bool(column) and (column in words or f"dense_{short}" in words or short in words)


def of_memory(hardware: list[Row], lines: list[Row]) -> list[Row]:
    """Memory of systems whose accelerator's memory is not published, and of later generations."""
    per_chip = {
        cited["row"]: cited for cited in lines if cited["column"] == "accelerator_memory_gb"
    }
    found = []
    for row in hardware:
        cited = per_chip.get(row["system"])
        note = "Computed: per accelerator x accelerators of the system."
        if row["memory_gb"] == "":
            continue
        if cited is None:
            found.append(
                line("hardware", row["system"], "memory_gb", "", "assumed", "By the rule.")
            )
        elif (cited["source"], cited["confidence"]) != ("ACCELERATOR-SPECS", "published"):
            values = (cited["source"], cited["confidence"], note)
            found.append(line("hardware", row["system"], "memory_gb", *values))
    return found


def of_models(hand: dict[str, Any]) -> list[Row]:
    """Parameters that a card states, and caches computed from a published configuration."""
    lines = []
    for model in hand["models"]:
        if "card" in model:
            lines += [
                line("models", model["model"], name, model["card"], "published", "")
                for name in ("total_parameters_billions", "active_parameters_billions")
            ]
        if "architecture" in model:
            values = (model["architecture"], "published", "Computed: layers x values x 2 bytes.")
            lines.append(line("models", model["model"], "kv_bytes_per_token", *values))
    return lines


def of_points(
    hand: dict[str, Any], points: list[Row], results: pd.DataFrame, hardware: list[Row]
) -> list[Row]:
    """Lengths, limits and wall power of the points from MLPerf."""
    systems = {row["system"]: row for row in hardware}
    benchmarks = {entry["model"]: entry for entry in hand["benchmarks"]}
    lines = []
    for point in points:
        if point["source"] != "MLPERF-INFERENCE":
            continue
        entry = benchmarks[point["model"]]
        for name in ("input_tokens", "output_tokens"):
            source = entry[name].get("source", "")
            confidence = "published" if source else "assumed"
            cited = (name, source, confidence, entry[name]["note"])
            lines.append(line("operating_points", point["point"], *cited))
        lines += _of_limits(hand, entry, point)
        scenario = point["tier"].capitalize()
        system = systems[point["system"]]
        counted = {"mlperf": system["mlperf"], "count": system["accelerators_count"]}
        found = of_system_at(results, counted, entry, scenario)
        if (found["power_basis"] == WALL).any():
            cited = ("full_load_kw", "MLPERF-POWER-5-1", "measured", "")
            lines.append(line("operating_points", point["point"], *cited))
    return lines


def _of_limits(hand: dict[str, Any], entry: dict[str, Any], point: Row) -> Iterator[Row]:
    scenario = point["tier"].capitalize()
    limits = entry.get("limits", {}).get(scenario, hand["limits"])
    source, confidence = limits["source"], limits["confidence"]
    note = "The benchmark's limit, not the time measured."
    if scenario == "Offline":
        source, confidence, note = "", "assumed", "The benchmark has no limit offline."
    for name in ("ttft_ms", "tpot_ms"):
        yield line("operating_points", point["point"], name, source, confidence, note)
