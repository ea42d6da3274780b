"""Tables of candidate sites, their ways to the grid and to the users."""

from __future__ import annotations

from tokenworks.schema.columns import Kind, Table
from tokenworks.schema.shorthand import (
    amount,
    choice,
    evidence,
    flag,
    fraction,
    key,
    label,
    months,
    number,
    positive,
    provenance,
    reference,
    stepped,
    usd_year,
)

ATTAINMENT = ("attainment", "nonattainment")
WATER = ("fresh", "limited", "none")

SITES = Table(
    "sites",
    "a candidate site",
    (
        key("site", "Id of the site, such as tx-brazoria."),
        label("name", "Name for people."),
        label("county_fips", "County, five digits."),
        stepped(number("latitude_deg", "North positive.", minimum=-90, maximum=90), 40),
        stepped(number("longitude_deg", "East positive.", minimum=-180, maximum=180), 150),
        reference("zone", "zones.zone", "Grid zone."),
        reference("jurisdiction", "jurisdictions.jurisdiction", "State or country."),
        positive("max_it_mw", "Most IT load that the site can hold."),
        positive("block_mw", "IT load of one block; halls are built in whole blocks."),
        amount("opening_cost_usd", "Paid once, in the month the site is opened."),
        amount("land_cost_usd", "Paid once at opening; keeps its value to the horizon's end."),
        amount("shell_cost_usd_per_mw", "Building, cooling, internal power, per MW of IT load."),
        amount("fixed_om_usd_per_mw_year", "Staff, upkeep and tax on every energised MW."),
        positive("shell_life_years", "Life of the building, for its residual value."),
        amount(
            "lease_usd_per_kw_month",
            "Rent of an energised kW of IT load, without power, from its energising to the "
            "horizon's end; blank for halls of one's own. It contains land and shell.",
            optional=True,
        ),
        months("construction_months", "From breaking ground to an energised block."),
        number("average_pue_ratio", "Mean meter load over IT load; bills.", minimum=1.0, maximum=3),
        number(
            "peak_pue_ratio", "Meter over IT load on the design day; sizes.", minimum=1.0, maximum=3
        ),
        stepped(positive("hall_density_kw_per_rack", "Densest rack that the hall can hold."), 60),
        flag("liquid_cooling", "True where the hall cools liquid-cooled racks."),
        positive(
            "commissioning_mw_per_month",
            "Most design power of systems that can be taken into service in a month; blank for no "
            "limit, all of it at once.",
            optional=True,
        ),
        amount("gas_access_mw", "Most gas-fired capacity that the pipeline can feed."),
        flag("waterfront", "True where a barge can moor."),
        label("port", "Nearest principal port, where it is near enough for a barge to serve."),
        evidence(amount("port_km", "To the nearest principal port.")),
        evidence(
            amount("line_230kv_km", "To the nearest alternating-current line of 230 kV or more.")
        ),
        evidence(
            amount("line_345kv_km", "To the nearest alternating-current line of 345 kV or more.")
        ),
        amount(
            "gas_plant_km",
            "To the nearest gas-fired plant of 100 MW: stands for a pipeline, and is the length of "
            "the lateral; blank for 0.",
            optional=True,
        ),
        evidence(amount("nuclear_plant_km", "To the nearest nuclear power plant.")),
        choice(
            "water",
            "What the grid zone can still give to a new user, which decides its water permits; "
            "blank for fresh.",
            WATER,
            optional=True,
        ),
        choice(
            "attainment",
            "Whether the county's air meets the limits, which decides its air permits; blank for "
            "yes.",
            ATTAINMENT,
            optional=True,
        ),
        flag(
            "nuclear_restricted",
            "True where the law keeps new reactors out; blank for false.",
            optional=True,
        ),
        evidence(
            amount("hazard_index", "Natural hazards by FEMA's score of 0 to 100.", maximum=100)
        ),
        evidence(amount("population_per_km2", "People on a square kilometre of the county.")),
        positive(
            "capital_cost_ratio",
            "Capital of gas plant here over the nation's mean; blank for 1.",
            optional=True,
        ),
        positive(
            "nuclear_cost_ratio",
            "Capital of nuclear plant here over the nation's mean; blank for 1.",
            optional=True,
        ),
        label("score_index", "Score of the screening, 0 to 100.", kind=Kind.NUMBER),
        flag("enabled", "False keeps the row and leaves the site out."),
        usd_year(),
        *provenance(),
    ),
)


