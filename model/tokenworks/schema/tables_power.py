"""Tables of power: technologies, their costs by year, fuels and how gas gets to a site."""

from __future__ import annotations

from tokenworks.schema.columns import Table
from tokenworks.schema.shorthand import (
    amount,
    choice,
    date,
    evidence,
    flag,
    fraction,
    key,
    label,
    months,
    positive,
    provenance,
    reference,
    stepped,
    usd_year,
    year_key,
)

# The asset of a permit route that the site itself needs, beside the technologies' ids.
SITE_ASSET = "site"
# And all stacks of the site together, for which it holds one air permit.
STACKS_ASSET = "stacks"

# What a stack counts as for air permits; `none` has no stack.
SOURCE_CATEGORIES = ("simple-cycle", "engine", "steam-electric", "other", "none")

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
        months("slip_months", "Months by which delivery is late; blank for none.", optional=True),
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
        fraction(
            "cancellation_fee_fraction",
            "Share of what is still to pay that a cancelled order costs; blank for all of it.",
            optional=True,
        ),
        flag("needs_gas", "True where it draws on the site's gas access."),
        flag("needs_waterfront", "True where it can only stand at a waterfront."),
        flag(
            "fuel_on_site",
            "True where it runs on when the pipeline fails; blank for false.",
            optional=True,
        ),
        evidence(months("procurement_low_months", "Least procurement months to reckon with.")),
        evidence(months("procurement_high_months", "Most procurement months to reckon with.")),
        stepped(
            fraction(
                "planned_outage_fraction",
                "Share of time out of service for upkeep; blank for none.",
                optional=True,
            ),
            0.1,
        ),
        fraction(
            "minimum_load_fraction",
            "Least output of a running unit, where one is large against its site; blank for 0.",
            optional=True,
        ),
        fraction(
            "ramp_fraction_per_hour",
            "Most change of output in an hour, where a unit is large against its site; 1 or blank "
            "for any.",
            optional=True,
        ),
        fraction(
            "design_day_rating_fraction",
            "Net output on the design day over module; blank for 1.",
            optional=True,
        ),
        evidence(positive("inverter_loading_ratio", "DC module capacity over net AC, of solar.")),
        choice(
            "air_source_category",
            "What its stack counts as for air permits, which decides the threshold of a major "
            "source; blank or none where it needs no air permit.",
            SOURCE_CATEGORIES,
            optional=True,
        ),
        amount(
            "nox_lb_per_mmbtu",
            "NOx without catalyst: lean burn or dry low NOx; blank for none.",
            optional=True,
        ),
        amount(
            "nox_with_scr_lb_per_mmbtu",
            "NOx behind selective catalytic reduction (SCR), of the variant that stands beside the "
            "technology where SCR has a cost; blank for no such variant.",
            optional=True,
        ),
        amount(
            "carbon_monoxide_lb_per_mmbtu",
            "Carbon monoxide without catalyst; blank for none.",
            optional=True,
        ),
        amount(
            "carbon_monoxide_with_catalyst_lb_per_mmbtu",
            "Carbon monoxide behind an oxidation catalyst, which SCR comes with; blank for no less "
            "than without.",
            optional=True,
        ),
        amount(
            "air_start_hours_per_year",
            "Hours a year at full load without control, of start-ups and tests, that an air permit "
            "counts; blank for none.",
            optional=True,
        ),
        amount("co2_tonnes_per_mmbtu", "CO2 at the stack; blank for none.", optional=True),
        evidence(amount("upstream_co2_tonnes_per_mmbtu", "CO2 of the fuel's supply; no methane.")),
        evidence(
            flag("movable", "True where a unit could be taken to another site, or sold to one.")
        ),
        choice(
            "cost_region",
            "Ratio of the site that multiplies its capital: of gas plant or of nuclear plant; "
            "blank for none.",
            ("gas", "nuclear"),
            optional=True,
        ),
        fraction(
            "resale_fraction",
            "Value of a retired unit over its price, as if sold when new; it brings no more than "
            "the annuity of the life that it has left; blank for 0, scrap.",
            optional=True,
        ),
        fraction(
            "resale_decay_fraction_per_year",
            "Share of that value lost with every year of age; blank for 0.",
            optional=True,
        ),
        flag(
            "leased",
            "True where it is rented, not bought: it has a rent in place of capital, and no "
            "residual; blank for false.",
            optional=True,
        ),
        months(
            "lease_term_months",
            "Least months of service before a leased unit can be returned; blank for 0.",
            optional=True,
        ),
        evidence(flag("floating", "True where it stays afloat.")),
        label("capacity_credit_note", "What the capacity credit rests on."),
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
        amount(
            "lease_usd_per_kw_month",
            "Rent of a leased technology, fixed with the order; blank for one that is bought.",
            optional=True,
        ),
        evidence(amount("overnight_capex_low_usd_per_kw", "Least overnight cost to reckon with.")),
        evidence(amount("overnight_capex_high_usd_per_kw", "Most overnight cost to reckon with.")),
        evidence(
            amount(
                "all_in_capex_usd_per_kw",
                "Cost with interest during construction, where that is what was published.",
            )
        ),
        amount(
            "scr_capex_usd_per_kw",
            "Extra for SCR and oxidation catalyst; 0 where the plant holds them, blank where they "
            "cannot be had.",
            optional=True,
        ),
        label("basis", "What the capital cost is of: overnight or all-in, grid connection or not."),
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

POWER_TABLES = (
    POWER_TECHNOLOGIES,
    POWER_COSTS,
    FUEL_PRICES,
)
