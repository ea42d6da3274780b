"""Tables of the grid: zones, headroom, tariffs and representative hours."""

from __future__ import annotations

from tokenworks.schema.columns import Kind, Table
from tokenworks.schema.shorthand import (
    amount,
    evidence,
    fraction,
    key,
    label,
    months,
    number,
    positive,
    provenance,
    stepped,
    usd_year,
    year_key,
)
from tokenworks.schema.tables_zones import ZONE_TABLES

ZONES = Table(
    "zones",
    "a grid zone",
    (
        key("zone", "Id of the zone."),
        label("name", "Name for people."),
        label("operator", "Grid operator."),
        label("state", "State or country that most of it lies in."),
        label("interconnection", "Grid that runs in step with it: eastern, western or texas."),
        label("nerc_region", "Region whose reserve margin applies to it."),
        label("census_division", "Census division, by which outlooks are published."),
        label("latitude_deg", "Latitude of its node.", kind=Kind.NUMBER),
        label("longitude_deg", "Longitude of its node.", kind=Kind.NUMBER),
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


FLEXIBLE_HEADROOM = Table(
    "flexible_headroom",
    "a zone's firm and flexible headroom together, in a year, at a share of curtailed energy",
    (
        key("zone", "Grid zone.", refers_to="zones.zone"),
        year_key("Year; years between rows are interpolated, outside them the nearest holds."),
        key(
            "curtailed_fraction",
            "Share of the flexible load's energy that may be cut.",
            kind=Kind.NUMBER,
        ),
        amount(
            "flexible_headroom_mw",
            "Firm and flexible contracts that the zone can still sign, net of others; those of a "
            "share between rows are interpolated. A zone without rows has its firm headroom.",
        ),
        evidence(
            amount("measured_room_mw", "Room for flexible load below the peaks of 2020 to 2024.")
        ),
        *provenance(),
    ),
    required=False,
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
        stepped(
            amount(
                "load_shape",
                "Load of the zone over its yearly mean, by which `solve --chronological` knows the "
                "day's wind and sun; weighted mean 1; blank where it is not known.",
                optional=True,
            ),
            1,
        ),
        stepped(
            number(
                "net_load_mw",
                "Load of the zone less the output of its solar and wind plants: flexible contracts "
                "are cut where it is highest, and of fewer days that one is kept; blank where "
                "there are neither.",
                optional=True,
            ),
            200,
        ),
        amount(
            "marginal_co2_kg_per_mwh",
            "Carbon dioxide of one more MWh drawn from the grid; blank where it is not known.",
            optional=True,
        ),
        *provenance(),
    ),
)

GRID_TABLES = (
    ZONES,
    ZONE_HEADROOM,
    FLEXIBLE_HEADROOM,
    TARIFFS,
    OPERATIONS,
    *ZONE_TABLES,
)
