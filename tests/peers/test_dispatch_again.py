"""A plan's dispatch, solved again by PyPSA, costs what the plan says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tokenworks.io.scenario_files import load_scenario
from tokenworks.plan import Plan, solve
from tokenworks.pypsa_network import to_pypsa

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

TWO_SITES = Path(__file__).parents[1] / "golden" / "two-sites" / "two-sites.yaml"


def operating_usd(plan: Plan) -> float:
    """What the blocks of the operation cost in the plan."""
    costs = plan.costs
    of = ("fuel", "gas_transport", "variable_om", "storage_variable_om", "carbon", "shed")
    here = costs["component"].isin(of) | costs["component"].str.startswith("grid_")
    capacity = costs["component"].isin(["grid_capacity", "grid_exit_fee"])
    return float(costs[here & ~capacity]["present_value_usd"].sum())


def test_storage_sun_and_a_minimum_take(write_scenario) -> None:
    # Half the load of a day of four slices comes from sun and a battery; the contract has a
    # minimum take of 30 %.
    path = write_scenario(
        {"unserved": "forbidden", "power.adequacy": False},
        operations=[
            {"grid_price_shape": [0.5, 1.0, 1.5, 1.0], "solar_capacity_factor": [0, 0.6, 0.8, 0]}
        ],
        interconnection_routes=[{}],
        tariffs=[{"energy_usd_per_mwh": 60.0, "minimum_take_fraction": 0.3}],
        power_technologies=[
            {"technology": "sun", "kind": "solar"},
            {
                "technology": "battery",
                "kind": "storage",
                "storage_hours": 4.0,
                "round_trip_efficiency_fraction": 0.81,
            },
        ],
        power_costs=[
            {"technology": "sun", "overnight_capex_usd_per_kw": 20.0},
            {
                "technology": "battery",
                "overnight_capex_usd_per_kw": 0.5,
                "variable_om_usd_per_mwh": 1.0,
            },
        ],
    )
    plan = solve(load_scenario(path))
    again = plan.to_pypsa()
    assert set(again.network.storage_units.carrier) == {"battery"}
    assert again.solve() == pytest.approx(operating_usd(plan), rel=1e-6)


def test_the_two_sites_with_every_block() -> None:
    plan = solve(load_scenario(TWO_SITES).with_({"solve.gap": 0.01}))
    again = to_pypsa(plan.inputs, plan.stocks)
    assert again.solve() == pytest.approx(operating_usd(plan), rel=1e-6)
    assert again.rows  # what PyPSA has no attribute for


@pytest.mark.slow
def test_the_shipped_scenario() -> None:
    plan = solve(load_scenario("us-tiny").with_({"solve.gap": 0.05}))
    assert plan.to_pypsa().solve() == pytest.approx(operating_usd(plan), rel=1e-6)
