"""What a plan's year hour by hour is reported by."""

from __future__ import annotations

from tokenworks.schema.columns import Column, Kind, Role, Table


def _value(name: str, description: str) -> Column:
    return Column(name, Kind.NUMBER, Role.DESCRIPTIVE, description, optional=True)


CHRONOLOGICAL = Table(
    "chronological",
    "a year of an open site hour by hour, with the capacities, load and prices of a step",
    (
        Column("site", Kind.TEXT, Role.KEY, "Site."),
        Column("step_start", Kind.DATE, Role.KEY, "First day of the step."),
        Column("period", Kind.TEXT, Role.DESCRIPTIVE, "Period of the step."),
        _value("load_mwh", "Load at the meter."),
        _value("shed_mwh", "Of it, what no source could give or was shed."),
        _value("shed_fraction", "The second over the first."),
        _value("shed_hours", "Hours of the year with load shed."),
        _value(
            "energy_usd", "Operating cost of the year, undiscounted, without what shedding costs."
        ),
        _value("representative_energy_usd", "The same over the representative days."),
        _value("peak_import_mw", "Most that is drawn from the grid."),
        _value("spilt_mwh", "Wind and sun not used."),
    ),
)
