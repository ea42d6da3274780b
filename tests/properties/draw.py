"""Random figures for small scenarios."""

from __future__ import annotations

from typing import Any

import numpy as np

Row = dict[str, Any]
Rows = list[Row]

MONTHS = (0, 3, 6, 9)


class Draw:
    """Random figures, rounded so that they read well in a failing case."""

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)

    def number(self, low: float, high: float) -> float:
        """A number between two others, to three digits."""
        return float(f"{self.generator.uniform(low, high):.3g}")

    def one_of(self, *options: Any) -> Any:
        """One of the options."""
        return options[int(self.generator.integers(len(options)))]

    def day(self, count: int, swing: float) -> list[float]:
        """So many figures of mean 1, none further from it than the swing."""
        raw = self.generator.uniform(-swing, swing, count)
        return [float(v) for v in np.round(1.0 + raw - raw.mean(), 6)]
