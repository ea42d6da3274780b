"""All input tables by name."""

from __future__ import annotations

from tokenworks.schema.columns import Table
from tokenworks.schema.tables_branches import BRANCH_TABLES
from tokenworks.schema.tables_carbon import CARBON_TABLES
from tokenworks.schema.tables_demand import DEMAND_TABLES
from tokenworks.schema.tables_export import EXPORT_TABLES
from tokenworks.schema.tables_grid import GRID_TABLES
from tokenworks.schema.tables_hardware import HARDWARE_TABLES
from tokenworks.schema.tables_holdings import HOLDINGS_TABLES
from tokenworks.schema.tables_permits import PERMIT_TABLES
from tokenworks.schema.tables_place import PLACE_TABLES
from tokenworks.schema.tables_power import POWER_TABLES
from tokenworks.schema.tables_power_assets import POWER_ASSET_TABLES
from tokenworks.schema.tables_redlines import REDLINE_TABLES
from tokenworks.schema.tables_sites import SITE_TABLES
from tokenworks.schema.tables_sources import SOURCE_TABLES
from tokenworks.schema.tables_supply import SUPPLY_TABLES

INPUT_TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        *PLACE_TABLES,
        *GRID_TABLES,
        *REDLINE_TABLES,
        *SITE_TABLES,
        *POWER_TABLES,
        *POWER_ASSET_TABLES,
        *PERMIT_TABLES,
        *HARDWARE_TABLES,
        *DEMAND_TABLES,
        *SUPPLY_TABLES,
        *EXPORT_TABLES,
        *HOLDINGS_TABLES,
        *BRANCH_TABLES,
        *CARBON_TABLES,
        *SOURCE_TABLES,
    )
}
