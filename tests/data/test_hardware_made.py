"""The rules by which the tables of hardware are made, on results made up here."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

MAKE = Path(__file__).parents[2] / "data" / "make"
LATER = [f"{line}-{year}" for line in ("nvidia", "amd-like") for year in (2028, 2030, 2032, 2034)]
MADE_WITH = ("hardware", "rows", "gathered")


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The modules that make the tables."""
    for name in [name for name in sys.modules if name.split(".")[0] in MADE_WITH]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(MAKE))
    import hardware  # noqa: PLC0415
    from hardware import points, results, software, systems  # noqa: PLC0415

    yield {
        "theme": hardware,
        "points": points,
        "results": results,
        "software": software,
        "systems": systems,
    }
    for name in [name for name in sys.modules if name.split(".")[0] in MADE_WITH]:
        del sys.modules[name]


def made_up(make: dict[str, Any], rows: list[dict[str, Any]]) -> pd.DataFrame:
    usual = {
        "source_type": "MLPerf Inference",
        "round_or_date": "v6.0",
        "division": "closed",
        "availability": "available",
        "accelerator": "Chip",
        "accelerators": 8.0,
        "model": "llama2-70b-99",
        "scenario": "Server",
        "power_basis": "",
        "weight_dtype": "fp8",
    }
    frame = pd.DataFrame([{**usual, **row} for row in rows])
    frame["tokens_per_s_per_accel"] = frame["tokens_per_s"] / frame["accelerators"]
    return frame.reindex(columns=list(make["results"].RESULT_COLUMNS))


SYSTEM = {
    "system": "chip-8",
    "mlperf": "Chip",
    "inferencex": "chip",
    "accelerators_count": 8,
    "design_kw": 10.0,
}


