"""The shipped tables of hardware: complete, by rule from measured results, blank where unknown."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from tokenworks.checks import tokens
from tokenworks.chips import BIT_LENGTHS, performance_density, total_processing_performance
from tokenworks.io.tables import LoadedTable, read_table
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.tables import INPUT_TABLES
from tokenworks.schema.tables_hardware import NEEDED_WHEN_ENABLED

DATA = Path(__file__).parents[2] / "data"
US, MAKE = DATA / "us", DATA / "make"

CATALOGUE = [
    *("h100-8", "h200-8", "h20-8", "b200-8", "b300-8", "gb200-nvl72", "gb300-nvl72", "vr-nvl72"),
    *("mi300x-8", "mi325x-8", "mi350x-8", "mi355x-8", "tpu-v5e-8", "tpu-v6e-8", "tpu-v7-64"),
    *("tpu-8i-64", "trainium2-16", "trainium3-16", "gaudi3-8", "cs-3", "groq-v1-8"),
    *("groq-lpx-256", "sn40l-16", "sn50-16", "sunrise-s3", "l40s-8", "rtx-pro-6000-8"),
    "jetson-thor",
]
LATER = [f"{line}-{year}" for line in ("nvidia", "amd-like") for year in (2028, 2030, 2032, 2034)]
WITHOUT_MEASUREMENT = {
    *("h20-8", "tpu-v5e-8", "tpu-v6e-8", "tpu-v7-64", "tpu-8i-64", "trainium2-16", "trainium3-16"),
    *("gaudi3-8", "cs-3", "groq-v1-8", "groq-lpx-256", "sn40l-16", "sn50-16", "sunrise-s3"),
    "jetson-thor",
}
PLAIN_TIERS = ["interactive", "server", "offline"]

# Published cost of an owned accelerator and hour, USD, with power and colocation: InferenceX,
# hardware registry of July 2026. A check on price and power together, never an input.
OWN_USD_PER_HOUR = {
    "h100-8": 1.17,
    "h200-8": 1.22,
    "b200-8": 1.73,
    "b300-8": 2.26,
    "gb200-nvl72": 1.86,
    "gb300-nvl72": 2.31,
    "vr-nvl72": 3.61,
    "mi300x-8": 0.95,
    "mi325x-8": 1.10,
    "mi355x-8": 1.50,
    "rtx-pro-6000-8": 0.68,
}
OWN_TOLERANCE = 0.20
# Colocation: a shell of 11.3 million USD/MW (JLL 2026) over 30 years, power at 70 USD/MWh.
RATE, SHELL_USD_PER_KW, SHELL_YEARS, USD_PER_KWH, PUE = 0.08, 11_300, 30, 0.07, 1.2
HOURS = 8760


def shipped(name: str) -> pd.DataFrame:
    return read_table(INPUT_TABLES[name], US / f"{name}.csv").frame


@pytest.fixture(scope="module")
def hardware() -> pd.DataFrame:
    return shipped("hardware").set_index("system")


@pytest.fixture(scope="module")
def points() -> pd.DataFrame:
    return shipped("operating_points")


# --- the catalogue ------------------------------------------------------------------------------


def test_every_system_that_the_project_names_is_there(hardware: pd.DataFrame) -> None:
    assert list(hardware.index) == [*CATALOGUE, *LATER]


def test_a_system_without_measured_throughput_is_off(
    hardware: pd.DataFrame, points: pd.DataFrame
) -> None:
    assert set(hardware.index) - set(points["system"]) == WITHOUT_MEASUREMENT
    assert set(hardware.index[~hardware["enabled"]]) == WITHOUT_MEASUREMENT
    measured = points.loc[points["confidence"] == "measured", "system"]
    announced = hardware.loc[CATALOGUE]
    assert set(announced.index[announced["enabled"]]) == set(measured)


def test_a_system_that_is_on_has_all_that_it_needs(hardware: pd.DataFrame) -> None:
    on = hardware.loc[hardware["enabled"], list(NEEDED_WHEN_ENABLED)]
    assert on.notna().all().all()
    assert (on["cooling"] != "").all()
    assert (on.drop(columns="cooling") > 0).all().all()


def test_what_nobody_published_stays_blank(hardware: pd.DataFrame) -> None:
    blank = ["design_kw", "idle_kw", "rack_kw_per_rack", "capex_usd", "fixed_om_usd_per_year"]
    unknown = [*blank, "memory_gb", "tpp", "accelerator_tdp_kw", *BIT_LENGTHS]
    assert hardware.loc["sunrise-s3", unknown].isna().all()
    for system in ("tpu-8i-64", "groq-lpx-256", "sn50-16"):  # no power, no price
        assert hardware.loc[system, blank].isna().all()
    assert (
        hardware.loc["gb200-nvl72", ["logic_die_mm2", "performance_density_tpp_per_mm2"]]
        .isna()
        .all()
    )


def test_a_blank_of_an_enabled_system_is_reported_in_the_users_words() -> None:
    frame = shipped("hardware").iloc[:3].copy()
    frame.loc[frame["system"] == "h20-8", "capex_usd"] = float("nan")  # off: may be blank
    frame.loc[frame["system"] == "h100-8", "design_kw"] = float("nan")
    frame.loc[frame["system"] == "h200-8", "cooling"] = ""
    loaded = LoadedTable(INPUT_TABLES["hardware"], "my/hardware.csv", frame)
    tables = {"hardware": loaded}
    scenario = Scenario.model_construct()
    found = list(tokens.check_enabled_systems_are_complete(tables, scenario))
    assert [(p.file, p.row, p.column) for p in found] == [
        ("my/hardware.csv", 2, "design_kw"),
        ("my/hardware.csv", 3, "cooling"),
    ]
    assert {p.problem for p in found} == {"is blank for an enabled system"}
    assert {p.remedy for p in found} == {"give a figure, or switch the system off"}


# --- what rules on exports count ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("rates", "tpp"),
    [
        ({"dense_fp8_tflops": 1979, "dense_bf16_tflops": 989}, 15832),  # H100: 8 x 1,979
        ({"dense_bf16_tflops": 148, "dense_int8_tops": 296}, 2368),  # H20: either
        ({"dense_bf16_tflops": 1300}, 20800),  # MI325X: 16 x 1,300
        ({"dense_fp4_tflops": 9000, "dense_fp8_tflops": 4000}, 36000),  # 4 x 9,000 > 8 x 4,000
        ({}, None),
    ],
)
def test_performance_is_the_most_over_precisions(
    rates: dict[str, float], tpp: float | None
) -> None:
    assert total_processing_performance(rates) == tpp


def test_a_rate_of_unknown_precision_is_refused() -> None:
    with pytest.raises(KeyError, match="sparse_fp8_tflops"):
        total_processing_performance({"sparse_fp8_tflops": 3958.0})


def test_density_is_performance_over_the_die() -> None:
    assert performance_density(15832, 814) == pytest.approx(19.45, abs=0.005)


@pytest.mark.parametrize(
    ("system", "tpp"),
    [("h100-8", 15832), ("h200-8", 15832), ("h20-8", 2368), ("mi325x-8", 20800)],
)
def test_performance_of_known_chips(hardware: pd.DataFrame, system: str, tpp: float) -> None:
    assert hardware.loc[system, "tpp"] == tpp


def test_shipped_measures_follow_from_their_row(hardware: pd.DataFrame) -> None:
    for system, row in hardware.iterrows():
        rates = {name: row[name] for name in BIT_LENGTHS if not pd.isna(row[name])}
        tpp = total_processing_performance(rates)
        if tpp is None:
            assert pd.isna(row["tpp"]), system
            continue
        assert row["tpp"] == pytest.approx(tpp, abs=1e-3), system
        if pd.isna(row["logic_die_mm2"]):
            assert pd.isna(row["performance_density_tpp_per_mm2"]), system
        else:
            density = performance_density(tpp, row["logic_die_mm2"])
            assert row["performance_density_tpp_per_mm2"] == pytest.approx(density, abs=1e-4), (
                system
            )


def test_chips_with_all_memory_on_the_die_have_no_dram(hardware: pd.DataFrame) -> None:
    none = hardware.index[hardware["memory_bandwidth_gb_per_s"] == 0]
    assert list(none) == ["cs-3", "groq-v1-8", "groq-lpx-256"]


def test_memory_of_a_system_is_that_of_its_accelerators(hardware: pd.DataFrame) -> None:
    known = hardware[hardware["memory_gb"].notna()]
    per_chip = known["memory_gb"] / known["accelerators_count"].astype(float)
    assert per_chip.to_numpy() == pytest.approx(known["accelerator_memory_gb"].to_numpy(), rel=1e-3)


# --- operating points ---------------------------------------------------------------------------


def test_points_of_us_tiny_are_the_same_here(points: pd.DataFrame) -> None:
    tiny = read_table(INPUT_TABLES["operating_points"], DATA / "common/operating_points.csv").frame
    same = ["input_tokens", "output_tokens", "ttft_ms", "output_tokens_per_s", "full_load_kw"]
    here = points.set_index(["system", "model", "tier"])
    for row in tiny.itertuples():
        found = here.loc[row.system, row.model, row.tier]
        assert list(found[same]) == [getattr(row, name) for name in same], row.point
        assert found["precision"] == row.precision


def test_a_looser_tier_is_no_slower(points: pd.DataFrame) -> None:
    plain = points[points["tier"].isin(PLAIN_TIERS)]
    for (system, model), group in plain.groupby(["system", "model"]):
        speed = group.set_index("tier")["output_tokens_per_s"].reindex(PLAIN_TIERS).dropna()
        # Single submissions differ by some percent.
        assert (speed.to_numpy()[1:] > 0.80 * speed.to_numpy()[:-1]).all(), (system, model)


def test_points_are_medians_and_not_the_best(points: pd.DataFrame) -> None:
    counted = points[points["results_count"].notna()]
    speed = counted["output_tokens_per_s"]
    assert (counted["least_output_tokens_per_s"] <= speed).all()
    assert (speed <= counted["most_output_tokens_per_s"]).all()
    several = counted[counted["results_count"] >= 3]
    assert len(several) > 40
    assert (several["output_tokens_per_s"] < several["most_output_tokens_per_s"]).mean() > 0.95


def test_what_was_derived_or_assumed_is_not_called_measured(points: pd.DataFrame) -> None:
    confidence = points.set_index("point")["confidence"]
    derived = points.loc[points["source"] == "INFERENCEX-POINTS", "point"]
    later = points.loc[points["system"].isin(LATER), "point"]
    assert set(confidence[derived]) == {"published"}
    assert set(confidence[later]) == {"assumed"}
    rest = points.loc[~points["point"].isin({*derived, *later}), "source"]
    assert set(rest) == {"MLPERF-INFERENCE"}


def test_every_model_is_measured_on_several_systems(points: pd.DataFrame) -> None:
    measured = points[~points["system"].isin(LATER)]
    systems = measured.groupby("model")["system"].nunique()
    assert set(systems.index) == set(shipped("models")["model"])
    assert (systems >= 3).all()


def test_frontier_trades_throughput_for_speed(points: pd.DataFrame) -> None:
    own = points[points["source"] == "INFERENCEX-POINTS"]
    keys = ["system", "model", "input_tokens", "output_tokens", "precision"]
    falls, steps = 0, 0
    for _, group in own.groupby(keys):
        speed = group.sort_values("tpot_ms", ascending=False)["output_tokens_per_s"]
        by_speed = speed.diff().dropna()
        falls, steps = falls + int((by_speed < 0).sum()), steps + len(by_speed)
    assert steps > 150
    assert falls / steps > 0.9


def test_wall_power_lies_between_idle_and_design(
    hardware: pd.DataFrame, points: pd.DataFrame
) -> None:
    kw = hardware.loc[points["system"], ["idle_kw", "design_kw"]].to_numpy()
    assert (points["full_load_kw"].to_numpy() > kw[:, 0]).all()
    assert (points["full_load_kw"].to_numpy() < kw[:, 1]).all()


# --- where figures come from --------------------------------------------------------------------


@pytest.fixture(scope="module")
def cited() -> dict[tuple[str, str, str], tuple[str, str]]:
    """Source and confidence of figures that differ from their row, or from all rows for `*`."""
    frame = shipped("figure_sources")
    return {
        (line.table, line.row, line.column): (line.source, line.confidence)
        for line in frame.itertuples()
    }


def confidence_of(
    cited: dict[tuple[str, str, str], tuple[str, str]], table: str, key: str, column: str, row: Any
) -> str:
    own = cited.get((table, key, column), cited.get((table, "*", column)))
    return str(own[1] if own else row["confidence"])


def test_limits_and_lengths_are_not_called_measured(
    points: pd.DataFrame, cited: dict[tuple[str, str, str], tuple[str, str]]
) -> None:
    columns = ["input_tokens", "output_tokens", "cached_fraction", "ttft_ms", "tpot_ms"]
    for _, row in points.iterrows():
        for column in columns:
            found = confidence_of(cited, "operating_points", row["point"], column, row)
            assert found != "measured", (row["point"], column)
        throughput = confidence_of(
            cited, "operating_points", row["point"], "output_tokens_per_s", row
        )
        assert throughput == row["confidence"]


def test_wall_power_is_measured_only_where_it_was(
    points: pd.DataFrame, cited: dict[tuple[str, str, str], tuple[str, str]]
) -> None:
    measured = {
        row["point"]
        for _, row in points.iterrows()
        if confidence_of(cited, "operating_points", row["point"], "full_load_kw", row) == "measured"
    }
    # MLPerf v5.1 with power: eight B200 on three models.
    assert measured == {
        f"b200-8-{model}-{tier}"
        for model in ("llama2-70b", "llama3.1-405b", "llama3.1-8b")
        for tier in ("server", "offline")
    }


def test_prices_and_estimates_are_called_assumed(
    hardware: pd.DataFrame, cited: dict[tuple[str, str, str], tuple[str, str]]
) -> None:
    for system, row in hardware.iterrows():
        if not pd.isna(row["capex_usd"]):
            assert confidence_of(cited, "hardware", system, "capex_usd", row) == "assumed"
        if system in LATER:
            for column in ("design_kw", "memory_gb", "tpp", "dense_fp4_tflops"):
                assert confidence_of(cited, "hardware", system, column, row) == "assumed"
    for system, column in (
        ("vr-nvl72", "tpp"),
        ("h20-8", "performance_density_tpp_per_mm2"),
        ("groq-lpx-256", "tpp"),
        ("cs-3", "tpp"),
    ):
        found = confidence_of(cited, "hardware", system, column, hardware.loc[system])
        assert found == "assumed", (system, column)


# --- the rules, on results made up here ---------------------------------------------------------


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


# --- later generations, money, software, power --------------------------------------------------


def test_later_generations_grow_by_the_stated_rule(
    hardware: pd.DataFrame, points: pd.DataFrame
) -> None:
    text = (MAKE / "hardware" / "hand" / "systems.yaml").read_text(encoding="utf-8")
    growth = yaml.safe_load(text)["generations"]["growth"]
    for line in ("nvidia", "amd-like"):
        for year in (2028, 2030, 2032):
            old, new = hardware.loc[f"{line}-{year}"], hardware.loc[f"{line}-{year + 2}"]
            assert new["design_kw"] / old["design_kw"] == pytest.approx(growth["kw"], rel=2e-3)
            assert new["capex_usd"] / old["capex_usd"] == pytest.approx(growth["price"], rel=2e-3)
            assert new["memory_gb"] / old["memory_gb"] == pytest.approx(growth["memory"], rel=2e-3)
        speed = points.set_index("point")["output_tokens_per_s"]
        before, after = (speed[f"{line}-{y}-gpt-oss-120b-server"] for y in (2030, 2032))
        assert after / before == pytest.approx(growth["tokens"], rel=2e-3)


def test_later_generations_come_later_and_are_better(
    hardware: pd.DataFrame, points: pd.DataFrame
) -> None:
    later = hardware.loc[LATER]
    assert later["enabled"].all()
    assert [f"{day:%Y-%m-%d}" for day in later["first_order"]] == [f"{n[-4:]}-01-01" for n in LATER]
    speed = points.set_index("point")["output_tokens_per_s"]
    for point in ("llama2-70b-server", "gpt-oss-120b-offline"):
        for line, base in (("nvidia", "gb300-nvl72"), ("amd-like", "mi355x-8")):
            names = [base, *(f"{line}-{year}" for year in (2028, 2030, 2032, 2034))]
            per_kw = [speed[f"{name}-{point}"] / hardware.loc[name, "design_kw"] for name in names]
            per_usd = [speed[f"{name}-{point}"] / hardware.loc[name, "capex_usd"] for name in names]
            assert per_kw == sorted(per_kw)
            assert per_usd == sorted(per_usd)


def test_resale_falls_from_less_than_the_price_to_little(hardware: pd.DataFrame) -> None:
    left = hardware["resale_fraction"]
    assert ((left > 0) & (left < 1)).all()
    at_end = left * (1 - hardware["resale_decay_fraction_per_year"]) ** hardware["life_years"]
    assert ((at_end > 0) & (at_end < 0.1)).all()


@pytest.mark.parametrize("system", OWN_USD_PER_HOUR)
def test_an_hour_of_an_accelerator_costs_about_what_is_published(
    hardware: pd.DataFrame, system: str
) -> None:
    row = hardware.loc[system]
    rent = {years: RATE / (1 - (1 + RATE) ** -years) for years in (row["life_years"], SHELL_YEARS)}
    mean_kw = row["idle_kw"] + 0.5 * (0.763 * row["design_kw"] - row["idle_kw"])
    yearly = (
        row["capex_usd"] * rent[row["life_years"]]
        + row["fixed_om_usd_per_year"]
        + row["design_kw"] * SHELL_USD_PER_KW * rent[SHELL_YEARS]
        + mean_kw * PUE * HOURS * USD_PER_KWH
    )
    per_hour = yearly / HOURS / row["accelerators_count"]
    assert per_hour == pytest.approx(OWN_USD_PER_HOUR[system], rel=OWN_TOLERANCE)


# Cost of a million output tokens at full use, USD: own $/hour over the best closed result, which
# is the least that a median can cost; Llama-2-70B Server, from MLPerf v5.1 to v6.1 and InferenceX.
LEAST_USD_PER_MTOKEN = {
    "h100-8": 0.0851,
    "h200-8": 0.0793,
    "b200-8": 0.0371,
    "b300-8": 0.0439,
    "gb300-nvl72": 0.0401,
    "mi300x-8": 0.0829,
    "mi325x-8": 0.0761,
    "mi355x-8": 0.0323,
    "rtx-pro-6000-8": 0.0526,
}


@pytest.mark.parametrize("system", LEAST_USD_PER_MTOKEN)
def test_a_token_costs_about_what_is_published(
    hardware: pd.DataFrame, points: pd.DataFrame, system: str
) -> None:
    speed = points.set_index("point")["output_tokens_per_s"][f"{system}-llama2-70b-server"]
    count = hardware.loc[system, "accelerators_count"]
    cost = OWN_USD_PER_HOUR[system] * count / (speed * 3600 / 1e6)
    assert 0.99 * LEAST_USD_PER_MTOKEN[system] <= cost < 1.45 * LEAST_USD_PER_MTOKEN[system]


def test_power_rises_with_load_and_stays_within_the_boards(hardware: pd.DataFrame) -> None:
    power = shipped("part_load_power")
    boards = hardware.loc[power["system"], ["accelerator_tdp_kw", "accelerators_count"]]
    most = (boards["accelerator_tdp_kw"] * boards["accelerators_count"].astype(float)).to_numpy()
    assert (power["accelerators_kw"].to_numpy() <= most).all()
    for key, group in power.groupby(["system", "model", "requests", "replica_count"]):
        assert group["utilisation_fraction"].max() == 1, key
        least = group.loc[group["utilisation_fraction"].idxmin(), "accelerators_kw"]
        assert least < group["accelerators_kw"].max(), key


def test_software_index_starts_at_one_and_never_falls() -> None:
    index = shipped("software_efficiency")
    stacks = set(shipped("hardware")["software_stack"]) - {""}
    assert set(index["software_stack"]) == stacks
    for stack, group in index.sort_values("year").groupby("software_stack"):
        values = group["efficiency_index"].to_numpy()
        assert values[0] == 1, stack
        assert (values[1:] >= values[:-1]).all(), stack


# --- supply -------------------------------------------------------------------------------------


def test_use_of_memory_and_packages_follows_the_system(hardware: pd.DataFrame) -> None:
    uses = shipped("supply_uses").set_index(["supply", "asset"])["units_per_asset_count"]
    memory, packages = uses["high-bandwidth-memory"], uses["advanced-packaging"]
    assert set(memory.index) == set(packages.index)
    assert (memory == hardware.loc[memory.index, "memory_gb"]).all()
    assert (packages == hardware.loc[packages.index, "accelerators_count"]).all()
    on = set(hardware.index[hardware["enabled"]])
    assert on - set(memory.index) == {"l40s-8", "rtx-pro-6000-8"}  # graphics memory


def test_limits_on_supply_grow() -> None:
    limits = shipped("supply").sort_values("year").groupby("supply")["limit_count"]
    for name in ("advanced-packaging", "high-bandwidth-memory"):
        years = limits.get_group(name)
        assert (years.diff().dropna() > 0).all()
