"""What a plan is worth if figures were others: the plan stays, its cash is counted again.

Nothing is decided anew, so that each answer is an upper bound of what re-solving would cost, and
exact. A discount rate changes the factors of every month and the annuities of the lives that are
left at the end; see `tokenworks.schema.results_money.LIVES_LEFT`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tokenworks.calendar import MONTHS_PER_YEAR, months_between
from tokenworks.plan import Plan
from tokenworks.report.components import GROUPS
from tokenworks.tax import recovery_years

Floats = npt.NDArray[np.float64]

RATE_STEP = 0.02
SWING = 0.2
TOKENS_SWING = 0.1
OVERRUNS = (-0.1, 0.0, 0.1, 0.2, 0.3)
RATES = (-0.02, -0.01, 0.0, 0.01, 0.02)
DRIVERS = {
    "hardware, with resale": ("hardware", "hardware upkeep", "hardware resale and residual"),
    "site and shell": ("site and shell", "site residual"),
    "power plant and connections": (
        "power plant",
        "gas lateral",
        "power plant resale",
        "power plant residual",
        "grid connection and capacity",
    ),
    "energy and fuel": ("energy and fuel",),
}


class Revaluation:
    """Present values of a plan's cash at another discount rate.

    Parameters
    ----------
    plan
        A plan.
    rate
        Real discount rate per year.
    """

    def __init__(self, plan: Plan, rate: float) -> None:
        x = plan.inputs
        self._calendar, self._rate = x.calendar, rate
        base = x.scenario.finance.base_date or x.calendar.start
        self._offset = months_between(base, x.calendar.start)
        self._plan = plan

    def factors(self, months: Floats) -> Floats:
        """Factors of the middles of months, counted from the start of the horizon."""
        middles = months + 0.5 + self._offset
        return np.asarray((1.0 + self._rate) ** (-middles / MONTHS_PER_YEAR))

    @property
    def at_end(self) -> float:
        """Factor of the last day of the horizon."""
        months = self._calendar.horizon_months + self._offset
        return float((1.0 + self._rate) ** (-months / MONTHS_PER_YEAR))

    def by_component(self) -> pd.Series[float]:
        """Present value of owned cost by component, USD."""
        frame = self._plan.tables["cash_by_month"].query("line == 'owned'")
        start = self._calendar.start
        months = (frame["month"].dt.year - start.year) * MONTHS_PER_YEAR
        months += frame["month"].dt.month - start.month
        factor = self.factors(months.to_numpy(dtype="float64"))
        cash = (frame["cash_usd"] * factor).groupby(frame["component"]).sum()
        left = frame["residual_usd"].groupby(frame["component"]).sum()
        return cash.add(left.add(self._lives(), fill_value=0.0) * self.at_end, fill_value=0.0)

    def _lives(self) -> pd.Series[float]:
        """What the other rate makes of the lives left at the end, less what they were worth."""
        lives = self._plan.tables["lives_left"]
        end = self._calendar.horizon_months
        start = self._calendar.start
        service = (lives["in_service"].dt.year - start.year) * MONTHS_PER_YEAR
        age = end - (service + lives["in_service"].dt.month - start.month)
        left = lives["life_years"] - age / MONTHS_PER_YEAR
        if self._rate:
            share = (1.0 - (1.0 + self._rate) ** -left) / (
                1.0 - (1.0 + self._rate) ** -lives["life_years"]
            )
        else:
            share = left / lives["life_years"]
        changed = -lives["cost_usd"] * share - lives["residual_usd"]
        summed: pd.Series[float] = changed.groupby(lives["component"]).sum()
        return summed

    def mean_factor(self, start_month: int, end_month: int) -> float:
        """Mean factor of the months of a step."""
        return float(self.factors(np.arange(start_month, end_month, dtype=np.float64)).mean())

    def step_factors(self) -> dict[pd.Timestamp, float]:
        """First day of a step to its mean factor."""
        return {
            pd.Timestamp(self._calendar.date_of(step.start_month)): self.mean_factor(
                step.start_month, step.end_month
            )
            for step in self._calendar.steps
        }

    def mtokens(self) -> float:
        """Discounted owned output tokens, millions."""
        owned = self._plan.tables["flows"].query("how == 'owned'")
        return float((owned["served_mtokens"] * _by_step(owned, self)).sum())


def _by_step(frame: Any, at: Revaluation) -> pd.Series[float]:
    """Mean factor of every row's step."""
    factors = at.step_factors()
    of_rows = [factors[day] for day in frame["step_start"]]
    return pd.Series(of_rows, index=frame.index, dtype="float64")


