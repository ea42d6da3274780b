"""Where a plan changes its mind: bisection over one figure, by whole solves."""

from __future__ import annotations

from collections.abc import Callable


def edge(
    chosen: Callable[[float], bool], low: float, high: float, tolerance: float
) -> tuple[float, float]:
    """Narrow the figure at which a choice is dropped, or taken up.

    Parameters
    ----------
    chosen
        Solves with the figure, and says whether the plan chooses what is asked about.
    low, high
        Figures at which it answers differently.
    tolerance
        Width at which to stop.

    Returns
    -------
    tuple of float
        The last figures on either side, the lower one first.
    """
    at_low = chosen(low)
    if chosen(high) == at_low:
        raise ValueError(f"the choice is the same at {low:g} and {high:g}")
    while high - low > tolerance:
        middle = (low + high) / 2.0
        if chosen(middle) == at_low:
            low = middle
        else:
            high = middle
    return low, high
