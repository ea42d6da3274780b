"""Returns of the pro-forma: rates by Excel's function, present values, payback, cover."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from tokenworks.calendar import months_between
from tokenworks.report.memo.facts import Facts
from tokenworks.report.workbook.lines import LEFT, Lines
from tokenworks.report.workbook.sheets import cell
from tokenworks.results.proforma import Cash, project_cash, real_factors

_TOLERANCE = 1e-9
# Name, label, formula, format, value now, and words where there is none.
Entry = tuple[str, str, str, str, float | None, str]


@dataclass(frozen=True)
class ReturnCells:
    """Where the summary finds the returns: name to cell and value."""

    cells: dict[str, tuple[str, float | str]]


def factor_lines(lines: Lines, facts: Facts, cash: Cash) -> None:
    """Present value, in real dollars, of a nominal dollar in the middle of each year."""
    x = facts.plan.inputs
    base = x.scenario.finance.base_date or x.calendar.start
    months = [months_between(base, dt.date(int(year), 7, 1)) for year in cash.years]
    lines.given("months", "Months from the base date to its middle", "months", np.array(months))
    lines.worked(
        "real_factor",
        "Factor of a nominal dollar, real",
        "ratio",
        lambda j: f"(1+discount_rate)^(-{lines.at('months', j)}/12)/{lines.at('level', j)}",
        real_factors(x, cash.years),
        "factor",
    )
    project = project_cash(x, cash)
    total = np.cumsum(project)
    lines.reserve("total", 0)
    lines.worked(
        "total",
        "Cash of the project since the start",
        "USD nominal",
        lambda j: (f"{lines.at('total', j - 1)}+" if j else "") + lines.at("project", j),
        total,
    )
    most = _TOLERANCE * abs(project).max()
    lines.worked(
        "short",
        "Position after a year that is not earned back",
        "from 1",
        lambda j: (
            f"IF({lines.at('total', j)}<-{_TOLERANCE}*MAX(MAX({lines.row('project')}),"
            f"-MIN({lines.row('project')})),{lines.at('position', j)}+1,0)"
        ),
        np.where(total < -most, np.arange(total.size) + 1.0, 0.0),
        "whole",
    )
    lines.worked(
        "spends",
        "Position of a year that costs",
        "from 0",
        lambda j: f'IF({lines.at("project", j)}<0,{lines.at("position", j)},"")',
        np.where(project < 0.0, np.arange(total.size), np.nan),
        "whole",
    )


def return_lines(lines: Lines, facts: Facts) -> ReturnCells:
    """Write them below the statement."""
    sheet = lines.sheet
    cells: dict[str, tuple[str, float | str]] = {}
    row = lines.after
    sheet.text(row, 0, "Returns", "strong")
    for place, (name, label, formula, form, value, words) in enumerate(
        _entries(lines, facts), start=row + 1
    ):
        sheet.text(place, 0, label)
        if value is None:
            # Excel's function may name one of several rates, or one that is none.
            sheet.text(place, LEFT, words or "none")
        else:
            sheet.formula(place, LEFT, formula, value, form)
        shown = words or "none" if value is None else value
        cells[name] = (cell(place, LEFT, sheet=sheet.name), shown)
    return ReturnCells(cells)


def _entries(lines: Lines, facts: Facts) -> list[Entry]:
    return [*_rates(lines, facts), *_values(lines, facts)]


def _rates(lines: Lines, facts: Facts) -> list[Entry]:
    """Rates of return and present values."""
    found = facts.proforma
    project, equity, factor = (lines.row(name) for name in ("project", "equity", "real_factor"))
    rates: list[Entry] = [
        (
            name,
            f"Rate of return, {of}",
            f'IFERROR(IRR({row},{figure.value or 0.1!r}),"none")',
            "percent",
            figure.value,
            figure.words,
        )
        for name, of, row, figure in (
            ("unlevered_irr", "project", project, found.unlevered_irr),
            ("levered_irr", "equity", equity, found.levered_irr),
        )
    ]
    worth: list[Entry] = [
        (
            name,
            f"Net present value, {of}, real",
            f"SUMPRODUCT({row},{factor})",
            "usd",
            usd,
            "",
        )
        for name, of, row, usd in (
            ("npv_usd", "project", project, found.npv_usd),
            ("equity_npv_usd", "equity", equity, found.equity_npv_usd),
        )
    ]
    return [*rates, *worth]


def _values(lines: Lines, facts: Facts) -> list[Entry]:
    """Payback, loan and cover."""
    found, cover, drawn = facts.proforma, lines.row("cover"), f"SUM({lines.row('drawn')})"
    project, start, total = (lines.row(name) for name in ("project", "spends", "total"))
    last = f"MAX({lines.row('short')})"
    payback = (
        f"IF({last}>0,{last}-MIN({start})-INDEX({total},1,MAX({last},1))"
        f"/INDEX({project},1,MIN({last}+1,{lines.count})),0)"
    )
    capital = f'SUMIF({lines.row("position")},"<="&{lines.at("first", 0)},{lines.row("capital")})'
    gearing = f"IF({capital}>0,{drawn}/{capital},0)"
    covers = found.statement["dscr_ratio"].dropna()
    mean = None if covers.empty else float(covers.mean())
    years, least = found.payback_years, found.least_dscr
    return [
        ("payback_years", "Payback, years", payback, "ratio", years.value, years.words),
        ("debt_usd", "Loan", drawn, "usd", found.debt_usd, ""),
        ("gearing_fraction", "Gearing", gearing, "percent", found.gearing_fraction, ""),
        ("least_dscr", "DSCR, least", f"MIN({cover})", "ratio", least.value, least.words),
        (
            "mean_dscr",
            "DSCR, mean",
            f'IFERROR(AVERAGE({cover}),"none")',
            "ratio",
            mean,
            "there is none: no debt is served",
        ),
    ]
