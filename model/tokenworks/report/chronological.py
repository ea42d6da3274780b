"""What a year hour by hour finds, in the terminal."""

from __future__ import annotations

from rich.text import Text

from tokenworks.chronological import Chronological
from tokenworks.frames import rows
from tokenworks.report.terminal import money, new_table, results


def print_chronological(found: Chronological) -> None:
    """Print the years that were run, and in words what they lack."""
    console = results()
    table = new_table(
        "A year hour by hour",
        ("site", ""),
        ("from", ""),
        ("load GWh", "r"),
        ("shed MWh", "r"),
        ("hours", "r"),
        ("operation", "r"),
        ("by the days", "r"),
        ("peak import MW", "r"),
    )
    for row in rows(found.table):
        table.add_row(
            str(row.site),
            f"{row.step_start:%Y-%m}",
            f"{row.load_mwh / 1e3:,.1f}",
            f"{row.shed_mwh:,.1f}",
            f"{row.shed_hours:,.0f}",
            money(row.energy_usd),
            money(row.representative_energy_usd),
            f"{row.peak_import_mw:,.1f}",
        )
    console.print(table)
    console.print(Text(in_words(found)))


def in_words(found: Chronological) -> str:
    """The shortfall of all years, and what the hours are."""
    if found.measured:
        hours = "Hours are those of a measured load; wind and sun are those of representative days."
    else:
        hours = "Without a table of hours representative days stand one after the other."
    short = found.table[found.table["shed_hours"] > 0.0]
    if short.empty:
        return f"No hour of a year goes short. {hours}"
    worst = max(rows(short), key=lambda row: row.shed_fraction)
    at = f"most in hour {worst.worst_hour_utc:.0f} UTC of day {worst.worst_day_of_year:.0f}"
    return (
        f"{short['site'].nunique()} sites go short: {worst.site} sheds most, "
        f"{worst.shed_mwh:,.1f} MWh ({worst.shed_fraction * 100:.3f} % of its load) in "
        f"{worst.shed_hours:,.0f} hours of {worst.year}, {at}. {hours}"
    )
