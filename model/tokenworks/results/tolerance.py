"""When two figures of a plan differ by more than the solver's own tolerance."""

from __future__ import annotations

# Of the larger side of a comparison; two orders above the solver's own tolerance.
RELATIVE = 1e-6
ABSOLUTE = 1e-6


def differs(left: float, right: float) -> bool:
    """Whether two figures that should be the same are not."""
    return abs(left - right) > ABSOLUTE + RELATIVE * max(abs(left), abs(right))


def exceeds(used: float, limit: float) -> bool:
    """Whether more is used than the limit."""
    return used > limit + ABSOLUTE + RELATIVE * abs(limit)
