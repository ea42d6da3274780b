"""What a memo is made of: blocks that every writer knows how to set.

Text is text: names from the inputs stand in it as they are, and each writer escapes all of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

from tokenworks.report.memo.figures import Figure

Span = str | Figure
Spans = tuple[Span, ...]
Cell = Span | Spans


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 starts a part."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """Running text with figures; `lead` is set larger, `note` smaller."""

    spans: Spans
    style: Literal["body", "lead", "note"] = "body"


@dataclass(frozen=True)
class Item:
    """A figure of the strip: what it is, the figure, and business as usual beside it."""

    label: str
    spans: Spans
    beside: Spans


@dataclass(frozen=True)
class Strip:
    """A few figures side by side."""

    items: tuple[Item, ...]


@dataclass(frozen=True)
class Column:
    """A column of a table: its title, its unit, and whether it holds numbers."""

    title: str
    unit: str = ""
    number: bool = False


@dataclass(frozen=True)
class Table:
    """A table with its caption and a note below.

    Attributes
    ----------
    caption
        What it shows.
    columns
        Columns; numbers stand to the right.
    rows
        Cells by row.
    note
        Below: sources, meanings.
    strong
        Positions of rows that are totals.
    number
        Its number, given by `numbered`.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    strong: frozenset[int] = frozenset()
    number: int = 0


class Picture(Protocol):
    """A drawing."""

    def drawn(self, form: Literal["png", "svg"]) -> bytes:
        """The drawing in a format."""


@dataclass(frozen=True)
class Chart:
    """A picture with its caption, and words for who cannot see it."""

    caption: str
    alt: str
    picture: Picture = field(repr=False)
    width_fraction: float = 1.0
    number: int = 0


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[Spans, ...]


Block = Heading | Paragraph | Strip | Table | Chart | Bullets


@dataclass(frozen=True)
class Document:
    """A memo.

    Attributes
    ----------
    title, subtitle
        Of the first page.
    identity
        What names the plan on every page: scenario and the first digits of its hash.
    created
        When the plan was solved, ISO 8601; the same plan gives the same document.
    blocks
        Its content, in order.
    """

    title: str
    subtitle: str
    identity: str
    created: str
    blocks: tuple[Block, ...]

    def figures(self) -> Iterator[Figure]:
        """Every figure in it."""
        for block in self.blocks:
            for spans in _span_rows(block):
                yield from (span for span in spans if isinstance(span, Figure))


def _span_rows(block: Block) -> Iterator[Spans]:
    if isinstance(block, Paragraph):
        yield block.spans
    elif isinstance(block, Table):
        yield from (spans_of(cell) for row in block.rows for cell in row)
    elif isinstance(block, Bullets):
        yield from block.items
    elif isinstance(block, Strip):
        for item in block.items:
            yield from (item.spans, item.beside)


def plain(spans: Spans) -> str:
    """Spans as they read."""
    return "".join(span.text if isinstance(span, Figure) else span for span in spans)


def spans_of(cell: Cell) -> Spans:
    """What stands in a cell of a table."""
    return cell if isinstance(cell, tuple) else (cell,)


def text_of(cell: Cell) -> str:
    """A cell as it reads."""
    return plain(spans_of(cell))


def printable(text: str) -> str:
    """Text without characters that no document holds: control codes and halves of a pair."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(letter) in ("Cc", "Cs", "Cn") and letter not in "\n\t"
        else letter
        for letter in text
    )


_LONG = re.compile(r"[^\s\u200b-]{24,}")


def breakable(text: str) -> str:
    """Text whose long words may be broken, at a space of no width after every twelfth letter."""
    return _LONG.sub(
        lambda word: "\u200b".join(re.findall(r".{1,12}", word.group(), re.DOTALL)), text
    )
