"""Present values: real dollars, discounted from the middle of each month.

Spend that carries its date *is* the interest during construction; none is added.
"""

from __future__ import annotations

from copy import copy

import numpy as np
import numpy.typing as npt

from tokenworks.calendar import MONTHS_PER_YEAR, Calendar, months_between
from tokenworks.schema.scenario import Finance


class Discounting:
    """Discount factors of a horizon's months.

    Parameters
    ----------
    finance
        Rate (per year, real) and base date.
    calendar
        The horizon; its start is the base date where `finance` names none.
    """

    def __init__(self, finance: Finance, calendar: Calendar) -> None:
        self.rate = finance.discount_rate
        self.residuals = finance.residuals
        self.contingency = finance.contingency_fraction
        self.horizon_months = calendar.horizon_months
        base = finance.base_date or calendar.start
        # Months from the base date to the start of the horizon; negative if the base lies later.
        self._offset = months_between(base, calendar.start)
        # One month more than the horizon: what is due at its very end still has a factor.
        middles = np.arange(self.horizon_months + 1) + 0.5 + self._offset
        self._factors: npt.NDArray[np.float64] = (1.0 + self.rate) ** (-middles / MONTHS_PER_YEAR)

    def until(self, month: int) -> Discounting:
        """The same factors for what is paid before a month of the horizon, zero from it on."""
        cut = copy(self)
        cut._factors = np.where(np.arange(len(self._factors)) < month, self._factors, 0.0)
        cut.residuals = False
        return cut

    def in_month(self, month: int) -> float:
        """Factor of a payment in the middle of a month, (1+r)^-((m+1/2)/12).

        None before the horizon: what was paid then is sunk.
        """
        return float(self._factors[month]) if month >= 0 else 0.0

    def total(self, start_month: int, end_month: int) -> float:
        """Sum of the factors of the months from start to end, those before the horizon left out."""
        return float(self._factors[max(0, start_month) : max(0, end_month)].sum())

    def mean(self, start_month: int, end_month: int) -> float:
        """Mean factor of the months from start to end, the factor of an even flow."""
        return self.total(start_month, end_month) / (end_month - start_month)

    def years(self, start_month: int, end_month: int) -> float:
        """Present value of one dollar a year, paid monthly from start to end."""
        end = min(end_month, self.horizon_months)
        return self.total(start_month, end) / MONTHS_PER_YEAR

    @property
    def at_end(self) -> float:
        """Factor of a value held on the last day of the horizon, (1+r)^-(T/12)."""
        return float((1.0 + self.rate) ** (-(self.horizon_months + self._offset) / MONTHS_PER_YEAR))

    def capital(self, order: int, build: int, service: int, deposit_fraction: float) -> float:
        """Present value of one dollar of capital: a deposit on order, the rest while building.

        Parameters
        ----------
        order, build, service
            Months of order, of the start of building and of service.
        deposit_fraction
            Share paid in the month of order; the rest is spread evenly over the building months,
            or paid in the month of service where nothing is built.
        """
        rest = self.mean(build, service) if service > build else self.in_month(service)
        return deposit_fraction * self.in_month(order) + (1.0 - deposit_fraction) * rest

    def life_left(self, service: int, life_years: float) -> float:
        """Share of an asset's cost that is left at the end of the horizon.

        The present value of the annuity of its remaining life over that of its whole life:
        (1-(1+r)^-n) / (1-(1+r)^-L); n/L at a rate of zero.

        Parameters
        ----------
        service
            Month of service.
        life_years
            Service life.

        Returns
        -------
        float
            0 where the life is over or residuals are switched off.
        """
        return self.annuity_left(self.horizon_months - service, life_years) * self.residuals

    def annuity_left(self, age_months: int, life_years: float) -> float:
        """Share of an asset's cost that is left at an age, whether residuals count or not."""
        left = life_years - age_months / MONTHS_PER_YEAR
        if left <= 0.0:
            return 0.0
        if self.rate == 0.0:
            return left / life_years
        return float((1.0 - (1.0 + self.rate) ** -left) / (1.0 - (1.0 + self.rate) ** -life_years))

    def residual(self, service: int, life_years: float) -> float:
        """Present value, per dollar of cost, of what is left at the end of the horizon."""
        return self.life_left(service, life_years) * self.at_end


def resale_share(age_months: int, life_years: float, fraction: float, decay: float) -> float:
    """Resale value of hardware over its price, fraction·(1-decay)^age; 0 once its life is over."""
    age_years = age_months / MONTHS_PER_YEAR
    return fraction * (1.0 - decay) ** age_years if age_years < life_years else 0.0
