"""Result tables of money: costs by component, cash by year and by month, the pro-forma."""

from __future__ import annotations

from tokenworks.schema.columns import Kind, Table
from tokenworks.schema.results_columns import SITE
from tokenworks.schema.results_columns import key as _key
from tokenworks.schema.results_columns import value as _value

COST_PER_TOKEN = Table(
    "cost_per_token",
    "a component of the cost of owned tokens of a workload, region, site and system",
    (
        _key("workload", "Workload; blank for cost that no token carries."),
        _key("region", "Region."),
        SITE,
        _key("system", "Hardware system."),
        _key("component", "Component of cost; residuals are negative."),
        _value("present_value_usd", "Present value of cash, less residuals."),
        _value(
            "present_value_mtokens",
            "Discounted output tokens that carry the component; 0 of a prefill, whose tokens are "
            "counted where they are decoded.",
        ),
        _value("cost_usd_per_mtoken", "The first over the second; blank where that is 0."),
    ),
)
COSTS = Table(
    "costs",
    "a component of the objective at a site",
    (
        _key("line", "owned, rent, penalty, revenue (negative) or tax."),
        _key("component", "Component of cost."),
        SITE,
        _value("present_value_usd", "Present value; all rows sum to the objective."),
    ),
)
CASHFLOW = Table(
    "cashflow",
    "a component's cash in a calendar year",
    (
        _key("year", "Calendar year.", Kind.INTEGER),
        _key("line", "owned, rent, penalty, revenue or tax (what capital bears, no cash)."),
        _key("component", "Component of cost."),
        SITE,
        _value("cash_usd", "Cash paid, undiscounted real dollars; what is received is negative."),
        _value(
            "residual_usd",
            "Value at the end of the horizon, negative, in its last year; no cash: discounted from "
            "that day, with the cash of every month, it gives the present value.",
        ),
    ),
)
CASH_BY_MONTH = Table(
    "cash_by_month",
    "a component's cash in a month, of which `cashflow` is the sum by year",
    (
        _key("month", "First day of the month.", Kind.DATE),
        _key("line", "owned, rent, penalty, revenue or tax (what capital bears, no cash)."),
        _key("component", "Component of cost."),
        SITE,
        _value(
            "cash_usd",
            "Cash paid in the month, undiscounted real dollars; what is received is negative. "
            "Discounted from the middle of the month.",
        ),
        _value(
            "residual_usd",
            "Value at the end of the horizon, negative, in its last month; no cash: discounted "
            "from that day.",
        ),
    ),
)
LIVES_LEFT = Table(
    "lives_left",
    "assets of a component that entered service in a month and have life left at the end",
    (
        _key("component", "Component of residual value."),
        SITE,
        _key("in_service", "First day of service.", Kind.DATE),
        _key("life_years", "Service life.", Kind.NUMBER),
        _value(
            "cost_usd",
            "Cost whose share is left: the annuity of the life left over that of the life. Less "
            "what left before.",
        ),
        _value("residual_usd", "The value left at the end of the horizon, negative."),
    ),
)
PROFORMA = Table(
    "proforma",
    "a calendar year of the pro-forma, in its own nominal dollars",
    (
        _key("year", "Calendar year.", Kind.INTEGER),
        _value("revenue_usd", "Tokens owned and rented, at their price."),
        _value("operating_usd", "Owned cost that is no capital."),
        _value("rent_usd", "Rented capacity."),
        _value("damages_usd", "Contracted damages."),
        _value("operating_profit_usd", "The first less the three after it."),
        _value("capital_usd", "Capital paid."),
        _value("proceeds_usd", "Resale, and residual values at the end."),
        _value("credits_usd", "Tax credits."),
        _value("depreciation_usd", "Deducted from the taxable profit."),
        _value("tax_usd", "Tax without debt."),
        _value("project_cash_usd", "Profit, proceeds and credits less capital and tax."),
        _value("debt_drawn_usd", "Loan received."),
        _value("interest_usd", "Paid on the loan."),
        _value("principal_usd", "Repaid of the loan."),
        _value("debt_usd", "Owed at the end of the year."),
        _value("levered_tax_usd", "Tax with the interest deducted."),
        _value("equity_cash_usd", "Cash of the project with the loan and its tax."),
        _value("dscr_ratio", "Profit after tax over debt service; blank without service."),
    ),
)
