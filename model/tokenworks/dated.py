"""Present values that remember their payments, so that cash by month follows from any cost.

Every cost of a block is linear in the discount factors. Computed again under `DatedDiscounting`,
which hands out `Dated` figures in their place, it is the same present value and carries the dates
and amounts of the payments behind it.
"""

from __future__ import annotations

from typing import Any, Self, SupportsFloat

import numpy as np
import numpy.typing as npt

from tokenworks.money import Discounting

# First month, month after the last, and the amount in each of them.
Payments = tuple[tuple[int, int, float], ...]


class Dated(float):
    """A present value in USD with the payments that it is of.

    It can be added to others and multiplied by plain numbers; two of them have no product. Any
    other arithmetic gives a plain float, which has no dates: whoever needs them has to look.
    """

    __slots__ = ("_scale", "_spread")
    # Numbers of numpy then leave the arithmetic to this class.
    __array_ufunc__ = None

    _scale: float
    _spread: Payments

    def __new__(cls, value: SupportsFloat, spread: Payments, scale: float = 1.0) -> Self:
        """A value whose payments are so many times those of the spread."""
        made = super().__new__(cls, value)
        made._scale, made._spread = scale, spread
        return made

    @property
    def payments(self) -> Payments:
        """First month, month after the last, and the amount in each of them."""
        return tuple((start, end, self._scale * each) for start, end, each in self._spread)

    def __mul__(self, factor: Any) -> Dated:
        if isinstance(factor, Dated):
            return NotImplemented
        plain = float(factor)
        return Dated(float.__mul__(self, plain), self._spread, self._scale * plain)

    __rmul__ = __mul__

    def __truediv__(self, divisor: Any) -> Dated:
        if isinstance(divisor, Dated):
            return NotImplemented
        plain = float(divisor)
        return Dated(float.__truediv__(self, plain), self._spread, self._scale / plain)

    def __neg__(self) -> Dated:
        return Dated(float.__neg__(self), self._spread, -self._scale)

    def __add__(self, other: Any) -> Dated:
        if isinstance(other, Dated):
            return Dated(float.__add__(self, other), self.payments + other.payments)
        # `sum` starts from a zero; any other amount would have to have a date.
        return self if other == 0 else NotImplemented

    __radd__ = __add__

    def __sub__(self, other: Any) -> Dated:
        return self.__add__(-other)

    def __rsub__(self, other: Any) -> Dated:
        return self.__neg__().__add__(other)


def _paid(start_month: int, end_month: int) -> Payments:
    """A dollar in every month from start to end; none before the horizon."""
    start = max(0, start_month)
    return ((start, end_month, 1.0),) if end_month > start else ()


class DatedDiscounting(Discounting):
    """The same factors, each a `Dated` dollar: what is left at the end is dated the month after.

    Parameters
    ----------
    plain
        Discount factors of the scenario.
    """

    def __init__(self, plain: Discounting) -> None:
        self.__dict__.update(plain.__dict__)

    @property
    def end_month(self) -> int:
        """The month that stands for the end of the horizon, beyond every month of payment."""
        return len(self._factors)

    def in_month(self, month: int) -> float:
        """Factor of a payment in the middle of a month."""
        return Dated(super().in_month(month), _paid(month, month + 1))

    def total(self, start_month: int, end_month: int) -> float:
        """Sum of the factors of the months from start to end."""
        value = super().total(start_month, end_month)
        return Dated(value, _paid(start_month, end_month))

    @property
    def at_end(self) -> float:
        """Factor of a value held on the last day of the horizon."""
        return Dated(super().at_end, ((self.end_month, self.end_month + 1, 1.0),))

    def factors(self) -> npt.NDArray[np.float64]:
        """Factor of every month, and of the end of the horizon after them."""
        return np.append(self._factors, float(super().at_end))


class LivesLeft(DatedDiscounting):
    """The same factors, of which those of a life that is left remember service and life alone.

    What depends on the discount rate by more than its dates is the annuity of the life that an
    asset has left at the end of the horizon. A payment of these figures is dated by the position of
    its (month of service, life in years) in `lives`; payments by month are left out.
    """

    def __init__(self, plain: Discounting) -> None:
        super().__init__(plain)
        self.lives: dict[tuple[int, float], int] = {}

    def in_month(self, month: int) -> float:
        """Factor of a payment in the middle of a month, without its date."""
        return Dated(Discounting.in_month(self, month), ())

    def total(self, start_month: int, end_month: int) -> float:
        """Sum of the factors of the months from start to end, without their dates."""
        return Dated(Discounting.total(self, start_month, end_month), ())

    @property
    def at_end(self) -> float:
        """Factor of a value held on the last day of the horizon, without its date."""
        return Dated(super().at_end, ())

    def residual(self, service: int, life_years: float) -> float:
        """Present value, per dollar of cost, of what is left, dated by its service and life."""
        place = self.lives.setdefault((service, life_years), len(self.lives))
        return Dated(super().residual(service, life_years), ((place, place + 1, 1.0),))
