"""Table of redlines: what a place lets a plan add, by year."""

from __future__ import annotations

from tokenworks.schema.columns import Column, Kind, Role, Table
from tokenworks.schema.shorthand import amount, fraction, key, provenance, year_key

REDLINE_SCOPES = ("site", "zone", "state", "country")

REDLINES = Table(
    "redlines",
    "a limit on what a site, zone, state or country takes on in a year",
    (
        Column(
            "scope",
            Kind.TEXT,
            Role.KEY,
            "What it is a limit of; a state is a jurisdiction that is part of another, a country "
            "one that is not.",
            allowed=REDLINE_SCOPES,
        ),
        key("id", "Site, zone or jurisdiction; all that is part of a jurisdiction counts in it."),
        year_key("Year; years between rows are interpolated, outside them the nearest holds."),
        amount(
            "max_contracted_mw",
            "Most grid contracts, each at the share that counts in its zone's headroom; blank for "
            "no limit.",
            optional=True,
        ),
        amount(
            "max_new_load_mw",
            "Most load that the plan adds at the meter, grid-fed or not: energised IT load times "
            "the design day's PUE; blank for no limit.",
            optional=True,
        ),
        fraction(
            "max_peak_share_fraction",
            "The same as a share of the zone's own peak load of the year; blank for no limit.",
            optional=True,
        ),
        *provenance(),
    ),
    required=False,
)

REDLINE_TABLES = (REDLINES,)
