"""The grid of the scenario `us`: totals that anyone can check, and the rules behind its figures."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from tokenworks.io.tables import read_table
from tokenworks.schema.tables import INPUT_TABLES

ROOT = Path(__file__).parents[2]
US = ROOT / "data" / "us"
HOURS_PER_YEAR = 8760
ZONES = [f"p{number}" for number in range(1, 135)]
CASES = ("cases/gas-low/fuel_prices", "fuel_prices", "cases/gas-high/fuel_prices")


@cache
def shipped(path: str) -> pd.DataFrame:
    """A shipped table, only the rows of the 134 zones where rows have a zone."""
    (file,) = sorted((US / path).parent.glob(f"{Path(path).name}.*"))
    frame = read_table(INPUT_TABLES[file.stem], file).frame
    return frame[frame["zone"].isin(ZONES)] if "zone" in frame else frame


@cache
def gross_balance(case: str = "") -> pd.DataFrame:
    """The parts of the headroom, each zone's region beside them."""
    region = shipped("zones")[["zone", "nerc_region", "interconnection"]]
    parts = shipped(f"{case}zone_balance").merge(region, on="zone")
    need = parts["others_peak_mw"] * (1 + parts["reserve_margin_fraction"])
    return parts.assign(over=parts["existing_firm_mw"] + parts["queue_firm_mw"] - need)


# --- totals ---------------------------------------------------------------------------------


def test_load_of_the_nation() -> None:
    load = shipped("zone_loads")
    twh = load["mean_load_mw"].sum() * HOURS_PER_YEAR / 1e6
    assert twh == pytest.approx(4170, rel=0.005)
    assert load["peak_load_mw"].sum() / 1e3 == pytest.approx(846, abs=0.5)  # non-coincident


@pytest.mark.parametrize(
    ("kind", "gigawatts"),
    [("gas-combined-cycle", 315.0), ("nuclear", 95.8), ("coal", 181.3), ("wind", 145.1)],
)
def test_plants_of_the_nation(kind: str, gigawatts: float) -> None:
    plants = shipped("zone_capacity")
    of_kind = plants.loc[plants["kind"] == kind, "capacity_mw"]
    assert of_kind.sum() / 1e3 == pytest.approx(gigawatts, abs=0.1)


def test_room_for_flexible_load_is_what_was_measured_less_regions_outside_the_zones() -> None:
    # National sums of 80, 103.6, 132.4 and 229.8 GW hold two small regions that no zone names.
    table = shipped("flexible_headroom")
    first = table[table["year"] == 2027].groupby("curtailed_fraction")["measured_room_mw"].sum()
    assert list(first.index) == [0.0025, 0.005, 0.01, 0.05]
    assert first.to_numpy() / 1e3 == pytest.approx([80.0, 103.6, 132.4, 229.8], rel=0.005)


def test_headroom_of_the_nation() -> None:
    firm = shipped("zone_headroom").groupby("year")["firm_headroom_mw"].sum() / 1e3
    assert firm[[2027, 2030, 2036]].to_numpy() == pytest.approx([6.9, 47.7, 71.3], abs=0.1)
    assert firm.is_monotonic_increasing
    table = shipped("flexible_headroom")
    least = table[table["curtailed_fraction"] == 0.0025].groupby("year")["flexible_headroom_mw"]
    both = least.sum()[[2027, 2030, 2036]].to_numpy() / 1e3
    assert both == pytest.approx([87.2, 125.7, 137.2], abs=0.1)


# --- zones and links ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        *("zones", "zone_loads", "zone_capacity", "zone_headroom", "zone_balance", "tariffs"),
        *("flexible_headroom", "operations", "load_growth", "cases/growth-high/load_growth"),
        *("cases/growth-low/load_growth", *CASES),
    ],
)
def test_every_zone_is_there(path: str) -> None:
    assert set(shipped(path)["zone"]) == set(ZONES)


@pytest.mark.parametrize("path", ["zone_headroom", "flexible_headroom", "zone_balance", *CASES])
def test_every_year_is_there(path: str) -> None:
    years = shipped(path).groupby("zone")["year"].agg(["min", "max", "nunique"])
    assert (years["max"] >= 2036).all()
    assert (years["min"] <= 2027).all()
    assert (years["nunique"] == years["max"] - years["min"] + 1).all()


def test_zones_have_names_of_their_own_and_lie_in_the_country() -> None:
    zones = shipped("zones")
    assert zones["name"].is_unique
    assert not zones["operator"].str.contains("_").any()
    named = zip(zones["name"], zones["zone"], strict=True)
    assert all(name.endswith(f"(ReEDS {zone})") for name, zone in named)
    assert zones["latitude_deg"].between(24, 50).all()
    assert zones["longitude_deg"].between(-125, -66).all()
    assert (zones["operator"] != "").all()


