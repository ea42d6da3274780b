"""The pro-forma with live formulas: prices, depreciation, tax, loan, cover and returns by year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tokenworks.report.memo.facts import Facts
from tokenworks.report.workbook.depreciation import depreciation_sheet
from tokenworks.report.workbook.lines import LEFT, TOP, Formula, Lines
from tokenworks.report.workbook.loan import loan_lines
from tokenworks.report.workbook.returns import ReturnCells, factor_lines, return_lines
from tokenworks.report.workbook.sheets import Book, cell
from tokenworks.results.finance import Floats
from tokenworks.results.proforma import Cash, nominal_cash, project_cash

SHEET = "Pro-forma"


def proforma_sheets(book: Book, facts: Facts) -> ReturnCells:
    """Write the pro-forma and its depreciation."""
    x, statement = facts.plan.inputs, facts.proforma.statement
    cash = nominal_cash(x, facts.plan.tables)
    sheet = book.sheet(SHEET)
    sheet.widths(40, 22)
    sheet.made.set_column(LEFT, LEFT + cash.years.size - 1, 17)
    sheet.text(0, 0, "Pro-forma, nominal, by calendar year", "title")
    sheet.text(
        1, 0, "Real cash of the plan, raised by prices; formulas as in Plan.proforma().", "note"
    )
    for year, number in enumerate(cash.years):
        sheet.number(TOP, LEFT + year, int(number), "year")
    lines = Lines(sheet, cash.years.size)
    _real(lines, facts, cash)
    _nominal(lines, cash)
    deducted = statement["depreciation_usd"].to_numpy(dtype="float64")
    capital = {life: lines.place(f"capital_{life}") for life in cash.capital}
    parts = depreciation_sheet(book, cash, lines.row("first", SHEET), capital)
    lines.worked(
        "deducted", "Depreciation", "USD nominal", lambda j: "+".join(parts[j]) or "0", deducted
    )
    taxable = cash.profit + cash.proceeds - deducted
    _tax(lines, facts, ("tax", "Tax without debt"), lambda _: "", taxable)
    project = project_cash(x, cash)
    lines.worked(
        "project",
        "Cash of the project",
        "USD nominal",
        lambda j: f"{lines.at('before_tax', j)}-{lines.at('tax', j)}",
        project,
        "total",
    )
    loan_lines(lines, facts, statement, cash.first)
    interest = statement["interest_usd"].to_numpy(dtype="float64")
    _tax(
        lines,
        facts,
        ("levered_tax", "Tax with the interest deducted"),
        lambda j: f"-{lines.at('interest', j)}",
        taxable - interest,
    )
    _equity(lines, statement)
    factor_lines(lines, facts, cash)
    sheet.made.freeze_panes(TOP + 1, LEFT)
    return return_lines(lines, facts)


def _real(lines: Lines, facts: Facts, cash: Cash) -> None:
    """Real cash of the plan, and the price level."""
    terms, usd_year = facts.plan.scenario.proforma, facts.plan.scenario.finance.usd_year
    level = (1.0 + terms.inflation_rate) ** (cash.years - usd_year)
    real = f"USD of {usd_year}"
    lines.worked(
        "level",
        "Price level",
        "ratio",
        lambda j: f"(1+inflation_rate)^({cell(TOP, LEFT + j)}-usd_year)",
        level,
        "factor",
    )
    for name in ("revenue", "operating", "rent", "damages", "credits", "proceeds"):
        lines.given(f"real_{name}", f"{name.capitalize()}, real", real, getattr(cash, name) / level)
    lines.given("real_owned", "Of the revenue from own systems, real", real, cash.owned / level)
    for life, usd in sorted(cash.capital.items()):
        deducted = f"deducted over {life} years" if life else "never deducted"
        lines.given(f"real_capital_{life}", f"Capital, {deducted}, real", real, usd / level)


def _losses(taxable: Floats, offset: float) -> tuple[Floats, Floats]:
    """Losses used and carried forward by year; as `tokenworks.results.finance.taxes`."""
    used, carried, left = np.zeros(taxable.size), np.zeros(taxable.size), 0.0
    for year, profit in enumerate(taxable):
        used[year] = min(left, offset * profit) if profit > 0.0 else 0.0
        left += -used[year] if profit > 0.0 else -profit
        carried[year] = left
    return used, carried


def _tax(
    lines: Lines, facts: Facts, named: tuple[str, str], interest: Formula, taxable: Floats
) -> None:
    """Tax on profit, losses carried forward."""
    name, label = named
    terms = facts.plan.scenario.proforma
    used, carried = _losses(taxable, terms.loss_offset_fraction)

    def before(j: int) -> str:
        return lines.at(f"{name}_carried", j - 1) if j else "0"

    def at(part: str, j: int) -> str:
        return lines.at(f"{name}_{part}", j)

    unit = "USD nominal"
    lines.worked(
        f"{name}_taxable",
        f"{label}: profit before losses",
        unit,
        lambda j: (
            f"{lines.at('profit', j)}+{lines.at('proceeds', j)}-{lines.at('deducted', j)}"
            f"{interest(j)}"
        ),
        taxable,
    )
    lines.reserve(f"{name}_carried", 1)
    lines.worked(
        f"{name}_used",
        f"{label}: losses used",
        unit,
        lambda j: f"IF({at('taxable', j)}>0,MIN({before(j)},loss_offset*{at('taxable', j)}),0)",
        used,
    )
    lines.worked(
        f"{name}_carried",
        f"{label}: losses carried forward",
        unit,
        lambda j: f"{before(j)}+IF({at('taxable', j)}>0,-{at('used', j)},-{at('taxable', j)})",
        carried,
    )
    lines.worked(
        name,
        label,
        unit,
        lambda j: f"tax_rate*MAX(0,{at('taxable', j)}-{at('used', j)})",
        terms.tax_rate * np.maximum(0.0, taxable - used),
    )


def _equity(lines: Lines, statement: pd.DataFrame) -> None:
    lines.worked(
        "equity",
        "Cash of the equity",
        "USD nominal",
        lambda j: (
            f"{lines.at('before_tax', j)}-{lines.at('levered_tax', j)}+{lines.at('drawn', j)}"
            f"-{lines.at('service', j)}"
        ),
        statement["equity_cash_usd"].to_numpy(dtype="float64"),
        "total",
    )
    lines.worked(
        "cover",
        "Debt service cover (DSCR)",
        "ratio",
        lambda j: (
            f"IF({lines.at('service', j)}>0,({lines.at('profit', j)}-{lines.at('levered_tax', j)})"
            f'/{lines.at("service", j)},"")'
        ),
        statement["dscr_ratio"].to_numpy(dtype="float64"),
        "ratio",
    )


def _nominal(lines: Lines, cash: Cash) -> None:
    """The same in dollars of each year, and what follows of them."""
    lines.head("Nominal")

    def raised(name: str) -> Formula:
        return lambda j: f"{lines.at(f'real_{name}', j)}*{lines.at('level', j)}"

    for name in ("revenue", "operating", "rent", "damages", "credits", "proceeds"):
        values = getattr(cash, name)
        lines.worked(name, name.capitalize(), "USD nominal", raised(name), values)
    lives = sorted(cash.capital)
    for life in lives:
        label = f"Capital, life {life}"
        lines.worked(
            f"capital_{life}", label, "USD nominal", raised(f"capital_{life}"), cash.capital[life]
        )
    lines.worked(
        "capital",
        "Capital",
        "USD nominal",
        lambda j: "+".join(lines.at(f"capital_{life}", j) for life in lives) or "0",
        cash.spent,
    )
    lines.worked(
        "profit",
        "Operating profit",
        "USD nominal",
        lambda j: (
            f"{lines.at('revenue', j)}-{lines.at('operating', j)}-{lines.at('rent', j)}"
            f"-{lines.at('damages', j)}"
        ),
        cash.profit,
        "total",
    )
    lines.worked(
        "before_tax",
        "Cash before tax",
        "USD nominal",
        lambda j: (
            f"{lines.at('profit', j)}+{lines.at('credits', j)}-{lines.at('capital', j)}"
            f"+{lines.at('proceeds', j)}"
        ),
        cash.before_tax,
    )
    _positions(lines, cash)


def _positions(lines: Lines, cash: Cash) -> None:
    """Years by position, and the first in which own systems earn."""
    earns = (cash.owned > 0.0).astype(float)
    lines.worked(
        "earns",
        "Own systems earn",
        "1 or 0",
        lambda j: f"IF({lines.at('real_owned', j)}>0,1,0)",
        earns,
        "whole",
    )
    lines.worked(
        "first",
        "Position of the first year in which own systems earn",
        "from 0",
        lambda _: f"IFERROR(MATCH(1,{lines.row('earns')},0)-1,0)",
        np.full(cash.years.size, float(cash.first)),
        "whole",
    )
    lines.worked(
        "position",
        "Position of the year",
        "from 0",
        lambda j: f"{cell(TOP, LEFT + j)}-{cell(TOP, LEFT)}",
        np.arange(cash.years.size, dtype=np.float64),
        "whole",
    )
