"""The difference between two plans, as far as their bounds prove it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Bounded(Protocol):
    """What an interval needs of a plan."""

    @property
    def objective_usd(self) -> float:
        """Of the incumbent."""

    @property
    def bound_usd(self) -> float:
        """Below every plan."""


@dataclass(frozen=True)
class Difference:
    """How much dearer the best plan of B is than the best plan of A, as an interval.

    Attributes
    ----------
    low_usd, high_usd
        Bound of B less incumbent of A, and incumbent of B less bound of A.
    """

    low_usd: float
    high_usd: float

    @property
    def indistinguishable(self) -> bool:
        """Whether the interval spans zero, so that either may be the cheaper."""
        return self.low_usd <= 0.0 <= self.high_usd

    @property
    def verdict(self) -> str:
        """In one word, of B against A: dearer, cheaper or indistinguishable."""
        if self.indistinguishable:
            return "indistinguishable"
        return "dearer" if self.low_usd > 0.0 else "cheaper"


def difference(a: Bounded, b: Bounded) -> Difference:
    """Interval of the best objective of B less that of A.

    Parameters
    ----------
    a, b
        Plans with the same objective and dollar year.
    """
    return Difference(b.bound_usd - a.objective_usd, b.objective_usd - a.bound_usd)
