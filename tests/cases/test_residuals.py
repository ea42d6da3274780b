"""What is left at the end of the horizon, and what it is worth."""

from __future__ import annotations

from functools import partial

import pytest

near = partial(pytest.approx, rel=1e-9)

WITH = {"finance.residuals": True}
TEN_YEARS = [{}] * 10


def annuity(rate: float, years: float) -> float:
    """Present value of one dollar a year, paid at the end of each of so many years."""
    return sum((1 + rate) ** -n for n in range(1, round(years) + 1))


# A reactor that enters service in the eighth of ten years: no demand before.
REACTOR = {
    "periods": TEN_YEARS,
    "demand": [{"output_tokens_per_s": [0.0] * 7 + [1e6] * 3}],
    "power_technologies": [{"technology": "smr", "life_years": 60.0}],
    "power_costs": [{"technology": "smr", "overnight_capex_usd_per_kw": 1000.0}],
}


def test_a_residual_at_a_rate_of_zero_is_the_share_of_life_left(solve_case):
    # 57 of 60 years: 95 % of 1e6 USD come back.
    answer = solve_case(WITH, **REACTOR)
    assert answer.component("power_residual") == near(-0.95e6)
    assert answer.usd == near(0.05e6)


@pytest.mark.parametrize(("rate", "share"), [(0.07, 0.8154), (0.08, 0.7943), (0.10, 0.7535)])
def test_a_reactor_three_years_before_the_end_gets_most_of_its_cost_back(solve_case, rate, share):
    # Paid in the middle of month 84. At the end, month 120, it is worth the annuity of 57 years
    # over that of 60: 0.99605, 0.99741 and 0.99890 of its cost; three years earlier that is
    # 0.8131, 0.7918 and 0.7505 of it, and half a month more on the payment's own date.
    answer = solve_case(WITH | {"finance.discount_rate": rate}, **REACTOR)
    paid = 1e6 * (1 + rate) ** (-84.5 / 12)
    left = 1e6 * annuity(rate, 57) / annuity(rate, 60) * (1 + rate) ** -10
    assert answer.component("power_capital") == near(paid)
    assert answer.component("power_residual") == near(-left)
    assert left / paid == pytest.approx(share, abs=0.0001)


def test_capital_spent_early_gets_less_of_its_present_value_back(solve_case):
    # The same at 8 %, spent over the four years before service: each of 48 even payments is
    # dearer by its interest, so that 68 % of the present value come back instead of 79 %.
    power = [{**REACTOR["power_technologies"][0], "build_months": 48}]
    options = WITH | {"finance.discount_rate": 0.08}
    answer = solve_case(options, **REACTOR | {"power_technologies": power})
    paid = sum(1e6 / 48 * 1.08 ** (-(m + 0.5) / 12) for m in range(36, 84))
    left = 1e6 * annuity(0.08, 57) / annuity(0.08, 60) * 1.08**-10
    assert answer.usd == near(paid - left)
    assert left / paid == pytest.approx(0.676, abs=0.0005)


def test_switched_off_there_is_no_residual(solve_case):
    answer = solve_case({"finance.discount_rate": 0.08}, **REACTOR)
    assert answer.usd == near(1e6 * 1.08 ** (-84.5 / 12))


def test_a_life_that_is_over_leaves_nothing_and_is_bought_again(solve_case):
    # A life of 4 years in ten: bought in years 0, 4 and 8 at 1e6 USD; half of the last is left.
    tables = REACTOR | {
        "power_technologies": [{"technology": "smr", "life_years": 4.0}],
        "demand": [{}],
    }
    answer = solve_case(WITH, **tables)
    assert answer.usd == near(2.5e6)
    assert [answer.value("build_modules", "s", "smr", e) for e in (0, 4, 8)] == near([1.0] * 3)


def test_land_keeps_its_value_and_the_shell_its_annuity(solve_case):
    # Two years at 8 %. Land: 1e5 USD back at the end. Shell of 1e6 USD for 20 years: the annuity
    # of 18 years over that of 20, 9.3719/9.8181 = 0.9545. Both were paid in the middle of month 0.
    answer = solve_case(
        WITH | {"finance.discount_rate": 0.08},
        periods=[{}, {}],
        sites=[
            {
                "max_it_mw": 1.0,
                "land_cost_usd": 1e5,
                "shell_cost_usd_per_mw": 1e6,
                "shell_life_years": 20.0,
            }
        ],
    )
    end = 1.08**-2
    assert answer.component("land_residual") == near(-1e5 * end)
    shell_left = annuity(0.08, 18) / annuity(0.08, 20)
    assert shell_left == pytest.approx(0.9545, abs=0.0001)
    assert answer.component("shell_residual") == near(-1e6 * shell_left * end)
    assert answer.usd == near(1.1e6 * 1.08 ** (-0.5 / 12) - (1e5 + 1e6 * shell_left) * end)


def test_hardware_keeps_its_resale_value(solve_case):
    # Bought in month 0 for 1e6 USD; two years old at the end: 0.7 · 0.65² = 0.29575 of its price.
    answer = solve_case(
        WITH | {"finance.discount_rate": 0.08},
        periods=[{}, {}],
        hardware=[
            {
                "capex_usd": 1e6,
                "life_years": 5.0,
                "resale_fraction": 0.7,
                "resale_decay_fraction_per_year": 0.35,
            }
        ],
    )
    assert answer.component("hardware_residual") == near(-1e6 * 0.29575 * 1.08**-2)
    assert answer.usd == near(1e6 * (1.08 ** (-0.5 / 12) - 0.29575 * 1.08**-2))


def test_permits_and_connections_leave_nothing(solve_case):
    # 100 for the permit, 1,000 for studies, 5 USD/kW of works on 1 MW: none comes back.
    answer = solve_case(
        WITH,
        power_technologies=[],
        permit_routes=[{"route": "p", "cost_usd": 100.0}],
        interconnection_routes=[{"cost_usd": 1000.0, "cost_usd_per_kw": 5.0}],
    )
    assert answer.usd == near(6100.0)
