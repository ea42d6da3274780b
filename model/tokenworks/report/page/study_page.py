"""The page of a study: its sections in order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from tokenworks.report.page.drawn import shown
from tokenworks.report.page.look import percent
from tokenworks.report.page.markup import Column, Markup, joined, table, tag
from tokenworks.report.page.model import Chart, Content, Section
from tokenworks.report.page.plan_page import made_by
from tokenworks.report.page.study_charts import parallel_chart, scatter_chart
from tokenworks.report.page.study_kinds import kind_parts
from tokenworks.report.page.study_maps import MOST_RUNS, StudyMaps
from tokenworks.report.plots.studies.measures import level_words
from tokenworks.report.study_view import MEASURES, RUN, STATUS, StudyView, in_unit
from tokenworks.report.terminal import money

_MOST_ROWS = 2000
# The figures of the table of runs, beside the present value with its interval.
_SHOWN = ("cost_usd_per_mtoken", "served_share", "first_token_months", "peak_it_mw")


def study_content(view: StudyView) -> Content:
    """What the page of a study holds."""
    sections = [_runs(view), *_kind(view), *_together(view), *_maps(view)]
    return Content(
        title=f"{view.name} – tokenworks",
        identity=view.identity,
        head=_head(view),
        sections=tuple(sections),
        foot=tag("p", made_by()),
    )


def _head(view: StudyView) -> Markup:
    return joined(
        [
            tag("p", f"tokenworks · study, {view.kind.replace('_', ' ')}", class_="subtitle"),
            tag("h1", view.heading or view.name),
            tag("p", view.question, class_="question") if view.question else Markup(""),
            tag("p", f"Base: {view.title}", class_="question") if view.title else Markup(""),
            tag(
                "p",
                f"Money in real dollars of {view.usd_year}. A difference between two runs is an "
                "interval: what the best plans of both can differ by. Where it spans zero the runs "
                "are indistinguishable.",
                class_="question",
            ),
            tag("ul", *_figures(view), class_="figures"),
        ]
    )


def _figures(view: StudyView) -> Iterable[Markup]:
    states = view.frame[STATUS]
    failed, waiting = int((states == "failed").sum()), int((states == "open").sum())
    solved = view.solved
    yield _figure("Runs with a plan", f"{len(solved):,}", f"{failed} failed, {waiting} not run yet")
    base = solved[solved[RUN] == "base"]
    if len(base):
        row = base.iloc[0]
        least = f"no plan costs less than {money(float(row['bound_usd']))}"
        yield _figure("Present value of the base", money(float(row["objective_usd"])), least)
    if len(solved):
        ordered = solved.sort_values("objective_usd")
        for words, row in (
            ("Least present value", ordered.iloc[0]),
            ("Most present value", ordered.iloc[-1]),
        ):
            yield _figure(words, money(float(row["objective_usd"])), view.named(row[RUN]))
        cost = solved["cost_usd_per_mtoken"].dropna()
        if len(cost):
            value = f"{cost.min():.4f} – {cost.max():.4f}"
            yield _figure("Cost of a million owned tokens", value, "USD, least and most")
        apart = (solved["difference"] != "indistinguishable") & (solved["difference"] != "the same")
        known = int((solved["difference"] != "").sum())
        of = f"of {known:,} runs whose difference to the base is known"
        yield _figure("Told apart from the base", f"{int(apart.sum()):,}", of)


def _figure(what: str, value: str, more: str) -> Markup:
    return tag(
        "li",
        tag("span", what, class_="what"),
        tag("span", value, class_="value"),
        tag("span", more, class_="more"),
    )


def _runs(view: StudyView) -> Section:
    measures = [m for m in _SHOWN if m in view.measures]
    columns = [
        Column("run"),
        *(Column(label) for label in view.labels),
        Column("status"),
        Column("present value [m USD]", number=True),
        Column("gap [%]", number=True),
        *(Column(MEASURES[m][0], number=True) for m in measures),
        Column("dearer than the base by [m USD]", number=True),
        Column(""),
    ]
    lines = (_line(view, row, measures) for _, row in view.frame.iterrows())
    caption = f"All {len(view.frame):,} runs"
    made: list[Markup] = [table(caption, columns, lines, most=_MOST_ROWS)]
    failed = view.frame[view.frame[STATUS] == "failed"]
    if len(failed):
        why = ([row[RUN], row["error"]] for _, row in failed.iterrows())
        made.append(table("Runs that failed", [Column("run"), Column("why")], why))
    return Section("runs", "All runs", "Runs", tuple(made))


def _line(view: StudyView, row: pd.Series[Any], measures: list[str]) -> list[object]:
    usd, gap = _number(row["objective_usd"]), _number(row["gap"])
    low, high = _number(row["difference_low_usd"]), _number(row["difference_high_usd"])
    between = "" if low is None or high is None else f"{low / 1e6:+,.1f} to {high / 1e6:+,.1f}"
    figures = (
        shown(float(in_unit(pd.Series([row[m]], dtype="float64"), m).iloc[0])) for m in measures
    )
    return [
        row[RUN],
        *(level_words(row[label]) for label in view.labels),
        row[STATUS],
        "" if usd is None else f"{usd / 1e6:,.1f}",
        "" if gap is None else percent(gap, 2).removesuffix(" %"),
        *figures,
        between,
        str(row["difference"]) if isinstance(row["difference"], str) else "",
    ]


def _number(value: object) -> float | None:
    return None if pd.isna(value) else float(value)  # type: ignore[arg-type,call-overload]


def _kind(view: StudyView) -> Iterable[Section]:
    parts = tuple(kind_parts(view))
    if parts:
        yield Section("found", "What the study found", "Findings", parts)


def _together(view: StudyView) -> Iterable[Section]:
    parts: list[Markup | Chart] = [c for c in (parallel_chart(view), scatter_chart(view)) if c]
    if parts:
        yield Section("together", "All runs together", "Together", tuple(parts))


def _maps(view: StudyView) -> Iterable[Section]:
    charts = StudyMaps(view).charts()
    if not charts:
        return
    words = "Choose a run for each side; a circle's area goes with the IT capacity energised."
    left = len(view.folders) - MOST_RUNS
    if left > 0:
        words += f" The first {MOST_RUNS} runs can be chosen; {left} more stand in the table."
    parts = (tag("p", words), charts)
    yield Section("maps", "Maps beside each other", "Maps", parts)
