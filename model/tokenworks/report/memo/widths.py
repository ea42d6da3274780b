"""Widths of a table's columns, and the size of its type, so that words and numbers stay whole."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tokenworks.report.memo import blocks as b

_LETTER_PER_POINT = 0.61  # width of a letter over its size, of a wide face, with some air
_WIDEST = 34
_NARROWEST = 5.0
_BOLD = 1.12  # of a letter of a heading, over one of a cell
_BETWEEN_WORDS = re.compile(r"[\s-]")
_WORD, _PART = 24, 13  # longer words are broken into parts


@dataclass(frozen=True)
class Fitted:
    """A table as it fits its line.

    Attributes
    ----------
    size_pt
        Points of its type.
    widths_pt
        Of its columns; together the line.
    """

    size_pt: float
    widths_pt: tuple[float, ...]


@dataclass(frozen=True)
class _Wish:
    """Letters that a column wants: at least, so that its words stay whole, and at ease."""

    least: float
    ease: float


def fitted(table: b.Table, line_pt: float, type_pt: float, inset_pt: float) -> Fitted:
    """Columns take what they need; what is left of the line goes to those that want more.

    Parameters
    ----------
    table
        A table.
    line_pt
        Width of the line.
    type_pt
        Points of the type where it fits; smaller only where words would not fit the line whole.
    inset_pt
        Of every column, on both sides together.
    """
    wishes = _wishes(table)
    room = line_pt - len(wishes) * inset_pt
    least = sum(wish.least for wish in wishes)
    size = min(type_pt, room / (least * _LETTER_PER_POINT))
    letters = room / (size * _LETTER_PER_POINT)
    left, wanted = max(0.0, letters - least), sum(wish.ease - wish.least for wish in wishes)
    share = min(1.0, left / wanted) if wanted else 0.0
    # Where all have what they want, the rest is shared alike.
    more = max(0.0, left - wanted) / len(wishes)
    widths = (wish.least + (wish.ease - wish.least) * share + more for wish in wishes)
    return Fitted(size, tuple(width * size * _LETTER_PER_POINT + inset_pt for width in widths))


def _wishes(table: b.Table) -> list[_Wish]:
    """What every column wants; a long text is broken into lines, the longer the more of them."""
    found = []
    for place, column in enumerate(table.columns):
        cells = [b.text_of(row[place]) for row in table.rows]
        bold = [_BOLD if n in table.strong else 1.0 for n in range(len(cells))]
        heads = (len(word) for word in f"{column.title} {column.unit}".split())
        head = _BOLD * max(heads, default=0)
        # Figures stay whole; words in place of one are broken as others are.
        wanted = [
            _wish(cell, weight, whole=column.number and len(cell) < _WORD)
            for cell, weight in zip(cells, bold, strict=True)
        ]
        least = max([_NARROWEST, head, *(wish.least for wish in wanted)])
        found.append(_Wish(least, max([least, *(wish.ease for wish in wanted)])))
    return found


def _wish(cell: str, weight: float, *, whole: bool) -> _Wish:
    """What a cell wants, its letters so much wider."""
    length = weight * len(cell)
    if whole:
        return _Wish(length, length)
    words = (len(word) for word in _BETWEEN_WORDS.split(cell))
    least = weight * max((w if w < _WORD else _PART for w in words), default=0)
    ease = length if length <= _WIDEST else _WIDEST + 4.0 * (length - _WIDEST) ** 0.5
    return _Wish(least, max(least, ease))
