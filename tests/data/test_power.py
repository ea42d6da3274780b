"""The shipped tables of power: ranges, arithmetic of emissions, cases, routes, provenance."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml

from tokenworks.air import covers, offset_ratio, threshold_of, thresholds
from tokenworks.io.tables import read_table
from tokenworks.schema.shorthand import CONFIDENCES
from tokenworks.schema.tables import INPUT_TABLES

ROOT = Path(__file__).parents[2]
US = ROOT / "data" / "us"
HAND = ROOT / "data" / "make" / "power" / "hand"

LB_PER_SHORT_TON = 2000
HOURS_PER_YEAR = 8760
# EPA method 19: lb of NOx per dry cubic foot and ppm, dry cubic feet of flue gas per MMBtu of
# natural gas without excess air, oxygen of air and of the reference.
LB_PER_CUBIC_FOOT_AND_PPM = 1.194e-7
CUBIC_FEET_PER_MMBTU = 8710
EXCESS_AIR = 20.9 / (20.9 - 15)
LB_PER_MMBTU_AND_PPM = LB_PER_CUBIC_FOOT_AND_PPM * CUBIC_FEET_PER_MMBTU * EXCESS_AIR
YEARS = range(2026, 2037)
CASES = ("smr-claimed", "", "smr-first-of-a-kind")
REACTORS = ["smr-barge", "smr-floating", "smr-land"]
TABLES = (
    "power_technologies",
    "power_costs",
    "permit_routes",
    "air_permit_thresholds",
    "nuclear_restrictions",
    "gas_connections",
    "tax_credits",
    "price_index",
    "supply",
    "supply_uses",
)


def shipped(table: str, case: str = "") -> pd.DataFrame:
    path = US / "cases" / case if case else US
    return read_table(INPUT_TABLES[table], path / f"{table}.csv").frame


@pytest.fixture(scope="module")
def technologies() -> pd.DataFrame:
    """What the theme made, by id; rows of other countries are not there."""
    return shipped("power_technologies").set_index("technology")


@pytest.fixture(scope="module")
def costs() -> dict[str, pd.DataFrame]:
    """Costs in USD of 2024, by case."""
    levels = shipped("price_index").set_index("year")["price_index"]
    result = {}
    for case in CASES:
        frame = shipped("power_costs", case)
        factor = levels[2024] / frame["usd_year"].map(levels)
        money = [name for name in frame.columns if "usd" in name.split("_") and name != "usd_year"]
        result[case] = frame.assign(**{name: frame[name] * factor for name in money}).set_index(
            ["technology", "year"]
        )
    return result


@pytest.fixture(scope="module")
def routes() -> pd.DataFrame:
    """Permit routes of the United States and its states."""
    frame = shipped("permit_routes").set_index("route")
    return frame[frame["jurisdiction"].str.match(r"us(-..)?$")]


@pytest.mark.parametrize("table", TABLES)
def test_tables_load_and_every_row_says_how_far_it_can_be_trusted(table: str) -> None:
    frame = shipped(table)
    assert len(frame)
    assert set(frame["confidence"]) <= set(CONFIDENCES)
    known = set(shipped("sources")["source_id"])
    assert set(frame["source"]) - {""} <= known


@pytest.mark.parametrize("case", CASES)
def test_every_technology_has_a_cost_in_every_year(
    technologies: pd.DataFrame, costs: dict[str, pd.DataFrame], case: str
) -> None:
    wanted = {(technology, year) for technology in technologies.index for year in YEARS}
    assert wanted <= set(costs[case].index)
    assert (costs[case]["overnight_capex_usd_per_kw"] > 0).all()


def test_the_technologies_that_a_plan_chooses_from_are_there(technologies: pd.DataFrame) -> None:
    assert {
        "gas-engine",
        "gas-aeroderivative",
        "gas-simple-cycle",
        "gas-combined-cycle",
        "gas-fuel-cell",
        "solar",
        "wind",
        "battery-4h",
        "battery-8h",
        "smr-barge",
        "smr-floating",
        "smr-land",
        "nuclear-large",
    } <= set(technologies.index)
    assert set(technologies.index[technologies["floating"]]) == {"smr-floating"}
    barges = technologies.index[technologies["needs_waterfront"]]
    assert set(barges) == {"smr-barge", "smr-floating"}


def test_heat_rates_are_those_of_higher_heating_value(technologies: pd.DataFrame) -> None:
    """Net efficiency (3.412 MMBtu a MWh over the heat rate) lies where each kind's lies on HHV."""
    efficiency = 3.412 / technologies["heat_rate_mmbtu_per_mwh"]
    span = {
        "gas-engine": (0.38, 0.46),
        "gas-aeroderivative": (0.34, 0.40),
        "gas-simple-cycle": (0.33, 0.39),
        "gas-combined-cycle": (0.50, 0.58),
        "gas-fuel-cell": (0.45, 0.56),
        "smr-barge": (0.30, 0.38),
        "nuclear-large": (0.30, 0.35),
    }
    for technology, (low, high) in span.items():
        assert low < efficiency[technology] < high, technology


