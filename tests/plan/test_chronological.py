"""A year hour by hour finds what representative days hide, and nothing where they hide nothing."""

from __future__ import annotations

from functools import partial
from math import nan

import pandas as pd
import pytest

from tokenworks.io.scenario_files import load_scenario
from tokenworks.plan import solve
from tokenworks.report.chronological import in_words
from tokenworks.schema.chronological import CHRONOLOGICAL_TABLES
from tokenworks.schema.columns import Kind

near = partial(pytest.approx, rel=1e-6)

FLEXIBLE = {"route": "f", "firmness": "flexible", "curtailed_fraction": 84 / 8760}
HALVES = {
    "net_load_mw": [2.0, 1.0],
    "load_shape": [4 / 3, 2 / 3],
    "solar_capacity_factor": [1.0, 0.0],
}


def hours_of_year(night_of_first_week: float) -> dict[str, list[dict[str, object]]]:
    """Load 1.5 MW in the mean; on the first seven days the nights have another."""
    return {
        "zone_loads": [{"zone": "z", "mean_load_mw": 1.5, "load_region": "R"}],
        "chronology": [
            {
                "load_region": "R",
                "day_of_year": day,
                "hour_utc": hour,
                "load_shape": night_of_first_week if day <= 7 and hour >= 12 else 1.0,
            }
            for day in range(1, 366)
            for hour in range(24)
        ],
        "chronology_days": [{"day_of_year": day, "day": "mean"} for day in range(1, 366)],
    }


@pytest.mark.parametrize(("night", "shed_mwh"), [(3.0, 84.0), (0.5, 0.0)])
def test_cuts_in_a_dark_week_are_found(write_scenario, night, shed_mwh):
    # 1 MW all day: the sun by day, a flexible contract at 10 USD/MWh by night. It is cut in 84
    # hours of highest net load, of which the representative day says that the sun shines. In the
    # year they are the 7 · 12 nights of the first week, if the zone's load is highest then: 84 MWh
    # are shed, and the contract runs for 4,380 - 84 hours. Else they are sunny hours.
    plan = solve(
        load_scenario(
            write_scenario(
                {"unserved": "forbidden"},
                operations=[HALVES],
                tariffs=[{"energy_usd_per_mwh": 10.0}],
                interconnection_routes=[FLEXIBLE],
                power_technologies=[{"technology": "sun", "kind": "solar"}],
                **hours_of_year(night),
            )
        )
    )
    found = plan.chronological()
    (row,) = found.table.to_dict("records")
    assert found.measured
    assert row["load_mwh"] == near(8760.0)
    assert row["shed_mwh"] == near(shed_mwh, abs=1e-6)
    assert row["shed_hours"] == near(shed_mwh, abs=1e-6)
    assert row["shed_fraction"] == near(shed_mwh / 8760, abs=1e-9)
    assert row["representative_energy_usd"] == near(43_800.0)
    assert row["energy_usd"] == near(43_800.0 - 10.0 * shed_mwh)
    assert row["peak_import_mw"] == near(1.0)
    assert ("s sheds most, 84.0 MWh" if shed_mwh else "No hour") in in_words(found)
    # Of seven equal nights the first is the worst, of its equal hours the first.
    worst = [row[f"worst_{what}"] for what in ("day_of_year", "hour_utc", "shed_mw")]
    assert worst == near([1, 12, 1.0] if shed_mwh else [nan] * 3, nan_ok=True)
    assert found.shortfall["day_of_year"].tolist() == [*range(1, 8)] * bool(shed_mwh)
    days = len(found.shortfall)
    assert found.shortfall["shed_mwh"].tolist() == near([12.0] * days)
    assert found.shortfall["shed_hours"].tolist() == near([12.0] * days)


