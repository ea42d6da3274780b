"""Cells of an .xlsx workbook as text: it is a zip of XML, so that no further package is needed."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET  # of a file held to its sha256

from gathered import Refused

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
LETTERS = 26


def sheet_rows(path: Path, sheet: str) -> list[list[str]]:
    """Cells of a sheet, row by row; a blank cell is an empty text, a blank row is left out.

    Raises
    ------
    Refused
        Where there is no sheet of that name.
    """
    with zipfile.ZipFile(path) as archive:
        book = _xml(archive, "xl/workbook.xml")
        sheets = {node.get("name"): node.get(RELATION) for node in book.iter(f"{MAIN}sheet")}
        if sheet not in sheets:
            raise Refused(f"{path.name}: no sheet {sheet}; it has {', '.join(map(str, sheets))}")
        links = _xml(archive, "xl/_rels/workbook.xml.rels")
        targets = {node.get("Id"): str(node.get("Target")) for node in links}
        shared: list[str] = []
        if "xl/sharedStrings.xml" in archive.namelist():
            strings = _xml(archive, "xl/sharedStrings.xml")
            shared = [_text(node) for node in strings.iter(f"{MAIN}si")]
        target = targets[sheets[sheet]].removeprefix("/").removeprefix("xl/")
        rows = _xml(archive, f"xl/{target}").iter(f"{MAIN}row")
        return [cells for cells in (_cells(row, shared) for row in rows) if any(cells)]


def _xml(archive: zipfile.ZipFile, name: str) -> ET.Element:
    """Root of a part of the workbook."""
    return ET.fromstring(archive.read(name))  # noqa: S314 - held to its sha256


def _text(node: ET.Element) -> str:
    """All text below a node."""
    return "".join(part.text or "" for part in node.iter(f"{MAIN}t"))


def _cells(row: ET.Element, shared: list[str]) -> list[str]:
    """Texts of a row's cells, each in its column."""
    texts: list[str] = []
    for cell in row.iter(f"{MAIN}c"):
        place = 0
        for letter in str(cell.get("r")).rstrip("0123456789"):
            place = place * LETTERS + ord(letter) - ord("A") + 1
        texts += [""] * (place - 1 - len(texts))
        value = cell.find(f"{MAIN}v")
        text = value.text or "" if value is not None else _text(cell)
        texts.append(shared[int(text)] if cell.get("t") == "s" else text)
    return texts
