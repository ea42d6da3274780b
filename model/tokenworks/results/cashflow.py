"""Cash of a plan by month and by year, undiscounted, from the blocks' own costs.

Every block computes its costs once more, under discount factors that remember their dates; of the
figures it gives, those of the plan's variables are paid out month by month.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt
import pandas as pd

from tokenworks.build import INVESTMENT, dated_costs
from tokenworks.dated import Dated, DatedDiscounting, LivesLeft
from tokenworks.errors import SolverError
from tokenworks.frames import rows
from tokenworks.results.frames import Context, frame
from tokenworks.schema import results_money as declared

# Line, component and site to the cash of every month, and of the end of the horizon after them.
Cash = dict[tuple[str, str, str], npt.NDArray[np.float64]]
# Of the larger of two present values of a component: the same sums in another order.
RELATIVE = 1e-9


def monthly_cash(c: Context) -> Cash:
    """Cash by month of every line, component and site that pays or earns anything.

    Raises
    ------
    SolverError
        Where a cost does not come from the discount factors alone, so that it has no dates.
    """
    months = DatedDiscounting(c.model.inputs.discounting).factors().size
    cash: Cash = defaultdict(lambda: np.zeros(months))
    for cost in dated_costs(c.model):
        position, figures = cost.of.get("site"), cost.values  # noqa: PD011 -- no frame
        for index, amount in c.all_values(cost.variable).items():
            usd = figures.get(index, 0.0) if amount else 0.0
            if not usd:
                continue
            if not isinstance(usd, Dated):
                raise SolverError(f"the cost {cost.component} has no dates: {index}, {usd} USD")
            payments = cash[cost.line, cost.component, "" if position is None else index[position]]
            for start, end, each in usd.payments:
                payments[start:end] += each * amount
    return dict(cash)


def check_cash(c: Context, cash: Cash, costs: pd.DataFrame) -> None:
    """Hold cash by month, discounted, to the present values that the plan was chosen by.

    Raises
    ------
    SolverError
        Naming every component that differs.
    """
    factors = DatedDiscounting(c.model.inputs.discounting).factors()
    stated = {(r.line, r.component, r.site): r.present_value_usd for r in rows(costs)}
    broken = []
    for key in {*stated, *cash}:
        payments = cash.get(key, np.zeros(factors.size))
        value, size = float(payments @ factors), float(abs(payments) @ factors)
        if abs(value - stated.get(key, 0.0)) > RELATIVE * max(size, 1e-3):
            broken.append(f"cash of {key} is worth {value}, the objective has {stated.get(key)}")
    if broken:
        raise SolverError("\n".join(["cash is not what was discounted", *sorted(broken)]))


def cashflow(c: Context, cash: Cash) -> pd.DataFrame:
    """Cash by calendar year; what is left at the end of the horizon in a column of its own."""
    calendar = c.model.inputs.calendar
    months = next(iter(cash.values())).size - 1 if cash else 0
    years = np.array([calendar.year_of(month) for month in range(months)])
    last = calendar.year_of(calendar.horizon_months - 1)
    entries = []
    for key, payments in cash.items():
        of_year = {int(y): float(payments[:-1][years == y].sum()) for y in np.unique(years)}
        left = float(payments[-1])
        entries += [
            (year, *key, usd, left if year == last else 0.0)
            for year, usd in of_year.items()
            if usd or (left and year == last)
        ]
    return frame(declared.CASHFLOW, entries)


def cash_by_month(c: Context, cash: Cash) -> pd.DataFrame:
    """Cash by month; what is left at the end of the horizon in a column of its own."""
    last = c.model.inputs.calendar.horizon_months - 1
    entries = []
    for key, payments in cash.items():
        left = float(payments[-1])
        paid = set(np.flatnonzero(payments[:-1]).tolist()) | ({last} if left else set())
        entries += [
            (c.date(month), *key, float(payments[month]), left if month == last else 0.0)
            for month in sorted(paid)
        ]
    return frame(declared.CASH_BY_MONTH, entries)


def lives_left(c: Context) -> pd.DataFrame:
    """What is left at the end of the horizon of assets whose value is the annuity of their life.

    Assets are of investment: what is done hour by hour leaves nothing.
    """
    factors = LivesLeft(c.model.inputs.discounting)
    cost_usd: dict[tuple[str, str, int], float] = defaultdict(float)
    for cost in dated_costs(c.model, factors, INVESTMENT):
        position, figures = cost.of.get("site"), cost.values  # noqa: PD011 -- no frame
        for index, amount in c.all_values(cost.variable).items():
            usd = figures.get(index, 0.0) if amount else 0.0
            site = "" if position is None else str(index[position])
            for place, _, each in usd.payments if isinstance(usd, Dated) else ():
                cost_usd[cost.component, site, place] -= each * amount
    entries = []
    for (service, life), place in factors.lives.items():
        share = factors.life_left(service, life)
        entries += [
            (component, site, c.date(service), life, usd, -usd * share)
            for (component, site, at), usd in cost_usd.items()
            if at == place and usd and share
        ]
    return frame(declared.LIVES_LEFT, entries)
