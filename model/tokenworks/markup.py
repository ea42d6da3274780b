"""Small pieces of HTML for notebooks: escaped, light, without scripts.

Colours are left to the notebook, so that a dark one stays readable.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

_CELL = "padding:2px 14px 2px 0;text-align:{side};border:0;vertical-align:top"
_HEAD = _CELL + ";font-weight:normal;opacity:.65"


def card(title: str, subtitle: str, body: str) -> str:
    """A title, a line below it, and markup that is escaped already."""
    said = f"<div style='opacity:.75'>{html.escape(subtitle)}</div>" if subtitle else ""
    head = f"<div style='font-weight:bold;font-size:110%'>{html.escape(title)}</div>"
    return f"<div style='line-height:1.45'>{head}{said}{body}</div>"


def pairs(facts: Iterable[tuple[str, str]]) -> str:
    """Names and what is said of each."""
    return table([], [[name, value] for name, value in facts], "ll")


def table(head: Sequence[str], rows: Iterable[Sequence[str]], sides: str) -> str:
    """A table; a `>` in `sides` puts a column to the right."""
    side = ["right" if one == ">" else "left" for one in sides]
    cells = "".join(
        f"<th style='{_HEAD.format(side=s)}'>{html.escape(name)}</th>"
        for name, s in zip(head, side, strict=False)
    )
    lines = [f"<tr>{cells}</tr>"] if head else []
    lines += [
        "<tr>"
        + "".join(
            f"<td style='{_CELL.format(side=s)}'>{html.escape(text)}</td>"
            for text, s in zip(row, side, strict=True)
        )
        + "</tr>"
        for row in rows
    ]
    style = "border-collapse:collapse;margin:6px 0;font-variant-numeric:tabular-nums"
    return f"<table style='{style}'>{''.join(lines)}</table>"


def listed(names: Sequence[str], most: int = 6) -> str:
    """Names joined by commas, the first few of many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
