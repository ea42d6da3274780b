"""What a study of each kind found: its chart, and its tables with their intervals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tokenworks.report.memo import blocks as b
from tokenworks.report.memo.drawings import drawn_chart
from tokenworks.report.memo.figures import Figure, found
from tokenworks.report.memo.forms import Form
from tokenworks.report.memo.study_facts import StudyFacts, cut
from tokenworks.report.study_view import chart_module


def finding(facts: StudyFacts) -> str:
    """What the study found, in a sentence without its full stop."""
    module = chart_module(facts.view)
    return str(module.words(facts.view.drawn).title).rstrip(".") if module else ""


def kind_blocks(facts: StudyFacts) -> Iterator[b.Block]:
    """Chart and tables of the study's kind."""
    module = chart_module(facts.view)
    if module:
        yield drawn_chart(module.words(facts.view.drawn), module.static(facts.view.drawn))
    for spec in SPECS:
        frame = facts.book.frames.get(f"study/{spec.table}")
        if frame is not None and len(frame):
            yield spec.block(facts, frame)


@dataclass(frozen=True)
class Part:
    """A column of a table of findings.

    Attributes
    ----------
    title
        Of the column.
    column
        Column of the frame; the lower end of an interval.
    form
        How it is printed; ``text`` as it stands, ``measure`` in the unit of the row.
    high
        Column of the upper end, of an interval.
    unit
        Below the title; ``USD`` stands for the study's unit of money.
    """

    title: str
    column: str
    form: Form | str = "text"
    high: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Spec:
    """A table of findings.

    Attributes
    ----------
    table
        Result frame of the kind.
    caption, note
        Above and below it.
    keys
        Columns that name a row.
    parts
        Its columns.
    """

    table: str
    caption: str
    keys: tuple[str, ...]
    parts: tuple[Part, ...]
    note: str = ""

    def block(self, facts: StudyFacts, frame: pd.DataFrame) -> b.Table:
        """The table."""
        _, money = facts.money
        columns = tuple(
            b.Column(part.title, money if part.unit == "USD" else part.unit, part.form != "text")
            for part in self.parts
        )
        rows = tuple(
            tuple(self._cell(facts, line, part) for part in self.parts)
            for line in frame.to_dict("records")
        )
        note = f"Table {self.table} of the study's folder. {self.note}".strip().format(money=money)
        return b.Table(self.caption, columns, rows, note)

    def _cell(self, facts: StudyFacts, line: dict[Any, Any], part: Part) -> b.Cell:
        if part.form == "text":
            value = line[part.column]
            if part.column in ("run", "nearest_run"):
                known = value in set(facts.view.frame["run"])
                return facts.view.named(value) if known else str(value)
            return "" if pd.isna(value) else cut(value)
        form = _form(facts, line, part.form)
        where = {key: line[key] for key in self.keys}

        def figure(column: str) -> Figure:
            return facts.book.figure(found(f"study/{self.table}", column, "only", **where), form)

        if part.high:
            return facts.between(figure(part.column), figure(part.high))
        return figure(part.column)


def _form(facts: StudyFacts, line: dict[Any, Any], form: str) -> Form:
    """How a figure is printed: money of the study in its unit, measures in that of their row."""
    if form == "money" or (form == "measure" and line.get("unit") == "USD"):
        return facts.money[0]
    return "four" if form == "measure" else form  # type: ignore[return-value]