def owned_tokens(plan: Plan) -> pd.DataFrame:
    """Discounted owned tokens by workload, region, site and step."""
    at = Revaluation(plan, plan.inputs.discounting.rate)
    owned = plan.tables["flows"].query("how == 'owned'")
    factor = _by_step(owned, at)
    frame = owned[["workload", "region", "site", "step_start", "served_mtokens"]]
    return frame.assign(factor=factor, present_value_mtokens=owned["served_mtokens"] * factor)


def energy_by_step(plan: Plan) -> pd.DataFrame:
    """Energy at the meter by site, step, source and flow, and discounted; MWh."""
    at = Revaluation(plan, plan.inputs.discounting.rate)
    frame = plan.tables["dispatch"]
    frame = frame.assign(energy_mwh=frame["power_mw"] * frame["weight_hours"])
    keys = ["site", "step_start", "source", "flow"]
    summed = frame.groupby(keys, as_index=False)["energy_mwh"].sum()
    factor = _by_step(summed, at)
    result: pd.DataFrame = summed.assign(present_value_mwh=summed["energy_mwh"] * factor)
    return result


class Recount:
    """Owned cost of a million owned tokens of a plan under other figures.

    Parameters
    ----------
    plan
        A plan.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._known: dict[float, tuple[pd.Series[float], float]] = {}

    def at(
        self, rate: float, scale: Mapping[str, float] | None = None, tokens: float = 1.0
    ) -> float:
        """USD per million tokens; not a number where nothing is owned.

        Parameters
        ----------
        rate
            Real discount rate.
        scale
            Component to a factor of its present value.
        tokens
            Factor of all owned tokens.
        """
        if rate not in self._known:
            valued = Revaluation(self._plan, rate)
            self._known[rate] = valued.by_component(), valued.mtokens()
        usd, mtokens = self._known[rate]
        factors = [(scale or {}).get(str(component), 1.0) for component in usd.index]
        if mtokens * tokens == 0.0:
            return float("nan")
        return float(usd.to_numpy(dtype="float64") @ np.array(factors)) / (mtokens * tokens)


def sensitivities(plan: Plan) -> pd.DataFrame:
    """Cost of a million owned tokens, one driver at a time lower and higher."""
    rate, recount = plan.inputs.discounting.rate, Recount(plan)
    entries: list[tuple[object, ...]] = []
    for driver, groups in DRIVERS.items():
        parts = [component for group in groups for component in GROUPS[group]]
        low, high = (
            recount.at(rate, dict.fromkeys(parts, 1.0 + change)) for change in (-SWING, SWING)
        )
        entries.append((driver, f"∓{SWING:.0%}".replace("%", " %"), low, high))
    rates = (max(0.0, rate - RATE_STEP), rate + RATE_STEP)
    at_rates = (recount.at(r) for r in rates)
    entries.append(("discount rate", f"{rates[0]:.1%} and {rates[1]:.1%}", *at_rates))
    by_tokens = (recount.at(rate, tokens=1.0 + c) for c in (TOKENS_SWING, -TOKENS_SWING))
    entries.append(("owned tokens", "±10 %", *by_tokens))
    base = recount.at(rate)
    residuals = {
        c: 0.0 for parts in GROUPS.values() for c in parts if c.endswith(("_residual", "given_up"))
    }
    entries.append(("no residual values", "all", base, recount.at(rate, residuals)))
    columns = ["driver", "change", "low_usd_per_mtoken", "high_usd_per_mtoken"]
    frame = pd.DataFrame(entries, columns=columns).astype({"driver": "str", "change": "str"})
    reach = abs(frame["high_usd_per_mtoken"] - frame["low_usd_per_mtoken"])
    order = reach.sort_values(ascending=False, kind="stable").index
    ordered: pd.DataFrame = frame.assign(base_usd_per_mtoken=base).loc[order]
    return ordered.reset_index(drop=True)


def two_way(plan: Plan) -> pd.DataFrame:
    """Cost of a million owned tokens by discount rate and capital overrun."""
    rate, years = plan.inputs.discounting.rate, plan.scenario.proforma.plant_recovery_years
    usd, recount = sorted(plan.tables["cash_by_month"]["component"].unique()), Recount(plan)
    capital = [c for c in usd if recovery_years(c, years) is not None]
    entries = [
        (rate + step, over, recount.at(rate + step, dict.fromkeys(capital, 1.0 + over)))
        for step in RATES
        if rate + step >= 0.0
        for over in OVERRUNS
    ]
    return pd.DataFrame(
        entries, columns=["discount_rate", "overrun_fraction", "cost_usd_per_mtoken"]
    )
