"""Arithmetic of a pro-forma by year: depreciation, tax, debt, rates of return, payback."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import numpy_financial as npf

from tokenworks.tax import depreciation_shares

# Two rates as near as this are one; a value of 1/(1+r) as small belongs to no rate.
_SAME_RATE = 1e-6
_IMAGINARY = 1e-9

Floats = npt.NDArray[np.float64]


def depreciation(capital: Floats, years: int, first: int) -> Floats:
    """Deductions by year of capital by year, none before the first year of service.

    What is left in the last year is deducted there, against the value at which it is given up.
    """
    deducted = np.zeros(capital.size)
    shares = depreciation_shares(years)
    for year, usd in enumerate(capital):
        start = min(max(year, first), capital.size - 1)
        part = usd * shares[: capital.size - start]
        deducted[start : start + part.size] += part
        deducted[-1] += usd - part.sum()
    return deducted


def taxes(taxable: Floats, rate: float, loss_offset: float) -> Floats:
    """Tax by year, losses being carried forward without end.

    Parameters
    ----------
    taxable
        Profit before losses brought forward.
    rate
        Tax rate.
    loss_offset
        Most of a year's profit that losses brought forward may take away.
    """
    due, carried = np.zeros(taxable.size), 0.0
    for year, profit in enumerate(taxable):
        used = min(carried, loss_offset * profit) if profit > 0.0 else 0.0
        carried += -used if profit > 0.0 else -profit
        due[year] = rate * max(0.0, profit - used)
    return due


@dataclass(frozen=True)
class Loan:
    """A loan by year.

    Attributes
    ----------
    drawn, interest, principal
        Cash by year; principal is negative where service does not cover the interest.
    owed
        At the end of the year.
    """

    drawn: Floats
    interest: Floats
    principal: Floats
    owed: Floats

    @property
    def service(self) -> Floats:
        """Interest and principal."""
        return self.interest + self.principal


@dataclass(frozen=True)
class Terms:
    """What a lender asks for.

    Attributes
    ----------
    rate, tenor_years
        Of the loan.
    dscr
        Cash available over debt service that every year must keep.
    gearing
        Most of the capital that debt may be.
    """

    rate: float
    tenor_years: int
    dscr: float
    gearing: float


def loan(available: Floats, capital: Floats, first: int, terms: Terms) -> Loan:
    """A term loan drawn in the first year of service and repaid from the next on.

    Service follows the cash that is available for it, so that every year has the same cover: the
    loan is the present value of available cash over the cover asked for, at the loan's own rate, or
    the share of the capital spent by then that the lender allows, whichever is less.
    """
    size = available.size
    last = min(first + terms.tenor_years, size - 1)
    payable = np.zeros(size)
    payable[first + 1 : last + 1] = np.maximum(available[first + 1 : last + 1], 0.0) / terms.dscr
    discount = (1.0 + terms.rate) ** -(np.arange(size, dtype=np.float64) - first)
    capacity = float(payable @ discount)
    debt = min(capacity, terms.gearing * float(capital[: first + 1].sum()))
    service = payable * (debt / capacity) if capacity > 0.0 else payable
    drawn, interest, owed = np.zeros(size), np.zeros(size), np.zeros(size)
    drawn[first] = owed[first] = max(debt, 0.0)
    for year in range(first + 1, size):
        interest[year] = owed[year - 1] * terms.rate
        owed[year] = owed[year - 1] + interest[year] - service[year]
    # What is left of the last payment is rounding.
    owed[last:] = 0.0
    interest[last + 1 :] = 0.0
    return Loan(drawn, interest, service - interest, owed)


@dataclass(frozen=True)
class Figure:
    """A figure that may not exist.

    Attributes
    ----------
    value
        None where there is none.
    words
        Why there is none; empty where there is one.
    """

    value: float | None
    words: str = ""


def internal_rate(cash: Floats) -> Figure:
    """Rate at which yearly cash is worth nothing; none where that is no rate, or several."""
    if not (cash > 0.0).any():
        return Figure(None, "there is none: no year brings in more than it costs")
    if not (cash < 0.0).any():
        return Figure(None, "there is none: no year costs more than it brings in")
    rates = _rates(cash)
    if not rates:
        return Figure(None, "there is none: at no rate is the cash worth nothing")
    if len(rates) > 1:
        several = ", ".join(f"{rate:.2%}" for rate in rates)
        return Figure(None, f"there is no single one: the cash is worth nothing at {several}")
    found = float(npf.irr(cash))
    return Figure(found if np.isfinite(found) else rates[0])


def _rates(cash: Floats) -> list[float]:
    """Every rate above -100 % at which the cash is worth nothing, in order."""
    # Value is a polynomial of 1/(1+r); `roots` takes the highest power first.
    roots = np.roots(cash[::-1])
    real = abs(roots.imag) < _IMAGINARY * np.maximum(1.0, abs(roots))
    near = roots[real & (roots.real > _SAME_RATE)]
    rates: list[float] = []
    for rate in sorted(1.0 / near.real - 1.0):
        if not rates or rate - rates[-1] > _SAME_RATE:
            rates.append(float(rate))
    return rates


def payback_years(cash: Floats) -> Figure:
    """Years from the start of the first that spends until all is earned back for good."""
    total = np.cumsum(cash)
    spent = np.flatnonzero(cash < 0.0)
    if not spent.size:
        return Figure(None, "there is none: no year costs more than it brings in")
    # A cent of a million is rounding.
    short = np.flatnonzero(total < -1e-9 * abs(cash).max())
    if short.size and short[-1] == cash.size - 1:
        return Figure(None, "there is none: what is spent is not earned back")
    last = int(short[-1]) if short.size else int(spent[0]) - 1
    within = -total[last] / cash[last + 1] if short.size else 0.0
    return Figure(float(last + 1 - spent[0] + within))
