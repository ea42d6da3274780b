"""The memo as a Word document: heading styles, native tables, caption fields, a footer."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from tokenworks.report.memo import blocks as b
from tokenworks.report.memo.style import BLUE, GREY, HAIRLINE, PALE
from tokenworks.report.memo.widths import fitted

_WIDTH_CM = 17.4
_SIZES = {"body": 10.0, "lead": 11.5, "note": 8.0}
_TYPE_PT, _INSET_PT, _PT_PER_CM = 8.0, 6.0, 28.35  # of tables


def word_of(document: b.Document) -> bytes:
    """The memo as a Word document.

    Parameters
    ----------
    document
        Its blocks.
    """
    made = docx.Document()
    _page(made, document)
    title = made.add_paragraph(style="Title")
    title.add_run(b.printable(document.title))
    subtitle = made.add_paragraph(style="Subtitle")
    subtitle.add_run(b.printable(document.subtitle))
    for block in document.blocks:
        _add(made, block)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def _page(made: Any, document: b.Document) -> None:
    """Size, styles, footer and properties."""
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.8)
    section.top_margin, section.bottom_margin = Cm(1.9), Cm(1.9)
    for name, size in (("Normal", 10.0), ("Caption", 8.5), ("List Bullet", 10.0)):
        made.styles[name].font.size = Pt(size)
    for name, size in (("Title", 22.0), ("Heading 1", 15.0), ("Heading 2", 11.5)):
        font = made.styles[name].font
        font.size, font.color.rgb, font.bold = Pt(size), _colour(BLUE), True
    for name in ("Normal", "Title", "Subtitle", "Heading 1", "Heading 2", "Caption"):
        _font(made.styles[name], "Calibri")
    for name in ("Subtitle", "Caption"):
        made.styles[name].font.color.rgb = _colour(GREY)
        made.styles[name].font.italic = False
        made.styles[name].font.bold = False
    made.styles["Caption"].paragraph_format.keep_with_next = True
    made.styles["Caption"].paragraph_format.space_after = Pt(3)
    made.styles["Normal"].paragraph_format.space_after = Pt(6)
    when = dt.datetime.fromisoformat(document.created).replace(tzinfo=None)
    properties = made.core_properties
    properties.title, properties.subject = document.title[:255], document.identity[:255]
    properties.author, properties.last_modified_by = "tokenworks", "tokenworks"
    properties.created = properties.modified = when
    properties.comments = ""
    _footer(section.footer.paragraphs[0], document.identity)


def _font(style: Any, name: str) -> None:
    """A font for Latin letters; others are left to what Word has for their script."""
    style.font.name = name
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def _footer(paragraph: Any, identity: str) -> None:
    paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(_WIDTH_CM), WD_TAB_ALIGNMENT.RIGHT)
    paragraph.add_run(b.printable(identity) + "\tpage ")
    _field(paragraph, "PAGE", "1")
    paragraph.add_run(" of ")
    _field(paragraph, "NUMPAGES", "1")
    for run in paragraph.runs:
        run.font.size, run.font.color.rgb = Pt(8), _colour(GREY)


def _field(paragraph: Any, code: str, cached: str) -> None:
    """A field with the value that is shown until Word computes it."""
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("text", cached), ("end", "")):
        run = paragraph.add_run(text if kind == "text" else "")
        if kind in ("begin", "separate", "end"):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif not kind:
            instruction = OxmlElement("w:instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = f" {text} "
            run._r.append(instruction)


def _add(made: Any, block: b.Block) -> None:
    if isinstance(block, b.Heading):
        made.add_heading(b.printable(block.text), level=block.level)
    elif isinstance(block, b.Paragraph):
        _runs(made.add_paragraph(), block.spans, _SIZES[block.style], block.style == "note")
    elif isinstance(block, b.Bullets):
        for item in block.items:
            _runs(made.add_paragraph(style="List Bullet"), item, 10.0, muted=False)
    elif isinstance(block, b.Strip):
        _strip(made, block)
    elif isinstance(block, b.Table):
        _table(made, block)
    else:
        _chart(made, block)


def _runs(paragraph: Any, spans: b.Spans, size: float, muted: bool) -> None:
    run = paragraph.add_run(b.printable(b.plain(spans)))
    run.font.size = Pt(size)
    if muted:
        run.font.color.rgb = _colour(GREY)


def _caption(made: Any, label: str, number: int, text: str) -> Any:
    paragraph = made.add_paragraph(style="Caption")
    paragraph.add_run(f"{label} ").bold = True
    _field(paragraph, f"SEQ {label} \\* ARABIC", str(number))
    paragraph.add_run(". " + b.printable(text))
    return paragraph


def _strip(made: Any, strip: b.Strip) -> None:
    columns = 3
    table = made.add_table(rows=-(-len(strip.items) // columns), cols=columns)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for place, item in enumerate(strip.items):
        cell = table.cell(place // columns, place % columns)
        _shade(cell, PALE)
        paragraphs = [cell.paragraphs[0], cell.add_paragraph(), cell.add_paragraph()]
        _runs(paragraphs[0], (item.label,), 8.0, muted=True)
        _runs(paragraphs[1], item.spans, 14.0, muted=False)
        paragraphs[1].runs[0].bold = True
        paragraphs[1].runs[0].font.color.rgb = _colour(BLUE)
        _runs(paragraphs[2], item.beside, 8.0, muted=True)
        for paragraph in paragraphs:
            paragraph.paragraph_format.space_after = Pt(2)
    made.add_paragraph()


def _table(made: Any, block: b.Table) -> None:
    _caption(made, "Table", block.number, block.caption)
    table = made.add_table(rows=1, cols=len(block.columns))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _borders(table)
    _narrow(table)
    fit = fitted(block, _WIDTH_CM * _PT_PER_CM, _TYPE_PT, _INSET_PT)
    head = table.rows[0]
    _repeat(head)
    for cell, column in zip(head.cells, block.columns, strict=True):
        unit = f"\n{column.unit}" if column.unit else ""
        _cell(cell, column.title + unit, column.number, (fit.size_pt, True))
        _line_below(cell, BLUE, 8)
    widths = [Pt(width) for width in fit.widths_pt]
    for width, column, cell in zip(widths, table.columns, head.cells, strict=True):
        column.width = cell.width = width
    for position, row in enumerate(block.rows):
        made_row = table.add_row()
        _whole(made_row)
        strong = position in block.strong
        cells = zip(made_row.cells, row, block.columns, widths, strict=True)
        for cell, content, column, width in cells:
            _cell(cell, b.text_of(content), column.number, (fit.size_pt, strong))
            cell.width = width
    note = made.add_paragraph()
    _runs(note, (block.note,), _SIZES["note"], muted=True)


def _cell(cell: Any, text: str, number: bool, look: tuple[float, bool]) -> None:
    """Write a cell; `look` is the size of its type and whether it is bold."""
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(1)
    paragraph.paragraph_format.space_before = Pt(1)
    if number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(b.printable(text))
    run.font.size, run.bold = Pt(round(2.0 * look[0]) / 2.0), look[1]  # Word counts half points


def _chart(made: Any, block: b.Chart) -> None:
    paragraph = made.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    picture = paragraph.add_run().add_picture(
        io.BytesIO(block.picture.drawn("png")), width=Cm(_WIDTH_CM * block.width_fraction)
    )
    described = picture._inline.docPr
    described.set("descr", b.printable(block.alt))
    described.set("title", b.printable(block.caption)[:120])
    caption = _caption(made, "Figure", block.number, block.caption)
    caption.paragraph_format.keep_with_next = False


def _colour(text: str) -> RGBColor:
    return RGBColor.from_string(text.lstrip("#").upper())


def _element(parent: Any, name: str, **attributes: str) -> Any:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    parent.append(made)
    return made


def _shade(cell: Any, colour: str) -> None:
    properties = cell._tc.get_or_add_tcPr()
    _element(properties, "w:shd", val="clear", color="auto", fill=colour.lstrip("#"))


def _borders(table: Any) -> None:
    """Hairlines between rows, and nothing else."""
    borders = _element(table._tbl.tblPr, "w:tblBorders")
    for side in ("insideH", "bottom"):
        _element(borders, f"w:{side}", val="single", sz="2", color=HAIRLINE.lstrip("#"))


def _narrow(table: Any) -> None:
    """Cells with less air at their sides than Word gives them."""
    margins = _element(table._tbl.tblPr, "w:tblCellMar")
    for side in ("left", "right"):
        _element(margins, f"w:{side}", w=str(round(20 * _INSET_PT / 2)), type="dxa")


def _line_below(cell: Any, colour: str, eighths: int) -> None:
    borders = _element(cell._tc.get_or_add_tcPr(), "w:tcBorders")
    _element(borders, "w:bottom", val="single", sz=str(eighths), color=colour.lstrip("#"))


def _repeat(row: Any) -> None:
    _element(row._tr.get_or_add_trPr(), "w:tblHeader", val="true")


def _whole(row: Any) -> None:
    _element(row._tr.get_or_add_trPr(), "w:cantSplit", val="true")