SPECS = (
    Spec(
        "tornado",
        "Each factor alone at its low and at its high level, the widest swing first",
        ("factor",),
        (
            Part("Factor", "factor"),
            Part("Low", "low_level"),
            Part("change", "low_change_least", "measure", "low_change_most"),
            Part("High", "high_level"),
            Part("change", "high_change_least", "measure", "high_change_most"),
            Part("Swing", "swing_least", "measure", "swing_most"),
            Part("Verdict", "verdict"),
        ),
        "Changes against the base are intervals: what the bounds prove of the objective; of other "
        "measures the figures of the plans found. Money: {money}.",
    ),
    Spec(
        "pareto",
        "The front, from the cheapest plan on",
        ("point",),
        (
            Part("Point", "point", "count"),
            Part("Second aim", "aim", "four"),
            Part("", "unit"),
            Part("Plan found", "objective_usd", "money", unit="USD"),
            Part(
                "Least cost under the cap", "cost_usd_least", "money", "cost_usd_most", unit="USD"
            ),
            Part(
                "A unit less costs",
                "usd_per_unit_least",
                "four",
                "usd_per_unit_most",
                unit="dollars",
            ),
            Part("Verdict", "verdict"),
        ),
        "A unit less costs: between this point and the one above.",
    ),
    Spec(
        "alternatives",
        "Plans that cost little more than the best, and differ most from it",
        ("run",),
        (
            Part("Plan", "run"),
            Part("Above the best", "above_best_usd_least", "money", "above_best_usd_most", "USD"),
            Part("at most", "above_best_fraction_most", "percent_fine"),
            Part("Sites differ", "differs_in_sites_fraction", "percent"),
            Part("Power differs", "differs_in_power_fraction", "percent"),
            Part("Systems differ", "differs_in_hardware_fraction", "percent"),
            Part("Verdict", "verdict"),
        ),
        "Differ: megawatts that would have to move, over those of the base plan.",
    ),
    Spec(
        "alternative_ranges",
        "What every plan within the slack holds, and what none exceeds, MW",
        ("part", "name"),
        (
            Part("Part", "part"),
            Part("Name", "name"),
            Part("No plan has less", "least_mw", "mw"),
            Part("The base", "base_mw", "mw"),
            Part("No plan has more", "most_mw", "mw"),
        ),
        "What no plan has less of than so much above nothing is needed in all of them.",
    ),
    Spec(
        "regret_plans",
        "Regret of the plan made for each future",
        ("plan_for",),
        (
            Part("Plan for", "plan_for"),
            Part(
                "Largest regret",
                "largest_regret_usd_least",
                "money",
                "largest_regret_usd_most",
                "USD",
            ),
            Part("in the future", "worst_future"),
            Part(
                "Expected regret",
                "expected_regret_usd_least",
                "money",
                "expected_regret_usd_most",
                "USD",
            ),
            Part("Verdict", "verdict"),
        ),
        "Regret: what the plan costs above the best one for the future that comes.",
    ),
    Spec(
        "regret",
        "Every plan in every future",
        ("plan_for", "future"),
        (
            Part("Plan for", "plan_for"),
            Part("Future", "future"),
            Part("Costs there", "cost_usd", "money", unit="USD"),
            Part("The best costs", "best_usd", "money", unit="USD"),
            Part("Regret", "regret_usd_least", "money", "regret_usd_most", "USD"),
            Part("Not kept", "not_kept"),
            Part("Verdict", "verdict"),
        ),
    ),
    Spec(
        "monte_carlo",
        "How the answer is spread over the draws",
        ("measure", "statistic"),
        (
            Part("Measure", "measure"),
            Part("Unit", "unit"),
            Part("Statistic", "statistic"),
            Part("Plans found", "amount", "measure"),
            Part("Proven", "amount_least", "measure", "amount_most"),
        ),
        "Money: {money}. Spreads by confidence are assumptions of the study.",
    ),
    Spec(
        "monte_carlo_shares",
        "What the spread hangs on",
        ("measure", "table"),
        (
            Part("Measure", "measure"),
            Part("Table", "table"),
            Part("Share of what is explained", "share_fraction", "percent"),
            Part("Column that moves it most", "largest_column"),
            Part("Rank correlation", "largest_rank_correlation", "ratio"),
        ),
        "Squared rank correlations above chance, by table.",
    ),
    Spec(
        "break_even",
        "Break-even",
        ("address", "low", "high", "break_even_least", "break_even_most", "verdict"),
        (
            Part("Address", "address"),
            Part("Action", "action"),
            Part("Searched", "low", "four", "high"),
            Part("Break-even between", "break_even_least", "four", "break_even_most"),
            Part("Runs", "runs_count", "count"),
            Part("Verdict", "verdict"),
        ),
    ),
    Spec(
        "break_even_tried",
        "Values that were tried",
        ("value",),
        (
            Part("Value", "value", "four"),
            Part("Measure", "measure"),
            Part("Difference", "difference_least", "measure", "difference_most"),
            Part("Unit", "unit"),
            Part("Verdict", "verdict"),
        ),
        "Money: {money}.",
    ),
)
