"""The memo as PDF, set by Typst.

All text goes into the source as string literals, in which nothing is markup. The archival standard
PDF/A-2b is kept wherever the fonts at hand have every letter; where a name needs letters that no
font here has, it is set without the standard.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Literal

from tokenworks.report.memo import blocks as b
from tokenworks.report.memo.style import BLUE, GREY, HAIRLINE, INK, PALE
from tokenworks.report.memo.widths import fitted

STANDARD: Literal["a-2b"] = "a-2b"
_TYPE_PT = 7.4  # of tables
_INSET_PT = 6.0
_LINE_PT = 499.0  # 176 mm

_HEAD = f"""
#set page(paper: "a4", margin: (x: 17mm, top: 18mm, bottom: 20mm), footer: context [
  #set text(size: 7.5pt, fill: rgb("{GREY}"))
  #line(length: 100%, stroke: 0.4pt + rgb("{HAIRLINE}"))
  #identity #h(1fr) page #counter(page).display() of #counter(page).final().first()
])
#set text(font: ("DejaVu Sans", "Libertinus Serif", "DejaVu Sans Mono"), size: 8.8pt,
  fill: rgb("{INK}"), lang: "en", hyphenate: false)
#set par(leading: 0.62em, spacing: 0.9em, justify: false)
#set heading(numbering: "1.1")
#show heading: set text(fill: rgb("{BLUE}"), weight: "bold")
#show heading: set block(sticky: true)
#show heading.where(level: 1): it => {{
  v(0.9em, weak: true)
  block(sticky: true, below: 0.9em, width: 100%, stroke: (bottom: 0.6pt + rgb("{BLUE}")),
    inset: (bottom: 3pt), text(size: 13pt, it))
}}
#show heading.where(level: 2): set text(size: 10pt)
#show figure: set block(breakable: true)
#show figure.where(kind: table): set figure.caption(position: top)
#show figure.caption: it => {{
  set text(size: 8pt, fill: rgb("{GREY}"))
  set align(left)
  block(sticky: it.kind == table, width: 100%, strong(
    [#it.supplement #context it.counter.display(it.numbering).]) + [ ] + it.body)
}}
#set table(stroke: none, inset: (x: 3pt, y: 2.6pt))
#show table: set par(leading: 0.45em)
#set list(spacing: 0.6em)
#let unit(it) = text(fill: rgb("{GREY}"), weight: "regular", it)
#let note(it) = text(size: 7.4pt, fill: rgb("{GREY}"), it)
#let item(label, figure, beside) = stack(spacing: 5pt,
  text(size: 7.4pt, fill: rgb("{GREY}"), label),
  text(size: 12pt, weight: "bold", fill: rgb("{BLUE}"), figure),
  text(size: 7.4pt, fill: rgb("{GREY}"), beside))
"""


def pdf_of(document: b.Document) -> bytes:
    """The memo as PDF.

    Parameters
    ----------
    document
        Its blocks.
    """
    import matplotlib
    import typst

    fonts = str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "memo.typ"
        source.write_text(typst_of(document), encoding="utf-8")
        for chart in (block for block in document.blocks if isinstance(block, b.Chart)):
            (Path(folder) / f"chart-{chart.number}.svg").write_bytes(chart.picture.drawn("svg"))
        try:
            return bytes(typst.compile(str(source), font_paths=[fonts], pdf_standards=[STANDARD]))
        except typst.TypstError as error:
            if "could not be displayed with font" not in str(error):
                raise
            source.write_text(typst_of(_told(document)), encoding="utf-8")
            return bytes(typst.compile(str(source), font_paths=[fonts]))


def _told(document: b.Document) -> b.Document:
    """The memo with a word on letters that the fonts at hand have not, which show as boxes."""
    words = (
        "Some names in this memo hold letters that no font on the machine that set it has; they "
        "show as boxes here. Install a font that has them, or read the memo in Word or HTML."
    )
    return replace(document, blocks=(b.Paragraph((words,), "note"), *document.blocks))


def typst_of(document: b.Document) -> str:
    """The memo as Typst source, with its charts as files beside it."""
    created = ", ".join(
        f"{name}: {int(part)}"
        for name, part in zip(
            ("year", "month", "day"), document.created[:10].split("-"), strict=True
        )
    )
    title, subtitle = _literal(document.title), _literal(document.subtitle)
    parts = [
        f"#set document(title: {title}, date: datetime({created}))",
        f"#let identity = {_literal(document.identity)}",
        _HEAD,
        f'#text(size: 19pt, weight: "bold", fill: rgb("{BLUE}"), {title})',
        f'#v(-0.6em)\n#text(size: 9.5pt, fill: rgb("{GREY}"), {subtitle})',
        *(_block(block) for block in document.blocks),
    ]
    return "\n\n".join(parts) + "\n"


def _literal(text: str) -> str:
    """Text as a string of Typst's code mode, in which nothing but quotes and backslashes counts."""
    clean = b.breakable(b.printable(text))
    return '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _spans(spans: b.Spans) -> str:
    return "#" + _literal(b.plain(spans)) if spans else "[]"