def test_links_join_zones_once() -> None:
    links = shipped("zone_links")
    # 315 in the source, less one whose ends were taken from OpenStreetMap.
    assert len(links) == 314
    assert "sunzia" not in set(links["link"])
    ends = set(links["from_zone"]) | set(links["to_zone"])
    load = shipped("zone_loads").set_index("zone")
    # A small corner of Montana, whose load is not to be trusted either.
    assert set(ZONES) - ends == {"p19"}
    assert ends < set(ZONES)
    assert not load.loc["p19", "reliable"]
    assert (links["from_zone"] != links["to_zone"]).all()
    assert not links.duplicated(["from_zone", "to_zone", "link"]).any()
    assert links["kind"].value_counts()[["direct-current", "back-to-back"]].to_list() == [7, 8]
    costed = links[links["kind"] == "alternating-current"]
    assert (costed["new_line_cost_usd"] / costed["new_line_km"]).between(1e5, 2e7).all()


def test_only_links_without_alternating_current_join_interconnections() -> None:
    grid = shipped("zones").set_index("zone")["interconnection"]
    links = shipped("zone_links")
    across = links["from_zone"].map(grid) != links["to_zone"].map(grid)
    assert across.any()
    assert "alternating-current" not in set(links.loc[across, "kind"])


# --- load -----------------------------------------------------------------------------------


def test_loads_out_of_proportion_are_flagged_by_the_rule() -> None:
    load = shipped("zone_loads")
    ratio = load["peak_load_mw"] / load["peak_2010_mw"]
    assert (load["reliable"] == ratio.between(0.5, 2.5)).all()
    flagged = load[~load["reliable"]]
    # The zones that whoever derived the loads found unreliable by the same rule.
    assert list(flagged["zone"]) == ["p19", "p22", "p23", "p27", "p35", "p36", "p60", "p86"]
    assert (flagged["remark"] != "").all()
    assert (load.loc[load["reliable"], "remark"] == "").all()


def test_load_factors_tie_mean_to_peak() -> None:
    load = shipped("zone_loads")
    assert (load["mean_load_mw"] / load["load_factor"]).to_numpy() == pytest.approx(
        load["peak_load_mw"].to_numpy(), abs=0.2
    )


def test_columbia_is_counted_once_in_maryland() -> None:
    zones = shipped("zones").set_index("zone")
    load = shipped("zone_loads").set_index("zone")["mean_load_mw"]
    assert "DC" not in set(zones["state"])
    maryland = load[zones.index[zones["state"] == "MD"]].sum() * HOURS_PER_YEAR / 1e6
    # About 61 TWh in Maryland and 10 in the District; taking each in full would give over 80.
    assert maryland == pytest.approx(71.3, abs=0.5)
    sources = pd.read_csv(US / "figure_sources.csv", keep_default_na=False)
    mean = sources[(sources["table"] == "zone_loads") & (sources["column"] == "mean_load_mw")]
    confidence = mean.set_index("row")["confidence"]
    assert confidence["p121"] == confidence["p123"] == "assumed"


def test_growth_starts_at_one_and_keeps_the_order_of_the_cases() -> None:
    load = shipped("zone_loads").set_index("zone")["mean_load_mw"]
    nation = {}
    for case in ("cases/growth-low/", "", "cases/growth-high/"):
        growth = shipped(f"{case}load_growth")
        assert (growth.loc[growth["year"] == 2024, "load_growth_ratio"] == 1).all()
        later = growth[growth["year"] == 2036].set_index("zone")["load_growth_ratio"]
        nation[case] = float((later * load).sum() / load.sum())
    assert nation["cases/growth-low/"] < nation[""] < nation["cases/growth-high/"]
    assert nation[""] == pytest.approx(1.17, abs=0.02)


def test_hourly_load_is_a_whole_year_of_mean_one_for_every_zone() -> None:
    chronology = shipped("chronology")
    regions = chronology.groupby("load_region")["load_shape"]
    assert (regions.size() == HOURS_PER_YEAR).all()
    assert regions.mean().to_numpy() == pytest.approx(1.0, abs=1e-9)
    assert not chronology.duplicated(["load_region", "day_of_year", "hour_utc"]).any()
    load = shipped("zone_loads").set_index("zone")
    assert set(load["load_region"]) == set(regions.groups)
    # The load factor of the hours is the one that the peak of 2024 was made with.
    factor = 1 / load["load_region"].map(regions.max())
    assert factor.to_numpy() == pytest.approx(load["load_factor"].to_numpy(), rel=0.005)