HALL_RETROFITS = Table(
    "hall_retrofits",
    "what the halls of a site can be turned into",
    (
        key("site", "Site, or * for every one that has no row of its own."),
        amount("cost_usd_per_mw", "Of every MW of IT load retrofitted, paid when it is done."),
        months("retrofit_months", "From an energised hall to one that is retrofitted."),
        stepped(
            positive("hall_density_kw_per_rack", "Densest rack that a retrofitted hall can hold."),
            60,
        ),
        flag("liquid_cooling", "True where it cools liquid-cooled racks."),
        usd_year(),
        *provenance(),
    ),
    required=False,
)


INTERCONNECTION_ROUTES = Table(
    "interconnection_routes",
    "a way to grid power at a site",
    (
        key("route", "Id of the route."),
        reference("site", "sites.site", "Site that it serves."),
        choice(
            "firmness",
            "Firm capacity is there in every hour; flexible is cut when the grid is short; "
            "co-located is firm and comes from an existing plant beside the site, behind its meter "
            "and with the grid as its stand-by.",
            ("firm", "flexible", "co-located"),
        ),
        amount("max_mw", "Most that can be contracted by this route."),
        months("route_months", "From filing to the first contracted MW."),
        months("slip_months", "Months later than that; blank for none.", optional=True),
        amount("cost_usd", "Studies and fixed works, paid in the month of filing."),
        amount("cost_usd_per_kw", "Works for every contracted kW, paid when the contract starts."),
        fraction(
            "curtailed_fraction",
            "Share of a flexible contract's yearly energy that is cut, in the hours of the zone's "
            "highest net load; blank or 0 for the others, which are never cut.",
            optional=True,
        ),
        fraction(
            "headroom_share_fraction",
            "Share of the contract that counts in the zone's headroom and in redlines; blank for "
            "1, and for 0 where it is co-located. Below 1 for a connection taken over from another "
            "user; above 0 where a plant leaves the supply of its zone to serve the site.",
            optional=True,
        ),
        number(
            "energy_usd_per_mwh",
            "The route's own price of energy, the same in every hour; blank for the zone's tariff.",
            optional=True,
        ),
        amount(
            "delivery_usd_per_mwh",
            "The route's own charge on every MWh drawn; blank for the zone's tariff.",
            optional=True,
        ),
        amount(
            "capacity_usd_per_kw_month",
            "The route's own charge on every contracted kW, each month; blank for the zone's "
            "tariff.",
            optional=True,
        ),
        label("plant", "Existing plant that a co-located contract draws on."),
        usd_year(),
        *provenance(),
    ),
    may_be_empty=True,
)


NETWORK = Table(
    "network",
    "a site and a region: overrides the distance rule",
    (
        key("site", "Site.", refers_to="sites.site"),
        key("region", "Region.", refers_to="regions.region"),
        stepped(amount("rtt_ms", "Round trip; blank means the distance rule.", optional=True), 50),
        amount("cost_usd_per_mtoken", "Cost of serving a million output tokens over this pair."),
        usd_year(),
        *provenance(),
    ),
    required=False,
)

SITE_LINKS = Table(
    "site_links",
    "what can be sent from one site to another; sites without a row send nothing to each other",
    (
        key("from_site", "Site that sends.", refers_to="sites.site"),
        key(
            "to_site",
            "Site that receives; the way back is a row of its own.",
            refers_to="sites.site",
        ),
        positive("capacity_gbps", "Most that it carries at a time, of all workloads together."),
        stepped(amount("rtt_ms", "Round trip; blank means the distance rule.", optional=True), 50),
        amount("cost_usd_per_gb", "Cost of what is sent; blank for nothing.", optional=True),
        usd_year(),
        *provenance(),
    ),
    required=False,
)

SITE_TABLES = (
    SITES,
    HALL_RETROFITS,
    INTERCONNECTION_ROUTES,
    NETWORK,
    SITE_LINKS,
)
