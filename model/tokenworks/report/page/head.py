"""The head of a plan's page: what was solved, how well, and the figures looked for first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import pandas as pd

from tokenworks.plan import Plan
from tokenworks.report.page.look import megawatts, month, percent
from tokenworks.report.page.markup import Markup, joined, markup, tag
from tokenworks.report.terminal import money

_ENDINGS = {
    "optimal": "Solved within the gap asked for",
    "gap_left": "Searched to its end with a wider gap than asked for",
    "time_limit": "Stopped by its time limit: this is the best plan found by then",
    "interrupted": "Interrupted: this is the best plan found by then",
    "solver_failed": "Stopped by a failure of the solver: this is the best plan found by then",
}
_SMALLEST_GAP = 1e-4
_DOUBTFUL = ("claimed", "assumed")


def head(plan: Plan, trusted: Counter[str]) -> Markup:
    """Title, question, status and the strip of figures."""
    scenario = plan.scenario
    question = getattr(scenario, "question", "")
    parts = [
        tag("p", f"tokenworks · plan of the scenario {scenario.name}", class_="subtitle"),
        tag("h1", scenario.title or scenario.name),
        tag("p", question, class_="question") if question else Markup(""),
        tag("p", status(plan), class_="question"),
        figures(plan),
        tag("p", trust(trusted), class_="note"),
    ]
    return joined(parts)


def status(plan: Plan) -> str:
    """How the plan was found, and how far from the best it can be."""
    calendar = plan.inputs.calendar
    horizon = f"{calendar.start:%Y-%m} to {calendar.date_of(calendar.horizon_months):%Y-%m}"
    proven = "no bound was proven"
    if math.isfinite(plan.bound_usd):
        proven = (
            f"no plan can be more than {_gap(plan.gap)} better "
            f"({_gap(plan.gap_controllable)} of what a plan can change)"
        )
    return (
        f"{_ENDINGS.get(plan.status, plan.status)}: {proven}. Horizon {horizon}; money in real "
        f"dollars of {scenario_year(plan)}, discounted at "
        f"{percent(plan.scenario.finance.discount_rate, 1)}."
    )


def _gap(share: float) -> str:
    """A gap in per cent, which never reads as none."""
    if not math.isfinite(share):
        return "an unknown share"
    return percent(share, 2) if share >= _SMALLEST_GAP else "0.01 %"


def scenario_year(plan: Plan) -> int:
    """The dollar year."""
    return int(plan.scenario.finance.usd_year)


def figures(plan: Plan) -> Markup:
    """The strip of figures."""
    items = (
        tag(
            "li",
            tag("span", what, class_="what"),
            tag("span", value, class_="value"),
            tag("span", more, class_="more"),
        )
        for what, value, more in _figures(plan)
    )
    return tag("ul", *items, class_="figures")


def _figures(plan: Plan) -> Iterable[tuple[str, str, str]]:
    s, year = plan.summary, scenario_year(plan)
    if s.cost_usd_per_mtoken is not None:
        residual, rented = s.zero_residual_usd_per_mtoken, s.all_served_usd_per_mtoken
        yield (
            "Cost of a million owned output tokens",
            f"{s.cost_usd_per_mtoken:.4f} USD",
            f"USD of {year}, a mix of models; {_usd(residual)} without residual values, "
            f"{_usd(rented)} with what is rented",
        )
    else:
        yield "Cost of a million owned output tokens", "none", "no token is served by own sites"
    yield _value(plan)
    yield (
        "Tokens served",
        percent(s.served_share, 1),
        f"{percent(s.owned_share, 1)} from own sites, "
        f"{percent(max(0.0, s.served_share - s.owned_share), 1)} rented, "
        f"{percent(max(0.0, 1.0 - s.served_share), 1)} left unserved",
    )
    if s.first_token_months is not None:
        first = plan.timeline.query("milestone == 'first token'")["date"].min()
        after = f"{s.first_token_months} months after the start"
        yield "First token", month(first), after
    else:
        yield "First token", "none", "nothing is built within the horizon"
    opened = plan.sites["site"].nunique()
    of = len(plan.inputs.tables["sites"])
    yield "Largest IT load", f"{megawatts(s.peak_it_mw)} MW", f"at {opened} of {of} candidate sites"
    if s.mean_utilisation_fraction is not None and s.tokens_per_s_per_mw is not None:
        yield (
            "Output of a megawatt",
            f"{s.tokens_per_s_per_mw / 1e6:,.2f} M/s",
            "output tokens a second for a MW at the meter; systems are "
            f"{percent(s.mean_utilisation_fraction)} used in the mean",
        )


def _value(plan: Plan) -> tuple[str, str, str]:
    year, earned = scenario_year(plan), plan.summary.net_present_value_usd
    known = math.isfinite(plan.bound_usd)
    if earned is not None:
        most = f"no plan has more than {money(-plan.bound_usd)}" if known else "no bound proven"
        return "Net present value", money(earned), f"USD of {year}; {most}"
    least = f"no plan costs less than {money(plan.bound_usd)}" if known else "no bound proven"
    return "Present value of the plan", money(plan.objective_usd), f"USD of {year}; {least}"


def _usd(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"


def trust(by: Counter[str]) -> Markup:
    """How much of the input is no measurement."""
    total = sum(by.values())
    words = ", ".join(f"{by[c]:,} {c}" for c in by if by[c])
    marked = Markup("")
    doubtful = sum(by[c] for c in _DOUBTFUL)
    if doubtful:
        share = doubtful / total
        marked = joined([" ", tag("span", f"{percent(share)} claimed or assumed", class_="mark")])
    return joined(
        [
            markup(f"These figures rest on {total:,} input figures: {words}."),
            marked,
            " ",
            tag("a", "Sources and confidence", href="#inputs"),
            ".",
        ]
    )


def opened_sites(plan: Plan) -> pd.DataFrame:
    """Every site that opens: dates of ground and first token, megawatts then and at the end."""
    when = plan.timeline.set_index(["site", "milestone"])["date"].groupby(level=[0, 1]).min()
    lines = []
    for site, group in plan.sites.groupby("site"):
        ordered = group.sort_values("step_start")
        lines.append(
            {
                "site": site,
                "ground broken": when.get((site, "ground broken")),
                "first token": when.get((site, "first token")),
                "it_mw_first": ordered["it_capacity_mw"].iloc[0],
                "it_mw_last": ordered["it_capacity_mw"].iloc[-1],
                "contracted_mw": ordered["contracted_mw"].iloc[-1],
                "own_mw": ordered["own_capacity_mw"].iloc[-1],
            }
        )
    return pd.DataFrame(lines)
