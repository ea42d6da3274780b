"""Reactors in series: the first are dear, and units of all sites count."""

from __future__ import annotations

import itertools
from functools import partial

import pytest

pytestmark = pytest.mark.slow

near = partial(pytest.approx, rel=1e-9)

# The first unit of 1 MW costs 2,000 USD/kW, the second and third 1,500, all later ones 1,000.
SERIES = [
    {"technology": "smr", "from_unit_count": 1, "cost_ratio": 2.0},
    {"technology": "smr", "from_unit_count": 2, "cost_ratio": 1.5},
    {"technology": "smr", "from_unit_count": 4, "cost_ratio": 1.0},
]


def shipyard(**tables):
    return {
        "power_technologies": [{"technology": "smr", "max_site_mw": 9.0}],
        "power_costs": [{"technology": "smr", "overnight_capex_usd_per_kw": 1000.0}],
        "power_series": SERIES,
    } | tables


@pytest.mark.parametrize(
    ("units", "usd"), [(1, 2e6), (2, 3.5e6), (3, 5e6), (4, 6e6), (8, 10e6), (2.5, 4.25e6)]
)
def test_each_unit_costs_what_its_number_costs(solve_case, units, usd):
    assert solve_case(**shipyard(demand=[{"output_tokens_per_s": units * 1e6}])).usd == near(usd)


def test_units_of_all_sites_count(solve_case):
    # 2 MW at each of two sites: the fourth unit is the cheap one.
    answer = solve_case(
        **shipyard(
            sites=[{"site": "a", "max_it_mw": 2.0}, {"site": "b", "max_it_mw": 2.0}],
            demand=[{"output_tokens_per_s": 4e6}],
        )
    )
    assert answer.usd == near(6e6)


def test_the_price_is_that_of_the_order_and_the_order_of_the_series_that_of_service(solve_case):
    # 1 MW in the first year at 1,000 USD/kW, 4 in the second at 600: the first unit 2.0 · 1e6, then
    # two at 1.5 · 0.6e6 and one at 0.6e6. All of it in the first year would cost more.
    answer = solve_case(
        **shipyard(
            periods=[{}, {}],
            power_costs=[
                {"technology": "smr", "year": 2030, "overnight_capex_usd_per_kw": 1000.0},
                {"technology": "smr", "year": 2031, "overnight_capex_usd_per_kw": 600.0},
            ],
            demand=[{"output_tokens_per_s": [1e6, 4e6]}],
        )
    )
    assert answer.usd == near(2e6 + 2 * 0.9e6 + 0.6e6)


def test_a_series_pays_only_if_it_is_long(solve_case):
    # Engines cost 1,300 USD/kW. A series of n reactors: 2, 3.5, 5, then 1e6 each. Up to 6 MW the
    # engines are cheaper (6 · 1.3 = 7.8 < 8), from 7 the reactors (9.0 < 9.1).
    for megawatts, usd in ((6, 7.8e6), (7, 9.0e6), (8, 10e6)):
        tables = shipyard(demand=[{"output_tokens_per_s": megawatts * 1e6}])
        tables["power_technologies"] = [*tables["power_technologies"], {"technology": "engine"}]
        tables["power_costs"] = [
            *tables["power_costs"],
            {"technology": "engine", "overnight_capex_usd_per_kw": 1300.0},
        ]
        assert solve_case(**tables).usd == near(usd)


def test_neither_residual_nor_site_ratio_is_of_the_premium(solve_case):
    # One reactor, the site's ratio 1.2: 1.2 · 1e6 and a premium of 1e6. Of a life of 10 years 9 are
    # left of the 1.2e6. Contingency of 10 % on both.
    answer = solve_case(
        {"finance.residuals": True, "finance.contingency_fraction": 0.1},
        **shipyard(
            sites=[{"nuclear_cost_ratio": 1.2}],
            power_technologies=[
                {
                    "technology": "smr",
                    "max_site_mw": 9.0,
                    "cost_region": "nuclear",
                    "life_years": 10.0,
                }
            ],
        ),
    )
    assert answer.component("series_premium") == near(1e6)
    assert answer.component("series_contingency") == near(0.1e6)
    assert answer.usd == near(1.1 * 2.2e6 - 0.9 * 1.2e6)


@pytest.mark.parametrize("growth", list(itertools.product((1, 3, 4), (2, 5), (5, 6))))
def test_brute_force_over_the_orders_of_three_years(solve_case, growth):
    # Whole reactors; the price falls by a fifth a year. Every way to have enough of them in each
    # year, unit by unit: the n-th costs its ratio times the price of its year.
    ratios = [2.0, 1.5, 1.5, *[1.0] * 6]
    price = [1e6, 0.8e6, 0.64e6]
    least = float("inf")
    for built in itertools.product(range(7), repeat=3):
        there = list(itertools.accumulate(built))
        if there[-1] <= 9 and all(n >= need for n, need in zip(there, growth, strict=True)):
            years = [year for year, count in enumerate(built) for _ in range(count)]
            usd = sum(r * price[y] for r, y in zip(ratios, years, strict=False))
            least = min(least, usd)
    answer = solve_case(
        {"power.whole_module_fraction": 0.0},
        **shipyard(
            periods=[{}] * 3,
            power_costs=[
                {"technology": "smr", "year": 2030 + n, "overnight_capex_usd_per_kw": p / 1e3}
                for n, p in enumerate(price)
            ],
            demand=[{"output_tokens_per_s": [n * 1e6 for n in growth]}],
        ),
    )
    assert answer.usd == near(least)
