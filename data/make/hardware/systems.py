"""Rows of `hardware`: from accelerators.csv and what is entered by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
from rows import Row, assumed

from tokenworks.chips import (
    BIT_LENGTHS,
    performance_density,
    total_processing_performance,
)

# Column of `hardware` to that of accelerators.csv, and by how much it is multiplied.
CHIP_COLUMNS: dict[str, tuple[str, float]] = {
    "dense_fp4_tflops": ("dense_fp4_tflops", 1),
    "dense_fp8_tflops": ("dense_fp8_tflops", 1),
    "dense_bf16_tflops": ("dense_bf16_tflops", 1),
    "dense_int8_tops": ("dense_int8_tops", 1),
    "accelerator_memory_gb": ("memory_gb", 1),
    "memory_bandwidth_gb_per_s": ("memory_bw_tbs", 1000),
    "accelerator_tdp_kw": ("tdp_w", 0.001),
    "logic_die_mm2": ("die_area_mm2", 1),
}
READ_COLUMNS = (
    "name",
    *(column for column, _ in CHIP_COLUMNS.values()),
    "system_kw_per_accel",
    "rack_kw",
    "available_year",
    "estimate_fields",
    "note",
)

# Where all-in power is not above this times the chip's, the file gives the chip's for a module.
_MORE_THAN_THE_CHIP = 1.01


def hardware_rows(hand: dict[str, Any], chips: pd.DataFrame) -> list[Row]:
    """Rows of the systems that are or will be sold, switched off; points switch them on."""
    ratio = all_in_over_tdp(chips)
    return [
        _row(system, chips.loc[system["accelerator"]], hand, ratio) for system in hand["systems"]
    ]


def all_in_over_tdp(chips: pd.DataFrame) -> float:
    """Median of all-in power over thermal design power, where both are given and differ."""
    ratio = 1000 * chips["system_kw_per_accel"] / chips["tdp_w"]
    return float(ratio[ratio > _MORE_THAN_THE_CHIP].median())


def _row(system: dict[str, Any], chip: pd.Series[Any], hand: dict[str, Any], ratio: float) -> Row:
    options = {**hand["defaults"], **system}
    count = system["count"]
    design_kw = _design_kw(chip, count, ratio)
    capex = _capex_usd(options)
    figures = chip_figures(system, chip)
    return assumed(
        {
            "system": system["system"],
            "name": system["name"],
            "vendor": system["vendor"],
            "accelerator": system["accelerator"].split(" (")[0],
            "accelerators_count": count,
            "design_kw": design_kw,
            "idle_kw": _times(design_kw, options["idle_fraction_of_design"], 2),
            "rack_kw_per_rack": _rack_kw(chip, design_kw, options["per_rack"]),
            "cooling": options["cooling"],
            "capex_usd": capex,
            "fixed_om_usd_per_year": _times(capex, options["fixed_om_fraction_of_capex"], 0),
            "life_years": options["life_years"],
            "lead_months": options["lead_months"],
            "first_order": str(options.get("first_order", "")),
            "memory_gb": _times(figures["accelerator_memory_gb"], count, 4),
            "resale_fraction": options["resale_fraction"],
            "resale_decay_fraction_per_year": options["resale_decay_fraction_per_year"],
            "enabled": False,
            **figures,
            "first_sold": _first_sold(chip, hand),
            "sold_to_others": options["merchant"],
            "headquarters": options["hq"],
            "software_stack": options["stack"],
            "hall_needs": _hall_needs(options),
            "generation_note": options.get("note", ""),
            "usd_year": options["usd_year"],
        }
    )


def chip_figures(system: dict[str, Any], chip: pd.Series[Any]) -> dict[str, Any]:
    """Figures of one accelerator, and what rules on exports count, computed from them."""
    figures: dict[str, Any] = {}
    for name, (column, factor) in CHIP_COLUMNS.items():
        figures[name] = "" if pd.isna(chip[column]) else round(float(chip[column]) * factor, 6)
    if system.get("sram_only"):
        figures["memory_bandwidth_gb_per_s"] = 0.0
    for name, value in system.get("override", {}).items():  # null: none that counts is known
        figures[name] = "" if value is None else float(value)
    return with_computed(figures)


def with_computed(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures with total processing performance and its density, blank where unknown."""
    tpp = total_processing_performance(
        {name: figures[name] for name in BIT_LENGTHS if figures[name] != ""}
    )
    die = figures["logic_die_mm2"]
    known = tpp is not None and die != ""
    return {
        **figures,
        "tpp": "" if tpp is None else round(tpp, 4),
        "performance_density_tpp_per_mm2": round(performance_density(tpp, die), 4) if known else "",
    }


def _design_kw(chip: pd.Series[Any], count: int, ratio: float) -> Any:
    if not pd.isna(chip["system_kw_per_accel"]):
        return round(float(chip["system_kw_per_accel"]) * count, 4)
    if not pd.isna(chip["tdp_w"]):
        return round(float(chip["tdp_w"]) / 1000 * ratio * count, 2)
    return ""


def _capex_usd(options: dict[str, Any]) -> Any:
    if "chip_price_usd" not in options:
        return ""
    chips = options["count"] * options["chip_price_usd"]
    if options.get("rack"):
        return round(chips * (1 + options["rack_network_fraction"]))
    return chips + options["server_usd"]


def _rack_kw(chip: pd.Series[Any], design_kw: Any, per_rack: int) -> Any:
    """Power of the rack: the published one of a system that is a rack, else its systems'."""
    if per_rack == 1 and not pd.isna(chip["rack_kw"]):
        return float(chip["rack_kw"])
    return _times(design_kw, per_rack, 2)


def _times(value: Any, factor: float, digits: int) -> Any:
    return "" if value == "" else round(value * factor, digits)


def _first_sold(chip: pd.Series[Any], hand: dict[str, Any]) -> str:
    if pd.isna(chip["available_year"]):
        return ""
    day = hand["first_sold"]
    return dt.date(int(chip["available_year"]), day["month"], day["day"]).isoformat()


def _hall_needs(options: dict[str, Any]) -> str:
    many = options["per_rack"]
    loop = {"liquid": "liquid loop to the rack", "air": "air cooling"}.get(options["cooling"])
    return "" if loop is None else f"{loop}; {many} system{'s' if many > 1 else ''} to a rack"