def test_days_of_the_year_stand_for_the_weights_of_the_representative_days() -> None:
    days = shipped("chronology_days")
    assert sorted(days["day_of_year"]) == list(range(1, 366))
    counts = days["day"].value_counts().to_dict()
    operations = shipped("operations")
    for _, weights in operations.groupby("zone")[["day", "weight_days"]]:
        assert weights.drop_duplicates().set_index("day")["weight_days"].to_dict() == counts
    month = pd.to_datetime(days["date"]).dt.month
    usual = ~days["day"].str.startswith("peak")
    assert (days["day"] == [f"m{number:02d}" for number in month])[usual].all()
    assert sorted(days.loc[~usual, "day"]) == ["peak_summer", "peak_winter"]


# --- plants and headroom --------------------------------------------------------------------


def test_zones_without_a_plant_in_the_source_say_so() -> None:
    plants = shipped("zone_capacity")
    assert (plants.groupby("zone").size() == 14).all()
    ours = plants[plants["confidence"] == "assumed"]
    assert sorted(set(ours["zone"])) == ["p110", "p19"]
    assert (ours["capacity_mw"] == 0).all()


def test_queue_grows_by_year() -> None:
    queue = shipped("zone_queue").sort_values("year")
    assert queue.groupby(["zone", "kind"])["queued_mw"].is_monotonic_increasing.all()
    assert set(queue["year"]) == set(range(2026, 2031))
    assert queue.loc[queue["year"] == 2030, "queued_mw"].sum() / 1e3 == pytest.approx(2050, abs=1)


@pytest.mark.parametrize("case", ["", "cases/growth-high/", "cases/growth-low/"])
def test_firm_headroom_follows_from_its_parts(case: str) -> None:
    parts = gross_balance(case)
    region = ["nerc_region", "year"]
    total = (parts["over"] + parts["settled_mw"]).groupby([parts[name] for name in region])
    weight = parts["others_peak_mw"] / parts.groupby(region)["others_peak_mw"].transform("sum")
    assert (total.transform("sum") * weight - parts["region_share_mw"]).abs().max() < 1.0
    brought = parts["over"] + parts["import_limit_mw"] - parts["deliverable_mw"]
    assert brought.abs().max() < 0.2
    firm = parts[["region_share_mw", "deliverable_mw"]].min(axis=1).clip(lower=0)
    both = shipped(f"{case}zone_headroom").merge(
        parts.assign(firm=firm)[["zone", "year", "firm"]], on=["zone", "year"]
    )
    assert len(both) == len(shipped(f"{case}zone_headroom"))
    assert both["firm_headroom_mw"].to_numpy() == pytest.approx(both["firm"].to_numpy())


def test_what_the_first_year_lacks_is_settled_within_the_interconnection_first() -> None:
    first = gross_balance().query("year == 2026")
    regions = first.groupby(["interconnection", "nerc_region"])[["over", "settled_mw"]].sum()
    left = regions.sum(axis=1)
    lacking = regions["over"] < 0
    assert left[lacking].abs().max() < 2.0
    assert (left[~lacking] > -2.0).all()
    for _, grid in regions.groupby(level="interconnection"):
        lent = -grid.loc[grid["over"] > 0, "settled_mw"].sum()
        short, over = (-grid["over"]).clip(lower=0).sum(), grid["over"].clip(lower=0).sum()
        assert lent == pytest.approx(min(short, over), abs=2.0)


def test_flexible_headroom_holds_the_firm_and_grows_with_curtailment() -> None:
    table = shipped("flexible_headroom").merge(shipped("zone_headroom"), on=["zone", "year"])
    assert (table["flexible_headroom_mw"] >= table["firm_headroom_mw"]).all()
    ordered = table.sort_values("curtailed_fraction").groupby(["zone", "year"])
    assert ordered["flexible_headroom_mw"].is_monotonic_increasing.all()


def test_flexible_headroom_follows_from_its_parts() -> None:
    keys = ["zone", "year"]
    table = shipped("flexible_headroom")
    for name, column in (
        ("zone_headroom", "firm_headroom_mw"),
        ("zone_balance", "region_share_mw"),
        ("load_growth", "load_growth_ratio"),
    ):
        table = table.merge(shipped(name)[[*keys, column]], on=keys)
    assert len(table) == len(shipped("flexible_headroom"))
    room = table["measured_room_mw"] * table["load_growth_ratio"]
    lacking = table["region_share_mw"].clip(upper=0)
    expected = (table["firm_headroom_mw"] + room + lacking).clip(lower=0)
    assert table["flexible_headroom_mw"].to_numpy() == pytest.approx(expected.to_numpy(), abs=0.11)


# --- prices ---------------------------------------------------------------------------------


def test_dear_and_cheap_gas_lie_on_both_sides_of_the_base() -> None:
    def mean(path: str) -> pd.Series:
        gas = shipped(path).query("fuel == 'gas' and year >= 2028")
        return gas.groupby("year")["price_usd_per_mmbtu"].mean()

    low, base, high = (mean(path) for path in CASES)
    assert (low < base).all()
    assert (base < high).all()
    # Delivered gas lies above what the outlook gives for power plants.
    assert base.between(4, 8).all()


