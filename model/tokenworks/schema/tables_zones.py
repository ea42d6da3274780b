"""Tables that describe grid zones: links, load, plants, queue, growth and a year hour by hour."""

from __future__ import annotations

from tokenworks.schema.columns import Column, Kind, Role, Table
from tokenworks.schema.shorthand import (
    amount,
    choice,
    evidence,
    flag,
    fraction,
    key,
    label,
    number,
    positive,
    provenance,
    reference,
    stepped,
    usd_year,
    year_key,
)

LINK_KINDS = ("alternating-current", "direct-current", "back-to-back")
PLANT_KINDS = (
    "gas-combined-cycle",
    "gas-combustion-turbine",
    "gas-other",
    "coal",
    "nuclear",
    "hydro",
    "pumped-hydro",
    "solar",
    "wind",
    "battery",
    "oil",
    "biomass",
    "geothermal",
    "other",
)
QUEUE_KINDS = (
    "battery",
    "biomass",
    "coal",
    "gas",
    "geothermal",
    "hydrogen",
    "hydro",
    "nuclear",
    "pumped-hydro",
    "solar",
    "wind-offshore",
    "wind-onshore",
)

ZONE_LINKS = Table(
    "zone_links",
    "a link between two grid zones",
    (
        key("from_zone", "Zone at one end.", refers_to="zones.zone"),
        key("to_zone", "Zone at the other end.", refers_to="zones.zone"),
        key("link", "Name of the line, or the kind of link where it has no name of its own."),
        evidence(choice("kind", "How the link carries power.", LINK_KINDS)),
        evidence(amount("forward_mw", "Most that flows from the first zone to the second.")),
        evidence(amount("reverse_mw", "Most that flows from the second zone to the first.")),
        Column(
            "in_service_year",
            Kind.INTEGER,
            Role.EVIDENCE,
            "First year of service; blank where it is long in service or unknown.",
            optional=True,
            minimum=1900,
            maximum=2100,
        ),
        evidence(amount("new_line_kv", "Voltage of one more line; blank where none was costed.")),
        evidence(amount("new_line_km", "Length of one more line.")),
        evidence(amount("new_line_cost_usd", "Capital cost of one more line.")),
        evidence(usd_year()),
        *provenance(),
    ),
    required=False,
)

ZONE_LOADS = Table(
    "zone_loads",
    "a zone's load in 2024",
    (
        key("zone", "Grid zone.", refers_to="zones.zone"),
        stepped(
            amount(
                "mean_load_mw",
                "Mean over the year, of the hours of `solve --chronological`; blank where it is "
                "not known: representative days then stand for the hours.",
                optional=True,
            ),
            1000,
        ),
        amount(
            "peak_load_mw",
            "Highest hour of the zone itself, whenever it falls, of which a redline may be a "
            "share; blank where it is not known.",
            optional=True,
        ),
        evidence(fraction("load_factor", "Mean over peak.")),
        evidence(amount("peak_2010_mw", "Highest hour of 2010 in an older edition of the zones.")),
        label("eia930_regions", "Regions of Form EIA-930 whose hourly load stands for the zone."),
        reference(
            "load_region",
            "chronology.load_region",
            "Region of the hourly load of `solve --chronological`; blank where there is none.",
            optional=True,
        ),
        evidence(flag("reliable", "False where the load cannot be trusted.")),
        label("remark", "Why the load cannot be trusted."),
        *provenance(),
    ),
    required=False,
)

LOAD_GROWTH = Table(
    "load_growth",
    "a zone's load in a year over its load in 2024",
    (
        key("zone", "Grid zone.", refers_to="zones.zone"),
        year_key("Year; years between rows are interpolated, outside them the nearest holds."),
        positive(
            "load_growth_ratio",
            "Load of the year over the load of 2024; a zone without rows does not grow.",
        ),
        *provenance(),
    ),
    required=False,
)

ZONE_CAPACITY = Table(
    "zone_capacity",
    "a zone's power plants of one kind",
    (
        key("zone", "Grid zone.", refers_to="zones.zone"),
        key("kind", "Kind of plant."),
        evidence(amount("capacity_mw", "Nameplate capacity in service.")),
        *provenance(),
    ),
    required=False,
)

ZONE_QUEUE = Table(
    "zone_queue",
    "plants of one kind that wait for a grid connection in a zone",
    (
        key("zone", "Grid zone.", refers_to="zones.zone"),
        key("kind", "Kind of plant."),
        year_key("Year by whose end the plants ask to be connected."),
        evidence(amount("queued_mw", "Nameplate capacity queued up to then; most is never built.")),
        *provenance(),
    ),
    required=False,
)

ZONE_BALANCE = Table(
    "zone_balance",
    "the parts of a zone's firm headroom in a year",
    (
        key("zone", "Grid zone.", refers_to="zones.zone"),
        year_key("Year."),
        evidence(amount("existing_firm_mw", "Plants in service at the share that counts as firm.")),
        evidence(amount("queue_firm_mw", "Queued plants that get built, at their firm share.")),
        evidence(amount("others_peak_mw", "Others' load in the peak hour of the NERC region.")),
        evidence(fraction("reserve_margin_fraction", "Reserve that the region holds over it.")),
        evidence(
            number("settled_mw", "Added for what the first year lacks, taken for what it lends.")
        ),
        evidence(number("region_share_mw", "Zone's share, by load, of what the region has over.")),
        evidence(amount("import_limit_mw", "Sum of what its links can bring in.")),
        evidence(number("deliverable_mw", "Most that its own plants and its links can add.")),
        *provenance(),
    ),
    required=False,
)

CHRONOLOGY = Table(
    "chronology",
    "an hour of a year in a load region",
    (
        key("load_region", "Regions of Form EIA-930, joined by +."),
        key("day_of_year", "Day of the year, 1 to 365.", kind=Kind.INTEGER),
        key("hour_utc", "First minute of the hour, UTC.", kind=Kind.INTEGER),
        stepped(
            amount(
                "load_shape",
                "Load of the hour over the year's mean, for `solve --chronological`: contracts are "
                "cut where it is highest; mean 1; a year with a blank is not used.",
                optional=True,
            ),
            1,
        ),
        *provenance(),
    ),
    required=False,
)

CHRONOLOGY_DAYS = Table(
    "chronology_days",
    "a day of the chronological year",
    (
        key("day_of_year", "Day of the year, 1 to 365.", kind=Kind.INTEGER),
        reference(
            "day",
            "operations.day",
            "Representative day that lends it prices, wind and sun in `solve --chronological`; "
            "with a blank the year is not used.",
            optional=True,
        ),
        label("date", "Calendar day of the load."),
        *provenance(),
    ),
    required=False,
)

ZONE_TABLES = (
    ZONE_LINKS,
    ZONE_LOADS,
    LOAD_GROWTH,
    ZONE_CAPACITY,
    ZONE_QUEUE,
    ZONE_BALANCE,
    CHRONOLOGY,
    CHRONOLOGY_DAYS,
)
