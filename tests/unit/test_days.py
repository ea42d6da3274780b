"""Fewer representative days: what stays, what stands for what, and what the mean still is."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokenworks.days import LIKENESS, fewer_days, peak_day

HOURS = (0, 12)


def operations(days: dict[str, tuple[float, tuple[float, float], float]]) -> pd.DataFrame:
    """Days of two slices: name to weight, solar in the two slices, net load of the second."""
    return pd.DataFrame(
        [
            {
                "zone": "z",
                "day": day,
                "hour_utc": hour,
                "weight_days": weight,
                "grid_price_shape": 1.0,
                "solar_capacity_factor": solar[i],
                "wind_capacity_factor": 0.25,
                "pue_overhead_shape": 1.0,
                "net_load_mw": peak if i else 0.0,
            }
            for day, (weight, solar, peak) in days.items()
            for i, hour in enumerate(HOURS)
        ]
    )


# Two sunny days, two dark ones, and a day of scarcity that is sunny too.
FIVE = operations(
    {
        "bright": (100.0, (0.8, 0.0), 10.0),
        "brighter": (60.0, (0.9, 0.0), 10.0),
        "dark": (120.0, (0.1, 0.0), 10.0),
        "darker": (80.0, (0.0, 0.0), 10.0),
        "scarce": (5.0, (0.85, 0.0), 99.0),
    }
)


def weights(frame: pd.DataFrame) -> dict[str, float]:
    return dict(frame.groupby("day")["weight_days"].first())


def mean(frame: pd.DataFrame, column: str) -> float:
    return float((frame[column] * frame["weight_days"]).sum() / frame["weight_days"].sum())


def test_three_days_are_the_scarce_one_and_one_of_each_pair() -> None:
    fewer = fewer_days(FIVE, 3)
    # bright and brighter are 0.1 apart, dark and darker too, the pairs 0.7. Weighted means: bright
    # (100 x 0.8 + 60 x 0.9) / 160 = 0.8375, nearer to bright; dark (120 x 0.1) / 200 = 0.06, nearer
    # to dark (0.04) than to darker (0.06).
    assert weights(fewer) == {"bright": 160.0, "dark": 200.0, "scarce": 5.0}


def test_scarce_day_is_kept_as_it_is_and_the_others_keep_the_mean() -> None:
    fewer = fewer_days(FIVE, 3)
    scarce = fewer[fewer["day"] == "scarce"]
    assert list(scarce["solar_capacity_factor"]) == [0.85, 0.0]
    # Over all days: 100 x 0.8 + 60 x 0.9 + 120 x 0.1 + 5 x 0.85 = 150.25; without the scarce day
    # 146. The two that stand for it hold 160 x 0.8 + 200 x 0.1 = 148, so they are scaled by
    # 146 / 148.
    bright = fewer[fewer["day"] == "bright"]["solar_capacity_factor"]
    assert bright.iloc[0] == pytest.approx(0.8 * 146 / 148, rel=1e-12)


def test_one_day_is_the_scarce_one_for_the_whole_year() -> None:
    one = fewer_days(FIVE, 1)
    assert weights(one) == {"scarce": 365.0}
    assert mean(one, "solar_capacity_factor") == pytest.approx(
        mean(FIVE, "solar_capacity_factor"), rel=1e-12
    )


def test_as_many_days_as_there_are_change_nothing() -> None:
    for count in (5, 14):
        again = fewer_days(FIVE, count)
        pd.testing.assert_frame_equal(
            again.reset_index(drop=True),
            FIVE.sort_values(["day", "hour_utc"]).reset_index(drop=True),
        )


def test_of_equal_peaks_the_first_by_name() -> None:
    assert peak_day(FIVE.assign(net_load_mw=1.0)) == "bright"


def test_capacity_factor_cut_at_one_hands_its_energy_to_other_hours() -> None:
    days = operations(
        {
            "a": (180.0, (1.0, 0.9), 0.0),
            "b": (180.0, (0.9, 0.3), 0.0),
            "peak": (5.0, (0.0, 0.0), 9.0),
        }
    )
    fewer = fewer_days(days, 2)
    assert fewer["solar_capacity_factor"].max() <= 1.0
    assert mean(fewer, "solar_capacity_factor") == pytest.approx(
        mean(days, "solar_capacity_factor"), rel=1e-9
    )


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 60),
            st.tuples(st.floats(0.0, 0.9), st.floats(0.0, 0.9)),
            st.integers(0, 100),
        ),
        min_size=1,
        max_size=8,
    ),
    st.integers(1, 8),
)
def test_weights_means_and_the_peak_survive(
    days: list[tuple[int, tuple[float, float], int]], count: int
) -> None:
    table = operations({f"d{i}": (float(w), s, float(p)) for i, (w, s, p) in enumerate(days)})
    fewer = fewer_days(table, count)
    kept = weights(fewer)
    assert 1 <= len(kept) <= max(count, 1) or len(kept) == len(days)
    assert sum(kept.values()) == pytest.approx(sum(w for w, _, _ in days))
    assert fewer["net_load_mw"].max() == table["net_load_mw"].max()
    assert set(fewer["day"]) <= set(table["day"])
    for column in LIKENESS[0], LIKENESS[3]:
        assert mean(fewer, column) == pytest.approx(mean(table, column), rel=1e-9)
