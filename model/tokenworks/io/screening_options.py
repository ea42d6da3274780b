"""Options of the screening from a YAML file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tokenworks.errors import InputError, Problem
from tokenworks.io.places import shown_path
from tokenworks.io.yaml_text import read_yaml
from tokenworks.schema.screening import ScreeningOptions
from tokenworks.schema.validation import validated


def read_options(path: Path | None) -> ScreeningOptions:
    """The options of a file; what it leaves out keeps its default.

    Raises
    ------
    InputError
        With every wrong line.
    """
    if path is None:
        return ScreeningOptions()
    file = shown_path(path)
    text = read_yaml(path, file)
    options, faults = validated(ScreeningOptions, _over(ScreeningOptions().model_dump(), text.data))
    if faults or options is None:
        raise InputError(
            Problem(file, text.lines.get(fault.keys, 0), fault.address, fault.problem, fault.remedy)
            for fault in faults
        )
    if not any(part["weight"] for part in options.score.model_dump().values()):
        words = "all weights are 0", "give at least one criterion a weight above 0"
        raise InputError([Problem(file, text.lines.get(("score",), 0), "score", *words)])
    return options


def _over(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults with what is given in their place, section by section."""
    merged = dict(defaults)
    for name, value in given.items():
        below = merged.get(name)
        both = isinstance(value, Mapping) and isinstance(below, Mapping)
        merged[name] = _over(below, value) if both and below is not None else value
    return merged
