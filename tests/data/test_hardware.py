"""The shipped systems: complete, blank where unknown, prices, later generations, supply."""

from __future__ import annotations

from pathlib import Path

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
    # 125 PFLOPS may assume sparsity, which does not count: no dense rate is known, so no TPP.
    rates = [*BIT_LENGTHS, "tpp", "performance_density_tpp_per_mm2"]
    assert hardware.loc["cs-3", rates].isna().all()
    assert "may assume sparsity" in hardware.loc["cs-3", "generation_note"]
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
