"""Tables of supply: yearly limits that several kinds of asset share."""

from __future__ import annotations

from tokenworks.schema.columns import Table
from tokenworks.schema.shorthand import (
    amount,
    key,
    label,
    provenance,
    year_key,
)

# The assets of `supply_uses` that are no rows of their own: megawatts contracted and energised.
GRID_ASSET = "grid"
SITE_ASSET = "site"

SUPPLY = Table(
    "supply",
    "a yearly limit that assets share: turbines, shipyard slots, packaging, memory",
    (
        key("supply", "Id of what is limited, such as gas-turbines or advanced-packaging."),
        year_key(
            "Calendar year in which what takes it enters service; years between rows are "
            "interpolated, outside them the nearest holds."
        ),
        amount("limit_count", "Most units of it that the plan may take in the year."),
        label("counted_in", "What one unit is, such as MW, interposer or GB of memory."),
        *provenance(),
    ),
    required=False,
)

SUPPLY_USES = Table(
    "supply_uses",
    "an asset's use of a limited supply",
    (
        key("supply", "What is limited.", refers_to="supply.supply"),
        key(
            "asset",
            "A power technology or a hardware system that takes from it; "
            f"`{GRID_ASSET}` for every contracted MW, `{SITE_ASSET}` for every energised MW.",
        ),
        amount(
            "units_per_asset_count", "Units taken by one system, by one power module or by one MW."
        ),
        *provenance(),
    ),
    required=False,
)

SUPPLY_TABLES = (SUPPLY, SUPPLY_USES)
