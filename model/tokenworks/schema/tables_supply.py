"""Tables of supply: yearly limits that several kinds of asset share."""

from __future__ import annotations

from tokenworks.schema.columns import Table
from tokenworks.schema.shorthand import (
    amount,
    key,
    label,
    pending,
    provenance,
    year_key,
)

SUPPLY = Table(
    "supply",
    "a yearly limit that assets share: turbines, shipyard slots, packaging, memory",
    (
        key("supply", "Id of what is limited, such as gas-turbines or advanced-packaging."),
        year_key("Year of delivery; years between rows are interpolated."),
        pending(amount("limit_count", "Most units of it that the plan may take in the year.")),
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
        key("asset", "A power technology or a hardware system that takes from it."),
        pending(
            amount("units_per_asset_count", "Units taken by one system, or by one power module.")
        ),
        *provenance(),
    ),
    required=False,
)

SUPPLY_TABLES = (SUPPLY, SUPPLY_USES)
