"""Tables of power: technologies, their costs by year, fuels, permit routes and their thresholds."""

from __future__ import annotations

from tokenworks.schema.columns import Table
from tokenworks.schema.shorthand import (
    amount,
    chance,
    choice,
    date,
    evidence,
    flag,
    fraction,
    key,
    label,
    months,
    pending,
    positive,
    provenance,
    reference,
    usd_year,
    year_key,
)
from tokenworks.schema.tables_sites import ATTAINMENT, WATER

# The asset of a permit route that the site itself needs, beside the technologies' ids.
SITE_ASSET = "site"

# What a permit is for. `nuclear` allows construction, `nuclear-operation` the loading of fuel.
REQUIREMENTS = ("air", "nuclear", "nuclear-operation", "building", "water", "land")

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
        fraction(
            "planned_outage_fraction",
            "Share of time out of service for upkeep; blank for none.",
            optional=True,
        ),
        pending(fraction("minimum_load_fraction", "Least output of a running unit.")),
        pending(fraction("ramp_fraction_per_hour", "Most change of output in an hour; 1 for any.")),
        fraction(
            "design_day_rating_fraction",
            "Net output on the design day over module; blank for 1.",
            optional=True,
        ),
        evidence(positive("inverter_loading_ratio", "DC module capacity over net AC, of solar.")),
        pending(
            choice(
                "air_source_category",
                "What it counts as for air permits; decides the major-source threshold.",
                SOURCE_CATEGORIES,
            )
        ),
        pending(amount("nox_lb_per_mmbtu", "NOx without catalyst: lean burn or dry low NOx.")),
        pending(
            amount("nox_with_scr_lb_per_mmbtu", "NOx behind selective catalytic reduction (SCR).")
        ),
        pending(amount("carbon_monoxide_lb_per_mmbtu", "Carbon monoxide without catalyst.")),
        pending(
            amount(
                "carbon_monoxide_with_catalyst_lb_per_mmbtu",
                "Carbon monoxide behind an oxidation catalyst, which SCR comes with.",
            )
        ),
        pending(amount("co2_tonnes_per_mmbtu", "CO2 at the stack.")),
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
        pending(amount("scr_capex_usd_per_kw", "Extra for SCR and oxidation catalyst.")),
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
            REQUIREMENTS,
        ),
        choice(
            "also_satisfies",
            "A second requirement that the same grant satisfies, before the same stage; blank for "
            "none.",
            REQUIREMENTS,
            optional=True,
        ),
        choice(
            "follows",
            "Requirement of the same asset that must be granted before this route can be filed; "
            "blank for none.",
            REQUIREMENTS,
            optional=True,
        ),
        choice(
            "required_before",
            "The stage that has to wait for it.",
            ("commitment", "construction", "operation"),
        ),
        months("route_months", "From filing to grant."),
        months("slip_months", "Months later than that; blank for none.", optional=True),
        amount("cost_usd", "Paid in the month of filing."),
        chance(
            "probability_fraction",
            "Chance that a filing is granted; blank for 1. A refused one is filed again, 1/chance "
            "times on average: months (rounded up) and cost count so many times.",
            optional=True,
        ),
        flag(
            "transferable",
            "True where the next owner of the asset may use it: the cost of one filing keeps its "
            "value to the horizon's end; blank for false.",
            optional=True,
        ),
        choice(
            "attainment",
            "Air quality of the county where it holds; blank for either.",
            ATTAINMENT,
            optional=True,
        ),
        choice(
            "water",
            "Water of the sites that need it or may use it; blank for any.",
            WATER,
            optional=True,
        ),
        reference(
            "replaces",
            "permit_routes.route",
            "Route of the jurisdiction above that is not to be had here; blank for none.",
            optional=True,
        ),
        evidence(months("route_low_months", "Least months to reckon with.")),
        evidence(months("route_high_months", "Most months to reckon with.")),
        pending(
            choice(
                "source_category",
                "What the stack counts as; blank for none.",
                SOURCE_CATEGORIES,
            )
        ),
        pending(
            amount(
                "nox_cap_short_tons_per_year",
                "Most NOx of the whole site in any twelve months; blank for no cap.",
            )
        ),
        pending(
            amount(
                "carbon_monoxide_cap_short_tons_per_year",
                "Most carbon monoxide of the whole site in any twelve months; blank for no cap.",
            )
        ),
        pending(
            positive("offset_ratio", "Tons of NOx to retire for each permitted; blank for none.")
        ),
        pending(amount("offset_cost_usd_per_short_ton", "Price of a yearly ton to retire, once.")),
        evidence(
            flag("preapproved_template", "True where a design that the agency knows is taken over.")
        ),
        evidence(amount("template_extra_cost_usd", "What of the cost the template adds.")),
        evidence(months("template_saved_months", "What the template takes off the months.")),
        pending(flag("needs_scr", "True where the agency grants it only with SCR and catalyst.")),
        evidence(
            flag(
                "needs_operating_permit",
                "True where a Title V permit to operate follows, which holds nothing up.",
            )
        ),
        evidence(months("operating_permit_months", "From filing of that permit to its grant.")),
        label("note", "What the route is, and what the months rest on."),
        usd_year(),
        *provenance(),
    ),
    required=False,
)

AIR_PERMIT_THRESHOLDS = Table(
    "air_permit_thresholds",
    "yearly tons of a pollutant from which a new source is a major one",
    (
        key("rule", "Rule: `psd` in attainment areas, or nonattainment by severity of ozone."),
        key("source_category", "What the stack counts as, or `any`."),
        pending(
            amount("major_source_short_tons_per_year", "From this potential to emit it is major.")
        ),
        pending(positive("offset_ratio", "Tons to retire for each permitted; blank for none.")),
        label("note", "What it follows from."),
        *provenance(),
    ),
    required=False,
)

NUCLEAR_RESTRICTIONS = Table(
    "nuclear_restrictions",
    "a state or county whose law restricts new nuclear plants",
    (
        key("area", "Jurisdiction, or a county by its five digits."),
        evidence(
            reference("jurisdiction", "jurisdictions.jurisdiction", "State that it is, or lies in.")
        ),
        label("county_fips", "County, five digits; blank for the whole state."),
        evidence(flag("bars_large_reactors", "True where no large reactor is to be planned.")),
        evidence(flag("bars_small_reactors", "True where no small reactor is to be planned.")),
        label("note", "What the law asks for."),
        *provenance(),
    ),
    required=False,
)

POWER_TABLES = (
    POWER_TECHNOLOGIES,
    POWER_COSTS,
    FUEL_PRICES,
    PERMIT_ROUTES,
    AIR_PERMIT_THRESHOLDS,
    NUCLEAR_RESTRICTIONS,
)