def hand() -> dict[str, Any]:
    text = (MAKE / "hardware" / "hand" / "benchmarks.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def mlperf(make: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    results = make["results"].closed(made_up(make, rows))
    found = make["points"].mlperf_points(hand(), results, [SYSTEM], 0.75)
    return {row["point"]: row for row in found}


def test_a_point_is_the_median_of_the_systems_own_closed_results(make: dict[str, Any]) -> None:
    rows = [
        *({"tokens_per_s": speed} for speed in (100.0, 900.0, 300.0)),
        {"tokens_per_s": 5000.0, "division": "open"},
        {"tokens_per_s": 5000.0, "availability": "preview"},
        {"tokens_per_s": 5000.0, "accelerators": 16.0},
        {"tokens_per_s": 5000.0, "model": "llama2-70b-99.9"},  # repeats the -99 rows
        {"tokens_per_s": 5000.0, "accelerator": "Other chip"},
    ]
    (point,) = mlperf(make, rows).values()
    assert point["point"] == "chip-8-llama2-70b-server"
    assert point["output_tokens_per_s"] == 300
    assert (point["results_count"], point["measured_on"]) == (3, "2026-04-01")
    assert (point["least_output_tokens_per_s"], point["most_output_tokens_per_s"]) == (100, 900)
    assert (point["ttft_ms"], point["tpot_ms"], point["full_load_kw"]) == (2000, 200, 7.5)


def test_results_on_other_numbers_count_by_accelerator_where_there_are_no_own(
    make: dict[str, Any],
) -> None:
    rows = [
        {"tokens_per_s": 160.0, "accelerators": 16.0},  # 80 on eight
        {"tokens_per_s": 30.0, "accelerators": 2.0},  # 120 on eight
        {"tokens_per_s": 900.0, "accelerators": 16.0, "availability": "preview"},
    ]
    (point,) = mlperf(make, rows).values()
    assert point["output_tokens_per_s"] == 100
    assert point["measured"].endswith("median of 2, by accelerator from systems of 2, 16")


def test_a_preview_counts_only_where_nothing_can_be_bought_and_says_so(
    make: dict[str, Any],
) -> None:
    (point,) = mlperf(make, [{"tokens_per_s": 70.0, "availability": "preview"}]).values()
    assert point["output_tokens_per_s"] == 70
    assert point["measured"].endswith("median of 1, preview")


def test_power_measured_at_the_wall_goes_before_the_ratio(make: dict[str, Any]) -> None:
    wall = {"power_w": 8200.0, "power_basis": make["results"].WALL}
    boards = {"power_w": 3000.0, "power_basis": "GPU boards only"}
    rows = [{"tokens_per_s": 10.0, **wall}, {"tokens_per_s": 10.0, **boards}]
    (point,) = mlperf(make, rows).values()
    assert point["full_load_kw"] == 8.2


def test_first_round_of_a_young_benchmark_is_left_out(make: dict[str, Any]) -> None:
    rows = [
        {"model": "deepseek-r1", "tokens_per_s": 100.0, "round_or_date": "v5.1"},
        {"model": "deepseek-r1", "tokens_per_s": 300.0, "round_or_date": "v6.0"},
    ]
    (point,) = mlperf(make, rows).values()
    assert point["output_tokens_per_s"] == 300


def test_frontier_takes_medians_by_band_and_only_what_fits_the_system(make: dict[str, Any]) -> None:
    usual = {
        "source_type": "InferenceX (derived)",
        "accelerator": "chip",
        "accelerators": 4.0,
        "model": "openai/gpt-oss-120b",
        "isl": 1024.0,
        "osl": 1024.0,
        "weight_dtype": "fp4",
        "ttft_ms": 200.0,
    }
    rows = [
        {**usual, "tokens_per_s": 400.0, "interactivity_tok_s_user": 40.0},
        {**usual, "tokens_per_s": 200.0, "interactivity_tok_s_user": 49.9},
        {**usual, "tokens_per_s": 100.0, "interactivity_tok_s_user": 50.0},
        {**usual, "tokens_per_s": 9000.0, "interactivity_tok_s_user": 40.0, "accelerators": 16.0},
        {**usual, "tokens_per_s": 9000.0, "interactivity_tok_s_user": 40.0, "isl": 512.0},
        {**usual, "tokens_per_s": 9000.0, "interactivity_tok_s_user": 10.0},
    ]
    found = make["points"].frontier_points(hand(), made_up(make, rows), [SYSTEM], 0.75)
    # Eight accelerators hold two copies on four: (400 + 200) / 2 x 2, and 100 x 2.
    assert [(row["point"], row["output_tokens_per_s"]) for row in found] == [
        ("chip-8-gpt-oss-120b-1024-1024-fp4-35", 600),
        ("chip-8-gpt-oss-120b-1024-1024-fp4-50", 200),
    ]
    assert found[1]["tpot_ms"] == 20  # 1000 ms / 50


def test_software_gain_is_the_median_ratio_of_the_same_series(make: dict[str, Any]) -> None:
    rows = [
        {"tokens_per_s": 100.0, "round_or_date": "v5.1"},
        {"tokens_per_s": 110.0, "round_or_date": "v6.0"},
        {"tokens_per_s": 130.0, "round_or_date": "v6.1"},  # median 120 of 100: 1.2
        {"tokens_per_s": 100.0, "round_or_date": "v5.1", "scenario": "Offline"},
        {"tokens_per_s": 160.0, "round_or_date": "v6.0", "scenario": "Offline"},  # 1.6
        {"tokens_per_s": 900.0, "round_or_date": "v6.0", "model": "mixtral-8x7b"},  # no pair
    ]
    systems = [{"stack": "cuda", "mlperf": "Chip"}, {"stack": "xla"}]
    found = make["software"].efficiency_rows(hand()["software"], made_up(make, rows), systems)
    index = {(row["software_stack"], row["year"]): row for row in found}
    assert index["cuda", 2026]["efficiency_index"] == pytest.approx(1.4)
    assert (index["cuda", 2026]["pairs_count"], index["cuda", 2026]["confidence"]) == (
        2,
        "measured",
    )
    assert index["xla", 2026]["efficiency_index"] == 1
    assert index["xla", 2026]["confidence"] == "assumed"


@pytest.fixture
def excerpt(make: dict[str, Any], tmp_path: Path) -> Path:
    """Small files in the form of the gathered ones, with made-up figures."""
    text = (MAKE / "hardware" / "hand" / "systems.yaml").read_text(encoding="utf-8")
    chips = [{"name": system["accelerator"]} for system in yaml.safe_load(text)["systems"]]
    for chip in chips:
        if chip["name"].startswith(("B200", "GB300", "VR200", "MI355X")):
            chip |= {"dense_fp8_tflops": 1000, "memory_gb": 200, "memory_bw_tbs": 5, "tdp_w": 1000}
            chip |= {"system_kw_per_accel": 1.5, "available_year": 2025}
    columns = list(make["systems"].READ_COLUMNS)
    pd.DataFrame(chips).reindex(columns=columns).to_csv(tmp_path / "accelerators.csv", index=False)
    wall = {"power_w": 9000.0, "power_basis": make["results"].WALL}
    b200 = {"accelerator": "NVIDIA B200-SXM-180GB"}
    rack = {"accelerators": 72.0, "model": "deepseek-r1"}
    rows = [
        {"tokens_per_s": 8000.0, **b200, **wall},
        {"tokens_per_s": 72000.0, "accelerator": "NVIDIA GB300", **rack},
        {"tokens_per_s": 144000.0, "accelerator": "NVIDIA Vera Rubin", **rack},
        {"tokens_per_s": 6000.0, "accelerator": "AMD Instinct MI355X 288GB HBM3e"},
    ]
    made_up(make, rows).to_csv(tmp_path / "throughput.csv", index=False)
    return tmp_path


def test_tables_are_made_of_an_excerpt(make: dict[str, Any], excerpt: Path, tmp_path: Path) -> None:
    from gathered import Gathered  # noqa: PLC0415 -- found by the fixture

    gathered = Gathered(excerpt, renew=True, record=tmp_path / "files.yaml")
    found = make["theme"].tables(gathered)
    on = {row["system"] for row in found["hardware"] if row["enabled"]}
    assert on == {"b200-8", "gb300-nvl72", "vr-nvl72", "mi355x-8", *LATER}
    speed = {row["point"]: row["output_tokens_per_s"] for row in found["operating_points"]}
    assert speed["vr-nvl72-deepseek-r1-server"] == 144000
    assert speed["nvidia-2028-deepseek-r1-server"] == pytest.approx(144000 * 2.2)
    power = {row["point"]: row["full_load_kw"] for row in found["operating_points"]}
    assert power["b200-8-llama2-70b-server"] == 9  # at the wall
    assert power["mi355x-8-llama2-70b-server"] == 9  # the same ratio: 9 of 12 kW
    names = {(row["table"], row["row"], row["column"]) for row in found["figure_sources"]}
    assert len(names) == len(found["figure_sources"])


def test_a_file_without_a_column_is_refused(
    make: dict[str, Any], excerpt: Path, tmp_path: Path
) -> None:
    from gathered import Gathered, Refused  # noqa: PLC0415 -- found by the fixture

    chips = pd.read_csv(excerpt / "accelerators.csv").drop(columns="tdp_w")
    chips.to_csv(excerpt / "accelerators.csv", index=False)
    gathered = Gathered(excerpt, renew=True, record=tmp_path / "files.yaml")
    with pytest.raises(Refused, match=r"accelerators\.csv: no column tdp_w"):
        make["theme"].tables(gathered)
