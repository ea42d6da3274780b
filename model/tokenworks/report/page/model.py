"""What a page is made of, before it is HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tokenworks.report.page.markup import Markup

Trace = dict[str, Any]
Layout = dict[str, Any]


@dataclass(frozen=True)
class Choice:
    """A control of ours over a chart: a slider, or a list to choose from.

    Attributes
    ----------
    label
        What is chosen.
    values
        What can be, as the chart's variants name it, with the words shown for it.
    chosen
        Value at the start.
    slider
        True for a slider.
    """

    label: str
    values: Mapping[str, str]
    chosen: str
    slider: bool = False


@dataclass(frozen=True)
class Variant:
    """What a chart shows at one setting of its controls.

    Attributes
    ----------
    traces
        Position of a trace of the chart to what changes in it; or None, where `data` is all of it.
    data
        Traces in place of all of the chart's.
    layout
        Layout in place of the chart's.
    words
        What a reader who does not see the chart is told; a chart with a title has it there.
    """

    traces: Mapping[int, Trace] = field(default_factory=dict)
    data: list[Trace] | None = None
    layout: Layout | None = None
    words: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart with its controls.

    Attributes
    ----------
    name
        Unique in the page: letters and hyphens.
    label
        What it shows, in words.
    data, layout
        As plotly takes them.
    choices
        Controls.
    variants
        Values of the controls, joined by `|`, to what is then shown; one that is missing says so.
    table
        The same figures as a table.
    table_of_traces
        True where the script makes the table of what is chosen.
    title, caption
        Above and below it.
    same_as
        Name of a chart with the same data and variants, so that a page holds them once.
    """

    name: str
    label: str
    data: list[Trace]
    layout: Layout
    choices: tuple[Choice, ...] = ()
    variants: Mapping[str, Variant] = field(default_factory=dict)
    table: Markup | None = None
    table_of_traces: bool = False
    title: str = ""
    caption: str = ""
    same_as: str = ""


@dataclass(frozen=True)
class Section:
    """A part of a page under a heading.

    Attributes
    ----------
    name
        Unique in the page, for links.
    heading
        Its heading.
    short
        The same in the list of sections.
    parts
        Markup and charts in order; charts in a tuple stand beside each other where there is room.
    """

    name: str
    heading: str
    short: str
    parts: tuple[Markup | Chart | tuple[Chart, ...], ...]

    @property
    def charts(self) -> list[Chart]:
        """All charts in it."""
        found: list[Chart] = []
        for part in self.parts:
            if isinstance(part, Chart):
                found.append(part)
            elif isinstance(part, tuple):
                found += part
        return found


@dataclass(frozen=True)
class Content:
    """A page's content.

    Attributes
    ----------
    title
        Of the window.
    identity
        Hash of what it shows, by which an older page of the same is known.
    head, foot
        Above and below the sections.
    sections
        In order.
    """

    title: str
    identity: str
    head: Markup
    sections: tuple[Section, ...]
    foot: Markup
