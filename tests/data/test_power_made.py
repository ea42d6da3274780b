"""The scripts that make the tables of power, on small files in the format of their sources."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]

BASELINE = {
    "upv": (1000.0, 0.0),
    "ons-wind_115hh_170rd": (1200.0, 0.0),
    "battery_li": (300.0, 250.0),
    "Nuclear-SMR": (8569.512, 0.0),
    "Nuclear": (6000.0, 0.0),
    "Gas-CT": (1100.0, 0.0),
    "Gas-CT_aero": (1500.0, 0.0),
    "Gas-CC": (1300.0, 0.0),
    "ng-fuel-cell": (1500.0, 0.0),
}
LIKE = ("gas-ct", "gas-ct_aero", "gas-cc", "ng-fuel-cell", "battery_li", "nuclear-smr", "nuclear")
LIVES = ("upv_1*upv_10", "wind-ons_1*wind-ons_10")
BURNT = ("gas-CT", "gas-CT_aero", "gas-CC", "ng-fuel-cell")
BARRED = [("state", "CA"), ("county", "36059"), ("county", "36103")]
DEFLATOR = 1.071189


def write(folder: Path) -> None:
    """Four small files, every figure of one kind the same."""
    cases = ("advanced", "moderate", "conservative")
    pd.DataFrame(
        [
            (name, case, year, power, energy, 20.0, 5.0, 2.0, 9.0)
            for (name, (power, energy)), case, year in itertools.product(
                BASELINE.items(), cases, range(2026, 2046)
            )
        ],
        columns=[
            *("tech", "case", "year", "capex_usd2024_per_kw", "capex_usd2024_per_kwh"),
            *("fom_usd2024_per_kw_yr", "fom_usd2024_per_kwh_yr", "vom_usd2024_per_mwh"),
            "heatrate_mmbtu_per_mwh",
        ],
    ).to_csv(folder / "tech_costs_atb2024.csv", index=False)
    pd.DataFrame(
        [(name, 0.04, 0.08, 30.0) for name in (*LIKE, *LIVES)],
        columns=["i", "forced_outage", "scheduled_outage", "max_age_yr"],
    ).to_csv(folder / "tech_operational.csv", index=False)
    pd.DataFrame(
        [
            *((name, "process", 0.05) for name in BURNT),
            *((name, "upstream", 0.006) for name in (*BURNT, "nuclear")),
        ],
        columns=["i", "etype", "CO2"],
    ).to_csv(folder / "emission_rates_reeds.csv", index=False)
    restrict(folder, BARRED)


def restrict(folder: Path, barred: list[tuple[str, str]]) -> None:
    frame = pd.DataFrame(barred, columns=["scope", "code"])
    frame.to_csv(folder / "state_nuclear_restrictions.csv", index=False)


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, ModuleType]:
    """The theme, and what reads its source files."""
    monkeypatch.syspath_prepend(str(ROOT / "data" / "make"))
    import gathered  # noqa: PLC0415 -- a script's module
    import power  # noqa: PLC0415 -- a script's module

    return power, gathered


@pytest.fixture
def made(
    scripts: tuple[ModuleType, ModuleType], tmp_path: Path
) -> Callable[[], dict[str, pd.DataFrame]]:
    """The theme's tables, made of small files that a test may change first."""
    power, gathered = scripts
    write(tmp_path)

    def make() -> dict[str, pd.DataFrame]:
        files = gathered.Gathered(tmp_path, renew=True, record=tmp_path / "files.yaml")
        return {name: pd.DataFrame(rows) for name, rows in power.tables(files).items()}

    return make


def test_storage_is_power_and_hours_of_energy_in_the_dollars_of_the_baseline(
    made: Callable[[], dict[str, pd.DataFrame]],
) -> None:
    """300 + 8 x 250 = 2,300 and 20 + 8 x 5 = 60 USD of 2024, over 1.071189."""
    costs = made()["power_costs"].set_index(["technology", "year"])
    row = costs.loc[("battery-8h", 2030)]
    assert row["overnight_capex_usd_per_kw"] == pytest.approx(2300 / DEFLATOR, abs=0.1)
    assert row["fixed_om_usd_per_kw_year"] == pytest.approx(60 / DEFLATOR, abs=0.01)
    assert row["usd_year"] == 2022
    assert costs.loc[("smr-barge", 2030), "overnight_capex_usd_per_kw"] == 8000


def test_operation_of_what_is_priced_anew_is_in_the_dollars_of_its_price(
    made: Callable[[], dict[str, pd.DataFrame]],
) -> None:
    """20 USD of 2024 over 0.9747 are 20.52 of 2025; the baseline's capital is not taken."""
    row = made()["power_costs"].set_index(["technology", "year"]).loc[("gas-combined-cycle", 2030)]
    assert row["usd_year"] == 2025
    assert row["fixed_om_usd_per_kw_year"] == pytest.approx(20 / 0.9747, abs=0.005)
    assert row["overnight_capex_usd_per_kw"] == 2400


def test_outages_and_emissions_are_those_of_the_files(
    made: Callable[[], dict[str, pd.DataFrame]],
) -> None:
    frame = made()["power_technologies"].set_index("technology")
    engine, reactor = frame.loc["gas-engine"], frame.loc["smr-barge"]
    assert (engine["forced_outage_fraction"], engine["planned_outage_fraction"]) == (0.04, 0.08)
    assert (engine["co2_tonnes_per_mmbtu"], reactor["co2_tonnes_per_mmbtu"]) == (0.05, 0.0)
    assert reactor["upstream_co2_tonnes_per_mmbtu"] == 0.006
    assert (reactor["heat_rate_mmbtu_per_mwh"], frame.loc["solar", "life_years"]) == (9.0, 30.0)


def test_a_case_counts_operation_in_its_own_dollars(
    made: Callable[[], dict[str, pd.DataFrame]],
) -> None:
    """Claims are of 2026: the 20 USD of 2024 are 20 x 1.025 / 0.9747 there."""
    case = made()["cases/smr-claimed/power_costs"].set_index(["technology", "year"])
    row = case.loc[("smr-barge", 2030)]
    assert row["overnight_capex_usd_per_kw"] == 3500
    assert row["fixed_om_usd_per_kw_year"] == pytest.approx(20 * 1.025 / 0.9747, rel=1e-3)


def test_an_unknown_restriction_is_refused_until_it_has_a_note(
    made: Callable[[], dict[str, pd.DataFrame]], tmp_path: Path
) -> None:
    frame = made()["nuclear_restrictions"]
    barred = set(frame.loc[frame["bars_small_reactors"], "area"])
    assert barred == {"us-ca", "us-hi", "36059", "36103"}
    restrict(tmp_path, [*BARRED, ("state", "TX")])
    with pytest.raises(KeyError, match="us-tx"):
        made()


def test_a_missing_column_is_refused(
    made: Callable[[], dict[str, pd.DataFrame]],
    scripts: tuple[ModuleType, ModuleType],
    tmp_path: Path,
) -> None:
    path = tmp_path / "tech_operational.csv"
    pd.read_csv(path).drop(columns="forced_outage").to_csv(path, index=False)
    with pytest.raises(scripts[1].Refused, match="no column forced_outage"):
        made()
