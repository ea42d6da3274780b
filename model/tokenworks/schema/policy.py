"""Limits that the owner sets, beside the law's."""

from __future__ import annotations

from pydantic import Field

from tokenworks.schema.section import NEUTRAL, Section, stepped


class Policy(Section):
    """Limits that the owner sets, beside the law's."""

    least_sovereign_fraction: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        description="Least share of the tokens served in a step, owned or rented, that are served "
        "within the users' country; rented tokens are where their workload is `sovereign`.",
        json_schema_extra=NEUTRAL,
    )
    most_vendor_fraction: float = Field(
        1.0,
        gt=0.0,
        le=1.0,
        description="Most of the design power of all systems in service that is of one vendor.",
        json_schema_extra=NEUTRAL,
    )
    most_capital_usd: float | None = Field(
        None,
        ge=0.0,
        le=1e15,
        description="Most capital paid over the whole horizon, undiscounted and in the scenario's "
        "dollars: land, opening, shells, retrofits, plant, connections, systems, and contingency; "
        "blank for no limit. Resale gives nothing back to it.",
        json_schema_extra=NEUTRAL,
    )
    most_co2_tonnes: float | None = Field(
        None,
        ge=0.0,
        le=1e12,
        description="Most CO2 of all sites over the whole horizon, in tonnes: at the stacks and, "
        "with `power.count_grid_co2`, of what is drawn; blank for no limit. Rented tokens have "
        "none.",
        json_schema_extra=NEUTRAL,
    )
    power_due_mw: float = Field(
        1.0,
        gt=0.0,
        le=1e6,
        description="Mean IT load, of all sites together, that `power_due_months` asks for.",
        json_schema_extra=NEUTRAL,
    )
    power_due_months: int | None = Field(
        None,
        ge=0,
        le=1200,
        description="At least `power_due_mw` of IT load is run in the step in which so many months "
        "from the start of the horizon have passed, and in all later ones; blank for no date.",
        json_schema_extra=stepped(NEUTRAL, 12.0),
    )
