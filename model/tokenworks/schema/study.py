"""What a study file holds: a base, and which runs are made of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from tokenworks.schema.section import Section
from tokenworks.schema.study_kinds import (
    Address,
    Alternatives,
    BreakEven,
    Changes,
    MonteCarlo,
    Name,
    Pareto,
    Regret,
    Seed,
    Tornado,
)

KINDS = ("sweep", "tornado", "pareto", "alternatives", "break_even", "regret", "monte_carlo")
# What makes runs of a sweep.
RUN_SECTIONS = ("cases", "grid", "list", "latin_hypercube", "sobol")
MOST_RUNS = 100_000

Kind = Literal["sweep", "tornado", "pareto", "alternatives", "break_even", "regret", "monte_carlo"]
Distribution = Literal["uniform", "loguniform", "triangular", "normal", "choice"]


class Draw(Section):
    """From where a sample takes the value of an address."""

    distribution: Distribution = Field(
        "uniform", description="Of the value, of the factor or of the summand."
    )
    low: float | None = Field(None, description="Least value; a normal one is cut there.")
    high: float | None = Field(None, description="Greatest value; a normal one is cut there.")
    mode: float | None = Field(None, description="Likeliest value, of a triangular distribution.")
    mean: float | None = Field(None, description="Of a normal distribution.")
    standard_deviation: float | None = Field(
        None, gt=0.0, description="Of a normal distribution before it is cut."
    )
    choices: list[Any] | None = Field(
        None, min_length=1, description="Values that are equally likely, of `choice`."
    )
    whole: bool = Field(False, description="True rounds to whole numbers.")
    scale: Draw | None = Field(None, description="The draw is a factor of the figure.")
    add: Draw | None = Field(None, description="The draw is added to the figure.")


class Sample(Section):
    """Points spread over the ranges of some addresses."""

    count: Annotated[int, Field(ge=1, le=MOST_RUNS, description="How many points.")]
    seed: Seed
    addresses: dict[Address, Draw] = Field(min_length=1)


class StudySolve(Section):
    """Options of the solver in place of the base's."""

    gap: float | None = Field(None, ge=0.0, le=1.0, description="Relative gap at which to stop.")
    time_limit_s: float | None = Field(
        None, gt=0.0, le=1e7, description="Seconds after which a run stops."
    )
    method: Literal["auto", "whole", "decomposed"] | None = Field(None, description="How to solve.")
    threads: int | None = Field(None, ge=1, le=256, description="Threads of a run.")
    seed: int | None = Field(None, ge=0, le=2**31 - 1, description="Seed of the solver.")


class StudySpec(Section):
    """A study: a base scenario and the runs that are made of it.

    The runs of a sweep are the base and the union of what its sections make; two that change the
    same are one. Load one with `tokenworks.Study.load`.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
    title: str = Field("", max_length=200)
    question: str = Field("", max_length=4000)
    base: Annotated[str, Field(min_length=1, max_length=300)] = Field(
        description="Name of a shipped scenario, or a file relative to this one."
    )
    kind: Kind = "sweep"
    solve: StudySolve = StudySolve()
    changes: Changes = Field(
        default_factory=dict, description="Changes of every run, the base among them."
    )
    cases: dict[Name, Changes] = Field(
        default_factory=dict, description="Name to changes: one run each."
    )
    grid: dict[Name, Any] = Field(
        default_factory=dict,
        description="Address to a list of values, or to level names with values; or a name of "
        "your own to level names with changes. One run for each combination.",
    )
    rows: list[Changes] = Field(
        default_factory=list, alias="list", description="Changes: one run each."
    )
    latin_hypercube: Sample | None = None
    sobol: Sample | None = None
    exclude: list[dict[Name, Any]] = Field(
        default_factory=list,
        description="Conditions by axis or address; a run that meets all of one is left out.",
    )
    tornado: Tornado | None = None
    pareto: Pareto | None = None
    alternatives: Alternatives | None = None
    break_even: BreakEven | None = None
    regret: Regret | None = None
    monte_carlo: MonteCarlo | None = None
