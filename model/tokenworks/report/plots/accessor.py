"""`plan.plot`: the charts of a plan by name."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from tokenworks.plan import Plan
    from tokenworks.report.plots.style import Chart

    Picture: TypeAlias = Chart | go.Figure

# Charts in the order in which a reader wants them.
CHARTS = (
    "build_out",
    "cost_waterfall",
    "gantt",
    "dispatch",
    "map",
    "flows",
    "redlines",
    "cash_flow",
)


@dataclass(frozen=True)
class Plots:
    """Charts of a plan.

    Each takes `interactive=True` for a plotly figure in place of a matplotlib one. The frame behind
    a chart is `frame(plan)` of its module, such as `tokenworks.report.plots.build_out`.
    """

    plan: Plan

    def build_out(self, *, interactive: bool = False) -> Picture:
        """MW in service over time: power by technology and contract, systems by vendor."""
        return self._drawn("build_out", interactive)

    def cost_waterfall(self, workload: str | None = None, *, interactive: bool = False) -> Picture:
        """USD per million output tokens by group of components, down to the total."""
        return self._drawn(
            "cost_waterfall", interactive, workload=_known(self.plan, "workload", workload)
        )

    def gantt(self, site: str | None = None, *, interactive: bool = False) -> Picture:
        """Permits, procurement and construction, with the critical path to the first token."""
        return self._drawn("gantt", interactive, site=_known(self.plan, "site", site))

    def dispatch(
        self,
        site: str | None = None,
        period: str | None = None,
        day: str | None = None,
        *,
        interactive: bool = False,
    ) -> Picture:
        """Power by hour of representative days, with load and storage.

        By default of the site that takes most energy in the last step, and all its days.
        """
        named = {
            kind: _known(self.plan, kind, name)
            for kind, name in (("site", site), ("period", period))
        }
        return self._drawn("dispatch", interactive, **named, day=day)

    def map(self, *, interactive: bool = False) -> Picture:
        """Sites by MW, candidates not chosen, regions and links, projected."""
        return self._drawn("map", interactive)

    def flows(self, period: str | None = None, *, interactive: bool = False) -> Picture:
        """Where each region's tokens come from: bars for print, a Sankey diagram for screens."""
        return self._drawn("flows", interactive, period=_known(self.plan, "period", period))

    def redlines(self, *, interactive: bool = False) -> Picture:
        """Use of the tightest limits over time."""
        return self._drawn("redlines", interactive)

    def cash_flow(self, *, interactive: bool = False) -> Picture:
        """Cash by calendar year and what for, and its sum."""
        return self._drawn("cash_flow", interactive)

    def _drawn(self, chart: str, interactive: bool, **options: Any) -> Picture:
        module = importlib.import_module(f"tokenworks.report.plots.{chart}")
        made: Picture = (module.interactive if interactive else module.static)(self.plan, **options)
        return made


def _known(plan: Plan, kind: str, name: str | None) -> str | None:
    """A name of the plan's inputs.

    Raises
    ------
    InputError
        Where there is no such thing.
    """
    from tokenworks.errors import InputError, Problem  # noqa: PLC0415 -- cheap, and needed seldom
    from tokenworks.schema.wording import listed  # noqa: PLC0415 -- the same

    table = {"workload": "workloads", "site": "sites", "period": "periods"}[kind]
    names = list(plan.inputs.tables[table][kind])
    if name is None or name in names:
        return name
    words = f"there is no {kind} {name!r}", f"name one of {listed(names)}"
    raise InputError([Problem(plan.scenario.name, 0, kind, *words)])