def mw_under(cap: float, nox_lb_per_mmbtu: float, heat_rate: float) -> float:
    """Mean megawatts of a year whose NOx stays within so many short tons."""
    return cap * LB_PER_SHORT_TON / (nox_lb_per_mmbtu * heat_rate) / HOURS_PER_YEAR


def test_a_minor_source_carries_tens_of_megawatts_dry_and_hundreds_behind_scr(
    technologies: pd.DataFrame, routes: pd.DataFrame
) -> None:
    """Below 100 short tons. Dry: 99 x 2,000 lb / 0.05 / 9.447 = 419 GWh a year, 48 MW on average.

    Behind a catalyst the same tons carry 48 x 0.05 / 0.0083 = 288 MW; of an engine, at 0.15 and at
    0.03 lb/MMBtu and 8.4 MMBtu/MWh, 18 and 90.
    """
    expected = {
        "gas-aeroderivative": (47.9, 288.3),
        "gas-simple-cycle": (46.5, 280.2),
        "gas-combined-cycle": (71.9, 486.0),
        "gas-engine": (17.9, 89.7),
    }
    for technology, carried in expected.items():
        cap = routes.loc["air-minor", "nox_cap_short_tons_per_year"]
        row = technologies.loc[technology]
        found = [
            mw_under(cap, row[column], row["heat_rate_mmbtu_per_mwh"])
            for column in ("nox_lb_per_mmbtu", "nox_with_scr_lb_per_mmbtu")
        ]
        assert found == pytest.approx(carried, abs=0.1), technology


def test_turbines_behind_scr_emit_2_to_2_5_ppm(technologies: pd.DataFrame) -> None:
    turbines = technologies[
        technologies["air_source_category"].isin(["simple-cycle", "steam-electric"])
    ]
    assert len(turbines) == 3
    ppm = turbines["nox_with_scr_lb_per_mmbtu"] / LB_PER_MMBTU_AND_PPM
    assert ppm.between(1.99, 2.5).all()
    assert (turbines["nox_lb_per_mmbtu"] == 0.05).all()


def test_the_permit_of_memphis_is_within_reach_of_the_turbines(technologies: pd.DataFrame) -> None:
    """247 MW under 87 tons of NOx and 94 of carbon monoxide, as the press reports the permit."""
    row = technologies.loc["gas-aeroderivative"]
    mmbtu = 247 * HOURS_PER_YEAR * row["heat_rate_mmbtu_per_mwh"]
    for column, tons in (
        ("nox_with_scr_lb_per_mmbtu", 87),
        ("carbon_monoxide_with_catalyst_lb_per_mmbtu", 94),
    ):
        assert mmbtu * row[column] / LB_PER_SHORT_TON == pytest.approx(tons, rel=0.06)


