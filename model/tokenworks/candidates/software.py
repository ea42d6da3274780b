"""Serving software: what it makes of a measured point, and which stacks a site can run."""

from __future__ import annotations

import pandas as pd

from tokenworks.frames import NamedRow, lookup
from tokenworks.inputs import Inputs
from tokenworks.yearly import Yearly


class Software:
    """Throughput of an operating point over what was measured.

    Uplift: the index of the system's software stack then over its index in the year of the
    measurement, so that a newer measurement is not lifted twice; never below 1, and capped. It is 1
    where it is switched off, the date of the measurement is blank, or the stack has no index. What
    is lifted is throughput alone: power at full throughput and both latencies stay as measured, so
    the energy of a token falls and no point comes within a limit that it missed.

    An interoperability layer takes its share of the throughput of every system that has a stack.

    Parameters
    ----------
    x
        Inputs.
    """

    def __init__(self, x: Inputs) -> None:
        options = x.scenario.serving
        self._lifts = options.software_uplift
        self._most = options.most_software_uplift_ratio
        layered = options.interoperability_layer
        self._loss = options.interoperability_throughput_loss_fraction if layered else 0.0
        self._stack = lookup(x.tables["hardware"], "system", "software_stack")
        self._index = Yearly(
            x.tables["software_efficiency"], ["software_stack"], "efficiency_index"
        )

    def throughput_ratio(self, point: NamedRow, years: tuple[int, ...]) -> float:
        """Throughput of a row of `operating_points` in some years over the measured one."""
        kept = 1.0 - self._loss if self._stack[point.system] else 1.0
        return kept * self._uplift(point, years)

    def _uplift(self, point: NamedRow, years: tuple[int, ...]) -> float:
        stack = (self._stack[point.system],)
        if not self._lifts or stack not in self._index or pd.isna(point.measured_on):
            return 1.0
        ratio = self._index.mean(stack, years) / self._index.at(stack, point.measured_on.year)
        return max(1.0, min(self._most, ratio))


# The stack that all others are run by, where a scenario has one.
LAYER = "interoperability layer"


def stack_of(x: Inputs) -> dict[str, str]:
    """System to the stack that a site must run for it; systems without one are left out."""
    layered = x.scenario.serving.interoperability_layer
    stacks = lookup(x.tables["hardware"], "system", "software_stack")
    return {system: LAYER if layered else stack for system, stack in stacks.items() if stack}


def stack_usd_per_year(x: Inputs) -> dict[str, float]:
    """Stack to the yearly cost of running it at a site; those that cost nothing are left out."""
    if x.scenario.serving.interoperability_layer:
        usd = {LAYER: x.scenario.serving.interoperability_cost_usd_per_site_year}
    else:
        usd = lookup(x.tables["software_stacks"], "stack", "site_cost_usd_per_year")
    return {stack: cost for stack, cost in usd.items() if cost > 0.0}
