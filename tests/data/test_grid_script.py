"""The script makes the grid's tables of a small made-up source as worked out by hand."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tokenworks.io.tables import read_table
from tokenworks.schema.tables import INPUT_TABLES

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "data" / "make" / "us.py"
HOURS_PER_YEAR = 8760

STATES = {"p1": "TX", "p2": "TX"} | dict.fromkeys(("p3", "p4", "p5", "p6", "p7"), "VA")
YEARS = range(2024, 2041)
MONTHS = {f"m{month:02d}": days for month, days in enumerate(
    (30, 28, 31, 30, 31, 30, 30, 31, 30, 31, 30, 31), start=1
)} | {"peak_summer": 1, "peak_winter": 1}  # fmt: skip
PLANTS = [
    *("gas_cc", "gas_ct", "gas_other", "coal", "nuclear", "hydro", "pumped_hydro", "solar"),
    *("wind", "battery", "oil", "biomass", "geothermal", "other"),
]
AVERT = ("CA", "CENT", "FL", "MIDA", "MIDW", "NCSC", "NE", "NW", "NY", "RM", "SE", "SW", "TE", "TN")


def made_up_files() -> dict[str, list[list[object]]]:
    """Seven zones; every figure is invented.

    p2 has no plant. In 2026 p3 is short by more than p4 and p5, of another region of the same grid,
    have over; p6 is short by less than p7 has. p4 and p5 have their peaks at different hours.
    """
    zone_columns = [
        *("zone", "nercr", "transreg", "state", "interconnect", "hurdlereg", "lat", "lon"),
        "cendiv",
    ]
    texas = ["ERCOT", "ERCOT", "TX", "texas", "ERCOT", 30, -97, "West_South_Central"]
    virginia = ["PJM", "PJM", "VA", "eastern", "PJM", 38, -78, "South_Atlantic"]
    lender = ["SERC_E", "SERTP", *virginia[2:]]
    north = ["WECC_NW", "NorthernGrid", "VA", "western", *virginia[4:]]
    south = ["WECC_SW", "WestConnect", *north[2:]]
    regions = ("ERCOT", "PJM", "SERC_E", "WECC_NW", "WECC_SW")
    fractions = ["headroom_mw_0.25pct", "headroom_mw_0.5pct", "headroom_mw_1pct"]
    gas = {"baseline": 4.0, "LOG": 7.0, "HOG": 3.0}
    growth = {"baseline": 0.01, "high": 0.02, "low": 0.005}
    return {
        "zones.csv": [
            zone_columns,
            *(["p1", *texas], ["p2", *texas], ["p3", *virginia], ["p4", *lender]),
            *(["p5", *lender], ["p6", *north], ["p7", *south]),
        ],
        "zone_links.csv": [
            [
                *("zone_from", "zone_to", "type", "mw_forward", "mw_reverse", "new_line_kv"),
                *("new_line_miles", "new_line_cost_musd2024", "name", "year_online"),
            ],
            ["p1", "p2", "AC", 500, 600, 345, 100, 300, "", ""],
            ["p1", "p2", "HVDC", 50, 50, "", "", "", "a_cable", 2030],
        ],
        "zone_load.csv": [
            [
                *("zone", "eia930_regions", "load_factor_2023", "avg_mw_2024"),
                *("peak_mw_2024_est", "peak_mw_2010_reeds_legacy"),
            ],
            ["p1", "A B", 1, 1000, 1000, 900],
            ["p2", "B A", 1, 500, 500, 100],
            ["p3", "C", 1, 1000, 1000, 900],
            ["p4", "D", 1, 300, 450, 400],
            ["p5", "E", 1, 100, 150, 140],
            ["p6", "F", 1, 400, 400, 400],
            ["p7", "F", 1, 400, 400, 400],
        ],
        "zone_capacity_existing_202311.csv": [
            ["zone", *PLANTS],
            ["p1", 2000, *([0] * 13)],
            ["p3", 500, *([0] * 13)],
            ["p4", 0, 0, 0, 1000, *([0] * 10)],
            ["p5", *([0] * 14)],
            ["p6", 410, *([0] * 13)],
            ["p7", 910, *([0] * 13)],
        ],
        "zone_queue_2026_2030.csv": [
            ["zone", "tg", 2026, 2027, 2028, 2029, 2030],
            ["p2", "gas", 0, 1000, 2000, 3000, 4000],
            ["p3", "battery", 0, 0, 0, 0, 1000],
        ],
        "load_growth_aeo2026.csv": [
            ["state", "year", "mult_vs_2024", "case"],
            *(
                [state, year, 1 + rate * (year - 2024), case]
                for case, rate in growth.items()
                for state in ("TX", "VA")
                for year in YEARS
            ),
        ],
        "prm_annual.csv": [
            ["nerc_region", "t", "nerc"],
            *([region, year, 0.25] for region in regions for year in YEARS),
        ],
        "eia930_curtailment_headroom.csv": [
            ["region", "mean_mw", *fractions, "headroom_mw_5pct"],
            *([name, 100, 30, 40, 50, 60] for name in ("A", "B", "C", "D", "E", "F", "AEC")),
        ],
        "zone_gas_price.csv": [
            ["year", "zone", "gas_usd2024_per_mmbtu", "case"],
            *([y, zone, price, case] for case, price in gas.items() for zone in STATES
              for y in YEARS),
        ],
        "state_retail_price_2010_2018.csv": [
            ["year", "state", "industrial_c_per_kwh"],
            [2018, "TX", 5], [2018, "VA", 6], [2017, "TX", 9],
        ],
        "zone_re_supply_curve.csv": [
            ["zone", "tech", "capacity_mw", "cf"],
            *([zone, tech, 100, 0.3] for zone in STATES for tech in ("upv", "wind-ons")),
        ],
        "zone_repdays.csv": [
            [
                *("zone", "day", "hour_utc_minus6", "weight_days", "load_pu", "wind_shape"),
                "solar_shape",
            ],
            *(
                [zone, day, hour, weight, 2 if hour == 11 else 1, 1, 2 if 6 <= hour < 18 else 0]
                for zone in STATES
                for day, weight in MONTHS.items()
                for hour in range(24)
            ),
        ],
        "avert_marginal_co2_lb_per_kwh_2023_monthly.csv": [
            ["Month", *AVERT],
            *([month, *([1] * len(AVERT))] for month in range(1, 13)),
        ],
    }  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the tables that the script makes from the made-up source."""
    folder = tmp_path_factory.mktemp("grid")
    source = folder / "source"
    source.mkdir()
    for name, lines in made_up_files().items():
        with (source / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)
    hours = np.arange(HOURS_PER_YEAR) % 24
    loads = pd.DataFrame({"A": 100 + hours, "B": 100 - hours, "C": 50 + 0 * hours})
    loads["C"] += (np.arange(HOURS_PER_YEAR) == 24 * 200 + 5) * 50
    loads = loads.assign(
        D=np.where(hours % 2 == 0, 150, 50), E=np.where(hours % 2 == 0, 50, 150), F=80
    )
    loads.to_parquet(source / "eia930_hourly_2023_subregions.parquet")
    command = [sys.executable, str(SCRIPT), "--only", "grid", "--renew", "--source", str(source)]
    command += ["--out", str(folder), "--record", str(folder / "files.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "us"


def made_table(made: Path, path: str) -> pd.DataFrame:
    (file,) = sorted((made / path).parent.glob(f"{Path(path).name}.*"))
    return read_table(INPUT_TABLES[file.stem], file).frame


def test_script_works_out_headroom_as_by_hand(made: Path) -> None:
    # Texas: loads are flat together, so its peak is the sum, 1,500 MW in 2024. In 2026 it has
    # 2,000 MW less 1,500 x 1.02 x 1.25 = 1,912.5, 87.5 over: nobody to lend to, so it keeps it.
    # 2028: + 2,000 x 0.14 = 280, need 1,500 x 1.04 x 1.25 = 1,950: 330 over; p2 gets a third.
    firm = made_table(made, "zone_headroom").set_index(["zone", "year"])["firm_headroom_mw"]
    assert firm["p1", 2028] == pytest.approx(220.0, abs=0.2)
    assert firm["p2", 2028] == pytest.approx(110.0, abs=0.2)
    # After 2030 the mean pace of 1,000 MW a year goes on: 2032 has 840 MW of it, and needs
    # 1,500 x 1.08 x 1.25 = 2,025, so 815 are over.
    assert firm["p1", 2032] == pytest.approx(815 * 2 / 3, abs=0.2)
    # Virginia lacks 500 - 1,275 = -775 MW in 2026, settled; then it grows by 12.5 MW a year.
    assert firm["p3", 2028] == 0
    balance = made_table(made, "zone_balance").set_index(["zone", "year"])
    assert balance.loc[("p3", 2026), "settled_mw"] == pytest.approx(775.0)
    assert balance.loc[("p3", 2028), "region_share_mw"] == pytest.approx(-25.0)
    # Batteries in 2030: 1,000 x 0.11 x 0.6 = 66 MW, need 50 MW more than in 2026: 16 over. But
    # nothing can be delivered: 500 + 66 - 1,325 and no link.
    assert balance.loc[("p3", 2030), "region_share_mw"] == pytest.approx(16.0)
    assert firm["p3", 2030] == 0
    # The cable comes in 2030.
    assert balance.loc[("p2", 2029), "import_limit_mw"] == 500
    assert balance.loc[("p2", 2030), "import_limit_mw"] == 550
    assert balance.loc[("p1", 2030), "import_limit_mw"] == 650


def test_script_closes_plants_and_counts_the_peak_of_a_region(made: Path) -> None:
    balance = made_table(made, "zone_balance").set_index(["zone", "year"])
    # 1,000 MW of coal in 2023, of which 3 % close each year: x 0.97^3 and 0.97^7.
    assert balance.loc[("p4", 2026), "existing_firm_mw"] == 912.7
    assert balance.loc[("p4", 2030), "existing_firm_mw"] == 808.0
    assert balance.loc[("p3", 2030), "existing_firm_mw"] == 500  # gas stays
    # p4 draws 450 MW in even hours and 150 in odd ones, p5 50 and 150: together 500 and 300, which
    # is 5/6 of the 600 MW of both peaks. x 1.02 in 2026.
    assert balance.loc[("p4", 2026), "others_peak_mw"] == pytest.approx(450 * 5 / 6 * 1.02)
    assert balance.loc[("p5", 2026), "others_peak_mw"] == pytest.approx(150 * 5 / 6 * 1.02)
    assert balance.loc[("p3", 2026), "others_peak_mw"] == 1020  # alone in its region


def test_script_lets_regions_lend_to_those_of_their_grid(made: Path) -> None:
    balance = made_table(made, "zone_balance").set_index(["zone", "year"])
    settled = balance["settled_mw"].xs(2026, level="year")
    # East: p4 and p5 have 912.7 - 637.5 = 275.2 MW over (500 x 1.02 x 1.25 = 637.5) and PJM
    # lacks 775, so all of it is lent and no more; three quarters by p4, which has 3/4 of the load.
    assert settled["p4"] == pytest.approx(-206.4, abs=0.1)
    assert settled["p5"] == pytest.approx(-68.8, abs=0.1)
    assert settled["p3"] == pytest.approx(775)  # whatever is not lent is made up otherwise
    # West: each needs 400 x 1.02 x 1.25 = 510. p6 lacks 100, p7 has 400 over and lends a quarter.
    assert settled["p6"] == pytest.approx(100)
    assert settled["p7"] == pytest.approx(-100)
    assert settled["p1"] == settled["p2"] == 0  # nobody in Texas lacks anything
    # In 2028 each needs 520: 410 + 100 and 910 - 100 are there.
    share = balance["region_share_mw"].xs(2028, level="year")
    assert share["p6"] == pytest.approx(-10)
    assert share["p7"] == pytest.approx(290)
    # Coal is down to 1,000 x 0.97^5 = 858.7, the need up to 650: 208.7 - 275.2 = -66.5.
    assert share["p4"] == pytest.approx(-66.5 * 3 / 4, abs=0.1)
    firm = made_table(made, "zone_headroom").set_index(["zone", "year"])["firm_headroom_mw"]
    assert firm["p7", 2028] == pytest.approx(290)
    assert firm["p4", 2028] == 0


def test_script_adds_flexible_headroom_as_by_hand(made: Path) -> None:
    flexible = made_table(made, "flexible_headroom").set_index(["zone", "year"])
    quarter = flexible[flexible["curtailed_fraction"] == 0.0025]["flexible_headroom_mw"]
    # Regions A and B have room for 60 MW, of which p2 (500 of 1,500 MW) gets 20, x 1.04 in 2028.
    assert quarter["p2", 2028] == pytest.approx(110 + 20.8, abs=0.2)
    # Virginia: 30 x 1.04 less the 25 MW that it lacks.
    assert quarter["p3", 2028] == pytest.approx(31.2 - 25, abs=0.2)


def test_script_flags_loads_and_missing_plants(made: Path) -> None:
    load = made_table(made, "zone_loads").set_index("zone")
    assert load["reliable"].to_dict() == {zone: zone != "p2" for zone in STATES}
    assert load.loc["p2", "remark"].startswith("peak is 5.00 times that of 2010")
    assert set(load["load_region"]) == {"A+B", "C", "D", "E", "F"}
    plants = made_table(made, "zone_capacity")
    assert set(plants.loc[plants["confidence"] == "assumed", "zone"]) == {"p2"}


def test_script_names_the_links_of_a_pair_apart(made: Path) -> None:
    links = made_table(made, "zone_links").set_index("link")
    assert links["kind"].to_dict() == {
        "alternating-current": "alternating-current",
        "a-cable": "direct-current",
    }
    assert links.loc["alternating-current", "new_line_cost_usd"] == 300e6
    assert links.loc["alternating-current", "new_line_km"] == pytest.approx(160.9)


def test_script_puts_hours_into_utc_and_prices_together(made: Path) -> None:
    hours = made_table(made, "operations").query("zone == 'p1' and day == 'm03'")
    solar = hours.set_index("hour_utc")["solar_capacity_factor"]
    # Sun from 6 to 18 at UTC-6 is 12 to 24 UTC; 0.3 x 2.
    assert [solar[hour] for hour in (0, 11, 12, 23)] == [0, 0, 0.6, 0.6]
    assert set(hours["marginal_co2_kg_per_mwh"]) == {453.6}
    for case, price in (("", 4.5), ("cases/gas-high/", 7.5), ("cases/gas-low/", 3.5)):
        gas = made_table(made, f"{case}fuel_prices").query("zone == 'p1'")
        assert set(gas["price_usd_per_mmbtu"]) == {price}
    # 5 cents x 1.2 = 60 USD/MWh, 70 % of it energy.
    tariffs = made_table(made, "tariffs").set_index(["zone", "year"])
    assert tariffs.loc[("p1", 2027), "energy_usd_per_mwh"] == 42


def test_script_moves_measured_load_from_the_end_of_its_hour_to_the_start(made: Path) -> None:
    # Load: twice as high in hour 11 of UTC-6, which is 17 UTC by its end and 16 by its start; over
    # the mean, 25 / 24, that is 1.92 and 0.96. Sun and wind are named by their start already.
    hours = made_table(made, "operations").query("zone == 'p1' and day == 'm03'")
    load = hours.set_index("hour_utc")["load_shape"]
    assert [load[hour] for hour in (15, 16, 17)] == [0.96, 1.92, 0.96]
    # The spike of region C stands in the file's row of 5 hours on day 201, and was at 4.
    year = made_table(made, "chronology").query("load_region == 'C' and day_of_year == 201")
    shape = year.set_index("hour_utc")["load_shape"]
    assert [shape[hour] for hour in (3, 4, 5)] == pytest.approx([1, 2, 1], abs=0.01)


def test_script_gives_cooling_its_heat_by_local_time(made: Path) -> None:
    # 97 degrees west is 6 hours behind: 21.5 UTC is 15.5 and 9.5 UTC is 3.5, half an hour and 12.5
    # hours before the hottest, 16. The cosines of 7.5 and 187.5 degrees are 0.99144 and -0.99144:
    # 0.15 of it, 0.14872, above and below the day's mean, which is 1.25 in July, 0.75 in January.
    hours = made_table(made, "operations").query("zone == 'p1'")
    shape = hours.set_index(["day", "hour_utc"])["pue_overhead_shape"].sort_index()
    assert shape["m07", 21] == shape["m07", 22] == shape["m07"].max()
    assert shape["m07", 21] / shape["m07", 9] == pytest.approx(1.39872 / 1.10128, abs=1e-3)
    assert shape["m01", 21] / shape["m07", 21] == pytest.approx(0.89872 / 1.39872, abs=1e-3)


def test_script_gives_the_day_of_highest_load_the_peak_weather(made: Path) -> None:
    # Only region C has an hour of its own, on the 201st day, 20 July.
    days = made_table(made, "chronology_days").set_index("day")
    assert days.loc["peak_summer", "date"] == "2023-07-20"
    shape = made_table(made, "chronology").query("load_region == 'A+B'")["load_shape"]
    assert set(shape) == {1.0}