def test_a_catalyst_never_adds(technologies: pd.DataFrame) -> None:
    stacks = technologies[technologies["air_source_category"] != "none"]
    assert (stacks["nox_with_scr_lb_per_mmbtu"] <= stacks["nox_lb_per_mmbtu"]).all()
    assert (
        stacks["carbon_monoxide_with_catalyst_lb_per_mmbtu"]
        <= stacks["carbon_monoxide_lb_per_mmbtu"]
    ).all()
    assert stacks["co2_tonnes_per_mmbtu"].between(0.05, 0.08).all()


def test_reactors_cost_least_as_claimed_and_most_as_first_of_a_kind(
    costs: dict[str, pd.DataFrame],
) -> None:
    column = "overnight_capex_usd_per_kw"
    for reactor in ("smr-barge", "smr-floating"):
        claimed, default, first = (costs[case].loc[reactor, column] for case in CASES)
        assert (claimed < default).all()
        assert (default < first).all()
    land = [costs[case].loc["smr-land", column] for case in CASES]
    assert (land[0] == land[1]).all()
    assert (land[1] < land[2]).all()


def test_the_first_unit_keeps_what_was_published_beside_what_we_made_of_it(
    costs: dict[str, pd.DataFrame],
) -> None:
    """20,333 CAD/kW of the first unit at 0.7225 USD/CAD is 14,691 USD/kW, in dollars of 2024."""
    row = costs["smr-first-of-a-kind"].loc[("smr-barge", 2030)]
    assert row["all_in_capex_usd_per_kw"] == pytest.approx(20333 * 15.1 / 20.9, rel=1e-3)
    assert row["overnight_capex_usd_per_kw"] < row["all_in_capex_usd_per_kw"]
    case = costs["smr-first-of-a-kind"]
    others = case[~case.index.get_level_values("technology").isin(REACTORS)]
    assert others["all_in_capex_usd_per_kw"].isna().all()


def test_cases_change_reactors_alone() -> None:
    default = shipped("power_costs")
    for case in CASES:
        if not case:
            continue
        changed = shipped("power_costs", case)
        same = ~default["technology"].isin(REACTORS)
        pd.testing.assert_frame_equal(changed[same], default[same])
        assert set(changed["technology"]) == set(default["technology"])


def test_claims_are_no_default() -> None:
    default = shipped("power_costs").set_index("technology")
    assert (default.loc[REACTORS, "source"] == "NREL-ATB-2024").all()
    claimed = shipped("power_costs", "smr-claimed").set_index("technology").loc["smr-barge"]
    assert (claimed["confidence"] == "claimed").all()


def test_reactors_of_the_baseline_cost_8000_usd_of_2022() -> None:
    raw = shipped("power_costs").set_index(["technology", "year"])
    assert raw.loc[("smr-barge", 2030), "overnight_capex_usd_per_kw"] == 8000
    assert raw.loc[("smr-barge", 2030), "usd_year"] == 2022
    assert raw.loc[("nuclear-large", 2030), "overnight_capex_usd_per_kw"] == 5750


def test_gas_turbines_cost_more_than_the_stale_baseline(costs: dict[str, pd.DataFrame]) -> None:
    """The baseline of 2024 in USD of 2024, years 2025: 1,330, 1,650 and 1,161 USD/kW."""
    stale = {
        "gas-combined-cycle": 1330,
        "gas-aeroderivative": 1650,
        "gas-simple-cycle": 1161,
    }
    for technology, baseline in stale.items():
        capital = costs[""].loc[technology, "overnight_capex_usd_per_kw"]
        assert (capital > 1.2 * baseline).all(), technology


