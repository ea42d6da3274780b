"""Tables of carbon: what its emission costs, how much is allowed, how clean supply has to be."""

from __future__ import annotations

from tokenworks.schema.columns import Table
from tokenworks.schema.shorthand import amount, fraction, key, provenance, usd_year, year_key

_YEARS = "Year; years between rows are interpolated, outside them the nearest holds."

CARBON = Table(
    "carbon",
    "what holds for the CO2 of a jurisdiction's sites in a year",
    (
        key("scope", "Jurisdiction with all that is part of it, or * for every site."),
        year_key(_YEARS),
        amount(
            "price_usd_per_tonne",
            "Paid on CO2; a state's own price goes before its country's; blank for none.",
            optional=True,
        ),
        amount(
            "cap_tonnes_per_year",
            "Most CO2 of all its sites together, period by period; blank for no cap.",
            optional=True,
        ),
        usd_year(),
        *provenance(),
    ),
    required=False,
)

CLEAN_MATCHING = Table(
    "clean_matching",
    "how much of a site's load is to be met without carbon in a year",
    (
        key("site", "Site, or * for every site without rows of its own."),
        year_key(_YEARS),
        fraction(
            "hourly_fraction",
            "Least share of the load that is met cleanly in every hour; blank for none.",
            optional=True,
        ),
        fraction(
            "yearly_fraction",
            "Least share of the load that is met cleanly over the year; blank for none.",
            optional=True,
        ),
        *provenance(),
    ),
    required=False,
)

CARBON_TABLES = (CARBON, CLEAN_MATCHING)
