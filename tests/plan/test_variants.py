"""What a plan is held against, in hand-solved cases."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from tests.plan.test_cli import tokenworks

import tokenworks as tw

near = partial(pytest.approx, rel=1e-9)


def planned(path: Path) -> tw.Plan:
    return tw.solve(tw.load(path))


def test_business_as_usual_rents_what_can_be_rented(write_scenario: Callable[..., Path]) -> None:
    # Owned: a system of 1e6 USD for 3.6e6 Mtokens. Rented: at most half of them, at 0.50 USD:
    # 0.9e6 USD, and the other half unserved at 1 USD: 1.8e6 USD.
    plan = planned(
        write_scenario(
            hardware=[{"capex_usd": 1e6}],
            cloud_prices=[{"rent_usd_per_mtoken": 0.5, "max_output_tokens_per_s": 0.5e6}],
        )
    )
    usual = plan.business_as_usual("rent")
    assert plan.objective_usd == near(1e6)
    assert usual.objective_usd == near(0.9e6 + 1.8e6)
    assert usual.summary.owned_usd == 0.0
    assert usual.summary.served_share == near(0.5)
    found = tw.difference(plan, usual)
    assert (found.low_usd, found.high_usd) == near((1.7e6, 1.7e6))
    assert found.verdict == "dearer"


def test_without_a_cloud_there_is_nothing_to_rent(write_scenario: Callable[..., Path]) -> None:
    plan = planned(write_scenario())
    with pytest.raises(tw.InputError, match="no capacity to rent"):
        plan.business_as_usual("rent")


def test_business_as_usual_on_firm_grid_with_todays_hardware(
    write_scenario: Callable[..., Path],
) -> None:
    # Power of its own is free, and so is the system of 2031. On the grid the systems of today draw
    # 1 MW for 2,000 h at 100 USD/MWh and cost 1e6 USD.
    plan = planned(
        write_scenario(
            periods=[{}, {}],
            hardware=[
                {"system": "now", "capex_usd": 1e6},
                {"system": "later", "first_order": "2031-01-01"},
            ],
            interconnection_routes=[{}],
            tariffs=[{"energy_usd_per_mwh": 100.0}],
        )
    )
    usual = plan.business_as_usual("grid")
    assert plan.objective_usd == near(1e6)
    assert usual.objective_usd == near(1e6 + 0.2e6)
    assert set(usual.hardware["system"]) == {"now"}
    assert set(usual.power["kind"]) == {"grid"}
    # Without the old system the new one is waited for, in a year unserved at 3.6e6 USD.
    without = plan.scenario.with_({"tables.hardware[now].capex_usd": 5e6})
    assert tw.solve(without).objective_usd == near(3.6e6)


def test_a_longer_horizon_runs_on_at_the_last_level(write_scenario: Callable[..., Path]) -> None:
    # Two years, then eight more: the system lasts for all of them and costs 100 USD a year to keep.
    # 1e6 + 200 USD for 7.2e6 Mtokens; 1e6 + 1,000 for 36e6.
    plan = planned(
        write_scenario(
            periods=[{}, {}], hardware=[{"capex_usd": 1e6, "fixed_om_usd_per_year": 100.0}]
        )
    )
    longer = plan.horizon_longer(years=8)
    assert plan.summary.cost_usd_per_mtoken == near((1e6 + 200) / 7.2e6)
    assert longer.summary.cost_usd_per_mtoken == near((1e6 + 1000) / 36e6)
    assert plan.summary.longer_horizon_usd_per_mtoken is None
    stated = plan.with_longer_horizon(years=8).summary.longer_horizon_usd_per_mtoken
    assert stated == near((1e6 + 1000) / 36e6)


def test_a_longer_horizon_keeps_what_demand_has_grown_to(
    write_scenario: Callable[..., Path],
) -> None:
    # Demand grows by 100 % a year and its mean over the year is 1e6 tokens/s. A(2^t) has the mean
    # A / ln 2, and ends at 2A = 2 ln 2 = 1.3863 of the mean.
    plan = planned(write_scenario(demand=[{"output_tokens_per_s": 1e6, "growth_rate": 1.0}]))
    flows = plan.horizon_longer(years=1).flows
    rows = flows[flows["period"] == "y1-on"]
    assert rows["mean_mtokens_per_s"].tolist() == near([2 * 0.6931471805599453])


def test_a_horizon_of_residuals_and_a_longer_one_agree_in_the_end(
    write_scenario: Callable[..., Path],
) -> None:
    # At a rate of zero a plant of 20 years is charged by the year either way: 1/20 of 1e6 USD for
    # 3.6e6 Mtokens, whether the horizon is 2 years or 12. Without residuals it is 1/2 of it.
    path = write_scenario(
        {"finance.residuals": True},
        periods=[{}, {}],
        power_technologies=[{"technology": "k", "life_years": 20.0}],
        power_costs=[{"technology": "k", "overnight_capex_usd_per_kw": 1000.0}],
    )
    plan = planned(path)
    assert plan.summary.cost_usd_per_mtoken == near(1e6 / 20 / 3.6e6)
    assert plan.summary.zero_residual_usd_per_mtoken == near(1e6 / 2 / 3.6e6)
    assert plan.horizon_longer().summary.cost_usd_per_mtoken == near(1e6 / 20 / 3.6e6)


@pytest.mark.slow
def test_the_command_line_prints_both(write_scenario: Callable[..., Path], tmp_path: Path) -> None:
    path = write_scenario(
        {"objective": "npv"},
        workloads=[{"sold_usd_per_mtoken": 0.9}],
        hardware=[{"capex_usd": 1e6}],
        cloud_prices=[{"rent_usd_per_mtoken": 0.5}],
    )
    asked = ("--business-as-usual", "rent", "--horizon-check")
    done = tokenworks("solve", str(path), *asked, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "net present value" in done.stdout
    assert "With the horizon ten years longer" in done.stdout
    # 3.6e6 Mtokens earn 3.24e6 USD, less 1e6 for the system or 1.8e6 for the rent.
    assert "800.00 k USD to 800.00 k USD: dearer" in done.stdout
    done = tokenworks("solve", str(path), *asked, "--json", "--out", "again", cwd=tmp_path)
    manifest = json.loads(done.stdout)
    assert manifest["business_as_usual"]["summary"]["owned_share"] == 0.0
    assert manifest["summary"]["longer_horizon_usd_per_mtoken"] == near(1e6 / 39.6e6)


@pytest.mark.slow
def test_the_golden_case_has_its_usual_ones_and_a_longer_horizon(plan: tw.Plan) -> None:
    rented, grid = plan.business_as_usual("rent"), plan.business_as_usual("grid")
    assert len(rented.sites) == 0
    routes = plan.inputs.loaded["interconnection_routes"].frame
    firm = set(routes[routes["firmness"] == "firm"]["route"])
    held = set(plan.inputs.tables["holdings"]["asset"])
    assert {"solar", "b-flexible"} <= held
    assert set(grid.power["source"]) <= firm | held, "beside the firm grid only what is held"
    # Both leave out what the plan may use, so neither can be the cheaper.
    assert tw.difference(plan, rented).verdict == "dearer"
    # On the grid vendors are free, since there may be one alone.
    free = tw.solve(plan.scenario.with_({"policy.most_vendor_fraction": 1.0}), gap=0.0)
    assert tw.difference(free, grid).verdict in ("dearer", "indistinguishable")
    longer = plan.horizon_longer(5)
    assert longer.objective_usd > plan.objective_usd
    assert longer.flows["period"].nunique() == plan.flows["period"].nunique() + 1
