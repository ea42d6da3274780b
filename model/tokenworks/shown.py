"""How a plan shows itself: in a line, in a notebook, in charts; made by floors above on demand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tokenworks.report.plots import Plots


def gap_in_words(gap: float) -> str:
    """The gap of a plan, or that there is no bound: time may be up before all sites were asked."""
    return f"gap {gap:.2%}" if math.isfinite(gap) else "no bound proven"


def proof_in_words(gap: float, side: str) -> str:
    """How far a plan is from the best at most; `side` says on which it lies of any plan."""
    if not math.isfinite(gap):
        return "no bound was proven"
    return f"at most {100.0 * gap:.2f} % {side} any plan"


class Shown:
    """Mixed into a plan, whose attributes it reads."""

    def __repr__(self) -> str:
        """One line: the tables alone would fill pages."""
        plan: Any = self
        usd = plan.summary.cost_usd_per_mtoken
        cost = "no owned token" if usd is None else f"{usd:.4f} USD per million owned tokens"
        return (
            f"Plan({plan.scenario.name!r}: {plan.status}, {plan.objective_usd / 1e9:,.3f} bn USD, "
            f"{gap_in_words(plan.gap)}, "
            f"sites built: {plan.tables['sites']['site'].nunique()}, {cost})"
        )

    def _repr_html_(self) -> str:
        from tokenworks.report.display import plan_html  # noqa: PLC0415 -- a floor above

        plan: Any = self
        return plan_html(plan)

    @property
    def plot(self) -> Plots:
        """Its charts: `plan.plot.build_out()`, with `interactive=True` for screens."""
        from tokenworks.report.plots import Plots  # noqa: PLC0415 -- a floor above

        plan: Any = self
        return Plots(plan)
