"""Tables of what power assets share: series, tax credits, gas at a site."""

from __future__ import annotations

from tokenworks.schema.columns import Kind, Table
from tokenworks.schema.shorthand import (
    amount,
    date,
    evidence,
    flag,
    fraction,
    key,
    label,
    months,
    positive,
    provenance,
    usd_year,
)

POWER_SERIES = Table(
    "power_series",
    "units of a technology's series that cost alike",
    (
        key("technology", "Technology.", refers_to="power_technologies.technology"),
        key(
            "from_unit_count",
            "Number of the first unit of the tranche, from 1; units of all sites are counted in "
            "the order in which they enter service, and the last tranche has no end.",
            kind=Kind.INTEGER,
        ),
        positive("cost_ratio", "Overnight cost of its units over that of `power_costs`."),
        *provenance(),
    ),
    required=False,
)

TAX_CREDITS = Table(
    "tax_credits",
    "a tax credit that a technology gets, by dates of construction and service",
    (
        key("technology", "Technology.", refers_to="power_technologies.technology"),
        key(
            "credit",
            "Id of the credit; of those that fit, the one whose construction has to "
            "start soonest counts.",
        ),
        date("from_date", "First day of service; blank for any.", optional=True),
        date("until_date", "First day after the last of service; blank for any.", optional=True),
        date(
            "construction_until_date",
            "First day on which construction may no longer start; blank for any.",
            optional=True,
        ),
        fraction(
            "investment_credit_fraction",
            "Share of the capital, without contingency, paid in the month of service; blank for 0.",
            optional=True,
        ),
        amount(
            "production_credit_usd_per_mwh",
            "Paid on every MWh generated, in real dollars; blank for 0.",
            optional=True,
        ),
        amount(
            "production_credit_years",
            "Years of service for which it is paid; blank for 0.",
            optional=True,
        ),
        label("note", "The law, and what the plan takes for granted."),
        usd_year(),
        *provenance(),
    ),
    required=False,
)

GAS_CONNECTIONS = Table(
    "gas_connections",
    "what it takes to bring gas to a site of a jurisdiction",
    (
        key(
            "jurisdiction",
            "Where it holds; a state's own row goes before its country's.",
            refers_to="jurisdictions.jurisdiction",
        ),
        amount(
            "lateral_cost_usd_per_km",
            "Pipe from the pipeline to the site, laid at once for all its gas; blank for 0.",
            optional=True,
        ),
        flag(
            "lateral_included",
            "True where the opening cost of sites holds the lateral, which then costs nothing "
            "more; blank for false.",
            optional=True,
        ),
        months("lateral_months", "From its order to gas at the site; blank for 0.", optional=True),
        evidence(months("lateral_low_months", "Least months to reckon with.")),
        evidence(months("lateral_high_months", "Most months to reckon with.")),
        amount(
            "firm_transport_usd_per_mmbtu",
            "Firm transport of what gas-fired modules burn; blank for 0.",
            optional=True,
        ),
        flag(
            "transport_included",
            "True where the price of the fuel holds it, and it costs nothing more; blank for "
            "false.",
            optional=True,
        ),
        label("held_in", "Figures that hold these costs, where they are included."),
        usd_year(),
        *provenance(),
    ),
    required=False,
)

POWER_ASSET_TABLES = (GAS_CONNECTIONS, POWER_SERIES, TAX_CREDITS)
