"""A plan's pro-forma on the terminal."""

from __future__ import annotations

import pandas as pd
from rich.text import Text

from tokenworks.plan import Plan
from tokenworks.report.terminal import money, new_table, results
from tokenworks.results.finance import Figure

_LINES = {
    "revenue": "revenue_usd",
    "operating": "operating_usd",
    "rent": "rent_usd",
    "capital": "capital_usd",
    "proceeds": "proceeds_usd",
    "tax": "tax_usd",
    "project": "project_cash_usd",
    "debt owed": "debt_usd",
    "equity": "equity_cash_usd",
}
_LARGE_USD = 1e9


def print_proforma(plan: Plan) -> None:
    """Print the statement by year, the returns, and why one that is missing does not exist."""
    console = results()
    found = plan.proforma()
    largest = found.statement[list(_LINES.values())].abs().to_numpy().max()
    unit, word = (1e9, "billion") if largest >= _LARGE_USD else (1e6, "million")
    table = new_table(
        f"Pro-forma [{word} USD of each year]",
        ("year", ""),
        *((name, "r") for name in _LINES),
        ("DSCR", "r"),
    )
    for _, row in found.statement.iterrows():
        cells = (f"{row[column] / unit:,.2f}" for column in _LINES.values())
        cover = "" if pd.isna(row["dscr_ratio"]) else f"{row['dscr_ratio']:.2f}"
        table.add_row(str(int(row["year"])), *cells, cover)
    console.print(table)
    for name, figure, share in (
        ("Internal rate of return, project", found.unlevered_irr, True),
        ("Internal rate of return, equity", found.levered_irr, True),
        ("Payback, years", found.payback_years, False),
        ("Least DSCR", found.least_dscr, False),
    ):
        console.print(Text(f"{name}: {_figure(figure, share)}."))
    console.print(
        Text(
            f"Net present value, real, after tax: project {money(found.npv_usd)}, equity "
            f"{money(found.equity_npv_usd)}; debt {money(found.debt_usd)}, "
            f"{found.gearing_fraction:.0%} of the capital by then."
        )
    )


def _figure(figure: Figure, share: bool) -> str:
    if figure.value is None:
        return figure.words
    return f"{figure.value:.2%}" if share else f"{figure.value:.2f}"
