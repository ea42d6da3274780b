"""Text, tables and data as HTML: whatever comes from an input stays text."""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILES = Path(__file__).parent / "files"
_PLACE = re.compile(r"\{\{([a-z_]+)\}\}")
# What ends a script, opens a comment in one, or a line in old JavaScript, in the middle of a text.
_UNSAFE_IN_SCRIPT = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
_DIGITS = 6


class Markup(str):
    """HTML that is safe as it stands; any other text is escaped before it enters a page."""

    __slots__ = ()


def markup(text: object) -> Markup:
    """A text as HTML shows it; what is markup already stays so."""
    return text if isinstance(text, Markup) else Markup(html.escape(str(text), quote=True))


def tag(name: str, *inner: object, **attributes: object) -> Markup:
    """An element with escaped attributes and children.

    An underscore in an attribute's name stands for a hyphen, one at its end is dropped (`class_`);
    an attribute that is None or False is left out, one that is True has no value.
    """
    words = "".join(
        f" {key.rstrip('_').replace('_', '-')}"
        + ("" if value is True else f'="{html.escape(str(value), quote=True)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return Markup(f"<{name}{words}>{joined(inner)}</{name}>")


def joined(parts: Iterable[object]) -> Markup:
    """Parts one after the other."""
    return Markup("".join(markup(part) for part in parts))


def filled(template: str, values: Mapping[str, Markup]) -> Markup:
    """A template file of this folder with every `{{name}}` replaced, once.

    What is put in is not looked at again, so that braces in an input stay braces.

    Raises
    ------
    KeyError
        Where a place has no value.
    """
    return Markup(_PLACE.sub(lambda found: values[found[1]], own_file(template)))


def own_file(name: str) -> str:
    """A template, style sheet or script of this package."""
    return (_FILES / name).read_text(encoding="utf-8")


def script_json(value: object) -> Markup:
    """JSON that can stand within a script element: numbers to six digits, nothing not finite."""
    text = json.dumps(_plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escaped in _UNSAFE_IN_SCRIPT.items():
        text = text.replace(character, escaped)
    return Markup(text)


def _plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if hasattr(value, "tolist") and not isinstance(value, str):  # of numpy or pandas
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return _rounded(value)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return str(value)


def _rounded(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    short = float(f"{value:.{_DIGITS}g}")
    return int(short) if short.is_integer() else short


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    heading
        With the unit, where there is one.
    number
        Whether it is set to the right.
    """

    heading: str
    number: bool = False


def table(
    caption: str, columns: Sequence[Column], lines: Iterable[Sequence[object]], *, most: int = 400
) -> Markup:
    """A table whose first column names its rows, and which scrolls where it is wide.

    Parameters
    ----------
    caption
        What it shows.
    columns, lines
        Headings, and cells as text or markup.
    most
        Rows shown; how many are left out is said below.
    """
    shown: list[Sequence[object]] = []
    left = 0
    for line in lines:
        if len(shown) < most:
            shown.append(line)
        else:
            left += 1
    head = tag("tr", *(tag("th", c.heading, scope="col", class_=_side(c)) for c in columns))
    body = (
        tag(
            "tr",
            *(
                tag("td" if n else "th", cell, scope=None if n else "row", class_=_side(columns[n]))
                for n, cell in enumerate(line)
            ),
        )
        for line in shown
    )
    whole = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", joined(body)))
    parts: list[object] = [whole]
    if not shown:
        parts.append(tag("p", "Nothing to show.", class_="note"))
    if left:
        parts.append(tag("p", f"{left:,} more rows stand in the run folder.", class_="note"))
    # A region that scrolls must be reached by the keyboard, and then needs a name.
    return tag("div", *parts, class_="table", tabindex="0", role="region", aria_label=caption)


def _side(column: Column) -> str | None:
    return "number" if column.number else None
