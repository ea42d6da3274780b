"""Later generations of hardware: rows and operating points by a stated rule, all assumed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rows import Row, assumed

from hardware.systems import CHIP_COLUMNS, with_computed

_RATES = ("dense_fp4_tflops", "dense_fp8_tflops", "dense_bf16_tflops", "dense_int8_tops")
_OF_KW = ("design_kw", "idle_kw", "rack_kw_per_rack", "accelerator_tdp_kw")
_OF_PRICE = ("capex_usd", "fixed_om_usd_per_year")
_OF_MEMORY = ("memory_gb", "accelerator_memory_gb", "memory_bandwidth_gb_per_s")


def generations(options: dict[str, Any]) -> Iterator[tuple[dict[str, Any], int, dict[str, float]]]:
    """Line, year, and factors over the line's base of every later generation."""
    for line in options["lines"]:
        for year in options["years"]:
            steps = (year - line["base_year"]) / options["years_apart"]
            yield line, year, {name: rate**steps for name, rate in options["growth"].items()}


def later_systems(options: dict[str, Any], hardware: list[Row]) -> list[Row]:
    """Rows of `hardware` of the later generations."""
    known = {row["system"]: row for row in hardware}
    return [
        _system(line, year, factors, known[line["base"]])
        for line, year, factors in generations(options)
    ]


def _system(line: dict[str, Any], year: int, factors: dict[str, float], base: Row) -> Row:
    row = {
        **base,
        "system": f"{line['line']}-{year}",
        "name": f"{line['name']} {year}",
        "accelerator": f"{line['line']} {year}",
        "first_order": f"{year}-01-01",
        "first_sold": f"{year}-01-01",
        "logic_die_mm2": "",
        "cooling": "liquid",
        "generation_note": f"Not announced. From {base['system']} by the growth of a generation.",
    }
    for names, factor in (
        (_RATES, factors["tokens"]),
        (_OF_KW, factors["kw"]),
        (_OF_PRICE, factors["price"]),
        (_OF_MEMORY, factors["memory"]),
    ):
        for name in names:
            row[name] = "" if base[name] == "" else significant(base[name] * factor)
    return assumed({**row, **with_computed({name: row[name] for name in CHIP_COLUMNS})})


def later_points(options: dict[str, Any], hardware: list[Row], points: list[Row]) -> list[Row]:
    """Operating points of the later generations, at the latencies and lengths of measured ones."""
    known = {row["system"]: row for row in hardware}
    lifts = {line["line"]: _lift(line, points, known) for line in options["lines"]}
    found = []
    for line, year, factors in generations(options):
        system = known[f"{line['line']}-{year}"]
        base = known[line["base"]]
        for point in _measured(line, points):
            share = base["accelerators_count"] / known[point["system"]]["accelerators_count"]
            lift = 1.0 if point["system"] == line["base"] else lifts[line["line"]]
            found.append(_point(point, system, base, factors["tokens"] * lift * share))
    return found


def _measured(line: dict[str, Any], points: list[Row]) -> Iterator[Row]:
    """Points of the first of the line's systems that a benchmark has of the model."""
    taken: dict[tuple[str, str], str] = {}
    for system in line["points"]:
        for point in (point for point in points if point["system"] == system):
            if taken.setdefault((point["model"], point["percentile"]), system) == system:
                yield point


def _lift(line: dict[str, Any], points: list[Row], known: dict[str, Row]) -> float:
    """What the line's base gained over an earlier system, by accelerator, at its least tier."""
    if "lift" not in line:
        return 1.0
    speeds: dict[str, dict[str, float]] = {line["base"]: {}, line["lift"]["over"]: {}}
    for point in points:
        if point["model"] == line["lift"]["model"] and point["system"] in speeds:
            count = known[point["system"]]["accelerators_count"]
            by_tier = speeds[point["system"]]
            by_tier.setdefault(point["tier"], point["output_tokens_per_s"] / count)
    new, old = speeds[line["base"]], speeds[line["lift"]["over"]]
    return min(new[tier] / old[tier] for tier in new if tier in old)


def _point(point: Row, system: Row, base: Row, factor: float) -> Row:
    tail = point["point"].removeprefix(f"{point['system']}-")
    full_over_design = point["full_load_kw"] / point["design_kw"]
    return assumed(
        {
            **{
                name: value for name, value in point.items() if name not in ("source", "confidence")
            },
            "point": f"{system['system']}-{tail}",
            "system": system["system"],
            "design_kw": system["design_kw"],
            "output_tokens_per_s": significant(point["output_tokens_per_s"] * factor),
            "full_load_kw": significant(system["design_kw"] * full_over_design),
            "measured": f"not measured: {point['point']} x {factor:.3g}, base {base['system']}",
            "measured_on": system["first_order"],
            "results_count": "",
            "least_output_tokens_per_s": "",
            "most_output_tokens_per_s": "",
        }
    )


def significant(value: float, digits: int = 4) -> float:
    """The value to so many significant digits."""
    return float(f"{value:.{digits}g}")
