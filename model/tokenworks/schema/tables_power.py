"""Tables of power: technologies, their costs by year, fuels and permit routes."""

from __future__ import annotations

from tokenworks.schema.columns import Table
from tokenworks.schema.shorthand import (
    amount,
    choice,
    date,
    flag,
    fraction,
    key,
    label,
    months,
    positive,
    provenance,
    reference,
    usd_year,
    year_key,
)

# The asset of a permit route that the site itself needs, beside the technologies' ids.
SITE_ASSET = "site"

POWER_TECHNOLOGIES = Table(
    "power_technologies",
    "a way to make or store power on site",
    (
        key("technology", "Id of the technology."),
        label("name", "Name for people."),
        choice(
            "kind",
            "How it runs: thermal follows load, solar and wind follow their profile.",
            ("thermal", "solar", "wind", "storage"),
        ),
        positive("module_mw", "Net AC capacity of one unit."),
        months("procurement_months", "From order to the start of building."),
        months("build_months", "From the start of building to service."),
        positive("life_years", "Service life."),
        fraction("deposit_fraction", "Share of capital paid in the month of order."),
        fraction("forced_outage_fraction", "Share of time out of service unplanned."),
        fraction("capacity_credit_fraction", "Share of unforced capacity that counts at the peak."),
        reference(
            "fuel",
            "fuel_prices.fuel",
            "Fuel; blank where none is burnt.",
            optional=True,
        ),
        amount("heat_rate_mmbtu_per_mwh", "HHV fuel per net MWh; 0 where none is burnt."),
        fraction("round_trip_efficiency_fraction", "Of storage; 1 for the rest."),
        amount("storage_hours", "Energy over power of storage; 0 for the rest."),
        amount("max_site_mw", "Most capacity at one site; blank for no limit.", optional=True),
        date(
            "first_order", "First day on which a unit can be ordered; blank for any.", optional=True
        ),
        flag("needs_gas", "True where it draws on the site's gas access."),
        flag("needs_waterfront", "True where it can only stand at a waterfront."),
        flag("enabled", "False keeps the row and leaves the technology out."),
        *provenance(),
    ),
    may_be_empty=True,
)

POWER_COSTS = Table(
    "power_costs",
    "a technology's cost in a year",
    (
        key("technology", "Technology.", refers_to="power_technologies.technology"),
        year_key(
            "Year of order for capital and fixed cost, of operation for variable cost; years "
            "between rows are interpolated, outside them the nearest holds."
        ),
        amount("overnight_capex_usd_per_kw", "Overnight cost of net AC capacity."),
        amount("fixed_om_usd_per_kw_year", "Fixed operation and maintenance."),
        amount("variable_om_usd_per_mwh", "Variable operation and maintenance."),
        usd_year(),
        *provenance(),
    ),
    may_be_empty=True,
)

FUEL_PRICES = Table(
    "fuel_prices",
    "a fuel's price in a zone and a year",
    (
        key("fuel", "Id of the fuel."),
        key("zone", "Grid zone, or * for every zone without rows of its own."),
        year_key("Year; years between rows are interpolated, outside them the nearest holds."),
        amount("price_usd_per_mmbtu", "Delivered price, HHV."),
        usd_year(),
        *provenance(),
    ),
    may_be_empty=True,
)

PERMIT_ROUTES = Table(
    "permit_routes",
    "a way to satisfy a permit requirement",
    (
        key("route", "Id of the route."),
        label("name", "Name for people."),
        reference("jurisdiction", "jurisdictions.jurisdiction", "Where it applies."),
        reference(
            "asset",
            "power_technologies.technology",
            f"Technology that needs it, or `{SITE_ASSET}` for the site itself.",
        ),
        choice(
            "requirement",
            "What it satisfies; each asset needs one granted route for every requirement.",
            ("air", "nuclear", "building", "water", "land"),
        ),
        choice(
            "required_before",
            "The stage that has to wait for it.",
            ("commitment", "construction", "operation"),
        ),
        months("route_months", "From filing to grant."),
        amount("cost_usd", "Paid in the month of filing."),
        usd_year(),
        *provenance(),
    ),
    required=False,
)

POWER_TABLES = (POWER_TECHNOLOGIES, POWER_COSTS, FUEL_PRICES, PERMIT_ROUTES)
