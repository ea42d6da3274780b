"""All input tables by name."""

from __future__ import annotations

from tokenworks.schema.columns import Table
from tokenworks.schema.tables_place import PLACE_TABLES
from tokenworks.schema.tables_power import POWER_TABLES
from tokenworks.schema.tables_tokens import TOKEN_TABLES

INPUT_TABLES: dict[str, Table] = {
    table.name: table for table in (*PLACE_TABLES, *POWER_TABLES, *TOKEN_TABLES)
}
