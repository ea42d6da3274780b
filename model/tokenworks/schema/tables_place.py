"""Tables of place and time: periods, zones, sites, grid access, users."""

from __future__ import annotations

from tokenworks.schema.columns import Kind, Table
from tokenworks.schema.shorthand import (
    amount,
    choice,
    date,
    flag,
    fraction,
    key,
    label,
    months,
    number,
    positive,
    provenance,
    reference,
    usd_year,
    year_key,
)

PERIODS = Table(
    "periods",
    "a planning period: a date range of whole months",
    (
        key("period", "Name of the period, such as 2028-h1."),
        date("start", "First day; the first of a month."),
        date("end", "First day after the period; the first of a month."),
        positive(
            "seconds",
            "Exact seconds of the period; blank means the calendar's, shared out by days.",
            optional=True,
        ),
        *provenance(),
    ),
)

JURISDICTIONS = Table(
    "jurisdictions",
    "a country or a state",
    (
        key("jurisdiction", "Id, such as us-tx."),
        label("name", "Name for people."),
        reference(
            "parent",
            "jurisdictions.jurisdiction",
            "What it is part of: a permit route of the parent holds here too; blank for none.",
            optional=True,
        ),
        *provenance(),
    ),
)

ZONES = Table(
    "zones",
    "a grid zone",
    (
        key("zone", "Id of the zone."),
        label("name", "Name for people."),
        label("operator", "Grid operator."),
        *provenance(),
    ),
)

ZONE_HEADROOM = Table(
    "zone_headroom",
    "a zone's firm headroom in a year",
    (
        key("zone", "Grid zone.", refers_to="zones.zone"),
        year_key("Year; years between rows are interpolated, outside them the nearest holds."),
        amount("firm_headroom_mw", "Firm contracts that the zone can still sign, net of others."),
        *provenance(),
    ),
    may_be_empty=True,
)

TARIFFS = Table(
    "tariffs",
    "a zone's large-load tariff in a year",
    (
        key("zone", "Grid zone.", refers_to="zones.zone"),
        year_key("Year; years between rows are interpolated, outside them the nearest holds."),
        number("energy_usd_per_mwh", "Mean price of energy; the hour's shape multiplies it."),
        amount("delivery_usd_per_mwh", "Delivery charge on every MWh drawn."),
        amount("capacity_usd_per_kw_month", "Charge on every contracted kW, each month."),
        fraction(
            "minimum_take_fraction",
            "Share of the contracted energy that is paid for, drawn or not.",
        ),
        months("term_months", "Months for which a contract is held without an exit fee."),
        amount("exit_fee_usd_per_kw", "Paid on every kW given up before its term."),
        usd_year(),
        *provenance(),
    ),
    may_be_empty=True,
)

SITES = Table(
    "sites",
    "a candidate site",
    (
        key("site", "Id of the site, such as tx-brazoria."),
        label("name", "Name for people."),
        label("county_fips", "County, five digits."),
        number("latitude_deg", "North positive.", minimum=-90, maximum=90),
        number("longitude_deg", "East positive.", minimum=-180, maximum=180),
        reference("zone", "zones.zone", "Grid zone."),
        reference("jurisdiction", "jurisdictions.jurisdiction", "State or country."),
        positive("max_it_mw", "Most IT load that the site can hold."),
        positive("block_mw", "IT load of one block; halls are built in whole blocks."),
        amount("opening_cost_usd", "Paid once, in the month the site is opened."),
        amount("land_cost_usd", "Paid once at opening; keeps its value to the horizon's end."),
        amount("shell_cost_usd_per_mw", "Building, cooling, internal power, per MW of IT load."),
        amount("fixed_om_usd_per_mw_year", "Staff, upkeep and tax on every energised MW."),
        positive("shell_life_years", "Life of the building, for its residual value."),
        months("construction_months", "From breaking ground to an energised block."),
        number("average_pue_ratio", "Mean meter load over IT load; bills.", minimum=1.0, maximum=3),
        number(
            "peak_pue_ratio", "Meter over IT load on the design day; sizes.", minimum=1.0, maximum=3
        ),
        positive("hall_density_kw_per_rack", "Densest rack that the hall can hold."),
        flag("liquid_cooling", "True where the hall cools liquid-cooled racks."),
        amount("gas_access_mw", "Most gas-fired capacity that the pipeline can feed."),
        flag("waterfront", "True where a barge can moor."),
        flag("enabled", "False keeps the row and leaves the site out."),
        usd_year(),
        *provenance(),
    ),
)

INTERCONNECTION_ROUTES = Table(
    "interconnection_routes",
    "a way to grid power at a site",
    (
        key("route", "Id of the route."),
        reference("site", "sites.site", "Site that it serves."),
        choice("firmness", "Firm capacity is there in every hour.", ("firm",)),
        amount("max_mw", "Most that can be contracted by this route."),
        months("route_months", "From filing to the first contracted MW."),
        amount("cost_usd", "Studies and fixed works, paid in the month of filing."),
        amount("cost_usd_per_kw", "Works for every contracted kW, paid when the contract starts."),
        usd_year(),
        *provenance(),
    ),
    may_be_empty=True,
)

REGIONS = Table(
    "regions",
    "where users are",
    (
        key("region", "Id of the region."),
        label("name", "Name for people."),
        number("latitude_deg", "North positive.", minimum=-90, maximum=90),
        number("longitude_deg", "East positive.", minimum=-180, maximum=180),
        *provenance(),
    ),
)

NETWORK = Table(
    "network",
    "a site and a region: overrides the distance rule",
    (
        key("site", "Site.", refers_to="sites.site"),
        key("region", "Region.", refers_to="regions.region"),
        amount("rtt_ms", "Round trip; blank means the distance rule.", optional=True),
        amount("cost_usd_per_mtoken", "Cost of serving a million output tokens over this pair."),
        usd_year(),
        *provenance(),
    ),
    required=False,
)

OPERATIONS = Table(
    "operations",
    "an hour of a zone's representative day",
    (
        key("zone", "Grid zone.", refers_to="zones.zone"),
        key("day", "Name of the representative day."),
        key("hour_utc", "First hour of the slice, UTC.", kind=Kind.INTEGER),
        positive("weight_days", "Days of a year that the day stands for; the same all day."),
        amount("grid_price_shape", "Multiplies the tariff's mean energy price; weighted mean 1."),
        fraction("solar_capacity_factor", "AC output of solar over its capacity."),
        fraction("wind_capacity_factor", "Output of wind over its capacity."),
        amount("pue_overhead_shape", "Multiplies the site's mean overhead PUE-1; mean 1."),
        *provenance(),
    ),
)

PRICE_INDEX = Table(
    "price_index",
    "a year of the price level that converts dollars",
    (
        year_key("Calendar year."),
        positive("price_index", "Price level; only ratios count."),
        *provenance(),
    ),
)

PLACE_TABLES = (
    PERIODS,
    JURISDICTIONS,
    ZONES,
    ZONE_HEADROOM,
    TARIFFS,
    SITES,
    INTERCONNECTION_ROUTES,
    REGIONS,
    NETWORK,
    OPERATIONS,
    PRICE_INDEX,
)
