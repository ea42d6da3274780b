"""A deterministic pro-forma of a plan: nominal statement by year, tax, debt, returns.

It follows the plan's cash: `cashflow` for what is paid, the tokens of `flows` at their price for
what is earned. The penalty of minimum cost is no cash and is left out; contracted damages are.
Capital is deducted from the year in which it is paid, or the first in which own systems earn if
that is later; at the end of the horizon everything is given up at its residual value, which is
taxed as a profit over what has not been deducted yet. Tax credits are not taxed. Limits on the
deduction of interest, working capital and dividends are left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from tokenworks.calendar import MONTHS_PER_YEAR, months_between
from tokenworks.frames import rows
from tokenworks.inputs import Inputs
from tokenworks.results.finance import (
    Figure,
    Floats,
    Loan,
    Terms,
    depreciation,
    internal_rate,
    loan,
    payback_years,
    taxes,
)
from tokenworks.results.frames import frame
from tokenworks.schema.results_money import PROFORMA
from tokenworks.tax import CREDIT, recovery_years

NOTHING_EARNED = Figure(
    None, "there is none: nothing is earned, as no workload served has a `sold_usd_per_mtoken`"
)


@dataclass(frozen=True)
class Proforma:
    """A pro-forma.

    Attributes
    ----------
    statement
        Nominal dollars by calendar year; see `tokenworks.schema.results_money.PROFORMA`.
    unlevered_irr, levered_irr
        Nominal, after tax: of the project, and of the equity in it.
    payback_years
        Of the project, from the start of the first year that spends.
    npv_usd, equity_npv_usd
        Of the same cash, in the scenario's real dollars, at its discount rate and base date.
    debt_usd, gearing_fraction
        Loan, and its share of the capital spent by the year in which it is drawn.
    least_dscr
        Of the years with debt service.
    """

    statement: pd.DataFrame
    unlevered_irr: Figure
    levered_irr: Figure
    payback_years: Figure
    npv_usd: float
    equity_npv_usd: float
    debt_usd: float
    gearing_fraction: float
    least_dscr: Figure

    @property
    def figures(self) -> pd.DataFrame:
        """The figures beside the statement: figure, value, and words where there is none."""
        entries = []
        for name in (
            *("unlevered_irr", "levered_irr", "payback_years", "npv_usd", "equity_npv_usd"),
            *("debt_usd", "gearing_fraction", "least_dscr"),
        ):
            value = getattr(self, name)
            found = value if isinstance(value, Figure) else Figure(value)
            entries.append((name, np.nan if found.value is None else found.value, found.words))
        return pd.DataFrame(entries, columns=["figure", "value", "words"])


@dataclass(frozen=True)
class Cash:
    """Nominal cash by year and kind; costs are positive.

    Attributes
    ----------
    years
        Calendar years.
    revenue, owned, operating, rent, damages, credits
        Of each year; `owned` is what own systems earn of the revenue.
    capital
        By years of recovery.
    proceeds
        Resale, and residual values at the end.
    """

    years: npt.NDArray[np.int64]
    revenue: Floats
    owned: Floats
    operating: Floats
    rent: Floats
    damages: Floats
    credits: Floats
    capital: dict[int, Floats]
    proceeds: Floats

    @property
    def first(self) -> int:
        """Position of the first year in which own systems earn; 0 where none does.

        What is rented earns before anything is built: nothing is in service by that.
        """
        return int(np.argmax(self.owned > 0.0)) if (self.owned > 0.0).any() else 0

    @property
    def spent(self) -> Floats:
        """All capital."""
        return sum(self.capital.values(), np.zeros(self.revenue.size))

    @property
    def profit(self) -> Floats:
        """Revenue less what operation, rent and damages cost."""
        return self.revenue - self.operating - self.rent - self.damages

    @property
    def before_tax(self) -> Floats:
        """Cash of the project before its tax."""
        return self.profit + self.credits - self.spent + self.proceeds


def proforma(x: Inputs, tables: Mapping[str, pd.DataFrame]) -> Proforma:
    """The pro-forma of a plan.

    Parameters
    ----------
    x
        Inputs of the plan; section `proforma` has the terms.
    tables
        Its result tables.
    """
    return proforma_of(x, nominal_cash(x, tables))


def proforma_of(x: Inputs, cash: Cash, agreed: Loan | None = None) -> Proforma:
    """The pro-forma of cash.

    Parameters
    ----------
    x
        Inputs; section `proforma` has the terms.
    cash
        From `nominal_cash`, or a case of it.
    agreed
        The loan where it is agreed already; sized by the cash where None.
    """
    options, years = x.scenario.proforma, cash.years
    first, deducted = cash.first, _deducted(cash)
    taxable = cash.profit + cash.proceeds - deducted
    tax = taxes(taxable, options.tax_rate, options.loss_offset_fraction)
    terms = Terms(
        options.debt_rate,
        options.debt_tenor_years,
        options.target_dscr_ratio,
        options.most_gearing_fraction,
    )
    debt = agreed or loan(cash.profit - tax, cash.spent, first, terms)
    levered_tax = taxes(taxable - debt.interest, options.tax_rate, options.loss_offset_fraction)
    project = cash.before_tax - tax
    equity = cash.before_tax - levered_tax + debt.drawn - debt.service
    served = debt.service > 0.0
    cover = np.full(years.size, np.nan)
    cover[served] = (cash.profit - levered_tax)[served] / debt.service[served]
    columns = (
        *(years, cash.revenue, cash.operating, cash.rent, cash.damages, cash.profit),
        *(cash.spent, cash.proceeds, cash.credits, deducted, tax, project),
        *(debt.drawn, debt.interest, debt.principal, debt.owed, levered_tax, equity, cover),
    )
    built = float(cash.spent[: first + 1].sum())
    owed = float(debt.drawn.sum())
    earns = bool((cash.revenue > 0.0).any())
    return Proforma(
        statement=frame(PROFORMA, zip(*columns, strict=True)),
        unlevered_irr=internal_rate(project) if earns else NOTHING_EARNED,
        levered_irr=internal_rate(equity) if earns else NOTHING_EARNED,
        payback_years=payback_years(project) if earns else NOTHING_EARNED,
        npv_usd=float(project @ real_factors(x, years)),
        equity_npv_usd=float(equity @ real_factors(x, years)),
        debt_usd=owed,
        gearing_fraction=owed / built if built else 0.0,
        least_dscr=(
            Figure(float(cover[served].min()))
            if served.any()
            else Figure(None, "there is none: no debt is served")
        ),
    )


def project_cash(x: Inputs, cash: Cash) -> Floats:
    """Cash of the project after tax, by year."""
    options, deducted = x.scenario.proforma, _deducted(cash)
    taxable = cash.profit + cash.proceeds - deducted
    return cash.before_tax - taxes(taxable, options.tax_rate, options.loss_offset_fraction)


def _deducted(cash: Cash) -> Floats:
    """What is deducted by year."""
    parts = (depreciation(usd, life, cash.first) for life, usd in cash.capital.items())
    return sum(parts, np.zeros(cash.years.size))


def _last_year(x: Inputs, cashflow: pd.DataFrame) -> int:
    end = x.calendar.year_of(x.calendar.horizon_months - 1)
    return max(end, int(cashflow["year"].max())) if len(cashflow) else end


def nominal_cash(x: Inputs, tables: Mapping[str, pd.DataFrame]) -> Cash:
    """Nominal cash of a plan by year and kind."""
    years = np.arange(x.calendar.year_of(0), _last_year(x, tables["cashflow"]) + 1)
    level = (1.0 + x.scenario.proforma.inflation_rate) ** (years - x.scenario.finance.usd_year)
    at = {int(year): position for position, year in enumerate(years)}

    def nothing() -> Floats:
        return np.zeros(years.size)

    operating, rent, damages, credits, proceeds = (nothing() for _ in range(5))
    capital: dict[int, Floats] = {}
    earns = x.scenario.objective == "npv"
    for row in rows(tables["cashflow"]):
        life = recovery_years(row.component, x.scenario.proforma.plant_recovery_years)
        if row.line == "owned" and life is not None:
            kind = capital.setdefault(life, nothing())
        elif row.line == "owned" and CREDIT in row.component:
            kind = credits
        elif row.line == "owned" and "resale" in row.component:
            kind = proceeds
        else:
            kind = {"owned": operating, "rent": rent}.get(row.line, nothing())
            kind = damages if row.line == "penalty" and earns else kind
        sign = -1.0 if kind is credits or kind is proceeds else 1.0
        kind[at[row.year]] += sign * row.cash_usd
        proceeds[at[row.year]] -= row.residual_usd
    return Cash(
        years=years,
        revenue=_revenue(x, tables["flows"], ("owned", "rented"), at) * level,
        owned=_revenue(x, tables["flows"], ("owned",), at) * level,
        operating=operating * level,
        rent=rent * level,
        damages=damages * level,
        credits=credits * level,
        capital={life: usd * level for life, usd in capital.items()},
        proceeds=proceeds * level,
    )


def _revenue(x: Inputs, flows: pd.DataFrame, how: tuple[str, ...], at: Mapping[int, int]) -> Floats:
    """Tokens served so, at their price, real dollars, evenly over the months of a step."""
    price = x.tables["workloads"].set_index("workload")["sold_usd_per_mtoken"].fillna(0.0)
    steps = {pd.Timestamp(x.calendar.date_of(s.start_month)): s for s in x.calendar.steps}
    earned = np.zeros(len(at))
    for row in rows(flows[flows["how"].isin(how)]):
        step = steps[row.step_start]
        usd = row.served_mtokens * float(price[row.workload]) / step.months
        for year in step.years:
            earned[at[year]] += usd
    return earned


def real_factors(x: Inputs, years: npt.NDArray[np.int64]) -> Floats:
    """Present value, in real dollars, of a nominal dollar in the middle of each year."""
    finance = x.scenario.finance
    base = finance.base_date or x.calendar.start
    months = [months_between(base, dt.date(int(year), 7, 1)) for year in years]
    real = (1.0 + finance.discount_rate) ** (-np.array(months) / MONTHS_PER_YEAR)
    prices = (1.0 + x.scenario.proforma.inflation_rate) ** (years - finance.usd_year)
    return np.asarray(real / prices)
