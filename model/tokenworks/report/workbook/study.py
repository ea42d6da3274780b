"""Sheets of a study: what it found, what was varied, its runs and the tables of its kind."""

from __future__ import annotations

from tokenworks.report.memo.contents_kinds import finding
from tokenworks.report.memo.study_facts import RUNS, VARIED, StudyFacts, cut
from tokenworks.report.workbook.sheets import Book, Sheet, cell
from tokenworks.study.runs import BASE

_TOP = 6


def study_sheets(book: Book, facts: StudyFacts) -> None:
    """Write the sheets, the one that sums up first; its figures follow the sheet of the runs."""
    sheet = book.sheet("Study")
    runs = facts.book.frames[RUNS]
    book.sheet("Varied").frame(facts.book.frames[VARIED])
    book.sheet("Runs").frame(runs)
    for name, frame in facts.view.results.items():
        book.sheet(f"s {name}").frame(frame)
    sheet.widths(46, 24, 60)
    sheet.text(0, 0, facts.title, "title")
    sheet.text(1, 0, facts.view.question or facts.view.name, "note")
    sheet.text(2, 0, finding(facts), "strong")
    words = "Live figures of the sheet Runs; a difference between runs is an interval there."
    sheet.text(3, 0, words, "note")
    if facts.base_failed:
        sheet.text(4, 0, f"The base has no plan: {cut(facts.base_failed)}", "note")
    sheet.heads(_TOP - 1, ["Figure", "Live", "Unit"])
    year = facts.view.usd_year
    columns = [str(name) for name in runs.columns]
    for n, (label, column, how, unit) in enumerate(_LINES, start=_TOP):
        place = columns.index(column)
        first, last = cell(1, place, sheet="Runs"), cell(max(len(runs), 1), place)
        values = runs[column].dropna()
        known = {"MIN": values.min, "MAX": values.max, "COUNT": values.count}[how]()
        sheet.text(n, 0, label)
        form = "small" if "per_mtoken" in column else "usd" if unit else "whole"
        counted = f"{how}({first}:{last})"
        formula = counted if how == "COUNT" else f'IF(COUNT({first}:{last}),{counted},"")'
        sheet.formula(n, 1, formula, known if len(values) or how == "COUNT" else "", form)
        sheet.text(n, 2, unit.format(year=year))
    _base(sheet, _TOP + len(_LINES), facts, columns)


# Words, column of the runs, function of a spreadsheet, unit.
_LINES = (
    ("Runs with a plan", "objective_usd", "COUNT", ""),
    ("Least objective", "objective_usd", "MIN", "USD of {year}, present value"),
    ("Most objective", "objective_usd", "MAX", "USD of {year}, present value"),
    ("Least cost of a million owned tokens", "cost_usd_per_mtoken", "MIN", "USD of {year}"),
    ("Most cost of a million owned tokens", "cost_usd_per_mtoken", "MAX", "USD of {year}"),
)


def _base(sheet: Sheet, row: int, facts: StudyFacts, columns: list[str]) -> None:
    """The base's own objective and bound, live."""
    runs = facts.book.frames[RUNS]
    names = list(runs["run"])
    if BASE not in names:
        return
    position = names.index(BASE)
    for n, (label, column) in enumerate(
        (("Objective of the base", "objective_usd"), ("No plan of the base below", "bound_usd"))
    ):
        place = cell(1 + position, columns.index(column), sheet="Runs")
        value = runs[column].iloc[position]
        sheet.text(row + n, 0, label)
        sheet.formula(row + n, 1, place, value, "usd")
        sheet.text(row + n, 2, f"USD of {facts.view.usd_year}, present value")
