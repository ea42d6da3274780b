"""The terminal summary of a plan: short enough to read, complete enough to judge it by."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from tokenworks.plan import Plan
from tokenworks.report.components import by_group
from tokenworks.report.figures import confidence_by_figure, counts
from tokenworks.shown import proof_in_words
from tokenworks.solver.whole import relative

WIDTH = 100
Justify = Literal["left", "right"]


def results() -> Console:
    """Where results go: standard output, never wider than a terminal of 100 columns."""
    console = Console(soft_wrap=False)
    return Console(width=min(console.width, WIDTH) if console.is_terminal else WIDTH)


def say(message: str) -> None:
    """Tell of progress, on standard error."""
    Console(file=sys.stderr, width=WIDTH).print(Text(message, style="dim"), soft_wrap=True)


def tell(stage: str, bound_usd: float, incumbent_usd: float | None) -> None:
    """Tell of a stage of the search that has ended, on standard error."""
    if not math.isfinite(bound_usd):
        best = "no plan yet" if incumbent_usd is None else f"the best so far {money(incumbent_usd)}"
        say(f"{stage}: {best}, no bound yet")
        return
    found = f"no plan costs less than {money(bound_usd)}"
    if incumbent_usd is not None:
        gap = relative(incumbent_usd - bound_usd, incumbent_usd)
        found += f", the best so far {money(incumbent_usd)}, {100.0 * gap:.2f} % above"
    say(f"{stage}: {found}")


def new_table(title: str, *columns: tuple[str, str]) -> RichTable:
    """A table with few lines; a column's second word is "r" where numbers stand to the right."""
    table = RichTable(
        title=Text(title, style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        header_style="dim",
    )
    for header, side in columns:
        justify: Justify = "right" if side == "r" else "left"
        table.add_column(Text(header), justify=justify)
    return table


def print_json(manifest: Mapping[str, Any], **more: object) -> None:
    """Print a manifest alone, as JSON, with what was asked for beside it."""
    manifest = {**manifest, **more}
    sys.stdout.write(json.dumps(manifest, indent=2, ensure_ascii=False, default=str) + "\n")


def print_plan(plan: Plan) -> None:
    """Print what opens when, what powers it, which hardware it holds and what a token costs."""
    console = results()
    console.print(_head(plan))
    if len(plan.sites):
        console.print(_sites(plan))
        console.print(_power(plan))
        console.print(_hardware(plan))
        console.print(_tokens(plan))
    console.print(_served(plan))
    for line in _notes(plan):
        console.print(line)


def _head(plan: Plan) -> Text:
    ending = {
        "optimal": "solved",
        "gap_left": "searched to its end with a wider gap than asked for",
        "time_limit": "stopped by its time limit, with the best plan found",
        "interrupted": "interrupted, with the best plan found",
        "solver_failed": "stopped by a failure of the solver, with the best plan found",
    }[plan.status]
    text = Text()
    text.append(plan.scenario.name, style="bold")
    text.append(f"  {plan.scenario.title}\n")
    text.append(f"{ending} in {plan.seconds['total']:.1f} s: ")
    earned = plan.summary.net_present_value_usd
    text.append(money(plan.objective_usd if earned is None else earned), style="bold")
    text.append(
        f" {'' if earned is None else 'net '}present value, "
        f"{proof_in_words(plan.gap, 'above' if earned is None else 'below')}"
    )
    if math.isfinite(plan.gap):
        text.append(f" ({_percent(plan.gap_controllable)} of what a plan can change)")
    text.append(f"; {plan.size['rows']:,} rows, {plan.size['columns']:,} columns\n")
    return text


def _sites(plan: Plan) -> RichTable:
    table = new_table(
        "What opens when",
        ("site", ""),
        ("ground broken", ""),
        ("first token", ""),
        ("IT MW then", "r"),
        ("IT MW at the end", "r"),
        ("of", "r"),
    )
    most = plan.inputs.tables["sites"].set_index("site")["max_it_mw"]
    when = plan.timeline.set_index(["site", "milestone"])["date"].groupby(level=[0, 1]).min()
    for site, rows in plan.sites.groupby("site"):
        capacity = rows.sort_values("step_start")["it_capacity_mw"]
        token = when.get((site, "first token"))
        table.add_row(
            str(site),
            _month(when[site, "ground broken"]),
            _month(token) if token is not None else "none",
            f"{capacity.iloc[0]:,.0f}",
            f"{capacity.iloc[-1]:,.0f}",
            f"{most[site]:,.0f}",
        )
    return table


def _power(plan: Plan) -> RichTable:
    table = new_table(
        "What powers it",
        ("site", ""),
        ("source", ""),
        ("first MW", ""),
        ("MW entered", "r"),
        ("share of MWh", "r"),
    )
    flows = plan.dispatch.assign(mwh=plan.dispatch["power_mw"] * plan.dispatch["weight_hours"])
    energy = flows.groupby(["site", "source"])["mwh"].sum()
    for (site, source), rows in plan.power.groupby(["site", "source"]):
        made = flows[(flows["site"] == site) & (flows["source"] == source)]
        given = made[made["flow"].isin(("generate", "import", "discharge"))]["mwh"].sum()
        load = energy.get((site, "load"), 0.0)
        table.add_row(
            str(site),
            str(source),
            _month(rows["in_service"].min()),
            f"{rows['entering_mw'].sum():,.0f}",
            _percent(given / load, 0) if load else "",
        )
    return table


def _hardware(plan: Plan) -> RichTable:
    table = new_table(
        "Which hardware it holds",
        ("site", ""),
        ("system", ""),
        ("first", ""),
        ("bought", "r"),
        ("sold early", "r"),
        ("design MW", "r"),
        ("price", "r"),
    )
    for (site, system), rows in plan.hardware.groupby(["site", "system"]):
        table.add_row(
            str(site),
            str(system),
            _month(rows["in_service"].min()),
            f"{rows['bought_systems'].sum():,.0f}",
            f"{rows['sold_systems'].sum():,.0f}",
            f"{rows['design_mw'].sum():,.0f}",
            money(rows["capex_usd"].sum()),
        )
    return table


def _tokens(plan: Plan) -> RichTable:
    """Cost per million output tokens: a column for each workload, a row for each component."""
    frame = plan.cost_per_token
    workloads = sorted(w for w in frame["workload"].unique() if w)
    table = new_table(
        f"What a million output tokens cost [USD of {plan.scenario.finance.usd_year}]",
        ("component", ""),
        *((w, "r") for w in workloads),
        ("all", "r"),
        ("share", "r"),
    )
    tokens = _discounted_tokens(frame)
    total = frame["present_value_usd"].sum()
    for group, rows in by_group(frame):
        cells = [
            f"{rows.loc[rows['workload'] == w, 'present_value_usd'].sum() / tokens[w]:.4f}"
            for w in workloads
        ]
        usd = rows["present_value_usd"].sum()
        share = _percent(usd / total, 0) if total else ""
        table.add_row(group, *cells, f"{usd / sum(tokens.values()):.4f}", share)
    table.add_section()
    sums = frame.groupby("workload")["present_value_usd"].sum()
    table.add_row(
        Text("owned tokens", style="bold"),
        *(f"{sums[w] / tokens[w]:.4f}" for w in workloads),
        Text(f"{total / sum(tokens.values()):.4f}", style="bold"),
        "100 %",
    )
    return table


def _discounted_tokens(frame: pd.DataFrame) -> dict[str, float]:
    uses = frame[frame["workload"] != ""].drop_duplicates(["workload", "region", "site", "system"])
    sums = uses.groupby("workload")["present_value_mtokens"].sum()
    return {str(workload): float(amount) for workload, amount in sums.items()}


def _served(plan: Plan) -> RichTable:
    table = new_table(
        "How demand is met",
        ("workload", ""),
        ("owned", "r"),
        ("rented", "r"),
        ("unserved", "r"),
        ("tokens over the horizon", "r"),
    )
    by = plan.flows.groupby(["workload", "how"])["served_mtokens"].sum()
    for workload in sorted(plan.flows["workload"].unique()):
        of = {how: float(by.get((workload, how), 0.0)) for how in ("owned", "rented", "unserved")}
        asked = sum(of.values())
        shares = (_percent(amount / asked, 1) for amount in of.values())
        table.add_row(str(workload), *shares, f"{asked / 1e9:,.1f} quadrillion")
    return table


def _notes(plan: Plan) -> Iterable[Text]:
    s = plan.summary
    if s.tax_usd:
        yield Text(
            f"Of the present value {money(s.tax_usd)} are tax that capital bears until it is "
            "deducted; all is in dollars before tax."
        )
    if s.longer_horizon_usd_per_mtoken is not None:
        yield Text(
            "With the horizon ten years longer, owned tokens cost "
            f"{s.longer_horizon_usd_per_mtoken:.4f} USD per million."
        )
    if s.cost_usd_per_mtoken is not None:
        yield Text(
            f"Without any residual value {s.zero_residual_usd_per_mtoken:.4f}; with what is rented "
            f"{s.all_served_usd_per_mtoken:.4f} USD per million output tokens. First token after "
            f"{s.first_token_months} months, {s.tokens_per_s_per_mw:,.0f} tokens/s per MW at the "
            f"meter, mean utilisation {_percent(s.mean_utilisation_fraction or 0.0, 0)}."
        )
        yield Text("A mix over models; at the workloads' own lengths: " + _requests(plan) + ".")
    figures = counts(confidence_by_figure(plan.inputs))
    text = ", ".join(f"{count:,} {confidence}" for confidence, count in figures.items() if count)
    tariffs = plan.inputs.loaded["tariffs"].frame
    if len(tariffs) and (tariffs["confidence"] == "assumed").all():
        text += "; all grid tariffs are assumed"
    yield Text(f"Of {sum(figures.values()):,} input figures {text}: see `tokenworks check`.")


def _requests(plan: Plan) -> str:
    s = plan.summary
    energy, by_input = s.wh_per_request_by_workload, s.cost_usd_per_million_input_tokens_by_workload
    return "; ".join(
        f"{w} {usd * 1e3:.4f} USD and {energy[w] * 1e3:,.0f} Wh for a thousand requests, "
        f"{by_input[w]:.4f} USD per million input tokens"
        for w, usd in s.cost_usd_per_request_by_workload.items()
    )


def money(usd: float) -> str:
    """An amount in the largest of its words."""
    for size, word in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(usd) >= size:
            return f"{usd / size:,.2f} {word} USD"
    return f"{usd:,.2f} USD"


def _percent(share: float, digits: int = 2) -> str:
    return f"{share * 100:.{digits}f} %"


def _month(date: pd.Timestamp) -> str:
    return f"{date:%Y-%m}"
