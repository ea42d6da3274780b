"""The terms that the formulas read: change one and everything that hangs on it moves."""

from __future__ import annotations

from tokenworks.calendar import months_between
from tokenworks.report.figures import option_confidence
from tokenworks.report.memo.facts import Facts
from tokenworks.report.workbook.sheets import Book, cell

SHEET = "Terms"


def terms_sheet(book: Book, facts: Facts) -> None:
    """Write the sheet; every value is a named cell."""
    sheet = book.sheet(SHEET)
    sheet.widths(30, 16, 14, 14, 80)
    sheet.text(0, 0, "Terms", "title")
    sheet.text(1, 0, "Blue cells are inputs: the sheets behind follow them.", "note")
    sheet.heads(3, ["Name", "Value", "Unit", "Confidence", "Meaning"])
    x = facts.plan.inputs
    known = option_confidence(x)
    lines = _lines(facts)
    for place, (name, value, unit, option, meaning) in enumerate(lines, start=4):
        sheet.text(place, 0, name)
        sheet.number(place, 1, value, "input")
        sheet.text(place, 2, unit)
        sheet.text(place, 3, known[option][1] if option in known else "")
        sheet.text(place, 4, meaning)
        book.name(name, cell(place, 1, sheet=SHEET))


def _lines(facts: Facts) -> tuple[tuple[str, float, str, str, str], ...]:
    """Name, value, unit, option of the scenario, meaning."""
    x = facts.plan.inputs
    finance, terms = x.scenario.finance, x.scenario.proforma
    base = finance.base_date or x.calendar.start
    return (
        ("discount_rate", finance.discount_rate, "per year", "finance.discount_rate", "Real rate."),
        ("usd_year", finance.usd_year, "year", "finance.usd_year", "Dollar year of real money."),
        (
            "base_offset_months",
            months_between(base, x.calendar.start),
            "months",
            "",
            "From the base date of present values to the start of the horizon.",
        ),
        ("horizon_months", x.calendar.horizon_months, "months", "", "Length of the horizon."),
        (
            "inflation_rate",
            terms.inflation_rate,
            "per year",
            "proforma.inflation_rate",
            "Rise of all prices.",
        ),
        ("tax_rate", terms.tax_rate, "of profit", "proforma.tax_rate", "Tax."),
        (
            "loss_offset",
            terms.loss_offset_fraction,
            "of profit",
            "proforma.loss_offset_fraction",
            "Most of a year's profit that losses brought forward may take away.",
        ),
        ("debt_rate", terms.debt_rate, "per year", "proforma.debt_rate", "Interest, nominal."),
        (
            "debt_tenor",
            terms.debt_tenor_years,
            "years",
            "proforma.debt_tenor_years",
            "Years of repayment, from the year after the first in which own systems earn.",
        ),
        (
            "target_dscr",
            terms.target_dscr_ratio,
            "ratio",
            "proforma.target_dscr_ratio",
            "Cash available over debt service that sizes the loan.",
        ),
        (
            "most_gearing",
            terms.most_gearing_fraction,
            "of capital",
            "proforma.most_gearing_fraction",
            "Most that debt may be of the capital by the first year in which own systems earn.",
        ),
    )