def _block(block: b.Block) -> str:
    if isinstance(block, b.Heading):
        return f"#heading(level: {block.level}, {_literal(block.text)})"
    if isinstance(block, b.Paragraph):
        text = _literal(b.plain(block.spans))
        if block.style == "note":
            return f"#note({text})"
        return f"#text(size: {'10.2pt' if block.style == 'lead' else '8.8pt'}, {text})"
    if isinstance(block, b.Bullets):
        return "\n".join(f"- {_spans(item)}" for item in block.items)
    if isinstance(block, b.Strip):
        return _strip(block)
    return _table(block) if isinstance(block, b.Table) else _chart(block)


def _strip(strip: b.Strip) -> str:
    cells = ",\n  ".join(
        f"item({_literal(i.label)}, {_literal(b.plain(i.spans))}, {_literal(b.plain(i.beside))})"
        for i in strip.items
    )
    return (
        "#block(breakable: false, grid(columns: (1fr, 1fr, 1fr), gutter: 4pt, inset: 7pt,"
        f'\n  fill: rgb("{PALE}"),\n  {cells}))'
    )


def _table(table: b.Table) -> str:
    sides = ["right" if column.number else "left" for column in table.columns]
    fit = fitted(table, _LINE_PT, _TYPE_PT, _INSET_PT)
    widths = ", ".join(f"{width:.1f}fr" for width in fit.widths_pt)
    heads = ", ".join(_head(column) for column in table.columns)
    rule = f'table.hline(stroke: 0.6pt + rgb("{BLUE}"))'
    hair = f'table.hline(stroke: 0.3pt + rgb("{HAIRLINE}"))'
    lines = []
    for position, row in enumerate(table.rows):
        strong = position in table.strong
        cells = (_literal(b.text_of(cell)) for cell in row)
        text = ", ".join(f"strong({cell})" if strong else cell for cell in cells)
        lines.append(f"  {rule if strong else hair}, {text},")
    note = f"\n#v(-0.5em)\n#note({_literal(table.note)})" if table.note else ""
    return (
        f"#[#show table: set text(size: {fit.size_pt:.2f}pt)\n"
        f"#figure(kind: table, supplement: [Table], caption: {_literal(table.caption)}, table(\n"
        f"  columns: ({widths},), align: ({', '.join(sides)},),\n"
        f"  table.header({heads}),\n  {rule},\n" + "\n".join(lines) + f"\n))]{note}"
    )


def _head(column: b.Column) -> str:
    title = f"strong({_literal(column.title)})"
    unit = f" + linebreak() + unit({_literal(column.unit)})" if column.unit else ""
    return f"{title}{unit}"


def _chart(chart: b.Chart) -> str:
    return (
        f"#figure(kind: image, supplement: [Figure], caption: {_literal(chart.caption)},\n"
        f'  image("chart-{chart.number}.svg", width: {chart.width_fraction:.0%}, '
        f"alt: {_literal(chart.alt)}))"
    )
