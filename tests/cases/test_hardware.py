"""Generations of systems: lives, refresh, resale, choice of operating point, whole systems."""

from __future__ import annotations

from functools import partial

import pytest

near = partial(pytest.approx, rel=1e-9)


@pytest.mark.parametrize(
    ("life_years", "fraction", "bought", "usd"),
    [
        # Worn out on the last day: bought once, and worth nothing.
        (4.0, 0.6, {0: 1.0}, 100e3),
        (2.0, 0.0, {0: 1.0, 2: 1.0}, 200e3),
        # Three years' life: the first is sold at two years of age, as the second will be:
        # 2·(1 - 0.6·0.65²) = 2·0.7465. Worn out at three, it would bring nothing, and the second,
        # a year old, 0.6·0.65: 2 - 0.39 = 1.61. A new one every year: 4·(1 - 0.39) = 2.44.
        (3.0, 0.6, {0: 1.0, 2: 1.0}, 149.3e3),
    ],
)
def test_what_has_worn_out_is_bought_again(solve_case, life_years, fraction, bought, usd):
    # Demand 1 in four years, a system costs 100,000 USD.
    answer = solve_case(
        {"finance.residuals": True},
        periods=[{}] * 4,
        hardware=[
            {
                "capex_usd": 100e3,
                "life_years": life_years,
                "resale_fraction": fraction,
                "resale_decay_fraction_per_year": 0.35,
            }
        ],
    )
    assert answer.usd == near(usd)
    assert [answer.value("buy_systems", "s", "h", e) for e in range(4)] == near(
        [bought.get(e, 0.0) for e in range(4)], abs=1e-9
    )


def test_a_life_that_ends_within_a_year_counts_by_its_fraction(solve_case):
    # 2.5 years serve years 0 and 1 and half of year 2. A half is bought for the other half of
    # year 2, which then serves year 3, and another half for year 3: two systems in all, 200,000,
    # and upkeep of 1,000 USD a year for 2.5 + 2/2 + 1/2 = 4 years.
    answer = solve_case(
        periods=[{}] * 4,
        hardware=[{"capex_usd": 100e3, "life_years": 2.5, "fixed_om_usd_per_year": 1000.0}],
    )
    assert answer.usd == near(200e3 + 4000.0)
    assert answer.value("buy_systems", "s", "h", 2) == near(0.5)


# A hall of 1 MW, full of one generation; three times as good a one can be ordered from 2031.
GENERATIONS = {
    "periods": [{}, {}],
    "sites": [{"max_it_mw": 1.0}],
    "hardware": [
        {
            "system": "old",
            "capex_usd": 100e3,
            "fixed_om_usd_per_year": 7e3,
            "life_years": 5.0,
            "resale_fraction": 0.5,
            "resale_decay_fraction_per_year": 0.2,
        },
        {
            "system": "new",
            "capex_usd": 300e3,
            "first_order": "2031-01-01",
            "fixed_om_usd_per_year": 9e3,
        },
    ],
    "operating_points": [
        {"system": "old", "output_tokens_per_s": 1e6},
        {"system": "new", "output_tokens_per_s": 3e6},
    ],
    "demand": [{"output_tokens_per_s": [1e6, 3e6]}],
}


@pytest.mark.parametrize("residuals", [True, False])
def test_an_old_generation_is_sold_to_make_room(solve_case, residuals):
    # Old: 100,000 USD, a year of upkeep 7,000, sold after a year for 0.5·0.8 = 0.4 of its price.
    # New: 300,000 USD and 9,000 of upkeep. A sale is cash, whether residuals count or not.
    # Without the sale 2 million tokens/s would be unserved: 7.2e6 USD.
    answer = solve_case({"finance.residuals": residuals}, **GENERATIONS)
    assert answer.value("sell_systems", "s", "old", 0, 1) == near(1.0)
    assert answer.value("systems", "s", "new", 1) == near(1.0)
    assert answer.usd == near(100e3 + 7e3 - 40e3 + 300e3 + 9e3)


def test_a_sale_is_discounted_and_takes_its_residual_along(solve_case):
    # The same at 8 % with residuals. Of the old system the price in month 0, a year of upkeep,
    # and the sale in the middle of month 12; of the new one the price in month 12 and upkeep.
    def at(month):
        return 1.08 ** (-(month + 0.5) / 12)

    year = sum(map(at, range(12))) / 12
    options = {"finance.residuals": True, "finance.discount_rate": 0.08}
    answer = solve_case(options, **GENERATIONS)
    assert answer.usd == near(
        100e3 * at(0) + 7e3 * year - 40e3 * at(12) + 300e3 * at(12) + 9e3 * year / 1.08
    )


