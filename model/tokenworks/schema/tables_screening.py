"""Tables that the screening reads; they ship with the package and are no part of a scenario."""

from __future__ import annotations

from dataclasses import replace

from tokenworks.schema.columns import Column, Kind, Role, Table
from tokenworks.schema.shorthand import (
    amount,
    choice,
    flag,
    fraction,
    key,
    label,
    number,
    positive,
    provenance,
)
from tokenworks.schema.tables_sites import ATTAINMENT, WATER

LANDMARK_KINDS = ("gas-plant", "nuclear-plant", "port")
PORT_KINDS = ("coastal", "inland", "lakes")


def _blank(column: Column) -> Column:
    """The column, of which a cell may be blank."""
    return replace(column, optional=True)


COUNTIES = Table(
    "counties",
    "a county of the conterminous United States",
    (
        key("county_fips", "County, five digits."),
        label("name", "Name for people, with the state."),
        Column("state", Kind.TEXT, Role.INPUT, "State, two small letters."),
        Column("zone", Kind.TEXT, Role.INPUT, "Grid zone."),
        number("latitude_deg", "Of the centroid, north positive.", minimum=24, maximum=50),
        number("longitude_deg", "Of the centroid, east positive.", minimum=-125, maximum=-66),
        _blank(positive("area_km2", "Land area; blank where it is not known.")),
        amount("population_count", "People who live there."),
        amount("population_per_km2", "People on a square kilometre."),
        amount("annual_load_mwh", "Electricity used in 2024."),
        amount("queue_2030_mw", "Capacity that asks for a grid connection by 2030."),
        amount("hazard_index", "Natural hazards by FEMA's score of 0 to 100.", maximum=100),
        choice("water", "What the grid zone can still give to a new user.", WATER),
        choice("attainment", "Whether the county's air meets the ozone limit.", ATTAINMENT),
        flag("nuclear_restricted", "True where the law keeps new reactors out."),
        positive("capital_cost_ratio", "Cost of gas plant here over the nation's mean."),
        positive("nuclear_cost_ratio", "Cost of nuclear plant here over the nation's mean."),
        amount("solar_potential_mw", "Solar capacity that the land can hold."),
        fraction("solar_capacity_factor", "Mean over that land; 0 where there is none."),
        amount("wind_potential_mw", "Wind capacity that the land can hold."),
        fraction("wind_capacity_factor", "Mean over that land; 0 where there is none."),
        *provenance(),
    ),
)

LANDMARKS = Table(
    "landmarks",
    "a power plant or port to which distances are measured",
    (
        key("landmark", "Id, such as port-freeport-tx."),
        choice("kind", "What it is.", LANDMARK_KINDS),
        label("name", "Name for people."),
        number("latitude_deg", "North positive.", minimum=-90, maximum=90),
        number("longitude_deg", "East positive.", minimum=-180, maximum=180),
        _blank(amount("capacity_mw", "Gas-fired or nuclear capacity; blank for a port.")),
        _blank(choice("port_kind", "Kind of waterway; blank for a plant.", PORT_KINDS)),
        *provenance(),
    ),
)

SCREENING_TABLES: dict[str, Table] = {table.name: table for table in (COUNTIES, LANDMARKS)}
