"""What serving software makes of an operating point after the day of its measurement."""

from __future__ import annotations

import pandas as pd

from tokenworks.frames import NamedRow, lookup
from tokenworks.inputs import Inputs
from tokenworks.yearly import Yearly


class Software:
    """Throughput of an operating point in later years over what was measured.

    The index of the system's software stack then over its index in the year of the measurement, so
    that a newer measurement is not lifted twice; never below 1, and capped. It is 1 where the
    uplift is switched off, the date of the measurement is blank, or the stack has no index. What is
    lifted is throughput alone: power at full throughput and both latencies stay as measured, so
    the energy of a token falls and no point comes within a limit that it missed.

    Parameters
    ----------
    x
        Inputs.
    """

    def __init__(self, x: Inputs) -> None:
        options = x.scenario.serving
        self._lifts = options.software_uplift
        self._most = options.most_software_uplift_ratio
        self._stack = lookup(x.tables["hardware"], "system", "software_stack")
        self._index = Yearly(
            x.tables["software_efficiency"], ["software_stack"], "efficiency_index"
        )

    def uplift(self, point: NamedRow, years: tuple[int, ...]) -> float:
        """Throughput of a row of `operating_points` in some years over the measured one."""
        stack = (self._stack[point.system],)
        if not self._lifts or stack not in self._index or pd.isna(point.measured_on):
            return 1.0
        ratio = self._index.mean(stack, years) / self._index.at(stack, point.measured_on.year)
        return max(1.0, min(self._most, ratio))
