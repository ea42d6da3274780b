"""`study.plot`: the charts of a study by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from tokenworks.report.plots.studies.measures import COST, StudyFrames

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from tokenworks.report.plots.style import Chart

    Picture: TypeAlias = Chart | go.Figure


@dataclass(frozen=True)
class StudyPlots:
    """Charts of a study; each takes `interactive=True` for a plotly figure."""

    study: StudyFrames

    def sweep(
        self,
        value: str = COST,
        x: str | None = None,
        by: str | None = None,
        *,
        interactive: bool = False,
    ) -> Picture:
        """A figure over an axis, a line for each level of another."""
        return self._drawn("sweep", "interactive" if interactive else "static", value, x, by)

    def heat_map(
        self,
        value: str = COST,
        x: str | None = None,
        by: str | None = None,
        *,
        interactive: bool = False,
    ) -> Picture:
        """A figure over two axes."""
        return self._drawn(
            "sweep", f"heat_{'interactive' if interactive else 'static'}", value, x, by
        )

    def tornado(self, *, interactive: bool = False) -> Picture:
        """What moves the answer most."""
        return self._drawn("tornado", "interactive" if interactive else "static")

    def pareto(self, *, interactive: bool = False) -> Picture:
        """Cost against the study's other aim."""
        return self._drawn("pareto", "interactive" if interactive else "static")

    def parallel(
        self, columns: Sequence[str] | None = None, *, interactive: bool = False
    ) -> Picture:
        """All runs at once, an axis for each level and figure."""
        return self._drawn("parallel", "interactive" if interactive else "static", columns)

    def regret(self, *, interactive: bool = False) -> Picture:
        """What each plan costs too much in the other futures."""
        return self._drawn("regret", "interactive" if interactive else "static")

    def effects(self, *, interactive: bool = False) -> Picture:
        """What each axis of a sweep moves, the others averaged."""
        return self._drawn("effects", "interactive" if interactive else "static")

    def alternatives(self, *, interactive: bool = False) -> Picture:
        """Megawatts of the plans that cost little more, and what all of them need."""
        return self._drawn("alternatives", "interactive" if interactive else "static")

    def monte_carlo(self, *, interactive: bool = False) -> Picture:
        """How far the answers of drawn inputs lie apart."""
        return self._drawn("monte_carlo", "interactive" if interactive else "static")

    def break_even(self, *, interactive: bool = False) -> Picture:
        """Values that were tried, and where the difference turns."""
        return self._drawn("break_even", "interactive" if interactive else "static")

    def _drawn(self, chart: str, how: str, *options: Any) -> Picture:
        module = import_module(f"tokenworks.report.plots.studies.{chart}")
        made: Picture = getattr(module, how)(self.study, *options)
        return made
