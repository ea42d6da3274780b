"""Which of our systems and models the results of others are of; nothing is guessed from a name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tokenworks.errors import InputError, Problem
from tokenworks.io.yaml_text import read_yaml


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SystemMapping(_Part):
    """What one of their systems is among ours.

    Attributes
    ----------
    system
        Id in our table `hardware`.
    accelerators_count
        Accelerators of one of our systems: results are scaled to so many.
    full_load_kw
        Wall power of one of our systems at such points; their files hold none of the whole server.
    """

    system: str = Field(min_length=1)
    accelerators_count: int = Field(ge=1)
    full_load_kw: float = Field(gt=0.0)


class BenchmarkMapping(_Part):
    """What a benchmark of MLPerf asks, which its result files do not say.

    Attributes
    ----------
    model
        Id in our table `models`.
    input_tokens, output_tokens
        Mean lengths of its data set.
    precision
        Weight data type, where the file says none.
    ttft_ms, tpot_ms
        By scenario (Server, Interactive): limits of the two latencies, of the 99th percentile. A
        scenario without them, such as Offline, makes no point.
    """

    model: str = Field(min_length=1)
    input_tokens: float = Field(gt=0.0)
    output_tokens: float = Field(gt=0.0)
    precision: str = ""
    ttft_ms: dict[str, float] = Field(default_factory=dict)
    tpot_ms: dict[str, float] = Field(default_factory=dict)


class ResultMapping(_Part):
    """How results of others are ours.

    Attributes
    ----------
    systems
        Their name of a system or accelerator to ours.
    models
        aiconfigurator's name of a model to our id.
    benchmarks
        MLPerf's name of a benchmark to what it asks.
    tier
        Service tier of the points.
    source
        Id of the source in our table `sources`; blank where there is none.
    measured_on
        Day of the results, as YYYY-MM-DD; blank means no software uplift.
    measured
        Date or round in words.
    """

    systems: dict[str, SystemMapping]
    models: dict[str, str] = Field(default_factory=dict)
    benchmarks: dict[str, BenchmarkMapping] = Field(default_factory=dict)
    tier: str = ""
    source: str = ""
    measured_on: Annotated[str, BeforeValidator(str)] = Field("", pattern=r"^(\d{4}-\d{2}-\d{2})?$")
    measured: str = ""


def read_mapping(path: Path | str) -> ResultMapping:
    """Read a mapping from a YAML file.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    path = Path(path)
    found = read_yaml(path, str(path))
    try:
        return ResultMapping.model_validate(found.data)
    except ValidationError as error:
        raise InputError(
            Problem(
                str(path),
                0,
                ".".join(map(str, one["loc"])),
                one["msg"],
                "see `ResultMapping` for its keys",
            )
            for one in error.errors()
        ) from error
