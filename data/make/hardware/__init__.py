"""Tables of hardware, made from the files of their sources."""

from __future__ import annotations

from typing import Any

from gathered import Gathered
from rows import Row, assumed, hand_entered

from hardware import cite
from hardware.generations import later_points, later_systems
from hardware.points import HELP_COLUMNS, frontier_points, mlperf_points, wall_over_design
from hardware.results import RESULT_COLUMNS, closed
from hardware.software import efficiency_rows, part_load_rows
from hardware.systems import READ_COLUMNS, hardware_rows
from tokenworks.schema.tables_hardware import NEEDED_WHEN_ENABLED


def tables(gathered: Gathered) -> dict[str, list[Row]]:
    """Rows of the tables of hardware, by table."""
    hand = hand_entered("hardware", "systems")
    benchmarks = hand_entered("hardware", "benchmarks")
    models = hand_entered("hardware", "models")
    chips = gathered.frame("accelerators.csv", READ_COLUMNS).set_index("name")
    results = gathered.frame("throughput.csv", RESULT_COLUMNS)
    hardware = hardware_rows(hand, chips)
    measured = measured_points(benchmarks, results, hand["systems"], hardware)
    lines = cite.of_hardware(hand, chips, hardware)
    lines += cite.of_models(models)
    lines += cite.of_points(
        benchmarks["mlperf"], measured, closed(results), named(hand["systems"], hardware)
    )
    hardware += later_systems(hand["generations"], hardware)
    points = measured + later_points(hand["generations"], hardware, measured)
    lines += cite.of_memory(hardware, lines)
    return {
        "hardware": switched_on(hardware, points),
        "models": [_model(row, models, points) for row in models["models"]],
        "operating_points": [without(point, HELP_COLUMNS) for point in points],
        "part_load_power": part_load_rows(benchmarks["ml_energy"], results, hand["systems"]),
        "software_efficiency": efficiency_rows(
            benchmarks["software"], closed(results), hand["systems"]
        ),
        "figure_sources": lines,
    }


def measured_points(
    hand: dict[str, Any], results: Any, systems: list[dict[str, Any]], hardware: list[Row]
) -> list[Row]:
    """Operating points of systems whose power is known, from every body of results."""
    powered = [row for row in named(systems, hardware) if row["design_kw"] != ""]
    ratio = wall_over_design(hand, closed(results), powered)
    return mlperf_points(hand, closed(results), powered, ratio) + frontier_points(
        hand, results, powered, ratio
    )


def named(systems: list[dict[str, Any]], hardware: list[Row]) -> list[Row]:
    """Rows of hardware with the names of their accelerator in the bodies of results."""
    return [
        {**row, "mlperf": system.get("mlperf", ""), "inferencex": system.get("inferencex", "")}
        for system, row in zip(systems, hardware, strict=True)
    ]


def switched_on(hardware: list[Row], points: list[Row]) -> list[Row]:
    """The rows, switched on where there are operating points and nothing needed is blank."""
    served = {point["system"] for point in points}
    return [
        {
            **row,
            "enabled": row["system"] in served
            and all(row[name] != "" for name in NEEDED_WHEN_ENABLED),
        }
        for row in hardware
    ]


def without(row: Row, names: tuple[str, ...]) -> Row:
    """The row without some columns."""
    return {name: value for name, value in row.items() if name not in names}


def _model(row: dict[str, Any], hand: dict[str, Any], points: list[Row]) -> Row:
    measured = {p["precision"] for p in points if p["model"] == row["model"]} - {""}
    return assumed(
        {
            "model": row["model"],
            "name": row["name"],
            "memory_gb": row["memory_gb"],
            "total_parameters_billions": row["total"],
            "active_parameters_billions": row["active"],
            "kv_bytes_per_token": row["layers"] * row["values"] * hand["bytes_per_value"],
            "accepted_precisions": ", ".join(sorted(measured)),
        }
    )
