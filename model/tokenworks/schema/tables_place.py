"""Tables of time and place: periods, jurisdictions, users, the price level."""

from __future__ import annotations

from tokenworks.schema.columns import Table
from tokenworks.schema.shorthand import (
    amount,
    date,
    evidence,
    key,
    label,
    number,
    positive,
    provenance,
    reference,
    stepped,
    year_key,
)

PERIODS = Table(
    "periods",
    "a planning period: a date range of whole months",
    (
        key("period", "Name of the period, such as 2028-h1."),
        date("start", "First day; the first of a month."),
        date("end", "First day after the period; the first of a month."),
        positive(
            "seconds",
            "Exact seconds of the period; blank means the calendar's, shared out by days.",
            optional=True,
        ),
        *provenance(),
    ),
)


JURISDICTIONS = Table(
    "jurisdictions",
    "a country or a state",
    (
        key("jurisdiction", "Id, such as us-tx."),
        label("name", "Name for people."),
        reference(
            "parent",
            "jurisdictions.jurisdiction",
            "What it is part of: a permit route of the parent holds here too; blank for none.",
            optional=True,
        ),
        *provenance(),
    ),
)


REGIONS = Table(
    "regions",
    "where users are",
    (
        key("region", "Id of the region."),
        label("name", "Name for people."),
        stepped(number("latitude_deg", "North positive.", minimum=-90, maximum=90), 40),
        stepped(number("longitude_deg", "East positive.", minimum=-180, maximum=180), 150),
        label("time_zone", "Time zone, an IANA name such as America/Chicago."),
        reference(
            "jurisdiction",
            "jurisdictions.jurisdiction",
            "Of the users: sovereign workloads are served within its country; blank where none is "
            "asked for there.",
            optional=True,
        ),
        evidence(
            amount(
                "population",
                "People it stands for: in the United States those whose county is nearest to it, "
                "abroad those of the city.",
            )
        ),
        *provenance(),
    ),
)


PRICE_INDEX = Table(
    "price_index",
    "a year of the price level that converts dollars",
    (
        year_key("Calendar year."),
        positive("price_index", "Price level; only ratios count."),
        *provenance(),
    ),
)

PLACE_TABLES = (
    PERIODS,
    JURISDICTIONS,
    REGIONS,
    PRICE_INDEX,
)
