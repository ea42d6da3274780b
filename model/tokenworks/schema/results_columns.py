"""Columns of result tables: each has a unit in its name and a meaning."""

from __future__ import annotations

from tokenworks.schema.columns import Column, Kind, Role


def key(name: str, description: str, kind: Kind = Kind.TEXT) -> Column:
    """A column that names a row together with its like."""
    return Column(name, kind, Role.KEY, description, optional=True)


def value(name: str, description: str, kind: Kind = Kind.NUMBER) -> Column:
    """A column that says something of a row."""
    return Column(name, kind, Role.DESCRIPTIVE, description, optional=True)


SITE = key("site", "Site; blank for what belongs to none.")
