"""The memo as one HTML file: no script, no network, every figure with its reference beside it."""

from __future__ import annotations

import base64
from html import escape

from tokenworks.report.memo import blocks as b
from tokenworks.report.memo.figures import Figure
from tokenworks.report.memo.style import BLUE, GREY, HAIRLINE, PALE

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_CSS = f"""
:root {{ color-scheme: light; }}
body {{ font: 15px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif;
  color: #1c2430; max-width: 60rem; margin: 0 auto; padding: 2rem 1.5rem 4rem;
  overflow-wrap: anywhere; }}
h1, h2, h3 {{ color: {BLUE}; line-height: 1.2; text-wrap: balance; }}
h1 {{ font-size: 1.9rem; margin: 0; }}
h2 {{ font-size: 1.35rem; margin: 2.6rem 0 .6rem; border-bottom: 1px solid {BLUE};
  padding-bottom: .2rem; }}
h3 {{ font-size: 1.05rem; margin: 1.6rem 0 .3rem; }}
.subtitle, .note, figcaption, footer {{ color: {GREY}; }}
.lead {{ font-size: 1.12rem; }}
.note {{ font-size: .82rem; }}
.strip {{ display: grid; grid-template-columns: repeat(3, 1fr); gap: 1px; margin: 1.2rem 0;
  background: {HAIRLINE}; border: 1px solid {HAIRLINE}; }}
.strip div {{ background: {PALE}; padding: .7rem .9rem; }}
.strip dt {{ font-size: .8rem; color: {GREY}; }}
.strip dd {{ margin: 0; }}
.strip .figure {{ font-size: 1.35rem; font-weight: 600; color: {BLUE}; }}
.strip .beside {{ font-size: .8rem; color: {GREY}; }}
figure {{ margin: 1.4rem 0; }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; width: 100%; font-size: .84rem; }}
figcaption {{ font-size: .86rem; margin-bottom: .4rem; }}
figure.chart figcaption {{ margin: .3rem 0 0; }}
th {{ text-align: left; font-weight: 600; border-bottom: 1px solid {BLUE};
  vertical-align: bottom; }}
th span {{ display: block; font-weight: 400; color: {GREY}; }}
td {{ border-bottom: 1px solid {HAIRLINE}; vertical-align: top; }}
th, td {{ padding: .25rem .5rem .25rem 0; overflow-wrap: anywhere; }}
th.number, td.number {{ text-align: right; white-space: nowrap; overflow-wrap: normal;
  font-variant-numeric: tabular-nums; padding-left: .5rem; }}
tr.strong td {{ font-weight: 600; border-top: 1px solid {BLUE}; }}
img {{ max-width: 100%; height: auto; display: block; }}
data[title] {{ cursor: help; }}
footer {{ font-size: .82rem; margin-top: 3rem; border-top: 1px solid {HAIRLINE};
  padding-top: .5rem; }}
@page {{ size: A4; margin: 18mm 16mm 20mm; }}
@media print {{
  body {{ font-size: 10pt; max-width: none; padding: 0; }}
  h2, h3, figcaption {{ break-after: avoid; }}
  tr, figure.chart, .strip {{ break-inside: avoid; }}
  thead {{ display: table-header-group; }}
}}
@media (max-width: 40rem) {{ .strip {{ grid-template-columns: repeat(2, 1fr); }} }}
"""


def html_of(document: b.Document) -> bytes:
    """The memo as a page of HTML.

    Parameters
    ----------
    document
        Its blocks.
    """
    title, subtitle = _text(document.title), _text(document.subtitle)
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<title>{title}</title><style>{_CSS}</style></head><body>",
        f'<header><h1>{title}</h1><p class="subtitle">{subtitle}</p></header><main>',
        *(_block(block) for block in document.blocks),
        f"</main><footer>{_text(document.identity)}</footer></body></html>",
    ]
    return "\n".join(parts).encode("utf-8")


def _text(text: str) -> str:
    return escape(b.printable(text), quote=True)


def _span(span: b.Span) -> str:
    if not isinstance(span, Figure):
        return _text(span)
    value = "" if span.value is None else repr(span.value)
    return f'<data value="{value}" title="{_text(str(span.reference))}">{_text(span.text)}</data>'


def _spans(spans: b.Spans) -> str:
    return "".join(map(_span, spans))


def _block(block: b.Block) -> str:
    if isinstance(block, b.Heading):
        level = block.level + 1
        return f"<h{level}>{_text(block.text)}</h{level}>"
    if isinstance(block, b.Paragraph):
        return f'<p class="{block.style}">{_spans(block.spans)}</p>'
    if isinstance(block, b.Bullets):
        items = "".join(f"<li>{_spans(item)}</li>" for item in block.items)
        return f"<ul>{items}</ul>"
    if isinstance(block, b.Strip):
        return f'<dl class="strip">{"".join(map(_item, block.items))}</dl>'
    return _table(block) if isinstance(block, b.Table) else _chart(block)


def _item(item: b.Item) -> str:
    return (
        f'<div><dt>{_text(item.label)}</dt><dd class="figure">{_spans(item.spans)}</dd>'
        f'<dd class="beside">{_spans(item.beside)}</dd></div>'
    )


def _table(table: b.Table) -> str:
    sides = [' class="number"' if column.number else "" for column in table.columns]
    heads = "".join(
        f'<th scope="col"{side}>{_text(column.title)}'
        + (f"<span>{_text(column.unit)}</span>" if column.unit else "")
        + "</th>"
        for column, side in zip(table.columns, sides, strict=True)
    )
    lines = []
    for position, row in enumerate(table.rows):
        cells = "".join(
            f"<td{side}>{_spans(b.spans_of(cell))}</td>"
            for cell, side in zip(row, sides, strict=True)
        )
        strong = ' class="strong"' if position in table.strong else ""
        lines.append(f"<tr{strong}>{cells}</tr>")
    note = f'<p class="note">{_text(table.note)}</p>' if table.note else ""
    return (
        f"<figure><figcaption><b>Table {table.number}.</b> {_text(table.caption)}</figcaption>"
        f'<div class="wide"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>{note}</figure>"
    )


def _chart(chart: b.Chart) -> str:
    # As an image a drawing runs no script and loads nothing.
    data = base64.b64encode(chart.picture.drawn("svg")).decode("ascii")
    width = f"{chart.width_fraction:.0%}"
    return (
        f'<figure class="chart"><img style="width:{width}" alt="{_text(chart.alt)}" '
        f'src="data:image/svg+xml;base64,{data}">'
        f"<figcaption><b>Figure {chart.number}.</b> {_text(chart.caption)}</figcaption></figure>"
    )
