"""Where each region's tokens come from: own sites, the cloud, or nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tokenworks.plan import Plan
from tokenworks.report.palette import INK, PAPER, RENTED, UNSERVED, lightened, site_colours
from tokenworks.report.plots.style import (
    Chart,
    Words,
    canvas,
    empty_screen,
    in_style,
    nothing_to_draw,
    plain,
    screen,
    text_colour,
)
from tokenworks.report.plots.wording import capital, listed, percent, significant

if TYPE_CHECKING:
    import plotly.graph_objects as go

RENTED_FROM, NOBODY = "rented in the cloud", "unserved"
_MTOKENS_PER_TRILLION, _QUADRILLION = 1e6, 1e3
_BAR_IN, _LABELLED = 0.34, 0.07


def frame(plan: Plan, period: str | None = None) -> pd.DataFrame:
    """Output tokens by region and by where they come from.

    Parameters
    ----------
    plan
        A plan.
    period
        One period; the whole horizon where None.

    Returns
    -------
    DataFrame
        region, origin (site, `RENTED_FROM` or `NOBODY`), how (owned, rented or unserved),
        trillion_tokens, share_fraction of what the region asks for.
    """
    flows = plan.flows if period is None else plan.flows[plan.flows["period"] == period]
    words_of = {"rented": RENTED_FROM, "unserved": NOBODY}
    origin = [words_of.get(h, s) for h, s in zip(flows["how"], flows["site"], strict=True)]
    named = flows.assign(origin=origin)
    sums = named.groupby(["region", "how", "origin"], as_index=False)["served_mtokens"].sum()
    sums = sums[sums["served_mtokens"] > 0.0].reset_index(drop=True)
    tokens = sums["served_mtokens"] / _MTOKENS_PER_TRILLION
    asked = tokens.groupby(sums["region"]).transform("sum")
    found = sums.assign(trillion_tokens=tokens, share_fraction=tokens / asked)
    columns = ["region", "origin", "how", "trillion_tokens", "share_fraction"]
    tidy: pd.DataFrame = found[columns]
    return tidy


def words(plan: Plan, period: str | None = None) -> Words:
    """Title and caption."""
    found = frame(plan, period)
    over = f"in {period}" if period else "over the horizon"
    caption = (
        f"Output tokens {over} by the region that asks for them; the colour is where they come "
        "from: a site, rented capacity, or nowhere. Length is a share of the region's tokens in "
        "print, width an amount of tokens on screens; all workloads together."
    )
    if not len(found):
        return Words("Nobody asks for a token", caption)
    total = float(found["trillion_tokens"].sum())
    by = found.groupby("origin")["trillion_tokens"].sum().sort_values(ascending=False) / total
    owned = [str(name) for name in by.index if name not in (RENTED_FROM, NOBODY)]
    if not owned:
        title = f"No token comes from an own site; {percent(float(by.get(NOBODY, 0.0)))} unserved"
        return Words(title, caption)
    share = sum(float(by[name]) for name in owned)
    title = f"{percent(share)} of all tokens come from own sites, led by "
    title += listed([f"{name} with {percent(float(by[name]))}" for name in owned], 2)
    rest = [f"{percent(float(by[n]))} {n}" for n in (RENTED_FROM, NOBODY) if by.get(n, 0.0) > 0.0]
    return Words(capital("; ".join([title, *rest])), caption)


def _colours(plan: Plan) -> dict[str, str]:
    return {**site_colours(plan.inputs), RENTED_FROM: RENTED, NOBODY: UNSERVED}


def _origins(found: pd.DataFrame) -> list[str]:
    """Sites by their tokens, then what is rented, then what is unserved."""
    by = found.groupby("origin")["trillion_tokens"].sum().sort_values(ascending=False)
    last = {RENTED_FROM: 1, NOBODY: 2}
    return sorted((str(name) for name in by.index), key=lambda name: last.get(name, 0))


@in_style
def static(plan: Plan, period: str | None = None) -> Chart:
    """For print: stacked bars."""
    found, said = frame(plan, period), words(plan, period)
    if not len(found):
        return nothing_to_draw(said)
    regions = found.groupby("region")["trillion_tokens"].sum().sort_values(ascending=False)
    chart, (axes,) = canvas(said, _BAR_IN * len(regions) + 0.9)
    wide = found.pivot_table(index="region", columns="origin", values="share_fraction").fillna(0.0)
    colours = _colours(plan)
    large = float(regions.max()) >= _QUADRILLION
    size, unit = (_QUADRILLION, "quadrillion") if large else (1.0, "trillion")
    for at, region in enumerate(regions.index):
        left = 0.0
        for origin in _origins(found):
            share = float(wide.loc[region, origin])
            axes.barh(at, share, left=left, height=0.7, color=colours[origin], ec=PAPER, lw=0.4)
            if share > _LABELLED:
                colour = text_colour(colours[origin])
                axes.text(
                    left + share / 2,
                    at,
                    percent(share),
                    ha="center",
                    va="center",
                    fontsize=7,
                    color=colour,
                )
            left += share
        amount = significant(float(regions[region]) / size, 3)
        axes.text(1.01, at, amount, va="center", fontsize=7.5)
    axes.text(1.01, -0.75, f"{unit} tokens", fontsize=7, va="center", color=INK)
    for origin in _origins(found):
        axes.barh(0, 0.0, color=colours[origin], label=origin)
    axes.set_yticks(range(len(regions)), list(regions.index))
    axes.set_ylim(len(regions) - 0.4, -1.1)
    axes.set_xlim(0.0, 1.0)
    axes.xaxis.set_major_formatter(_percent)
    axes.set_xlabel("share of the region's output tokens")
    axes.tick_params(axis="y", length=0)
    axes.legend(
        ncols=5,
        loc="lower left",
        bbox_to_anchor=(-0.01, 1.0),
        frameon=False,
        fontsize=7.5,
        handlelength=1.0,
    )
    return chart


def _percent(value: float, _: float) -> str:
    return f"{100.0 * value:.0f} %"


def interactive(plan: Plan, period: str | None = None) -> go.Figure:
    """For screens: a Sankey diagram."""
    found, said = frame(plan, period), words(plan, period)
    if not len(found):
        return empty_screen(said)
    origins, regions = _origins(found), sorted(set(found["region"]))
    colours = _colours(plan)
    figure = screen(said, height=max(380, 30 * max(len(origins), len(regions)) + 150))
    figure.add_sankey(
        valueformat=",.3g",
        valuesuffix=" trillion tokens",
        node={
            "label": [plain(name) for name in (*origins, *regions)],
            "color": [*(colours[name] for name in origins), *("#9aa0a6" for _ in regions)],
            "pad": 14,
            "thickness": 16,
            "line": {"width": 0},
        },
        link={
            "source": [origins.index(name) for name in found["origin"]],
            "target": [len(origins) + regions.index(name) for name in found["region"]],
            "value": found["trillion_tokens"].tolist(),
            "color": [lightened(colours[name], 0.55) for name in found["origin"]],
        },
    )
    return figure
