"""Charts of a study: sweeps, heat maps, tornado, fronts, parallel coordinates, regret.

Modules with the same four functions as those of a plan, made from the frames of a study.
"""

from __future__ import annotations

from tokenworks.report.plots.studies.accessor import StudyPlots

__all__ = ["StudyPlots"]
