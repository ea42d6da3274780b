"""Charts of a plan: for each a tidy frame, a picture for print and one for screens.

Every chart is a module with the same four functions, which take the plan and the chart's options:
`frame` (the tidy frame behind it), `words` (title and caption), `static` (matplotlib) and
`interactive` (plotly, plain axes that ask for no network).
"""

from __future__ import annotations

from tokenworks.report.plots.accessor import Plots

__all__ = ["Plots"]