@pytest.mark.parametrize("case", CASES)
def test_costs_lie_in_their_range(costs: dict[str, pd.DataFrame], case: str) -> None:
    frame = costs[case]
    low, mid, high = (frame[f"overnight_capex{part}_usd_per_kw"] for part in ("_low", "", "_high"))
    assert (low <= mid).all()
    assert (mid <= high).all()
    assert frame["basis"].str.len().gt(0).all()


def test_months_lie_in_their_range(technologies: pd.DataFrame, routes: pd.DataFrame) -> None:
    gas = shipped("gas_connections")
    for frame, name in ((technologies, "procurement"), (routes, "route"), (gas, "lateral")):
        low, mid, high = (frame[f"{name}{part}_months"] for part in ("_low", "", "_high"))
        assert (low <= mid).all(), name
        assert (mid <= high).all(), name


def test_large_turbines_come_in_five_to_seven_years(technologies: pd.DataFrame) -> None:
    large = technologies.loc[["gas-simple-cycle", "gas-combined-cycle"]]
    total = large["procurement_months"] + large["build_months"]
    assert total.between(60, 84).all()
    engine = technologies.loc["gas-engine"]
    assert 12 <= engine["procurement_months"] <= 18


def test_the_stacks_of_a_site_have_a_minor_and_a_major_route_in_either_air(
    routes: pd.DataFrame,
) -> None:
    own = routes[(routes["jurisdiction"] == "us") & (routes["requirement"] == "air")]
    assert set(routes.loc[routes["requirement"] == "air", "asset"]) == {"stacks"}
    capped = own["nox_cap_short_tons_per_year"].notna()
    for attainment in ("attainment", "nonattainment"):
        here = own["attainment"] == attainment
        minor, major = own[here & capped], own[here & ~capped]
        assert len(minor)
        assert len(major)
        assert minor["route_months"].max() < major["route_months"].min()
        assert minor["cost_usd"].max() < major["cost_usd"].min()


def test_caps_stand_below_the_threshold_of_their_rule(
    technologies: pd.DataFrame, routes: pd.DataFrame
) -> None:
    frame = shipped("air_permit_thresholds")
    limits = thresholds(frame)
    assert threshold_of("psd", "simple-cycle", limits) == 250
    assert threshold_of("psd", "steam-electric", limits) == 100
    operating = threshold_of("operating-permit", "any", limits)
    covered = {}
    for route in routes[routes["requirement"] == "air"].reset_index().itertuples():
        cap = route.nox_cap_short_tons_per_year
        least = frame.loc[frame["rule"] == route.air_rule, "major_source_short_tons_per_year"].max()
        assert pd.isna(cap) or cap == least - 1, route.route
        assert route.needs_operating_permit == (pd.isna(cap) or cap >= operating)
        assert (route.operating_permit_months > 0) == route.needs_operating_permit
        stacks = technologies.assign(lacks_control=False).reset_index().itertuples()
        covered[route.route] = {t.technology for t in stacks if covers(route, t, limits)}
    everything = set(technologies.index[technologies["air_source_category"] != "none"])
    assert covered["air-minor"] == covered["air-major"] == everything
    assert everything - covered["air-minor-250"] == {"gas-combined-cycle"}
    assert covered["air-tx-readily-available"] == {"gas-simple-cycle", "gas-aeroderivative"}


def test_uncapped_sources_need_control(routes: pd.DataFrame) -> None:
    air = routes[routes["requirement"] == "air"]
    assert (air["needs_scr"] == air["nox_cap_short_tons_per_year"].isna()).all()
    assert not routes.loc[routes["requirement"] != "air", "needs_scr"].any()


def test_offsets_go_with_new_major_sources_in_nonattainment(routes: pd.DataFrame) -> None:
    offset = routes["offset_cost_usd_per_short_ton"].notna()
    air = routes["requirement"] == "air"
    capped = routes["nox_cap_short_tons_per_year"].notna()
    assert (offset == (air & ~capped & (routes["attainment"] == "nonattainment"))).all()
    limits = thresholds(shipped("air_permit_thresholds"))
    assert {offset_ratio(route, limits) for route in routes[offset].itertuples()} == {1.3}


