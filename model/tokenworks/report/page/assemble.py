"""A page's content as one file of HTML."""

from __future__ import annotations

import base64
import hashlib
import html
from functools import cache
from typing import Any

from tokenworks.report.page.markup import (
    Markup,
    filled,
    joined,
    markup,
    own_file,
    script_json,
    tag,
)
from tokenworks.report.page.model import Chart, Choice, Content, Section, Variant

# Images are what a reader saves of a chart; styles are what plotly sets while it draws.
_POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data: blob:; "
    "font-src data:; base-uri 'none'; form-action 'none'"
)


def page_html(content: Content) -> str:
    """The whole page: styles, scripts and data within it, and a policy that forbids requests.

    Only the two scripts of the page run, which the policy knows by their hashes.
    """
    scripts = [_plotly(), own_file("page.js")]
    policy = _POLICY.format(scripts=" ".join(f"'sha256-{_digest(text)}'" for text in scripts))
    charts = [chart for section in content.sections for chart in section.charts]
    return filled(
        "page.html",
        {
            "policy": Markup(html.escape(policy, quote=True).replace("&#x27;", "'")),
            "identity": markup(content.identity),
            "title": markup(content.title),
            "style": Markup(own_file("page.css")),
            "head": content.head,
            "navigation": _navigation(content.sections),
            "sections": joined(_section(section) for section in content.sections),
            "foot": content.foot,
            "charts": script_json({chart.name: _data(chart) for chart in charts}),
            "plotly": Markup(scripts[0]),
            "script": Markup(scripts[1]),
        },
    )


@cache
def _plotly() -> str:
    from plotly.offline import get_plotlyjs  # noqa: PLC0415 -- slow to import

    text: str = get_plotlyjs()
    # Never the case of a release; one that could end the element early is not put into a page.
    if "</script" in text.lower() or "<!--" in text:
        raise ValueError("this release of plotly.js cannot stand within a page")
    return text


def _digest(text: str) -> str:
    # A browser reads line ends of any kind as one.
    read = text.replace("\r\n", "\n").replace("\r", "\n")
    return base64.b64encode(hashlib.sha256(read.encode()).digest()).decode()


def _navigation(sections: tuple[Section, ...]) -> Markup:
    links = (tag("li", tag("a", s.short, href=f"#{s.name}")) for s in sections)
    return tag("ul", *links)


def _section(section: Section) -> Markup:
    heading = f"{section.name}-heading"
    parts = (_part(part) for part in section.parts)
    inner = tag("h2", section.heading, id=heading), *parts
    return tag("section", *inner, id=section.name, aria_labelledby=heading)


def _part(part: Markup | Chart | tuple[Chart, ...]) -> Markup:
    if isinstance(part, Chart):
        return _chart(part)
    if isinstance(part, tuple):
        return tag("div", *(_chart(chart) for chart in part), class_="side")
    return part


def _chart(chart: Chart) -> Markup:
    height = int(chart.layout.get("height", 400))
    parts: list[object] = []
    if chart.title:
        parts.append(tag("h3", chart.title))
    if chart.choices:
        controls = (_control(chart, n, choice) for n, choice in enumerate(chart.choices))
        group = f"Controls of: {chart.label}"
        parts.append(tag("div", *controls, class_="controls", role="group", aria_label=group))
    drawing = tag(
        "div",
        class_="chart",
        id=chart.name,
        style=f"min-height:{height}px",
    )
    if chart.variants:
        words = chart.variants[start(chart)].words if start(chart) in chart.variants else ""
        parts.append(tag("p", words, class_="told", id=f"{chart.name}-told", aria_live="polite"))
    # Wider than a narrow window, it scrolls there, for which the keyboard has to reach it.
    parts.append(
        tag("div", drawing, class_="drawing", tabindex="0", role="region", aria_label=chart.label)
    )
    if chart.caption:
        parts.append(tag("p", chart.caption, class_="note"))
    if chart.table is not None or chart.table_of_traces:
        inner: list[object] = [tag("summary", "The same figures as a table")]
        if chart.table_of_traces:
            inner.append(tag("div", class_="made", id=f"{chart.name}-table"))
        if chart.table is not None:
            inner.append(chart.table)
        parts.append(tag("details", *inner))
    return tag("figure", *parts)


def start(chart: Chart) -> str:
    """The variant shown first."""
    return "|".join(choice.chosen for choice in chart.choices)


def _control(chart: Chart, number: int, choice: Choice) -> Markup:
    name = f"{chart.name}-{number}"
    common: dict[str, Any] = {"id": name, "data_chart": chart.name}
    label = tag("label", choice.label, for_=name)
    if choice.slider:
        values = list(choice.values)
        # An input has no end tag.
        slider = Markup(
            str(
                tag(
                    "input",
                    type="range",
                    min=0,
                    max=len(values) - 1,
                    step=1,
                    value=values.index(choice.chosen),
                    aria_valuetext=choice.values[choice.chosen],
                    autocomplete="off",
                    **common,
                )
            ).removesuffix("</input>")
        )
        shown = tag("output", choice.values[choice.chosen], for_=name, id=f"{name}-shown")
        return tag("div", label, slider, shown, class_="control slider")
    options = (
        tag("option", words, value=value, selected=value == choice.chosen)
        for value, words in choice.values.items()
    )
    listed = tag("select", *options, autocomplete="off", **common)
    return tag("div", label, listed, class_="control")


def _data(chart: Chart) -> dict[str, Any]:
    choices = [
        {"values": list(c.values), "words": list(c.values.values()), "slider": c.slider}
        for c in chart.choices
    ]
    if chart.same_as:
        return {"same_as": chart.same_as, "choices": choices}
    return {
        "data": chart.data,
        "layout": chart.layout,
        "choices": choices,
        "variants": {key: _variant(variant) for key, variant in chart.variants.items()},
        "table": chart.table_of_traces,
    }


def _variant(variant: Variant) -> dict[str, Any]:
    found: dict[str, Any] = {"words": variant.words}
    if variant.data is not None:
        found["data"] = variant.data
    if variant.layout is not None:
        found["layout"] = variant.layout
    if variant.traces:
        found["traces"] = variant.traces
    return found
