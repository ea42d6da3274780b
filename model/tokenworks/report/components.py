"""Components of cost gathered into the few groups that a reader compares."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

# Group to its components; a component stands in exactly one (held by a test).
GROUPS: dict[str, tuple[str, ...]] = {
    "hardware": ("hardware_capital",),
    "hardware upkeep": ("hardware_fixed_om", "hardware_fixed_om_saved", "software_stacks"),
    "hardware resale and residual": ("hardware_resale", "hardware_residual"),
    "site and shell": (
        "opening",
        "land",
        "shell",
        "site_fixed_om",
        "site_lease",
        "hall_retrofit",
        "permits",
        "air_offsets",
    ),
    "site residual": (
        "land_residual",
        "shell_residual",
        "hall_retrofit_residual",
        "permit_residual",
    ),
    "power plant": (
        "power_capital",
        "power_lease",
        "power_lease_saved",
        "power_fixed_om",
        "power_fixed_om_saved",
        "series_premium",
    ),
    "gas lateral": ("gas_lateral",),
    "tax credits": ("power_investment_credit", "series_investment_credit", "production_credit"),
    "power plant resale": ("power_resale",),
    "power plant residual": ("power_residual", "power_residual_given_up"),
    "grid connection and capacity": (
        "interconnection",
        "connection_works",
        "grid_capacity",
        "grid_exit_fee",
    ),
    "energy and fuel": (
        "fuel",
        "gas_transport",
        "variable_om",
        "storage_variable_om",
        "grid_energy",
        "grid_delivery",
        "grid_unused_take",
        "carbon",
        "grid_carbon",
    ),
    "network": ("network", "transfers"),
    "contingency": (
        "shell_contingency",
        "hall_retrofit_contingency",
        "power_contingency",
        "series_contingency",
        "gas_lateral_contingency",
        "interconnection_contingency",
        "connection_contingency",
    ),
}


def by_group(costs: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Rows of a table with a column `component`, by group, groups without rows left out."""
    for group, components in GROUPS.items():
        rows = costs[costs["component"].isin(components)]
        if len(rows):
            yield group, rows
