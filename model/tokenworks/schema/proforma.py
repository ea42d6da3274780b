"""Terms of the pro-forma after the solve."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from tokenworks.schema.section import ASSUMED, Section


def _published(source: str) -> dict[str, JsonValue]:
    return {"confidence": "published", "source": source}


class Proforma(Section):
    """Terms of the pro-forma after the solve, in nominal money.

    They decide no plan, but for tax, inflation and recovery where `finance.after_tax` is true.
    """

    inflation_rate: float = Field(
        0.025,
        gt=-0.5,
        le=1.0,
        description="Yearly rise of all prices, from the scenario's dollar year on.",
        json_schema_extra=ASSUMED,
    )
    tax_rate: float = Field(
        0.21,
        ge=0.0,
        lt=1.0,
        description="On profit; the default is the U.S. federal rate, without a state's.",
        json_schema_extra=_published("26 U.S.C. 11(b)"),
    )
    loss_offset_fraction: float = Field(
        0.8,
        ge=0.0,
        le=1.0,
        description="Most of a year's profit that losses brought forward may take away.",
        json_schema_extra=_published("26 U.S.C. 172(a)(2)"),
    )
    plant_recovery_years: Literal[15, 20] = Field(
        15,
        description="Years over which power plant and connections are deducted: 15 for combustion "
        "turbines and nuclear plant, 20 for steam plant. Hardware takes 5, buildings 39.",
        json_schema_extra=_published("Internal Revenue Service, Publication 946, table B-2"),
    )
    debt_rate: float = Field(
        0.07,
        ge=0.0,
        le=1.0,
        description="Interest, nominal, per year.",
        json_schema_extra=ASSUMED,
    )
    debt_tenor_years: int = Field(
        10,
        ge=0,
        le=60,
        description="Years of repayment, from the year after the first of service.",
        json_schema_extra=ASSUMED,
    )
    target_dscr_ratio: float = Field(
        1.4,
        ge=1.0,
        le=100.0,
        description="Cash available over debt service that sizes the loan.",
        json_schema_extra=ASSUMED,
    )
    most_gearing_fraction: float = Field(
        0.7,
        ge=0.0,
        le=1.0,
        description="Most of the capital spent by the first year of service that debt may be.",
        json_schema_extra=ASSUMED,
    )
