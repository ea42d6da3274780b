"""What is deducted of capital by year, with live formulas."""

from __future__ import annotations

import numpy as np

from tokenworks.report.workbook.sheets import Book, Sheet, block, cell
from tokenworks.results.finance import depreciation
from tokenworks.results.proforma import Cash
from tokenworks.tax import depreciation_shares

SHEET = "Depreciation"
_LEFT = 2
# Where the pro-forma has its capital, by life: its rows are found by name.
PROFORMA = "Pro-forma"


def depreciation_sheet(
    book: Book, cash: Cash, first: str, capital: dict[int, int]
) -> list[list[str]]:
    """Write the sheet.

    Parameters
    ----------
    book
        The workbook.
    cash
        Nominal cash.
    first
        Cells of the pro-forma that hold the position of the first year in which own systems earn.
    capital
        Life to the row of its capital in the pro-forma.

    Returns
    -------
    list of list of str
        For every year the cells whose sum is deducted in it.
    """
    sheet = book.sheet(SHEET)
    sheet.widths(26, 12)
    count = cash.years.size
    sheet.made.set_column(_LEFT, _LEFT + count - 1, 15)
    sheet.text(0, 0, "Depreciation, nominal", "title")
    note = "Capital of a year by its shares from that year, or the first in which own systems earn,"
    sheet.text(1, 0, f"{note} on; what is left in the last year is deducted there.", "note")
    sums: list[list[str]] = [[] for _ in range(count)]
    row = 3
    start = 1 + int(np.argmax(cash.revenue > 0.0)) if (cash.revenue > 0.0).any() else 1
    for life in sorted(cash.capital):
        row = _block(sheet, cash, life, (row, start - 1, capital[life], first), sums)
    return sums


def _block(
    sheet: Sheet,
    cash: Cash,
    life: int,
    place: tuple[int, int, int, str],
    sums: list[list[str]],
) -> int:
    """One recovery period: shares above, then a row for the capital of every year."""
    row, start, of_capital, first = place
    count = cash.years.size
    first_cell = first.partition(":")[0]
    shares = np.zeros(count)
    known = depreciation_shares(life)[:count]
    shares[: known.size] = known
    sheet.text(row, 0, f"Recovery over {life} years" if life else "Never deducted", "strong")
    sheet.text(row + 1, 0, "Share of the cost, by age")
    for year, share in enumerate(shares):
        sheet.number(row + 1, _LEFT + year, share, "factor")
    aged = block((row + 1, row + 1), (_LEFT, _LEFT + count - 1))
    sheet.text(row + 2, 0, "Capital of")
    for year, number in enumerate(cash.years):
        sheet.number(row + 2, _LEFT + year, int(number), "year")
    for paid in range(count):
        line = row + 3 + paid
        of = np.zeros(count)
        of[paid] = cash.capital[life][paid]
        deducted = depreciation(of, life, start)
        usd = cell(of_capital, _LEFT + paid, sheet=PROFORMA)
        sheet.number(line, 0, int(cash.years[paid]), "whole")
        begins = cell(line, 1)
        sheet.formula(
            line,
            1,
            f"MIN(MAX({paid},{first_cell}),{count - 1})",
            min(max(paid, start), count - 1),
            "whole",
        )
        for year in range(count):
            if year == count - 1:
                earlier = f"-SUM({block((line, line), (_LEFT, _LEFT + year - 1))})" if year else ""
                formula = f"{usd}{earlier}"
            else:
                age = f"MAX(1,{year}-{begins}+1)"
                formula = f"IF({year}<{begins},0,{usd}*INDEX({aged},1,{age}))"
            sheet.formula(line, _LEFT + year, formula, deducted[year])
    for year in range(count):
        rows = (row + 3, row + 2 + count)
        sums[year].append(f"SUM({block(rows, (_LEFT + year,) * 2, sheet=SHEET)})")
    return row + 4 + count
