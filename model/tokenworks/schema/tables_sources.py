"""Tables of where figures come from."""

from __future__ import annotations

from tokenworks.schema.columns import Column, Kind, Role, Table
from tokenworks.schema.shorthand import (
    CONFIDENCES,
    key,
    label,
)

SOURCES = Table(
    "sources",
    "a source that other tables cite by its id",
    (
        key("source_id", "Id."),
        label("citation", "Publisher, title, edition, date."),
        label("locator", "Page, table, address or file within it."),
        label("licence", "Terms of use."),
    ),
    required=False,
)


FIGURE_SOURCES = Table(
    "figure_sources",
    "a figure whose source differs from its row's",
    (
        key("table", "Table of the figure."),
        key("row", "Key of its row, parts joined by commas; * for every row."),
        key("column", "Column of the figure."),
        Column("source", Kind.TEXT, Role.PROVENANCE, "As in the other tables.", optional=True),
        Column(
            "confidence",
            Kind.TEXT,
            Role.PROVENANCE,
            "As in the other tables.",
            allowed=CONFIDENCES,
        ),
        label("note", "Why the figure was taken."),
    ),
    required=False,
)

SOURCE_TABLES = (
    SOURCES,
    FIGURE_SOURCES,
)