def test_a_state_replaces_a_route_of_the_country_for_the_same_thing(routes: pd.DataFrame) -> None:
    replaced = routes[routes["replaces"] != ""]
    assert len(replaced)
    for route in replaced.itertuples():
        other = routes.loc[route.replaces]
        assert other["jurisdiction"] == "us"
        assert route.jurisdiction != "us"
        assert (other["asset"], other["requirement"]) == (route.asset, route.requirement)
        assert other["attainment"] == route.attainment


def test_a_template_costs_more_and_saves_months(routes: pd.DataFrame) -> None:
    templates = routes[routes["preapproved_template"]]
    assert len(templates)
    assert (templates["template_saved_months"] > 0).all()
    for route in templates[templates["jurisdiction"] == "us"].itertuples():
        plain = routes.loc[route.Index.removesuffix("-template")]
        assert route.route_months == plain["route_months"] - route.template_saved_months
        assert route.cost_usd == plain["cost_usd"] + route.template_extra_cost_usd


def test_every_reactor_has_routes_of_the_regulator(
    technologies: pd.DataFrame, routes: pd.DataFrame
) -> None:
    nuclear = routes[routes["requirement"] == "nuclear"]
    reactors = set(technologies.index[technologies["fuel"] == "uranium"])
    assert set(nuclear["asset"]) == reactors
    second = routes[routes["requirement"] == "nuclear-operation"]
    assert set(second["asset"]) == reactors
    assert set(second["follows"]) == {"nuclear"}
    both = nuclear[nuclear["also_satisfies"] == "nuclear-operation"]
    assert set(both["asset"]) == reactors
    permit = routes.loc["nuclear-smr-barge-construction-permit"]
    assert (permit["route_months"], permit["source"]) == (18, "EO-14300")
    assert permit["confidence"] == "published"


def test_the_site_itself_has_building_land_and_water_routes(routes: pd.DataFrame) -> None:
    own = routes[(routes["asset"] == "site") & (routes["jurisdiction"] == "us")]
    assert set(own["requirement"]) == {"building", "land", "water"}


def test_states_that_bar_reactors_are_named() -> None:
    frame = shipped("nuclear_restrictions").set_index("area")
    states = frame[frame["county_fips"] == ""]
    assert set(states.index[states["bars_small_reactors"]]) == {
        *("us-ca", "us-hi", "us-ma", "us-me", "us-mn", "us-or", "us-ri", "us-vt")
    }
    assert set(frame.index[frame["county_fips"] != ""]) == {"36059", "36103"}
    assert not (frame["bars_small_reactors"] & ~frame["bars_large_reactors"]).any()


def test_supply_is_used_by_technologies_that_exist(technologies: pd.DataFrame) -> None:
    own = yaml.safe_load((HAND / "supply.yaml").read_text(encoding="utf-8"))
    supply, uses = shipped("supply"), shipped("supply_uses")
    names = {row["supply"] for row in own["supply"]}
    assert names <= set(supply["supply"])
    mine = uses[uses["supply"].isin(names)]
    assert names == set(mine["supply"])
    assert set(mine["asset"]) <= set(technologies.index)
    in_mw = mine[mine["supply"].isin(["gas-engines", "fuel-cells"])]
    modules = technologies.loc[in_mw["asset"], "module_mw"]
    assert in_mw["units_per_asset_count"].tolist() == modules.tolist()


def test_the_price_level_is_that_of_the_smallest_scenario() -> None:
    small = read_table(INPUT_TABLES["price_index"], ROOT / "data" / "common" / "price_index.csv")
    columns = ["year", "price_index", "source", "confidence"]
    pd.testing.assert_frame_equal(shipped("price_index")[columns], small.frame[columns])