def test_what_is_sold_must_have_been_bought(solve_case):
    # Resale at the full price for ever: selling what was never bought would earn without end.
    # As it is, a sale after the first year only pays for the system that takes its place, so that
    # 100,000 USD are spent, and 2 million tokens/s do not fit in the hall in the second year.
    tables = GENERATIONS | {
        "hardware": [{"system": "old", "capex_usd": 100e3, "resale_fraction": 1.0}],
        "operating_points": [{"system": "old"}],
    }
    assert solve_case(**tables).usd == near(100e3 + 7.2e6)


def test_whole_systems(solve_case):
    # Demand 1.5 at 1e6 USD a system: 1.5 systems, or 2 whole ones (1 and 1.8e6 USD of unserved
    # tokens are dearer).
    tables = {"hardware": [{"capex_usd": 1e6}], "demand": [{"output_tokens_per_s": 1.5e6}]}
    assert solve_case(**tables).usd == near(1.5e6)
    assert solve_case({"serving.whole_systems": True}, **tables).usd == near(2e6)


def test_design_power_sizes_the_hall_and_wall_power_the_bill(solve_case):
    # 1.25 MW of design power a system: 8 MW of hall hold 6.4 systems of a demand of 7. Each draws
    # 0.9 MW: 6.4 · 0.9 · 1000 h · 10 USD/MWh = 57,600 USD, and 0.6 · 3.6e6 are unserved.
    answer = solve_case(
        sites=[{"max_it_mw": 8.0}],
        hardware=[{"design_kw": 1250.0}],
        operating_points=[{"full_load_kw": 900.0}],
        power_costs=[{"technology": "free", "variable_om_usd_per_mwh": 10.0}],
        demand=[{"output_tokens_per_s": 7e6}],
    )
    assert answer.line("owned") == near(57_600.0)
    assert answer.line("penalty") == near(2.16e6)


@pytest.mark.parametrize(
    ("power_usd_per_mwh", "point", "usd"), [(100.0, "fast", 140e3), (1000.0, "frugal", 880e3)]
)
def test_the_better_operating_point_depends_on_prices(solve_case, power_usd_per_mwh, point, usd):
    # For a demand of 1, at 40,000 USD a system:
    #     fast      1.0 million tokens/s at 1.0 MW: 1 system, 1.0 MW:   40,000 + 1000·price
    #     frugal    0.5 million tokens/s at 0.4 MW: 2 systems, 0.8 MW:  80,000 +  800·price
    # Equal at 200 USD/MWh: 140,000 at 100, and 880,000 rather than 1,040,000 at 1,000.
    answer = solve_case(
        hardware=[{"capex_usd": 40e3}],
        operating_points=[
            {"point": "fast"},
            {"point": "frugal", "output_tokens_per_s": 0.5e6, "full_load_kw": 400.0},
        ],
        power_costs=[{"technology": "free", "variable_om_usd_per_mwh": power_usd_per_mwh}],
    )
    assert answer.usd == near(usd)
    assert answer.value("serve_mtokens_per_s", "s", "w", point, ..., 0) == near(1.0)


@pytest.mark.parametrize(
    "unfit",
    [
        {"ttft_ms": 501.0},
        {"tpot_ms": 51.0},
        {"input_tokens": 1251.0},
        {"output_tokens": 749.0},
        {"cached_fraction": 0.3},
    ],
)
def test_a_point_that_misses_the_workload_is_not_used(solve_case, unfit):
    # The free system's point misses, the other's just fits: 100 USD.
    fits = {
        "ttft_ms": 500.0,
        "tpot_ms": 50.0,
        "input_tokens": 1250.0,
        "output_tokens": 750.0,
        "cached_fraction": 0.25,
    }
    answer = solve_case(
        hardware=[{"system": "free"}, {"system": "dear", "capex_usd": 100.0}],
        operating_points=[{"system": "free", **fits, **unfit}, {"system": "dear", **fits}],
        workloads=[{"ttft_limit_ms": 500.0, "tpot_limit_ms": 50.0}],
    )
    assert answer.usd == near(100.0)
