"""From dated cash to the cost of a token: months, cash, lives left, tokens, and their quotient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tokenworks.calendar import MONTHS_PER_YEAR, months_between
from tokenworks.frames import rows
from tokenworks.report.components import GROUPS
from tokenworks.report.memo.facts import Facts
from tokenworks.report.memo.sensitivity import Revaluation
from tokenworks.report.workbook.sheets import Book, Sheet, block, cell

MONTHS, CASH, LIVES, TOKENS, COST = "Months", "Cash", "Lives left", "Tokens", "Cost per token"
_TOP = 4  # rows above the first of every sheet here
_LEFT = 2  # columns before the first component of the sheet of cash


@dataclass(frozen=True)
class CostCells:
    """Where the summary finds the cost.

    Attributes
    ----------
    owned_usd, mtokens, per_mtoken
        Cells.
    """

    owned_usd: str
    mtokens: str
    per_mtoken: str


def cost_sheets(book: Book, facts: Facts) -> CostCells:
    """Write the sheets."""
    at = Revaluation(facts.plan, facts.plan.inputs.discounting.rate)
    months = _months(book, facts, at)
    columns = _cash(book, facts, months)
    lives = _lives(book, facts)
    tokens = _tokens(book, facts, at)
    return _cost(book, facts, at, (months, columns, lives, tokens))


def _months(book: Book, facts: Facts, at: Revaluation) -> int:
    """Factors of every month; the number of months, one more than the horizon has."""
    calendar = facts.plan.inputs.calendar
    count = calendar.horizon_months + 1
    sheet = book.sheet(MONTHS)
    sheet.widths(10, 14, 14)
    sheet.text(0, 0, "Discount factors", "title")
    sheet.text(1, 0, "Payments are discounted from the middle of their month.", "note")
    sheet.heads(_TOP - 1, ["Month", "First day", "Factor"])
    factors = at.factors(np.arange(count, dtype=np.float64))
    for month in range(count):
        row = _TOP + month
        sheet.number(row, 0, month, "whole")
        sheet.any(row, 1, pd.Timestamp(calendar.date_of(month)))
        formula = f"(1+discount_rate)^(-({cell(row, 0)}+0.5+base_offset_months)/12)"
        sheet.formula(row, 2, formula, factors[month], "factor")
    sheet.text(0, 4, "Factor of the last day")
    end = "(1+discount_rate)^(-(horizon_months+base_offset_months)/12)"
    sheet.formula(0, 5, end, at.at_end, "factor")
    book.name("factor_at_end", cell(0, 5, sheet=MONTHS))
    sheet.made.freeze_panes(_TOP, 0)
    return count


def _cash(book: Book, facts: Facts, months: int) -> dict[str, int]:
    """Owned cash by month and component; component to its column."""
    owned = facts.plan.cash_by_month.query("line == 'owned'")
    summed = owned.pivot_table(
        index="month", columns="component", values="cash_usd", aggfunc="sum"
    ).fillna(0.0)
    order = [c for parts in GROUPS.values() for c in parts if c in summed.columns]
    order += [c for c in summed.columns if c not in order]
    sheet = book.sheet(CASH)
    sheet.widths(10, 14)
    sheet.text(0, 0, f"Owned cash by month, USD of {facts.usd_year}, undiscounted", "title")
    sheet.text(1, 0, "From the table cash_by_month; all sites together.", "note")
    sheet.heads(_TOP - 1, ["Month", "First day", *order])
    sheet.made.set_column(_LEFT, _LEFT + max(0, len(order) - 1), 15)
    calendar = facts.plan.inputs.calendar
    by_month = {month: summed.loc[month] for month in summed.index}
    for month in range(months):
        day = pd.Timestamp(calendar.date_of(month))
        sheet.number(_TOP + month, 0, month, "whole")
        sheet.any(_TOP + month, 1, day)
        for place, component in enumerate(order):
            usd = float(by_month[day][component]) if day in by_month else 0.0
            sheet.number(_TOP + month, _LEFT + place, usd, "usd")
    sheet.made.freeze_panes(_TOP, _LEFT)
    return {component: _LEFT + place for place, component in enumerate(order)}


def _lives(book: Book, facts: Facts) -> tuple[int, int]:
    """Lives left at the end; the first and last row."""
    lives = facts.plan.lives_left
    keys = ["component", "in_service", "life_years"]
    summed = lives.groupby(keys, as_index=False)[["cost_usd", "residual_usd"]].sum()
    calendar = facts.plan.inputs.calendar
    sheet = book.sheet(LIVES)
    sheet.widths(30, 14, 14, 16, 14, 12, 18)
    sheet.text(0, 0, "Lives left at the end of the horizon", "title")
    sheet.text(
        1, 0, "What is left is the annuity of the life left over that of the whole life.", "note"
    )
    sheet.heads(
        _TOP - 1,
        [
            *("Component", "In service", "Month of service", "Cost, USD", "Life, years"),
            *("Life left, years", "Share left", "Residual, USD"),
        ],
    )
    for place, row in enumerate(rows(summed)):
        line = _TOP + place
        service = months_between(calendar.start, row.in_service.date())
        left = row.life_years - (calendar.horizon_months - service) / MONTHS_PER_YEAR
        share = -row.residual_usd / row.cost_usd
        sheet.text(line, 0, row.component)
        sheet.any(line, 1, row.in_service)
        sheet.number(line, 2, service, "whole")
        sheet.number(line, 3, row.cost_usd, "usd")
        sheet.number(line, 4, row.life_years)
        life, gone = cell(line, 4), cell(line, 5)
        sheet.formula(line, 5, f"{life}-(horizon_months-{cell(line, 2)})/12", left, "ratio")
        annuities = f"(1-(1+discount_rate)^(-{gone}))/(1-(1+discount_rate)^(-{life}))"
        sheet.formula(line, 6, f"IF(discount_rate=0,{gone}/{life},{annuities})", share, "factor")
        sheet.formula(line, 7, f"-{cell(line, 3)}*{cell(line, 6)}", row.residual_usd, "usd")
    return _TOP, _TOP + max(0, len(summed) - 1)


def _tokens(book: Book, facts: Facts, at: Revaluation) -> tuple[int, int]:
    """Owned tokens by step, and discounted; the first and last row."""
    steps = facts.plan.inputs.calendar.steps
    owned = facts.plan.flows.query("how == 'owned'").groupby("step_start")["served_mtokens"].sum()
    sheet = book.sheet(TOKENS)
    sheet.widths(14, 10, 20, 14, 20)
    sheet.text(0, 0, "Owned output tokens by step", "title")
    sheet.text(1, 0, "From the table flows; even over the months of a step.", "note")
    sheet.heads(
        _TOP - 1,
        [
            *("Step", "Months", "Owned, m tokens", "Mean factor", "Present value, m tokens"),
            "Owned, tokens a second",
        ],
    )
    for place, step in enumerate(steps):
        row = _TOP + place
        day = pd.Timestamp(facts.plan.inputs.calendar.date_of(step.start_month))
        mtokens = float(owned.get(day, 0.0))
        factor = at.mean_factor(step.start_month, step.end_month)
        months = block((_TOP + step.start_month, _TOP + step.end_month - 1), (2, 2), sheet=MONTHS)
        sheet.any(row, 0, day)
        sheet.number(row, 1, step.months, "whole")
        sheet.number(row, 2, mtokens, "usd")
        sheet.formula(row, 3, f"AVERAGE({months})", factor, "factor")
        sheet.formula(row, 4, f"{cell(row, 2)}*{cell(row, 3)}", mtokens * factor)
        sheet.number(row, 5, mtokens * 1e6 / step.seconds, "usd")
    return _TOP, _TOP + len(steps) - 1


Parts = tuple[int, dict[str, int], tuple[int, int], tuple[int, int]]


def _cost(book: Book, facts: Facts, at: Revaluation, parts: Parts) -> CostCells:
    """Present value and cost of a million tokens by component, and the quotient of the sums."""
    columns, tokens = parts[1], parts[3]
    sheet = book.sheet(COST)
    sheet.widths(30, 28, 20, 20, 20, 20, 18, 18, 14)
    sheet.text(0, 0, f"Cost of a million owned output tokens, USD of {facts.usd_year}", "title")
    sheet.text(
        1,
        0,
        "Present value of cash by month and of what is left, over discounted tokens. Change the "
        "discount rate on the sheet Terms.",
        "note",
    )
    sheet.heads(
        _TOP - 1,
        [
            *("Group", "Component", "Present value of cash", "Left at the end, fixed"),
            *("Left at the end, lives", "Present value", "USD per m tokens"),
            *("Of the plan as solved", "Difference"),
        ],
    )
    mtokens = at.mtokens()
    last = _TOP + len(columns)
    total_tokens = cell(last + 1, 5)
    _component_lines(sheet, facts, at, parts, total_tokens)
    owned = float(at.by_component().sum())
    stated = facts.plan.summary.cost_usd_per_mtoken
    sheet.text(last, 0, "owned cash, less residuals", "strong")
    both = ((5, owned, "total"), (6, owned / mtokens if mtokens else None, "total_small"))
    for column, value, form in both:
        summed = f"SUM({block((_TOP, max(_TOP, last - 1)), (column, column))})"
        sheet.formula(last, column, summed if columns else "0", value, form)
    if stated is not None:
        sheet.number(last, 7, stated, "total_small")
        sheet.formula(last, 8, f"{cell(last, 6)}-{cell(last, 7)}", 0.0, "total_small")
    sheet.text(last + 1, 0, "owned tokens, discounted, millions", "strong")
    tokens_sum = f"SUM({block(tokens, (4, 4), sheet=TOKENS)})"
    sheet.formula(last + 1, 5, tokens_sum, mtokens, "total")
    sheet.text(last + 2, 0, "cost of a million owned tokens", "strong")
    quotient = f'IF({total_tokens}>0,{cell(last, 5)}/{total_tokens},"")'
    sheet.formula(last + 2, 5, quotient, stated, "total_small")
    sheet.made.freeze_panes(_TOP, 2)
    return CostCells(
        cell(last, 5, sheet=COST), cell(last + 1, 5, sheet=COST), cell(last + 2, 5, sheet=COST)
    )


def _component_lines(
    sheet: Sheet, facts: Facts, at: Revaluation, parts: Parts, total_tokens: str
) -> None:
    months, columns, lives, _ = parts
    owned = facts.plan.cash_by_month.query("line == 'owned'")
    left = owned.groupby("component")["residual_usd"].sum()
    alive = facts.plan.lives_left.groupby("component")["residual_usd"].sum()
    worth, mtokens = at.by_component(), at.mtokens()
    stated = facts.plan.costs.query("line == 'owned'").groupby("component")["present_value_usd"]
    plan_usd = stated.sum()
    factors = block((_TOP, _TOP + months - 1), (2, 2), sheet=MONTHS)
    for place, (component, column) in enumerate(columns.items()):
        row = _TOP + place
        group = next((g for g, names in GROUPS.items() if component in names), "other")
        of_lives = float(alive.get(component, 0.0))
        fixed = float(left.get(component, 0.0)) - of_lives
        value = float(worth.get(component, 0.0))
        sheet.text(row, 0, group)
        sheet.text(row, 1, component)
        cash = block((_TOP, _TOP + months - 1), (column, column), sheet=CASH)
        at_end = (fixed + of_lives) * at.at_end
        sheet.formula(row, 2, f"SUMPRODUCT({factors},{cash})", value - at_end)
        sheet.number(row, 3, fixed, "usd")
        names = block(lives, (0, 0), sheet=LIVES)
        residuals = block(lives, (7, 7), sheet=LIVES)
        sheet.formula(row, 4, f"SUMIF({names},{cell(row, 1)},{residuals})", of_lives)
        sums = f"{cell(row, 2)}+({cell(row, 3)}+{cell(row, 4)})*factor_at_end"
        sheet.formula(row, 5, sums, value)
        per = value / mtokens if mtokens else None
        quotient = f'IF({total_tokens}>0,{cell(row, 5)}/{total_tokens},"")'
        sheet.formula(row, 6, quotient, per, "small")
        known = float(plan_usd.get(component, 0.0)) / mtokens if mtokens else None
        sheet.number(row, 7, known, "small")
        gap = f'IF({total_tokens}>0,{cell(row, 6)}-{cell(row, 7)},"")'
        sheet.formula(
            row, 8, gap, (per - known) if per is not None and known is not None else "", "small"
        )
