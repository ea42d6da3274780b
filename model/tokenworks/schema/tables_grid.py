"""Tables of the grid: zones, headroom, tariffs and representative hours."""

from __future__ import annotations

from tokenworks.schema.columns import Kind, Table
from tokenworks.schema.shorthand import (
    amount,
    fraction,
    key,
    label,
    months,
    number,
    positive,
    provenance,
    usd_year,
    year_key,
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

GRID_TABLES = (
    ZONES,
    ZONE_HEADROOM,
    TARIFFS,
    OPERATIONS,
)