@pytest.mark.parametrize("path", CASES)
def test_every_gas_case_has_uranium(path: str) -> None:
    (file,) = sorted((US / path).parent.glob("fuel_prices.*"))
    frame = read_table(INPUT_TABLES["fuel_prices"], file).frame
    uranium = frame[frame["fuel"] == "uranium"]
    assert set(uranium["zone"]) == {"*"}
    assert uranium["price_usd_per_mmbtu"].between(0.4, 0.7).all()
    assert set(range(2027, 2037)) <= set(uranium["year"])


def test_tariffs_give_back_the_escalated_industrial_price() -> None:
    # Texas: 5.39 cents in 2018 x 1.2 = 64.68 USD/MWh. Energy 70 % = 45.28, delivery 12 % = 7.76,
    # capacity 18 % = 11.64 USD/MWh at a load factor of 0.8: x 0.8 x 730 h / 1000 = 6.80 USD/kW.
    tariffs = shipped("tariffs").set_index(["zone", "year"])
    houston = tariffs.loc[("p67", 2027)]
    assert houston["energy_usd_per_mwh"] == 45.28
    assert houston["delivery_usd_per_mwh"] == 7.76
    assert houston["capacity_usd_per_kw_month"] == 6.8
    assert set(tariffs["confidence"]) == {"assumed"}
    later = tariffs.xs(2036, level="year")["energy_usd_per_mwh"]
    assert later.to_numpy() == pytest.approx(
        tariffs.xs(2027, level="year")["energy_usd_per_mwh"].to_numpy() * 1.1, abs=0.01
    )


# --- operating hours ------------------------------------------------------------------------


def test_days_weigh_a_year_and_shapes_have_mean_one() -> None:
    operations = shipped("operations")
    assert (operations.groupby("zone").size() == 14 * 24).all()
    weights = operations["weight_days"]
    year = weights.groupby(operations["zone"]).sum()
    assert (year == HOURS_PER_YEAR).all()
    for column in ("grid_price_shape", "pue_overhead_shape", "load_shape"):
        mean = (operations[column] * weights).groupby(operations["zone"]).sum() / year
        assert mean.to_numpy() == pytest.approx(1, abs=1e-9), column


def test_net_load_is_load_less_sun_and_wind_in_service() -> None:
    hours = shipped("operations")
    plants = shipped("zone_capacity").pivot_table(
        index="zone", columns="kind", values="capacity_mw"
    )
    load = shipped("zone_loads").set_index("zone")["mean_load_mw"]
    expected = hours["load_shape"] * hours["zone"].map(load)
    for kind in ("solar", "wind"):
        expected -= hours[f"{kind}_capacity_factor"] * hours["zone"].map(plants[kind])
    assert hours["net_load_mw"].to_numpy() == pytest.approx(expected.to_numpy(), abs=0.6)


def test_sun_shines_by_day_in_utc() -> None:
    # Noon in Texas is near 18 UTC; midnight near 6 UTC.
    houston = shipped("operations").query("zone == 'p67'")
    by_hour = houston.groupby("hour_utc")["solar_capacity_factor"].mean()
    assert by_hour[[5, 6, 7, 8]].max() == 0
    assert by_hour.idxmax() in (17, 18, 19, 20)


def test_capacity_factors_of_a_year_are_those_of_real_fleets() -> None:
    hours = shipped("operations")
    weights = hours["weight_days"] / HOURS_PER_YEAR
    for column, low, high in (
        ("solar_capacity_factor", 0.15, 0.35),
        ("wind_capacity_factor", 0.15, 0.50),
    ):
        mean = (hours[column] * weights).groupby(hours["zone"]).sum()
        assert mean.between(low, high).all(), column


def test_cases_of_growth_start_together_and_leave_less_and_more_headroom() -> None:
    growth, firm = {}, {}
    for case in ("", "cases/growth-high/", "cases/growth-low/"):
        grown = shipped(f"{case}load_growth").set_index(["zone", "year"])["load_growth_ratio"]
        growth[case], zones = grown, grown.index.get_level_values("zone")
        rows = shipped(f"{case}zone_headroom")
        firm[case] = rows[rows["zone"].isin(zones)].groupby("year")["firm_headroom_mw"].sum()
    base, high, low = growth.values()
    assert (high.xs(2026, level="year") == base.xs(2026, level="year")).all()
    assert (low.xs(2026, level="year") == base.xs(2026, level="year")).all()
    assert high.xs(2036, level="year").mean() > base.xs(2036, level="year").mean()
    assert low.xs(2036, level="year").mean() < base.xs(2036, level="year").mean()
    some, less, more = firm.values()
    assert (less < some).all()
    assert (some < more).all()
