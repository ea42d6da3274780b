"""The loan of the pro-forma with live formulas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tokenworks.report.memo.facts import Facts
from tokenworks.report.workbook.lines import Lines
from tokenworks.results.finance import Floats


def loan_lines(lines: Lines, facts: Facts, statement: pd.DataFrame, first: int) -> None:
    """A term loan drawn in the first year in which own systems earn; see `finance.loan`."""
    terms = facts.plan.scenario.proforma
    lines.head("Loan")
    values = {c: statement[c].to_numpy(dtype="float64") for c in statement.columns}
    count, unit = lines.count, "USD nominal"
    last = min(first + terms.debt_tenor_years, count - 1)
    available = values["operating_profit_usd"] - values["tax_usd"]
    place = np.arange(count)
    served = (place > first) & (place <= last)
    payable = np.where(served, np.maximum(available, 0.0) / terms.target_dscr_ratio, 0.0)
    factor = (1.0 + terms.debt_rate) ** -(place - float(first))
    capacity = float(payable @ factor)

    def at(name: str, j: int) -> str:
        return lines.at(name, j)

    lines.worked(
        "last",
        "Position of the last year of service",
        "from 0",
        lambda j: f"MIN({at('first', j)}+debt_tenor,{count - 1})",
        np.full(count, float(last)),
        "whole",
    )
    lines.worked(
        "payable",
        "Cash that may serve debt",
        unit,
        lambda j: (
            f"IF(AND({at('position', j)}>{at('first', j)},{at('position', j)}<={at('last', j)}),"
            f"MAX({at('profit', j)}-{at('tax', j)},0)/target_dscr,0)"
        ),
        payable,
    )
    lines.worked(
        "debt_factor",
        "Factor at the loan's rate",
        "ratio",
        lambda j: f"(1+debt_rate)^(-({at('position', j)}-{at('first', j)}))",
        factor,
        "factor",
    )
    built = float(values["capital_usd"][: first + 1].sum())
    _sized(lines, values, capacity, terms.most_gearing_fraction * built)
    _owed(lines, values)


def _sized(lines: Lines, values: dict[str, Floats], capacity: float, most: float) -> None:
    """The loan by its cover and by gearing, drawn and served."""
    unit = "USD nominal"

    def at(name: str, j: int) -> str:
        return lines.at(name, j)

    lines.worked(
        "capacity",
        "Present value of it",
        unit,
        lambda _: f"SUMPRODUCT({lines.row('payable')},{lines.row('debt_factor')})",
        np.full(lines.count, capacity),
    )
    lines.worked(
        "most",
        "Most by gearing",
        unit,
        lambda j: (
            f'most_gearing*SUMIF({lines.row("position")},"<="&{at("first", j)},'
            f"{lines.row('capital')})"
        ),
        np.full(lines.count, most),
    )
    lines.worked(
        "drawn",
        "Loan drawn",
        unit,
        lambda j: (
            f"IF({at('position', j)}={at('first', j)},"
            f"MAX(0,MIN({at('capacity', j)},{at('most', j)})),0)"
        ),
        values["debt_drawn_usd"],
    )
    service = values["interest_usd"] + values["principal_usd"]
    lines.worked(
        "service",
        "Debt service",
        unit,
        lambda j: (
            f"IF({at('capacity', j)}>0,{at('payable', j)}*MIN({at('capacity', j)},{at('most', j)})"
            f"/{at('capacity', j)},{at('payable', j)})"
        ),
        service,
    )


def _owed(lines: Lines, values: dict[str, Floats]) -> None:
    """Interest, principal and what is owed."""

    def at(name: str, j: int) -> str:
        return lines.at(name, j)

    lines.reserve("owed", 1)
    lines.worked(
        "interest",
        "Interest",
        "USD nominal",
        lambda j: (
            f"IF(AND({at('position', j)}>{at('first', j)},{at('position', j)}<={at('last', j)}),"
            f"{at('owed', j - 1) if j else 0}*debt_rate,0)"
        ),
        values["interest_usd"],
    )
    lines.worked(
        "owed",
        "Owed at the end of the year",
        "USD nominal",
        lambda j: (
            f"IF(OR({at('position', j)}<{at('first', j)},{at('position', j)}>={at('last', j)}),0,"
            f"{at('owed', j - 1) if j else 0}+{at('drawn', j)}+{at('interest', j)}"
            f"-{at('service', j)})"
        ),
        values["debt_usd"],
    )
    lines.worked(
        "principal",
        "Principal",
        "USD nominal",
        lambda j: f"{at('service', j)}-{at('interest', j)}",
        values["principal_usd"],
    )
