"""Sparse index sets: members gathered under their keys."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Member = TypeVar("Member")


def gather(keys: Iterable[Key], pairs: Iterable[tuple[Key, Member]]) -> dict[Key, list[Member]]:
    """Members of every key, in the order given, without repeats; a key without members has []."""
    found: dict[Key, dict[Member, None]] = {key: {} for key in keys}
    for key, member in pairs:
        if key in found:
            found[key][member] = None
    return {key: list(members) for key, members in found.items()}
