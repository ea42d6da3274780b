"""Short constructors for columns, so that a table's declaration reads like the table."""

from __future__ import annotations

from dataclasses import replace

from tokenworks.schema.columns import Column, Kind, Role


def key(name: str, description: str, *, kind: Kind = Kind.TEXT, refers_to: str = "") -> Column:
    """Part of the row's name."""
    return Column(name, kind, Role.KEY, description, refers_to=refers_to)


def year_key(description: str) -> Column:
    """A calendar year as part of the row's name."""
    return Column("year", Kind.INTEGER, Role.KEY, description, minimum=1990, maximum=2150)


def amount(
    name: str, description: str, *, optional: bool = False, maximum: float | None = None
) -> Column:
    """A number of zero or more."""
    return Column(
        name, Kind.NUMBER, Role.INPUT, description, optional, minimum=0.0, maximum=maximum
    )


def positive(name: str, description: str, *, optional: bool = False) -> Column:
    """A number above zero."""
    return Column(name, Kind.NUMBER, Role.INPUT, description, optional, above=0.0)


def number(
    name: str,
    description: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    optional: bool = False,
) -> Column:
    """A number of either sign, within a range."""
    return Column(
        name, Kind.NUMBER, Role.INPUT, description, optional, minimum=minimum, maximum=maximum
    )


def fraction(name: str, description: str, *, optional: bool = False) -> Column:
    """A share between 0 and 1."""
    return amount(name, description, optional=optional, maximum=1.0)


def months(name: str, description: str, *, optional: bool = False) -> Column:
    """A duration in whole months, which may matter by the year in which it ends."""
    return Column(
        name, Kind.INTEGER, Role.INPUT, description, optional, minimum=0, maximum=600, step=12
    )


def chance(name: str, description: str, *, optional: bool = False) -> Column:
    """A probability above 0, at most 1."""
    return Column(name, Kind.NUMBER, Role.INPUT, description, optional, above=0.0, maximum=1.0)


def integer(name: str, description: str, *, minimum: float = 0, maximum: float = 1e12) -> Column:
    """A whole number."""
    return Column(name, Kind.INTEGER, Role.INPUT, description, minimum=minimum, maximum=maximum)


def flag(name: str, description: str, *, optional: bool = False) -> Column:
    """True or false."""
    return Column(name, Kind.BOOLEAN, Role.INPUT, description, optional)


def date(name: str, description: str, *, optional: bool = False) -> Column:
    """A calendar date, YYYY-MM-DD."""
    return Column(name, Kind.DATE, Role.INPUT, description, optional, step=365)


def stepped(column: Column, step: float) -> Column:
    """The column, which matters by threshold: so far, in its unit, surely crosses one."""
    return replace(column, step=step)


def choice(
    name: str, description: str, allowed: tuple[str, ...], *, optional: bool = False
) -> Column:
    """One of a few words."""
    return Column(name, Kind.TEXT, Role.INPUT, description, optional, allowed=allowed)


def reference(name: str, refers_to: str, description: str, *, optional: bool = False) -> Column:
    """The key of a row of another table."""
    return Column(name, Kind.TEXT, Role.INPUT, description, optional, refers_to=refers_to)


def name_of(name: str, description: str) -> Column:
    """A name by which rows are counted together; may be blank, and need be no row of a table."""
    return Column(name, Kind.TEXT, Role.INPUT, description, optional=True)


def label(name: str, description: str, *, kind: Kind = Kind.TEXT) -> Column:
    """Text for people; changes no answer."""
    return Column(name, kind, Role.DESCRIPTIVE, description, optional=True)


def evidence(column: Column) -> Column:
    """The column, checked and counted: what other figures rest on, and read by people."""
    return replace(column, role=Role.EVIDENCE, optional=True)


def usd_year() -> Column:
    """Dollar year of the row's money; money is converted once, on load."""
    return Column(
        "usd_year",
        Kind.INTEGER,
        Role.INPUT,
        "Calendar year of the row's dollars.",
        minimum=1990,
        maximum=2100,
    )


CONFIDENCES = ("measured", "published", "claimed", "assumed")


def provenance() -> tuple[Column, Column]:
    """Source and confidence of the row's figures; `figure_sources` may say otherwise of one."""
    return (
        Column(
            "source",
            Kind.TEXT,
            Role.PROVENANCE,
            "Id in the table `sources`, or a citation; blank where the figure is assumed.",
            optional=True,
        ),
        Column(
            "confidence",
            Kind.TEXT,
            Role.PROVENANCE,
            "How far the row's figures can be trusted.",
            allowed=CONFIDENCES,
        ),
    )
