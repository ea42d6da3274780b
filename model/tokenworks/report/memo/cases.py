"""Cases that a lender asks for: the plan's pro-forma with one thing worse, the loan as agreed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from tokenworks.frames import rows
from tokenworks.plan import Plan
from tokenworks.report.components import GROUPS
from tokenworks.results.finance import Floats, Loan
from tokenworks.results.proforma import (
    Cash,
    Proforma,
    nominal_cash,
    proforma_of,
    project_cash,
    real_factors,
)

Case = Callable[[Cash], Cash]
MOST_FACTOR = 1e3


def lender_cases(plan: Plan) -> pd.DataFrame:
    """Returns and cover of every case, with the loan of the plan as it is.

    Returns
    -------
    DataFrame
        case, meaning, npv_usd, equity_npv_usd, unlevered_irr, levered_irr, payback_years,
        least_dscr, mean_dscr; a figure that does not exist is blank.
    """
    cash = nominal_cash(plan.inputs, plan.tables)
    agreed = _loan(plan.proforma())
    energy = _energy(plan, cash)
    entries = []
    for name, meaning, case in _cases(energy):
        found = proforma_of(plan.inputs, case(cash), agreed)
        cover = found.statement["dscr_ratio"].dropna()
        entries.append(
            (
                *(name, meaning, found.npv_usd, found.equity_npv_usd),
                *(found.unlevered_irr.value, found.levered_irr.value, found.payback_years.value),
                *((cover.min(), cover.mean()) if len(cover) else (None, None)),
            )
        )
    columns = (
        *("case", "meaning", "npv_usd", "equity_npv_usd", "unlevered_irr", "levered_irr"),
        *("payback_years", "least_dscr", "mean_dscr"),
    )
    made = pd.DataFrame(entries, columns=list(columns))
    figures = [column for column in columns if column not in ("case", "meaning")]
    return made.astype(dict.fromkeys(figures, "float64") | {"case": "str", "meaning": "str"})


def loan_of(plan: Plan) -> pd.DataFrame:
    """The loan by year; the terms of every case."""
    statement = plan.proforma().statement
    return statement[["year", "debt_drawn_usd", "interest_usd", "principal_usd", "debt_usd"]]


def _loan(found: Proforma) -> Loan:
    columns = ("debt_drawn_usd", "interest_usd", "principal_usd", "debt_usd")
    return Loan(*(found.statement[column].to_numpy(dtype="float64") for column in columns))


def _cases(energy: Floats) -> Iterable[tuple[str, str, Case]]:
    yield "the plan", "as it is", lambda cash: cash
    for months in (6, 12):
        yield (
            f"delay of {months} months",
            "capital is paid when planned; all else comes later, and what then lies beyond the "
            "horizon is lost",
            _delay(months / 12.0),
        )
    for share in (0.1, 0.25):
        yield f"overrun of {share:.0%}", "all capital is dearer", _overrun(share)
    yield (
        "fuel and energy +50 %",
        "what is burnt and drawn costs half as much again",
        lambda cash: replace(cash, operating=cash.operating + 0.5 * energy),
    )
    for share in (0.1, 0.2):
        yield f"price −{share:.0%}", "tokens sell for less", _price(1.0 - share)
    yield (
        "volume −20 %",
        "a fifth fewer tokens, and of the energy",
        lambda cash: replace(
            cash, revenue=0.8 * cash.revenue, operating=cash.operating - 0.2 * energy
        ),
    )


def _delay(years: float) -> Case:
    def later(usd: Floats) -> Floats:
        return (1.0 - years) * usd + years * np.concatenate(([0.0], usd[:-1]))

    def case(cash: Cash) -> Cash:
        parts = ("revenue", "owned", "operating", "rent", "damages", "credits")
        moved: dict[str, Any] = {name: later(getattr(cash, name)) for name in parts}
        return replace(cash, **moved)

    return case


def _overrun(share: float) -> Case:
    def case(cash: Cash) -> Cash:
        dearer = {life: (1.0 + share) * usd for life, usd in cash.capital.items()}
        return replace(cash, capital=dearer)

    return case


def _price(factor: float) -> Case:
    return lambda cash: replace(cash, revenue=factor * cash.revenue)


def _energy(plan: Plan, cash: Cash) -> Floats:
    """Nominal cost of fuel and energy by year."""
    terms, usd_year = plan.scenario.proforma, plan.scenario.finance.usd_year
    at = {int(year): position for position, year in enumerate(cash.years)}
    usd = np.zeros(cash.years.size)
    frame = plan.tables["cashflow"]
    for row in rows(frame[frame["component"].isin(GROUPS["energy and fuel"])]):
        usd[at[row.year]] += row.cash_usd
    return np.asarray(usd * (1.0 + terms.inflation_rate) ** (cash.years - usd_year))


def break_even(plan: Plan) -> pd.DataFrame:
    """Factors at which the project's net present value after tax is nothing.

    Returns
    -------
    DataFrame
        what, meaning, factor: of all prices, of all capital, of fuel and energy; blank where no
        factor up to a thousand does it.
    """
    cash = nominal_cash(plan.inputs, plan.tables)
    energy = _energy(plan, cash)
    searched: tuple[tuple[str, str, Callable[[float], Cash]], ...] = (
        ("token prices", "all prices times", lambda f: _price(f)(cash)),
        ("capital", "all capital times", lambda f: _overrun(f - 1.0)(cash)),
        (
            "fuel and energy",
            "their cost times",
            lambda f: replace(cash, operating=cash.operating + (f - 1.0) * energy),
        ),
    )
    entries = [(what, meaning, _root(plan, case)) for what, meaning, case in searched]
    frame = pd.DataFrame(entries, columns=["what", "meaning", "factor"])
    return frame.astype({"what": "str", "meaning": "str", "factor": "float64"})


def _root(plan: Plan, case: Callable[[float], Cash]) -> float | None:
    """Factor between nothing and the most at which the net present value changes its sign."""
    from scipy.optimize import brentq

    def worth(factor: float) -> float:
        cash = case(factor)
        return float(project_cash(plan.inputs, cash) @ real_factors(plan.inputs, cash.years))

    if worth(0.0) * worth(MOST_FACTOR) >= 0.0:
        return None
    return float(brentq(worth, 0.0, MOST_FACTOR, xtol=1e-13, rtol=1e-12))
