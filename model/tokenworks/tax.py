"""Income tax: how capital is deducted, and what it bears until it is.

After tax a dollar of operation, rent or revenue is worth 1-t, and a dollar of capital costs 1-t·z,
where z is the present value of its deductions, which are nominal: z = Σ share_k·((1+r)(1+i))^-k.
Divided by 1-t, everything is as it was before tax but for capital, which costs (1-t·z)/(1-t): the
difference to 1 is the tax that capital bears. Losses are taken to be used at once against other
profits, residual values to be taxed as profit while deductions run on, and land to be neither
deducted nor taxed on its return.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tokenworks.schema.proforma import Proforma

Floats = npt.NDArray[np.float64]

BUILDING_YEARS = 39
HARDWARE_YEARS = 5
BUILDING = (
    *("opening", "permits", "shell", "shell_contingency"),
    *("hall_retrofit", "hall_retrofit_contingency"),
)
PLANT = ("interconnection", "connection_works", "series_premium", "gas_lateral")
NEVER_DEDUCTED = ("land",)
CREDIT = "credit"

# Shares of the cost by year, half-year convention: Internal Revenue Service, Publication 946,
# appendix A, table A-1.
_MACRS_PERCENT: dict[int, tuple[float, ...]] = {
    5: (20.0, 32.0, 19.2, 11.52, 11.52, 5.76),
    15: (5.0, 9.5, 8.55, 7.7, 6.93, 6.23, 5.9, 5.9, 5.91, 5.9, 5.91, 5.9, 5.91, 5.9, 5.91, 2.95),
    20: (
        *(3.75, 7.219, 6.677, 6.177, 5.713, 5.285, 4.888, 4.522),
        *(4.462, 4.461, 4.462, 4.461, 4.462, 4.461, 4.462, 4.461, 4.462, 4.461, 4.462, 4.461),
        2.231,
    ),
}


def depreciation_shares(years: int) -> Floats:
    """Share of a cost that is deducted in each year, from that of service on.

    Parameters
    ----------
    years
        Recovery period: 5, 15 or 20 by the published table; of any other, straight line from the
        middle of the first year, as of a building over 39 years; 0 is never deducted.
    """
    if not years:
        return np.zeros(1)
    if years in _MACRS_PERCENT:
        return np.array(_MACRS_PERCENT[years]) / 100.0
    shares = np.full(years + 1, 1.0 / years)
    shares[[0, -1]] /= 2.0
    return shares


def recovery_years(component: str, plant_years: int) -> int | None:
    """Years over which a component of capital is deducted; 0 never, None where it is no capital."""
    if component in NEVER_DEDUCTED:
        return 0
    if component in BUILDING:
        return BUILDING_YEARS
    if component.startswith("hardware") and component.endswith("capital"):
        return HARDWARE_YEARS
    if component in PLANT or component.endswith(("_capital", "_contingency")):
        return plant_years
    return None


def borne_by(component: str, discount_rate: float, terms: Proforma) -> float:
    """Tax that a component bears, over its present value, in dollars before tax.

    Parameters
    ----------
    component
        Component of cost.
    discount_rate
        Real.
    terms
        Tax rate, inflation and recovery of plant.
    """
    grossed = terms.tax_rate / (1.0 - terms.tax_rate)
    if component.removesuffix("_residual") in NEVER_DEDUCTED or CREDIT in component:
        return grossed
    years = recovery_years(component, terms.plant_recovery_years)
    if years is None:
        return 0.0
    shares = depreciation_shares(years)
    nominal = (1.0 + discount_rate) * (1.0 + terms.inflation_rate)
    deducted = float(shares @ nominal ** -np.arange(shares.size, dtype=np.float64))
    return grossed * (1.0 - deducted)
