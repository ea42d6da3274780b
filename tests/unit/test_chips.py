"""Measures of a chip that export rules count, by hand, and the checks that hold rows to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

from tokenworks.checks import hardware as checks
from tokenworks.checks.base import Check
from tokenworks.chips import BIT_LENGTHS, performance_density, total_processing_performance
from tokenworks.errors import Problem
from tokenworks.io.tables import LoadedTable
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.tables import INPUT_TABLES


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


# --- checks: H100, 1,979 TFLOPS at 8 bits, 15,832 over 814 mm2 is 19.4496 -----------------------

DENSITY = "performance_density_tpp_per_mm2"
WHOLE = {"dense_fp8_tflops": 1979, "dense_bf16_tflops": 989, "logic_die_mm2": 814, "tpp": 15832}


def problems(check: Check, **figures: float) -> list[Problem]:
    """What a check says of one system with these figures alone, in row 2 of a user's file."""
    blank = dict.fromkeys([*BIT_LENGTHS, "tpp", "logic_die_mm2", DENSITY], float("nan"))
    row: dict[str, Any] = {"system": "mine", **blank, **figures}
    loaded = LoadedTable(
        INPUT_TABLES["hardware"], "my/hardware.csv", pd.DataFrame([row], index=[2])
    )
    found: Callable[..., Iterator[Problem]] = check
    return list(found({"hardware": loaded}, Scenario.model_construct()))


@pytest.mark.parametrize(
    "figures",
    [
        WHOLE,
        {**WHOLE, "tpp": 15_847},  # 0.09 % off
        {"tpp": 15_832},  # no rate is stated
        {"dense_fp8_tflops": 1979},  # no performance is stated
        {},
    ],
)
def test_performance_that_follows_or_cannot_be_compared_passes(figures: dict[str, float]) -> None:
    assert problems(checks.check_performance_follows_from_rates, **figures) == []


@pytest.mark.parametrize("tpp", [31_664, 15_848, 15_816, 7_912])  # sparse; 0.1 % off; at 16 bits
def test_performance_that_does_not_follow_is_named(tpp: float) -> None:
    [found] = problems(checks.check_performance_follows_from_rates, **{**WHOLE, "tpp": tpp})
    assert (found.file, found.row, found.column) == ("my/hardware.csv", 2, "tpp")
    assert found.problem == (
        f"`{tpp}` is not what the dense rates of `mine` come to: the most of `dense_fp8_tflops`, "
        "`dense_bf16_tflops` times bit length is 15832"
    )
    assert found.remedy == (
        "give 15832, correct the rates, which are without sparsity, or leave it blank"
    )


@pytest.mark.parametrize(
    "figures",
    [
        {**WHOLE, DENSITY: 19.45},
        {**WHOLE, DENSITY: 19.45, "tpp": 31_664},  # the other check says it
        {"tpp": 15_832, "logic_die_mm2": 814, DENSITY: 19.46},  # 0.05 % off
        {**WHOLE, "logic_die_mm2": float("nan"), DENSITY: 5},  # of an area that is not stated
        {"logic_die_mm2": 814, DENSITY: 5},
        {**WHOLE, "logic_die_mm2": 0, DENSITY: 5},
        WHOLE,
    ],
)
def test_density_that_follows_or_cannot_be_compared_passes(figures: dict[str, float]) -> None:
    assert problems(checks.check_density_follows_from_performance, **figures) == []


@pytest.mark.parametrize("rates", [{"dense_fp8_tflops": 1979}, {"tpp": 15_832}])
def test_density_that_does_not_follow_is_named(rates: dict[str, float]) -> None:
    figures = {**rates, "logic_die_mm2": 814, DENSITY: 5.9}
    [found] = problems(checks.check_density_follows_from_performance, **figures)
    assert (found.file, found.row, found.column) == ("my/hardware.csv", 2, DENSITY)
    assert found.problem == (
        "`5.9` is not what `mine` comes to: 15832 over the 814 mm2 of `logic_die_mm2` is 19.4496"
    )
    assert found.remedy == "give 19.4496, correct the area, or leave it blank"