def test_days_are_strung_by_their_weights(write_scenario):
    # No table of hours. 300 days with sun by day and 65 without: 1 MW of sun and an engine that
    # costs 20 USD/MWh for 300 · 12 + 65 · 24 = 5,160 hours; what one day spills, no other uses.
    plan = solve(
        load_scenario(
            write_scenario(
                {"unserved": "forbidden"},
                operations=[
                    {"day": "bright", "weight_days": 300, "solar_capacity_factor": [1.0, 0.0]},
                    {"day": "dark", "weight_days": 65, "solar_capacity_factor": [0.0, 0.0]},
                ],
                power_technologies=[{"technology": "sun", "kind": "solar"}, {"technology": "k"}],
                power_costs=[{"technology": "k", "variable_om_usd_per_mwh": 20.0}],
            )
        )
    )
    found = plan.chronological()
    (row,) = found.table.to_dict("records")
    assert not found.measured
    assert row["shed_mwh"] == near(0.0, abs=1e-6)
    assert row["energy_usd"] == near(103_200.0)
    assert row["representative_energy_usd"] == near(103_200.0)
    assert "stand one after the other" in in_words(found)


def test_days_that_a_plan_left_out_are_run(write_scenario):
    # 300 days of sun, which have the highest net load, and 65 without; a plan of one day knows the
    # former alone, with the year's mean of 300/365, and builds 365/300 MW. In the year 1 MW is shed
    # on each of the last 65 days: 1,560 MWh. On the others (365/300 - 1) · 24 · 300 = 1,560 MWh of
    # the sun are not used.
    hours = hours_of_year(1.0)
    plan = solve(
        load_scenario(
            write_scenario(
                {"unserved": "forbidden", "time.representative_days": 1},
                operations=[
                    {"day": "sun", "weight_days": 300, "net_load_mw": 2.0, "load_shape": 1.0},
                    {
                        "day": "dark",
                        "weight_days": 65,
                        "net_load_mw": 1.0,
                        "load_shape": 1.0,
                        "solar_capacity_factor": 0.0,
                    },
                ],
                power_technologies=[{"technology": "sun", "kind": "solar"}],
                power_costs=[{"technology": "sun", "overnight_capex_usd_per_kw": 1.0}],
                **hours
                | {
                    "chronology_days": [
                        {"day_of_year": day, "day": "sun" if day <= 300 else "dark"}
                        for day in range(1, 366)
                    ]
                },
            )
        )
    )
    found = plan.chronological()
    (row,) = found.table.to_dict("records")
    assert found.measured
    assert row["load_mwh"] == near(8760.0)
    assert row["shed_mwh"] == near(1560.0)
    assert row["spilt_mwh"] == near(1560.0)
    assert row["worst_day_of_year"] == 301
    assert found.shortfall["day_of_year"].tolist() == [*range(301, 366)]


def test_load_waits_from_hour_to_hour_of_the_year(write_scenario):
    # Energy costs 40 USD/MWh by night and nothing by day; half of the load may wait for 24 hours.
    # On the representative day, as in the year, 0.5 MW are drawn by night: 4,380 · 0.5 · 40 USD.
    plan = solve(
        load_scenario(
            write_scenario(
                operations=[HALVES | {"grid_price_shape": [0.0, 2.0]}],
                tariffs=[{"energy_usd_per_mwh": 20.0}],
                interconnection_routes=[{}],
                power_technologies=[],
                workloads=[{"deferrable_fraction": 0.5, "deferral_window_hours": 24.0}],
                **hours_of_year(1.0),
            )
        )
    )
    (row,) = plan.chronological().table.to_dict("records")
    assert row["representative_energy_usd"] == near(87_600.0)
    assert row["energy_usd"] == near(87_600.0)
    assert row["shed_mwh"] == near(0.0, abs=1e-6)


def test_tables_are_as_declared_and_stand_with_the_plan(write_scenario, tmp_path):
    plan = solve(load_scenario(write_scenario())).with_chronological()
    for name, table in CHRONOLOGICAL_TABLES.items():
        assert tuple(plan.tables[name].columns) == table.names
        assert all(column.kind is not Kind.NUMBER or column.unit for column in table.columns)
    assert "chronological" in plan.manifest()
    folder = plan.save(tmp_path / "run")
    again = pd.read_parquet(folder / "tables" / "chronological_years.parquet")
    pd.testing.assert_frame_equal(again, plan.chronological_years, check_dtype=False)
