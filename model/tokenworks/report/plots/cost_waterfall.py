"""What a million tokens cost, component by component, down to the total."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tokenworks.plan import Plan
from tokenworks.report.components import GROUPS
from tokenworks.report.palette import FAINT, INK, RULE, group_colour
from tokenworks.report.plots.style import (
    Chart,
    Words,
    canvas,
    empty_screen,
    in_style,
    nothing_to_draw,
    plain,
    screen,
)
from tokenworks.report.plots.wording import per_mtoken, percent

if TYPE_CHECKING:
    import plotly.graph_objects as go

TOTAL, OTHER = "owned tokens", "other"
_BAR_IN = 0.3


def frame(plan: Plan, workload: str | None = None) -> pd.DataFrame:
    """Cost per million output tokens by group of components, and their sum as the last row.

    Parameters
    ----------
    plan
        A plan.
    workload
        One workload; all together, a mix over models, where None.

    Returns
    -------
    DataFrame
        group, cost_usd_per_mtoken, start_usd_per_mtoken and end_usd_per_mtoken of its bar; empty
        where no token is owned.
    """
    columns = ["group", "cost_usd_per_mtoken", "start_usd_per_mtoken", "end_usd_per_mtoken"]
    costs = plan.cost_per_token
    if workload is not None:
        costs = costs[costs["workload"] == workload]
    uses = costs[costs["workload"] != ""]
    uses = uses.drop_duplicates(["workload", "region", "site", "system"])
    tokens = float(uses["present_value_mtokens"].sum())
    if not tokens > 0.0:
        return pd.DataFrame(columns=columns)
    group = {component: name for name, parts in GROUPS.items() for component in parts}
    named = costs["component"].map(lambda component: group.get(component, OTHER))
    sums = costs.groupby(named)["present_value_usd"].sum() / tokens
    order = [name for name in (*GROUPS, OTHER) if name in sums.index]
    entries, reached = [], 0.0
    for name in order:
        usd = float(sums[name])
        entries.append((name, usd, reached, reached + usd))
        reached += usd
    entries.append((TOTAL, reached, 0.0, reached))
    return pd.DataFrame(entries, columns=columns)


def words(plan: Plan, workload: str | None = None) -> Words:
    """Title and caption."""
    found = frame(plan, workload)
    of = f"of {workload}" if workload else "(a mix over all workloads)"
    year = plan.scenario.finance.usd_year
    caption = (
        f"USD of {year} per million output tokens {of}: present value of the cash of owned "
        "service, less resale and residual values (light bars, to the left), over the present "
        "value of its output tokens. Rent and unserved tokens are not in it."
    )
    if not len(found):
        return Words("No token is owned: there is no cost of owned tokens to break down", caption)
    total = float(found["cost_usd_per_mtoken"].iloc[-1])
    parts = found.iloc[:-1].sort_values("cost_usd_per_mtoken", ascending=False)
    title = f"A million output tokens cost {per_mtoken(total)}"
    gross = float(parts["cost_usd_per_mtoken"].clip(lower=0.0).sum())
    if gross > 0.0:
        largest = parts.iloc[0]
        share = percent(float(largest["cost_usd_per_mtoken"]) / gross)
        title += f"; {largest['group']} is {share} of what is spent"
    return Words(title, caption)


@in_style
def static(plan: Plan, workload: str | None = None) -> Chart:
    """For print."""
    found, said = frame(plan, workload), words(plan, workload)
    if not len(found):
        return nothing_to_draw(said)
    chart, (axes,) = canvas(said, _BAR_IN * len(found) + 0.5)
    ends = found[["start_usd_per_mtoken", "end_usd_per_mtoken"]]
    room = 0.012 * max(float(ends.max().max()) - min(0.0, float(ends.min().min())), 1e-12)
    for at, row in enumerate(found.to_dict("records")):
        total = row["group"] == TOTAL
        colour = INK if total else group_colour(row["group"])
        start, end = row["start_usd_per_mtoken"], row["end_usd_per_mtoken"]
        axes.barh(at, end - start, left=start, height=0.66, color=colour)
        axes.text(
            max(start, end) + room,
            at,
            per_mtoken(row["cost_usd_per_mtoken"]),
            va="center",
            fontsize=8,
            fontweight="bold" if total else "normal",
            color=INK,
        )
        if at + 1 < len(found) - 1:
            axes.plot([end, end], [at + 0.33, at + 0.67], color=FAINT, lw=0.6)
    axes.axhline(len(found) - 1.5, color=RULE, lw=0.7)
    axes.axvline(0.0, color=RULE, lw=0.7)
    axes.set_yticks(range(len(found)), found["group"])
    axes.get_yticklabels()[-1].set_fontweight("bold")
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"USD of {plan.scenario.finance.usd_year} per million output tokens")
    axes.spines["left"].set_visible(False)
    return chart


def interactive(plan: Plan, workload: str | None = None) -> go.Figure:
    """For screens."""
    found, said = frame(plan, workload), words(plan, workload)
    if not len(found):
        return empty_screen(said)
    figure = screen(said, height=120 + 30 * len(found), showlegend=False)
    totals = found["group"] == TOTAL
    colours = [INK if t else group_colour(g) for g, t in zip(found["group"], totals, strict=True)]
    figure.add_bar(
        x=found["end_usd_per_mtoken"] - found["start_usd_per_mtoken"],
        base=found["start_usd_per_mtoken"],
        y=[plain(name) for name in found["group"]],
        orientation="h",
        marker_color=colours,
        text=[plain(per_mtoken(usd)) for usd in found["cost_usd_per_mtoken"]],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    figure.update_yaxes(autorange="reversed", type="category", showgrid=False)
    year = plan.scenario.finance.usd_year
    figure.update_xaxes(title_text=f"USD of {year} per million output tokens", showgrid=True)
    return figure
