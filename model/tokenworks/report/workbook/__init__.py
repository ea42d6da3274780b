"""The workbook of a plan: live formulas from dated cash to cost per token, and the pro-forma."""

from __future__ import annotations

import datetime as dt
import io

from tokenworks.report.memo.facts import Facts
from tokenworks.report.memo.study_facts import StudyFacts


def workbook_of(facts: Facts | None, study: StudyFacts | None = None) -> bytes:
    """The workbook of a plan, of a study, or of a study and its base plan.

    Parameters
    ----------
    facts
        What the memo says of the plan.
    study
        What it says of the study, whose sheets come first.
    """
    import xlsxwriter

    from tokenworks.report.workbook.cost import cost_sheets
    from tokenworks.report.workbook.proforma import proforma_sheets
    from tokenworks.report.workbook.sheets import Book
    from tokenworks.report.workbook.static import input_sheets, table_sheets
    from tokenworks.report.workbook.study import study_sheets
    from tokenworks.report.workbook.summary import summary_sheet
    from tokenworks.report.workbook.terms import terms_sheet

    stream = io.BytesIO()
    # Text is text: a name that begins with an equals sign or a web address is neither.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    with xlsxwriter.Workbook(stream, options) as made:
        title, subject, created = _named(facts, study)
        when = dt.datetime.fromisoformat(created).replace(tzinfo=None)
        made.set_properties(
            {"title": title, "subject": subject, "author": "tokenworks", "created": when}
        )
        made.set_calc_mode("auto")
        book = Book(made)
        if study is not None:
            study_sheets(book, study)
        if facts is not None:
            summary = book.sheet("Summary")  # first, though it refers to all others
            terms_sheet(book, facts)
            cost = cost_sheets(book, facts)
            returns = proforma_sheets(book, facts)
            summary_sheet(summary, facts, cost, returns)
            input_sheets(book, facts)
            table_sheets(book, facts)
    return stream.getvalue()


def _named(facts: Facts | None, study: StudyFacts | None) -> tuple[str, str, str]:
    """Title, what it is of, and when that was solved."""
    if study is not None:
        return study.title, study.view.identity, study.created
    assert facts is not None  # noqa: S101 -- a workbook is of something
    return (
        facts.plan.scenario.name,
        str(facts.manifest["inputs_sha256"]),
        str(facts.manifest["created"]),
    )
