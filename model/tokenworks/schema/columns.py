"""What a column of a table is: its type, unit, role, range and meaning."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tokenworks.units import unit_of


class Role(StrEnum):
    """What a column is for; an `input` that changes no matrix and no check is a defect."""

    KEY = "key"  # names the row
    INPUT = "input"  # decides the answer
    EVIDENCE = "evidence"  # checked and counted: other figures rest on it, it decides nothing
    DESCRIPTIVE = "descriptive"  # read by people only
    PROVENANCE = "provenance"  # where the row's figures come from


class Kind(StrEnum):
    """The type of a column's values."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name
        Name with the unit as its suffix.
    kind
        Type of the values.
    role
        What the column is for.
    description
        One sentence for people.
    optional
        True where a cell may be blank; the description says what a blank means.
    minimum, maximum
        Closed range of a number.
    above
        Open lower limit of a number.
    allowed
        The only values allowed.
    refers_to
        ``table.column`` that must hold the value.
    step
        Least change, in the column's unit (a date's in days), that surely crosses a threshold or
        a period; 0 where any change counts. The perturbation test goes so far.
    """

    name: str
    kind: Kind
    role: Role
    description: str
    optional: bool = False
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    allowed: tuple[str, ...] = ()
    refers_to: str = ""
    step: float = 0.0

    @property
    def unit(self) -> str:
        """Unit that the name states; "1" for a column that is no number."""
        return unit_of(self.name) or "1"


@dataclass(frozen=True)
class Table:
    """A table of inputs or results.

    Attributes
    ----------
    name
        Name of the table, also the stem of its usual file.
    row
        What one row is.
    columns
        The columns, keys first.
    required
        False where a scenario may leave the table out.
    may_be_empty
        True where a required table may have a header only, which switches its part off.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    required: bool = True
    may_be_empty: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """Columns that together name a row."""
        return tuple(c.name for c in self.columns if c.role is Role.KEY)

    @property
    def names(self) -> tuple[str, ...]:
        """All column names, in order."""
        return tuple(c.name for c in self.columns)

    @property
    def money_columns(self) -> tuple[str, ...]:
        """Columns in USD, converted once, on load, to the scenario's dollar year."""
        return tuple(
            c.name for c in self.columns if c.kind is Kind.NUMBER and "usd" in c.name.split("_")
        )

    @property
    def figures(self) -> tuple[str, ...]:
        """Numeric and boolean inputs, and evidence.

        Each needs a source and a confidence. Neither the year of the dollars nor the switch of a
        row is a figure of its own.
        """
        kinds = (Kind.NUMBER, Kind.INTEGER, Kind.BOOLEAN)
        return tuple(
            c.name
            for c in self.columns
            if c.role in (Role.INPUT, Role.EVIDENCE)
            and c.kind in kinds
            and c.name not in ("usd_year", "enabled")
        )

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        for candidate in self.columns:
            if candidate.name == name:
                return candidate
        raise KeyError(f"table {self.name} has no column {name}")
