"""What a notebook shows of a plan, and of one with branches: escaped, without scripts."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from tokenworks.frames import rows as rows_of
from tokenworks.markup import card, listed, pairs, table
from tokenworks.shown import proof_in_words

if TYPE_CHECKING:
    from tokenworks.plan import Plan
    from tokenworks.study.branches import BranchedPlan
    from tokenworks.study.study import Study

_MOST_ROWS = 12


def plan_html(plan: Plan) -> str:
    """A plan: its proof, its figures, and what opens when."""
    summary = plan.summary
    facts = [("status", f"{plan.status}, {plan.seconds.get('total', 0.0):,.1f} s, {plan.method}")]
    earned = summary.net_present_value_usd
    worth = plan.objective_usd if earned is None else earned
    name = "present value of cost" if earned is None else "net present value"
    proven = proof_in_words(plan.gap, "from")
    facts.append((name, f"{_money(worth)}, {proven}"))
    year = plan.scenario.finance.usd_year
    if summary.cost_usd_per_mtoken is not None:
        facts.append(
            (
                f"a million owned tokens [USD of {year}]",
                f"{summary.cost_usd_per_mtoken:.4f}; {summary.zero_residual_usd_per_mtoken:.4f} "
                f"without residual values; {summary.all_served_usd_per_mtoken:.4f} with rent",
            )
        )
    facts.append(
        (
            "served",
            f"{summary.served_share:.1%} of demand, {summary.owned_share:.1%} by own systems",
        )
    )
    if summary.first_token_months is not None:
        facts.append(("first token", f"after {summary.first_token_months} months"))
    body = pairs(facts)
    if len(plan.sites):
        body += table(
            ["site", "first token", "IT MW in the end", "powered by"], _sites(plan), "ll>l"
        )
    body += "<div style='opacity:.65'>tables: " + html.escape(", ".join(plan.tables)) + "</div>"
    return card(f"Plan {plan.scenario.name}", plan.scenario.title, body)


def _sites(plan: Plan) -> list[list[str]]:
    tokens = plan.timeline[plan.timeline["milestone"] == "first token"].set_index("site")["date"]
    end = plan.sites.sort_values("step_start").drop_duplicates("site", keep="last")
    found = []
    for site, mw in zip(end["site"], end["it_capacity_mw"], strict=True):
        own = plan.power[plan.power["site"] == site]
        sources = own.groupby("source")["entering_mw"].sum().sort_values(ascending=False)
        first = tokens.get(site)
        token = f"{first:%Y-%m}" if first is not None else "none"
        found.append(
            [str(site), token, f"{mw:,.0f}", listed([str(name) for name in sources.index])]
        )
    return found


def branched_html(plan: BranchedPlan) -> str:
    """A plan with branches: expected cost, and each branch with its regret."""
    facts = [
        ("status", f"{plan.status}, {plan.seconds.get('total', 0.0):,.1f} s"),
        ("expected cost", f"{_money(plan.objective_usd)}, {proof_in_words(plan.gap, 'above')}"),
    ]
    rows = [
        [
            str(row.branch),
            f"{row.probability_fraction:.0%}",
            f"{row.known_from:%Y-%m}",
            _money(row.cost_usd),
            _money(row.regret_usd),
        ]
        for row in rows_of(plan.branches)
    ]
    body = pairs(facts) + table(["branch", "chance", "known from", "cost", "regret"], rows, "l>l>>")
    body += table(
        ["under uncertainty", "value"],
        [[str(row.measure), _money(row.amount_usd)] for row in rows_of(plan.measures)],
        "l>",
    )
    return card(f"Plan {plan.scenario.name}, with branches", plan.scenario.title, body)


def study_html(study: Study) -> str:
    """A study: how much of it is done, and its first runs with their difference to the base."""
    frame = study.frame()
    states = frame["status"].value_counts()
    facts = [
        ("kind", study.kind),
        ("runs", ", ".join(f"{count} {state}" for state, count in states.items())),
        ("folder", str(study.folder)),
        ("results", listed(sorted(study.results())) or "none yet"),
    ]
    names = [str(name) for name in frame.columns]
    levels = names[1 : names.index("status")]
    columns = ["run", *levels, "status", "cost_usd_per_mtoken", "objective_usd", "difference"]
    shown = frame[[name for name in columns if name in names]]
    return frame_html(f"Study {study.name}", "", facts, shown)


def frame_html(
    title: str, subtitle: str, facts: Sequence[tuple[str, str]], frame: pd.DataFrame
) -> str:
    """Anything with a few facts and a frame, of which the first rows are shown."""
    rows = [[_cell(value) for value in row] for row in frame.head(_MOST_ROWS).to_numpy()]
    sides = "".join(">" if pd.api.types.is_numeric_dtype(kind) else "l" for kind in frame.dtypes)
    body = pairs(facts) + table([str(name) for name in frame.columns], rows, sides)
    if len(frame) > _MOST_ROWS:
        body += f"<div style='opacity:.65'>{len(frame) - _MOST_ROWS:,} more rows</div>"
    return card(title, subtitle, body)


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return ""
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def _money(usd: float) -> str:
    from tokenworks.report.terminal import money  # noqa: PLC0415 -- rich is slow to import

    return money(float(usd))
