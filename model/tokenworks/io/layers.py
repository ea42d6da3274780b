"""Layers of scenario files: a file laid over the one that it extends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tokenworks.errors import Problem
from tokenworks.io.yaml_text import Keys
from tokenworks.schema.validation import OVERRIDES, dotted


@dataclass(frozen=True)
class Layer:
    """What one file of the chain says.

    Attributes
    ----------
    file
        Its name as shown to the user.
    data
        Its values, without `extends`.
    lines
        Keys to lines.
    """

    file: str
    data: Mapping[str, Any]
    lines: Mapping[Keys, int]


@dataclass
class Merged:
    """Layers laid over each other, the root of the chain first.

    Attributes
    ----------
    data
        The values in force.
    origins
        Keys to the file and line that set them.
    problems
        Blank values that take nothing away.
    """

    data: dict[str, Any] = field(default_factory=dict)
    origins: dict[Keys, tuple[str, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def lay(self, layer: Layer) -> None:
        """Lay a file over what is there: mappings merge, the rest replaces, null removes."""
        self._lay(layer, layer.data, self.data, ())

    def origin(self, keys: Keys) -> tuple[str, int] | None:
        """File and line of the value, or of the nearest mapping around it."""
        while keys:
            if keys in self.origins:
                return self.origins[keys]
            keys = keys[:-1]
        return None

    def _lay(
        self, layer: Layer, values: Mapping[str, Any], under: dict[str, Any], keys: Keys
    ) -> None:
        for key, value in values.items():
            here = (*keys, key)
            if value is None:
                self._remove(layer, under, here)
                continue
            both = isinstance(value, Mapping) and isinstance(under.get(key), dict)
            # An override is one value even where it is written as a mapping: `scale` in one file
            # and `add` in the next are two different changes.
            if both and keys != (OVERRIDES,):
                self._lay(layer, value, under[key], here)
                continue
            under.pop(key, None)  # so that a value set anew comes last, as overrides count by order
            self._forget(here)
            self._note(layer, here)
            if isinstance(value, Mapping):
                under[key] = {}
                self._lay(layer, value, under[key], here)
            else:
                under[key] = value

    def _remove(self, layer: Layer, under: dict[str, Any], here: Keys) -> None:
        if here[-1] in under:
            del under[here[-1]]
            self._forget(here)
            return
        self.problems.append(
            Problem(
                layer.file,
                layer.lines.get(here, 0),
                dotted(here),
                "is blank",
                "give a value, or leave the line out (a blank or `null` only takes away what an "
                "extended file sets)",
            )
        )

    def _note(self, layer: Layer, here: Keys) -> None:
        self.origins[here] = (layer.file, layer.lines.get(here, 0))

    def _forget(self, here: Keys) -> None:
        for keys in [k for k in self.origins if k[: len(here)] == here]:
            del self.origins[keys]
