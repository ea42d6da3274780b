"""Options of a scenario that the power blocks follow."""

from __future__ import annotations

from pydantic import Field

from tokenworks.schema.section import ASSUMED, NEUTRAL, Section, stepped


class Power(Section):
    """Rules of the power blocks."""

    adequacy: bool = Field(
        True,
        description="False drops the rule that firm capacity covers the peak.",
        json_schema_extra=NEUTRAL,
    )
    self_supply_margin_fraction: float = Field(
        0.0,
        ge=0.0,
        le=5.0,
        description="Margin of self-supply over the peak that the firm grid does not cover.",
        json_schema_extra=NEUTRAL,
    )
    availability_target_fraction: float | None = Field(
        None,
        gt=0.0,
        lt=1.0,
        description="Probability with which thermal units that are not out cover the peak that "
        "nothing else covers; blank counts units by their mean, less forced outages.",
        json_schema_extra=NEUTRAL,
    )
    planned_outage_units: int = Field(
        1,
        ge=0,
        le=100,
        description="Units of every technology with planned outages that are out at the peak, "
        "beside those out unplanned; only with a target of availability.",
        json_schema_extra=ASSUMED,
    )
    critical_duration_hours: float = Field(
        0.0,
        ge=0.0,
        le=1000.0,
        description="Hours that storage has to last to count in full at the peak; 0 counts it in "
        "full however short it lasts.",
        json_schema_extra=stepped(NEUTRAL, 2.0),
    )
    gas_contingency_fraction: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        description="Share of the peak to be covered with all gas-fired capacity lost but what "
        "holds fuel on site.",
        json_schema_extra=NEUTRAL,
    )
    count_grid_co2: bool = Field(
        False,
        description="True lets the price and the caps of carbon count what the grid emits for one "
        "more MWh drawn, beside the site's own stacks.",
        json_schema_extra=NEUTRAL,
    )
    whole_module_fraction: float = Field(
        0.05,
        ge=0.0,
        le=10.0,
        description="A count of modules is whole where one module is at least this share of the "
        "site's peak load; 0 makes every count whole.",
        json_schema_extra=stepped(ASSUMED, 0.05),
    )
