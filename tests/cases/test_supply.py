"""Yearly limits that power, hardware, grid and sites share."""

from __future__ import annotations

from functools import partial

import pytest

near = partial(pytest.approx, rel=1e-9)


def limited(*limits, **uses):
    """Supply `p`: its limits from 2030 on, and the units that assets take."""
    return {
        "supply": [
            {"supply": "p", "year": 2030 + n, "limit_count": limit}
            for n, limit in enumerate(limits)
            if limit is not None
        ],
        "supply_uses": [
            {"supply": "p", "asset": asset, "units_per_asset_count": units}
            for asset, units in uses.items()
        ],
    }


def test_modules_of_two_technologies_share_a_limit(solve_case):
    # 10 units a year: an engine of 1 MW takes 2 and costs 500 USD/kW, a turbine takes 5 and costs
    # 100. For 4 MW of load, e + t = 4 and 2e + 5t <= 10: turbines of no more than 2/3 MW.
    answer = solve_case(
        power_technologies=[{"technology": "engine"}, {"technology": "turbine"}],
        power_costs=[
            {"technology": "engine", "overnight_capex_usd_per_kw": 500.0},
            {"technology": "turbine", "overnight_capex_usd_per_kw": 100.0},
        ],
        demand=[{"output_tokens_per_s": 4e6}],
        **limited(10.0, engine=2.0, turbine=5.0),
    )
    assert answer.usd == near(10 / 3 * 500e3 + 2 / 3 * 100e3)


def test_limits_are_of_calendar_years_and_interpolated(solve_case):
    # 1 unit in 2030, 3 in 2032, so 2 in 2031: at most 1, 3 and 6 MW are there. 6 MW of load: 5, 3
    # and 0 MW unserved at 3.6e6 USD.
    answer = solve_case(
        periods=[{}] * 3,
        power_technologies=[{"technology": "k"}],
        demand=[{"output_tokens_per_s": 6e6}],
        **limited(1.0, None, 3.0, k=1.0),
    )
    assert answer.usd == near(8 * 3.6e6)


def test_years_without_a_step_bring_what_they_have_to_the_next(solve_case):
    # Periods of three years, and nothing arrives within them: 1 MW in 2030, and in 2033 what 2031,
    # 2032 and 2033 have brought. 5 MW of load: 4 and 1 unserved over 1,000 hours each.
    answer = solve_case(
        {"time.arrival_months": 36},
        periods=[{"months": 36}] * 2,
        power_technologies=[{"technology": "k"}],
        demand=[{"output_tokens_per_s": 5e6}],
        **limited(1.0, k=1.0),
    )
    assert answer.usd == near((4 + 1) * 3.6e6)


def test_what_has_no_supply_is_never_a_column(solve_case):
    answer = solve_case(
        periods=[{}, {}], power_technologies=[{"technology": "k"}], **limited(0.0, 1.0, k=1.0)
    )
    assert answer.model.candidates.assets.builds == [("s", "k", 1)]
    assert answer.usd == near(3.6e6)


def test_systems_share_packages_with_each_other(solve_case):
    # 12 packages: `small` takes 8 and serves 1, `large` takes 72 and serves 10, more for each of
    # them: 12/72 · 10 = 1.6667 of a demand of 2.
    answer = solve_case(
        hardware=[{"system": "small"}, {"system": "large", "design_kw": 10_000.0}],
        operating_points=[{"system": "small"}, {"system": "large", "output_tokens_per_s": 1e7}],
        demand=[{"output_tokens_per_s": 2e6}],
        **limited(12.0, small=8.0, large=72.0),
    )
    assert answer.usd == near((2 - 10 / 6) * 3.6e6)


def test_transformers_are_shared_by_grid_site_and_plant(solve_case):
    # A unit for every energised MW, half a unit for a contracted one, and for a module of 1 MW a
    # quarter: 5 units. Blocks of 1 MW: n MW need n + n/4 by modules, so 4 of 6 MW are served.
    tables = {
        "sites": [{"max_it_mw": 10.0, "block_mw": 1.0}],
        "demand": [{"output_tokens_per_s": 6e6}],
    }
    both = {"site": 1.0, "grid": 0.5, "free": 0.25}
    answer = solve_case(**tables, **limited(5.0, **both))
    assert answer.usd == near(2 * 3.6e6)
    # On the grid alone n + n/2 <= 5: 3 whole blocks.
    tables |= {"power_technologies": [], "interconnection_routes": [{}]}
    both.pop("free")
    assert solve_case(**tables, **limited(5.0, **both)).usd == near(3 * 3.6e6)
