"""Depreciation, tax, debt, returns and payback, by hand."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from tokenworks.results.finance import (
    Terms,
    depreciation,
    internal_rate,
    loan,
    payback_years,
    taxes,
)
from tokenworks.tax import depreciation_shares

near = partial(pytest.approx, rel=1e-9, abs=1e-9)


def declining_balance(years: int, factor: float) -> list[float]:
    """Declining balance with the half-year convention, straight line once that gives more."""
    shares, left = [], 1.0
    for year in range(years + 1):
        half = 0.5 if year == 0 else 1.0
        remaining = years - year + 0.5 if year else years
        share = min(left, left * max(factor / years, 1.0 / max(remaining, 1.0)) * half)
        shares.append(share)
        left -= share
    return shares


@pytest.mark.parametrize(("years", "factor"), [(5, 2.0), (15, 1.5), (20, 1.5)])
def test_published_shares_are_the_declining_balance(years, factor):
    # The published ones are rounded to a hundredth of a percent, of 20 years to a thousandth.
    assert depreciation_shares(years) == pytest.approx(declining_balance(years, factor), abs=2e-4)
    assert depreciation_shares(years).sum() == near(1.0)


def test_a_building_is_deducted_in_a_straight_line_from_mid_year():
    shares = depreciation_shares(39)
    assert shares.size == 40
    assert shares[[0, 1, 39]] == near([1 / 78, 1 / 39, 1 / 78])


def test_nothing_is_deducted_before_service_and_everything_by_the_end():
    # 100 paid in year 0, in service in year 2: 20 there, 32 in year 3, the rest in the last, 4.
    deducted = depreciation(np.array([100.0, 0, 0, 0, 0]), 5, first=2)
    assert deducted == near([0, 0, 20, 32, 48])
    # Land is given up at the end.
    assert depreciation(np.array([0.0, 7.0, 0.0]), 0, first=0) == near([0, 0, 7])


def test_losses_are_carried_forward_within_their_limit():
    # Loss of 100; of the next profits of 50, 50, 100 losses take 80 %: 40, 40, and the last 20.
    due = taxes(np.array([-100.0, 50, 50, 100]), rate=0.2, loss_offset=0.8)
    assert due == near([0, 0.2 * 10, 0.2 * 10, 0.2 * 80])
    # Without a limit they take all: nothing of 50 and 50 is left to tax.
    assert taxes(np.array([-100.0, 50, 50, 100]), 0.2, 1.0) == near([0, 0, 0, 20])


def test_a_loan_is_what_the_cover_leaves_at_its_own_rate():
    # 140 a year over a cover of 1.4 serve 100 for two years: 100/1.1 + 100/1.21 = 173.55.
    cash, capital = np.array([0.0, 140, 140, 140]), np.array([1000.0, 0, 0, 0])
    found = loan(cash, capital, 0, Terms(rate=0.1, tenor_years=2, dscr=1.4, gearing=0.7))
    assert found.drawn == near([100 / 1.1 + 100 / 1.21, 0, 0, 0])
    assert found.service == near([0, 100, 100, 0])
    assert found.interest == near([0, 17.3553719008, 9.0909090909, 0])
    assert found.owed == near([173.5537190083, 100 / 1.1, 0, 0])


def test_a_loan_is_clamped_to_its_gearing_and_then_better_covered():
    # 40 % of 250 are 100; the two years serve it with 100 / 173.55 of what they could.
    cash, capital = np.array([0.0, 140, 140]), np.array([250.0, 0, 0])
    found = loan(cash, capital, 0, Terms(rate=0.1, tenor_years=2, dscr=1.4, gearing=0.4))
    assert found.drawn[0] == near(100.0)
    assert found.service[1:] == near([57.619047619] * 2)
    assert 140 / found.service[1:] == near([1.4 * 1.7355371900826] * 2)


@pytest.mark.parametrize("cash", [[0.0, -5, 140], [0.0, 0, 0]])
def test_a_year_without_cash_serves_nothing(cash):
    found = loan(np.array(cash), np.array([100.0, 0, 0]), 0, Terms(0.1, 5, 1.4, 1.0))
    assert found.service[1] == 0.0
    # Its interest is added to the debt: 100 in the second year are 82.64 when drawn.
    assert found.drawn[0] == near(max(cash[2], 0.0) / 1.4 / 1.21)
    assert found.owed[2] == 0.0


def test_the_rate_of_a_bond_is_its_coupon():
    assert internal_rate(np.array([-100.0, 8, 8, 8, 108])).value == near(0.08)


@pytest.mark.parametrize(
    ("cash", "words"),
    [
        ([-1.0, -2.0], "no year brings in more"),
        ([1.0, 2.0], "no year costs more"),
        # -1 + 5x - 6x² is zero at x = 1/2 and 1/3: rates of 100 % and 200 %.
        ([-1.0, 5.0, -6.0], "no single one: the cash is worth nothing at 100.00%, 200.00%"),
        # 1 - x + x² is never zero.
        ([1.0, -1.0, 1.0], "at no rate"),
    ],
)
def test_a_rate_that_does_not_exist_is_said_in_words(cash, words):
    found = internal_rate(np.array(cash))
    assert found.value is None
    assert words in found.words


def test_payback_lies_between_two_years():
    # 100 spent in year 1; 40, 40 and 40 come back: 20 are open after year 3, half of year 4.
    assert payback_years(np.array([0.0, -100, 40, 40, 40])).value == near(3.5)
    # Earned back twice, since more is spent in between: for good half into the last year.
    assert payback_years(np.array([-10.0, 10, -10, 20])).value == near(3.5)
    assert "not earned back" in payback_years(np.array([-10.0, 9])).words
    assert "no year costs" in payback_years(np.array([0.0, 9])).words
