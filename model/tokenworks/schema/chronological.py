"""What a plan's year hour by hour is reported by; in a run folder where it was asked for."""

from __future__ import annotations

from tokenworks.schema.columns import Column, Kind, Role, Table


def _key(name: str, description: str, kind: Kind = Kind.TEXT) -> Column:
    return Column(name, kind, Role.KEY, description, optional=True)


def _value(name: str, description: str, kind: Kind = Kind.NUMBER) -> Column:
    return Column(name, kind, Role.DESCRIPTIVE, description, optional=True)


SITE = _key("site", "Site.")
STEP = _key("step_start", "First day of the step.", Kind.DATE)

YEARS = Table(
    "chronological_years",
    "a year of an open site hour by hour, with the capacities, load and prices of a step",
    (
        SITE,
        STEP,
        _value("year", "Calendar year, in whose last step it is.", Kind.INTEGER),
        _value("period", "Period of the step.", Kind.TEXT),
        _value(
            "measured",
            "Whether the hours are those of `chronology`, not representative days strung.",
            Kind.BOOLEAN,
        ),
        _value("load_mwh", "Load at the meter."),
        _value("shed_mwh", "Of it, what no source could give or was shed."),
        _value("shed_fraction", "The second over the first."),
        _value("shed_hours", "Hours of the year with load shed."),
        _value("worst_day_of_year", "Day of the hour in which most is shed; blank without."),
        _value("worst_hour_utc", "That hour."),
        _value("worst_shed_mw", "What is shed in it."),
        _value(
            "energy_usd", "Operating cost of the year, undiscounted, without what shedding costs."
        ),
        _value("representative_energy_usd", "The same over the plan's representative days."),
        _value("peak_import_mw", "Most that is drawn from the grid."),
        _value("spilt_mwh", "Wind and sun not used."),
    ),
)
SHORTFALL = Table(
    "chronological_shortfall",
    "a day of a year hour by hour on which a site sheds load",
    (
        SITE,
        STEP,
        _key("day_of_year", "Day of the chronological year, or of the days strung.", Kind.INTEGER),
        _value("shed_mwh", "What is shed on the day."),
        _value("shed_hours", "Hours of the day with load shed."),
        _value("worst_hour_utc", "Hour in which most is shed.", Kind.INTEGER),
        _value("worst_shed_mw", "What is shed in it."),
    ),
)

CHRONOLOGICAL_TABLES = {table.name: table for table in (YEARS, SHORTFALL)}
