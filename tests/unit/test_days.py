"""Fewer representative days: what stays, what stands for what, and what the mean still is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage

from tokenworks.days import LIKENESS, clusters, fewer_days, means_lost, peak_day

SOLAR = "solar_capacity_factor"
WIND = "wind_capacity_factor"
CO2 = "marginal_co2_kg_per_mwh"
FLAT = {"grid_price_shape": 1.0, SOLAR: 0.5, WIND: 0.25, "pue_overhead_shape": 1.0}


def table(**days: dict) -> pd.DataFrame:
    """Days by name: `days` they weigh, `net` load and columns, in as many slices as lists have."""
    rows = []
    for day, figures in days.items():
        slices = max(len(v) if isinstance(v, list) else 1 for v in figures.values())
        for i in range(slices):
            own = {name: v[i] if isinstance(v, list) else v for name, v in figures.items()}
            row = {"zone": "z", "day": day, "hour_utc": own.pop("hour", i * 24 // slices), **FLAT}
            row |= {"weight_days": float(own.pop("days")), "net_load_mw": own.pop("net", 0.0)}
            rows.append(row | own)
    return pd.DataFrame(rows)


# Two sunny days, two dark ones, and a day of scarcity that is sunny too.
FIVE = table(
    bright={"days": 100, SOLAR: [0.8, 0.0]},
    brighter={"days": 60, SOLAR: [0.9, 0.0]},
    dark={"days": 120, SOLAR: [0.1, 0.0]},
    darker={"days": 80, SOLAR: [0.0, 0.0]},
    scarce={"days": 5, SOLAR: [0.85, 0.0], "net": [0.0, 99.0]},
)
SCARCE = {"days": 5, "net": 99.0}


def weights(frame: pd.DataFrame) -> dict[str, float]:
    return dict(frame.groupby("day")["weight_days"].first())


def mean(frame: pd.DataFrame, column: str) -> float:
    hours = frame["weight_days"] / frame.groupby("day")["day"].transform("size")
    return float((frame[column] * hours).sum() / hours.sum())


def of_day(frame: pd.DataFrame, day: str, column: str) -> list[float]:
    return list(frame.loc[frame["day"] == day, column])


# --- what stands for what ---------------------------------------------------------------------


def test_three_days_are_the_scarce_one_and_one_of_each_pair() -> None:
    fewer = fewer_days(FIVE, 3)
    # bright and brighter are 0.1 apart, dark and darker too, the pairs 0.7. Weighted means: bright
    # (100 x 0.8 + 60 x 0.9) / 160 = 0.8375, nearer to bright; dark (120 x 0.1) / 200 = 0.06, nearer
    # to dark (0.04) than to darker (0.06).
    assert weights(fewer) == {"bright": 160.0, "dark": 200.0, "scarce": 5.0}


def test_a_cluster_is_stood_for_by_the_day_nearest_to_its_weighted_mean() -> None:
    # Weighted mean (10 x 0.1 + 10 x 0.3 + 340 x 0.8) / 360 = 0.77, nearest to c. Unweighted it
    # would be 0.4, nearest to b.
    days = table(
        a={"days": 10, SOLAR: 0.1},
        b={"days": 10, SOLAR: 0.3},
        c={"days": 340, SOLAR: 0.8},
        scarce=SCARCE,
    )
    assert weights(fewer_days(days, 2)) == {"c": 360.0, "scarce": 5.0}


def test_the_squares_within_count_and_not_the_nearest_members() -> None:
    # Five of 72 days at 0, 10, 21, 33 and 45.5. Merged first, at half their days times the squared
    # distance: a and b (36 x 100 = 3,600), then c and d (36 x 144 = 5,184; d and e 36 x 156.25 =
    # 5,625). Now e may join c and d (mean 27) for 72 x 144 / 216 = 48 times 18.5 squared, 16,428;
    # the pairs (means 5 and 27) would cost 72 times 22 squared, 34,848. So {a, b} and {c, d, e}
    # are left. Nearest members chain a, b, c and d (10, 11, 12 apart), and leave e (12.5) alone.
    places = {"a": 0.0, "b": 10.0, "c": 21.0, "d": 33.0, "e": 45.5}
    days = {name: {"days": 72, "grid_price_shape": at / 22} for name, at in places.items()}
    # The mean of c, d, e is 33.17: d. Of a and b, equally near to theirs, the first by name.
    kept = weights(fewer_days(table(**days, scarce=SCARCE), 3))
    assert kept == {"a": 144.0, "d": 216.0, "scarce": 5.0}


def test_the_one_day_of_a_second_peak_is_not_kept() -> None:
    # Months of 90 days at 1.0, 1.5, 2.0 and 2.5; the snap of one day is at 4.0. It joins m3 for
    # 90 x 1 / 91 x 1.5 squared = 2.2, two months join for 90 x 90 / 180 x 0.5 squared = 11.25.
    # Were days to count alike it would be 0.5 x 2.25 = 1.125 against 0.5 x 0.25 = 0.125.
    days = {f"m{i}": {"days": 90, "grid_price_shape": 1.0 + i / 2} for i in range(4)}
    days["snap"] = {"days": 1, "grid_price_shape": 4.0}
    kept = weights(fewer_days(table(**days, scarce=SCARCE), 5))
    assert kept == {"m0": 90.0, "m1": 90.0, "m2": 90.0, "m3": 91.0, "scarce": 5.0}


@pytest.mark.parametrize("column", LIKENESS)
def test_every_column_makes_days_alike(column: str) -> None:
    # 0.1 apart within a pair, 0.5 between b and c.
    values = {"a": 0.2, "b": 0.3, "c": 0.8, "d": 0.9}
    days = {name: {"days": 90, column: value} for name, value in values.items()}
    kept = weights(fewer_days(table(**days, scarce=SCARCE), 3))
    assert kept == {"a": 180.0, "c": 180.0, "scarce": 5.0}


def test_columns_count_alike_whatever_their_size() -> None:
    # Squared distances over the column's variance. Price 0, 4, 6: mean 10/3, variance 56/9 = 6.22;
    # x-y 16 / 6.22 = 2.57, y-z 4 / 6.22 = 0.64, x-z 5.79. Wind 0, 0, 0.1: variance 0.02/9; y-z and
    # x-z 0.01 / 0.00222 = 4.5. In all x-y 2.57, y-z 5.14, x-z 10.29: x and y join. In their own
    # units it would be x-y 16 and y-z 4.01.
    days = table(
        x={"days": 120, "grid_price_shape": 0.0, WIND: 0.0},
        y={"days": 120, "grid_price_shape": 4.0, WIND: 0.0},
        z={"days": 120, "grid_price_shape": 6.0, WIND: 0.1},
        scarce=SCARCE,
    )
    assert weights(fewer_days(days, 3)) == {"x": 240.0, "z": 120.0, "scarce": 5.0}


def test_of_equal_days_the_first_by_name_join_first() -> None:
    days = {name: {"days": 90} for name in "dbac"}
    kept = weights(fewer_days(table(**days, scarce=SCARCE), 3))
    # a with b, then both with c.
    assert kept == {"a": 270.0, "d": 90.0, "scarce": 5.0}


def test_days_of_other_slices_are_compared_hour_by_hour() -> None:
    # a and b are the same day, sunny from 6 to 18 h; b's second slice runs past midnight. c has as
    # much sun, but all day.
    days = table(
        a={"days": 120, SOLAR: [0.0, 1.0, 1.0, 0.0]},
        b={"days": 120, SOLAR: [1.0, 0.0], "hour": [6, 18]},
        c={"days": 120, SOLAR: 0.5},
        scarce=SCARCE,
    )
    assert weights(fewer_days(days, 3)) == {"a": 240.0, "c": 120.0, "scarce": 5.0}


def test_the_day_of_the_peak_has_the_highest_hour_and_not_the_highest_mean() -> None:
    days = table(spiky={"days": 5, "net": [0.0, 99.0]}, steady={"days": 360, "net": [60.0, 60.0]})
    assert peak_day(days) == "spiky"


def test_of_equal_peaks_the_first_by_name() -> None:
    assert peak_day(FIVE.assign(net_load_mw=1.0)) == "bright"


def partition(labels: np.ndarray) -> set[tuple[int, ...]]:
    return {tuple(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)}


@pytest.mark.parametrize("seed", range(5))
def test_clusters_are_those_of_scipy(seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(13, 6))
    tree = linkage(points, "ward")
    for count in range(1, 14):
        found = {tuple(rows.tolist()) for rows in clusters(points, np.full(13, 30.0), count)}
        assert found == partition(fcluster(tree, count, "maxclust"))


@pytest.mark.parametrize("seed", range(5))
def test_a_weight_counts_as_so_many_points(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points, often = rng.normal(size=(9, 2)), rng.integers(1, 32, size=9)
    first = np.cumsum(often) - often
    tree = linkage(np.repeat(points, often, axis=0), "ward")
    for count in range(1, 10):
        found = {tuple(rows.tolist()) for rows in clusters(points, often, count)}
        assert found == partition(fcluster(tree, count, "maxclust")[first])


@pytest.mark.parametrize("seed", range(10))
def test_a_day_counts_as_so_many_equal_days(seed: int) -> None:
    rng = np.random.default_rng(seed)
    once: dict[str, dict] = {"scarce": SCARCE}
    often: dict[str, dict] = {"scarce": SCARCE}
    for name in "abcdef":
        day = {column: rng.uniform(size=3).tolist() for column in LIKENESS}
        number = int(rng.integers(1, 9))
        once[name] = day | {"days": number}
        often |= {f"{name}{i}": day | {"days": 1} for i in range(number)}
    for count in range(2, 7):
        kept = weights(fewer_days(table(**often), count))
        kept = {name if name == "scarce" else name[0]: weight for name, weight in kept.items()}
        assert kept == weights(fewer_days(table(**once), count))


# --- what the mean still is -------------------------------------------------------------------


def test_scarce_day_is_kept_as_it_is_and_the_others_keep_the_mean() -> None:
    fewer = fewer_days(FIVE, 3)
    assert of_day(fewer, "scarce", SOLAR) == [0.85, 0.0]
    # Over all days: 100 x 0.8 + 60 x 0.9 + 120 x 0.1 + 5 x 0.85 = 150.25; without the scarce day
    # 146. The two that stand for it hold 160 x 0.8 + 200 x 0.1 = 148, so they are scaled by
    # 146 / 148.
    assert of_day(fewer, "bright", SOLAR) == pytest.approx([0.8 * 146 / 148, 0.0], rel=1e-12)


def test_one_day_is_the_scarce_one_for_the_whole_year() -> None:
    one = fewer_days(FIVE, 1)
    assert weights(one) == {"scarce": 365.0}
    # 150.25 / 365 over the two halves of the day: all of it in the first.
    assert of_day(one, "scarce", SOLAR) == pytest.approx([150.25 / 365, 0.0], rel=1e-12)


def test_an_hour_counts_by_the_slices_of_its_day() -> None:
    # a and b are as heavy, so a stands for both: its price is (180 x 0.5 + 180 x 2) / 360 = 1.25,
    # though a has two rows and b has one.
    days = table(
        a={"days": 180, "grid_price_shape": [0.5, 0.5]},
        b={"days": 180, "grid_price_shape": 2.0},
        scarce=SCARCE,
    )
    fewer = fewer_days(days, 2)
    assert of_day(fewer, "a", "grid_price_shape") == pytest.approx([1.25, 1.25], rel=1e-12)
    assert means_lost(days, fewer).empty


def test_load_and_carbon_keep_their_means_and_net_load_its_values() -> None:
    days = table(
        a={"days": 180, "load_shape": 0.5, CO2: 100.0, "net": 7.0},
        b={"days": 180, "load_shape": 1.3, CO2: 500.0, "net": 8.0},
        scarce={**SCARCE, "load_shape": 2.0, CO2: 900.0},
    )
    fewer = fewer_days(days, 2)
    # a stands for b too: (0.5 + 1.3) / 2 = 0.9 and (100 + 500) / 2 = 300.
    assert of_day(fewer, "a", "load_shape") == pytest.approx([0.9], rel=1e-12)
    assert of_day(fewer, "a", CO2) == pytest.approx([300.0], rel=1e-12)
    assert of_day(fewer, "a", "net_load_mw") == [7.0]
    assert of_day(fewer, "scarce", CO2) == [900.0]


def test_a_column_with_blanks_is_left_as_it_is() -> None:
    days = table(a={"days": 180}, b={"days": 180}, scarce=SCARCE)
    days["load_shape"] = np.nan
    days[CO2] = [100.0, np.nan, 300.0]
    fewer = fewer_days(days, 2)
    assert of_day(fewer, "a", CO2) == [100.0]
    assert fewer["load_shape"].isna().all()
    assert means_lost(days, fewer).empty


def test_capacity_factor_cut_at_one_hands_its_energy_to_other_hours() -> None:
    # a stands for b too: 200 x 1.2 + 160 x 1.9 = 544 in 360 days, 1.5111 in two slices. Scaled by
    # 1.5111 / 1.2 its first slice would be 1.133; it is cut at 1, and the second gives 0.5111.
    days = table(
        a={"days": 200, SOLAR: [0.9, 0.3]}, b={"days": 160, SOLAR: [1.0, 0.9]}, scarce=SCARCE
    )
    fewer = fewer_days(days, 2)
    assert of_day(fewer, "a", SOLAR) == pytest.approx([1.0, 544 / 360 - 1.0], rel=1e-12)
    assert means_lost(days, fewer).empty


def test_means_are_lost_where_all_hours_are_cut_or_nothing() -> None:
    # Wind: (360 x 0.9 + 5 x 0.1) / 365 = 324.5 / 365; the scarce day has it in one half only, where
    # it is cut at 1: 0.5. Sun: 360 x 0.5 / 365, and none on the scarce day. The other zone loses
    # nothing.
    days = table(
        windy={"days": 360, WIND: [0.9, 0.9], SOLAR: 0.5},
        scarce={**SCARCE, WIND: [0.2, 0.0], SOLAR: 0.0},
    )
    both = pd.concat([days, FIVE.assign(zone="other")], ignore_index=True)
    lost = means_lost(both, fewer_days(both, 1))
    assert list(lost.columns) == ["zone", "column", "before", "after"]
    assert lost.set_index(["zone", "column"]).to_dict("index") == {
        ("z", SOLAR): {"before": pytest.approx(180 / 365), "after": 0.0},
        ("z", WIND): {"before": pytest.approx(324.5 / 365), "after": pytest.approx(0.5)},
    }


def test_a_mean_is_lost_when_it_is_a_millionth_off() -> None:
    assert means_lost(FIVE, FIVE.assign(pue_overhead_shape=1.0 + 9e-7)).empty
    lost = means_lost(FIVE, FIVE.assign(pue_overhead_shape=1.0 - 1.1e-6))
    assert list(lost["column"]) == ["pue_overhead_shape"]
    # Of the mean itself: 5e-5 kg on 100 are half a millionth.
    assert means_lost(FIVE.assign(**{CO2: 100.0}), FIVE.assign(**{CO2: 100.0 + 5e-5})).empty


# --- whatever the days ------------------------------------------------------------------------


def test_as_many_days_as_there_are_change_nothing() -> None:
    for count in (5, 14):
        again = fewer_days(FIVE, count)
        pd.testing.assert_frame_equal(
            again.reset_index(drop=True),
            FIVE.sort_values(["day", "hour_utc"]).reset_index(drop=True),
        )


def test_zones_keep_their_order_and_their_own_days() -> None:
    other = table(only={"days": 365}).assign(zone="a")
    both = pd.concat([FIVE, other]).sample(frac=1.0, random_state=1)
    both = both.sort_values("zone", ascending=False, kind="stable")
    fewer = fewer_days(both, 3)
    assert list(fewer["zone"]) == ["z"] * 6 + ["a"]
    assert list(fewer["hour_utc"]) == [0, 12] * 3 + [0]
    assert fewer_days(both.iloc[:0], 3).empty


TENTHS = st.integers(0, 10).map(lambda tenths: tenths / 10)
SHAPES = st.integers(0, 30).map(lambda tenths: tenths / 10)
COLUMNS = {
    "grid_price_shape": SHAPES,
    SOLAR: TENTHS,
    WIND: TENTHS,
    "pue_overhead_shape": SHAPES,
    "load_shape": SHAPES,
    CO2: st.integers(0, 900).map(float),
}


@st.composite
def a_day(draw: st.DrawFn) -> dict:
    slices = draw(st.sampled_from([1, 2, 3]))
    day = {
        column: draw(st.lists(values, min_size=slices, max_size=slices))
        for column, values in (COLUMNS | {"net": st.integers(0, 100)}).items()
    }
    return day | {"days": draw(st.integers(1, 60))}


@settings(max_examples=100, deadline=None)
@given(st.lists(a_day(), min_size=1, max_size=8), st.integers(1, 8))
@pytest.mark.slow
def test_weights_means_and_the_peak_survive(days: list[dict], count: int) -> None:
    before = table(**{f"d{i}": day for i, day in enumerate(days)})
    after = fewer_days(before, count)
    kept = weights(after)
    assert len(kept) == min(count, len(days))
    assert set(kept) <= set(before["day"])
    assert sum(kept.values()) == pytest.approx(sum(day["days"] for day in days))
    peak = peak_day(before)
    assert after["net_load_mw"].max() == before["net_load_mw"].max()
    scaled = after if count == 1 else after[after["day"] != peak]
    lost = set(means_lost(before, after)["column"])
    for column in COLUMNS:
        if count > 1:
            assert of_day(after, peak, column) == of_day(before, peak, column)
        factor = column in (SOLAR, WIND)
        assert not factor or after[column].max() <= 1.0
        if mean(after, column) != pytest.approx(mean(before, column), rel=1e-9, abs=1e-12):
            # Too little, in hours that no factor brings on.
            assert column in lost
            assert mean(after, column) < mean(before, column)
            assert set(scaled[column]) <= ({0.0, 1.0} if factor else {0.0})
        else:
            assert column not in lost
