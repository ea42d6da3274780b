"""What each kind of study asks for beside its base: one section a kind.

A study file holds the section of its own `kind` and of no other. What is a *measure* names a column
of `Study.frame()`, such as ``objective_usd`` or ``cost_usd_per_mtoken``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from tokenworks.schema.section import ASSUMED, Section

Address = Annotated[str, Field(min_length=1, max_length=300)]
Name = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,80}$")]
Changes = dict[Address, Any]
Seed = Annotated[int, Field(ge=0, le=2**31 - 1, description="Seed of the draws.")]


Part = Literal["sites", "power", "hardware"]
Confidence = Literal["measured", "published", "claimed", "assumed"]

PARTS: list[Part] = ["sites", "power", "hardware"]
SPREADS: dict[Confidence, float] = {
    "measured": 0.05,
    "published": 0.1,
    "claimed": 0.3,
    "assumed": 0.3,
}


class Swing(Section):
    """A low and a high level of one factor of a tornado."""

    low: Any = Field(
        description="Value of the address, or `scale` or `add`; of a named factor, changes."
    )
    high: Any = Field(description="The same at the other end.")


class Tornado(Section):
    """Each factor alone at its low and its high level, and what it moves."""

    factors: dict[Name, Swing] = Field(
        min_length=1, description="Address, or a name of your own for several changes, to levels."
    )
    measure: Name = Field("objective_usd", description="What the bars show.")


class Pareto(Section):
    """Cost against a second aim, which is capped at steps between its ends."""

    against: Literal["carbon", "months_to_power"] = Field(
        "carbon", description="The second aim: tonnes of CO2, or months to first power."
    )
    points: int = Field(11, ge=2, le=200, description="Points, with both ends.")
    least: float | None = Field(
        None,
        ge=0.0,
        description="How far the second aim is pressed, in its unit; blank for the least there is.",
    )


class Alternatives(Section):
    """Plans that cost nearly as little as the best, as different from it as can be."""

    slack_fraction: float = Field(
        0.02, gt=0.0, le=1.0, description="How much dearer than the best plan they may be."
    )
    count: int = Field(8, ge=1, le=200, description="How many are looked for.")
    differ_in: list[Part] = Field(
        default_factory=PARTS.copy,
        min_length=1,
        description="In what they differ.",
    )
    gap: float = Field(
        0.1,
        ge=0.0,
        le=1.0,
        description="Relative gap of the distance at which a search stops; every plan's cost is "
        "within the slack all the same.",
    )


class BreakEven(Section):
    """The value of an address at which a measure meets what it is held against."""

    address: Address
    low: float = Field(description="Least value searched, in the address's unit or as a factor.")
    high: float = Field(description="Greatest value searched.")
    action: Literal["set", "scale", "add"] = Field(
        "set", description="Whether the number replaces, scales or raises the figure."
    )
    measure: Name = Field("objective_usd", description="What is to meet.")
    target: float | None = Field(
        None, description="The value to meet; blank where it is that of `against`."
    )
    against: Changes | None = Field(
        None, description="Changes of the base to be level with; blank means `target`."
    )
    tolerance_fraction: float = Field(
        0.01, gt=0.0, le=1.0, description="Width of the interval to stop at, over high less low."
    )
    most_runs: int = Field(20, ge=3, le=1000, description="Runs after which the search stops.")


class Regret(Section):
    """Plans made for one future each, and what every one costs in all the others."""

    futures: dict[Name, Changes] = Field(
        min_length=2, description="Name to the changes that make the future."
    )
    probabilities: dict[Name, Annotated[float, Field(ge=0.0, le=1.0)]] = Field(
        default_factory=dict, description="Chance of each; blank where none is claimed."
    )
    held_until_months: int | None = Field(
        None,
        ge=0,
        le=1200,
        description="Of a plan what is ordered in so many months from the start is held in other "
        "futures; blank for all of it.",
    )


class MonteCarlo(Section):
    """Draws of figures by how far each can be trusted."""

    count: Annotated[int, Field(ge=1, le=100_000, description="Draws.")]
    seed: Seed
    spread_fraction: dict[Confidence, Annotated[float, Field(ge=0.0, le=5.0)]] = Field(
        default_factory=SPREADS.copy,
        description="A figure of that confidence is drawn between itself over and times one plus "
        "this, evenly in its logarithm; 0 keeps it. The defaults are assumed.",
        json_schema_extra=ASSUMED,
    )
    columns: list[Name] = Field(
        default_factory=list,
        description="`table.column` that is drawn, such as `hardware.capex_usd`; blank for all "
        "money and all performance, see `tokenworks.study.kinds.spreads`.",
    )
    source_correlation_fraction: float = Field(
        0.5,
        ge=0.0,
        le=1.0,
        description="Share of the variance that figures of one source have in common.",
        json_schema_extra=ASSUMED,
    )
    held: bool = Field(
        False,
        description="True keeps what the base plan orders in every draw, and decides only what "
        "comes later; False solves every draw anew.",
    )
    measures: list[Name] = Field(
        default_factory=lambda: ["objective_usd", "cost_usd_per_mtoken"],
        min_length=1,
        description="What is told of the draws.",
    )
