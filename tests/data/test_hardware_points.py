"""The shipped operating points: medians of what was measured, and where every figure is from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tokenworks.io.tables import read_table
from tokenworks.schema.tables import INPUT_TABLES

DATA = Path(__file__).parents[2] / "data"
US = DATA / "us"

LATER = [f"{line}-{year}" for line in ("nvidia", "amd-like") for year in (2028, 2030, 2032, 2034)]
PLAIN_TIERS = ["interactive", "server", "offline"]


def shipped(name: str) -> pd.DataFrame:
    return read_table(INPUT_TABLES[name], US / f"{name}.csv").frame


@pytest.fixture(scope="module")
def hardware() -> pd.DataFrame:
    return shipped("hardware").set_index("system")


@pytest.fixture(scope="module")
def points() -> pd.DataFrame:
    return shipped("operating_points")


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
    # MLPerf v5.1 with power: eight B200 on three models, of which llama3.1-405b is taken from later
    # rounds alone, that measured none.
    assert measured == {
        f"b200-8-{model}-{tier}"
        for model in ("llama2-70b", "llama3.1-8b")
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
    ):
        found = confidence_of(cited, "hardware", system, column, hardware.loc[system])
        assert found == "assumed", (system, column)
